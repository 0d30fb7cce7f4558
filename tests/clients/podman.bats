#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# podman as root: a store of its own, conmon, a bridge by netavark.

load lib
load podman

setup_file() {
	needs podman conmon curl || return 0
	{
		podman_configuration
		[ ! -e /usr/lib/podman/netavark ] || printf '%s\n' '[network]' 'network_backend = "netavark"' \
			"network_config_dir = \"$W/networks\""
	} > "$W/containers.conf"
	podman load -q -i "$CLIENTS_WORK/image.tar" > "$W/log" 2>&1 || return 0
	podman run -d --name long --cgroup-parent "/$CLIENTS_TOKEN" --network none "$IMAGE" sh -c "$COUNTER" >> "$W/log" 2>&1 ||
		return 0
	ready
}

teardown_file() {
	[ -e "$W/containers.conf" ] || return 0
	podman rm -af -t 0 > /dev/null
	eventually nothing_left
	[ -z "$(grep -F "$W/root/overlay-containers" /proc/self/mountinfo)" ]
}

podman() {
	CONTAINERS_CONF=$W/${configuration:-containers.conf} timeout -k 5 120 podman --root "$W/root" --runroot "$W/run" \
		--tmpdir "$W/podman-tmp" --storage-driver overlay "$@" 3>&- 4>&-
}

# new ARGS...: podman run below our own cgroup; offline ARGS...: and without a network
new() {
	podman run --cgroup-parent "/$CLIENTS_TOKEN" "$@"
}

offline() {
	new --rm --network none "$@"
}

status_of() {
	podman inspect -f '{{.State.Status}}' "$1"
}

@test "podman uses the runtime under test" {
	run podman info --format '{{.Host.OCIRuntime.Path}}'
	prints "$RUNTIME"
}

@test "podman run: output and status are the program's" {
	run offline "$IMAGE" sh -c 'echo out; echo err >&2'
	succeeds
	says out err
	run offline "$IMAGE" sh -c 'exit 42'
	exits_with 42
}

@test "podman run: 127 is for a missing program, 126 for one that cannot be executed" {
	run -127 offline "$IMAGE" /no/such/program
	run offline "$IMAGE" /etc/passwd
	exits_with 126
}

@test "podman run: input reaches the program" {
	run offline -i "$IMAGE" cat <<< "from outside"
	prints "from outside"
}

@test "podman run -t: a terminal of the container's own" {
	run offline -t "$IMAGE" tty
	prints_like '/dev/pts/[0-9]+'
}

@test "podman run -u -w -e --hostname" {
	run offline -u 1000:50 -w /tmp -e X=y --hostname here "$IMAGE" sh -c 'id -u; id -g; pwd; echo $X; hostname'
	prints $'1000\n50\n/tmp\ny\nhere'
}

@test "podman run --group-add" {
	run offline -u 1000 --group-add 50 "$IMAGE" id -G
	succeeds
	matches " $output " ' 50 '
}

@test "podman run --group-add keep-groups: the groups are those of podman's caller" {
	run env CONTAINERS_CONF="$W/containers.conf" timeout -k 5 120 setpriv --groups 4711 podman --root "$W/root" \
		--runroot "$W/run" --tmpdir "$W/podman-tmp" --storage-driver overlay run --cgroup-parent "/$CLIENTS_TOKEN" \
		--rm --network none --group-add keep-groups "$IMAGE" id -G 3>&- 4>&-
	succeeds
	matches " $output " ' 4711 '
}

@test "podman run --cap-drop all, --cap-add" {
	run offline --cap-drop all "$IMAGE" grep Cap /proc/self/status
	succeeds
	equal "$(grep -c '0000000000000000$' <<< "$output")" 5
	run offline --cap-drop all --cap-add chown "$IMAGE" grep CapEff /proc/self/status
	prints $'CapEff:\t0000000000000001'
}

@test "podman run --security-opt no-new-privileges" {
	run offline --security-opt no-new-privileges "$IMAGE" grep NoNewPrivs /proc/self/status
	prints $'NoNewPrivs:\t1'
}

