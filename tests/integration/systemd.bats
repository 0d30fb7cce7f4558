#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The systemd cgroup manager, with a stand-in for systemd (helpers/systemd.c) that notes down each call,
# makes the groups and moves the processes. tests/vm has the real one.

load lib

setup_file() {
	"$RUNTIME" --version | grep -q '^hull-oci' || skip "the calls of this runtime"
	[ -n "${HULL_TEST_TOKEN:-}" ] && snapshot > "$BATS_FILE_TMPDIR/before"
	cc -O1 -Wall -Wextra -Wno-format-truncation -D_GNU_SOURCE -o "$BATS_FILE_TMPDIR/systemd" \
		"$HELPERS/systemd.c" -lsystemd
}

# a place of its own for the machine's systemd: this one, if it has one, is not to be seen
setup() {
	begin_test
	[ -d /run/systemd ] || touch "$T/made-run-systemd"
	mkdir -p /run/systemd
	mount -t tmpfs -o mode=755 systemd-test /run/systemd
	LOG=$T/calls
	touch "$LOG"
}

teardown() {
	local result=0

	end_test_of_systemd || result=$?
	return $result
}

end_test_of_systemd() {
	local made=

	[ ! -e "$T/made-run-systemd" ] || made=1
	rm -f /run/systemd/{deny,fail}
	end_test || return 1
	[ -z "${systemd_pid:-}" ] || {
		kill "$systemd_pid" || true
		wait "$systemd_pid" || true
	}
	umount /run/systemd
	[ -z "$made" ] || rmdir /run/systemd
}

# start_systemd [DIR [GROUP]]: the stand-in, which ends with this test
start_systemd() {
	local where=${1:-/run/systemd}

	"$BATS_FILE_TMPDIR/systemd" "$where" "${2:-}" "$LOG" > "$T/systemd.out" 2>&1 3>&- < /dev/null &
	systemd_pid=$!
	eventually test -S "$where/private"
}

