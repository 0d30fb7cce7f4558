#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Paths that lead elsewhere: symbolic links, special files and names exchanged during the set-up, in
# the root file system and in volumes (CVE-2019-19921, 2021-30465, 2023-27561, 2023-28642,
# 2024-45310, 2025-31133, 2026-41579 and their kin).

load lib

# replace_dir NAME TARGET: NAME in the root file system is a link to TARGET
replace_dir() {
	rm -rf "$BUNDLE/rootfs/$1"
	ln -s "$2" "$BUNDLE/rootfs/$1"
}

link_is_refused() { # link_is_refused NAME TARGET
	bundle
	replace_dir "$1" "$2"
	for strategy in $STRATEGIES; do
		set_script true
		run_by_strategy
		fails_with "must be a directory" "/mounts/" "/$1" || return 1
		nothing_left || return 1
	done
}

@test "proc as a symbolic link is refused, wherever it leads" {
	host_canary
	link_is_refused proc etc
	link_is_refused proc /tmp
	link_is_refused proc "../../../outside"
	link_is_refused proc "$T/outside"
	bundle
	replace_dir proc two
	ln -s etc "$BUNDLE/rootfs/two"
	run_in true
	fails_with "must be a directory"
	canary_is_safe
}

@test "sys as a symbolic link is refused, wherever it leads" {
	host_canary
	link_is_refused sys tmp
	link_is_refused sys "$T/outside"
	link_is_refused sys ../../../../outside
	canary_is_safe
}

@test "a link on the way to a proc further down is refused" {
	bundle '.mounts += [{ destination: "/a/proc", type: "proc", source: "proc" }]'
	ln -s tmp "$BUNDLE/rootfs/a"
	mkdir "$BUNDLE/rootfs/tmp/proc"
	run_in true
	fails_with "/mounts/6" "must be a directory"
}

@test "control: without the link the same bundles start" {
	bundle '.mounts += [{ destination: "/a/proc", type: "proc", source: "proc" }]'
	mkdir -p "$BUNDLE/rootfs/a/proc"
	run_in 'readlink /a/proc/self'
	succeeds
	matches "$output" '^[0-9]+$'
}

dev_link() { # dev_link TARGET
	bundle "${2:-.}"
	replace_dir dev "$1"
	for strategy in $STRATEGIES; do
		set_script 'echo ran'
		run_by_strategy
		prints ran || return 1
		canary_is_safe || return 1
		equal "$(find "$T/outside" -newer "$BUNDLE/config.json")" "" || return 1
		nothing_left || return 1
	done
}

@test "dev as a symbolic link makes nothing outside" {
	host_canary
	sleep 0.02
	dev_link ../../../outside
	dev_link "$T/outside"
	dev_link /two
	dev_link ../../../outside '.mounts |= map(select(.destination | startswith("/dev") | not))'
	dev_link "$T/outside" '.mounts |= map(select(.destination | startswith("/dev") | not))'
	bundle '.mounts |= map(select(.destination | startswith("/dev") | not))'
	replace_dir dev two
	ln -s ../../../../outside "$BUNDLE/rootfs/two"
	run_in 'echo ran'
	prints ran
	canary_is_safe
}

@test "control: a device made by name through such a link lands outside" {
	mkdir "$T/outside" "$T/weakfs"
	ln -s ../outside "$T/weakfs/dev"
	mknod "$T/weakfs/dev/null" c 1 3
	[ -c "$T/outside/null" ]
}

@test "a device's own name as a link is not followed" {
	host_canary
	bundle '.mounts |= map(select(.destination | startswith("/dev") | not))'
	mkdir -p "$BUNDLE/rootfs/dev"
	ln -s ../../../../outside/new "$BUNDLE/rootfs/dev/null"
	ln -s "$CANARY" "$BUNDLE/rootfs/dev/zero"
	run_in true
	fails_with "/dev/null" "symbolic link"
	canary_is_safe
	nothing_left
}