@test "podman run: the default seccomp profile is in force" {
	run offline "$IMAGE" grep '^Seccomp:' /proc/self/status
	prints $'Seccomp:\t2'
	run offline --security-opt seccomp=unconfined "$IMAGE" grep '^Seccomp:' /proc/self/status
	prints $'Seccomp:\t0'
}

@test "podman run --read-only: the root is, its tmpfs is not" {
	run offline --read-only "$IMAGE" sh -c 'touch /tmp/x; touch /x'
	exits_with 1
	equal "$output" "touch: /x: Read-only file system"
}

@test "podman run --tmpfs: with its size" {
	run offline --tmpfs /t:size=4m,mode=700 "$IMAGE" sh -c 'stat -c %a /t; df -k /t | tail -n 1'
	succeeds
	equal "${lines[0]}" 700
	matches "${lines[1]}" '^tmpfs +4096 '
}

@test "podman run -v: what is written inside is there outside, but not with ro" {
	mkdir "$W/volume"
	run offline -v "$W/volume:/v" "$IMAGE" sh -c 'echo kept > /v/file'
	succeeds
	equal "$(cat "$W/volume/file")" kept
	run offline -v "$W/volume:/v:ro" "$IMAGE" sh -c 'cat /v/file; touch /v/other'
	exits_with 1
	says kept "Read-only file system"
}

@test "podman run -v: a named volume outlives its container" {
	run offline -v data:/v "$IMAGE" sh -c 'echo kept > /v/file'
	succeeds
	run offline -v data:/v "$IMAGE" cat /v/file
	prints kept
	podman volume rm data
}

@test "podman run --device" {
	run offline --device /dev/loop-control "$IMAGE" stat -c '%F %t:%T' /dev/loop-control
	prints "character special file a:ed"
}

@test "podman run --ulimit --sysctl" {
	run offline --ulimit nofile=100:200 --ulimit nproc=1000:1000 --sysctl net.ipv4.ip_unprivileged_port_start=80 "$IMAGE" \
		sh -c 'ulimit -Sn; ulimit -Hn; cat /proc/sys/net/ipv4/ip_unprivileged_port_start'
	prints $'100\n200\n80'
}

@test "podman run -m --pids-limit --cpus: the limits are seen inside" {
	run offline -m 64m --pids-limit 50 --cpus 0.5 "$IMAGE" cat "$(limit memory)" "$(limit pids)" "$(limit cpu)"
	succeeds
	equal "${lines[0]} ${lines[1]}" "67108864 50"
	matches "${lines[2]}" '^50000( |$)'
}

@test "podman run -m: who needs more is killed, and podman says why" {
	new --network none --name hungry -m 16m --memory-swap 16m "$IMAGE" \
		sh -c 'head -c 64m /dev/zero | tail' > /dev/null 2>&1 || true
	run podman inspect -f '{{.State.OOMKilled}} {{.State.ExitCode}}' hungry
	prints_like '(true|false) 137'
	podman rm hungry
}

@test "podman run --init: a first process that reaps" {
	[ -x /usr/bin/catatonit ] || [ -x /usr/libexec/podman/catatonit ] || skip "catatonit is not installed (make deps)"
	run offline --init "$IMAGE" cat /proc/1/comm
	prints_like 'catatonit|podman-init'
}

@test "podman run --userns: root inside is nobody of the host's" {
	run offline --uidmap 0:300000:1000 --gidmap 0:300000:1000 "$IMAGE" sh -c 'id -u; tr -s " " < /proc/self/uid_map; touch /x && stat -c %u /x'
	prints $'0\n 0 300000 1000\n0'
}

@test "podman run --pid host, --ipc host, --uts host: that namespace is the machine's" {
	local type
	for type in pid ipc uts; do
		run offline "--$type" host "$IMAGE" readlink "/proc/self/ns/$type"
		prints "$(readlink "/proc/self/ns/$type")"
	done
}

