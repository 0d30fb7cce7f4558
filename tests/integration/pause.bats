#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The commands pause and resume, and what other commands do with a paused container.

load lib

# start_counter: a container whose process counts in /count as long as it is not paused
start_counter() {
	[ -n "${BUNDLE:-}" ] || bundle
	set_script 'n=0; while :; do n=$((n + 1)); echo $n > /count.new; mv /count.new /count; sleep 0.02; done'
	oci run --detach --bundle "$BUNDLE" "$ID" < /dev/null > "$T/$ID.out" 2>&1
	eventually counts
}

count() {
	cat "$BUNDLE/rootfs/count"
}

# counts: the count grows
counts() {
	local before

	before=$(count)
	sleep 0.05
	[ "$(count)" != "$before" ]
}

is_frozen() {
	if cgroup_is_v2; then
		grep -q '^frozen 1' "$(cgroup_dir any)/cgroup.events"
	else
		grep -q FROZEN "$(cgroup_dir freezer)/freezer.state"
	fi
}

# runs_sleepers N: as many of the container's processes are sleep
runs_sleepers() {
	[ "$(cgroup_pids | xargs -I{} grep -l '^sleep' /proc/{}/cmdline | wc -l)" = "$1" ]
}

created_container() {
	bundle '.process.args = ["sleep", "1000"]'
	oci create --bundle "$BUNDLE" "$ID" < /dev/null > "$T/create.out" 2>&1
}

# ---- the two commands -----------------------------------------------------------------------------

@test "a paused container stands still until it is resumed" {
	start_counter
	oci pause "$ID"
	equal "$(state_of status)" paused
	is_frozen
	local before
	before=$(count)
	sleep 0.3
	equal "$(count)" "$before"
	oci resume "$ID"
	equal "$(state_of status)" running
	eventually counts
}

@test "pause and resume say nothing" {
	start_counter
	run oci pause "$ID"
	prints ''
	run oci resume "$ID"
	prints ''
}

@test "every process of the container stands still, also one that is forked just then" {
	bundle
	set_script 'while :; do sh -c "echo x >> /forked"; done & while :; do :; done'
	oci run --detach --bundle "$BUNDLE" "$ID" < /dev/null > "$T/$ID.out" 2>&1
	eventually test -s "$BUNDLE/rootfs/forked"
	local before i
	for i in 1 2 3 4 5; do
		oci pause "$ID"
		before=$(stat -c %s "$BUNDLE/rootfs/forked")
		sleep 0.05
		equal "$(stat -c %s "$BUNDLE/rootfs/forked")" "$before"
		oci resume "$ID"
	done
}

@test "the list shows a paused container, with its pid" {
	start_counter
	oci pause "$ID"
	run oci list
	says paused "$(pid_of)"
	[ "$(pid_of)" -gt 1 ]
}

@test "a paused container cannot be paused" {
	start_counter
	oci pause "$ID"
	run oci pause "$ID"
	exits_with 1
	says "container not running"
	is_runc || says "container paused"
	equal "$(state_of status)" paused
}

@test "a running container cannot be resumed" {
	start_counter
	run oci resume "$ID"
	exits_with 1
	says "container not paused"
	equal "$(state_of status)" running
}

@test "a stopped container can be neither paused nor resumed" {
	start_sleeper
	oci kill "$ID" KILL
	eventually has_status stopped
	run oci pause "$ID"
	exits_with 1
	says "container not running"
	run oci resume "$ID"
	exits_with 1
	says "container not paused"
}

@test "a container that is not there can be neither paused nor resumed" {
	local command
	for command in pause resume; do
		run oci "$command" nobody
		exits_with 1
		says "container does not exist"
	done
}

@test "a container without a cgroup cannot be paused, and is told so" {
	bundle 'del(.linux.cgroupsPath) | del(.linux.resources)'
	edit '.process.args = ["sleep", "1000"]'
	skip_on_runc "no such manager"
	"$RUNTIME" --root "$ROOT" --cgroup-manager disabled run --detach --bundle "$BUNDLE" "$ID" < /dev/null > "$T/run.out" 2>&1
	run oci pause "$ID"
	fails_with "no cgroup"
	equal "$(state_of status)" running
}

