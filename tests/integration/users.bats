#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Containers of hull for an ordinary user: what is different for them. What is the same is tested by
# run.bats and containers.bats with AS_USER.

AS_USER=1
load lib
load engine

outside() { # outside NAME COMMAND...: the field of a file in the container's own layer
	stat -c "$2" "$HULL_ROOT"/containers/*/upper/"$1"
}

without_sub_ids() {
	mkdir -p "$T/home/.etc"
	touch "$T/home/.etc/subuid" "$T/home/.etc/subgid"
}

@test "root inside is the user, and the others are their subordinate ids" {
	start_box box -- 'touch /mine; touch /theirs; chown 5:6 /theirs; mkdir -m 700 /closed; touch /closed/x
		chown -R 7:7 /closed; tr -s " " < /proc/self/uid_map; sleep 1000'
	eventually has_said box ' 1 300000 65536'
	says ' 0 3000 1'
	eventually test -e "$HULL_ROOT"/containers/*/upper/closed
	equal "$(outside mine %u:%g)" 3000:3000
	equal "$(outside theirs %u:%g)" 300004:300005
	equal "$(outside closed %u:%a)" 300006:700
	hull rm -f box # with files that the user may neither read nor remove as who they are
	succeeds
	nothing_is_left
	[ -z "$(ls "$HULL_ROOT/tmp")" ]
}

@test "every user of an image can be had, and a program with set-user-id is one" {
	busybox -u 65535:65536 -- 'id -u; id -g'
	prints $'65535\n65536'
	busybox -u 65537 -- true
	exits_with 125
	[[ $stderr == *'no such id'*/etc/subuid* ]]
	start_box box -v "$HULL_TEST_WORK/bin/syscall:/syscall:ro" -- '
		cp /syscall /bin/call; chown 9 /bin/call; chmod 4755 /bin/call; echo there; sleep 1000'
	eventually has_said box there
	hull exec -u 1 box /bin/call "$(printf '#include <sys/syscall.h>\nSYS_geteuid' | cc -E -P - | tail -n 1)"
	prints 'returned 9'
}

@test "without subordinate ids there is one user inside, and it is this one" {
	without_sub_ids
	busybox -- 'tr -s " " < /proc/self/uid_map; id -G; touch /x; tty; cat /proc/self/setgroups'
	equal "$output" $' 0 3000 1\n0\nnot a tty\ndeny'
	hull run -d --name box -t busybox sh -c 'tty; stat -c %g $(tty); sleep 1000'
	eventually has_said box /dev/pts/0
	hull exec box id -u
	prints 0
	hull exec -u 5 box id
	[ "$status" != 0 ]
	hull rm -f box
	busybox -u 5 -- true
	exits_with 125
	[[ $stderr == *'no such id'*/etc/subuid* ]]
	busybox --group-add 5 -- true
	exits_with 125
	[[ $stderr == *setgroups* ]]
	nothing_is_left
}

@test "a limit that cannot be set is an error that says why, and nothing is left" {
	local option

	for option in --memory=64m --cpus=0.5 --pids-limit=10 --cpuset-cpus=0; do
		busybox "$option" -- true
		exits_with 125
		[[ $stderr == *cgroup*'ordinary user'* ]]
		nothing_is_left
	done
	start_box box -- 'sleep 1000'
	hull update --memory 64m box
	exits_with 1
	[[ $stderr == *'no cgroup'* ]]
	hull pause box
	exits_with 1
	[[ $stderr == *'no cgroup'* ]]
	equal "$(field box '{{.State.Status}}')" running
}

@test "what would need more than this user has is refused, not done by half" {
	busybox --sysctl kernel.panic=1 -- true
	exits_with 125
	busybox --oom-score-adj -500 -- true
	exits_with 125
	[[ $stderr == *oom_score_adj* ]]
	busybox --oom-score-adj 500 -- 'cat /proc/self/oom_score_adj'
	prints 500
	busybox --ulimit nofile=9999999 -- true
	exits_with 125
	busybox --privileged -- 'grep CapEff /proc/self/status; mount -t tmpfs tmpfs /tmp && echo mounted; reboot -f 2>&1'
	[[ $output == *mounted* ]]
	nothing_is_left
}

@test "the store of one user is nobody else's" {
	start_box box -- 'sleep 1000'
	equal "$(stat -c %a:%u "$HULL_ROOT")" 700:3000
	run "$HULL" --root "$HULL_ROOT" ps
	[ "$status" = 1 ]
	[[ $output == *'belongs to user 3000'* ]]
	HULL_ROOT=$T/home/other hull ps -aq
	prints ''
}

@test "the audit finds nothing that an ordinary user's container gives away" {
	start_box box -- 'sleep 1000'
	hull audit --format json box
	equal "$(jq -r '.[] | select(.outcome == "does not hold" and .check != "lsm") | .check' <<< "$output")" ''
	between "$(jq '[.[] | select(.outcome == "holds")] | length' <<< "$output")" 25 100
}

@test "groups of the user are not writable inside, with whatever namespace of groups (CVE-2023-25809)" {
	local mode

	for mode in private host; do
		busybox --cgroupns "$mode" -- 'for dir in $(find /sys/fs/cgroup -type d | head -n 200); do
			mkdir "$dir/made" 2> /dev/null && echo "$dir"; done; find /sys/fs/cgroup -maxdepth 0'
		prints /sys/fs/cgroup
	done
}

