#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Mount propagation as a table: for each rootfsPropagation, with and without a user namespace, and for
# each propagation option of a volume: is a mount made inside seen outside, and the reverse? The
# table must be runc's, line by line.

load lib

# host_like: a shared file system as on a usual host, where the mounts of the suite are private
host_like() {
	mkdir "$T/host"
	mount -t tmpfs -o mode=755 host-like "$T/host"
	mount --make-shared "$T/host"
}

sees() { # sees COMMAND...: 1 or 0
	if "$@" > /dev/null 2>&1; then echo 1; else echo 0; fi
}

sees_inside() { # sees_inside PATH
	inside "grep -q ' $1 ' /proc/self/mountinfo && echo 1 || echo 0"
	echo "$output"
}

# propagation_bundle PROPAGATION USER OPTION: below the shared file system, with the volume /v
propagation_bundle() {
	n_bundles=0
	case $2 in
	no) bundle ;;
	yes) user_bundle ;;
	esac
	mv "$BUNDLE" "$T/host/bundle"
	BUNDLE=$T/host/bundle
	mkdir -p "$T/host/volume" "$BUNDLE/rootfs/inner"
	mount -t tmpfs -o mode=777 volume "$T/host/volume"
	mkdir "$T/host/volume/inner" "$T/host/volume/outer" "$BUNDLE/rootfs/outer"
	with_all_capabilities
	[ "$1" = unset ] || edit --arg propagation "$1" '.linux.rootfsPropagation = $propagation'
	case $3 in
	none) add_mount /v bind "$T/host/volume" rbind ;;
	*) add_mount /v bind "$T/host/volume" rbind "$3" ;;
	esac
}

# row PROPAGATION USER OPTION: what is seen where
row() {
	local volume_in volume_out root_in root_out

	propagation_bundle "$1" "$2" "$3"
	start_shell || return 1
	inside 'mount -t tmpfs inner /v/inner && mount -t tmpfs inner /inner' || return 1
	[ "$status" = 0 ] || {
		echo "mount inside: $output"
		return 1
	}
	mount -t tmpfs outer "$T/host/volume/outer"
	mount -t tmpfs outer "$BUNDLE/rootfs/outer"
	volume_in=$(sees mountpoint -q "$T/host/volume/inner")
	root_in=$(sees mountpoint -q "$BUNDLE/rootfs/inner")
	volume_out=$(sees_inside /v/outer)
	root_out=$(sees_inside /outer)
	printf '%-8s user=%-3s %-8s volume: in→out %s out→in %s  root: in→out %s out→in %s\n' \
		"$1" "$2" "$3" "$volume_in" "$volume_out" "$root_in" "$root_out"
	close_shells
	oci delete --force "$ID"
	umount -R "$T/host/volume"
	umount -q "$BUNDLE/rootfs/outer" "$BUNDLE/rootfs/inner" || true
	rm -r "$BUNDLE" "$T/$ID".*
}

# rows_of USER: the values of rootfsPropagation; without the newer calls, and without a user namespace,
# host mounts can only be had as slaves: "shared" is refused, "private" and "slave" are as "rslave"
rows_of() {
	if [ -n "$WITHOUT" ] && [ "$1" = no ]; then
		echo unset rprivate rslave
	else
		echo unset private rprivate slave rslave shared rshared
	fi
}

# table USER: all rows
table() {
	local propagation option

	for propagation in $(rows_of "$1"); do
		for option in none rprivate rslave rshared; do
			row "$propagation" "$1" "$option" || return 1
		done
	done
}

# compare_tables USER: with the recorded table, and with that of runc itself if it is here
compare_tables() {
	host_like
	table "$1" > "$T/table" || {
		cat "$T/table"
		return 1
	}
	umount -l "$T/host"
	diff <(grep -E "^($(rows_of "$1" | tr ' ' '|')) +user=$1" "$HELPERS/propagation.table") "$T/table"
	[ -n "$REFERENCE" ] && [ "$REFERENCE" != "$RUNTIME" ] || return 0

	rmdir "$T/host"
	host_like
	local RUNTIME=$REFERENCE
	table "$1" > "$T/reference"
	umount -l "$T/host"
	diff "$T/reference" "$T/table"
}

@test "propagation without a user namespace is runc's in every combination" {
	compare_tables no
}

@test "propagation with a user namespace is runc's in every combination" {
	compare_tables yes
}

@test "without the newer calls shared propagation is refused with the name of one" {
	[ -n "$WITHOUT" ] || skip "for WITHOUT=enosys and eperm"
	bundle '.linux.rootfsPropagation = "rshared"'
	try create --bundle "$BUNDLE" "$ID"
	fails_with "cannot stay shared" "mount_setattr(2), Linux 5.12" /linux/rootfsPropagation
	nothing_left
}
