#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Mounts that come to a running container, which moves its directories and links while they do. A
# volume that is shared with the host shows there whatever is mounted in it: that is where the
# attacks want to get to.

load lib

setup() {
	local file=${BATS_TEST_FILENAME##*/}

	needs_newer_calls "mounts of a running container"
	T=$HULL_TEST_WORK/${file%.bats}-$BATS_TEST_NUMBER
	ROOT=$T/root
	n_bundles=0
	mkdir -p "$ROOT"
}

# shared_volume: $T/volume is /v of the next start_shell; what is mounted inside of it shows outside
shared_volume() {
	mkdir -p "$T/volume/inner/t"
	mount -t tmpfs volume "$T/volume"
	mount --make-shared "$T/volume"
	mkdir -p "$T/volume/inner/t"
	attack_bundle
	add_mount /v bind "$T/volume" rbind rshared
	edit '.linux.rootfsPropagation = "rshared"'
	mkdir -p "$BUNDLE/rootfs/v" "$BUNDLE/rootfs/sub/t"
	ln -s /v/inner "$BUNDLE/rootfs/link"
}

# shows_outside: whether anything is mounted below the volume, as the host sees it
shows_outside() {
	grep -qF " $T/volume/" /proc/self/mountinfo
}

add() { # add DESTINATION
	status=0
	output=$(oci mounts add "$ID" - <<< "[{ \"destination\": \"$1\", \"type\": \"tmpfs\", \"source\": \"live\" }]" 2>&1) ||
		status=$?
}

remove() { # remove DESTINATION
	status=0
	output=$(oci mounts remove "$ID" - <<< "[{ \"destination\": \"$1\" }]" 2>&1) || status=$?
}

# naively ARGS...: as a program would that takes the container's paths by name
naively() {
	nsenter --mount --target "$(pid_of)" "$@"
}

teardown() {
	end_helper
	delete_containers "$ROOT" || return 1
	umount -l "$T/volume" 2> /dev/null || true
	end_test
}

@test "a link on the way is not followed into a volume that the host shares" {
	shared_volume
	start_shell
	for destination in /link /link/t /sub/../link/t /link/new/deeper; do
		add "$destination"
		exits_with 1
		says "/0" "too many levels of symbolic links"
		not shows_outside
	done
	[ ! -e "$T/volume/inner/new" ]
	ln -s /v/inner/t "$BUNDLE/rootfs/last"
	add /last
	exits_with 1
	not shows_outside
}

@test "control: a path by name leads there, and the host sees the mount" {
	shared_volume
	start_shell
	naively mount -t tmpfs naive /link/t
	shows_outside
	naively umount /link/t
}

refused=0
added=0

both_were_met() {
	[ "$refused" -gt 0 ] && [ "$added" -gt 0 ]
}

@test "a directory that is exchanged with a link to the volume all the time" {
	shared_volume
	start_shell
	in_background "$ATTACK_BIN/attack" exchange "$BUNDLE/rootfs/sub" "$BUNDLE/rootfs/link"
	while rounds_until 30 both_were_met; do
		add /sub/t
		if [ "$status" = 0 ]; then
			added=$((added + 1))
		else
			says "too many levels of symbolic links"
			refused=$((refused + 1))
		fi
		not shows_outside
		[ "$status" != 0 ] || remove /sub/t
		not shows_outside
	done
	end_helper
	has_status running
}

@test "control: without care the same race ends on the host" {
	shared_volume
	start_shell
	in_background "$ATTACK_BIN/attack" exchange "$BUNDLE/rootfs/sub" "$BUNDLE/rootfs/link"
	for ((i = 0; i < 500; i++)); do
		naively mount -t tmpfs naive /sub/t
		! shows_outside || break
		naively umount -l /sub/t 2> /dev/null || true
	done
	end_helper
	shows_outside
	umount "$T/volume/inner/t"
}

# moved_away: /a/t was added; what is at /a/t now is a volume that the configuration has
moved_away() {
	attack_bundle
	mkdir -p "$T/kept"
	touch "$T/kept/file"
	add_mount /other/t bind "$T/kept" bind ro
	start_shell
	add /a/t
	succeeds
	inside 'mv /a /b && mv /other /a && ls /a/t'
	equal "$output" file
}

@test "a mount that was moved under the name of another is not taken for it" {
	moved_away
	remove /a/t
	exits_with 1
	says "not there any more"
	inside 'ls /a/t'
	equal "$output" file
	# when it is back it can go
	inside 'mv /a /other && mv /b /a'
	remove /a/t
	succeeds
}

@test "control: by name the other mount goes" {
	moved_away
	naively umount /a/t
	inside 'ls /a/t'
	equal "$output" ""
}

@test "a link where the mount was is not followed to a masked file" {
	attack_bundle '.linux.maskedPaths = ["/proc/timer_list"]'
	start_shell
	add /a/timer_list
	succeeds
	inside 'mv /a /b && ln -s /proc /a'
	remove /a/timer_list
	exits_with 1
	grep -q ' /proc/timer_list ' "/proc/$(pid_of)/mountinfo"
}

@test "nobody in the container sees who brings the mount" {
	host_canary
	attack_bundle
	start_shell
	start_watching
	for ((i = 0; i < 20; i++)); do
		add /a
		succeeds
		remove /a
		succeeds
	done
	stop_watching
	not has_seen_strangers
	canary_is_safe
}

@test "control: who joins the pid namespace is seen" {
	host_canary
	attack_bundle
	start_shell
	start_watching
	until has_seen_strangers; do
		nsenter --pid --mount --target "$(pid_of)" /bin/sleep 0.1
	done
	stop_watching
}
