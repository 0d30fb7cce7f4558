#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# A container says to the service manager of its host that it is ready (sd_notify(3)).

load lib
load notify

# saying TEXT...: a bundle whose program says so
saying() {
	bundle
	edit '.process.args = ["notify", "say"] + $ARGS.positional' --args "$@"
}

@test "what a container in the foreground says is handed on as it is said" {
	manager
	for strategy in $STRATEGIES; do
		saying 'STATUS=warming up' 'READY=1|STATUS=at work' 'STOPPING=1'
		: > "$T/told"
		run_bundle --strategy "$strategy"
		succeeds
		told 'STATUS=warming up|' 'READY=1|STATUS=at work|' 'STOPPING=1|'
	done
}

@test "start waits until the container is ready, and names its process" {
	manager
	bundle
	set_script 'while [ ! -e /tmp/go ]; do sleep 0.05; done; notify say "STATUS=soon" "READY=1"; exec sleep 100'
	try create --bundle "$BUNDLE" "$ID"
	succeeds
	pid=$(pid_of)
	"$RUNTIME" --root "$ROOT" start "$ID" 3>&- &
	starter=$!
	eventually has_status running
	sleep 0.3
	kill -0 "$starter"
	equal "$(cat "$T/told")" ""
	touch "$BUNDLE/rootfs/tmp/go"
	wait "$starter"
	told 'STATUS=soon|' "READY=1|MAINPID=$pid|" 'BARRIER=1 +fd'
	has_status running
}

@test "a detached run does so, too" {
	manager
	bundle
	set_script 'notify say "READY=1"; exec sleep 100'
	try run --detach --bundle "$BUNDLE" "$ID"
	succeeds
	told "READY=1|MAINPID=$(pid_of)|" 'BARRIER=1 +fd'
}

@test "in a user namespace and in a joined pid namespace it is the process that the host sees" {
	local kind

	unshare --pid --fork --kill-child sleep 1000 3>&- &
	unsharer=$!
	eventually pgrep -P "$unsharer" sleep
	manager
	for kind in $([ -n "$WITHOUT" ] || echo user) joined; do # see "refused" below
		case $kind in
		user) user_bundle ;;
		joined)
			bundle
			namespace_path pid "/proc/$(pgrep -P "$unsharer" sleep)/ns/pid"
			;;
		esac
		set_script 'notify say "READY=1"; exec sleep 100'
		: > "$T/told"
		try run --detach --bundle "$BUNDLE" "$ID"
		succeeds
		told "READY=1|MAINPID=$(pid_of)|" 'BARRIER=1 +fd'
		equal "$(tr '\0' ' ' < "/proc/$(pid_of)/cmdline")" "sleep 100 "
		try delete --force "$ID"
	done
	kill -KILL "$unsharer"
	wait "$unsharer" || true
}

@test "start does not end before the manager has read that the container is ready" {
	manager_that keep
	bundle
	set_script 'notify say "READY=1"; exec sleep 100'
	try create --bundle "$BUNDLE" "$ID"
	"$RUNTIME" --root "$ROOT" start "$ID" 3>&- &
	starter=$!
	eventually grep -q BARRIER "$T/told"
	sleep 0.3
	kill -0 "$starter"
	kill "$manager"
	manager=
	wait "$starter"
}

@test "start ends when the container does, ready or not" {
	manager
	bundle
	set_script 'exit 3'
	try create --bundle "$BUNDLE" "$ID"
	try start "$ID"
	succeeds
	has_status stopped
}

@test "what is never ready can be deleted while start waits" {
	manager
	bundle
	set_script 'exec sleep 100'
	try create --bundle "$BUNDLE" "$ID"
	"$RUNTIME" --root "$ROOT" start "$ID" 3>&- &
	starter=$!
	eventually has_status running
	try delete --force "$ID"
	succeeds
	wait "$starter"
	[ ! -e "$ROOT/$ID" ]
}

@test "any user of the container may say it, in a user namespace, too" {
	manager
	saying 'READY=1'
	edit '.process.user = { uid: 1000, gid: 1000 }'
	run_bundle
	succeeds
	[ -z "$WITHOUT" ] || return 0
	user_bundle
	edit '.process.args = ["notify", "say", "READY=1"]'
	run_bundle
	succeeds
	told 'READY=1|' 'READY=1|'
}