# unit_bundle [JQ...]: a bundle whose group is a scope in our own slice
unit_bundle() {
	bundle
	SLICE=$HULL_TEST_TOKEN.slice
	UNIT=hull-$ID.scope
	edit --arg path "$SLICE:hull:$ID" '.linux.cgroupsPath = $path'
	[ $# = 0 ] || edit "$@"
}

sd() {
	try --systemd-cgroup "$@"
}

# calls_of METHOD: what the stand-in was told
calls_of() {
	grep "^$1 " "$LOG" || true
}

# property NAME: of the unit that was started last
property() {
	calls_of StartTransientUnit | tail -n 1 | tr ' ' '\n' | sed -n "s/^$1=//p" | tail -n 1
}

groups_left() {
	find /sys/fs/cgroup -type d -name "*$UNIT*"
}

unit_is_gone() {
	[ -z "$(groups_left)" ]
}

nothing_is_left() {
	eventually unit_is_gone
	[ ! -e "$ROOT/$ID" ]
}

# in_unit PID: in each hierarchy that systemd uses the process is in the scope
in_unit() {
	grep -E '^0::|name=systemd|[:,](cpu|memory|pids|devices)[:,]' "/proc/$1/cgroup" > "$T/groups"
	! grep -v "/$SLICE/$UNIT\$" "$T/groups" | grep -v '^0::/$' || return 1
	grep -q "/$SLICE/$UNIT\$" "$T/groups"
}

# ---- life cycle -----------------------------------------------------------------------------------

@test "a container is a scope of systemd's, in its slice, delegated, and in no other group" {
	start_systemd
	unit_bundle '.process.args = ["sleep", "1000"]'
	sd run --detach --bundle "$BUNDLE" "$ID"
	succeeds
	in_unit "$(pid_of)"
	equal "$(property Slice)" "$SLICE"
	equal "$(property PIDs)" "[0]"
	equal "$(property Delegate)" true
	equal "$(property DefaultDependencies)" false
	equal "$(property CollectMode)" inactive-or-failed
	equal "$(jq -r '.systemd | "\(.unit) \(.user)"' "$ROOT/$ID/state.json")" "$UNIT false"
}

@test "only the container is in the scope once it runs" {
	start_systemd
	unit_bundle '.process.args = ["sleep", "1000"]'
	sd run --detach --bundle "$BUNDLE" "$ID"
	succeeds
	equal "$(oci ps --format json "$ID")" "[$(pid_of)]"
}

@test "delete ends the scope, and leaves neither group nor slice" {
	start_systemd
	unit_bundle '.process.args = ["sleep", "1000"]'
	sd run --detach --bundle "$BUNDLE" "$ID"
	succeeds
	try delete --force "$ID" # without --systemd-cgroup: the record says whose it is
	succeeds
	nothing_is_left
	[ -z "$(find /sys/fs/cgroup -type d -name "$SLICE")" ]
	[ "$(calls_of StopUnit | wc -l)" = 1 ] || [ -n "$(calls_of ended)" ]
}

@test "a scope ends with the container's last process, before it is deleted" {
	start_systemd
	unit_bundle '.process.args = ["true"]'
	sd create --bundle "$BUNDLE" "$ID"
	succeeds
	try start "$ID"
	succeeds
	eventually has_status stopped
	eventually grep -q "^ended $UNIT" "$LOG"
	try delete "$ID"
	succeeds
	nothing_is_left
}

@test "exec enters the scope; pause, resume, kill and a foreground run work in it" {
	start_systemd
	unit_bundle '.process.args = ["sleep", "1000"]'
	sd run --detach --bundle "$BUNDLE" "$ID"
	succeeds
	try exec "$ID" cat /proc/self/cgroup
	succeeds
	try exec --detach "$ID" sleep 1000
	succeeds
	equal "$(oci ps --format json "$ID" | jq length)" 2
	try pause "$ID"
	succeeds
	has_status paused
	try resume "$ID"
	succeeds
	try kill "$ID" KILL
	succeeds
	eventually has_status stopped
	try delete "$ID"
	succeeds
	nothing_is_left

	unit_bundle '.process.args = ["sh", "-c", "exit 42"]'
	sd run --bundle "$BUNDLE" "$ID"
	exits_with 42
	nothing_is_left
}

@test "a container with a user namespace is born in its scope" {
	start_systemd
	user_bundle
	SLICE=$HULL_TEST_TOKEN.slice UNIT=hull-$ID.scope
	edit --arg path "$SLICE:hull:$ID" '.linux.cgroupsPath = $path | .process.args = ["sleep", "1000"]'
	sd run --detach --bundle "$BUNDLE" "$ID"
	succeeds
	in_unit "$(pid_of)"
}

@test "slices nest by the dashes in their names" {
	start_systemd
	unit_bundle '.process.args = ["sleep", "1000"]'
	edit --arg path "$SLICE:hull:$ID" '.linux.cgroupsPath = ($path | sub("[.]slice"; "-pod.slice"))'
	sd run --detach --bundle "$BUNDLE" "$ID"
	succeeds
	grep -q "/$SLICE/$HULL_TEST_TOKEN-pod.slice/$UNIT\$" "/proc/$(pid_of)/cgroup"
}

@test "a user's own systemd is asked with --rootless, below its own group" {
	mkdir -p "$T/run/systemd"
	start_systemd "$T/run/systemd" "/$HULL_TEST_TOKEN.slice"
	bundle '.process.args = ["sleep", "1000"] | del(.linux.resources)'
	UNIT=hull-$ID.scope SLICE=user.slice
	edit --arg path ":hull:$ID" '.linux.cgroupsPath = $path'
	XDG_RUNTIME_DIR=$T/run DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere sd --rootless=true run --detach \
		--bundle "$BUNDLE" "$ID"
	succeeds
	grep -q "/$HULL_TEST_TOKEN.slice/user.slice/$UNIT\$" "/proc/$(pid_of)/cgroup"
	equal "$(jq -r '.systemd | "\(.unit) \(.user)"' "$ROOT/$ID/state.json")" "$UNIT true"
	XDG_RUNTIME_DIR=$T/run try delete --force "$ID"
	succeeds
	nothing_is_left
}

# ---- limits ---------------------------------------------------------------------------------------

@test "limits are properties as well as files, which have them exactly" {
	start_systemd
	unit_bundle '.process.args = ["sleep", "1000"]
		| .linux.resources += { memory: { limit: 67108864 }, pids: { limit: 50 },
			cpu: { shares: 512, quota: 12345, period: 100000 } }'
	sd run --detach --bundle "$BUNDLE" "$ID"
	succeeds
	equal "$(property TasksMax)" 50
	equal "$(property CPUQuotaPerSecUSec)" 130000
	[[ "$(property MemoryMax)$(property MemoryLimit)" == 67108864 ]]
	equal "$(property DevicePolicy)" strict
	[[ "$(property DeviceAllow)" == *"(/dev/char/1:3,rwm)"* ]]
	equal "$(cat /sys/fs/cgroup/{,cpu*/,memory/,pids/}"$SLICE/$UNIT"/{cpu.max,cpu.cfs_quota_us} 2> /dev/null |
		sed 's/ .*//' | sort -u)" 12345
	equal "$(cat /sys/fs/cgroup/{,pids/}"$SLICE/$UNIT"/pids.max 2> /dev/null)" 50
}

