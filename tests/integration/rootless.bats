#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Containers of an ordinary user, who exists only in a mount namespace of each command's own.

load lib
load notify

# user COMMAND...: as the ordinary user
user() {
	"$HELPERS/as-user" "$T/home" "$@"
}

# as_user ARGS...: the runtime as the ordinary user, with his own state root; sets $status, $output and $lines
as_user() {
	status=0
	user timeout -k 2 30 "$RUNTIME" --root "$T/home/run/root" "$@" < /dev/null > "$T/user.out" 2>&1 || status=$?
	output=$(< "$T/user.out")
	mapfile -t lines <<< "$output"
}

# rootless_bundle: made by spec --rootless as the user himself
rootless_bundle() {
	new_id
	BUNDLE=$T/home/bundle
	mkdir -p "$T/home"
	user mkdir -p "$BUNDLE/rootfs"
	user cp -a "$HULL_TEST_WORK/rootfs/." "$BUNDLE/rootfs/"
	as_user spec --rootless --bundle "$BUNDLE"
	succeeds
	edit '.process.terminal = false'
	chown 3000:3000 "$BUNDLE/config.json"
}

run_rootless() { # run_rootless SCRIPT
	set_script "$1"
	chmod 644 "$BUNDLE/config.json"
	as_user run --bundle "$BUNDLE" "$ID"
}

@test "an ordinary user runs the bundle of spec --rootless" {
	rootless_bundle
	run_rootless 'id -u; echo $$; hostname; tr -s " " < /proc/self/uid_map'
	succeeds
	equal "${lines[*]:0:2}" "0 1"
	equal "${lines[2]}" "$(jq -r .hostname "$BUNDLE/config.json")"
	equal "${lines[3]}" " 0 3000 1"
}

@test "spec --rootless needs no more than the user's own id" {
	rootless_bundle
	equal "$(jq -c .linux.uidMappings "$BUNDLE/config.json")" '[{"containerID":0,"hostID":3000,"size":1}]'
	equal "$(jq -c .linux.gidMappings "$BUNDLE/config.json")" '[{"containerID":0,"hostID":3000,"size":1}]'
}

@test "a file that root makes inside belongs to the user outside" {
	rootless_bundle
	edit '.root.readonly = false'
	run_rootless 'touch /made'
	succeeds
	equal "$(stat -c %u "$BUNDLE/rootfs/made")" 3000
}

@test "sub-ids are mapped by newuidmap" {
	[ -u "$(command -v newuidmap)" ] || skip "newuidmap is not setuid here"
	rootless_bundle
	edit '.root.readonly = false
		| .linux.uidMappings += [{ containerID: 1, hostID: 300000, size: 1000 }]
		| .linux.gidMappings += [{ containerID: 1, hostID: 300000, size: 1000 }]'
	run_rootless 'tr -s " " < /proc/self/uid_map; touch /x'
	prints $' 0 3000 1\n 1 300000 1000'
}

@test "ids that are not the user's are refused" {
	rootless_bundle
	edit '.linux.uidMappings = [{ containerID: 0, hostID: 0, size: 1 }]'
	run_rootless true
	refused_for /linux/uidMappings
	no_foreign_process
}

