#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Device programs that are kept: whoever could choose what lies there could open the host's devices to
# every container that comes. On cgroup v2; a cgroup2 mount of a hybrid host will do.

load lib

# planting COMMANDS: by bash in a mount namespace with cgroup v2 alone and an empty /run. open_kmsg runs the
# bundle, which tries to open /dev/kmsg.
planting() {
	skip_on_runc "no cache"
	grep -qw bpf /proc/filesystems || skip "this kernel has no bpffs"
	attack_bundle '.process.args = ["probe", "open", "/kmsg"]'
	with_all_capabilities
	mknod "$BUNDLE/rootfs/kmsg" c 1 11
	export ATTACK_BIN
	in_cgroup_v2 '
		attack() { "$ATTACK_BIN/attack" "$@"; }
		open_kmsg() { oci run --bundle "$BUNDLE" "$ID" 2>&1 || true; }
		'"$1"
}

@test "a program that allows everything is not used in place of the right one" {
	planting '
		open_kmsg
		pin=$(kept_programs)
		rm "$pin"
		attack plant-program "$pin"
		open_kmsg
		open_kmsg'
	prints $'error: open: Operation not permitted
plant: done
error: open: Operation not permitted
error: open: Operation not permitted'
}

@test "control: who believes in the planted program opens the device, with the right one not" {
	planting '
		open_kmsg
		pin=$(kept_programs)
		for n in 1 2; do
			group=/sys/fs/cgroup/$HULL_TEST_TOKEN/$ID-$n
			mkdir "$group"
			attack believe-program "$pin" "$group" "$BUNDLE/rootfs/bin/probe" open "$BUNDLE/rootfs/kmsg" 2>&1 || true
			rmdir "$group"
			rm "$pin"
			attack plant-program "$pin"
		done'
	prints $'error: open: Operation not permitted
error: open: Operation not permitted
plant: done
opened
plant: done'
}

@test "pins in a directory that an ordinary user owns are not used" {
	planting '
		open_kmsg
		pin=$(kept_programs)
		rm "$pin"
		attack plant-program "$pin"
		chown 1000 /run/hull
		open_kmsg
		[ -e "$pin" ]'
	prints $'error: open: Operation not permitted\nplant: done\nerror: open: Operation not permitted'
}

@test "the pins of another directory are not used through a link" {
	planting '
		open_kmsg
		pin=$(kept_programs)
		rm "$pin"
		attack plant-program "$pin"
		mv /run/hull /run/planted
		ln -s planted /run/hull
		open_kmsg
		[ -e "/run/planted/${pin#/run/hull/}" ]'
	prints $'error: open: Operation not permitted\nplant: done\nerror: open: Operation not permitted'
}

@test "a container with every capability does not see what is kept" {
	for strategy in $STRATEGIES; do
		planting '
			open_kmsg
			[ -n "$(kept_programs)" ]
			jq ".process.args = [\"sh\", \"-c\", \"cat /proc/self/mountinfo; attack detach look\"]" \
				"$BUNDLE/config.json" > "$T/config" && mv "$T/config" "$BUNDLE/config.json"
			oci run --strategy '$strategy' --bundle "$BUNDLE" "$ID"'
		succeeds
		says "setns: done" "/proc "
		does_not_say " - bpf " "/run/hull" "below: devices" "below: cache"
	done
}