@test "update tells systemd, too" {
	start_systemd
	unit_bundle '.process.args = ["sleep", "1000"]'
	sd run --detach --bundle "$BUNDLE" "$ID"
	succeeds
	try update --pids-limit 20 --cpu-quota 20000 --cpu-period 100000 "$ID"
	succeeds
	equal "$(calls_of SetUnitProperties)" \
		"SetUnitProperties $UNIT CPUQuotaPeriodUSec=100000 CPUQuotaPerSecUSec=200000 TasksMax=20"
	equal "$(cat /sys/fs/cgroup/{,pids/}"$SLICE/$UNIT"/pids.max 2> /dev/null)" 20
}

# ---- annotations ----------------------------------------------------------------------------------

@test "annotations set those properties that start, stop and lift nothing" {
	start_systemd
	unit_bundle '.process.args = ["true"] | .annotations = {
		"org.systemd.property.TimeoutStopSec": "5", "org.systemd.property.KillSignal": "int32 10",
		"org.systemd.property.CollectMode": "'\''inactive'\''", "org.systemd.property.After": "['\''a.service'\'']" }'
	sd run --bundle "$BUNDLE" "$ID"
	succeeds
	equal "$(property TimeoutStopUSec) $(property KillSignal) $(property CollectMode) $(property After)" \
		"5000000 10 inactive [a.service]"
}

@test "run.oci.systemd.subgroup: the container is in a group of that name inside of its scope" {
	local group

	start_systemd
	unit_bundle '.process.args = ["sleep", "1000"] | .annotations = { "run.oci.systemd.subgroup": "container" }
		| .linux.resources.pids = { limit: 50 }'
	sd run --detach --bundle "$BUNDLE" "$ID"
	succeeds
	grep -q "/$SLICE/$UNIT/container\$" "/proc/$(pid_of)/cgroup"
	equal "$(cat /sys/fs/cgroup/{,pids/}"$SLICE/$UNIT"/container/pids.max 2> /dev/null)" 50
	equal "$(property TasksMax)" 50
	try exec "$ID" true
	succeeds
	try delete --force "$ID"
	succeeds
	nothing_is_left
	for group in .. a/b cgroup.procs; do
		edit --arg group "$group" '.annotations = { "run.oci.systemd.subgroup": $group }'
		sd run --bundle "$BUNDLE" "$ID"
		exits_with 1
		says "run.oci.systemd.subgroup"
	done
}

@test "other annotations are refused by name before systemd is asked" {
	local name

	start_systemd
	unit_bundle
	for name in ExecStart OnFailure Conflicts Slice PIDs DevicePolicy MemoryMax; do
		edit --arg name "org.systemd.property.$name" '.annotations = { ($name): "'\''x'\''" }'
		sd run --bundle "$BUNDLE" "$ID"
		exits_with 1
		says "annotation org.systemd.property.$name" "/annotations/org.systemd.property.$name"
	done
	edit '.annotations = { "org.systemd.property.KillSignal": "'\''x'\''" }'
	sd run --bundle "$BUNDLE" "$ID"
	exits_with 1
	says "whole number"
	[ ! -s "$LOG" ]
	nothing_is_left
}

# ---- failures -------------------------------------------------------------------------------------

@test "without systemd both sockets are named, and nothing is left" {
	unit_bundle
	DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nowhere/bus sd run --bundle "$BUNDLE" "$ID"
	exits_with 1
	says "/run/systemd/private (no such file or directory)" /nowhere/bus "--cgroup-manager=cgroupfs"
	nothing_is_left
}

@test "a user without a systemd is told where it was looked for" {
	unit_bundle
	env -u XDG_RUNTIME_DIR -u DBUS_SESSION_BUS_ADDRESS true
	XDG_RUNTIME_DIR=$T/none DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere/bus \
		sd --rootless=true run --bundle "$BUNDLE" "$ID"
	exits_with 1
	says "the user's systemd" "unix:path=/nowhere/bus" "$T/none/systemd/private" "enable-linger"
	nothing_is_left
}

