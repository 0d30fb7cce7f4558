#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Images in and out: every form, against what podman and skopeo make of the same images.

load lib

# hull ARGS...: with this test's store; sets $status, $output, $stderr
hull() {
	run --separate-stderr timeout --kill-after 2 50 "$HULL" --root "$T/store" "$@"
}

needs() {
	command -v "$1" > /dev/null || skip "$1 is not installed"
}

podman_here() {
	podman --root "$HULL_TEST_WORK/podman" --runroot "$HULL_TEST_WORK/podman-run" --storage-driver vfs "$@" 2> /dev/null
}

# podmans_own: with a storage of this test's
podmans_own() {
	podman --root "$T/podman" --runroot "$T/podman-run" --storage-driver vfs "$@" 2> /dev/null
}

buildah_here() {
	buildah --root "$HULL_TEST_WORK/podman" --runroot "$HULL_TEST_WORK/podman-run" --storage-driver vfs "$@"
}

# The image is made once; the files stay for all tests of this file.
setup_file() {
	[ -n "${HULL_TEST_TOKEN:-}" ] || {
		echo "these tests are started by tests/integration/run" >&2
		return 1
	}
	if command -v buildah > /dev/null && command -v podman > /dev/null; then
		make_image
	fi
	snapshot > "$BATS_FILE_TMPDIR/before"
}

# needs_image: skips where it could not be made
needs_image() {
	needs buildah
	needs podman
}

# make_image: two layers with everything that a file can be, as localhost/multi:1 and in each form
make_image() {
	local container root long

	container=$(buildah_here from scratch)
	root=$(buildah_here mount "$container")
	mkdir -p "$root"/{bin,etc,dir/sub,tmp,gone,replaced,opaque}
	chmod 1777 "$root/tmp"
	cp "$(command -v busybox)" "$root/bin/busybox"
	chmod 4755 "$root/bin/busybox"
	ln "$root/bin/busybox" "$root/bin/hardlink"
	ln -s busybox "$root/bin/sh"
	ln -s /nowhere "$root/dir/dangling"
	cp "$(command -v busybox)" "$root/bin/capable"
	setcap cap_net_raw+ep "$root/bin/capable"
	echo one > "$root/etc/file"
	chown 12:34 "$root/etc/file"
	setfattr -n user.of -v program "$root/etc/file"
	touch -d '2001-02-03 04:05:06.789' "$root/etc/file" "$root/dir/sub"
	mknod "$root/dir/null" c 1 3
	mkfifo "$root/dir/fifo"
	truncate -s 5M "$root/dir/sparse"
	printf x | dd of="$root/dir/sparse" bs=1 seek=3000000 conv=notrunc 2> /dev/null
	echo > "$root/dir/ümläut"
	long=$(printf 'l%.0s' {1..120})
	mkdir -p "$root/dir/$long/$long"
	echo deep > "$root/dir/$long/$long/file"
	echo a > "$root/gone/a"
	echo b > "$root/replaced/b"
	echo c > "$root/opaque/c"
	buildah_here config --cmd sh --env A=b --label l=v "$container"
	buildah_here commit -q "$container" lower
	container=$(buildah_here from localhost/lower)
	root=$(buildah_here mount "$container")
	rm -r "$root/gone" "$root/opaque" "$root/replaced" "$root/etc/file"
	mkdir "$root/opaque"
	echo new > "$root/opaque/new"
	echo file > "$root/replaced"
	echo more > "$root/dir/sub/more"
	chmod 700 "$root/dir"
	buildah_here commit -q "$container" localhost/multi:1
	buildah_here umount -a
	buildah_here rm -a
	mkdir "$HULL_TEST_WORK/saved"
	podman_here save -q --format docker-archive -o "$HULL_TEST_WORK/saved/docker.tar" localhost/multi:1
	podman_here save -q --format oci-archive -o "$HULL_TEST_WORK/saved/oci.tar" localhost/multi:1
	podman_here save -q --format oci-dir -o "$HULL_TEST_WORK/saved/oci-dir" localhost/multi:1
	gzip -k "$HULL_TEST_WORK/saved/docker.tar"
	xz -k "$HULL_TEST_WORK/saved/oci.tar"
	zstd -q -k "$HULL_TEST_WORK/saved/docker.tar"
} > /dev/null 2>&1

