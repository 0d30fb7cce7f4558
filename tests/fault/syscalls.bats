#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# System calls of each command fail one after the other (strace --inject): the command ends, in
# success or with one line that says what failed, and nothing is left.

load lib
load ../integration/notify

# Without these nothing of the program itself can go on. A close that strace makes fail leaves the
# descriptor open, as the kernel's close(2) never does; a futex(2) that wakes nobody, where there is
# somebody to wake, is no failure that there is either.
UNTOUCHED='close|futex|mprotect|exit|exit_group|execve|rt_sigreturn|restart_syscall|arch_prctl|set_tid_address|set_robust_list|rseq|brk|vfork'

# calls_of COMMAND ARGS...: runs it and puts its calls into $T/calls, "NAME K" for the Kth of a name
# in one process, of caller and hull-init alike
calls_of() {
	rm -f "$T"/trace.*
	traced -o "$T/trace" -ff -- "$@"
	cat "$T"/trace.* | sed -n 's/^\([a-z_0-9]*\)(.*/\1/p' | sort | uniq -c |
		awk -v untouched="^($UNTOUCHED)\$" '$2 !~ untouched {
			n = $1 > 40 ? 40 : $1
			for (k = 1; k <= n; k++) print $2, k }' > "$T/calls"
	[ -s "$T/calls" ]
}

# traced STRACE-OPTIONS -- ARGS...: strace waits for all that it follows, unless $leaves_something: then the
# command is our child (-D), and strace ends with the container. $output is of standard error: of the
# other a part may be out when writing fails.
traced() {
	local options=()

	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	status=0
	timeout --kill-after 2 30 strace ${leaves_something:+-D} -q -f "${options[@]}" \
		"$RUNTIME" --root "$ROOT" "$@" 		< /dev/null > "$T/out" 2> "$T/err" || status=$?
	output=$(grep -v '^strace: ' "$T/err" || true)
	mapfile -t lines <<< "$output"
	[ -z "${leaves_something:-}" ] || eventually has_written_end
}

# has_written_end: strace, of the command
has_written_end() {
	grep -qs '+++ \(exited\|killed\)' "$T/strace" "$T"/trace.*
}

# ends_well WHAT: in time, with success or an error in one line that is one
ends_well() {
	if [ "$status" = 0 ] || { [ "$status" = "${failure:-1}" ] && is_untold; }; then
		return 0
	fi
	[ "$status" = "${failure:-1}" ] && [ "${#lines[@]}" -le 2 ] && [[ $output == *hull-oci:* ]] && names_error || {
		echo "$1: status $status: $output" >&2
		return 1
	}
}

# The kernel's answer is told. The first two never fail, and stand for who the caller is; allocations have
# one text for each answer; the dynamic linker of a hook has capital letters.
declare -A TEXTS=([EIO]="input/output error" [ENOMEM]="cannot allocate memory|out of memory"
	[EPERM]="operation not permitted" [ENOSYS]="function not implemented|operation not supported")
names_error() {
	[[ $name =~ ^(get.*id|capget)$ || ${output,,} =~ ${TEXTS[$error]} ]] ||
		[[ $name =~ ^m(re)?map$ && $output == *"out of memory"* ]]
}

# The call that failed is the one that should tell an error before it.
is_untold() {
	grep -qE '(write|writev)\(2, .*INJECTED' "$T/strace"
}

# fail_calls ERROR COMMAND...: with each call (or a sample) failing by ERROR; before each the function
# `prepare`, after each the function `restore`
fail_calls() {
	local error=$1 name k n=0 failed=0 wrong=0

	shift
	prepare
	calls_of "$@"
	restore
	sample "$SAMPLE" < "$T/calls" > "$T/chosen"
	while read -r name k <&9; do
		prepare
		traced -o "$T/strace" -e "inject=$name:error=$error:when=$k" -- "$@"
		ends_well "$* with $name number $k failing" || wrong=$((wrong + 1))
		restore || {
			echo "after $* with $name number $k failing: status $status $output" >&2
			wrong=$((wrong + 1))
		}
		n=$((n + 1))
		[ "$status" = 0 ] || failed=$((failed + 1))
	done 9< "$T/chosen"
	echo "$n calls tried, $failed made the command fail"
	[ "$wrong" = 0 ] && [ "$n" -gt 5 ] && [ "$failed" -gt 0 ]
}

prepare() { :; }

restore() {
	deleted_by_force
}

# ending_bundle KIND: the container's program ends at once
ending_bundle() {
	rich_bundle "$1"
	edit '.process.args = ["true"]'
}

@test "run: system calls fail with EIO, template" {
	SAMPLE=45
	ending_bundle template
	fail_calls EIO run --strategy template --bundle "$BUNDLE" "$ID"
	nobody_is_left
}

@test "run: system calls fail with EIO, copy" {
	SAMPLE=30
	ending_bundle copy
	fail_calls EIO run --strategy copy --bundle "$BUNDLE" "$ID"
	nobody_is_left
}

