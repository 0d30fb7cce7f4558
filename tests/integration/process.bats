#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The container's process: what it runs, as whom, with which rights, limits, descriptors and terminal.

load lib

# ask ARG...: runs the program ARG... in the bundle that was made last
ask() {
	edit '.process.args = $ARGS.positional' --args -- "$@"
	run_bundle
}

# executable PATH TEXT: a script in the root file system
executable() {
	mkdir -p "$(dirname "$BUNDLE/rootfs$1")"
	printf '%s' "$2" > "$BUNDLE/rootfs$1"
	chmod 755 "$BUNDLE/rootfs$1"
}

# ---- program, arguments, environment --------------------------------------------------------------

@test "the program is searched in the container's PATH" {
	bundle '.process.env = ["PATH=/first:/second:/bin"]'
	executable /second/greet $'#!/bin/sh\necho second'
	ask greet
	prints second
	executable /first/greet $'#!/bin/sh\necho first'
	ask greet
	prints first
}

@test "a file in PATH that is not executable is passed over" {
	bundle '.process.env = ["PATH=/first:/second:/bin"]'
	executable /first/greet $'#!/bin/sh\necho first'
	chmod 644 "$BUNDLE/rootfs/first/greet"
	executable /second/greet $'#!/bin/sh\necho second'
	ask greet
	prints second
}

@test "a program with a slash is taken relative to the working directory" {
	bundle '.process.cwd = "/work/here"'
	executable /work/there/greet $'#!/bin/sh\necho there'
	mkdir "$BUNDLE/rootfs/work/here"
	ask ../there/greet
	prints there
}

@test "a program through a symbolic link is the container's, not the host's" {
	bundle
	executable /real/greet $'#!/bin/sh\necho inside'
	ln -s /real/greet "$BUNDLE/rootfs/bin/greet"
	ask greet
	prints inside
	ln -s ../../../../../../../../real/greet "$BUNDLE/rootfs/bin/up"
	ask up
	prints inside
}

@test "arguments arrive unchanged, empty ones and those with every kind of character, too" {
	bundle
	ask sh -c 'for a in "$0" "$@"; do echo "[$a]"; done' zero '' 'two words' '$HOME *' $'new\nline' 'ä€𐍈' '"\\'
	prints $'[zero]\n[]\n[two words]\n[$HOME *]\n[new\nline]\n[ä€𐍈]\n["\\\\]'
}

@test "an argument of 100000 bytes arrives whole" {
	bundle
	edit --arg long "$(printf 'x%.0s' {1..100000})" '.process.args = ["sh", "-c", "echo ${#1}", "sh", $long]'
	run_bundle
	prints 100000
}

@test "the environment is the configured one, and of the caller's nothing" {
	bundle '.process.env = ["PATH=/bin", "A=1", "EMPTY=", "SPACE=a b", "TWICE=1", "HOME=/x"]'
	edit '.process.args = ["env"]'
	export SECRET_OF_CALLER=1
	run_bundle
	succeeds
	equal "$(sort <<< "$output")" $'A=1\nEMPTY=\nHOME=/x\nPATH=/bin\nSPACE=a b\nTWICE=1'
}

@test "HOME is taken from the container's passwd when it is not given" {
	bundle '.process.env = ["PATH=/bin"]'
	ask sh -c 'echo $HOME'
	prints /root
	edit '.process.user = { uid: 1000, gid: 1000 }'
	ask sh -c 'echo $HOME'
	prints /home/user
	edit '.process.user = { uid: 4242, gid: 1000 }'
	ask sh -c 'echo $HOME'
	prints /
	edit '.process.user = { uid: 1000, gid: 1000 } | .process.env += ["HOME=/given"]'
	ask sh -c 'echo $HOME'
	prints /given
}

@test "without a passwd file HOME is /" {
	bundle '.process.env = ["PATH=/bin"]'
	rm -r "$BUNDLE/rootfs/etc"
	ask sh -c 'echo $HOME'
	prints /
}

# ---- working directory ----------------------------------------------------------------------------

@test "the process starts in the configured directory" {
	bundle '.process.cwd = "/home/user"'
	ask pwd
	prints /home/user
}

@test "a missing working directory is made" {
	bundle '.process.cwd = "/new/folder"'
	ask pwd
	prints /new/folder
	equal "$(stat -c '%a %u' "$BUNDLE/rootfs/new/folder")" "755 0"
}

