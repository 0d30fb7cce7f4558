#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Containers of hull that stay: in the background, stopped, started again, looked at, entered.

load lib
load engine

@test "a container in the background is seen, logged, stopped and removed" {
	start_box web -- 'trap "echo bye; exit 5" TERM; echo out; echo err >&2; while :; do sleep 0.05; done'
	eventually has_said web out
	hull ps --format '{{.Names}} {{.State}} {{.Image}}'
	prints 'web running busybox'
	eventually test -n "$(hull logs web; echo "$stderr")"
	hull logs web
	equal "$output" out
	equal "$stderr" err
	hull stop web
	prints web
	hull ps -q
	prints ''
	hull ps -a --format '{{.Names}} {{.State}} {{.ExitCode}}'
	prints 'web exited 5'
	hull logs web
	prints $'out\nbye'
	hull rm web
	prints web
	nothing_is_left
}

@test "what does not end by its signal is killed after the timeout" {
	start_box deaf -- 'trap "" TERM; echo ready; while :; do sleep 0.05; done'
	eventually has_said deaf ready
	SECONDS=0
	hull stop -t 1 deaf
	succeeds
	between "$SECONDS" 1 6
	equal "$(field deaf '{{.State.ExitCode}} {{.State.Running}}')" '137 false'
	start_box other --stop-signal INT -- 'trap "exit 9" INT; echo ready; while :; do sleep 0.05; done'
	eventually has_said other ready
	hull stop other
	succeeds
	equal "$(field other '{{.State.ExitCode}}')" 9
}

@test "a container keeps its files and its log when it is started again" {
	start_box box -- 'echo run >> /count; wc -l < /count'
	hull wait box
	prints 0
	hull start box
	prints box
	hull wait box
	prints 0
	eventually has_said box $'1\n2'
	hull restart box
	prints box
	hull wait box
	hull logs box
	prints $'1\n2\n3'
	hull start -a box
	prints 4
}

@test "created, started, renamed, and its name is free when it is gone" {
	hull create --cgroup-parent "/$HULL_TEST_TOKEN" --name one busybox echo hello
	succeeds
	equal "$(field one '{{.State.Status}}')" created
	hull create --name one busybox true
	fails_with ''
	[[ $stderr == *'in use'* ]]
	hull start -a one
	prints hello
	hull rename one two
	succeeds
	hull start -a two
	prints hello
	hull create --name one busybox true
	succeeds
	hull rm one two
	succeeds
	nothing_is_left
}

@test "wait gives the exit status, of one that runs and of one that ended" {
	start_box box -- 'read x; exit 3' # standard input is empty
	hull wait box
	prints 3
	hull wait box
	prints 3
	start_box later -- 'sleep 0.3; exit 4'
	hull wait later
	prints 4
	start_box gone --rm -- 'sleep 0.3; exit 6'
	hull wait gone
	prints 6
	eventually not hull_knows gone
}

hull_knows() {
	hull inspect --type container "$1"
	[ "$status" = 0 ]
}

@test "one more command runs in a container" {
	start_box box -e A=old -w /tmp -- 'while :; do sleep 0.1; done'
	hull exec box sh -c 'echo out; echo err >&2; exit 4'
	exits_with 4
	equal "$output" out
	equal "$stderr" err
	hull exec -e A=new -e B=b -w /etc -u 1000:2000 box sh -c 'echo $A $B; pwd; id -u; id -g'
	prints $'new b\n/etc\n1000\n2000'
	hull exec box pwd
	prints /tmp
	hull exec box no-such-command
	exits_with 127
	hull exec box /etc
	exits_with 126
	echo text > "$T/input"
	INPUT=$T/input hull exec -i box cat
	prints text
	INPUT=$T/input hull exec box cat
	prints ''
	hull exec -d box sh -c 'echo done > /tmp/file'
	succeeds
	eventually hull_file box /tmp/file
	hull exec box sh -c 'grep -E "CapEff|Seccomp:" /proc/self/status | tr -s "\t" " "'
	prints $'CapEff: 00000000a80425fb\nSeccomp: 2'
	hull exec --privileged box sh -c 'grep -c "CapEff.*00000000a80425fb" /proc/self/status'
	equal "$output" 0
	hull stop -t 0 box
	hull exec box true
	exits_with 125
	[[ $stderr == *'not running'* ]]
}

