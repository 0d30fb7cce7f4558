#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Fields that less trusted input reaches, made to say more than they should: sysctls, ids, paths of
# cgroups, annotations (CVE-2022-0811, 2023-6476, 2024-3154, 2021-43784).

load lib

# sysctl_refused KEY VALUE
sysctl_refused() {
	bundle
	edit --arg key "$1" --arg value "$2" '.linux.sysctl = { ($key): $value }'
	run_in true
	fails_with /linux/sysctl/ || {
		echo "accepted: $(printf '%q=%q' "$1" "$2")" >&2
		return 1
	}
	nothing_left
}

@test "a sysctl's key or value cannot name another sysctl" {
	before=$(cat /proc/sys/kernel/{core_pattern,hostname} /proc/sys/vm/panic_on_oom)
	sysctl_refused kernel.core_pattern '|/pwned'
	sysctl_refused kernel/core_pattern '|/pwned'
	sysctl_refused vm.panic_on_oom 1
	sysctl_refused kernel.shmmax/../core_pattern '|/pwned'
	sysctl_refused kernel.shm_rmid_forced/../core_pattern '|/pwned'
	sysctl_refused net.ipv4/../../kernel/core_pattern '|/pwned'
	sysctl_refused net/../kernel/core_pattern '|/pwned'
	sysctl_refused net.../kernel.core_pattern '|/pwned'
	sysctl_refused fs.mqueue./../../kernel/core_pattern '|/pwned'
	sysctl_refused net.ipv4.ip_forward+kernel.core_pattern '1'
	sysctl_refused $'net.ipv4.ip_forward\nkernel.core_pattern' '1'
	sysctl_refused 'net.ipv4.ip_forward=1 kernel.core_pattern' '1'
	sysctl_refused '' 1
	sysctl_refused net 1
	sysctl_refused kernel 1
	equal "$(cat /proc/sys/kernel/{core_pattern,hostname} /proc/sys/vm/panic_on_oom)" "$before"
}

@test "a sysctl's value of several lines or settings sets nothing else" {
	local value

	before=$(cat /proc/sys/kernel/core_pattern)
	for value in $'1\nkernel.core_pattern=|/pwned' '1+kernel.core_pattern=|/pwned' \
		'1,kernel.core_pattern=|/pwned' '1 kernel.core_pattern=|/pwned'; do
		sysctl_refused kernel.shmmax "$value"
	done
	equal "$(cat /proc/sys/kernel/core_pattern)" "$before"
}

@test "control: a sysctl of the container's own namespaces is set" {
	bundle '.linux.sysctl = { "kernel.shmmax": "4096", "net/ipv4/ip_forward": "1" }'
	run_in 'cat /proc/sys/kernel/shmmax /proc/sys/net/ipv4/ip_forward'
	prints $'4096\n1'
}

@test "an id never is a path" {
	local id command

	bundle
	mkdir "$T/decoy"
	for id in .. . a/b ../decoy /etc '' $'a\nb' 'a b' "$(printf 'x%.0s' {1..300})" 'é' $'a\tb' 'a*' '~' \
		'$(id)' 'a;b' $'\x1b[2J'; do
		for command in create run state start kill delete; do
			case $command in
			create | run) try "$command" --bundle "$BUNDLE" -- "$id" ;;
			*) try "$command" -- "$id" ;;
			esac
			exits_with 1 || return 1
			says "invalid container ID" || return 1
			does_not_say $'\x1b' || return 1
		done
		try delete --force -- "$id"
		exits_with 1 || return 1
	done
	equal "$(ls -A "$ROOT")" ""
	[ -d "$T/decoy" ]
}