@test "a missing working directory through a symbolic link is made inside" {
	bundle
	ln -s "$T" "$BUNDLE/rootfs/link"
	edit '.process.cwd = "/link/made"'
	run_in 'pwd -P'
	prints "$T/made"
	[ ! -e "$T/made" ]
}

@test "a working directory on a mount is the mounted one" {
	bundle '.process.cwd = "/m"'
	mkdir "$T/source"
	touch "$T/source/here"
	add_mount /m bind "$T/source" bind
	ask ls
	prints here
}

@test "a relative or an empty working directory is refused" {
	local cwd
	for cwd in relative ''; do
		bundle
		edit --arg cwd "$cwd" '.process.cwd = $cwd'
		ask true
		refused_for /process/cwd
		nothing_left
	done
}

@test "a working directory that is a file is refused" {
	bundle '.process.cwd = "/etc/passwd"'
	ask true
	fails_with "not a directory"
	nothing_left
}

# ---- user -----------------------------------------------------------------------------------------

@test "user, group and additional groups are the configured ones" {
	bundle '.process.user = { uid: 1000, gid: 2000, additionalGids: [30, 2147483647, 40] }'
	ask sh -c 'id -u; id -g; id -G | tr " " "\n" | sort -n; grep Uid /proc/self/status'
	prints $'1000\n2000\n30\n40\n2000\n2147483647\nUid:\t1000\t1000\t1000\t1000'
}

@test "ids have 32 bits" {
	skip_on_runc "1.1.5 takes 31"
	bundle '.process.user = { uid: 4294967294, gid: 4294967293, additionalGids: [4294967292] }'
	ask sh -c 'id -u; id -g; id -G'
	prints $'4294967294\n4294967293\n4294967293 4294967292'
}

@test "without additional groups there are none, whatever the caller has" {
	bundle '.process.user = { uid: 1000, gid: 1000 }'
	edit '.process.args = ["id", "-G"]'
	run setpriv --groups 7,8,9 "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
	prints 1000
}

@test "additional groups in a user namespace are those inside" {
	user_bundle '.process.user = { uid: 1000, gid: 1000, additionalGids: [30, 40] }'
	ask id -G
	prints "1000 30 40"
}

@test "the umask is the configured one" {
	bundle '.process.user.umask = 23'
	ask sh -c 'umask; touch /x; stat -c %a /x'
	prints $'0027\n640'
}

@test "without a configured umask it is 0022, whatever the caller has" {
	bundle '.process.args = ["sh", "-c", "umask"]'
	umask 077
	try run --bundle "$BUNDLE" "$ID"
	prints 0022
}

@test "the user's name does not matter, the numbers do" {
	bundle '.process.user = { uid: 0, gid: 0, username: "user" }'
	ask id -u
	prints 0
}

@test "an ordinary user can write to the standard descriptors by name" {
	bundle '.process.user = { uid: 1000, gid: 1000 }'
	set_script 'echo one > /dev/stdout; echo two > /dev/stderr'
	oci run --bundle "$BUNDLE" "$ID" 2>&1 < /dev/null | cat > "$T/out"
	equal "$(sort "$T/out")" $'one\ntwo'
}

# ---- capabilities ---------------------------------------------------------------------------------

# capabilities JSON: of the process, as "Inh Prm Eff Bnd Amb"
capabilities() {
	edit --argjson sets "$1" '.process.capabilities = $sets | .process.noNewPrivileges = false'
	ask awk '/^Cap/ { sub("^0+", "", $2); printf "%s ", $2 == "" ? 0 : $2 }' /proc/self/status
	succeeds
}

@test "the five capability sets are the configured ones" {
	# CHOWN is 1, KILL 20, NET_RAW 2000
	bundle '.process.user = { uid: 1000, gid: 1000 }'
	capabilities '{
		"bounding": ["CAP_CHOWN", "CAP_KILL", "CAP_NET_RAW"], "permitted": ["CAP_CHOWN", "CAP_KILL"],
		"inheritable": ["CAP_CHOWN", "CAP_KILL"], "effective": ["CAP_KILL"], "ambient": ["CAP_KILL"] }'
	equal "$output" "21 20 20 2021 20 "
}

@test "root keeps what the bounding set holds and nothing more" {
	bundle
	capabilities '{ "bounding": ["CAP_CHOWN", "CAP_KILL"], "permitted": ["CAP_CHOWN", "CAP_KILL"],
		"effective": ["CAP_CHOWN", "CAP_KILL"] }'
	equal "$output" "0 21 21 21 0 "
}