hull_file() {
	hull exec "$1" cat "$2"
	[ "$status" = 0 ]
}

@test "paused, killed, and processes with the host's numbers" {
	local pid

	only_root "pausing needs a control group"
	start_box box -- 'echo $$; while :; do sleep 0.1; done'
	pid=$(field box '{{.State.Pid}}')
	hull top box -o pid,args -e
	says "$pid"
	hull pause box
	prints box
	equal "$(field box '{{.State.Status}}')" paused
	hull unpause box
	prints box
	equal "$(field box '{{.State.Status}}')" running
	hull pause box
	hull stop -t 0 box
	succeeds
	equal "$(field box '{{.State.Status}}')" exited
	hull kill box
	exits_with 1
	hull start box
	hull kill -s USR1 box # the first process of a namespace does not take it
	prints box
	equal "$(field box '{{.State.Status}}')" running
	hull kill box
	prints box
	eventually is_field box '{{.State.ExitCode}}' 137
}

@test "ps filters and formats as Docker does" {
	start_box one --label a=b --label c -- 'sleep 100'
	start_box two -- 'exit 2'
	hull wait two
	hull ps -a --filter label=a=b --format '{{.Names}}'
	prints one
	hull ps -a --filter status=exited --filter exited=2 --format '{{.Names}}'
	prints two
	hull ps -a --filter name=w --format json
	equal "$(jq -r '[.Names, .State, .ExitCode] | join(" ")' <<< "$output")" 'two exited 2'
	hull ps -l --format 'table {{.Names}}\t{{.Status}}'
	matches "${lines[0]}" '^NAMES +STATUS$'
	matches "${lines[1]}" '^two +Exited \(2\)'
	hull ps -a --filter ancestor=busybox -q
	equal "${#lines[@]}" 2
	hull ps --filter nonsense=1
	exits_with 1
	hull inspect one
	equal "$(jq -r '.[0] | [.Name, .State.Running, .Config.Labels.a, .HostConfig.NetworkMode] | join(" ")' <<< "$output")" \
		"/one true b $([ -n "$AS_USER" ] && echo none || echo bridge)"
}

@test "the log is followed, cut, timed and rotated" {
	start_box box -- 'i=0; while [ $i -lt 20 ]; do echo line $i; i=$((i + 1)); sleep 0.02; done'
	hull logs -f box
	succeeds
	equal "${#lines[@]}" 20
	equal "${lines[19]}" 'line 19'
	hull logs --tail 2 box
	prints $'line 18\nline 19'
	hull logs -t --tail 1 box
	matches "$output" '^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z line 19$'
	hull logs --since "$(date -u +%Y-%m-%dT%H:%M:%SZ -d '+1 hour')" box
	prints ''
	hull logs --until 1h box
	prints ''
	start_box much --log-opt max-size=4k --log-opt max-file=2 -- 'seq 1 1000'
	hull wait much
	equal "$(ls "$HULL_ROOT/containers/"*/log.json* | wc -l)" 3
	hull logs much
	equal "${lines[-1]}" 1000
	between "${#lines[@]}" 20 150
	start_box none --log-driver none -- 'echo said'
	hull wait none
	hull logs none
	exits_with 1
	start_box odd -- 'printf "a\tb\042\134\001\377\nno end"'
	hull wait odd
	hull logs odd
	equal "$output" $'a\tb"\\\001\357\277\275\nno end'
}

@test "several are attached, and input goes in" {
	start_box box -i -- 'while read line; do echo "got $line"; done; echo end'
	mkfifo "$T/in"
	"${CALLER[@]}" "$HULL" --root "$HULL_ROOT" attach --no-stdin box > "$T/second" < /dev/null &
	second=$!
	"${CALLER[@]}" "$HULL" --root "$HULL_ROOT" attach box > "$T/first" < "$T/in" &
	first=$!
	exec 20> "$T/in"
	sleep 0.2
	echo one >&20
	eventually grep -q 'got one' "$T/first"
	eventually grep -q 'got one' "$T/second"
	exec 20>&-
	wait "$first" "$second"
	equal "$(< "$T/first")" $'got one\nend'
	equal "$(< "$T/second")" $'got one\nend'
}