@test "podman run --network host: the interfaces are ours" {
	run new --rm --network host "$IMAGE" readlink /proc/self/ns/net
	prints "$(readlink /proc/self/ns/net)"
}

@test "podman run --network none: there is only lo" {
	run offline "$IMAGE" sh -c 'ls /sys/class/net; ip link show lo | grep -q "[<,]UP[,>]" && echo up'
	prints $'lo\nup'
}

@test "podman run: a bridge gives an address, and a port can be published" {
	[ -x /usr/lib/podman/netavark ] || skip "netavark is not installed (make deps)"
	new -d --name web -p 127.0.0.1:18080:80 "$IMAGE" \
		sh -c 'ip -4 -o addr show eth0 > /tmp/index.html; exec httpd -f -p 80 -h /tmp'
	eventually curl -sf -m 2 http://127.0.0.1:18080/
	run curl -sS -m 2 http://127.0.0.1:18080/
	says "inet 10."
	podman rm -f -t 0 web
}

@test "podman exec: output, status, user, directory and environment" {
	run podman exec long sh -c 'echo in exec; exit 43'
	exits_with 43
	equal "$output" "in exec"
	run podman exec -u 1000 -w /tmp -e A=b long sh -c 'id -u; pwd; echo $A'
	prints $'1000\n/tmp\nb'
}

@test "podman exec: 127 is for a missing program, 126 for one that cannot be executed" {
	run -127 podman exec long /no/such/program
	run podman exec long /etc/passwd
	exits_with 126
}

@test "podman exec -t: a terminal" {
	run podman exec -t long tty
	prints_like '/dev/pts/[0-9]+'
}

@test "podman exec -d: it goes on without us" {
	podman exec -d long sh -c 'echo here > /tmp/detached'
	eventually podman exec long test -s /tmp/detached
}

@test "podman exec --privileged: with all capabilities" {
	run podman exec --privileged long grep CapEff /proc/self/status
	prints "$(grep CapBnd /proc/self/status | sed 's/Bnd/Eff/')"
}

@test "podman logs, top and stats" {
	has_lines() { [ "$(podman logs long | head -n 1)" = "line 1" ]; }
	eventually has_lines
	run podman top long pid comm
	succeeds
	says sh
	run podman stats --no-stream --format '{{.PIDs}}' long
	prints_like '[1-9]'
}

@test "podman pause and unpause" {
	podman pause long
	equal "$(status_of long)" paused
	run podman exec long true
	[ "$status" != 0 ]
	says "running containers"
	podman unpause long
	equal "$(status_of long)" running
	podman exec long true
}

@test "podman cp: into and out of a container that is running" {
	echo copied > "$W/file"
	podman cp "$W/file" long:/tmp/file
	run podman exec long cat /tmp/file
	prints copied
	podman cp long:/tmp/file "$W/back"
	equal "$(cat "$W/back")" copied
}

@test "podman create, start, stop, start, kill, wait" {
	podman create --name life --cgroup-parent "/$CLIENTS_TOKEN" --network none "$IMAGE" sleep 1000
	equal "$(status_of life)" created
	podman start life
	equal "$(status_of life)" running
	podman stop -t 0 life
	equal "$(status_of life)" exited
	podman start life
	podman kill -s KILL life
	run podman wait life
	succeeds
	run podman inspect -f '{{.State.ExitCode}}' life
	prints 137
	podman rm life
}

@test "podman stop: the program hears of it" {
	new -d --name polite --network none "$IMAGE" sh -c 'trap "exit 7" TERM; echo ready; while :; do sleep 0.1; done'
	is_ready() { podman logs polite | grep -q ready; }
	eventually is_ready # before its trap TERM is ignored
	podman stop -t 10 polite
	run podman inspect -f '{{.State.ExitCode}}' polite
	prints 7
	podman rm polite
}

@test "podman restart: a new process in the same container" {
	local before
	before=$(podman inspect -f '{{.State.Pid}}' long)
	podman restart -t 0 long
	equal "$(status_of long)" running
	differs "$(podman inspect -f '{{.State.Pid}}' long)" "$before"
}