@test "an ordinary user without ambient capabilities has none" {
	bundle '.process.user = { uid: 1000, gid: 1000 }'
	capabilities '{ "bounding": ["CAP_CHOWN", "CAP_KILL"], "permitted": ["CAP_CHOWN", "CAP_KILL"],
		"effective": ["CAP_CHOWN", "CAP_KILL"] }'
	equal "$output" "0 0 0 21 0 "
}

@test "without capabilities there are none, not even for root" {
	bundle
	capabilities 'null'
	equal "$output" "0 0 0 0 0 "
	capabilities '{}'
	equal "$output" "0 0 0 0 0 "
}

@test "capabilities that nobody knows do not stop the container" {
	bundle
	capabilities '{ "bounding": ["CAP_CHOWN", "CAP_WORMHOLE"], "permitted": ["CAP_CHOWN"],
		"effective": ["CAP_CHOWN"] }'
	matches "$output" '0 1 1 1 0 $'
}

@test "the caller's inheritable and ambient capabilities do not reach the process" {
	bundle '.process.user = { uid: 1000, gid: 1000 }'
	edit '.process.args = ["grep", "-E", "Cap(Inh|Amb|Prm)", "/proc/self/status"]'
	run setpriv --inh-caps +chown,+kill --ambient-caps +chown,+kill \
		"$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
	prints $'CapInh:\t0000000000000000\nCapPrm:\t0000000000000000\nCapAmb:\t0000000000000000'
}

@test "securebits are not set" {
	bundle
	ask probe securebits
	prints 0
}

# ---- limits and rights ----------------------------------------------------------------------------

@test "limits are the configured ones" {
	bundle '.process.rlimits = [
		{ type: "RLIMIT_NOFILE", soft: 100, hard: 200 }, { type: "RLIMIT_CORE", soft: 0, hard: 0 },
		{ type: "RLIMIT_STACK", soft: 1048576, hard: 2097152 }, { type: "RLIMIT_NICE", soft: 0, hard: 0 }]'
	ask sh -c 'probe rlimit 7; probe rlimit 4; probe rlimit 3; probe rlimit 13'
	prints $'100 200\n0 0\n1048576 2097152\n0 0'
}

@test "an unlimited limit is the largest number" {
	bundle '.process.rlimits = [{ type: "RLIMIT_AS", soft: 1073741824, hard: 18446744073709551615 }]'
	# numbers of this size do not survive jq
	sed -i 's/"hard": 18446744073709[0-9]*/"hard": 18446744073709551615/' "$BUNDLE/config.json"
	sed -i 's/"sh"/"probe", "rlimit", "9"/' "$BUNDLE/config.json"
	run_bundle
	prints "1073741824 18446744073709551615"
}

@test "a hard limit that may not be raised is an error that names it" {
	setpriv --dump | grep '^Capability bounding set' | grep -q sys_resource && skip "this machine may raise it"
	bundle '.process.rlimits = [{ type: "RLIMIT_MEMLOCK", soft: 1099511627776, hard: 1099511627776 }]'
	ask true
	fails_with "operation not permitted"
	is_runc || says /process/rlimits/0 RLIMIT_MEMLOCK
	nothing_left
}

@test "limits of an unknown type and limits given twice are refused" {
	bundle '.process.rlimits = [{ type: "RLIMIT_WORMHOLES", soft: 1, hard: 1 }]'
	ask true
	fails_with RLIMIT_WORMHOLES
	nothing_left
	bundle '.process.rlimits = [{ type: "RLIMIT_CORE", soft: 0, hard: 0 }, { type: "RLIMIT_CORE", soft: 0, hard: 1 }]'
	ask true
	[ "$status" != 0 ] || skip_on_runc "1.1.5 takes the last"
	is_runc || says /process/rlimits/1
	nothing_left
}

@test "a soft limit above the hard one is refused" {
	bundle '.process.rlimits = [{ type: "RLIMIT_NOFILE", soft: 200, hard: 100 }]'
	ask true
	refused_for /process/rlimits/0
	nothing_left
}

@test "noNewPrivileges is set when it is configured, and only then" {
	bundle '.process.noNewPrivileges = true'
	ask grep NoNewPrivs /proc/self/status
	prints $'NoNewPrivs:\t1'
	bundle '.process.noNewPrivileges = false'
	ask grep NoNewPrivs /proc/self/status
	prints $'NoNewPrivs:\t0'
}

