#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The command ps: the processes of a container.

load lib

# pids_of: of ps, on one line
pids_of() {
	oci ps --format json "$ID" | jq -r 'join(" ")'
}

# three: a container of three processes
three() {
	start_shell
	inside 'sleep 1001 & sleep 1002 &'
	three_processes() {
		[ "$(cgroup_pids | xargs -I{} grep -l '^sleep' /proc/{}/cmdline | wc -l)" = 2 ]
	}
	eventually three_processes
}

@test "json is a list of the pids that the host sees, sorted" {
	three
	run oci ps --format json "$ID"
	prints "[$(cgroup_pids | sort -n | paste -sd,)]"
	run oci ps -f json "$ID"
	succeeds
	equal "$(jq '.[0]' <<< "$output")" "$(pid_of)"
}

@test "the table is that of ps -ef, with the container's processes only" {
	three
	run oci ps "$ID"
	succeeds
	equal "${#lines[@]}" 4
	equal "${lines[0]}" "$(ps -ef | head -1)"
	says "sleep 1001" "sleep 1002"
	equal "$(awk 'NR > 1 { print $2 }' <<< "$output" | sort -n | paste -sd' ')" "$(cgroup_pids | sort -n | paste -sd' ')"
	run oci ps --format table "$ID"
	equal "${#lines[@]}" 4
}

@test "what stands behind the id is for ps" {
	three
	run oci ps "$ID" -e -o pid,comm
	succeeds
	equal "$(awk '{ print NF }' <<< "$output" | sort -u)" 2
	equal "${#lines[@]}" 4
	run oci ps "$ID" aux
	matches "${lines[0]}" '^USER'
	equal "${#lines[@]}" 4
	# --format is ps's own there
	run oci ps "$ID" -e --format pid,args
	equal "${#lines[@]}" 4
	says "sleep 1002"
}

@test "the pid is looked for in its column" {
	three
	run oci ps "$ID" -e -o ppid,pid
	succeeds
	equal "${#lines[@]}" 4
	equal "$(awk 'NR > 1 { print $2 }' <<< "$output" | sort -n | paste -sd' ')" "$(cgroup_pids | sort -n | paste -sd' ')"
}

@test "without a column of pids nothing can be chosen" {
	start_sleeper
	run oci ps "$ID" -e -o comm
	fails_with "couldn't find PID field in ps output"
}

@test "what ps complains of is said" {
	start_sleeper
	run oci ps "$ID" --no-such-option
	fails_with option
}

@test "without a ps it says so" {
	start_sleeper
	mkdir "$T/empty"
	run timeout 30 env PATH="$T/empty" "$RUNTIME" --root "$ROOT" ps "$ID"
	fails_with ps
	run timeout 30 env PATH="$T/empty" "$RUNTIME" --root "$ROOT" ps --format json "$ID"
	succeeds
}

@test "processes in groups that the container made are the container's, too" {
	bundle
	with_all_capabilities
	add_mount /sys/fs/cgroup cgroup cgroup rw nosuid noexec nodev
	start_shell
	inside 'd=/sys/fs/cgroup; [ -e $d/cgroup.procs ] || d=$d/pids; mkdir $d/a; sleep 1000 & echo $! > $d/a/cgroup.procs'
	equal "$status" 0
	equal "$(pids_of | wc -w)" 2
}

@test "a paused container's processes are shown" {
	three
	oci pause "$ID"
	equal "$(pids_of | wc -w)" 3
}

@test "a created container has one process" {
	bundle '.process.args = ["sleep", "1000"]'
	oci create --bundle "$BUNDLE" "$ID" < /dev/null > "$T/create.out" 2>&1
	equal "$(pids_of)" "$(pid_of)"
}

@test "a stopped container has no processes" {
	start_sleeper
	oci kill "$ID" KILL
	eventually has_status stopped
	run oci ps --format json "$ID"
	succeeds
	is_runc || equal "$output" '[]'
}

@test "without a cgroup the pid namespace tells the processes" {
	skip_on_runc "no such manager"
	bundle 'del(.linux.cgroupsPath) | del(.linux.resources)'
	set_script 'sleep 1000 & sleep 1000 & wait'
	"$RUNTIME" --root "$ROOT" --cgroup-manager disabled run --detach --bundle "$BUNDLE" "$ID" < /dev/null > "$T/run.out" 2>&1
	three_there() {
		[ "$(pids_of | wc -w)" = 3 ]
	}
	eventually three_there
	equal "$(oci ps --format json "$ID" | jq '.[0]')" "$(pid_of)"
}

@test "a container that is not there has no processes" {
	run oci ps nobody
	exits_with 1
	says "container does not exist"
}

@test "an unknown format is refused" {
	start_sleeper
	run oci ps --format xml "$ID"
	refused_for '"xml"'
}
