# SPDX-License-Identifier: Apache-2.0
#
# A service manager of the host, for those who load lib before.
#
#   manager [PATH]        listens at PATH, $NOTIFY_SOCKET of what follows; what it is told is in $T/told
#   manager_that HOW      the same with another habit: keep or ignore (helpers/notify.c)
#   told LINE...          exactly that, in this order

manager() {
	start_manager listen "${1:-$T/manager.sock}"
}

manager_that() {
	start_manager "$1" "$T/manager.sock"
}

start_manager() {
	export NOTIFY_SOCKET=$2
	notify "$1" "$NOTIFY_SOCKET" >> "$T/told" 3>&- &
	manager=$!
	if [ "${NOTIFY_SOCKET:0:1}" = / ]; then
		eventually test -S "$NOTIFY_SOCKET"
	else
		eventually grep -qF "$NOTIFY_SOCKET" /proc/net/unix
	fi
}

# datagrams are queued, so the last may be on its way
told() {
	printf '%s\n' "$@" > "$T/expected"
	eventually cmp -s "$T/told" "$T/expected" || {
		echo "the manager was told:" >&2
		cat "$T/told" >&2
		return 1
	}
}

teardown() {
	unset NOTIFY_SOCKET
	[ -z "${manager:-}" ] || kill "$manager"
	end_test
}
