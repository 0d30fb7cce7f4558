#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# podman as an ordinary user, who has sub-ids and no cgroups.

load lib
load podman

setup_file() {
	needs podman conmon curl newuidmap || return 0
	local config=$CLIENTS_WORK/user/.config/containers

	mkdir -p "$config"
	podman_configuration > "$config/containers.conf"
	printf '%s\n' '[storage]' 'driver = "overlay"' 'runroot = "/run/user/3000/containers"' \
		"graphroot = \"$CLIENTS_WORK/user/storage\"" > "$config/storage.conf"
	chown -R 3000:3000 "$CLIENTS_WORK/user"
	podman load -q -i "$CLIENTS_WORK/image.tar" > "$W/log" 2>&1 || return 0
	podman run -d --name long --network none "$IMAGE" sh -c "$COUNTER" >> "$W/log" 2>&1 || return 0
	ready
}

teardown_file() {
	[ -e "$W/ready" ] || return 0
	podman rm -af -t 0 > /dev/null
	eventually no_container_process
}

# no_container_process: nothing runs with an id from the user's sub-ids or with the image's root
no_container_process() {
	! grep -l "$CLIENTS_WORK/user/storage/overlay/" /proc/[0-9]*/mountinfo 2> /dev/null |
		grep -v "^/proc/$(pause_process)/" | grep -q .
}

# pause_process: podman's own, which keeps its user namespace
pause_process() {
	cat /run/user/3000/libpod/tmp/pause.pid 2> /dev/null || echo none
}

podman() {
	(
		cd "$CLIENTS_WORK/user" || exit 1
		exec timeout -k 5 120 setpriv --reuid 3000 --regid 3000 --clear-groups --inh-caps=-all env -i \
			PATH="$PATH" HOME="$CLIENTS_WORK/user" USER=hulltest XDG_RUNTIME_DIR=/run/user/3000 TERM=dumb \
			TMPDIR="$TMPDIR" podman "$@" 3>&- 4>&-
	)
}

offline() {
	podman run --rm --network none "$@"
}

status_of() {
	podman inspect -f '{{.State.Status}}' "$1"
}

@test "rootless podman uses the runtime under test" {
	run podman info --format '{{.Host.OCIRuntime.Path}} {{.Host.Security.Rootless}}'
	prints "$RUNTIME true"
}

@test "rootless podman run: output and status are the program's" {
	run offline "$IMAGE" sh -c 'echo out; echo err >&2; exit 42'
	exits_with 42
	says out err
}

@test "rootless podman run: 127 is for a missing program, 126 for one that cannot be executed" {
	run -127 offline "$IMAGE" /no/such/program
	run offline "$IMAGE" /etc/passwd
	exits_with 126
}

@test "rootless podman run: root inside is the user, all others are sub-ids" {
	run offline "$IMAGE" sh -c 'tr -s " " < /proc/self/uid_map'
	prints $' 0 3000 1\n 1 300000 65536'
}

@test "rootless podman run --userns keep-id: the user has his own id" {
	run offline --userns keep-id "$IMAGE" sh -c 'id -u; id -g'
	prints $'3000\n3000'
}

@test "rootless podman run --uidmap: a part of the sub-ids" {
	run offline --uidmap 0:1:1000 --gidmap 0:1:1000 "$IMAGE" sh -c 'id -u; tr -s " " < /proc/self/uid_map'
	prints $'0\n 0 1 1000'
}

@test "rootless podman run -u: a user of the image's" {
	run offline -u user "$IMAGE" sh -c 'id -u; id -g; touch /tmp/x && stat -c %u /tmp/x'
	prints $'1000\n1000\n1000'
}

@test "rootless podman run -t: a terminal of the container's own" {
	run offline -t "$IMAGE" tty
	prints_like '/dev/pts/[0-9]+'
}

@test "rootless podman run -i: input reaches the program" {
	run offline -i "$IMAGE" cat <<< "from outside"
	prints "from outside"
}

