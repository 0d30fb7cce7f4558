#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Images and containers that want to reach what is hull's or the host's: by files that hull looks at
# when it starts a container, by the places of its own mounts, by the program that it lends.

load ../integration/lib
load ../integration/engine

# odd_image SCRIPT: a busybox image whose root (the directory it runs in) the script has changed
odd_image() {
	rm -rf "$T/odd"
	mkdir -p "$T/odd/bin" "$T/odd/etc"
	cp "$(type -P busybox)" "$T/odd/bin/busybox"
	for name in sh cat ls id echo mount; do ln -s busybox "$T/odd/bin/$name"; done
	(cd "$T/odd" && eval "$1")
	tar -C "$T/odd" -cf "$T/odd.tar" .
	hull import --change 'CMD ["sh"]' "$T/odd.tar" odd
	succeeds
}

@test "an image's users are looked up inside of the image" {
	odd_image 'ln -s ../../../../../../../../etc/passwd etc/passwd; ln -s /etc/group etc/group'
	run_hull --rm -u daemon odd id -u
	exits_with 125
	odd_image 'ln -s /proc/self/root/etc/passwd etc/passwd'
	run_hull --rm -u daemon odd id -u
	exits_with 125
	odd_image 'mknod etc/passwd c 1 5' # without an end
	run_hull --rm -u daemon odd id -u
	exits_with 125
	[[ $stderr == *'not a regular file'* ]]
	odd_image 'mkfifo etc/passwd' # without a writer
	run_hull --rm -u daemon odd id -u
	exits_with 125
	nothing_is_left
}

@test "control: a user that the image has is found" {
	odd_image 'echo daemon:x:1:1::/:/bin/sh > etc/passwd'
	run_hull --rm -u daemon odd id -u
	prints 1
}

@test "hull's own mounts do not follow an image's links to the host" {
	mkdir "$T/host"
	odd_image "ln -s $T/host/made etc/hosts; ln -s ../../../../../..$T/host/name etc/hostname; ln -s $T/host dev"
	run_hull --rm odd sh -c 'cat /etc/hosts'
	[ -z "$(ls -A "$T/host")" ]
	odd_image "rm -r etc; ln -s $T/host etc"
	run_hull --rm odd sh -c 'ls /'
	[ -z "$(ls -A "$T/host")" ]
	nothing_is_left
}

@test "the program that --init lends is the container's own copy" {
	local before

	before=$(sha256sum < "$(dirname "$HULL")/hull-reaper")
	busybox --init -- 'echo x > /dev/.hull-reaper 2>&1; echo x > /proc/1/exe 2>&1; echo end'
	prints end
	busybox --init --privileged -- 'mount -o remount,bind,rw /dev/.hull-reaper; echo x >> /dev/.hull-reaper 2>&1; echo end'
	says end
	equal "$(sha256sum < "$(dirname "$HULL")/hull-reaper")" "$before"
	busybox --init -- 'echo still there'
	prints 'still there'
}

@test "what a container writes cannot make its log lie or fill the disk" {
	start_box box --log-opt max-size=64k --log-opt max-file=2 -- '
		printf "{\"log\":\"forged\",\"stream\":\"stderr\",\"time\":\"2001-01-01T00:00:00Z\"}\n"
		printf "\"}\n\000\n"; yes | head -c 5000000'
	hull wait box
	prints 0
	between "$(cat "$T/store"/containers/*/log.json* | wc -c)" 1000 140000
	hull logs box
	succeeds
	equal "$stderr" ''
	hull rm box
	start_box other -- 'printf "{\"log\":\"forged\",\"stream\":\"stderr\",\"time\":\"2001-01-01T00:00:00Z\"}\n"'
	hull wait other
	hull logs other
	equal "$stderr" ''
	equal "$output" '{"log":"forged","stream":"stderr","time":"2001-01-01T00:00:00Z"}'
}

@test "a container sees nothing of hull: no socket, no descriptor, no store" {
	busybox -- 'ls -l /proc/self/fd /proc/1/fd; cat /proc/1/mountinfo | cut -d " " -f 4,5; ls /run'
	does_not_say attach.sock memfd
	busybox -- 'cat /proc/1/environ | tr "\0" "\n"; grep -c . /proc/1/maps'
	does_not_say "$T"
	busybox --pid host --cap-add SYS_PTRACE -- 'grep -l hull-monitor /proc/[0-9]*/comm | wc -l'
	succeeds # the host's processes are what --pid host is for
}

# on_terminal ARGS...: hull, with a terminal of its own; what it shows is in $T/screen
on_terminal() {
	script -qefc "$HULL --root $T/store $*" /dev/null < "${INPUT:-/dev/null}" > "$T/screen"
}

@test "the user's terminal is not in a container that has not its own" {
	start_box box -- 'while :; do sleep 0.1; done'
	on_terminal exec box sh -c "'for i in 0 1 2; do test -t \$i && echo terminal; readlink /proc/self/fd/\$i; done; exit 5'" || status=$?
	exits_with 5
	not grep -q -e terminal -e /dev/pts -e /dev/tty "$T/screen"
	equal "$(grep -c pipe: "$T/screen")" 2
	SECONDS=0
	on_terminal exec box sh -c "'sleep 30 & echo back'"
	grep -q back "$T/screen"
	between "$SECONDS" 0 10
	echo typed > "$T/typed"
	INPUT=$T/typed on_terminal exec -i box sh -c "'test -t 0 && echo terminal; read x; echo got \$x'"
	grep -q 'got typed' "$T/screen"
	not grep -q terminal "$T/screen"
	on_terminal run --rm --cgroup-parent "/$HULL_TEST_TOKEN" busybox sh -c "'test -t 1 && echo terminal; echo end'"
	grep -q end "$T/screen"
	not grep -q terminal "$T/screen"
}

@test "control: with -t there is a terminal, and it is the container's" {
	start_box box -- 'while :; do sleep 0.1; done'
	on_terminal exec -t box sh -c "'test -t 1 && echo terminal; tty'"
	grep -q terminal "$T/screen"
	grep -q /dev/pts/0 "$T/screen"
}