@test "a terminal is a terminal, has the right size, and is left by ctrl-p ctrl-q" {
	mkfifo "$T/in"
	script -qefc "stty rows 33 cols 77; ${CALLER[*]} $HULL --root $HULL_ROOT run --cgroup-parent /$HULL_TEST_TOKEN -it --name box busybox sh" \
		/dev/null < "$T/in" > "$T/screen" &
	script=$!
	exec 20> "$T/in"
	eventually grep -q '#' "$T/screen"
	echo 'tty; stty size; echo $TERM' >&20
	eventually grep -q xterm "$T/screen"
	grep -q /dev/pts/0 "$T/screen"
	grep -q '33 77' "$T/screen"
	printf '\020\021' >&20
	wait "$script"
	exec 20>&-
	equal "$(field box '{{.State.Status}}')" running
	hull logs box
	says '33 77'
	hull kill box
	succeeds
}

@test "a container whose memory is used up says so" {
	only_root "a limit needs a control group"
	start_box box -m 16m --memory-swap 16m -- 'head -c 100m /dev/zero | tail > /dev/null'
	hull wait box
	equal "$(field box '{{.State.OOMKilled}}')" true
	[[ $(field box '{{.State.Reason}}') == *memory* ]]
}

@test "the monitor's death does not end a container, and all commands go on" {
	local monitor

	start_box box -- 'while :; do sleep 0.1; done'
	monitor=$(jq .Monitor "$HULL_ROOT"/containers/*/start.json)
	kill -KILL "$monitor"
	sleep 0.1
	equal "$(field box '{{.State.Status}}')" running
	hull exec box echo alive
	prints alive
	hull stop -t 0 box
	succeeds
	equal "$(field box '{{.State.Status}} {{.State.ExitCode}}')" 'exited 255'
	hull start box
	succeeds
	equal "$(field box '{{.State.Status}}')" running
	hull rm -f box
	succeeds
	nothing_is_left
}

@test "an image that a container uses is not removed" {
	hull create --name box busybox true
	succeeds
	hull rmi busybox
	exits_with 1
	hull rm box
	hull rmi busybox
	succeeds
}

@test "commands that know nothing of the container say so" {
	local command

	for command in start stop kill wait rm pause logs attach top restart 'exec -i' inspect; do
		# shellcheck disable=SC2086 # words
		hull $command no-such-thing $([ "$command" != 'exec -i' ] || echo true)
		fails_with ''
		[[ $stderr == *'no such container'*': no-such-thing'* ]]
	done
	hull rm -f no-such-thing
	succeeds
}

@test "tree and pid know a container by its name" {
	local pid

	start_box box -- 'while :; do sleep 0.1; done'
	pid=$(field box '{{.State.Pid}}')
	hull pid box:1
	prints "$pid"
	hull pid "$pid"
	prints hull:box:1
	hull tree box
	says hull:box "$pid→1"
}

@test "limits are changed at once, and stay for later starts" {
	only_root "a limit needs a control group"
	start_box box -m 64m --memory-swap 64m --cpus 1 -- '
		while :; do sleep 0.1; done'
	hull update -m 32m --memory-swap 32m --cpus 0.5 --pids-limit 50 box
	prints box
	hull exec box sh -c 'cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max \
		/sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cpu.max /sys/fs/cgroup/pids/pids.max \
		/sys/fs/cgroup/pids.max 2> /dev/null; true'
	says 33554432 50000 50
	equal "$(field box '{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.PidsLimit}}')" '33554432 500000000 50'
	hull restart -t 0 box
	hull exec box sh -c 'cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2> /dev/null; true'
	says 33554432
	hull update --cpuset-cpus 9999 box
	exits_with 1
	equal "$(field box '{{.HostConfig.CpusetCpus}}')" ''
	hull update -m nonsense box
	exits_with 1
}
