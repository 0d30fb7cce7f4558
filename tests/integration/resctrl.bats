#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# linux.intelRdt: containers in groups of resctrl, shares of cache and memory bandwidth.
#
# Few machines have a resctrl. What does not need its making of files is tested on a recorded tree:
# a mountinfo that says so lies over the one of the runtime's own process. The rest is tested where
# there is one.

load lib

# ---- a recorded resctrl ---------------------------------------------------------------------------

# record_resctrl: $RESCTRL, with the group "gold"
record_resctrl() {
	RESCTRL=$T/resctrl
	mkdir -p "$RESCTRL"/{info/{L3,MB,L3_MON},mon_groups,gold/mon_groups}
	printf '    MB:0=100\n    L3:0=7ff\n' > "$RESCTRL/schemata"
	printf '    MB:0= 20\n    L3:0=7f0\n' > "$RESCTRL/gold/schemata"
	touch "$RESCTRL/tasks" "$RESCTRL/gold/tasks"
	echo ok > "$RESCTRL/info/last_cmd_status"
	echo 7ff > "$RESCTRL/info/L3/cbm_mask"
	echo 2 > "$RESCTRL/info/L3/min_cbm_bits"
	echo 16 > "$RESCTRL/info/L3/num_closids"
	echo 10 > "$RESCTRL/info/MB/bandwidth_gran"
	echo 8 > "$RESCTRL/info/MB/num_closids"
}

# recorded ARGS...: the runtime, for which a resctrl is mounted at $RESCTRL
recorded() {
	timeout --foreground --kill-after 2 30 unshare --mount --propagation private bash -c '
		cat /proc/self/mountinfo > "$1/mountinfo"
		echo "99999 1 0:99 / $2 rw - resctrl resctrl rw" >> "$1/mountinfo"
		mount --bind "$1/mountinfo" "/proc/$$/mountinfo"
		shift 2
		exec "$@"' - "$T" "$RESCTRL" "$RUNTIME" --root "$ROOT" "$@"
}

@test "the process is in the group when it begins" {
	skip_on_runc "it looks at the type of the file system"
	record_resctrl
	bundle '.process.args = ["true"] | .linux.intelRdt = { closID: "gold" }'
	recorded create --bundle "$BUNDLE" "$ID" < /dev/null > "$T/create.out" 2>&1
	equal "$(cat "$RESCTRL/gold/tasks")" "$(pid_of)"
	equal "$(jq -c .intelRdt "$ROOT/$ID/state.json")" \
		"{\"mount\":\"$RESCTRL\",\"closID\":\"gold\",\"own\":false,\"monitored\":false}"
	oci delete --force "$ID"
	[ -d "$RESCTRL/gold" ]
}

@test "a plan names the group, and nobody enters it" {
	skip_on_runc "no such command"
	record_resctrl
	bundle '.process.args = ["true"] | .linux.intelRdt = { closID: "gold" }'
	run recorded plan --bundle "$BUNDLE"
	succeeds
	says "resctrl    $RESCTRL/gold"
	equal "$(recorded plan --json --bundle "$BUNDLE" | jq -r .resctrl)" "$RESCTRL/gold"
	equal "$(cat "$RESCTRL/gold/tasks")" ""
}

@test "a process of exec is in the group" {
	skip_on_runc "it looks at the type of the file system"
	record_resctrl
	bundle '.process.args = ["sleep", "1000"] | .linux.intelRdt = { closID: "gold" }'
	recorded run --detach --bundle "$BUNDLE" "$ID" < /dev/null > "$T/run.out" 2>&1
	: > "$RESCTRL/gold/tasks"
	oci exec --detach --pid-file "$T/pid" "$ID" sleep 1000 < /dev/null > "$T/exec.out" 2>&1
	equal "$(cat "$RESCTRL/gold/tasks")" "$(cat "$T/pid")"
}

