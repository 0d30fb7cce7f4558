#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# System calls of hull's commands fail one after the other (strace --inject): the command ends, in
# success or with a line that says what failed, and nothing is left.

load lib

# Without these nothing of the program itself can go on (syscalls.bats). What a program of the test's own
# does is not the command's.
UNTOUCHED='close|futex|mprotect|exit|exit_group|execve|rt_sigreturn|restart_syscall|arch_prctl|set_tid_address|set_robust_list|rseq|brk|vfork'

# traced STRACE-OPTIONS -- ARGS...: hull, in a network namespace of its own; sets $status and $output
traced() {
	local options=()

	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	status=0
	timeout --kill-after 2 30 unshare --net strace -q -f "${options[@]}" "$HULL" "$@" \
		< /dev/null > "$T/out" 2> "$T/err" 3>&- || status=$?
	output=$(grep -v '^strace: ' "$T/err" || true)
}

# calls_of ARGS...: puts the command's calls into $T/calls, "NAME K" for the Kth of a name in one process
calls_of() {
	rm -f "$T"/trace.*
	traced -o "$T/trace" -ff -- "$@"
	[ "$status" = "${EXPECTED:-0}" ] || { echo "status $status: $output"; return 1; }
	cat "$T"/trace.* | sed -n 's/^\([a-z_0-9]*\)(.*/\1/p' | sort | uniq -c |
		awk -v untouched="^($UNTOUCHED)\$" '$2 !~ untouched {
			n = $1 > 40 ? 40 : $1
			for (k = 1; k <= n; k++) print $2, k }' > "$T/calls"
	[ -s "$T/calls" ]
}

# ends_well: in time, by itself, and a failure is told
ends_well() {
	[ "$status" -lt 128 ] && [ "$status" != 124 ] || return 1
	[ "$status" = 0 ] || [[ $output == *hull:* || $output == *busybox* ]] || is_untold
}

# is_untold: the call that failed is the one that should tell an error before it
is_untold() {
	grep -qE '(write|writev)\(2, .*INJECTED|<\.\.\. writev? resumed>.*INJECTED' "$T/strace"
}

# is_gone: no group of the command is left, and nobody who looks after one
is_gone() {
	[ -z "$(find /sys/fs/cgroup -type d -path '*/hull/unshare-*')" ] && ! pgrep -f "^$HULL " > /dev/null
}

# fail_calls ERROR ARGS...
fail_calls() {
	local error=$1 name k n=0 failed=0 wrong=0

	shift
	calls_of "$@"
	# the first files are those that nothing goes on without; a sample may have none of them
	{ grep -xE 'openat [12]' "$T/calls"; sample "$SAMPLE" < "$T/calls"; } | sort -u > "$T/chosen"
	while read -r name k <&9; do
		traced -o "$T/strace" -e "inject=$name:error=$error:when=$k" -- "$@"
		ends_well && eventually is_gone || {
			echo "$* with $name number $k failing by $error: status $status: $output" >&2
			wrong=$((wrong + 1))
		}
		n=$((n + 1))
		[ "$status" = 0 ] || failed=$((failed + 1))
	done 9< "$T/chosen"
	echo "$n calls tried, $failed made the command fail, $wrong ended badly"
	[ "$wrong" = 0 ] && [ "$n" -gt 5 ] && [ "$failed" -gt 0 ]
}

@test "unshare: system calls fail with EIO" {
	SAMPLE=45
	fail_calls EIO unshare -imnpuUCT -r -f --mount-proc --memory 48m --pids-limit 9 --veth 10.99.0.2/24 /bin/busybox true
}

@test "unshare: system calls fail with ENOMEM and EPERM" {
	SAMPLE=15
	fail_calls ENOMEM unshare -u -n --cpus 0.5 --kill-child /bin/busybox true
	fail_calls EPERM unshare -u -n --cpus 0.5 --kill-child /bin/busybox true
}

@test "debug and enter: system calls fail with EIO" {
	SAMPLE=25
	sleep 1000 3>&- &
	fail_calls EIO debug $! /toolbox/bin/true
	SAMPLE=15
	fail_calls EIO enter -t $! --preserve-credentials --wd /bin/busybox true
	kill $!
}

@test "ns and tree: system calls fail with EIO" {
	SAMPLE=70
	fail_calls EIO ns -o +NET,PEER,HOSTNAME,CGROOT
	fail_calls EIO tree
}

# checks OUTCOME FILE: those of the audit in FILE that have it, and no other
checks() {
	jq -r --arg outcome "$1" 'group_by(.check)[] | select(all(.outcome == $outcome)) | .[0].check' "$2" | sort -u
}

@test "audit: a system call that fails never makes a hole look closed" {
	local name k n=0 wrong=0 failed=0 different=0 target

	sleep 1000 3>&- &
	target=$!
	EXPECTED=1 calls_of audit --format json "$target"
	checks "does not hold" "$T/out" > "$T/holes"
	[ "$(wc -l < "$T/holes")" -gt 20 ]
	# the first ones fail the whole command; of a sample nobody knows whether one of those is among it
	{ grep -xE '(openat|fstatfs|getdents64) 1' "$T/calls"; head -n 8 "$T/calls"; sample 40 < "$T/calls"; } | sort -u > "$T/chosen"
	while read -r name k <&9; do
		traced -o "$T/strace" -e "inject=$name:error=EIO:when=$k" -- audit --format json "$target"
		n=$((n + 1))
		if [ "$status" = 125 ]; then
			failed=$((failed + 1))
			[[ $output == *hull:* ]] || wrong=$((wrong + 1))
		elif [ "$status" = 1 ] && jq -e . "$T/out" > "$T/null" 2>&1; then
			checks holds "$T/out" | comm -12 - "$T/holes" > "$T/closed"
			checks "does not hold" "$T/out" | cmp -s - "$T/holes" || different=$((different + 1))
			[ -s "$T/closed" ] || continue
			echo "$name number $k failing makes these look closed: $(tr '\n' ' ' < "$T/closed")" >&2
			wrong=$((wrong + 1))
		elif ! is_untold; then
			echo "$name number $k failing: status $status: $output" >&2
			wrong=$((wrong + 1))
		fi
	done 9< "$T/chosen"
	kill "$target"
	echo "$n calls tried, $failed made the command fail, $different changed what is said, $wrong ended badly"
	[ "$wrong" = 0 ] && [ "$n" -gt 30 ] && [ "$failed" -gt 0 ] && [ "$different" -gt 0 ]
}
