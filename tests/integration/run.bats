#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# hull run in the foreground, of the image that comes with hull.

load lib
load engine

has_started() {
	[ -e "$HULL_ROOT"/containers/*/start.json ]
}

@test "a command runs, its streams and exit status are ours, and nothing is left" {
	busybox --network none -- 'echo out; echo err >&2; exit 7'
	exits_with 7
	equal "$output" out
	equal "$stderr" err
	nothing_is_left
	busybox -- 'kill -TERM $$; sleep 5' # the first process of a namespace ignores it
	exits_with 0
	busybox -- 'sh -c "kill -9 \$\$"; exit $?'
	exits_with 137
	nothing_is_left
}

@test "failures are told apart by 125, 126 and 127" {
	hull run --rm busybox no-such-command
	exits_with 127
	[[ $stderr == *no-such-command* ]]
	hull run --rm busybox /etc
	exits_with 126
	hull run --rm no-such-image
	exits_with 125
	[[ $stderr == *'hull load'* ]]
	hull run --rm --no-such-option busybox
	exits_with 125
	hull run --rm -m 1 busybox true
	exits_with 125
	hull run --rm -u nobody-here busybox true
	exits_with 125
	nothing_is_left
}

@test "standard input goes in with -i, and only then" {
	echo hello > "$T/input"
	INPUT=$T/input busybox -i -- 'cat; echo end'
	prints $'hello\nend'
	INPUT=$T/input busybox -- 'cat; echo end'
	prints end
}

@test "much output comes whole, and much input goes through" {
	head -c 3000000 /dev/urandom > "$T/input"
	INPUT=$T/input busybox -i -- 'cat | md5sum'
	prints "$(md5sum < "$T/input")"
	"${CALLER[@]}" "$HULL" --root "$HULL_ROOT" run --rm -i --cgroup-parent "/$HULL_TEST_TOKEN" busybox cat < "$T/input" > "$T/output"
	cmp "$T/input" "$T/output"
}

@test "a container has namespaces, 14 capabilities, a filter and hidden paths of its own" {
	local kind

	busybox -- 'for kind in mnt pid net ipc uts cgroup; do readlink /proc/self/ns/$kind; done'
	succeeds
	for kind in mnt pid net ipc uts cgroup; do
		does_not_say "$(readlink "/proc/self/ns/$kind")"
	done
	busybox -- 'grep -E "CapBnd|CapEff|CapInh|CapAmb|Seccomp:" /proc/1/status | tr -s "\t" " "'
	prints $'CapInh: 0000000000000000\nCapEff: 00000000a80425fb\nCapBnd: 00000000a80425fb\nCapAmb: 0000000000000000\nSeccomp: 2'
	busybox -- 'cat /proc/keys /proc/interrupts | wc -c; ls /sys/firmware | wc -l; touch /sys/x /proc/sys/x 2>&1 | grep -c ead-only'
	prints $'0\n0\n1'
	busybox --network none -- 'cat /sys/class/net/*/address; ip addr show lo | grep -c "inet 127.0.0.1"; unshare -m true 2>&1 | grep -c "not permitted"'
	prints $'00:00:00:00:00:00\n1\n1'
}

@test "containers of one image do not see each other's files, nor does the image change" {
	busybox -- 'echo one > /etc/one; rm /bin/vi; ls /etc/one'
	prints /etc/one
	busybox -- 'ls /etc/one /bin/vi'
	exits_with 1
	equal "$output" /bin/vi
}

@test "limits are limits" {
	only_root "a limit needs a control group"
	busybox -m 64m --memory-swap 64m --cpus 1.5 --pids-limit 9 --cpuset-cpus 0 --cpu-shares 512 -- '
		cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max \
			/sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cpu.max /sys/fs/cgroup/pids*/pids.max \
			/sys/fs/cgroup/pids.max /sys/fs/cgroup/cpuset/cpuset.cpus /sys/fs/cgroup/cpuset.cpus 2> /dev/null'
	says 67108864 150000 9
	busybox -m 16m --memory-swap 16m -- 'head -c 100m /dev/zero | tail > /dev/null'
	exits_with 137
	busybox --memory-swappiness 7 --blkio-weight 300 -- 'cat /sys/fs/cgroup/memory/memory.swappiness 2> /dev/null || echo 7'
	prints 7
	busybox --memory-swappiness 101 -- true
	complains 125 '--memory-swappiness 101'
	busybox --blkio-weight-device /dev/null:100 -- true
	complains 125 'not a block device'
	busybox --blkio-weight-device /dev/null:5 -- true
	complains 125 'from 10 to 1000'
	busybox --ulimit nofile=100:200 -- 'ulimit -n; ulimit -Hn'
	prints $'100\n200'
	busybox -- 'ulimit -n'
	prints 1024
}

@test "users and groups are the image's, found by name or number" {
	busybox -u 1000:2000 -- 'id -u; id -g; echo $HOME'
	prints $'1000\n2000\n/'
	busybox -u nobody -- 'id -un; grep CapEff /proc/self/status'
	succeeds
	says nobody 0000000000000000
	busybox -u 1:1 --group-add 5 --group-add 7 -- 'id -G'
	prints '1 5 7'
	busybox -u 4294967296 -- true
	exits_with 125
	busybox -u -1 -- true
	exits_with 125
}

@test "variables, directory, names and entry point are what was asked for" {
	local address=10.75.0.2

	[ -z "$AS_USER" ] || address=127.0.1.1 # no network of hull's
	A=ours PASS=A busybox -e A -e B=b -e C= -e NOT_THERE -w /tmp/new -h box --domainname example.org -- '
		echo "$A-$B-$C-$NOT_THERE"; env | grep -c NOT_THERE; pwd; hostname; cat /etc/hostname; grep box /etc/hosts'
	prints $'ours-b--\n0\n/tmp/new\nbox\nbox\n'"$address"$'\tbox.example.org box'
	printf '# comment\n\nX=1 2\nA\n' > "$T/env"
	A=ours PASS=A busybox --env-file "$T/env" -e X=3 -- 'echo "$X $A"'
	prints '3 ours'
	hull run --rm --entrypoint echo busybox one two
	prints 'one two'
	hull run --rm --entrypoint '' busybox echo three
	prints three
	busybox --add-host other:10.0.0.9 -- 'grep other /etc/hosts'
	prints $'10.0.0.9\tother'
}

@test "a mask, variables of ours, and those of the image that are left out" {
	busybox --umask 027 -- 'umask; touch f; stat -c %a f'
	prints $'0027\n640'
	run_hull --umask 8 busybox true
	complains 125 '--umask 8'
	CALLER+=(env SEEN=outside)
	busybox --env-host -e SEEN2=given -- 'echo $SEEN $SEEN2'
	prints 'outside given'
	mkdir -p "$T/rootfs/bin"
	cp "$(type -P busybox)" "$T/rootfs/bin/sh"
	tar -C "$T/rootfs" -c . > "$T/rootfs.tar"
	of_caller "$T/rootfs.tar"
	INPUT=$T/rootfs.tar hull import -c 'ENV ONE=1 TWO=2' - variables
	succeeds
	run_hull --rm --unsetenv ONE variables sh -c 'echo $ONE-$TWO'
	prints -2
	run_hull --rm --unsetenv-all -e A=b variables sh -c 'echo $ONE-$TWO-$A'
	prints --b
}

@test "an image for another machine is refused where one is asked for, and nothing is fetched" {
	run_hull --rm --platform linux --pull never -q busybox true
	succeeds
	run_hull --rm --platform linux/s390x busybox true
	complains 125 'not for --platform linux/s390x'
	run_hull --rm --pull always busybox true
	complains 125 'missing|never'
}

@test "a container takes another one's name and place" {
	start_box box -- 'sleep 100'
	first=$output
	run_hull -d --name box busybox sleep 100
	complains 125 'in use'
	run_hull -d --replace --name box busybox sleep 100
	succeeds
	[ "$output" != "$first" ]
	hull ps -aq --no-trunc
	equal "${#lines[@]}" 1
	run_hull --replace busybox true
	complains 125 '--replace needs a --name'
	hull rm -f box
	eventually nothing_is_left
}

@test "files of the host, file systems in memory, a root that is read-only" {
	mkdir "$T/host"
	echo here > "$T/host/file"
	mkdir "$T/made"
	of_caller "$T/host" "$T/made"
	busybox -v "$T/host:/data" -v "$T/host:/seen:ro" -- '
		cat /data/file; echo new > /data/new; touch /seen/x 2>&1 | grep -c ead-only'
	prints $'here\n1'
	equal "$(< "$T/host/new")" new
	busybox -v "$T/made/by/us:/data" -- 'ls -d /data'
	prints /data
	[ -d "$T/made/by/us" ]
	busybox --mount "type=bind,source=$T/none,target=/data" -- true
	exits_with 125
	busybox --read-only --tmpfs /scratch:size=1m --mount type=tmpfs,target=/other,tmpfs-mode=700 -- '
		touch /x 2>&1 | grep -c ead-only; touch /scratch/x /other/x /dev/shm/x && stat -c %a /other
		df -k /scratch | tail -n 1 | tr -s " " | cut -d " " -f 2'
	prints $'1\n700\n1024'
	busybox -v rel/ative:/data -- true
	exits_with 125
}

@test "capabilities, privileges and profiles are given and taken" {
	busybox --cap-drop ALL -- 'grep CapEff /proc/self/status | cut -f 2'
	prints 0000000000000000
	busybox --cap-drop ALL --cap-add net_bind_service -- 'grep CapEff /proc/self/status | cut -f 2'
	prints 0000000000000400
	busybox --cap-add NO_SUCH -- true
	exits_with 125
	busybox --security-opt no-new-privileges -- 'grep NoNewPrivs /proc/self/status | cut -f 2'
	prints 1
	busybox --security-opt seccomp=unconfined -- 'grep Seccomp: /proc/self/status | cut -f 2'
	prints 0
	busybox --cap-add SYS_ADMIN -- 'unshare -m true && hostname other && hostname'
	prints other
	echo '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO"},
		{"names":["rmdir"],"action":"SCMP_ACT_ERRNO","includes":{"caps":["CAP_SYS_ADMIN"]}}]}' > "$T/profile.json"
	busybox --security-opt "seccomp=$T/profile.json" -- 'mkdir /x 2>&1; rmdir /root && echo removed'
	says 'not permitted' removed
	busybox --security-opt unmask=/proc/keys -- 'wc -c < /proc/keys'
	differs "$output" 0
}

