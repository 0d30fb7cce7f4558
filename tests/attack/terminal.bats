#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Input that a container pushes into its terminal must never reach the caller's (CVE-2017-5226).

load lib

# in_terminal COMMAND: runs it by bash in a terminal of its own; sets $output. Nothing is typed, and the
# typing does not end: script makes an end-of-file of that, which the next to read would get.
in_terminal() {
	[ -e "$T/typing" ] || mkfifo "$T/typing"
	exec 8<> "$T/typing"
	output=$(SHELL=/bin/bash timeout --kill-after 2 30 script -qec "$1" /dev/null <&8 2>&1 | tr -d '\r')
	exec 8>&-
}

# What reads the rest of the terminal's input after the container's end, as a user's shell would.
AFTERWARDS='read -t 1 line && echo "the caller read: $line"; true'

needs_tiocsti() {
	[ "$(cat /proc/sys/dev/tty/legacy_tiocsti 2> /dev/null || echo 1)" = 1 ] ||
		skip "this kernel refuses TIOCSTI to everyone"
}

@test "without a terminal of its own a container cannot push into the caller's" {
	for strategy in $STRATEGIES; do
		attack_bundle '.process.args = ["attack", "tiocsti", "touch pwned\n"]'
		in_terminal "'$RUNTIME' --root '$ROOT' run --strategy $strategy --bundle '$BUNDLE' '$ID'; $AFTERWARDS"
		says "TIOCSTI:" "open /dev/tty: "
		does_not_say "TIOCSTI: done" "TIOCLINUX: done" "TIOCSCTTY: done" "open /dev/tty: done" "the caller read"
	done
}

@test "nor can one with a user namespace" {
	user_bundle '.process.args = ["attack", "tiocsti", "touch pwned\n"]'
	with_all_capabilities
	cp "$ATTACK_BIN/attack" "$BUNDLE/rootfs/bin/attack"
	in_terminal "'$RUNTIME' --root '$ROOT' run --bundle '$BUNDLE' '$ID'; $AFTERWARDS"
	says "TIOCSTI:"
	does_not_say "TIOCSTI: done" "TIOCSCTTY: done" "the caller read"
}

@test "nor can what enters by exec" {
	attack_bundle
	start_sleeper
	in_terminal "'$RUNTIME' --root '$ROOT' exec '$ID' attack tiocsti 'touch pwned
'; $AFTERWARDS"
	says "TIOCSTI:" "open /dev/tty: "
	does_not_say "TIOCSTI: done" "TIOCLINUX: done" "TIOCSCTTY: done" "open /dev/tty: done" "the caller read"
}

@test "with a terminal it pushes into its own" {
	attack_bundle '.process.terminal = true | .process.args = ["attack", "tiocsti", "touch pwned\n"]'
	for strategy in $STRATEGIES; do
		in_terminal "'$RUNTIME' --root '$ROOT' run --strategy $strategy --bundle '$BUNDLE' '$ID'; $AFTERWARDS"
		says "open /dev/tty: done"
		does_not_say "the caller read"
	done
}

@test "control: a program in the caller's session does push into it" {
	needs_tiocsti
	in_terminal "'$ATTACK_BIN/attack' tiocsti 'touch pwned
'; ${AFTERWARDS/-t 1/-t 10}"
	says "TIOCSTI: done" "the caller read: touch pwned"
}

@test "the console is a terminal of the container's own devpts" {
	bundle '.process.terminal = true'
	set_script 'stat -c "%t" /dev/console; stat -f -c %T /dev/console 2> /dev/null; tty; ls -l /proc/self/fd/0 | sed "s/.*-> //"'
	for strategy in $STRATEGIES; do
		in_terminal "'$RUNTIME' --root '$ROOT' run --strategy $strategy --bundle '$BUNDLE' '$ID'"
		says 88 /dev/pts/0
	done
}

@test "a console that leads elsewhere in the image stays inside" {
	host_canary
	bundle '.process.terminal = true
		| .mounts |= map(select(.destination != "/dev"))'
	mkdir -p "$BUNDLE/rootfs/dev/pts" "$BUNDLE/rootfs/dev/shm" "$BUNDLE/rootfs/dev/mqueue"
	ln -s "../../../../../../../../../../..$CANARY" "$BUNDLE/rootfs/dev/console"
	set_script 'tty; readlink /dev/console'
	in_terminal "'$RUNTIME' --root '$ROOT' run --bundle '$BUNDLE' '$ID'"
	says /dev/pts/0 "..$CANARY"
	canary_is_safe
	[ ! -e "$T/outside/console" ]
}

# contested_dev NAME TARGET: /dev is a volume in which NAME and a link to the host's TARGET are exchanged
contested_dev() {
	bundle '.process.terminal = true
		| .mounts |= map(select((.destination | startswith("/dev") | not) or .destination == "/dev/pts"))'
	edit --arg dev "$T/dev" '.mounts |=
		[.[0], { destination: "/dev", type: "bind", source: $dev, options: ["bind"] }] + .[1:]'
	mkdir -p "$T/dev/pts"
	touch "$T/dev/console"
	ln -s "../../../../../../../../../..$2" "$T/dev/link"
	set_script 'stat -c %t /dev/console; tty'
	in_background "$ATTACK_BIN/attack" exchange "$T/dev/$1" "$T/dev/link"
}

# race_for_terminal MET...
race_for_terminal() {
	: > "$T/seen"
	while rounds_until 16 "$@"; do
		strategy=copy
		[ $((rounds % 2)) = 0 ] || strategy=${STRATEGIES##* }
		in_terminal "'$RUNTIME' --root '$ROOT' run --strategy $strategy --bundle '$BUNDLE' '$ID'"
		tr -d '\0' <<< "$output" >> "$T/seen"
	done
	end_helper
	equal "$(grep -v '^88$\|^/dev/console$\|^0$\|^/.*/0$\|^not a tty$\|^hull-oci: ' "$T/seen")" ""
	[ -z "$(grep " $T/outside" /proc/self/mountinfo)" ]
	canary_is_safe
}

@test "a console that is exchanged with a link while it is made stays inside" {
	host_canary
	contested_dev console "$CANARY"
	both_met() { grep -qx 88 "$T/seen" && grep -qx 0 "$T/seen"; }
	race_for_terminal both_met
}

@test "terminals whose directory is exchanged with a link while it is mounted stay inside" {
	host_canary
	contested_dev pts "$T/outside"
	both_met() { grep -qx /dev/pts/0 "$T/seen" && grep -q "^$T/outside/" "$T/seen"; }
	race_for_terminal both_met
}

@test "what a container is called cannot write to the caller's terminal" {
	bundle
	edit --arg name $'\e]0;pwned\a\e[2J' '.process.args = [$name] | .hostname = "x"'
	run_bundle
	fails_with "executable file not found" "]0;pwned"
	does_not_say $'\e' $'\a'
	edit --arg name $'/\e]0;pwned\a' '.process.args = ["sh"] | .process.cwd = "/bin/busybox" + $name'
	run_bundle
	fails_with "not a directory" "]0;pwned"
	does_not_say $'\e' $'\a'
}