@test "noNewPrivileges keeps a setuid program from changing the user" {
	bundle '.process.user = { uid: 1000, gid: 1000 }'
	cp "$BUNDLE/rootfs/bin/probe" "$BUNDLE/rootfs/bin/setuid"
	chmod 4755 "$BUNDLE/rootfs/bin/setuid"
	edit '.process.noNewPrivileges = false'
	ask setuid euid
	prints 0
	edit '.process.noNewPrivileges = true'
	ask setuid euid
	prints 1000
}

@test "oomScoreAdj is the configured one and not the caller's" {
	bundle '.process.oomScoreAdj = 321'
	ask cat /proc/self/oom_score_adj
	prints 321
}

@test "without oomScoreAdj it is the caller's" {
	bundle
	ask cat /proc/self/oom_score_adj
	prints "$(cat /proc/self/oom_score_adj)"
}

@test "a personality of 32 bits shows in uname" {
	skip_on_runc "1.1.5 does not know it"
	bundle '.linux.personality = { domain: "LINUX32" }'
	ask uname -m
	prints i686
}

# ---- descriptors ----------------------------------------------------------------------------------

@test "the process has its three standard descriptors and no other" {
	bundle '.process.args = ["ls", "/proc/self/fd"]'
	exec 7< /etc/passwd 8> "$T/file" 15< /
	try run --bundle "$BUNDLE" "$ID"
	exec 7>&- 8>&- 15>&-
	# 3 is the listing itself
	prints $'0\n1\n2\n3'
}

@test "the process of a created container has no other descriptors either once it runs" {
	bundle '.process.args = ["sleep", "1000"]'
	oci create --bundle "$BUNDLE" "$ID" < /dev/null > "$T/out" 2>&1
	oci start "$ID"
	equal "$(ls "/proc/$(pid_of)/fd")" $'0\n1\n2'
}

@test "preserved descriptors are handed on and no more than those" {
	bundle
	set_script 'cat <&3; cat <&4; ls /proc/self/fd'
	echo three > "$T/3"
	echo four > "$T/4"
	run sh -c 'exec 3< "$1/3" 4< "$1/4" 5< "$1/4"; shift; exec "$@"' sh "$T" \
		"$RUNTIME" --root "$ROOT" run --preserve-fds 2 --bundle "$BUNDLE" "$ID"
	prints $'three\nfour\n0\n1\n2\n3\n4\n5'
}

@test "a descriptor to preserve that is not there is refused" {
	skip_on_runc "takes one of its own descriptors for it"
	bundle
	set_script true
	run sh -c 'exec 3>&- 4>&-; exec "$@"' sh "$RUNTIME" --root "$ROOT" run --preserve-fds 2 --bundle "$BUNDLE" "$ID"
	fails_with --preserve-fds "descriptor 3 is not open"
	nothing_left
}

@test "the process's executable is the container's own" {
	bundle
	ask readlink /proc/self/exe
	prints /bin/busybox
}

@test "a process that waits for start shows no host file as its executable" {
	skip_on_runc "shows its memfd by another name"
	bundle '.process.args = ["sleep", "1000"]'
	oci create --bundle "$BUNDLE" "$ID" < /dev/null > "$T/out" 2>&1
	matches "$(readlink "/proc/$(pid_of)/exe")" '^/memfd:'
	not grep -q "$RUNTIME" "/proc/$(pid_of)/maps"
}

@test "the process is the leader of its own session" {
	bundle
	ask probe session
	prints "sid=1 pgid=1"
}

# ---- what cannot be run ---------------------------------------------------------------------------

# refused ARG...: create fails with 1 and leaves nothing; the message is in $output
refused() {
	edit '.process.args = $ARGS.positional' --args -- "$@"
	try create --bundle "$BUNDLE" "$ID"
	exits_with 1
	nothing_left
}

@test "a program that is not in PATH is refused by create" {
	bundle
	refused nowhere
	try --log "$T/log" --log-format json create --bundle "$BUNDLE" "$ID"
	matches "$(jq -r .msg "$T/log")" 'exec: "nowhere": executable file not found in [$]PATH'
}

@test "a program whose path does not exist is refused by create" {
	bundle
	refused /no/such/program
	says /no/such/program "no such file or directory"
}