# list_image: the loaded image as a container sees it; the root directory is the engine's own
list_image() {
	local lower

	lower=$("$HULL" --root "$T/store" inspect --format '{{range .LayerDirs}}{{println .}}{{end}}' multi:1 |
		grep . | tac | paste -sd:)
	mkdir -p "$T/merged"
	mount -t overlay -o "userxattr,ro,lowerdir=$lower" overlay "$T/merged"
	"$HELPERS/list-tree" "$T/merged" | tail -n +2
	umount "$T/merged"
}

list_podmans() {
	local container root

	container=$(buildah_here from localhost/multi:1)
	root=$(buildah_here mount "$container")
	"$HELPERS/list-tree" "$root" | tail -n +2
	buildah_here umount "$container" > /dev/null
	buildah_here rm "$container" > /dev/null
}

@test "an image of several layers is what podman unpacks, from every form it is saved in" {
	local file

	needs_image
	list_podmans > "$T/expected"
	[ "$(wc -l < "$T/expected")" -gt 20 ]
	for file in "$HULL_TEST_WORK"/saved/*; do
		rm -rf "$T/store"
		hull load --input "$file"
		equal "$output" "Loaded image: localhost/multi:1"
		list_image > "$T/found"
		diff "$T/expected" "$T/found" || {
			echo "$file"
			return 1
		}
	done
}

@test "standard input is read, compressed or not" {
	needs_image
	for file in docker.tar docker.tar.gz oci.tar.xz docker.tar.zst; do
		rm -rf "$T/store"
		"$HULL" --root "$T/store" load < "$HULL_TEST_WORK/saved/$file"
		"$HULL" --root "$T/store" load < <(cat "$HULL_TEST_WORK/saved/$file") | grep 'Loaded image'
	done
	list_image > "$T/found"
	diff <(list_podmans) "$T/found"
}

@test "skopeo reads the store as the image layout that it is" {
	needs skopeo
	needs_image
	hull load --input "$HULL_TEST_WORK/saved/oci.tar"
	run skopeo inspect --raw "oci:$T/store/images:localhost/multi:1"
	equal "$(jq '.layers | length' <<< "$output")" 2
	skopeo copy -q "oci:$T/store/images:localhost/multi:1" "dir:$T/copied"
	[ -e "$T/copied/manifest.json" ]
}

@test "what is saved is loaded by podman, and here, as the same image" {
	local form id

	needs skopeo
	needs_image
	hull load --input "$HULL_TEST_WORK/saved/docker.tar"
	hull images --quiet --no-trunc
	id=$output
	for form in docker-archive oci-archive oci-dir; do
		hull save --format "$form" --output "$T/$form" multi:1
		[ "$status" = 0 ]
		if [ "$form" = oci-dir ]; then # podman makes a name of its path, which may not have capitals
			equal "sha256:$(skopeo inspect --raw --config "oci:$T/$form:localhost/multi:1" | sha256sum | cut -c1-64)" "$id"
		else
			podmans_own load -q -i "$T/$form" > /dev/null
			equal "$(podmans_own images -q --no-trunc)" "$id"
			podmans_own rmi -af > /dev/null
		fi
		run --separate-stderr "$HULL" --root "$T/second" load --input "$T/$form"
		equal "$output" "Loaded image: localhost/multi:1"
		equal "$("$HULL" --root "$T/second" images -q --no-trunc)" "$id"
		rm -rf "$T/second"
	done
	# the same bytes each time
	hull save --output "$T/again" multi:1
	cmp "$T/docker-archive" "$T/again"
}

@test "images are shown, named, filtered and removed as Docker does it" {
	needs_image
	hull images
	equal "$output" "REPOSITORY   TAG   IMAGE ID   CREATED   SIZE"
	hull load --input "$HULL_TEST_WORK/saved/oci.tar"
	hull tag multi:1 quay.io/me/app
	hull images --format '{{.Repository}}:{{.Tag}}'
	equal "$output" $'localhost/multi:1\nquay.io/me/app:latest'
	hull images --quiet
	equal "${#output}" 12
	hull images --filter reference='quay.io/*/app' --format json
	equal "$(jq -r .Repository <<< "$output")" quay.io/me/app
	hull images --filter dangling=true -q
	equal "$output" ""
	hull images --filter label=l=v --filter since=multi:1
	equal "$(wc -l <<< "$output")" 1
	hull images --filter no=1
	[ "$status" = 1 ]
	hull inspect --format '{{json .Config.Env}} {{.Config.Labels.l}} {{len .RootFS.Layers}}' quay.io/me/app
	equal "$output" '["A=b"] v 2'
	hull history --format '{{.Comment}}' multi:1
	equal "${lines[0]}" "FROM localhost/lower:latest"
	hull rmi "$("$HULL" --root "$T/store" images -q)"
	[ "$status" = 1 ]
	[[ "$stderr" == *"has 2 names"* ]]
	hull rmi multi:1
	equal "$output" "Untagged: localhost/multi:1"
	hull rmi quay.io/me/app
	[[ "$output" == *"Deleted: sha256:"* ]]
	equal "$(find "$T/store/layers" "$T/store/tmp" "$T/store/images/blobs" -mindepth 1 ! -name sha256)" ""
	hull rmi multi:1
	[ "$status" = 1 ]
	[[ "$stderr" == *"no such image: multi:1"* ]]
}