@test "rootless podman run -w -e --hostname" {
	run offline -w /tmp -e X=y --hostname here "$IMAGE" sh -c 'pwd; echo $X; hostname'
	prints $'/tmp\ny\nhere'
}

@test "rootless podman run --cap-drop all" {
	run offline --cap-drop all "$IMAGE" grep Cap /proc/self/status
	succeeds
	equal "$(grep -c '0000000000000000$' <<< "$output")" 5
}

@test "rootless podman run: the default seccomp profile is in force" {
	run offline "$IMAGE" grep '^Seccomp:' /proc/self/status
	prints $'Seccomp:\t2'
}

@test "rootless podman run --read-only: the root is, its tmpfs is not" {
	run offline --read-only "$IMAGE" sh -c 'touch /tmp/x; touch /x'
	exits_with 1
	equal "$output" "touch: /x: Read-only file system"
}

@test "rootless podman run --tmpfs: with its size" {
	run offline --tmpfs /t:size=4m "$IMAGE" sh -c 'df -k /t | tail -n 1'
	succeeds
	matches "$output" '^tmpfs +4096 '
}

@test "rootless podman run -v: files made inside belong to the user" {
	podman unshare mkdir "$CLIENTS_WORK/user/volume"
	run offline -v "$CLIENTS_WORK/user/volume:/v" "$IMAGE" sh -c 'echo kept > /v/file'
	succeeds
	equal "$(stat -c %u "$CLIENTS_WORK/user/volume/file")" 3000
	run offline -v "$CLIENTS_WORK/user/volume:/v:ro" "$IMAGE" sh -c 'cat /v/file; touch /v/other'
	exits_with 1
	says kept "Read-only file system"
}

@test "rootless podman run --device: a device of the machine's" {
	run offline --device /dev/null:/dev/nothing "$IMAGE" sh -c 'echo x > /dev/nothing; stat -c %F /dev/nothing'
	prints "character special file"
}

@test "rootless podman run --network none: there is only lo" {
	run offline "$IMAGE" sh -c 'ls /sys/class/net; ip -o addr show lo | grep -c 127.0.0.1/8'
	prints $'lo\n1'
}

@test "rootless podman run --network host: the interfaces are ours" {
	run podman run --rm --network host "$IMAGE" readlink /proc/self/ns/net
	prints "$(readlink /proc/self/ns/net)"
}

@test "rootless podman run: slirp4netns gives an address, and a port can be published" {
	command -v slirp4netns > /dev/null || skip "slirp4netns is not installed (make deps)"
	[ -e /dev/net/tun ] || skip "no /dev/net/tun"
	podman run -d --name web -p 127.0.0.1:18080:80 "$IMAGE" \
		sh -c 'ip -4 -o addr show tap0 > /tmp/index.html; exec httpd -f -p 80 -h /tmp'
	eventually curl -sf -m 2 http://127.0.0.1:18080/
	run curl -sS -m 2 http://127.0.0.1:18080/
	says "inet 10.0.2."
	podman rm -f -t 0 web
}

@test "rootless podman exec: output, status, user and directory" {
	run podman exec -u 1000 -w /tmp long sh -c 'id -u; pwd; exit 43'
	exits_with 43
	equal "$output" $'1000\n/tmp'
}

@test "rootless podman exec -t: a terminal" {
	run podman exec -t long tty
	prints_like '/dev/pts/[0-9]+'
}

@test "rootless podman logs and top" {
	has_lines() { [ "$(podman logs long | head -n 1)" = "line 1" ]; }
	eventually has_lines
	run podman top long pid comm
	succeeds
	says sh
}

@test "rootless podman restart, stop, start, kill, wait" {
	podman restart -t 0 long
	equal "$(status_of long)" running
	podman stop -t 0 long
	equal "$(status_of long)" exited
	podman start long
	podman kill -s KILL long
	podman wait long
	run podman inspect -f '{{.State.ExitCode}}' long
	prints 137
}
