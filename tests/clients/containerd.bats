#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# containerd by ctr and the shim runc.v2. The namespace of our containers is also the name of their cgroup.

load lib

setup_file() {
	needs containerd ctr containerd-shim-runc-v2 || return 0
	# oom_score: a negative one cannot be set without CAP_SYS_RESOURCE
	cat > "$W/config.toml" <<-END
		version = 2
		root = "$W/root"
		state = "$W/state"
		oom_score = 0
		disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs",
			"io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.grpc.v1.cri"]
		[grpc]
			address = "$W/sock"
		[ttrpc]
			address = "$W/sock.ttrpc"
	END
	background "$W/log" containerd -c "$W/config.toml"
	eventually c version || return 0
	c image import "$CLIENTS_WORK/image.tar" >> "$W/log" 2>&1 || return 0
	new -d "$IMAGE" long /bin/sh -c "$COUNTER" >> "$W/log" 2>&1 || return 0
	ready
}

teardown_file() {
	[ -e "$W/ready" ] || return 0
	c task rm -f long > /dev/null
	eventually nothing_left
	end_background
	[ -z "$(ls "$W/runtime/$CLIENTS_TOKEN")" ]
}

c() {
	timeout -k 5 120 ctr -a "$W/sock" -n "$CLIENTS_TOKEN" "$@" 3>&- 4>&-
}

RUNC_OPTIONS=(--runtime io.containerd.runc.v2 --runc-binary "$RUNTIME" --runc-root "$W/runtime")

new() { # new OPTIONS... IMAGE ID COMMAND...
	c run "${RUNC_OPTIONS[@]}" "$@"
}

status_of() {
	c task ls | awk -v id="$1" '$1 == id { print $3 }'
}

has_status() { # has_status STATUS ID
	[ "$(status_of "$2")" = "$1" ]
}

