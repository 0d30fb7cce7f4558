#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Containers of root in user namespaces: a range of ids each, layers whose ids are mapped.

load lib
load engine

MAP='tr -s " " < /proc/self/uid_map'

# a file system on which ids can be mapped: that of the tests is one in memory, which older kernels do not map
setup() {
	begin_engine_test
	can_map || skip "this kernel or file system has no idmapped mounts"
}

can_map() {
	"$HULL" --root "$HULL_ROOT" run --rm --cgroup-parent "/$HULL_TEST_TOKEN" --userns auto busybox true 2> "$T/why" ||
		! grep -q 'map the ids' "$T/why"
}

outside() { # outside CONTAINER FORMAT FILE: of a file of its own layer
	stat -c "$2" "$HULL_ROOT/containers/$(field "$1" '{{.Id}}')/upper/$3"
}

first_id() { # first_id CONTAINER: what its root is outside
	awk 'NR == 1 { print $2 }' "/proc/$(field "$1" '{{.State.Pid}}')/uid_map"
}

@test "each container has ids of its own, and its files are as without a user namespace" {
	start_box one --userns auto -- 'touch /mine; touch /theirs; chown 33:44 /theirs; stat -c %u /bin/busybox /mine /theirs /etc/hosts; sleep 1000'
	start_box two --userns auto -- 'sleep 1000'
	eventually has_said one $'0\n0\n33\n0'
	differs "$(first_id one)" "$(first_id two)"
	between "$(($(first_id two) - $(first_id one)))" 65536 65536
	equal "$(stat -c %u "/proc/$(field one '{{.State.Pid}}')")" "$(first_id one)"
	# on the disk nothing is shifted
	equal "$(outside one %u:%g mine) $(outside one %u:%g theirs)" '0:0 33:44'
	hull exec one id -u
	prints 0
	hull exec -u 33 one sh -c 'echo x >> /theirs; cat /theirs'
	prints x
	hull rm -f one
	start_box three --userns auto -- 'sleep 1000' # takes the free range
	equal "$(first_id three)" "$(($(first_id two) - 65536))"
	hull rm -f two three
	succeeds
	nothing_is_left
	[ -z "$(ls "$HULL_ROOT/ids")" ]
}

@test "a container keeps its range and its files over a restart" {
	start_box box --userns auto:size=100 -- "$MAP; echo run >> /count; wc -l < /count; sleep 1000"
	eventually has_said box ' 100'
	eventually has_said box 1
	hull restart -t 0 box
	succeeds
	eventually has_said box 2
	hull logs box
	equal "$(grep -c ' 100$' <<< "$output") $(grep ' 100$' <<< "$output" | sort -u | wc -l)" '2 1'
}

@test "root inside is nobody outside" {
	mkdir -m 700 "$T/host"
	echo secret > "$T/host/file"
	busybox --userns auto -v "$T/host:/host" -- 'cat /host/file'
	exits_with 1
	busybox --userns auto --privileged --pid host -- 'kill -0 1'
	exits_with 1
	busybox --userns auto --privileged -- 'mknod /x b 8 0'
	exits_with 1
	busybox --userns auto -- 'cp /bin/busybox /suid; chmod 6755 /suid; stat -c %u:%a /suid'
	prints 0:6755
}

@test "a directory's ids are mapped where that is asked for" {
	mkdir "$T/data"
	chmod 700 "$T/data"
	chown 0:0 "$T/data"
	busybox --userns auto -v "$T/data:/data:idmap" -- 'touch /data/x; chown 7:8 /data/x; stat -c %u:%g /data /data/x'
	prints $'0:0\n7:8'
	equal "$(stat -c %u:%g "$T/data/x")" 7:8
	busybox -v "$T/data:/data:idmap" -- true
	exits_with 125
	[[ $stderr == *idmap* ]]
}

@test "maps are taken as they are given, and checked before anything is made" {
	busybox --uidmap 0:200000:1000 --uidmap 5000:300000 -- "$MAP; tr -s ' ' < /proc/self/gid_map"
	prints $' 0 200000 1000\n 5000 300000 1\n 0 200000 1000\n 5000 300000 1'
	busybox --uidmap 0:200000:1000 --gidmap 0:400000:10 -- 'tr -s " " < /proc/self/gid_map; tty; ls -ld /dev/pts | wc -l'
	says ' 0 400000 10'
	busybox --uidmap 0:200000:3 -- 'ls -ld /dev/pts | wc -l' # no group for terminals
	prints 1
	local wrong

	for wrong in --uidmap={0,0:1:2:3,1:1:1,x:1:1,0:1:0,0:4294967295:2} --userns={what,auto:size=0,auto:size=65537,container:none} \
		'--userns=auto --uidmap=0:1:1'; do
		# shellcheck disable=SC2086 # words
		busybox $wrong -- true
		exits_with 125
		matches "$stderr" '(uidmap|userns|container)'
	done
	nothing_is_left
}

@test "one container's user namespace is another one's, too" {
	start_box first --userns auto -- 'sleep 1000'
	busybox --userns container:first -- 'readlink /proc/self/ns/user; stat -c %u /bin/busybox; touch /x; stat -c %u /x'
	prints "$(readlink "/proc/$(field first '{{.State.Pid}}')/ns/user")"$'\n0\n0'
	hull rm -f first
	run_hull --name later --userns container:first busybox true
	exits_with 125
	nothing_is_left
}

@test "commands that look at a container from outside know it" {
	start_box box --userns auto --memory 64m --pids-limit 20 -- 'sleep 1000'
	hull top box
	says "sleep 1000"
	hull pause box
	succeeds
	hull unpause box
	succeeds
	hull update --memory 80m box
	succeeds
	hull audit --format json box
	equal "$(jq -r '.[] | select(.outcome == "does not hold" and .check != "lsm") | .check' <<< "$output")" ''
	equal "$(field box '{{.HostConfig.UsernsMode}}')" auto
	hull stop -t 0 box
	succeeds
}

@test "ranges of dead commands are found and removed" {
	mkdir -p "$HULL_ROOT/ids"
	printf '%064d' 9 > "$HULL_ROOT/ids/1879113728"
	hull system check
	exits_with 1
	says 'ids from 1879113728 on'
	hull system check --repair
	succeeds
	hull system check
	prints ''
}

@test "the range comes from what /etc/subuid and /etc/subgid give to hull" {
	mkdir "$T/etc"
	for file in subuid subgid; do
		cat /etc/$file > "$T/etc/$file" 2> /dev/null || true
		echo hull:500000:131072 >> "$T/etc/$file"
	done
	cat > "$T/try" <<- EOF
		mount --bind $T/etc/subuid /etc/subuid && mount --bind $T/etc/subgid /etc/subgid || exit 99
		for name in one two three; do
			$HULL --root $HULL_ROOT run -d --name \$name --cgroup-parent /$HULL_TEST_TOKEN --userns auto busybox sleep 1000
		done
	EOF
	[ -e /etc/subuid ] && [ -e /etc/subgid ] || skip "there is no /etc/subuid to cover"
	run unshare --mount sh "$T/try"
	[ "$status" = 125 ]
	says 'no range of 65536 ids is left'
	equal "$(first_id one) $(first_id two)" '500000 565536'
}