@test "a program that is not executable is refused by create" {
	bundle
	executable /program $'#!/bin/sh\n'
	chmod 644 "$BUNDLE/rootfs/program"
	refused /program
	says /program "permission denied"
}

@test "a program that is a directory is refused by create" {
	bundle
	refused /etc
	says /etc
	[[ $output == *"is a directory"* || $output == *"permission denied"* ]]
}

@test "a program below a file is refused by create" {
	bundle
	refused /etc/passwd/program
	says "not a directory"
}

@test "a program without execute permission for the user is refused" {
	bundle '.process.user = { uid: 1000, gid: 1000 }'
	executable /program $'#!/bin/sh\n'
	chmod 700 "$BUNDLE/rootfs/program"
	ask /program
	fails_with "permission denied"
	nothing_left
}

@test "a script without its interpreter is refused" {
	bundle
	executable /program $'#!/no/such/shell\n'
	ask /program
	fails_with "no such file or directory"
	nothing_left
}

@test "a script without its interpreter is refused by create already" {
	skip_on_runc "1.1.5 finds out at start"
	bundle
	executable /program $'#!/no/such/shell\n'
	refused /program
	says "no such file or directory" /no/such/shell
}

@test "a file that is no program is refused" {
	bundle
	executable /program $'neither script nor binary\n'
	ask /program
	fails_with "exec format error"
	nothing_left
}

@test "a program that cannot be run is an error of start when nothing showed it before" {
	skip_on_runc "1.1.5's start does not see it"
	bundle
	executable /program $'neither script nor binary\n'
	edit '.process.args = ["/program"]'
	try create --bundle "$BUNDLE" "$ID"
	if [ "$status" = 0 ]; then
		run oci start "$ID"
	fi
	fails_with "exec format error"
}

@test "no arguments at all are refused" {
	bundle '.process.args = []'
	run_bundle
	refused_for /process/args
	nothing_left
	bundle 'del(.process.args)'
	run_bundle
	refused_for /process/args
	nothing_left
}

@test "a configuration without a process is created but not started" {
	skip_on_runc "refuses it"
	bundle 'del(.process)'
	try run --bundle "$BUNDLE" "$ID"
	fails_with process
	nothing_left
}

# ---- terminal -------------------------------------------------------------------------------------

# on_terminal SCRIPT: runs it detached on a terminal; what came out is in $output, the first line is
# the name sent along with the master
on_terminal() {
	edit '.process.terminal = true'
	set_script "$1"
	console "$T/console" < /dev/null > "$T/terminal" 2> "$T/console.err" 3>&- &
	local helper=$!
	eventually test -S "$T/console"
	oci run --detach --console-socket "$T/console" --bundle "$BUNDLE" "$ID" < /dev/null > "$T/run.out" 2>&1 || {
		cat "$T/run.out"
		kill "$helper"
		return 1
	}
	wait "$helper" || cat "$T/console.err"
	rm "$T/console"
	output=$(tr -d '\r' < "$T/terminal")
	mapfile -t lines <<< "$output"
}

@test "the terminal's master comes over the console socket and carries the output" {
	bundle
	on_terminal 'echo from inside; echo error >&2; tty'
	matches "${lines[0]}" '^master /dev/(pts/)?ptmx'
	equal "${lines[*]:1:2}" "from inside error"
	matches "${lines[3]}" '^/dev/(pts/0|console)$'
}

@test "what is written to the master is read inside" {
	bundle '.process.terminal = true'
	set_script 'echo ready; read line; echo "got $line"'
	mkfifo "$T/keys"
	exec 9<> "$T/keys"
	console "$T/console" < "$T/keys" > "$T/terminal" 3>&- &
	local helper=$!
	eventually test -S "$T/console"
	oci run --detach --console-socket "$T/console" --bundle "$BUNDLE" "$ID" < /dev/null > /dev/null 2>&1
	eventually grep -q ready "$T/terminal"
	echo "a line" >&9
	eventually grep -q "got a line" "$T/terminal"
	exec 9>&-
	wait "$helper" || true
}

@test "the process leads the session of the terminal and is in its foreground" {
	bundle
	on_terminal 'probe tty; probe session'
	equal "${lines[1]}" "leader=1 controlling=1 foreground=1" || {
		# the shell may have made probe its child: then the session is the shell's
		equal "${lines[1]}" "leader=0 controlling=1 foreground=1"
	}
	equal "${lines[2]}" "sid=1 pgid=1"
}

