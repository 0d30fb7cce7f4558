#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# linux.intelRdt: shares of cache and memory bandwidth.

load lib

needs_resctrl() {
	grep -q $'\tresctrl$' /proc/filesystems ||
		skip "this kernel or processor has no resctrl (CONFIG_X86_CPU_RESCTRL)"
	resctrl=$(awk '$3 == "resctrl" { print $2; exit }' /proc/self/mounts)
	if [ -z "$resctrl" ]; then
		resctrl=$T/resctrl
		mkdir "$resctrl"
		mount -t resctrl resctrl "$resctrl" || skip "resctrl cannot be mounted"
	fi
}

@test "where resctrl is not mounted it is refused, and nothing is left" {
	grep -q ' resctrl ' /proc/self/mounts && skip "resctrl is mounted here"
	bundle '.linux.intelRdt = { closID: "gold", schemata: ["L3:0=f"] }'
	run_bundle
	fails_with "Intel RDT: no resctrl file system is mounted" "(config /linux/intelRdt)"
	nothing_left
	[ ! -e "$ROOT/$ID" ]
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

@test "update refuses shares for a container that is in no group" {
	start_sleeper
	try update --l3-cache-schema "L3:0=f" "$ID"
	fails_with "l3 cache schema is not enabled"
	try update --mem-bw-schema "MB:0=50" "$ID"
	fails_with "memory bandwidth schema is not enabled"
}

@test "a container is in a group of its own, which goes with it" {
	needs_resctrl
	bundle '.linux.intelRdt = { enableMonitoring: true }'
	start_sleeper
	pid=$(pid_of)
	grep -qx "$pid" "$resctrl/$ID/tasks"
	try events --stats "$ID"
	says intel_rdt
	try delete --force "$ID"
	succeeds
	[ ! -e "$resctrl/$ID" ]
}
