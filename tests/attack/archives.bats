#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Archives and documents of images that want to reach the host, or to fill it (CVE-2024-3727,
# CVE-2021-41190, CVE-2023-25153, the classes of tar escapes). helpers/make-image has the corpus.

load lib

MAKE_IMAGE=$BATS_TEST_DIRNAME/helpers/make-image

hull() {
	run --separate-stderr timeout --kill-after 2 50 "$HULL" --root "$T/store" "$@"
}

# load_case CASE
load_case() {
	rm -rf "$T/image"
	"$MAKE_IMAGE" "$1" "$T/outside" "$T/image"
	hull load --quiet --input "$T/image"
}

# store_is_empty: nothing of a refused image is left
store_is_empty() {
	equal "$(ls -A "$T/store/layers" "$T/store/tmp" "$T/store/images/blobs/sha256" | grep -v ':$' | tr -d '\n')" "" &&
		equal "$(jq '.manifests | length' "$T/store/images/index.json")" 0
}

# refuses KIND: every case of the kind fails with its words, and changes nothing
refuses() {
	local name says

	host_canary
	while read -r name says; do
		load_case "$name"
		[ "$status" = 1 ] && [[ "$stderr" == *"$says"* ]] && canary_is_safe && store_is_empty || {
			echo "$name: status $status, wanted \"$says\": $stderr"
			return 1
		}
	done < <("$MAKE_IMAGE" --list "$1")
}

@test "layers that lead out, lie or grow without bound are refused" {
	refuses refused
}

@test "documents that contradict the content or themselves are refused" {
	refuses document
}

@test "what looks like a way out stays inside of the layer" {
	local name says fs

	host_canary
	while read -r name says; do
		load_case "$name"
		[ "$status" = 0 ] && canary_is_safe || {
			echo "$name: status $status: $stderr"
			return 1
		}
		hull inspect --format '{{index .LayerDirs 0}}' attack
		fs=$output
		[ -d "$fs" ]
		# nothing of overlayfs but what hull itself wrote, nothing that a container would be led by
		run getfattr -R -h -d -m 'overlay.redirect|overlay.metacopy|selinux|^trusted' "$fs"
		equal "$output" ""
		hull rmi attack
		[ "$status" = 0 ]
	done < <("$MAKE_IMAGE" --list contained)
	store_is_empty
}

@test "a layer's contained names are where they belong" {
	host_canary
	load_case absolute-name
	hull inspect --format '{{index .LayerDirs 0}}' attack
	equal "$(cat "$output$T/outside/canary")" "the attacker's"
	load_case file-over-symlink
	hull inspect --format '{{index .LayerDirs 0}}' attack
	equal "$(stat -c %F "$output/f")" "regular file"
	load_case names-twice
	hull inspect --format '{{index .LayerDirs 0}}' attack
	equal "$(find "$output" -mindepth 1 -printf '%P %y\n')" "x d"
	load_case opaque-root-and-aufs-marks
	hull inspect --format '{{index .LayerDirs 0}}' attack
	equal "$(getfattr --only-values -n user.overlay.opaque "$output")" y
	equal "$(ls -A "$output")" ""
}

@test "control: a careless unpacker is led out by the same archives" {
	local name

	for name in parent-name parent-behind-directory parent-in-pax-path absolute-name symlink-then-file \
		file-over-symlink; do
		host_canary
		"$MAKE_IMAGE" --tar "$name" "$T/outside" "$T/layer.tar"
		rm -rf "$T/naive"
		mkdir "$T/naive"
		(cd "$T/naive" && python3 - "$T/layer.tar") <<- 'PYTHON' || true
			import os, sys, tarfile
			for member in (tar := tarfile.open(sys.argv[1])):
			    if member.isreg():
			        os.makedirs(os.path.dirname(member.name) or ".", exist_ok=True)
			        open(member.name, "wb").write(tar.extractfile(member).read())
			    elif member.issym():
			        os.symlink(member.linkname, member.name)
			    else:
			        os.makedirs(member.name, exist_ok=True)
		PYTHON
		equal "$(cat "$T/outside/canary")" "the attacker's" || {
			echo "$name"
			return 1
		}
		rm -rf "$T/outside"
	done
}

@test "the unpacker has no way to a device, a network, another root or more rights" {
	local pid name try

	# standard input that does not end keeps it waiting
	setsid bash -c "sleep 30 | '$HULL' --root '$T/store' load" > /dev/null 2>&1 3>&- &
	helper=$!
	for try in $(seq 50); do
		pid=$(pgrep -n -f '^hull-unpack files') && grep -q '^Seccomp:.*2' "/proc/$pid/status" && break
		sleep 0.1
	done
	grep -qE '^NoNewPrivs:\s+1$' "/proc/$pid/status"
	grep -qE '^Seccomp:\s+2$' "/proc/$pid/status"
	grep -qE '^CapAmb:\s+0+$' "/proc/$pid/status"
	# chown, dac_override, fowner, fsetid, mknod, setfcap
	equal "$(awk '/^Cap(Prm|Eff|Bnd)/ { print $2 }' "/proc/$pid/status" | sort -u)" 000000008800001b
	equal "$(wc -l < "/proc/$pid/mountinfo")" 1
	grep -q 'nosuid,nodev,noexec' "/proc/$pid/mountinfo"
	equal "$(tail -n +3 "/proc/$pid/net/dev" | grep -vc 'lo:')" 0
	for name in mnt pid net ipc uts; do
		[ "$(readlink "/proc/$pid/ns/$name")" != "$(readlink "/proc/self/ns/$name")" ]
	done
	pid=$(pgrep -n -f '^hull-unpack decompress')
	equal "$(awk '/^Cap(Prm|Eff|Bnd)/ { print $2 }' "/proc/$pid/status" | sort -u)" 0000000000000000
	equal "$(ls -A "/proc/$pid/root")" ""
	kill -- -"$helper"
	wait "$helper" || true
	# whoever is killed leaves nothing that the next does not remove
	hull images
	hull rmi --force nothing
	equal "$(ls -A "$T/store/tmp")" ""
}