@test "the terminal has the configured size" {
	bundle '.process.consoleSize = { height: 33, width: 77 }'
	on_terminal 'probe winsize'
	equal "${lines[1]}" "33 77"
}

@test "the terminal is of the container's own devpts and /dev/console leads to it" {
	bundle
	on_terminal 'cd /dev/pts; echo *; stat -c %t:%T /dev/console /dev/pts/0 | uniq | wc -l; ls -l /proc/self/fd/0 | sed "s/.*-> //"'
	equal "${lines[*]:1:2}" "0 ptmx 1"
	matches "${lines[3]}" '^/dev/(pts/0|console)$'
}

@test "the terminal belongs to the user of the process" {
	bundle '.process.user = { uid: 1000, gid: 1000 }'
	on_terminal 'stat -c "%u %a" /dev/pts/0; echo x > /dev/tty'
	matches "${lines[1]}" '^1000 6[02]0$'
	equal "${lines[2]}" x
}

@test "a terminal in a user namespace works, too" {
	user_bundle
	on_terminal 'probe winsize > /dev/null; tty; stat -c %u /dev/pts/0'
	matches "${lines[1]}" '^/dev/(pts/0|console)$'
	equal "${lines[2]}" 0
}

@test "keys typed into the terminal signal the process" {
	bundle '.process.terminal = true'
	set_script 'trap "echo interrupted; exit 0" INT; echo ready; while :; do sleep 0.05; done'
	mkfifo "$T/keys"
	exec 9<> "$T/keys"
	console "$T/console" < "$T/keys" > "$T/terminal" 3>&- &
	local helper=$!
	eventually test -S "$T/console"
	oci run --detach --console-socket "$T/console" --bundle "$BUNDLE" "$ID" < /dev/null > /dev/null 2>&1
	eventually grep -q ready "$T/terminal"
	printf '\003' >&9
	eventually grep -q interrupted "$T/terminal"
	exec 9>&-
	wait "$helper" || true
}

@test "create with a terminal hands over the master before start" {
	bundle '.process.terminal = true | .process.args = ["echo", "hello"]'
	console "$T/console" < /dev/null > "$T/terminal" 3>&- &
	local helper=$!
	eventually test -S "$T/console"
	oci create --console-socket "$T/console" --bundle "$BUNDLE" "$ID" < /dev/null > /dev/null 2>&1
	eventually grep -q '^master' "$T/terminal"
	not grep -q hello "$T/terminal"
	oci start "$ID"
	eventually grep -q hello "$T/terminal"
	wait "$helper"
}

@test "a foreground run on a terminal shares the caller's terminal" {
	bundle '.process.terminal = true'
	set_script 'test -t 0 && test -t 1 && test -t 2 && tty; exit 5'
	run env SHELL=/bin/bash script -qec "'$RUNTIME' --root '$ROOT' run --bundle '$BUNDLE' '$ID'" /dev/null
	exits_with 5
	matches "$output" '/dev/(pts/0|console)'
}

@test "a detached container with a terminal needs a console socket" {
	bundle '.process.terminal = true'
	try run --detach --bundle "$BUNDLE" "$ID"
	exits_with 1
	matches "$output" "console.socket"
	try create --bundle "$BUNDLE" "$ID"
	exits_with 1
	matches "$output" "console.socket"
	nothing_left
}

@test "a console socket without a terminal is refused" {
	bundle '.process.args = ["true"]'
	try create --console-socket "$T/console" --bundle "$BUNDLE" "$ID"
	exits_with 1
	matches "$output" "console.socket"
	nothing_left
}

@test "a console socket that nobody listens at is refused and named" {
	bundle '.process.terminal = true'
	try create --console-socket "$T/nowhere" --bundle "$BUNDLE" "$ID"
	exits_with 1
	says "$T/nowhere" "no such file or directory"
	nothing_left
}

@test "what enters a container with a user namespace has its oom score, too" {
	user_bundle '.process.oomScoreAdj = 321'
	start_sleeper
	try exec "$ID" cat /proc/self/oom_score_adj
	prints 321
	# the container itself in a user namespace that somebody else made
	pid=$(pid_of)
	first=$ID
	bundle '.process.oomScoreAdj = 322 | .process.args = ["cat", "/proc/self/oom_score_adj"]'
	namespace_path user "/proc/$pid/ns/user"
	chown 100000:100000 "$BUNDLE/rootfs"
	run_bundle
	prints 322
}