# limit_of ID KIND: ctr mounts no cgroups into a container, so from outside
limit_of() {
	local file

	file=$(limit "$2")
	file=${file#/sys/fs/cgroup/}
	if [[ $file == */* ]]; then
		cat "/sys/fs/cgroup/${file%/*}/$CLIENTS_TOKEN/$1/${file##*/}"
	else
		cat "/sys/fs/cgroup/$CLIENTS_TOKEN/$1/$file"
	fi
}

# watch_events FILE: from now on, by the process $WATCHER
watch_events() {
	timeout 120 ctr -a "$W/sock" -n "$CLIENTS_TOKEN" events > "$1" < /dev/null 2>&1 3>&- 4>&- &
	WATCHER=$!
	eventually has_event "$1"
}

# has_event FILE: ctr does not say when it listens; a change of the image's labels is an event
has_event() {
	c image label "$IMAGE" "heard=$SRANDOM" && grep -q /images/update "$1"
}

@test "ctr run: output and status are the program's" {
	run new --rm "$IMAGE" t1 /bin/sh -c 'echo out; echo err >&2; exit 42'
	exits_with 42
	says out err
}

@test "ctr run: a missing program and one that cannot be executed are named" {
	run new --rm "$IMAGE" t2 /no/such/program
	exits_with 1
	says /no/such/program "no such file or directory"
	run new --rm "$IMAGE" t3 /etc/passwd
	exits_with 1
	says /etc/passwd "permission denied"
}

@test "ctr run: a killed program has status 137" {
	run new --rm "$IMAGE" t4 /bin/sh -c 'sh -c "kill -KILL \$\$"; exit $?'
	exits_with 137
}

@test "ctr run -t: a terminal of the container's own" {
	run on_terminal ctr -a "$W/sock" -n "$CLIENTS_TOKEN" run --rm -t "${RUNC_OPTIONS[@]}" "$IMAGE" t5 tty
	succeeds
	says /dev/pts/
}

@test "ctr run: input reaches the program" {
	run new --rm "$IMAGE" t6 /bin/head -n 1 <<< "from outside"
	prints "from outside"
}

@test "ctr run --cwd --env" {
	run new --rm --cwd /tmp --env X=y "$IMAGE" t7 /bin/sh -c 'pwd; echo $X'
	prints $'/tmp\ny'
}

@test "ctr run --read-only" {
	run new --rm --read-only "$IMAGE" t8 /bin/touch /x
	exits_with 1
	says "Read-only file system"
}

@test "ctr run --mount: a bind mount" {
	mkdir "$W/volume"
	run new --rm --mount "type=bind,src=$W/volume,dst=/v,options=rbind:rw" "$IMAGE" t9 /bin/sh -c 'echo kept > /v/file'
	succeeds
	equal "$(cat "$W/volume/file")" kept
	run new --rm --mount "type=bind,src=$W/volume,dst=/v,options=rbind:ro" "$IMAGE" t10 /bin/touch /v/other
	exits_with 1
	says "Read-only file system"
}

@test "ctr run --mount: a tmpfs" {
	run new --rm --mount type=tmpfs,src=tmpfs,dst=/t,options=size=4m "$IMAGE" t11 /bin/sh -c 'df -k /t | tail -n 1'
	succeeds
	matches "$output" '^tmpfs +4096 '
}

@test "ctr run --cap-drop" {
	run new --rm --cap-drop CAP_CHOWN "$IMAGE" t18 /bin/chown 1 /tmp
	exits_with 1
	says "Operation not permitted"
}

@test "ctr run --device: a device of the machine's" {
	run new --rm --device /dev/loop-control "$IMAGE" t19 /bin/stat -c '%F %t:%T' /dev/loop-control
	prints "character special file a:ed"
}

@test "ctr run --privileged: all capabilities, nothing masked" {
	run new --rm --privileged "$IMAGE" t12 /bin/sh -c 'grep CapEff /proc/self/status; grep -c " /proc/" /proc/self/mountinfo || true'
	prints "$(grep CapBnd /proc/self/status | sed 's/Bnd/Eff/')"$'\n0'
}

@test "ctr run --seccomp: containerd's profile is in force" {
	run new --rm --seccomp "$IMAGE" t13 /bin/grep '^Seccomp:' /proc/self/status
	prints $'Seccomp:\t2'
}

@test "ctr run --no-pivot" {
	run new --rm --no-pivot "$IMAGE" t14 /bin/echo here
	prints here
}

@test "ctr run --uidmap --gidmap: root inside is an ordinary user outside" {
	run new --rm --uidmap 0:300000:1000 --gidmap 0:300000:1000 "$IMAGE" t15 /bin/sh -c 'id -u; tr -s " " < /proc/self/uid_map'
	prints $'0\n 0 300000 1000'
}

@test "ctr run --net-host: the interfaces are ours" {
	run new --rm --net-host "$IMAGE" t16 readlink /proc/self/ns/net
	prints "$(readlink /proc/self/ns/net)"
}

@test "ctr run: without --net-host there is only lo" {
	run new --rm "$IMAGE" t17 ls /sys/class/net
	prints lo
}

@test "ctr run --pid-file, --detach" {
	new -d --pid-file "$W/long2.pid" "$IMAGE" long2 /bin/sleep 1000
	equal "$(c task ls | awk '$1 == "long2" { print $2 }')" "$(cat "$W/long2.pid")"
	c task rm -f long2
	c container rm long2
}

@test "ctr run --memory-limit --cpus: the limits are set" {
	new -d --memory-limit 33554432 --cpus 0.5 "$IMAGE" limits /bin/sleep 1000
	equal "$(limit_of limits memory)" 33554432
	matches "$(limit_of limits cpu)" '^50000( |$)'
	c task rm -f limits
	c container rm limits
}

@test "ctr task exec: output and status" {
	run c task exec --exec-id e1 long /bin/sh -c 'echo in exec; exit 43'
	exits_with 43
	equal "$output" "in exec"
}

@test "ctr task exec --cwd --user" {
	run c task exec --exec-id e2 --cwd /tmp --user 1000 long /bin/sh -c 'pwd; id -u'
	prints $'/tmp\n1000'
}

@test "ctr task exec -t: a terminal" {
	run on_terminal ctr -a "$W/sock" -n "$CLIENTS_TOKEN" task exec -t --exec-id e3 long tty
	succeeds
	says /dev/pts/
}

@test "ctr task exec: a missing program is named" {
	run c task exec --exec-id e4 long /no/such/program
	exits_with 1
	says /no/such/program
}

@test "ctr task ps: the processes of the container" {
	run c task ps long
	succeeds
	matches "${lines[1]}" '^[0-9]+ '
}

@test "ctr task metrics: memory and processes" {
	run c task metrics long
	succeeds
	says memory pids
}

@test "ctr task pause and resume" {
	c task pause long
	equal "$(status_of long)" PAUSED
	c task resume long
	equal "$(status_of long)" RUNNING
}

@test "ctr events: a container's whole life" {
	watch_events "$W/events"
	new --rm "$IMAGE" eventful /bin/true
	eventually grep -q '/tasks/delete' "$W/events"
	kill "$WATCHER"
	run grep -o '/tasks/[a-z]*' "$W/events"
	says /tasks/create /tasks/start /tasks/exit /tasks/delete
}

@test "ctr: a container that needs too much memory is killed, and an event says so" {
	watch_events "$W/oom-events"
	# the shim looks for want of memory from the end of its start on
	new -d --memory-limit 16777216 "$IMAGE" hungry /bin/sh -c 'until [ -e /tmp/eat ]; do sleep 0.1; done
		head -c 64m /dev/zero | tail > /dev/null; exit 9'
	c task exec --exec-id bell hungry /bin/touch /tmp/eat
	eventually grep -q '/tasks/oom' "$W/oom-events"
	kill "$WATCHER"
	eventually has_status STOPPED hungry
	c task rm hungry || true # its status is not 0
	c container rm hungry
}

@test "ctr task kill: by name, and the status is 137" {
	new -d "$IMAGE" victim /bin/sleep 1000
	c task kill -s KILL victim
	eventually has_status STOPPED victim
	run c task rm victim
	says 137
	c container rm victim
}

@test "containerd reads the runtime's entry that is shipped" {
	run containerd --config "$CONTRIB/containerd/hull-1.toml" config dump
	succeeds
	says "containerd.runtimes.hull]" '/usr/bin/hull-oci"'
}