@test "run: system calls fail with EIO, user namespace" {
	SAMPLE=30
	ending_bundle user
	fail_calls EIO run --bundle "$BUNDLE" "$ID"
	nobody_is_left
}

@test "run: system calls fail with ENOMEM, EPERM and ENOSYS" {
	local error

	SAMPLE=14
	ending_bundle template
	for error in ENOMEM EPERM ENOSYS; do
		fail_calls "$error" run --bundle "$BUNDLE" "$ID"
	done
	nobody_is_left
}

@test "create: system calls fail, with a terminal, a pid file and a user namespace, too" {
	local leaves_something=1 kind options

	SAMPLE=16
	for kind in template user terminal; do
		rich_bundle "$kind"
		options=(--strategy "$strategy" --pid-file "$T/pid" --bundle "$BUNDLE")
		prepare() { :; }
		restore() { deleted_by_force; }
		if [ "$kind" = terminal ]; then
			options+=(--console-socket "$T/console")
			prepare() { receive_console; }
			restore() { end_receiver; deleted_by_force; }
		fi
		fail_calls EIO create "${options[@]}" "$ID"
	done
	nobody_is_left
}

@test "plan: system calls fail while a filter is compiled, of the compiler too" {
	local error kept=/run/hull/seccomp

	SAMPLE=40
	bundle '.linux.seccomp = $defaults[0] | .linux.seccomp.defaultErrnoRet = 4000' \
		--slurpfile defaults "$BATS_TEST_DIRNAME/../data/seccomp/default.json"
	touch "$T/began"
	# no filter of this test is kept
	restore() { [ ! -d $kept ] || find $kept -type f -newer "$T/began" -delete; }
	for error in EIO ENOMEM; do
		fail_calls "$error" plan --bundle "$BUNDLE"
		grep -q 'execveat.*"hull-seccomp"' "$T"/trace.*
	done
	nobody_is_left
}

@test "start: system calls fail" {
	SAMPLE=16
	rich_bundle template
	prepare() { create_rich && succeeds; }
	fail_calls EIO start "$ID"
	nobody_is_left
}

@test "run and start with a service manager: system calls fail" {
	SAMPLE=40
	manager
	ending_bundle template
	fail_calls EIO run --strategy template --bundle "$BUNDLE" "$ID"
	edit '.process.args = ["notify", "say", "READY=1"]'
	prepare() { create_rich && succeeds; }
	fail_calls EIO start "$ID"
	grep -q MAINPID "$T/told"
	kill "$manager"
	manager=
	nobody_is_left
}

@test "state, kill and list: system calls fail" {
	SAMPLE=10
	rich_bundle template
	create_rich
	restore() { has_status created; }
	fail_calls EIO state "$ID"
	fail_calls EIO kill "$ID" CONT
	fail_calls EIO list
	deleted_by_force
	nobody_is_left
}

@test "kill: system calls fail, and the next kill reaches every process" {
	SAMPLE=12
	rich_bundle template
	without_namespace pid
	edit '.process.args = ["sh", "-c", "sleep 100 & sleep 100"]'
	prepare() { create_rich && succeeds && oci start "$ID"; }
	restore() {
		# of a signal that was sent nothing can be taken back
		oci kill --all "$ID" KILL && eventually has_status stopped && oci delete "$ID" && nothing_is_left
	}
	fail_calls EIO kill --all "$ID" KILL
	fail_calls EIO kill "$ID" KILL
	nobody_is_left
}

@test "exec: system calls fail, and the container goes on" {
	local failure=255

	SAMPLE=30
	rich_bundle template
	create_rich
	try start "$ID"
	restore() {
		eventually first_process_is_alone && has_status running && oci exec "$ID" true
	}
	fail_calls EIO exec "$ID" true
	fail_calls ENOMEM exec --detach "$ID" true
	deleted_by_force
	nobody_is_left
}

@test "exec: what fails before anything else has its exit status, too" {
	local call

	for call in openat:error=EIO:when=1 mmap:error=ENOMEM:when=1; do
		traced -o "$T/strace" -e "inject=$call" -- exec "$ID" true
		grep -q INJECTED "$T/strace"
		exits_with 255
		[[ $output == "hull-oci: "* ]]
	done
}

@test "delete: system calls fail, and the next delete succeeds" {
	SAMPLE=20
	rich_bundle template
	prepare() { create_rich && succeeds; }
	fail_calls EIO delete --force "$ID"
	# of a container that has ended, and left a process behind
	SAMPLE=12
	without_namespace pid
	edit '.process.args = ["sh", "-c", "setsid sleep 100 & exit"]'
	prepare() { create_rich && succeeds && oci start "$ID" && eventually has_status stopped; }
	fail_calls EIO delete "$ID"
	nobody_is_left
}

@test "control: a call that fails is met, and is told" {
	ending_bundle template
	traced -o "$T/strace" -e inject=pivot_root:error=EIO -- run --strategy copy --bundle "$BUNDLE" "$ID"
	exits_with 1
	says "pivot_root: input/output error"
	restore
}
