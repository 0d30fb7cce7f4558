#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Docker: a daemon of our own, whose default runtime is the one under test, and docker-compose.

load lib
load docker

setup_file() {
	needs docker dockerd containerd iptables curl || return 0
	start_docker || return 0
	docker run -d --name long --network none "$IMAGE" sh -c "$COUNTER" >> "$W/log" 2>&1 || return 0
	ready
}

teardown_file() {
	[ ! -e "$W/ready" ] || stop_docker
}

offline() {
	docker run --rm --network none "$@"
}

status_of() {
	docker inspect -f '{{.State.Status}}' "$1"
}

has_status() { # has_status STATUS CONTAINER
	[ "$(status_of "$2")" = "$1" ]
}

compose() {
	DOCKER_HOST=unix://$W/sock timeout -k 5 120 docker-compose -p hull -f "$W/compose.yml" "$@" 3>&- 4>&-
}

@test "docker uses the runtime under test" {
	run docker info --format '{{.DefaultRuntime}}'
	prints under-test
}

@test "docker run: output and status are the program's" {
	run offline "$IMAGE" sh -c 'echo out; echo err >&2; exit 42'
	exits_with 42
	says out err
}

@test "docker run: 127 is for a missing program, 126 for one that cannot be executed" {
	run -127 offline "$IMAGE" /no/such/program
	run offline "$IMAGE" /etc/passwd
	exits_with 126
}

@test "docker run -i: input reaches the program" {
	run offline -i "$IMAGE" cat <<< "from outside"
	prints "from outside"
}

@test "docker run -t: a terminal of the container's own" {
	run offline -t "$IMAGE" tty
	prints_like '/dev/pts/[0-9]+'
}

@test "docker run -u -w -e --hostname --group-add" {
	run offline -u 1000:50 --group-add 65534 -w /tmp -e X=y --hostname here "$IMAGE" \
		sh -c 'id -u; id -G; pwd; echo $X; hostname'
	prints $'1000\n50 65534\n/tmp\ny\nhere'
}

@test "docker run --cap-drop all, --cap-add" {
	run offline --cap-drop all --cap-add chown "$IMAGE" grep CapEff /proc/self/status
	prints $'CapEff:\t0000000000000001'
}

@test "docker run: the default seccomp profile is in force, but not when unconfined" {
	run offline "$IMAGE" grep '^Seccomp:' /proc/self/status
	prints $'Seccomp:\t2'
	run offline --security-opt seccomp=unconfined "$IMAGE" grep '^Seccomp:' /proc/self/status
	prints $'Seccomp:\t0'
}

@test "docker run --privileged: all capabilities, and the root of proc is not masked" {
	run offline --privileged "$IMAGE" sh -c 'grep CapEff /proc/self/status; grep -c " /proc/" /proc/self/mountinfo || true'
	succeeds
	# the client's list of capabilities may end before the kernel's
	equal "$((0x${lines[0]##*[[:space:]]} & 0x3fffffffff))" "$((0x$(sed -n 's/^CapBnd:\t//p' /proc/self/status) & 0x3fffffffff))"
	equal "${lines[1]}" 0
}

@test "docker run --read-only --tmpfs" {
	run offline --read-only --tmpfs /t:size=4m "$IMAGE" sh -c 'df -k /t | tail -n 1; touch /t/x; touch /x 2>&1'
	exits_with 1
	matches "${lines[0]}" '^tmpfs +4096 '
	equal "${lines[1]}" "touch: /x: Read-only file system"
}

@test "docker run -v: a directory, and a named volume that outlives its container" {
	mkdir "$W/volume"
	run offline -v "$W/volume:/v" -v data:/d "$IMAGE" sh -c 'echo kept | tee /v/file > /d/file'
	succeeds
	equal "$(cat "$W/volume/file")" kept
	run offline -v "$W/volume:/v:ro" -v data:/d "$IMAGE" sh -c 'cat /d/file; touch /v/other'
	exits_with 1
	says kept "Read-only file system"
	docker volume rm data
}

@test "docker run -m --pids-limit --cpus: the limits are seen inside" {
	run offline -m 64m --pids-limit 50 --cpus 0.5 "$IMAGE" cat "$(limit memory)" "$(limit pids)" "$(limit cpu)"
	succeeds
	equal "${lines[0]} ${lines[1]}" "67108864 50"
	matches "${lines[2]}" '^50000( |$)'
}

@test "docker run --init: a first process that reaps" {
	run offline --init "$IMAGE" cat /proc/1/comm
	prints_like 'docker-init|tini'
}

@test "docker run --network host: the interfaces are ours" {
	run docker run --rm --network host "$IMAGE" readlink /proc/self/ns/net
	prints "$(readlink /proc/self/ns/net)"
}

@test "docker run --pid container, --network container: the namespace of another" {
	run docker run --rm --pid container:long --network container:long "$IMAGE" \
		sh -c 'readlink /proc/self/ns/pid; readlink /proc/self/ns/net'
	prints "$(docker exec long sh -c 'readlink /proc/self/ns/pid; readlink /proc/self/ns/net')"
}