@test "devices and kernel settings are what was asked for" {
	busybox -- 'ls /dev/zero /dev/null /dev/random; head -c 1 /dev/zero | wc -c; ls /dev/fuse'
	says /dev/zero 1
	[[ $stderr == *fuse* ]]
	busybox --device /dev/zero:/dev/nothing:r -- 'head -c 3 /dev/nothing | wc -c; stat -c "%t:%T" /dev/nothing'
	prints $'3\n1:5'
	busybox --sysctl net.ipv4.ip_forward=1 -- 'cat /proc/sys/net/ipv4/ip_forward'
	prints 1
	busybox --sysctl kernel.panic=1 -- true
	exits_with 125
}

@test "the host's namespaces are there for who asks" {
	busybox --network host --pid host --ipc host --uts host --cgroupns host -- '
		for kind in pid net ipc uts cgroup; do readlink /proc/self/ns/$kind; done'
	prints "$(for kind in pid net ipc uts cgroup; do readlink /proc/self/ns/$kind; done)"
}

@test "a signal to hull reaches the command" {
	mkfifo "$T/fifo"
	"${CALLER[@]}" "$HULL" --root "$HULL_ROOT" run --rm --cgroup-parent "/$HULL_TEST_TOKEN" busybox sh -c '
		trap "echo got it; exit 3" TERM; echo ready; while :; do sleep 0.1; done' > "$T/fifo" < /dev/null &
	hull=$!
	exec 20< "$T/fifo"
	read -r -t 20 -u 20 line
	equal "$line" ready
	kill -TERM "$hull"
	read -r -t 20 -u 20 line
	equal "$line" 'got it'
	status=0
	wait "$hull" || status=$?
	exec 20<&-
	exits_with 3
	nothing_is_left
}

