#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Writes that are meant for the kernel's procfs and could land elsewhere (CVE-2019-16884,
# 2019-19921, 2025-52881).

load lib

over_proc() { # over_proc DESTINATION TYPE SOURCE OPTION...
	bundle
	mkdir -p "$T/fake/self" "$T/fake/attr"
	touch "$T/fake/exec"
	ln -sfn /proc/self "$BUNDLE/rootfs/self"
	ln -sfn /proc/sys/kernel/core_pattern "$BUNDLE/rootfs/pattern"
	ln -sfn proc "$BUNDLE/rootfs/alias"
	add_mount "$@"
	set_script 'echo ran'
	for strategy in $STRATEGIES; do
		run_by_strategy
		fails_with "/mounts/6" || {
			echo "$* was mounted" >&2
			return 1
		}
		nothing_left || return 1
	done
}

@test "nothing is mounted over proc" {
	over_proc /proc tmpfs tmpfs
	over_proc /proc bind "$T/fake" bind
	over_proc /proc/ tmpfs tmpfs
	over_proc //proc/. bind "$T/fake" rbind
	over_proc /alias tmpfs tmpfs
}

@test "nothing is mounted over files and directories of proc" {
	over_proc /proc/self tmpfs tmpfs
	over_proc /proc/self/attr tmpfs tmpfs
	over_proc /proc/self/attr/exec bind "$T/fake/exec" bind
	over_proc /proc/thread-self/attr bind "$T/fake/attr" bind
	over_proc /proc/1/attr tmpfs tmpfs
	over_proc /proc/sys tmpfs tmpfs
	over_proc /proc/sys/kernel/core_pattern bind "$T/fake/exec" bind
	over_proc /proc/../proc/self/oom_score_adj bind "$T/fake/exec" bind
	over_proc /x/../proc/sysrq-trigger bind "$T/fake/exec" bind
}

@test "no link leads a mount into proc" {
	over_proc /self/attr tmpfs tmpfs
	over_proc /pattern bind "$T/fake/exec" bind
	over_proc /alias/sys bind "$T/fake" bind
	over_proc /self/root/proc/sys tmpfs tmpfs
}

@test "control: files that only inform may be covered, and then are" {
	bundle
	echo mine > "$T/uptime"
	add_mount /proc/uptime bind "$T/uptime" bind
	for strategy in $STRATEGIES; do
		set_script 'cat /proc/uptime'
		run_by_strategy
		prints mine
	done
}

# false_proc: the root file system is a volume in which /proc is made of ordinary files; there is no
# proc among the mounts
false_proc() {
	bundle '.mounts = [] | .linux.maskedPaths = [] | .process.args = ["sleep", "100"]'
	mkdir -p "$BUNDLE/rootfs/proc/self/attr" "$BUNDLE/rootfs/proc/1" "$BUNDLE/rootfs/proc/sys/kernel"
	for file in self/oom_score_adj self/attr/exec 1/oom_score_adj sys/kernel/shmmax; do
		echo canary > "$BUNDLE/rootfs/proc/$file"
	done
}

@test "what is written to proc reaches the kernel where /proc is made of files" {
	for strategy in $STRATEGIES; do
		false_proc
		edit '.process.oomScoreAdj = 321 | .linux.sysctl = { "kernel.shmmax": "123456" }'
		create_only --strategy "$strategy"
		equal "$(cat "/proc/$pid/oom_score_adj")" 321
		equal "$(nsenter --ipc="/proc/$pid/ns/ipc" cat /proc/sys/kernel/shmmax)" 123456
		equal "$(cat "$BUNDLE"/rootfs/proc/{self/oom_score_adj,sys/kernel/shmmax,1/oom_score_adj})" \
			$'canary\ncanary\ncanary'
	done
}

@test "control: a write by name in that root reaches the file" {
	false_proc
	chroot "$BUNDLE/rootfs" sh -c 'echo 321 > /proc/self/oom_score_adj'
	equal "$(cat "$BUNDLE/rootfs/proc/self/oom_score_adj")" 321
}

@test "with the host's proc bound the container's own process is meant" {
	bundle '.mounts[0] = { destination: "/proc", type: "bind", source: "/proc", options: ["rbind"] }
		| .process.oomScoreAdj = 321 | .process.args = ["sleep", "100"]'
	own=$(cat /proc/self/oom_score_adj)
	for strategy in $STRATEGIES; do
		create_only --strategy "$strategy"
		equal "$(cat "/proc/$pid/oom_score_adj")" 321
		equal "$(cat /proc/self/oom_score_adj)" "$own"
		oci delete --force "$ID"
	done
}

@test "a proc that hides or is read-only does not lose what is written" {
	bundle '.mounts[0].options = ["hidepid=2"] | .process.oomScoreAdj = 321'
	set_script 'cat /proc/self/oom_score_adj'
	both_strategies run_by_strategy
	prints 321
	edit '.mounts[0].options = ["ro"]'
	run_in 'cat /proc/self/oom_score_adj'
	if [ "$status" = 0 ]; then
		prints 321
	else
		says /process/oomScoreAdj
	fi
}

@test "while /proc is exchanged with a link nothing is written to where the link leads" {
	local file started=0 refused=0

	host_canary
	bundle '.process.oomScoreAdj = 321 | .linux.sysctl = { "kernel.shmmax": "123456" }'
	mkdir -p "$T/outside/proc/self/attr" "$T/outside/proc/sys/kernel"
	for file in self/oom_score_adj self/attr/exec sys/kernel/shmmax; do
		echo canary > "$T/outside/proc/$file"
	done
	ln -s "../../../../../../../../..$T/outside/proc" "$BUNDLE/rootfs/link"
	set_script 'cat /proc/self/oom_score_adj /proc/sys/kernel/shmmax'
	in_background "$ATTACK_BIN/attack" exchange "$BUNDLE/rootfs/proc" "$BUNDLE/rootfs/link"
	both_met() { [ "$started" -gt 0 ] && [ "$refused" -gt 0 ]; }
	while rounds_until 20 both_met; do
		strategy=copy
		[ $((rounds % 2)) = 0 ] || strategy=${STRATEGIES##* }
		run_by_strategy
		case $output in
		$'321\n123456') started=$((started + 1)) ;;
		# exchanged when it had been mounted: the program finds the link
		*"cat: can't open '/proc/"*) ;;
		*)
			says "mount proc on /proc" /mounts/0
			refused=$((refused + 1))
			;;
		esac
	done
	end_helper
	equal "$(cat "$T"/outside/proc/{self/{oom_score_adj,attr/exec},sys/kernel/shmmax})" $'canary\ncanary\ncanary'
	[ -z "$(grep " $T/outside" /proc/self/mountinfo)" ]
}
