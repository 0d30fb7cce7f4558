#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Who the container's program is: ids, groups and capabilities that are not what the configuration
# says (CVE-2016-3697, 2022-29162 and kin, 2022-36109 and kin, 2024-40635, 2026-30892, 2026-46680,
# 2026-47262).

load lib

# ids_refused FIELD VALUE...: as JSON texts
ids_refused() {
	local field=$1 value

	shift
	bundle
	cp "$BUNDLE/config.json" "$T/config.json"
	for value; do
		sed "s#\"$field\": 0#\"$field\": $value#" "$T/config.json" > "$BUNDLE/config.json"
		grep -qF "\"$field\": $value" "$BUNDLE/config.json" || return 1
		try run --bundle "$BUNDLE" "$ID"
		[ "$status" = 1 ] && [[ $output == *"/process/user/$field"* || $output == *JSON* || $output == *json* ]] || {
			echo "$field $value: $status $output" >&2
			return 1
		}
	done
	nothing_left
}

@test "user and group ids that are no ids are refused, each by its field" {
	local field

	for field in uid gid; do
		ids_refused "$field" '"0"' '"1000"' '"root"' -1 -0.5 1.5 1e-1 4294967295 4294967296 4294967297 \
			18446744073709551615 18446744073709551616 18446744073709551617 1e30 true '[0]' '{}' \
			'"1:2"' '" 1"' '"+1"' '""' +1 0x1 01 '1:' 1a
	done
}

@test "control: ids that are ids are taken as they are" {
	local id

	for id in 0 1 1000 65536 4294967294; do
		bundle ".process.user = { uid: $id, gid: $id }"
		run_in 'id -u; id -g'
		prints "$id
$id" || return 1
	done
}

@test "a numeric id is never looked up as a name" {
	bundle '.process.user = { uid: 1000, gid: 1000 }'
	printf '%s\n' 1000:x:0:0::/root:/bin/sh root:x:0:0::/root:/bin/sh > "$BUNDLE/rootfs/etc/passwd"
	printf '%s\n' 1000:x:0: > "$BUNDLE/rootfs/etc/group"
	run_in 'grep -E "^(Uid|Gid|Groups)" /proc/self/status; echo $HOME'
	succeeds
	says $'Uid:\t1000\t1000\t1000\t1000' $'Gid:\t1000\t1000\t1000\t1000'
	does_not_say /root
}

@test "groups are those of the configuration, not the caller's" {
	attack_bundle '.process.user = { uid: 1000, gid: 1001, additionalGids: [7, 4294967294] }'
	set_script 'attack credentials'
	status=0
	output=$(timeout 30 setpriv --groups 4,27,100 "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" \
		< /dev/null 2>&1) || status=$?
	succeeds
	equal "$(grep ^Groups <<< "$output" | xargs)" "Groups: 7 4294967294"
	edit 'del(.process.user.additionalGids)'
	output=$(timeout 30 setpriv --groups 4,27,100 "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" \
		< /dev/null 2>&1)
	equal "$(grep ^Groups <<< "$output" | xargs)" "Groups:"
}

@test "control: a plain child of such a caller does have its groups" {
	run setpriv --groups 4,27,100 "$ATTACK_BIN/attack" credentials
	equal "$(grep ^Groups <<< "$output" | xargs)" "Groups: 4 27 100"
}

@test "no capability is inheritable, and an ordinary user has none" {
	for strategy in $STRATEGIES; do
		attack_bundle
		set_script 'attack credentials'
		status=0
		output=$(timeout 30 setpriv --inh-caps +kill,+chown --ambient-caps +kill "$RUNTIME" --root "$ROOT" run \
			--strategy "$strategy" --bundle "$BUNDLE" "$ID" < /dev/null 2>&1) || status=$?
		succeeds
		says $'CapInh:\t0000000000000000' $'CapAmb:\t0000000000000000' $'CapEff:\t0000000020000420'
		edit '.process.user = { uid: 1000, gid: 1000 }'
		run_by_strategy
		says $'CapInh:\t0000000000000000' $'CapAmb:\t0000000000000000' $'CapEff:\t0000000000000000' \
			$'CapPrm:\t0000000000000000' $'CapBnd:\t0000000020000420'
		edit 'del(.process.capabilities)'
		run_by_strategy
		says $'CapEff:\t0000000000000000' $'CapBnd:\t0000000000000000'
	done
}