@test "a group that has other schemata is refused, and nothing is left" {
	skip_on_runc "it looks at the type of the file system"
	record_resctrl
	bundle '.process.args = ["true"] | .linux.intelRdt = { closID: "gold", l3CacheSchema: "L3:0=f" }'
	run recorded run --bundle "$BUNDLE" "$ID" < /dev/null
	fails_with "has L3:0=7f0, not f" "/linux/intelRdt/l3CacheSchema"
	equal "${#lines[@]}" 1
	equal "$(ls "$ROOT")" ""
	equal "$(cat "$RESCTRL/gold/tasks")" ""
	edit '.linux.intelRdt.l3CacheSchema = "L3:0=7f0"'
	recorded run --bundle "$BUNDLE" "$ID" < /dev/null
}

@test "update changes the schemata of the group, events show them" {
	skip_on_runc "it looks at the type of the file system"
	record_resctrl
	bundle '.process.args = ["sleep", "1000"] | .linux.intelRdt = { closID: "gold" }'
	recorded run --detach --bundle "$BUNDLE" "$ID" < /dev/null > "$T/run.out" 2>&1
	: > "$RESCTRL/gold/schemata"
	oci update --l3-cache-schema L3:0=3f "$ID"
	equal "$(cat "$RESCTRL/gold/schemata")" "L3:0=3f"
	: > "$RESCTRL/gold/schemata"
	oci update --mem-bw-schema MB:0=50 "$ID"
	equal "$(cat "$RESCTRL/gold/schemata")" "MB:0=50"
	equal "$(oci events --stats "$ID" | jq -cS .data.intel_rdt)" "$(jq -cnS '{
		l3_cache_info: { cbm_mask: "7ff", min_cbm_bits: 2, num_closids: 16 },
		l3_cache_schema_root: "L3:0=7ff",
		mem_bw_info: { bandwidth_gran: 10, num_closids: 8 },
		mem_bw_schema_root: "MB:0=100", mem_bw_schema: "MB:0=50" }')"
	run oci update --mem-bw-schema L3:0=f "$ID"
	fails_with "is not one line that begins with MB:"
}

@test "the default group takes the process, and no update" {
	skip_on_runc "it looks at the type of the file system"
	record_resctrl
	bundle '.process.args = ["sleep", "1000"] | .linux.intelRdt = { closID: "/" }'
	recorded run --detach --bundle "$BUNDLE" "$ID" < /dev/null > "$T/run.out" 2>&1
	equal "$(cat "$RESCTRL/tasks")" "$(pid_of)"
	run oci update --l3-cache-schema L3:0=f "$ID"
	fails_with "default group"
	equal "$(head -n 1 "$RESCTRL/schemata")" "    MB:0=100"
}

@test "what a death leaves of the monitoring group goes with delete, and no group of others" {
	skip_on_runc "it looks at the type of the file system"
	local stage

	for stage in resctrl ready record; do
		record_resctrl
		bundle '.process.args = ["true"] | .linux.intelRdt = { closID: "/", enableMonitoring: true }'
		# a recorded group has no tasks file: the stages behind that are tried without monitoring
		[ "$stage" = resctrl ] || edit '.linux.intelRdt = { closID: "gold" }'
		status=0
		HULL_FAULT=die:$stage recorded create --bundle "$BUNDLE" "$ID" \
			< /dev/null > "$T/create.out" 2>&1 || status=$?
		exits_with 137
		[ "$stage" != resctrl ] || [ -d "$RESCTRL/mon_groups/$ID" ]
		oci delete --force "$ID"
		equal "$(ls "$RESCTRL/mon_groups")" ""
		equal "$(ls "$ROOT")" ""
		[ -d "$RESCTRL/gold" ]
	done
}

# ---- this machine ---------------------------------------------------------------------------------

has_resctrl() {
	awk '$3 == "resctrl" { found = 1 } END { exit !found }' /proc/self/mounts
}

needs_resctrl() {
	grep -q $'\tresctrl$' /proc/filesystems ||
		skip "this kernel has no resctrl: it needs CONFIG_X86_CPU_RESCTRL, and a processor with Intel RDT or AMD QoS"
	RESCTRL=$(awk '$3 == "resctrl" { print $2; exit }' /proc/self/mounts)
	[ -z "$RESCTRL" ] || return 0
	RESCTRL=$T/resctrl
	mkdir "$RESCTRL"
	mount -t resctrl resctrl "$RESCTRL" || skip "resctrl cannot be mounted"
}