@test "a manager at an abstract socket is told" {
	manager "@$HULL_TEST_TOKEN-manager"
	saying 'READY=1'
	run_bundle
	succeeds
	told 'READY=1|'
}

@test "without a manager there is nothing of it in the container" {
	run_in 'echo "socket:$NOTIFY_SOCKET"; ls -d /run/notify; grep -c " /run/notify " /proc/self/mountinfo'
	says "socket:" "No such file or directory" 0
	[ ! -e "$ROOT/$ID/notify" ]
}

@test "what enters later has no socket" {
	manager
	bundle
	set_script 'notify say READY=1; exec sleep 100'
	try run --detach --bundle "$BUNDLE" "$ID"
	try exec "$ID" sh -c 'echo "socket:$NOTIFY_SOCKET"'
	prints "socket:"
}

@test "a socket that the configuration names is its own business" {
	manager
	bundle
	edit '.process.env += ["NOTIFY_SOCKET=/run/own.sock"]'
	set_script 'echo "socket:$NOTIFY_SOCKET"; ls -d /run/notify'
	run_bundle
	says "socket:/run/own.sock" "No such file or directory"
}

@test "a manager that is gone hinders nobody" {
	export NOTIFY_SOCKET=$T/nobody.sock
	saying 'READY=1'
	run_bundle
	succeeds
	says "NOTIFY_SOCKET=$T/nobody.sock: no such file or directory"
}

@test "a manager that does not read is waited for once, and spoken of once" {
	manager_that ignore
	saying $(seq -f STATUS=%g 40)
	run_bundle
	succeeds
	equal "$output" "$(grep "NOTIFY_SOCKET=$NOTIFY_SOCKET: resource temporarily unavailable" <<< "$output")"
	equal "${#lines[@]}" 1
}

@test "it is there on a tmpfs at /run, in a root that is read-only, and gone from the host with the container" {
	manager
	saying 'READY=1'
	edit '.root.readonly = true'
	add_mount /run tmpfs tmpfs nosuid
	run_bundle
	succeeds
	told 'READY=1|'
	[ ! -e "$ROOT/$ID" ]
	[ ! -e "$BUNDLE/rootfs/run/notify" ]
}

@test "plan shows the mount and the variable" {
	export NOTIFY_SOCKET=$T/manager.sock
	bundle
	try plan --bundle "$BUNDLE" "$ID"
	succeeds
	says "/run/notify" "NOTIFY_SOCKET=/run/notify/notify.sock"
	[ ! -e "$ROOT/$ID" ]
}

@test "what is no path of a socket is said and left out" {
	export NOTIFY_SOCKET=vsock:2:1234
	run_in 'echo "socket:$NOTIFY_SOCKET"'
	succeeds
	says "NOTIFY_SOCKET=vsock:2:1234 is no path of a socket" "socket:"
}

@test "a container cannot write beside its socket, and what a privileged one wrote is removed" {
	manager
	bundle
	set_script 'echo x > /run/notify/x || echo refused'
	run_bundle
	says refused
	bundle
	with_all_capabilities
	set_script 'mount -o remount,bind,rw /run/notify && mkdir -p /run/notify/d/e && touch /run/notify/d/f &&
		for name in lifted-0 deep; do
			(cd /run/notify && for n in $(seq 50); do
				mkdir $name && cd $name && mkdir lifted-0 lifted-1 && touch lifted-1/x || exit
				[ $name = deep ] || cd lifted-0
			done) || exit
		done
		rm /run/notify/notify.sock && ln -s /etc/passwd /run/notify/notify.sock && echo written'
	before=$(stat -c '%a %Y %s' /etc/passwd)
	run_bundle
	succeeds
	says written
	[ ! -e "$ROOT/$ID" ]
	equal "$(stat -c '%a %Y %s' /etc/passwd)" "$before"
}

@test "without the newer calls the socket is refused to a user namespace that cannot reach it" {
	[ -n "$WITHOUT" ] || skip "for WITHOUT=enosys and eperm"
	manager
	user_bundle
	edit '.process.args = ["true"]'
	try run --bundle "$BUNDLE" "$ID"
	fails_with "may not search a directory that leads there" "mount_setattr(2), Linux 5.12"
	nothing_left
}