@test "docker run: a bridge gives an address, and a port can be published" {
	docker run -d --name web -p 127.0.0.1:18080:80 "$IMAGE" \
		sh -c 'ip -4 -o addr show eth0 > /tmp/index.html; exec httpd -f -p 80 -h /tmp'
	eventually curl -sf -m 2 http://127.0.0.1:18080/
	run curl -sS -m 2 http://127.0.0.1:18080/
	says "inet 172."
	docker rm -f web
}

@test "docker exec: output, status, user, directory and environment" {
	run docker exec -u 1000 -w /tmp -e A=b long sh -c 'id -u; pwd; echo $A; exit 43'
	exits_with 43
	equal "$output" $'1000\n/tmp\nb'
}

@test "docker exec: a missing program and one that cannot be executed are named" {
	run docker exec long /no/such/program
	exits_with 126
	says /no/such/program "no such file or directory"
	run docker exec long /etc/passwd
	exits_with 126
	says /etc/passwd "permission denied"
}

@test "docker exec -t: a terminal" {
	run docker exec -t long tty
	prints_like '/dev/pts/[0-9]+'
}

@test "docker logs, top and stats" {
	has_lines() { [ "$(docker logs long | head -n 1)" = "line 1" ]; }
	eventually has_lines
	run docker top long
	succeeds
	says sh
	run docker stats --no-stream --format '{{.PIDs}}' long
	prints_like '[1-9]'
}

@test "docker pause and unpause" {
	docker pause long
	equal "$(status_of long)" paused
	docker unpause long
	equal "$(status_of long)" running
}

@test "docker update: the new limits are seen inside" {
	docker update --memory 100m --memory-swap 100m --pids-limit 77 long
	run docker exec long cat "$(limit memory)" "$(limit pids)"
	prints $'104857600\n77'
}

@test "docker stop, start, restart, kill, wait" {
	docker run -d --name life --network none "$IMAGE" \
		sh -c 'trap "exit 7" TERM; echo ready; while :; do sleep 0.1; done'
	is_ready() { docker logs life | grep -q ready; }
	eventually is_ready # before its trap TERM is ignored
	docker stop -t 10 life
	equal "$(docker inspect -f '{{.State.ExitCode}}' life)" 7
	docker start life
	docker restart -t 0 life
	equal "$(status_of life)" running
	docker kill -s KILL life
	run docker wait life
	prints 137
	docker rm life
}

@test "docker run --restart on-failure: it is started again" {
	docker run -d --name again --restart on-failure:2 --network none "$IMAGE" false
	eventually has_status exited again
	equal "$(docker inspect -f '{{.RestartCount}}' again)" 2
	docker rm again
}

@test "docker run --health-cmd: the container becomes healthy" {
	docker run -d --name healthy --network none --health-cmd 'test -e /etc/passwd' --health-interval 1s "$IMAGE" sleep 1000
	is_healthy() { [ "$(docker inspect -f '{{.State.Health.Status}}' healthy)" = healthy ]; }
	eventually is_healthy
	docker rm -f healthy
}

@test "docker build: a RUN step" {
	mkdir "$W/context"
	printf '%s\n' "FROM $IMAGE" 'RUN echo built > /built' 'CMD ["cat", "/built"]' > "$W/context/Dockerfile"
	docker build -q -t built:1 "$W/context"
	run offline built:1
	prints built
}

@test "docker-compose: up, names, exec, logs, down" {
	command -v docker-compose > /dev/null || skip "docker-compose is not installed (make deps)"
	cat > "$W/compose.yml" <<-END
		version: "2.4"
		services:
		  server:
		    image: $IMAGE
		    command: sleep 1000
		  client:
		    image: $IMAGE
		    depends_on: [server]
		    command: ping -c 1 server
	END
	compose up -d
	run compose exec -T server echo in exec
	prints "in exec"
	eventually has_status exited hull_client_1
	run compose logs client
	says "1 packets received"
	compose down -t 0
	run docker ps -aq --filter name=hull_
	prints ""
}

@test "docker run --runtime hull: the entry that is shipped" {
	run docker run --rm --network none --runtime hull "$IMAGE" echo by hull
	prints "by hull"
}

# audit CONTAINER: sets $status, and $output to the checks that do not hold
audit() {
	run timeout 20 "$HULL" audit --format json "$(docker inspect -f '{{.State.Pid}}' "$1")"
	output=$(jq -r '.[] | select(.outcome == "does not hold") | .check' <<< "$output" | sort -u)
}

# whose a container is that has a cgroup parent of one's own cannot be told from its group
@test "hull ns: every namespace that lsns shows" {
	eventually ns_as_lsns
}

@test "hull audit: Docker's default container, and its socket in one" {
	audit long
	does_not_say namespace/pid namespace/mnt capabilities seccomp system-calls/user-namespaces system-calls/mounts \
		descriptors cwd root program mounts/ devices read-only
	docker run -d --name opened -p 18080:80 -v "$W/sock:/var/run/docker.sock" "$IMAGE" sleep 1000
	audit opened
	docker rm -f opened
	exits_with 1
	says mounts/sockets network/published
	does_not_say namespace/pid capabilities
}
