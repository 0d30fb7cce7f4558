#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What a container says to the service manager of its host: another main process, descriptors to
# keep, escape sequences for the administrator's terminal, more than anybody can read.

load lib
load ../integration/notify

# What would steer the manager, and what a careless reader of lines would take for that.
LIES=('MAINPID=1' 'MAINPIDFDID=1' 'READY=1|MAINPID=1' 'MAINPID=1|READY=1' 'FDSTORE=1|FDNAME=x' 'FDSTOREREMOVE=1'
	'FDPOLL=0' 'NOTIFYACCESS=all' 'BARRIER=1' 'READY=1||MAINPID=1' $'READY=1\r|MAINPID=1' $'STATUS=a\rMAINPID=1'
	$'STATUS=a\vMAINPID=1' ' MAINPID=1' $'\tMAINPID=1' 'mainpid=1' 'READY=1|MAINPID=' 'X_READY=1' 'READY=' 'READY')

# lies: nothing but what a container may say was told; what it may was
no_lie_was_told() {
	! tr '|' '\n' < "$T/told" | sed 's/ +fd$//' | grep -vE '^(READY=1\??|STATUS=.*|STOPPING=1|BARRIER=1|)$' || {
		echo "that was told:" >&2
		cat "$T/told" >&2
		return 1
	}
	! grep -q +fd "$T/told" && grep -q '^READY=1|$' "$T/told"
}

lie_in_foreground() {
	: > "$T/told"
	run_by_strategy
	succeeds && eventually grep -q '^STOPPING=1|' "$T/told" && no_lie_was_told
}

@test "the manager takes no process for the service's that a container names" {
	manager
	bundle
	edit '.process.args = ["notify", "say"] + $ARGS.positional' --args "${LIES[@]}" 'STOPPING=1'
	both_strategies lie_in_foreground
}

@test "what stands beside READY does not get through when start names the main process, nor what comes later" {
	manager
	bundle
	set_script 'notify say "MAINPID=1" "MAINPID=1|READY=1|MAINPID=2|FDSTORE=1" "MAINPID=3" && touch /tmp/said; exec sleep 100'
	create_only
	try start "$ID"
	succeeds
	told "READY=1|MAINPID=$pid|" 'BARRIER=1 +fd'
	try exec "$ID" notify say MAINPID=1 READY=1
	exits_with 2
	NOTIFY=$(oci exec "$ID" env NOTIFY_SOCKET=/run/notify/notify.sock notify say MAINPID=1 2>&1 || true)
	[[ $NOTIFY == *refused* ]]
	told "READY=1|MAINPID=$pid|" 'BARRIER=1 +fd'
}

@test "no line is put together of two datagrams, or cut out of a long one" {
	local padding

	manager
	padding=$(printf '%4090s' '' | tr ' ' x)
	bundle
	edit '.process.args = ["notify", "say"] + $ARGS.positional' --args 'STATUS=a|MAIN' 'PID=1' \
		"STATUS=$padding|MAINPID=1" "STATUS=${padding:0:4070}" 'STOPPING=1'
	run_bundle
	succeeds
	told 'STATUS=a|' "STATUS=${padding:0:4070}|" 'STOPPING=1|'
}

@test "a descriptor goes to nobody" {
	manager_that keep
	bundle '.process.args = ["notify", "hand", "FDSTORE=1|STATUS=x"]'
	run_bundle
	prints "nobody has it open"
	told 'STATUS=x|'
}

@test "a status moves no cursor and sets no title" {
	manager
	bundle
	edit '.process.args = ["notify", "say"] + $ARGS.positional' \
		--args $'STATUS=\e[2J\e]0;title\a\x7f' $'STATUS=\xc2\x9b2Jgrün' 'STOPPING=1'
	run_bundle
	succeeds
	told 'STATUS=?[2J?]0;title??|' 'STATUS=??2Jgrün|' 'STOPPING=1|'
}

@test "control: at the manager's own socket all of this arrives" {
	manager_that keep
	bundle '.process.env += ["NOTIFY_SOCKET=/host/manager.sock"]'
	add_mount /host bind "$T" bind
	edit '.process.args = ["notify", "say"] + $ARGS.positional' --args "${LIES[@]}" $'STATUS=\e[2J' 'STOPPING=1'
	run_bundle
	succeeds
	eventually grep -q '^STOPPING' "$T/told"
	not no_lie_was_told
	grep -q '^MAINPID=1' "$T/told"
	grep -q $'\e' "$T/told"
	edit '.process.args = ["notify", "hand", "FDSTORE=1", "300"]'
	try run --bundle "$BUNDLE" "$ID"
	says "somebody has it open"
	grep -q '^FDSTORE=1 +fd' "$T/told"
}

# flooding: a program that ends and leaves some behind who say something again and again
flooding() {
	bundle 'del(.linux.namespaces[] | select(.type == "pid"))'
	set_script 'for i in 1 2 3 4 5 6 7 8; do notify flood STATUS=x & done; sleep 0.3; exit 7'
}

@test "some who do not end to speak keep nobody waiting" {
	manager
	flooding
	SECONDS=0
	run_bundle
	exits_with 7
	[ "$SECONDS" -lt 30 ]
	has_spoken() { [ "$(wc -l < "$T/told")" -gt 50 ]; }
	eventually has_spoken
	nothing_left
	flooding
	create_only
	try start "$ID"
	succeeds
	[ "$SECONDS" -lt 60 ]
	has_status stopped
	try delete --force "$ID"
	eventually no_foreign_process
}
