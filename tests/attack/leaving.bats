#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Out of the root by what a container with CAP_SYS_ADMIN may do: taking "/" away, climbing out of a
# chroot, uncovering what lies below mounts, making read-only mounts writable.

load lib

privileged() { # privileged SCRIPT
	attack_bundle
	with_all_capabilities
	set_script "$1"
}

@test "a chroot is left for the container's own root at most" {
	host_canary
	for strategy in $STRATEGIES; do
		privileged 'attack climb'
		touch "$BUNDLE/rootfs/this-is-the-root"
		run_by_strategy
		succeeds
		says "chroot .: done" "reached: this-is-the-root"
		does_not_say "reached: boot" "reached: lib"
	done
}

@test "control: a chroot of the host's root is left for that" {
	bundle
	cp "$ATTACK_BIN/attack" "$BUNDLE/rootfs/bin/attack"
	touch "$BUNDLE/rootfs/this-is-the-root"
	run chroot "$BUNDLE/rootfs" attack climb
	does_not_say this-is-the-root
	says "reached: $(ls / | head -n 1)"
}

@test "below the root there is nothing of the host's files" {
	host_canary
	for strategy in $STRATEGIES; do
		privileged 'attack detach look'
		run_by_strategy
		succeeds
		says "setns: done"
		does_not_say "below: boot" "below: etc" "below: home" "below: usr" "below: var" "below: work"
	done
}

@test "below the root of a template nothing can be left for other containers" {
	needs_newer_calls "there is no template"
	strategy=template
	privileged 'attack detach write'
	run_by_strategy
	succeeds
	says "umount /: done" "setns: done" "write below:"
	does_not_say "write below: done" "mkdir below: done"
	run_by_strategy
	does_not_say "below: planted"
}

@test "the template is no way to other containers after an attack" {
	needs_newer_calls "there is no template"
	strategy=template
	privileged 'attack detach write'
	run_by_strategy
	says "setns: done"
	bundle
	touch "$BUNDLE/rootfs/rootfs-marker"
	set_script 'ls /; cat /proc/self/mountinfo | wc -l'
	run_by_strategy
	succeeds
	says rootfs-marker bin
	does_not_say planted
}

@test "control: a writable file system below the root is found and written" {
	bundle
	cp "$ATTACK_BIN/attack" "$BUNDLE/rootfs/bin/attack"
	mkdir "$T/low"
	run unshare --mount --propagation private sh -ec "
		mount -t tmpfs low '$T/low'
		cd '$T/low'
		mkdir old new bin
		touch canary
		cp /bin/busybox '$BUNDLE/rootfs/bin/'
		cp '$BUNDLE/rootfs/bin/busybox' bin/
		mount --bind '$BUNDLE/rootfs' new
		pivot_root . old
		exec /bin/busybox sh -ec '
			/bin/busybox mount -t proc proc /new/proc
			/bin/busybox umount -l /old
			/bin/busybox mount -o move /new /
			cd -P /..
			exec /bin/busybox chroot . /bin/attack detach write'"
	says "below: canary" "write below: done"
}

# ---- user namespaces ------------------------------------------------------------------------------

# locked_volumes: $T/tree with a mount that covers a secret, $T/fixed read-only by its mount
locked_volumes() {
	mkdir -p "$T/tree/sub" "$T/fixed"
	echo secret > "$T/tree/sub/covered"
	mount -t tmpfs -o mode=777 cover "$T/tree/sub"
	echo open > "$T/tree/sub/above"
	mount -t tmpfs -o mode=777 fixed "$T/fixed"
	mount -o remount,bind,ro,nosuid,nodev "$T/fixed"
	user_bundle
	with_all_capabilities
	add_mount /tree bind "$T/tree" rbind
	add_mount /fixed bind "$T/fixed" rbind
}

free_volumes() {
	umount "$T/tree/sub" "$T/fixed"
}

@test "root of a user namespace cannot uncover what lies below a volume's mounts" {
	locked_volumes
	run_in 'umount /tree/sub; umount -l /tree/sub; cat /tree/sub/*'
	free_volumes
	says open
	does_not_say secret
}

@test "root of a user namespace cannot take read-only off what the host mounted so" {
	locked_volumes
	run_in 'mount -o remount,bind,rw /fixed; touch /fixed/written; grep " /fixed " /proc/self/mountinfo'
	free_volumes
	says " ro,nosuid,nodev"
	does_not_say "rw,nosuid"
}

@test "control: root of the host's user namespace can" {
	locked_volumes
	edit '.linux.namespaces |= map(select(.type != "user")) | del(.linux.uidMappings, .linux.gidMappings)'
	run_in 'umount /tree/sub; cat /tree/sub/*; mount -o remount,bind,rw /fixed && touch /fixed/written && echo wrote'
	free_volumes
	says secret wrote
}

@test "root of a user namespace cannot leave its root at all" {
	user_bundle
	with_all_capabilities
	cp "$ATTACK_BIN/attack" "$BUNDLE/rootfs/bin/attack"
	touch "$BUNDLE/rootfs/this-is-the-root"
	set_script 'attack detach look; attack climb'
	run_bundle
	says "reached: this-is-the-root"
	does_not_say "below: boot" "below: etc/passwd" "umount /: done"
}