@test "a container whose hull is killed goes on, and what it leaves is removed when it ends" {
	"${CALLER[@]}" "$HULL" --root "$HULL_ROOT" run --rm --cgroup-parent "/$HULL_TEST_TOKEN" busybox sh -c '
		until grep -q end /etc/hosts; do sleep 0.05; done' < /dev/null > /dev/null &
	hull=$!
	eventually has_started
	kill -KILL "$hull"
	wait "$hull" || true
	sleep 0.2
	has_started
	echo end >> "$HULL_ROOT"/containers/*/hosts
	eventually nothing_is_left
}

@test "many at once" {
	local i pids=()

	hull run --rm busybox true
	for i in {1..12}; do
		"${CALLER[@]}" "$HULL" --root "$HULL_ROOT" run --rm --cgroup-parent "/$HULL_TEST_TOKEN" busybox echo "$i" < /dev/null > "$T/out.$i" &
		pids+=($!)
	done
	wait "${pids[@]}"
	equal "$(cat "$T"/out.* | sort -n | tr '\n' ' ')" '1 2 3 4 5 6 7 8 9 10 11 12 '
	nothing_is_left
}

@test "with --init signals reach the command and orphans are waited for" {
	busybox --init -- 'cat /proc/1/comm; (sleep 0.1 &); sleep 0.3; ps | grep -c "\[sleep\]"'
	exits_with 1
	equal "$output" $'.hull-reaper\n0'
	busybox --init -- 'exit 7'
	exits_with 7
	busybox --init -- 'kill -KILL $$'
	exits_with 137
	run_hull --rm --init busybox no-such-command
	exits_with 127
	run_hull --rm -d --init --name box busybox sleep 100 # takes no TERM as the first process
	succeeds
	SECONDS=0
	hull stop box
	succeeds
	between "$SECONDS" 0 4
	eventually nothing_is_left
}

@test "a directory is a root file system, and what is written stays in it" {
	mkdir -p "$T/rootfs/bin"
	cp "$(type -P busybox)" "$T/rootfs/bin/busybox"
	ln -s busybox "$T/rootfs/bin/sh"
	of_caller "$T/rootfs"
	run_hull --rm --rootfs "$T/rootfs" sh -c 'busybox echo hello > /file; busybox ls / | busybox grep -c proc'
	prints 1
	equal "$(< "$T/rootfs/file")" hello
	[ -z "$(grep " $T/rootfs" /proc/self/mountinfo)" ]
	run_hull --rm --read-only --rootfs "$T/rootfs" sh -c 'echo x > /other'
	exits_with 1
	run_hull --rm --rootfs "$T/none" sh
	exits_with 125
	nothing_is_left
}

@test "what an image says is data: it becomes no option and reaches no terminal" {
	printf 'x' > "$T/file"
	tar -C "$T" -cf "$T/root.tar" file
	hull import --change 'CMD ["--privileged", "a\u001b[31mb"]' --change 'LABEL x=--privileged' \
		--change 'WORKDIR /../../etc' --change 'USER root' "$T/root.tar" odd
	succeeds
	hull create --name box odd
	succeeds
	equal "$(field box '{{.HostConfig.Privileged}} {{.Path}}')" 'false --privileged'
	hull ps -a --no-trunc
	succeeds
	not grep -q $'\033' "$T/hull.out"
	hull start box
	fails_with ''
	not grep -q $'\033' "$T/hull.err"
	hull rm box
	succeeds
}
