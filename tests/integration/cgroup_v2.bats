# SPDX-License-Identifier: Apache-2.0
#
# What tests/native tries on this machine's cgroups, on pure cgroup v2 in a virtual machine. HULL_VM is
# a program that takes a script and files, runs the script as root in a machine with cgroup v2 where
# the files lie in its working directory, and ends with the script's status.

load lib

@test "groups, limits, devices, freezing and killing work on pure cgroup v2" {
	local native

	[ -n "${HULL_VM:-}" ] || skip "HULL_VM names no program that runs a virtual machine"
	native=$(dirname "$RUNTIME")/tests/native/cgroup_native
	printf '%s\n' '#!/bin/sh' 'exec ./cgroup_native' > "$T/job"
	BATS_TEST_TIMEOUT=300 run "$HULL_VM" "$T/job" "$native"
	printf '%s\n' "$output"
	[ "$status" -eq 0 ]
	[[ $output == *'# cgroup v2'* ]]
	[[ $output != *'not ok'* ]]
}