@test "podman run --health-cmd: healthcheck run" {
	new -d --name healthy --network none --health-cmd 'test -e /tmp/well' --health-interval disable \
		--health-retries 1 "$IMAGE" sleep 1000
	run podman healthcheck run healthy
	[ "$status" != 0 ]
	podman exec healthy touch /tmp/well
	run podman healthcheck run healthy
	succeeds
	podman rm -f -t 0 healthy
}

@test "podman pod: its containers share what they should" {
	podman pod create --name pod --infra=false --cgroup-parent "/$CLIENTS_TOKEN"
	run podman run --rm --pod pod --network none "$IMAGE" echo in pod
	prints "in pod"
	podman pod rm -f pod
}

@test "podman run --network container: the namespace of another" {
	run new --rm --network container:long "$IMAGE" readlink /proc/self/ns/net
	prints "$(podman exec long readlink /proc/self/ns/net)"
}

@test "podman run --cgroupns host: the whole hierarchy is seen" {
	run offline --cgroupns host "$IMAGE" cat /proc/self/cgroup
	succeeds
	says "/$CLIENTS_TOKEN/"
	run offline --cgroupns private "$IMAGE" cat /proc/self/cgroup
	succeeds
	does_not_say "$CLIENTS_TOKEN"
}

@test "podman: hooks of its hooks directory run" {
	mkdir "$W/hooks"
	printf '#!/bin/sh\ncat > %s\n' "$W/hook-saw" > "$W/hook"
	chmod +x "$W/hook"
	jq -n --arg path "$W/hook" '{ version: "1.0.0", hook: { path: $path }, when: { always: true }, stages: ["createRuntime"] }' \
		> "$W/hooks/test.json"
	run podman --hooks-dir "$W/hooks" run --rm --network none --cgroup-parent "/$CLIENTS_TOKEN" "$IMAGE" true
	succeeds
	equal "$(jq -r .status "$W/hook-saw")" creating
}

@test "podman run --annotation run.oci.hooks.stdout: what hooks say is in a file" {
	mkdir -p "$W/loud-hooks"
	printf '#!/bin/sh\necho from the hook\n' > "$W/loud-hook"
	chmod +x "$W/loud-hook"
	jq -n --arg path "$W/loud-hook" '{ version: "1.0.0", hook: { path: $path }, when: { always: true },
		stages: ["createRuntime", "poststart"] }' > "$W/loud-hooks/test.json"
	run podman --hooks-dir "$W/loud-hooks" run --annotation "run.oci.hooks.stdout=$W/hooks.out" --rm --network none \
		--cgroup-parent "/$CLIENTS_TOKEN" "$IMAGE" true
	succeeds
	equal "$(< "$W/hooks.out")" "$(printf 'from the hook\nfrom the hook')"
}

@test "podman build: a RUN step" {
	mkdir "$W/context"
	printf '%s\n' "FROM $IMAGE" 'RUN echo built > /built' 'CMD ["cat", "/built"]' > "$W/context/Dockerfile"
	podman build -q --runtime "$RUNTIME" --cgroup-parent "/$CLIENTS_TOKEN/build" --network none --isolation oci -t built:1 "$W/context"
	run offline localhost/built:1
	prints built
}

@test "podman --runtime hull-oci: the configuration that is shipped" {
	{
		podman_configuration | sed '/^\[engine\]/,$d'
		sed "s#/usr/local/bin/hull-oci#$RUNTIME#; s#\[\"/usr/bin/hull-oci\", #[#" "$CONTRIB/podman/50-hull.conf" |
			sed '/^\[engine\]/a cgroup_manager = "cgroupfs"\nevents_logger = "file"'
	} > "$W/shipped.conf"
	configuration=shipped.conf
	run podman --runtime hull-oci run --rm --network none "$IMAGE" echo by hull
	prints "by hull"
	# podman takes its errors as JSON, because the configuration says so
	run -127 podman --runtime hull-oci run --rm --network none "$IMAGE" /no/such
	says "no such file or directory"
}

