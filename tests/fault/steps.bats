#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Each step of hull-init fails once: the error names the step and the field that asked for it, and
# nothing is left of the container.

load lib

# told STEP POINTER: what $status and $output are
told() {
	[ "$status" = 1 ] && [ "${#lines[@]}" = 1 ] && [[ $output == *"fault injected into step $1"* ]] &&
		[[ -z $2 || $output == *"(config $2)"* ]] || {
		echo "step $number $1 $2: status $status: $output" >&2
		return 1
	}
}

# fail_each_step KIND
fail_each_step() {
	local number name pointer tried=0 late=false

	rich_bundle "$1"
	steps
	while read -r number name pointer <&9; do
		export HULL_FAULT=fail:$number
		create_rich
		unset HULL_FAULT
		end_receiver
		if $late; then
			# "created" has been reported: the failure is start's
			succeeds || return 1
			[ "$name" != WAIT_START ] || eventually has_status stopped || return 1
			try start "$ID"
			if [ "$name" = WAIT_START ]; then
				# who does not wait cannot be told anything, nor tell
				fails_with "has stopped" || return 1
			else
				told "$name" "$pointer" || return 1
			fi
			eventually has_status stopped || return 1
			try delete "$ID"
			succeeds || return 1
		else
			told "$name" "$pointer" || return 1
		fi
		nothing_is_left || return 1
		[ "$name" != READY ] || late=true
		tried=$((tried + 1))
	done 9< "$T/steps"
	equal "$tried" "$(wc -l < "$T/steps")"
	$late
	nobody_is_left
}

@test "each step fails with its name and field: copy" {
	fail_each_step copy
}

@test "each step fails with its name and field: template" {
	fail_each_step template
}

@test "each step fails with its name and field: user namespace" {
	fail_each_step user
}

@test "each step fails with its name and field: terminal" {
	fail_each_step terminal
}

@test "each step fails with its name and field: joined pid namespace" {
	local others

	hold_namespaces
	others=$(foreign_processes)
	rich_bundle joined
	steps
	while read -r number name pointer <&9; do
		export HULL_FAULT=fail:$number
		create_rich
		unset HULL_FAULT
		told "$name" "$pointer"
		nothing_is_left
		[ "$name" != READY ] || break
	done 9< "$T/steps"
	equal "$name" READY
	equal "$(foreign_processes)" "$others"
	let_go
}

@test "each step of run fails with its name and field" {
	local kind

	for kind in copy template user; do
		rich_bundle "$kind"
		edit '.process.args = ["true"]'
		steps
		while read -r number name pointer <&9; do
			[ "$name" != WAIT_START ] || continue
			# run has no such step: the ones behind it are one earlier
			! grep -q "^$((number - 1)) WAIT_START" "$T/steps" || break
			export HULL_FAULT=fail:$number
			run_bundle --strategy "$strategy"
			unset HULL_FAULT
			told "$name" "$pointer"
			nothing_is_left
		done 9< "$T/steps"
	done
	nobody_is_left
}

# exec_fails_each_step ARGS...: of one more process in the container that runs
exec_fails_each_step() {
	local name last='' number

	for ((number = 0; number < 100; number++)); do
		export HULL_FAULT=fail:$number
		try exec "$@" "$ID" true
		unset HULL_FAULT
		[ "$status" != 0 ] || break
		exits_with 255 || return 1
		[ "${#lines[@]}" = 1 ] && [[ $output == *"fault injected into step "* ]] || {
			echo "step $number: $output" >&2
			return 1
		}
		name=${output##*fault injected into step }
		last=${name%% *}
		eventually first_process_is_alone || return 1
		has_status running || return 1
	done
	equal "$last" EXEC
	[ "$number" -gt 8 ]
	try exec "$@" "$ID" true
	succeeds
}

@test "each step of exec fails with its name, and the container goes on" {
	local kind

	for kind in copy template user; do
		rich_bundle "$kind"
		create_rich
		try start "$ID"
		exec_fails_each_step
		exec_fails_each_step --detach --pid-file "$T/pid"
		deleted_by_force
	done
	nobody_is_left
}

# mounts_of_container: how many it has
mounts_of_container() {
	wc -l < "/proc/$(pid_of)/mountinfo"
}

# change_mounts VERB: of two mounts of the container that runs
change_mounts() {
	jq -n --arg source "$T/volume" '[{ destination: "/tmp/live/one", type: "bind", source: $source, options: ["bind"] },
		{ destination: "/tmp/live/two", type: "tmpfs", source: "tmpfs" }]' > "$T/live.json"
	try mounts "$1" "$ID" "$T/live.json"
}

n_recorded() {
	jq length "$ROOT/$ID/mounts.json" 2> /dev/null || echo 0
}

# remove_recorded: one by one
remove_recorded() {
	local destination

	for destination in $(jq -r '.[].destination' "$ROOT/$ID/mounts.json"); do
		oci mounts remove "$ID" - <<< "[{ \"destination\": \"$destination\" }]" || return 1
	done
}

# mounts_fail_each_step VERB: $n_before are those of the container without ours
mounts_fail_each_step() {
	local number

	for ((number = 0; number < 50; number++)); do
		[ "$1" = add ] || change_mounts add
		export HULL_FAULT=fail:$number
		change_mounts "$1"
		unset HULL_FAULT
		[ "$status" != 0 ] || break
		says "fault injected into step " || return 1
		# what is written down is what is there; of an addition nothing
		equal "$(mounts_of_container)" "$((n_before + $(n_recorded)))" || return 1
		[ "$1" = remove ] || equal "$(n_recorded)" 0 || return 1
		[ "$1" = add ] || remove_recorded || return 1
	done
	[ "$number" -gt 4 ]
}

@test "each step of mounts add and remove fails with its name, and what is there is known" {
	local kind

	for kind in template user; do
		rich_bundle "$kind"
		edit '.root.readonly = false'
		create_rich
		try start "$ID"
		n_before=$(mounts_of_container)
		mounts_fail_each_step remove
		mounts_fail_each_step add
		remove_recorded
		equal "$(mounts_of_container)" "$n_before"
		has_status running
		deleted_by_force
	done
	nobody_is_left
}

@test "control: without the fault each of these bundles starts, and with a fault beyond the plan too" {
	local kind

	hold_namespaces
	for kind in copy template user terminal joined; do
		rich_bundle "$kind"
		export HULL_FAULT=fail:10000
		create_rich
		unset HULL_FAULT
		succeeds
		try start "$ID"
		succeeds
		has_status running
		end_receiver
		deleted_by_force
	done
	let_go
}