@test "targets that are a fifo, a device, a dangling link, a chain of links" {
	mkdir -p "$T/source"
	echo content > "$T/source/file"
	bundle
	mkfifo "$BUNDLE/rootfs/fifo"
	mknod "$BUNDLE/rootfs/device" c 1 5
	ln -s no/where "$BUNDLE/rootfs/dangling"
	add_mount /fifo bind "$T/source/file" bind
	add_mount /device bind "$T/source/file" bind
	add_mount /dangling bind "$T/source/file" bind
	run_in 'cat /fifo /device /dangling /no/where'
	prints $'content\ncontent\ncontent\ncontent'
	bundle
	mkfifo "$BUNDLE/rootfs/fifo"
	add_mount /fifo tmpfs tmpfs
	run_in true
	fails_with "not a directory" "/mounts/6"
	nothing_left
}

@test "a chain of more than 40 links ends the start, not the machine" {
	local i

	bundle
	for ((i = 0; i < 41; i++)); do
		ln -s "link$((i + 1))" "$BUNDLE/rootfs/link$i"
	done
	ln -s loop "$BUNDLE/rootfs/loop"
	mkdir "$BUNDLE/rootfs/link41"
	add_mount /link2 tmpfs tmpfs
	run_in 'grep -c " /link41 " /proc/self/mountinfo'
	prints 1
	edit '.mounts[6].destination = "/link0"'
	run_in true
	fails_with "too many levels of symbolic links" "/mounts/6"
	edit '.mounts[6].destination = "/loop/x"'
	run_in true
	fails_with "too many levels of symbolic links" "/mounts/6"
	nothing_left
}

@test "a target's link to the host's path stays inside" {
	host_canary
	bundle
	ln -s "$T/outside" "$BUNDLE/rootfs/absolute"
	ln -s ../../../../../../../../../../../../ "$BUNDLE/rootfs/up"
	add_mount /absolute/new tmpfs tmpfs
	add_mount /up/etc/new tmpfs tmpfs
	add_mount "/../../../../..$T/outside/direct" tmpfs tmpfs
	for strategy in $STRATEGIES; do
		set_script "ls $T/outside; ls -d /etc/new"
		run_by_strategy
		prints $'direct\nnew\n/etc/new'
	done
	canary_is_safe
}

# ---- the image's /dev/null ------------------------------------------------------------------------

null_volume() { # null_volume: a bundle whose /dev is a volume, and masked files
	mkdir -p "$T/dev"
	bundle '.mounts |= map(select(.destination | startswith("/dev") | not))
		| .linux.maskedPaths = ["/etc/secret", "/etc/secrets"]'
	add_mount /dev bind "$T/dev" bind
	echo secret > "$BUNDLE/rootfs/etc/secret"
	mkdir "$BUNDLE/rootfs/etc/secrets"
	echo secret > "$BUNDLE/rootfs/etc/secrets/file"
}

@test "a replaced /dev/null masks nothing with what it leads to" {
	host_canary
	null_volume
	ln -sf "$CANARY" "$T/dev/null"
	run_in 'cat /etc/secret; echo pwned > /etc/secret'
	fails_with "/dev/null" "/linux/maskedPaths/0"
	nothing_left

	rm "$T/dev/null"
	ln -sf /etc/passwd "$T/dev/null"
	run_in 'cat /etc/secret'
	fails_with "/dev/null" "/linux/maskedPaths/0"
	rm "$T/dev/null"
	echo mine > "$T/dev/null"
	run_in 'cat /etc/secret'
	fails_with "/dev/null"
	rm "$T/dev/null"
	mknod "$T/dev/null" c 1 5
	run_in 'cat /etc/secret'
	fails_with "/dev/null" "1:3"
	canary_is_safe
}

@test "a missing /dev/null leaves nothing unmasked" {
	null_volume
	run_in 'cat /etc/secret'
	fails_with "/dev/null" "/linux/maskedPaths/0"
	[ -z "$(grep -x secret <<< "$output")" ]
}