# manager: a service manager at $NOTIFY_SOCKET, what it is told is in $W/told
manager() {
	export NOTIFY_SOCKET=$W/manager.sock
	rm -f "$NOTIFY_SOCKET"
	[ -x "$W/notify" ] || cc -static -o "$W/notify" "$BATS_TEST_DIRNAME/../integration/helpers/notify.c"
	"$W/notify" listen "$NOTIFY_SOCKET" > "$W/told" 3>&- 4>&- &
	manager=$!
	eventually test -S "$NOTIFY_SOCKET"
}

# saying TEXT...: podman run of a container that says so and waits
saying() {
	local options=()

	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	new --network none -v "$W/notify:/bin/notify:ro" "${options[@]}" "$IMAGE" \
		sh -c 'echo "socket:$NOTIFY_SOCKET"; notify say "$@"; sleep 60' sh "$@"
}

logged() { # logged NAME TEXT
	podman logs "$1" 2>&1 | grep -F "$2"
}

@test "podman run --sdnotify container: what it says reaches the service manager, conmon is the main process" {
	manager
	run saying -d --name ready --sdnotify container -- STATUS=warming READY=1
	unset NOTIFY_SOCKET
	succeeds
	eventually grep -q '^READY=1' "$W/told"
	eventually grep -q "MAINPID=$(podman inspect -f '{{.State.ConmonPid}}' ready)" "$W/told"
	run podman logs ready
	says "socket:/run/notify/notify.sock"
	podman rm -f -t 0 ready
	kill "$manager"
}

@test "podman run --sdnotify conmon, ignore: the container has no socket" {
	manager
	run saying -d --name conmon --sdnotify conmon -- READY=1
	succeeds
	eventually grep -q READY=1 "$W/told"
	: > "$W/told"
	run saying -d --name ignore --sdnotify ignore -- READY=1
	succeeds
	unset NOTIFY_SOCKET
	for name in conmon ignore; do
		eventually logged "$name" "no NOTIFY_SOCKET"
		podman rm -f -t 0 "$name"
	done
	equal "$(cat "$W/told")" ""
	kill "$manager"
}

# audit CONTAINER: sets $status, and $output to the checks that do not hold
audit() {
	run timeout 20 "$HULL" audit --format json "$(podman inspect -f '{{.State.Pid}}' "$1")"
	json=$output
	output=$(jq -r '.[] | select(.outcome == "does not hold") | .check' <<< "$output" | sort -u)
}

@test "hull ns: every namespace that lsns shows, and whose container has it" {
	eventually ns_as_lsns
	id=$(podman inspect -f '{{.Id}}' long)
	equal "$(namespaces_of "$id" long)" "ipc mnt net pid uts"
}

@test "hull audit: ports that are published to everybody, and one that is not" {
	new -d --name published -p 18080:80 -p 127.0.0.1:18081:81 "$IMAGE" sleep 1000
	audit published
	podman rm -f -t 0 published
	says network/published
	json=$(jq -r '.[] | select(.check == "network/published").detail' <<< "$json")
	[[ $json == "port 18080 of each address of the host leads to "*":80 inside" ]]
}

@test "hull audit: podman's default container, and what its options open" {
	audit long
	exits_with 1
	# podman's own profile lets user namespaces be made, and with them mounts
	says system-calls/user-namespaces system-calls/mounts
	does_not_say namespace/pid namespace/mnt capabilities seccomp descriptors cwd root program mounts/ devices read-only
	equal "$(jq -r '.[] | select(.check == "devices/nodes").detail' <<< "$json" | cut -d, -f2)" " 4 of them opened: none of the host's hardware"
	new -d --name opened --network none --pid host --privileged -v /:/host "$IMAGE" sleep 1000
	audit opened
	podman rm -f -t 0 opened
	says namespace/pid capabilities seccomp mounts/host read-only devices/rules
	does_not_say namespace/mnt
}