@test "control: every id that is accepted is also listed" {
	local id accepted=0

	bundle '.process.args = ["sleep", "100"]'
	for id in a 0 _x +x x.y-z .hidden .lock ...; do
		edit --arg cgroup "/$HULL_TEST_TOKEN/$ID$id" '.linux.cgroupsPath = $cgroup'
		try create --bundle "$BUNDLE" -- "$id"
		[ "$status" = 0 ] || continue
		oci list | grep -qF "$id" || {
			echo "$id is there, but not in the list" >&2
			oci delete --force -- "$id"
			return 1
		}
		oci delete --force -- "$id"
		accepted=$((accepted + 1))
	done
	[ "$accepted" -ge 5 ]
}

cgroups_here() {
	find /sys/fs/cgroup -maxdepth 4 -type d \( -path "*$HULL_TEST_TOKEN*" -o -name 'x*' -o -name $'*\n*' \) | sort
}

@test "a cgroup path cannot climb" {
	local path

	before=$(cgroups_here)
	for path in /../x ../x "/$HULL_TEST_TOKEN/../x" "$HULL_TEST_TOKEN/../../x" / . "/$HULL_TEST_TOKEN/.." \
		$'/a\nb' "/$(printf 'x%.0s' {1..256})"; do
		bundle
		edit --arg path "$path" '.linux.cgroupsPath = $path'
		run_in true
		fails_with /linux/cgroupsPath || return 1
	done
	equal "$(cgroups_here)" "$before"
}

@test "a refused container leaves processes of an occupied cgroup alone" {
	bundle
	start_sleeper
	first=$ID
	cgroup=$CGROUP
	bundle
	edit --arg cgroup "$cgroup" '.linux.cgroupsPath = $cgroup'
	run_in true
	fails_with "not empty"
	equal "$(state_of status "$first")" running
	edit '.linux.resources.memory.limit = 4096'
	run_bundle
	fails_with "not empty"
	equal "$(state_of status "$first")" running
	equal "$(ls "$ROOT")" "$first"
}

@test "deleting a container of an interrupted creation leaves an occupied cgroup alone" {
	local stage

	bundle
	start_sleeper
	first=$ID
	cgroup=$CGROUP
	for stage in directory cgroup; do
		bundle
		edit --arg cgroup "$cgroup" '.linux.cgroupsPath = $cgroup'
		HULL_FAULT=die:$stage try create --bundle "$BUNDLE" "$ID"
		oci delete --force "$ID"
		equal "$(state_of status "$first")" running
	done
}

@test "annotations and environment of an image change nothing of the runtime" {
	host_canary
	bundle
	edit --arg canary "$CANARY" '.annotations = {
		"run.oci.delegate-cgroup": "../..", "run.oci.keep_original_groups": "1",
		"run.oci.hooks.stdout": $canary, "run.oci.hooks.stderr": $canary,
		"run.oci.mount_context_type": "rootcontext", "run.oci.systemd.subgroup": "..",
		"org.systemd.property.ExecStart": "touch /pwned", "..": "..", "../../x": "y" }
		| .process.env += ["HULL_FAULT=fail:0", "LD_PRELOAD=/x.so", "NOTIFY_SOCKET=/x"]'
	run_in 'echo ran; readlink /proc/self/ns/cgroup > /dev/null'
	prints ran
	canary_is_safe
}

@test "many mappings and long paths overflow nothing" {
	local long

	user_bundle
	edit '.linux.uidMappings = [range(0; 341) | { containerID: ., hostID: (100000 + .), size: 1 }]'
	run_in true
	fails_with /linux/uidMappings
	nothing_left
	edit '.linux.uidMappings = [range(0; 250) | { containerID: ., hostID: (100000 + .), size: 1 }]'
	run_in 'wc -l < /proc/self/uid_map'
	prints 250
	long=$(printf 'x%.0s' {1..5000})
	bundle
	add_mount "/$long" tmpfs tmpfs
	run_in true
	fails_with /mounts/6
	bundle
	edit --arg long "/$long" '.process.cwd = $long'
	run_in true
	fails_with /process/cwd
	bundle
	edit --arg long "/$long" '.process.args = [$long]'
	run_bundle
	fails_with "too long"
	nothing_left
}