@test "control: with the true /dev/null the files are masked, and without the mask they are read" {
	null_volume
	mknod -m 666 "$T/dev/null" c 1 3
	run_in 'cat /etc/secret; ls /etc/secrets'
	prints ""
	edit 'del(.linux.maskedPaths)'
	run_in 'cat /etc/secret; ls /etc/secrets'
	prints $'secret\nfile'
}

@test "a /dev/null that is exchanged during the start never shows another file" {
	local masked=0 refused=0

	host_canary
	null_volume
	mknod -m 666 "$T/dev/null" c 1 3
	ln -s /etc/passwd "$T/dev/other"
	in_background "$ATTACK_BIN/attack" exchange "$T/dev/null" "$T/dev/other"
	set_script 'stat -c %t:%T /etc/secret; cat /etc/secret'
	both_met() { [ "$masked" -gt 0 ] && [ "$refused" -gt 0 ]; }
	while rounds_until 30 both_met; do
		run_bundle
		if [ "$status" = 0 ]; then
			prints "1:3" || return 1
			masked=$((masked + 1))
		else
			says /dev/null /linux/maskedPaths/ || return 1
			refused=$((refused + 1))
		fi
	done
	end_helper
	canary_is_safe
}

# ---- races in a volume ----------------------------------------------------------------------------

# contested [TARGET]: a volume of two containers in which the directory "sub" and a link to the host's
# $T/outside are exchanged all the time; mounts at /v/sub/TARGET, and prints where that was
contested() {
	host_canary
	rm -rf "$T/volume"
	mkdir -p "$T/volume/sub/target"
	ln -s "../../../../../../../../../../../../../..$T/outside" "$T/volume/link"
	bundle
	add_mount /v bind "$T/volume" rbind
	add_mount "/v/sub/${1:-target}" tmpfs tmpfs size=4k
	set_script "awk '/\\/(target|deep) / { print \$5 }' /proc/self/mountinfo"
	: > "$T/mounted"
	in_background "$ATTACK_BIN/attack" exchange "$T/volume/sub" "$T/volume/link"
}

# both_were_met: the runtime has gone through the directory, and through the link
both_were_met() {
	grep -q ^/v/ "$T/mounted" && grep -q "^$T/outside/" "$T/mounted"
}

# race: starts containers until both were met; the link's target is found inside
race() {
	while rounds_until 12 both_were_met; do
		"$@" oci run --strategy "${strategy:-copy}" --bundle "$BUNDLE" "$ID" >> "$T/mounted" 2> "$T/race.out" \
			< /dev/null || grep -q /mounts/ "$T/race.out" || {
			cat "$T/race.out"
			return 1
		}
		if grep -q "$T/outside\|$T/volume" /proc/self/mountinfo; then
			echo "the host sees: $(grep "$T/outside\|$T/volume" /proc/self/mountinfo)" >&2
			return 1
		fi
	done
	end_helper
}

@test "mounts below a directory that is exchanged never reach the host" {
	for strategy in $STRATEGIES; do
		contested
		race
		canary_is_safe
	done
}

@test "directories are made inside only, while one on the way is exchanged" {
	contested made/deep
	race
	canary_is_safe
}

# seccomp's ENOSYS goes along into the container: the walk in user space takes over
without_openat2() {
	shift
	timeout --kill-after 2 30 "$ATTACK_BIN/attack" without-openat2 "$RUNTIME" --root "$ROOT" "$@"
}

@test "the same where the kernel has no openat2" {
	contested made/deep
	race without_openat2
	canary_is_safe
}

@test "control: mounts that are made by name do get outside" {
	mkdir -p "$T/weak/volume/sub/target" "$T/outside/target"
	ln -s ../../outside "$T/weak/volume/link"
	in_background "$ATTACK_BIN/attack" exchange "$T/weak/volume/sub" "$T/weak/volume/link"
	output=
	until [ "$output" = "mounted outside" ]; do
		run unshare --mount --propagation private "$ATTACK_BIN/attack" naive-mount \
			"$T/weak" volume/sub/target 3000
	done
	end_helper
}