@test "what takes the connection and speaks no D-Bus is left again" {
	python3 -c "import socket
s = socket.socket(socket.AF_UNIX)
s.bind('/run/systemd/private')
s.listen()
s.accept()[0].sendall(b'HTTP/1.0 400 What?\\r\\n')" > /dev/null 2>&1 3>&- < /dev/null &
	systemd_pid=$!
	eventually test -S /run/systemd/private
	unit_bundle
	DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nowhere/bus sd run --bundle "$BUNDLE" "$ID"
	exits_with 1
	says "/run/systemd/private"
	nothing_is_left
}

@test "a path instead of slice:prefix:name is refused with what is expected" {
	start_systemd
	bundle
	UNIT=hull-$ID.scope
	sd run --bundle "$BUNDLE" "$ID"
	exits_with 1
	says "slice:prefix:name" "/linux/cgroupsPath"
	[ ! -s "$LOG" ]
	nothing_is_left
}

@test "a unit that there is belongs to somebody else, and stays" {
	local first

	start_systemd
	unit_bundle '.process.args = ["sleep", "1000"]'
	sd run --detach --bundle "$BUNDLE" "$ID"
	succeeds
	first=$(pid_of)
	edit --arg path "$SLICE:hull:$ID" '.linux.cgroupsPath = $path'
	sd run --detach --bundle "$BUNDLE" "$ID-other"
	exits_with 1
	says "$UNIT" "already loaded" "hint:"
	[ ! -e "$ROOT/$ID-other" ]
	in_unit "$first"
	has_status running
}

@test "a user whom systemd refuses is told, and nothing is left" {
	start_systemd
	unit_bundle
	touch /run/systemd/deny
	sd run --bundle "$BUNDLE" "$ID"
	exits_with 1
	says "$UNIT" "Permission denied by the test" polkit
	nothing_is_left
}

@test "a job of systemd's that fails is told, and nothing is left" {
	start_systemd
	unit_bundle
	touch /run/systemd/fail
	sd run --bundle "$BUNDLE" "$ID"
	exits_with 1
	says "job for $UNIT ended with \"failed\"" "journalctl -u $UNIT"
	nothing_is_left
}

@test "a container that cannot be built takes its scope along" {
	start_systemd
	unit_bundle '.process.args = ["/no/such/program"]'
	sd create --bundle "$BUNDLE" "$ID"
	exits_with 1
	says "no such file or directory"
	nothing_is_left
}

@test "whoever is killed at any point leaves no scope, and delete --force finishes" {
	local stage

	start_systemd
	for stage in directory unit cgroup birthplace slots spawn groups limits config ready record; do
		unit_bundle '.process.args = ["sleep", "1000"]'
		HULL_FAULT=die:$stage sd create --bundle "$BUNDLE" "$ID"
		# a stage that this cgroup version has not kills nobody
		[ "$status" = 137 ] || [[ $stage =~ ^(birthplace|groups)$ ]] || {
			echo "$stage: status $status" >&2
			return 1
		}
		try delete --force "$ID"
		succeeds
		nothing_is_left
	done
	[ "$(calls_of StartTransientUnit | wc -l)" -ge 8 ]
}

@test "a scope whose systemd has gone can be deleted" {
	start_systemd
	unit_bundle '.process.args = ["sleep", "1000"]'
	sd run --detach --bundle "$BUNDLE" "$ID"
	succeeds
	oci kill "$ID" KILL
	eventually grep -q "^ended $UNIT" "$LOG"
	kill "$systemd_pid"
	wait "$systemd_pid" || true
	systemd_pid=
	rm /run/systemd/private
	try delete "$ID"
	succeeds
	nothing_is_left
}

# ---- the option -----------------------------------------------------------------------------------

@test "--cgroup-manager decides, and disabled means no group at all" {
	start_systemd
	unit_bundle '.process.args = ["cat", "/proc/self/cgroup"] | del(.linux.resources)'
	try --cgroup-manager=systemd run --bundle "$BUNDLE" "$ID"
	succeeds
	equal "$(calls_of StartTransientUnit | wc -l)" 1
	try --systemd-cgroup --cgroup-manager=disabled run --bundle "$BUNDLE" "$ID"
	succeeds
	does_not_say "$ID"
	edit --arg path "$CGROUP" '.linux.cgroupsPath = $path'
	try --systemd-cgroup --cgroup-manager=cgroupfs run --bundle "$BUNDLE" "$ID"
	succeeds
	equal "$(calls_of StartTransientUnit | wc -l)" 1
	try --cgroup-manager=docker run --bundle "$BUNDLE" "$ID"
	exits_with 1
}