@test "a name that moves leaves its old image without one" {
	echo one > "$T/one"
	tar -C "$T" -cf "$T/one.tar" one
	hull import "$T/one.tar" x:1
	hull import --message second - x:1 < "$T/one.tar"
	hull images --filter dangling=true --format '{{.Repository}}'
	equal "$output" "<none>"
	hull images --filter dangling=false --format '{{.Repository}}:{{.Tag}}'
	equal "$output" "x:1"
}

@test "an imported archive is an image with the changes that were asked for" {
	mkdir "$T/tree"
	echo hi > "$T/tree/file"
	tar -C "$T/tree" -cf "$T/tree.tar" .
	for file in tree.tar tree.tar.gz tree.tar.xz tree.tar.zst; do
		case $file in
		*.gz) gzip -k "$T/tree.tar" ;;
		*.xz) xz -k "$T/tree.tar" ;;
		*.zst) zstd -q -k "$T/tree.tar" ;;
		esac
		hull import -c 'CMD ["a b","c"]' -c 'ENV X=1 Y="2 3"' -c 'EXPOSE 80' -c 'WORKDIR /w' -c 'LABEL k=v' \
			"$T/$file" imported
		[ "$status" = 0 ]
		hull inspect --format '{{json .Config}}' imported
		equal "$output" '{"ExposedPorts":{"80/tcp":{}},"Env":["X=1","Y=2 3"],"Cmd":["a b","c"],"WorkingDir":"/w","Labels":{"k":"v"}}'
		hull inspect --format '{{index .LayerDirs 0}}' imported
		equal "$(cat "$output/file")" hi
	done
	hull import -c 'RUN true' "$T/tree.tar" bad
	[ "$status" = 1 ]
	[[ "$stderr" == *"only CMD"* ]]
}

@test "busybox is there without a network" {
	hull inspect --format '{{.RepoTags}} {{.Config.Cmd}}' busybox
	equal "$output" "[busybox:latest] [sh]"
	hull inspect --format '{{index .LayerDirs 0}}' busybox
	[ -x "$output/bin/busybox" ]
	equal "$(readlink "$output/bin/sh")" busybox
	hull rmi busybox
	[ "$status" = 0 ]
}

@test "many commands at once leave what one would have left" {
	local i pids=()

	needs_image
	for i in 1 2 3 4 5 6; do
		"$HULL" --root "$T/store" load -q --input "$HULL_TEST_WORK/saved/docker.tar" > "$T/out$i" 2>&1 3>&- &
		pids+=($!)
		"$HULL" --root "$T/store" rmi --force multi:1 > /dev/null 2>&1 3>&- &
		pids+=($!)
		"$HULL" --root "$T/store" tag busybox "name$i" > /dev/null 2>&1 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i" || true
	done
	hull load --input "$HULL_TEST_WORK/saved/docker.tar"
	list_image > "$T/found"
	diff <(list_podmans) "$T/found"
	for i in 1 2 3 4 5 6; do
		hull inspect --format '{{.Id}}' "name$i"
		[ "$status" = 0 ]
	done
	hull rmi --force nothing
	equal "$(ls "$T/store/tmp")" ""
	equal "$(ls "$T/store/layers" | wc -l)" 3
}

