#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What a security module calls a container's process, and its session keyring.

load lib

APPARMOR=/sys/module/apparmor/parameters/enabled
SELINUX=/sys/fs/selinux

has_apparmor() {
	[ "$(cat "$APPARMOR" 2> /dev/null)" = Y ]
}

has_selinux() {
	[ -e "$SELINUX/status" ]
}

teardown() {
	[ ! -e "$T/profile" ] || apparmor_parser --remove "$T/profile"
	close_shells
	delete_containers "$ROOT" || return 1
	rm -rf --one-file-system "$T" || return 1
}

# ---- keyring ---------------------------------------------------------------------------------------

# session_keyring: its name, of who asks
session_keyring() {
	probe keyring | cut -d';' -f5
}

@test "a container has a session keyring of its own, named after it and empty" {
	local strategy

	for strategy in $STRATEGIES; do
		bundle
		set_script 'probe keyring | cut -d";" -f5; cat /proc/keys'
		run_bundle --strategy "$strategy"
		succeeds
		equal "${lines[0]}" "_ses.$ID"
		says "_ses.$ID: empty"
	done
	user_bundle
	set_script 'probe keyring | cut -d";" -f5'
	run_bundle
	prints "_ses.$ID"
}

@test "--no-new-keyring leaves it the caller's, a process that is added too" {
	bundle
	set_script 'probe keyring | cut -d";" -f5'
	run_bundle --no-new-keyring
	prints "$(session_keyring)"
	edit '.process.args = ["sleep", "1000"]'
	oci run --no-new-keyring --detach --bundle "$BUNDLE" "$ID" < /dev/null > /dev/null
	try exec "$ID" probe keyring
	says ";$(session_keyring)"
	bundle
	start_sleeper
	try exec "$ID" probe keyring
	says ";_ses.$ID"
}

# ---- AppArmor --------------------------------------------------------------------------------------

@test "a profile is refused where the kernel has no AppArmor" {
	! has_apparmor || skip "this kernel has AppArmor"
	bundle '.process.apparmorProfile = "docker-default"'
	run_bundle
	fails_with "this kernel has no AppArmor" /process/apparmorProfile
	nothing_left
	bundle
	start_sleeper
	try exec --apparmor docker-default "$ID" true
	exits_with 255
	says "this kernel has no AppArmor"
}

@test "a profile is in force from the program on, and for a process that is added" {
	has_apparmor || skip "this kernel has no AppArmor"
	command -v apparmor_parser > /dev/null || skip "apparmor_parser is not installed"
	printf 'profile %s flags=(attach_disconnected) {\n file,\n capability,\n signal,\n deny /denied r,\n}\n' \
		"$HULL_TEST_TOKEN" > "$T/profile"
	apparmor_parser --replace "$T/profile"
	for strategy in $STRATEGIES; do
		bundle ".process.apparmorProfile = \"$HULL_TEST_TOKEN\""
		echo secret > "$BUNDLE/rootfs/denied"
		set_script 'cat /proc/self/attr/current; cat /denied'
		run_bundle --strategy "$strategy"
		says "$HULL_TEST_TOKEN (enforce)" "Permission denied"
		does_not_say secret
		STRATEGY=$strategy start_sleeper
		try exec "$ID" cat /proc/self/attr/current
		says "$HULL_TEST_TOKEN (enforce)"
		try exec --apparmor unconfined "$ID" cat /proc/self/attr/current
		says unconfined
	done
}

@test "a profile that is not loaded is an error of create" {
	has_apparmor || skip "this kernel has no AppArmor"
	bundle '.process.apparmorProfile = "hull-not-there"'
	try create --bundle "$BUNDLE" "$ID"
	fails_with "label hull-not-there" /process/apparmorProfile
	nothing_left
}

# ---- SELinux ---------------------------------------------------------------------------------------

@test "a label is refused where the kernel has no SELinux, for the keyring as for the process" {
	! has_selinux || skip "this kernel has SELinux"
	bundle '.process.selinuxLabel = "system_u:system_r:container_t:s0"'
	for option in --no-new-keyring=false --no-new-keyring; do
		run_bundle "$option"
		fails_with "this kernel has no SELinux" /process/selinuxLabel
		nothing_left
	done
	bundle
	start_sleeper
	try exec --process-label system_u:system_r:container_t:s0 "$ID" true
	exits_with 255
	says "this kernel has no SELinux"
}

# The label of who asks is one that the policy knows and the process may go on with.
@test "process and keyring have the label, and later keys what SELinux decides" {
	has_selinux || skip "this kernel has no SELinux"
	label=${HULL_TEST_LABEL:-$(tr -d '\0\n' < /proc/self/attr/current)}
	bundle ".process.noNewPrivileges = false | .process.selinuxLabel = \"$label\""
	set_script 'cat /proc/self/attr/current; echo; probe keyring-label; cat /proc/self/attr/keycreate'
	run_bundle
	succeeds
	equal "$(tr -d '\0' < "$T/try.out")" "$label"$'\n'"$label"
	start_sleeper
	try exec "$ID" probe keyring-label
	prints "$label"
}

@test "a label that the policy does not know is told, with its field" {
	has_selinux || skip "this kernel has no SELinux"
	bundle '.process.selinuxLabel = "no:such:label"'
	run_bundle
	fails_with /process/selinuxLabel "no:such:label"
	nothing_left
}
