#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Many containers, one after the other and at once, leave nothing: counted after one warm-up.

load lib

N_IN_A_ROW=${HULL_TEST_RUNS:-500}
N_AT_ONCE=${HULL_TEST_AT_ONCE:-50}

# counts: what many runs could leave behind, one number a line. All of it is of this pid and mount
# namespace, of groups with the suite's name, or a folder of the test's own.
counts() {
	echo "processes $(find /proc -maxdepth 1 -name '[0-9]*' | wc -l)"
	echo "mounts $(wc -l < /proc/self/mountinfo)"
	echo "cgroups $(find /sys/fs/cgroup -type d -path "*$HULL_TEST_TOKEN*" | wc -l)"
	echo "namespaces $(readlink /proc/[0-9]*/ns/* 2> /dev/null | sort -u | wc -l)"
	# of whatever process: open programs, namespaces, files of the bundle or of the state root
	echo "descriptors $(find /proc/[0-9]*/fd \( -lname '*memfd:*' -o -lname '*:\[[0-9]*' -o -lname "$T*" \) \
		2> /dev/null | wc -l)"
	echo "files $(find "$ROOT" "$BUNDLE" /run/hull /run/runc /dev/shm -mindepth 1 2> /dev/null | wc -l)"
}

# counted COMMAND...: COMMAND changes none of the counts
counted() {
	oci run --bundle "$BUNDLE" "$ID" < /dev/null
	eventually settled # what the kernel and the suite are about to close would count as ours
	: > "$BATS_TEST_TMPDIR/after"
	"$@"
	eventually same_counts || {
		diff "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
		ps -e -o pid,ppid,stat,etime,args # who it is
		return 1
	}
}

# settled: two counts in a row are the same; the first one stays
settled() {
	counts > "$BATS_TEST_TMPDIR/before"
	sleep 0.3
	same_counts
}

same_counts() {
	counts > "$BATS_TEST_TMPDIR/after"
	diff "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
}

in_a_row() {
	local i
	for ((i = 0; i < N_IN_A_ROW; i++)); do
		"$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID-$i" < /dev/null || {
			echo "run $i: status $?" >&2
			return 1
		}
	done
}

at_once() {
	local i runners=() runner failed=0
	for ((i = 0; i < N_AT_ONCE; i++)); do
		mkdir "$T/at-once-$i"
		jq --arg cgroup "$CGROUP-$i" --arg root "$BUNDLE/rootfs" \
			'.linux.cgroupsPath = $cgroup | .root.path = $root' \
			"$BUNDLE/config.json" > "$T/at-once-$i/config.json"
	done
	for ((i = 0; i < N_AT_ONCE; i++)); do
		"$RUNTIME" --root "$ROOT" run --bundle "$T/at-once-$i" "$ID-$i" < /dev/null > "$T/at-once-$i/out" 2>&1 3>&- &
		runners+=($!)
	done
	for runner in "${runners[@]}"; do
		wait "$runner" || failed=$((failed + 1))
	done
	[ "$failed" = 0 ] || {
		echo "$failed of $N_AT_ONCE failed:"
		cat "$T"/at-once-*/out
		return 1
	} >&2
	rm -r "$T"/at-once-*
}

created_and_killed() {
	local i
	for ((i = 0; i < N_AT_ONCE; i++)); do
		oci create --bundle "$BUNDLE" "$ID-$i" < /dev/null > /dev/null 2>&1
		oci delete --force "$ID-$i"
	done
}

failing() {
	local i
	for ((i = 0; i < N_AT_ONCE; i++)); do
		not oci run --bundle "$BUNDLE.bad" "$ID-$i" < /dev/null > /dev/null 2>&1
	done
}

# 500 runs take their time where the machine has other work
export BATS_TEST_TIMEOUT=300

@test "many runs in a row leave nothing" {
	bundle '.process.args = ["true"]'
	counted in_a_row
}

@test "many runs at once succeed and leave nothing" {
	bundle '.process.args = ["true"]'
	counted at_once
}

@test "many runs at once in a user namespace succeed and leave nothing" {
	user_bundle '.process.args = ["true"]'
	counted at_once
}

@test "many containers that were created and never started leave nothing" {
	bundle '.process.args = ["true"]'
	counted created_and_killed
}

@test "many containers that could not be made leave nothing" {
	bundle '.process.args = ["true"]'
	cp -al "$BUNDLE" "$BUNDLE.bad"
	jq '.process.args = ["/no/such/program"] | .mounts += [{ destination: "/m", type: "tmpfs", source: "x" }]' \
		"$BUNDLE/config.json" > "$T/bad.json"
	rm "$BUNDLE.bad/config.json"
	mv "$T/bad.json" "$BUNDLE.bad/config.json"
	counted failing
}