# ---- together with other commands -----------------------------------------------------------------

@test "a created container is paused, and is created again when it is resumed" {
	created_container
	oci pause "$ID"
	equal "$(state_of status)" paused
	run oci start "$ID"
	fails_with "cannot start a container in the paused state"
	oci resume "$ID"
	equal "$(state_of status)" created
	oci start "$ID"
	equal "$(state_of status)" running
}

@test "a paused container is not deleted without force" {
	start_counter
	oci pause "$ID"
	run oci delete "$ID"
	exits_with 1
	says "cannot delete container $ID that is not stopped: paused"
	equal "$(state_of status)" paused
}

@test "delete --force ends a paused container at once" {
	start_counter
	oci pause "$ID"
	local begin=$SECONDS
	oci delete --force "$ID"
	between $((SECONDS - begin)) 0 8 # it would wait for ten seconds
	nothing_left
}

@test "KILL ends a paused container" {
	start_counter
	oci pause "$ID"
	oci kill "$ID" KILL
	eventually has_status stopped
	oci delete "$ID"
	nothing_left
}

@test "kill --all KILL ends a paused container" {
	start_counter
	oci pause "$ID"
	oci kill --all "$ID" KILL
	eventually has_status stopped
}

@test "another signal waits until the container is resumed" {
	bundle
	set_script 'trap "echo got > /got; exit 0" USR1; echo ready > /ready; while :; do sleep 0.05; done'
	oci run --detach --bundle "$BUNDLE" "$ID" < /dev/null > "$T/$ID.out" 2>&1
	eventually test -s "$BUNDLE/rootfs/ready"
	oci pause "$ID"
	oci kill "$ID" USR1
	sleep 0.2
	[ ! -e "$BUNDLE/rootfs/got" ]
	equal "$(state_of status)" paused
	oci resume "$ID"
	eventually test -s "$BUNDLE/rootfs/got"
}

@test "a paused container that shares its pid namespace is killed with all its processes" {
	bundle
	without_namespace pid
	set_script 'sleep 1000 & sleep 1000 & sleep 1000'
	oci run --detach --bundle "$BUNDLE" "$ID" < /dev/null > "$T/$ID.out" 2>&1
	eventually runs_sleepers 3
	oci pause "$ID"
	oci delete --force "$ID"
	nothing_left
}

@test "KILL reaches every process of a container that shares its pid namespace" {
	bundle
	without_namespace pid
	set_script 'sleep 1000 & sleep 1000 & sleep 1000'
	oci run --detach --bundle "$BUNDLE" "$ID" < /dev/null > "$T/$ID.out" 2>&1
	eventually runs_sleepers 3
	oci kill "$ID" KILL
	eventually has_status stopped
	equal "$(cgroup_pids)" ""
}

@test "KILL reaches the processes that outlived the first one in a shared pid namespace" {
	bundle
	without_namespace pid
	set_script 'setsid sleep 1000 & setsid sleep 1000 & while [ ! -e /end ]; do :; done'
	oci run --detach --bundle "$BUNDLE" "$ID" < /dev/null > "$T/$ID.out" 2>&1
	eventually runs_sleepers 2
	touch "$BUNDLE/rootfs/end"
	eventually has_status stopped
	equal "$(cgroup_pids | wc -l)" 2
	oci kill "$ID" KILL
	equal "$(cgroup_pids)" ""
	run oci kill "$ID" KILL
	is_runc || fails_with "container not running"
}

@test "a container that runs in the foreground can be paused and resumed" {
	bundle
	set_script 'n=0; while [ ! -e /end ]; do n=$((n + 1)); echo $n > /count; sleep 0.02; done'
	oci run --bundle "$BUNDLE" "$ID" < /dev/null > "$T/$ID.out" 2>&1 3>&- &
	local runner=$!
	eventually test -s "$BUNDLE/rootfs/count"
	oci pause "$ID"
	equal "$(state_of status)" paused
	oci resume "$ID"
	touch "$BUNDLE/rootfs/end"
	wait "$runner"
	nothing_left
}