# resctrl_is_done: what this test has mounted goes
resctrl_is_done() {
	[ "$RESCTRL" != "$T/resctrl" ] || umount "$RESCTRL"
}

@test "without resctrl intelRdt is refused with its field and the cause, and nothing is left" {
	skip_on_runc "other words"
	! has_resctrl || skip "resctrl is mounted"
	bundle '.process.args = ["true"] | .linux.intelRdt = { closID: "/" }'
	run oci --log-format json --log "$T/log" run --bundle "$BUNDLE" "$ID" < /dev/null
	[ "$status" != 0 ]
	equal "$(wc -l < "$T/log")" 1
	equal "$(jq -r .config "$T/log")" /linux/intelRdt
	run oci run --bundle "$BUNDLE" "$ID" < /dev/null
	exits_with 1
	equal "${#lines[@]}" 1
	if grep -qw resctrl /proc/filesystems; then
		says "/linux/intelRdt" "no resctrl file system is mounted"
	else
		says "/linux/intelRdt" "CONFIG_X86_CPU_RESCTRL"
	fi
	equal "$(ls "$ROOT")" ""
	[ -z "$(find /sys/fs/cgroup -type d -name "$ID")" ]
}

@test "a name that is none of a directory is refused before anything is touched" {
	for name in .. . a/b; do
		bundle
		edit --arg name "$name" '.linux.intelRdt = { closID: $name }'
		run_bundle
		fails_with /linux/intelRdt/closID
		[ ! -e "$ROOT/$ID" ]
	done
}

@test "update refuses shares for a container that is in no group, where there is no resctrl" {
	! has_resctrl || skip "resctrl is mounted"
	start_sleeper
	try update --l3-cache-schema "L3:0=f" "$ID"
	fails_with "l3 cache schema is not enabled"
	try update --mem-bw-schema "MB:0=50" "$ID"
	fails_with "memory bandwidth schema is not enabled"
}

@test "features say what there is of Intel RDT" {
	skip_on_runc "1.1.5 has none of it"
	equal "$(oci features | jq -c .linux.intelRdt)" '{"enabled":true,"schemata":true,"monitoring":true}'
}

@test "a group of the container's own is made, entered and removed" {
	needs_resctrl
	bundle '.process.args = ["sleep", "1000"] | .linux.intelRdt = {}'
	oci run --detach --bundle "$BUNDLE" "$ID" < /dev/null > "$T/run.out" 2>&1
	grep -qx "$(pid_of)" "$RESCTRL/$ID/tasks"
	oci delete --force "$ID"
	[ ! -e "$RESCTRL/$ID" ]
	resctrl_is_done
}

@test "a monitoring group is made, counts, and is removed" {
	needs_resctrl
	[ -d "$RESCTRL/mon_groups" ] || skip "this processor has no monitoring"
	bundle '.process.args = ["sleep", "1000"] | .linux.intelRdt = { closID: "/", enableMonitoring: true }'
	oci run --detach --bundle "$BUNDLE" "$ID" < /dev/null > "$T/run.out" 2>&1
	grep -qx "$(pid_of)" "$RESCTRL/mon_groups/$ID/tasks"
	[ "$(oci events --stats "$ID" | jq '.data.intel_rdt | (.mbm_stats // .cmt_stats) | length')" -gt 0 ]
	oci delete --force "$ID"
	[ ! -e "$RESCTRL/mon_groups/$ID" ]
	resctrl_is_done
}

@test "an update of a container without a group makes one for all its processes" {
	needs_resctrl
	local schema

	schema=$(awk '{ $1 = $1 } /^L3:/' "$RESCTRL/schemata")
	[ -n "$schema" ] || skip "this processor cannot divide its L3 cache"
	bundle
	start_shell
	inside 'sleep 1000 & echo'
	oci update --l3-cache-schema "$schema" "$ID"
	equal "$(wc -l < "$RESCTRL/$ID/tasks")" 2
	oci delete --force "$ID"
	[ ! -e "$RESCTRL/$ID" ]
	resctrl_is_done
}