@test "the same in a user namespace" {
	user_bundle
	cp "$ATTACK_BIN/attack" "$BUNDLE/rootfs/bin/attack"
	set_script 'attack credentials'
	run_bundle
	says $'CapInh:\t0000000000000000' $'CapAmb:\t0000000000000000' $'CapEff:\t0000000020000420'
	edit '.process.user = { uid: 1000, gid: 1000 }'
	run_bundle
	says $'CapInh:\t0000000000000000' $'CapAmb:\t0000000000000000' $'CapEff:\t0000000000000000'
}

@test "control: what the configuration makes inheritable is" {
	attack_bundle '.process.capabilities.inheritable = ["CAP_KILL"]'
	set_script 'attack credentials'
	run_bundle
	says $'CapInh:\t0000000000000020'
}

# inheriting: an ordinary user's program with a capability that it takes over from who may hand it on
inheriting() {
	attack_bundle '.process.user = { uid: 1000, gid: 1000 } | .process.noNewPrivileges = false'
	run attack file-capability "$BUNDLE/rootfs/bin/attack"
	prints "setxattr: done"
	set_script 'attack credentials'
}

@test "a file's inheritable capabilities give an ordinary user nothing" {
	for strategy in $STRATEGIES; do
		inheriting
		run_by_strategy
		says $'CapInh:\t0000000000000000' $'CapPrm:\t0000000000000000' $'CapEff:\t0000000000000000'
	done
	start_sleeper
	try exec --user 1000 "$ID" attack credentials
	says $'CapInh:\t0000000000000000' $'CapPrm:\t0000000000000000'
}

@test "control: where the configuration hands one on they do" {
	inheriting
	edit '.process.capabilities.inheritable = ["CAP_KILL"]'
	run_bundle
	says $'CapPrm:\t0000000000000020'
}

# ---- the image's /etc/passwd ----------------------------------------------------------------------

home_with() { # home_with: HOME of user 1000 by the bundle's /etc/passwd, within a small memory limit
	edit '.process.user = { uid: 1000, gid: 1000 } | .linux.resources.memory = { limit: 16777216 }'
	run_in 'echo $HOME'
}

@test "a passwd of two gigabytes, and one of a single line, cost no memory" {
	bundle
	rm "$BUNDLE/rootfs/etc/passwd"
	truncate -s 2G "$BUNDLE/rootfs/etc/passwd"
	home_with
	prints /
	head -c 10000000 /dev/zero | tr '\0' x > "$BUNDLE/rootfs/etc/passwd"
	home_with
	prints /
	yes 'user:x:5:5::/wrong:/bin/sh' | head -c 5000000 > "$BUNDLE/rootfs/etc/passwd"
	home_with
	prints /
}

@test "a passwd that is a fifo, a device, a link or a directory is none" {
	local host_passwd

	bundle
	rm "$BUNDLE/rootfs/etc/passwd"
	mkfifo "$BUNDLE/rootfs/etc/passwd"
	home_with
	prints /
	rm "$BUNDLE/rootfs/etc/passwd"
	ln -s /dev/zero "$BUNDLE/rootfs/etc/passwd"
	home_with
	prints /
	ln -sfn ../../../../../../../etc/other "$BUNDLE/rootfs/etc/passwd"
	echo 'user:x:1000:1000::/inside:/bin/sh' > "$BUNDLE/rootfs/etc/other"
	home_with
	prints /inside
	rm "$BUNDLE/rootfs/etc/passwd"
	mkdir "$BUNDLE/rootfs/etc/passwd"
	home_with
	prints /
}

@test "entries whose id is no number are not the user's" {
	local id

	for id in +1000 ' 1000' 0x3e8 1000a '1000 ' 4294968296 18446744073709552616 -4294966296 ''; do
		bundle
		printf 'bad:x:%s:0::/wrong:/bin/sh\n' "$id" > "$BUNDLE/rootfs/etc/passwd"
		home_with
		prints / || return 1
	done
}

@test "control: the user's own entry is found" {
	bundle
	home_with
	prints /home/user
}
