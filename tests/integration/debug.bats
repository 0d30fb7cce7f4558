#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# hull debug: tools of the host's in a container that has none.

load lib

hull() {
	timeout -k 2 20 "$HULL" "$@" < /dev/null 3>&-
}

# without_a_shell [OWNER]: of $BUNDLE nothing but /bin/sleep and a file is left; started, sets $PID
without_a_shell() {
	rm -rf "$BUNDLE/rootfs"
	mkdir -p "$BUNDLE/rootfs/bin" "$BUNDLE/rootfs/data"
	cp -a "$HULL_TEST_WORK/rootfs/bin/busybox" "$BUNDLE/rootfs/bin/sleep"
	ln -s data "$BUNDLE/rootfs/link"
	echo own > "$BUNDLE/rootfs/data/file"
	echo top > "$BUNDLE/rootfs/top"
	[ $# = 0 ] || chown -hR "$1" "$BUNDLE/rootfs"
	edit '.process.args = ["/bin/sleep", "1000"] | .root.readonly = false | .mounts |= map(select(.destination | startswith("/home") | not))'
	oci run --detach --bundle "$BUNDLE" "$ID" < /dev/null > "$T/$ID.out" 2>&1 || {
		cat "$T/$ID.out"
		return 1
	}
	PID=$(pid_of)
}

@test "a container without a shell gets one, in its own namespaces" {
	bundle '.hostname = "bare"'
	without_a_shell
	[ ! -e "/proc/$PID/root/bin/sh" ]
	# shellcheck disable=SC2016  # the inner shell's
	run hull debug "$PID" sh -c 'hostname; for n in pid net ipc uts cgroup; do readlink /proc/self/ns/$n; done
		ps -o pid=,args= | grep -c "/bin/sleep 1000"; which sh'
	echo "$output"
	[ "$status" = 0 ]
	[ "${lines[0]}" = bare ]
	diff <(for n in pid net ipc uts cgroup; do readlink "/proc/$PID/ns/$n"; done) <(grep : <<< "$output")
	[ "${lines[-1]}" = /toolbox/bin/sh ]
	[ "${lines[-2]}" -ge 1 ]
}

@test "what the container has is at its place, and writes reach it" {
	bundle
	without_a_shell
	# shellcheck disable=SC2016  # the inner shell's
	run hull debug --wd /data "$PID" sh -c 'pwd; cat /data/file /top; readlink /link; echo more >> file; ls -A / | grep -c "^[.]root"; echo $PATH'
	echo "$output"
	[ "${lines[*]:0:4}" = "/data own top data" ]
	[ "${lines[4]}" = 0 ]
	[[ ${lines[5]} == /toolbox/bin:* ]]
	[ "$(< "/proc/$PID/root/data/file")" = "own
more" ]
}

@test "the container sees nothing of it" {
	local before

	bundle
	without_a_shell
	before=$(cut -d ' ' -f 4- "/proc/$PID/mountinfo")
	hull debug "$PID" sh -c 'ls /toolbox/bin/busybox; mount -t tmpfs more /data && grep -q " /data " /proc/self/mountinfo'
	[ "$(cut -d ' ' -f 4- "/proc/$PID/mountinfo")" = "$before" ]
	[ ! -e "/proc/$PID/root/toolbox" ] && [ ! -e "/proc/$PID/root/.root" ]
	[ -e "/proc/$PID/root/data/file" ]
	run ! grep -q toolbox /proc/self/mountinfo
}

@test "a container of an ordinary user's ids is entered as its root" {
	user_bundle
	without_a_shell 100000:100000
	run hull debug "$PID" sh -c 'id -u; echo more >> /data/file; ls -ln /data/file | tr -s " " | cut -d " " -f 3; readlink /proc/self/ns/user'
	echo "$output"
	[ "$status" = 0 ]
	[ "${lines[0]}" = 0 ]
	[ "${lines[1]}" = 0 ]
	[ "${lines[2]}" = "$(namespace_of user "$PID")" ]
	[ "$(stat -c %u "$BUNDLE/rootfs/data/file")" = 100000 ]
}

@test "a toolbox of one's own has its programs first, and is read-only" {
	bundle
	start_sleeper
	PID=$(pid_of)
	mkdir -p "$T/tools/bin"
	cp "$HULL_TEST_WORK/rootfs/bin/busybox" "$T/tools/bin/hostname"
	cp "$HULL_TEST_WORK/rootfs/bin/busybox" "$T/tools/bin/which"
	[ "$(hull debug --toolbox "$T/tools" "$PID" sh -c 'which hostname sh')" = "/toolbox/bin/hostname
/bin/sh" ]
	run hull debug --toolbox "$T/tools" "$PID" sh -c 'echo x > /toolbox/bin/x'
	[[ $output == *"ead-only file system"* ]]
	[ ! -e "$T/tools/bin/x" ]
	mkdir "$T/empty"
	run hull debug --toolbox "$T/empty" "$PID" true
	[ "$status" = 125 ]
	[[ $output == *"toolbox: open $T/empty/bin: no such file or directory"*"has its programs in bin"* ]]
	run hull debug --toolbox "$T/none" "$PID" true
	[[ $output == *"toolbox: open $T/none: no such file or directory"* ]]
}

@test "the exit status is the program's, or says why there was none" {
	sleep 1000 3>&- &
	run hull debug $! sh -c 'exit 7'
	[ "$status" = 7 ]
	run -127 hull debug $! no-such-program
	kill $!
	run hull debug nothing
	[ "$status" = 125 ]
	[[ $output == *"nothing: no such process or container"* ]]
	run hull debug
	[ "$status" = 125 ]
	[[ $output == *'"debug" requires a minimum of 1 argument(s)'* ]]
}

@test "without a static busybox it says what to do" {
	mkdir "$T/empty"
	sleep 1000 3>&- &
	# shellcheck disable=SC2016  # the inner shell's
	run unshare --mount --propagation private bash -c '
		for program in /bin/busybox /usr/bin/busybox /usr/local/bin/busybox /sbin/busybox /bin/busybox.static; do
			[ ! -e $program ] || mount --bind /bin/true $program
		done
		"$HULL" debug "$1"' bash $!
	kill $!
	[ "$status" = 125 ]
	[[ $output == *"there is no static busybox on this machine"*"apt-get install busybox-static, or --toolbox DIR"* ]]
}