@test "a load that is killed at any point leaves nothing that the next does not put right" {
	local delay

	needs_image
	hull images
	for delay in 0.002 0.005 0.008 0.012 0.016 0.02 0.025 0.03 0.04 0.05 0.06 0.08; do
		timeout --signal KILL "$delay" "$HULL" --root "$T/store" load --input "$HULL_TEST_WORK/saved/docker.tar" \
			> /dev/null 2>&1 || true
		# what there is is whole
		hull images --quiet
		[ "$status" = 0 ]
		[ "$stderr" = "" ]
		[ -z "$output" ] || list_image > /dev/null
	done
	hull load --input "$HULL_TEST_WORK/saved/docker.tar"
	list_image > "$T/found"
	diff <(list_podmans) "$T/found"
	hull rmi multi:1
	equal "$(find "$T/store/layers" "$T/store/tmp" "$T/store/images/blobs" -mindepth 1 ! -name sha256)" ""
}

@test "a layer that is missing is unpacked again, a blob that is damaged is told" {
	local blob

	needs_image
	hull load --input "$HULL_TEST_WORK/saved/oci.tar"
	rm -rf "$T"/store/layers/*
	hull load --input "$HULL_TEST_WORK/saved/oci.tar"
	[ "$status" = 0 ]
	list_image > "$T/found"
	diff <(list_podmans) "$T/found"
	blob=$(jq -r '.manifests[0].digest' "$T/store/images/index.json")
	echo > "$T/store/images/blobs/sha256/${blob#sha256:}"
	hull images
	equal "$(wc -l <<< "$output")" 1
	[[ "$stderr" == *"has not the"* ]]
}

@test "a full disk is said, and leaves the store as it was" {
	needs_image
	mkdir "$T/small"
	mount -t tmpfs -o size=6m tmpfs "$T/small"
	run --separate-stderr "$HULL" --root "$T/small/store" load --input "$HULL_TEST_WORK/saved/docker.tar"
	[ "$status" = 1 ]
	[[ "$stderr" == *"no space left"* || "$stderr" == *"more than"* ]]
	equal "$(ls "$T/small/store/layers" "$T/small/store/tmp" "$T/small/store/images/blobs/sha256" | grep -v : | tr -d '\n')" ""
	umount "$T/small"
}

@test "an ordinary user has a store of their own" {
	needs_image
	mkdir "$T/home"
	cp "$HULL_TEST_WORK/saved/oci.tar" "$T/home/oci.tar"
	chmod 755 "$T" "$HULL_TEST_WORK"
	run --separate-stderr "$HELPERS/as-user" "$T/home" "$HULL" load --input oci.tar
	equal "$output" "Loaded image: localhost/multi:1"
	[[ "$stderr" == *"1 device nodes were left out"* ]]
	run --separate-stderr "$HELPERS/as-user" "$T/home" "$HULL" inspect --format '{{index .LayerDirs 0}}' multi:1
	[[ "$output" == "$T/home/.local/share/hull/layers/"* ]]
	# ids from 1 on are the user's subordinate ones
	equal "$(stat -c %u:%g "$output/etc/file" "$output/bin/busybox")" $'300011:300033\n3000:3000'
	run --separate-stderr "$HELPERS/as-user" "$T/home" "$HULL" rmi multi:1
	[ "$status" = 0 ]
	equal "$(find "$T/home/.local/share/hull/layers" "$T/home/.local/share/hull/tmp" -mindepth 1)" ""
}

@test "without subordinate ids every file is the user's own" {
	needs_image
	mkdir "$T/home"
	cp "$HULL_TEST_WORK/saved/docker.tar" "$T/home/docker.tar"
	chmod 755 "$T" "$HULL_TEST_WORK"
	mkdir -p "$T/home/.etc"
	touch "$T/home/.etc/subuid" "$T/home/.etc/subgid"
	run --separate-stderr "$HELPERS/as-user" "$T/home" "$HULL" load --input docker.tar
	equal "$output" "Loaded image: localhost/multi:1"
	run --separate-stderr "$HELPERS/as-user" "$T/home" "$HULL" inspect --format '{{index .LayerDirs 0}}' multi:1
	equal "$(find "$output" -printf '%U:%G\n' | sort -u)" 3000:3000
}