@test "host namespaces, devices and files of the user" {
	mkdir "$T/home/data"
	chown 3000:3000 "$T/home/data"
	busybox --network host --pid host --ipc host -v "$T/home/data:/data" -- 'touch /data/x; ls /sys/class/net; ls -d /proc/[0-9]* | wc -l'
	succeeds
	equal "$(stat -c %u "$T/home/data/x")" 3000
	busybox --device /dev/zero:/dev/nothing:r -- 'head -c 3 /dev/nothing | wc -c'
	prints 3
	busybox -v /root/.:/data -- true
	exits_with 125
}

@test "containers of a user can share a user namespace, and get no ids that the user has not" {
	start_box first -- 'sleep 1000'
	busybox --userns container:first -- 'readlink /proc/self/ns/user; touch /x; chown 5 /x; stat -c %u /x'
	prints "$(readlink "/proc/$(field first '{{.State.Pid}}')/ns/user")"$'\n5'
	busybox --userns private -- 'tr -s " " < /proc/self/uid_map'
	prints $' 0 3000 1\n 1 300000 65536'
	busybox --userns auto -- true
	exits_with 125
	[[ $stderr == *'only root'* ]]
	busybox --uidmap 0:0:1 -- true
	exits_with 125
	[[ $stderr == *'only root'* ]]
	mkdir "$T/home/data"
	chown 3000:3000 "$T/home/data"
	busybox -v "$T/home/data:/data:idmap" -- true
	exits_with 125
	[[ $stderr == *idmap* ]]
}

@test "volumes, cp, export, diff and commit work with files of any of the user's ids" {
	start_box maker -- 'mkdir -m 700 /srv; echo x > /srv/file; chown -R 12:34 /srv; echo ready; sleep 1000'
	eventually has_said maker ready
	hull diff maker
	prints $'A /srv\nA /srv/file'
	hull commit maker made
	succeeds
	run_hull --rm -v data:/srv made stat -c '%u:%g %a' /srv /srv/file
	prints $'12:34 700\n12:34 644'
	hull cp maker:/srv "$T/home/out"
	equal "$(stat -c %u:%g "$T/home/out/file")" 3000:3000
	hull cp "$T/home/out/file" maker:/srv/copied
	hull exec maker stat -c '%u:%g' /srv/copied
	prints 0:0
	hull stop -t 0 maker
	hull cp maker:/srv/file "$T/home/stopped"
	equal "$(cat "$T/home/stopped")" x
	hull export -o "$T/home/e.tar" maker
	equal "$(tar --numeric-owner -tvf "$T/home/e.tar" srv/file | cut -d ' ' -f 2)" 12/34
	hull rm -f maker
	hull volume rm data
	prints data
	hull system check
	prints ''
}

needs_pasta() {
	command -v pasta > /dev/null || skip "pasta is missing (make deps)"
	[ -e /dev/net/tun ] || skip "there is no /dev/net/tun"
	# the suite has a network of its own without a way out: one that looks like it
	ip link add hulluser0 type veth peer name hulluser1
	ip address add 192.0.2.9/24 dev hulluser0
	ip link set hulluser1 up
	ip link set hulluser0 up
	ip route add default via 192.0.2.1
}

eval "engine_$(declare -f teardown)"
teardown() {
	engine_teardown
	ip link delete hulluser0 2> /dev/null || true
}

pastas() {
	pgrep -f -- "--pid $HULL_ROOT/containers/" || true
}

no_pasta() {
	[ -z "$(pastas)" ]
}

@test "a container leads outside by pasta, from its first moment to its end" {
	needs_pasta
	busybox -- 'ip -o -4 addr show scope global | wc -l; ip route | grep -c ^default; cat /etc/resolv.conf'
	equal "${lines[*]:0:2}" '1 1'
	says nameserver
	eventually no_pasta
	start_box box -- 'sleep 1000'
	equal "$(pastas | wc -l)" 1
	hull restart -t 0 box
	equal "$(pastas | wc -l)" 1
	hull exec box ip -o link
	says lo
	hull stop -t 0 box
	succeeds
	eventually no_pasta
	busybox --network none -- 'ip -o link | wc -l'
	prints 1
	run_hull --rm busybox no-such-command
	exits_with 127
	eventually no_pasta
}

@test "what an ordinary user's network cannot be is refused, and without pasta there is none" {
	busybox --network mine -- true
	exits_with 125
	[[ $stderr == *'need root'* ]]
	busybox --network pasta --network none -- true
	exits_with 125
	needs_pasta
	cat > "$T/hidden" <<- EOF
		for file in /usr/bin/pasta /usr/local/bin/pasta /bin/pasta; do
			[ ! -e \$file ] || mount --bind /dev/null \$(readlink -f \$file)
		done
		exec ${CALLER[*]} $HULL --root $HULL_ROOT run --rm busybox sh -c 'ip -o link | wc -l'
	EOF
	run unshare --mount --propagation private bash "$T/hidden"
	succeeds
	says 'no network' 'package passt'
}

@test "a container whose processes were all killed leaves no pasta behind a repair" {
	needs_pasta
	start_box box -- 'sleep 1000'
	kill -KILL "$(jq .Monitor "$HULL_ROOT"/containers/*/start.json)" "$(field box '{{.State.Pid}}')"
	equal "$(pastas | wc -l)" 1
	eventually is_field box '{{.State.Running}}' false
	hull system check --repair
	eventually no_pasta
	hull rm box
	succeeds
}