@test "a container joins the user namespace of one that denies setgroups" {
	rootless_bundle
	edit '.process.args = ["sleep", "1000"]'
	chmod 644 "$BUNDLE/config.json"
	as_user run --detach --bundle "$BUNDLE" "$ID"
	succeeds
	first=$ID
	as_user state "$first"
	new_id
	edit ".linux.uidMappings = [] | .linux.gidMappings = [] |
		(.linux.namespaces[] | select(.type == \"user\")).path = \"/proc/$(jq .pid <<< "$output")/ns/user\""
	run_rootless 'id -u; cat /proc/self/setgroups'
	succeeds
	equal "${lines[*]}" "0 deny"
	as_user delete --force "$first"
	succeeds
}

@test "the whole life of a container works for an ordinary user" {
	rootless_bundle
	edit '.process.args = ["sleep", "1000"]'
	chmod 644 "$BUNDLE/config.json"
	as_user create --bundle "$BUNDLE" "$ID"
	succeeds
	as_user state "$ID"
	equal "$(jq -r .status <<< "$output")" created
	as_user start "$ID"
	succeeds
	as_user state "$ID"
	equal "$(jq -r .status <<< "$output")" running
	as_user exec "$ID" sh -c 'id -u; echo $$; cat /proc/self/setgroups'
	succeeds
	equal "${lines[0]} ${lines[2]}" "0 deny"
	as_user exec --additional-gids 5 "$ID" true
	fails_with "additional groups cannot be set"
	as_user list
	matches "$output" "$ID .* running "
	as_user kill "$ID" KILL
	succeeds
	eventually no_foreign_process
	as_user delete "$ID"
	succeeds
	as_user list -q
	prints ""
}

@test "the state root of an ordinary user is below XDG_RUNTIME_DIR" {
	rootless_bundle
	edit '.process.args = ["sleep", "1000"]'
	chmod 644 "$BUNDLE/config.json"
	user "$RUNTIME" create --bundle "$BUNDLE" "$ID" < /dev/null > /dev/null 2>&1
	find "$T/home/run" -mindepth 2 -maxdepth 2 -name "$ID" | grep -q "$ID"
	user "$RUNTIME" delete --force "$ID"
	[ -z "$(find "$T/home/run" -name "$ID")" ]
}

@test "an ordinary user without a user namespace in the configuration is refused" {
	rootless_bundle
	without_namespace user
	edit 'del(.linux.uidMappings, .linux.gidMappings)'
	run_rootless true
	refused_for CAP_SYS_ADMIN
	no_foreign_process
}

@test "a limit that an ordinary user cannot set is refused and named" {
	rootless_bundle
	edit '.linux.resources = { memory: { limit: 67108864 } }'
	run_rootless true
	[ "$status" != 0 ]
	[[ $output == *cgroup* || $output == */linux/resources* ]]
	no_foreign_process
}

@test "every namespace of an ordinary user's container is new" {
	rootless_bundle
	run_rootless 'for n in user mnt pid ipc uts; do readlink /proc/self/ns/$n; done'
	succeeds
	local line type
	for line in "${lines[@]}"; do
		type=${line%%:*}
		differs "$line" "$(namespace_of "$type" self)"
	done
}

@test "a network namespace of an ordinary user has lo up" {
	rootless_bundle
	edit '.linux.namespaces += [{ type: "network" }]'
	run_rootless 'ip -o addr | grep -c "127.0.0.1/8"; ip link | grep -c "lo: <LOOPBACK,UP"'
	prints $'1\n1'
}

@test "read-only root, masked and read-only paths hold for an ordinary user" {
	rootless_bundle
	edit '.root.readonly = true | .linux.maskedPaths = ["/proc/meminfo"] | .linux.readonlyPaths = ["/proc/sys"]'
	run_rootless 'touch /x; cat /proc/meminfo | wc -c; echo x > /proc/sys/kernel/domainname'
	[ "$status" != 0 ]
	equal "$(grep -c 'Read-only file system' <<< "$output")" 2
	grep -qx 0 <<< "$output"
}

@test "exit status and output of an ordinary user's container are its own" {
	rootless_bundle
	run_rootless 'echo out; echo err >&2; exit 42'
	exits_with 42
	equal "$output" $'out\nerr'
}

@test "bind mounts of what the user may read work" {
	rootless_bundle
	user mkdir "$T/home/data"
	user touch "$T/home/data/here"
	add_mount /m bind "$T/home/data" rbind ro
	run_rootless 'ls /m; touch /m/x'
	fails_with here "Read-only file system"
}

@test "an ordinary user's container says to a service manager that it is ready" {
	manager "@$HULL_TEST_TOKEN-manager"
	rootless_bundle
	run_rootless 'notify say READY=1 MAINPID=1; echo "socket:$NOTIFY_SOCKET"'
	prints "socket:/run/notify/notify.sock"
	told 'READY=1|'
	set_script 'notify say READY=1; exec sleep 100'
	: > "$T/told"
	as_user run --detach --bundle "$BUNDLE" "$ID"
	succeeds
	as_user state "$ID"
	told "READY=1|MAINPID=$(jq .pid "$T/user.out")|" 'BARRIER=1 +fd'
	as_user delete --force "$ID"
	succeeds
	[ -z "$(ls "$T/home/run/root")" ]
}