# ---- what is copied up ----------------------------------------------------------------------------

@test "tmpcopyup takes links, fifos, sockets and devices as what they are" {
	host_canary
	bundle '.linux.resources.devices = [{ allow: true, access: "rwm" }]'
	mkdir "$BUNDLE/rootfs/up"
	(
		cd "$BUNDLE/rootfs/up"
		ln -s "$CANARY" out
		ln -s ../../../../../../../../../../../../.. top
		mkfifo fifo
		mknod device c 1 5
		mkdir -p deep/er
		echo content > deep/er/file
		chmod 4755 deep/er/file
	)
	add_mount /up tmpfs tmpfs tmpcopyup size=1m
	for strategy in $STRATEGIES; do
		set_script 'cd /up; readlink out; readlink top; [ -p fifo ] && stat -c %t:%T device &&
			stat -c "%a %F" deep/er/file; cat deep/er/file; grep -c " /up " /proc/self/mountinfo; echo x > deep/er/file'
		run_by_strategy
		prints "$CANARY
../../../../../../../../../../../../..
1:5
4755 regular file
content
1"
	done
	equal "$(cat "$BUNDLE/rootfs/up/deep/er/file")" content
	canary_is_safe
}

@test "tmpcopyup of more than fits fails with its reason and is bounded" {
	bundle
	mkdir "$BUNDLE/rootfs/up"
	truncate -s 1T "$BUNDLE/rootfs/up/sparse"
	add_mount /up tmpfs tmpfs tmpcopyup size=64k
	run_in true
	fails_with "no space left on device" "/mounts/6"
	nothing_left
}

# ---- options of mounts ----------------------------------------------------------------------------

# late_options COMMAND...: the calls that change options of a mount which is already in its place. By
# mount(2) hull-oci moves it there ("7" is the descriptor 7), and what others do by path is in place.
late_options() {
	strace -f -qq -s 200 -o "$T/trace" -e trace=mount,move_mount,mount_setattr,open_tree,fsmount,openat "$@" \
		< /dev/null > "$T/out" 2>&1
	awk '{ pid = $1; sub(/^[0-9]+ +/, "") }
		/^(open_tree|fsmount|openat)\(.* = [0-9]+$/ { delete placed[pid, $NF] }
		{ split($0, part, /[(,]/); source = part[2]; target = part[3]; gsub(/[ "]/, "", source); gsub(/[ "]/, "", target) }
		/^move_mount\(/ || /MS_MOVE/ { placed[pid, source] = 1 }
		/^mount_setattr\(.*attr_set=MOUNT/ && (pid, source) in placed { print }
		/MS_REMOUNT/ && ((pid, target) in placed || target !~ /^[0-9]+$/) { print }' "$T/trace"
}

@test "no mount is in its place before its options hold (CVE-2026-53614)" {
	mkdir "$T/volume"
	bundle '.root.readonly = false'
	add_mount /v bind "$T/volume" rbind ro nosuid nodev noexec
	add_mount /t tmpfs tmpfs ro nosuid
	set_script 'grep -cE " (/v|/t) [^ ]* ?ro,nosuid" /proc/self/mountinfo'
	for strategy in $STRATEGIES; do
		equal "$(late_options "$RUNTIME" --root "$ROOT" run --strategy "$strategy" --bundle "$BUNDLE" "$ID")" ""
		equal "$(cat "$T/out")" 2
		[ "$(grep -cE "^[0-9]+ +move_mount.* = 0|MS_MOVE.* = 0" "$T/trace")" -ge 8 ]
	done
}

@test "control: mount(8) makes a volume read-only in its place, and that is seen" {
	mkdir "$T/volume" "$T/target"
	matches "$(late_options unshare --mount --propagation private mount -o bind,ro "$T/volume" "$T/target")" MS_REMOUNT
}
