#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# System call filters: what a process inside gets when it makes a call.

load lib

PROFILE=$BATS_TEST_DIRNAME/../data/seccomp/default.json

# profile JQ: a bundle whose filter is the object JQ; $default is the profile of tests/data/seccomp
profile() {
	bundle '.linux.seccomp = ('"$1"')' --slurpfile defaults "$PROFILE"
}

# rule ACTION [ERRNO [ARGS]]: everything is allowed but getpgid, which has that action
rule() {
	profile '{ defaultAction: "SCMP_ACT_ALLOW", syscalls: [{ names: ["getpgid"], action: "SCMP_ACT_'"$1"'",
		errnoRet: '"${2:-null}"', args: '"${3:-[]}"' }] }'
}

# call ARGS...: makes a call inside; sets $status and $output
call() {
	edit '.process.args = (["syscall"] + $ARGS.positional)' --args -- "$@"
	run_bundle
}

# arg INDEX OP VALUE [VALUE-TWO]
arg() {
	echo "{ index: $1, op: \"SCMP_CMP_$2\", value: $3, valueTwo: ${4:-0} }"
}

only_on_x86_64() {
	[ "$(uname -m)" = x86_64 ] || skip "the 32-bit entry is one of x86"
}

# ---- actions ----

@test "without a filter a call is made" {
	needs_newer_calls "the suite itself is below a filter"
	bundle
	call getpgid
	matches "$output" '^returned [0-9]+$'
	run_in 'grep ^Seccomp: /proc/self/status'
	equal "$(tr -d '\t' <<< "$output")" Seccomp:0
}

@test "ERRNO is the number that the rule says, or EPERM" {
	rule ERRNO 77
	call getpgid
	prints "error 77"
	rule ERRNO
	call getpgid
	prints "error 1"
	rule ERRNO 0
	call getpgid
	prints "returned 0"
}

@test "ERRNO by default is the number that the profile says, or EPERM" {
	profile '$defaults[0] | .defaultErrnoRet = 42'
	call acct
	prints "error 42"
	profile '$defaults[0] | del(.defaultErrnoRet)'
	call acct
	prints "error 1"
}

@test "KILL, KILL_THREAD and KILL_PROCESS end the process with SIGSYS" {
	local action

	for action in KILL KILL_THREAD KILL_PROCESS; do
		rule "$action"
		call getpgid
		exits_with 159
		equal "$output" ""
	done
}

@test "TRAP is a SIGSYS that can be caught and says which call it was" {
	rule TRAP
	call getpgid
	prints "trapped getpgid 0"
}

@test "TRACE is ENOSYS without a tracer, and a tracer is told the number" {
	rule TRACE 23
	call getpgid
	prints "error 38"
	call -traced getpgid
	prints "event 23"
}

@test "LOG lets a call pass" {
	rule LOG
	call getpgid
	matches "$output" '^returned '
}

@test "ALLOW lets a call pass that is denied by default" {
	profile '$defaults[0]'
	call getpgid
	matches "$output" '^returned '
}

# ---- arguments ----

@test "each comparison of an argument" {
	local line op refused value result

	# OP VALUE [VALUE-TWO]: of the arguments 4, 5, 6 those that are refused
	while read -r line refused; do
		# shellcheck disable=SC2086  # the words of line
		rule ERRNO 77 "[$(arg 0 ${line//,/ })]"
		result=
		for value in 4 5 6; do
			call getpgid "$value"
			[ "$output" != "error 77" ] || result+=$value
		done
		equal "$line: $result" "$line: $refused"
	done <<- 'EOF'
		NE,5 46
		LT,5 4
		LE,5 45
		EQ,5 5
		GE,5 56
		GT,5 6
		MASKED_EQ,6,4 45
	EOF
}

@test "all 64 bits of an argument are compared" {
	rule ERRNO 77 "[$(arg 0 EQ 4294967301)]"
	call getpgid 5
	does_not_say "error 77"
	call getpgid 0x100000005
	prints "error 77"
}

@test "conditions on several arguments must all hold" {
	rule ERRNO 77 "[$(arg 0 EQ 5), $(arg 2 EQ 6)]"
	call getpgid 5 0 7
	does_not_say "error 77"
	call getpgid 4 0 6
	does_not_say "error 77"
	call getpgid 5 0 6
	prints "error 77"
}

@test "of conditions on one argument twice one suffices" {
	local value

	rule ERRNO 77 "[$(arg 0 EQ 5), $(arg 0 EQ 7)]"
	for value in 5 7; do
		call getpgid "$value"
		prints "error 77"
	done
	call getpgid 6
	does_not_say "error 77"
}

@test "alternatives by less than and greater than keep what is between" {
	skip_on_runc "libseccomp merges them"
	rule ERRNO 77 "[$(arg 0 LE 2147483647), $(arg 0 GE 4294967296)]"
	call getpgid 0x80000000
	does_not_say "error 77"
	call getpgid 0x7fffffff
	prints "error 77"
	call getpgid 0x100000000
	prints "error 77"
}

# ---- architectures ----

@test "the 32-bit entry is filtered by the rules when its architecture is listed" {
	only_on_x86_64
	rule ERRNO 77
	edit '.linux.seccomp.architectures = ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"]'
	call -32 getpgid
	prints "error 77"
	rule ERRNO 77 "[$(arg 0 EQ 5)]"
	edit '.linux.seccomp.architectures = ["SCMP_ARCH_X86"]'
	call -32 getpgid 5
	prints "error 77"
	call -32 getpgid 6
	does_not_say "error 77"
	call getpgid 5
	prints "error 77"
}

@test "the 32-bit entry kills where its architecture is not listed" {
	only_on_x86_64
	rule ERRNO 77
	call -32 getpgid
	exits_with 159
}

@test "an architecture that this machine's filters cannot have is refused by name" {
	skip_on_runc "other words"
	rule ERRNO 77
	edit '.linux.seccomp.architectures = ["SCMP_ARCH_S390X"]'
	[ "$(uname -m)" != s390x ] || skip "it is this one's"
	call getpgid
	fails_with SCMP_ARCH_S390X /linux/seccomp/architectures/0
	nothing_left
}

# ---- unknown and newer calls ----

@test "a call that nobody knows is left out" {
	profile '{ defaultAction: "SCMP_ACT_ALLOW", syscalls: [
		{ names: ["no_such_call", "getpgid"], action: "SCMP_ACT_ERRNO", errnoRet: 77 }] }'
	call getpgid
	prints "error 77"
}

@test "a call that nobody knows is an error where the annotation wants it" {
	skip_on_runc "no such annotation"
	profile '{ defaultAction: "SCMP_ACT_ALLOW", syscalls: [
		{ names: ["getpgid", "no_such_call"], action: "SCMP_ACT_ERRNO" }] }'
	edit '.annotations["run.oci.seccomp_fail_unknown_syscall"] = "1"'
	call getpgid
	fails_with no_such_call /linux/seccomp/syscalls/0/names/1
	nothing_left
	edit '.annotations["run.oci.seccomp_fail_unknown_syscall"] = "0"'
	call getpgid
	prints "error 1"
}

@test "a call newer than all that a profile names is not there, an older one is not permitted" {
	# the kernel has faccessat2 (439); the profile ends before it
	profile '$defaults[0] | .syscalls |= map(.names |= map(select(test("^(openat2|pidfd_getfd|faccessat2" +
		"|process_madvise|epoll_pwait2|landlock_.*|memfd_secret|process_mrelease|futex_.*|cachestat" +
		"|fchmodat2|map_shadow_stack|mseal|lsm_.*|.*xattrat)$") | not)) | select(.names != []))'
	call faccessat2
	prints "error 38"
	call acct
	prints "error 1"
	# the runtime itself has to do without it too
	edit '.process.noNewPrivileges = false'
	call faccessat2
	prints "error 38"
}

@test "nothing is added where newer calls are allowed by default" {
	profile '{ defaultAction: "SCMP_ACT_ALLOW", syscalls: [{ names: ["read"], action: "SCMP_ACT_LOG" }] }'
	call getpgid
	matches "$output" '^returned '
}

# ---- the profile of containers, privileges ----

@test "a shell runs under a profile like Docker's, what that denies is not permitted" {
	profile '$defaults[0]'
	run_in 'echo out | tr a-z A-Z; unshare -U true; syscall socket 38 5; syscall socket 40 1
		syscall socket 1 1; syscall personality 8; syscall personality 1; syscall 435
		grep Seccomp: /proc/self/status | tr -d "\t"'
	equal "$output" "OUT
unshare: unshare(0x10000000): Operation not permitted
error 1
error 1
returned 3
returned 0
error 1
error 38
Seccomp:2"
}

@test "with all capabilities and without noNewPrivileges the filter is there before the program" {
	profile '$defaults[0]'
	with_all_capabilities
	run_in 'grep -E "^(NoNewPrivs|Seccomp):" /proc/self/status | tr -d "\t"; syscall acct'
	prints "NoNewPrivs:0
Seccomp:2
error 1"
}

@test "a profile needs to allow what the program does, not what the runtime does" {
	local new

	skip_on_runc "it changes user and directory behind the filter"
	for new in true false; do
		profile '$defaults[0] | .syscalls[0].names -= ["socket", "sendto", "recvfrom", "accept", "accept4",
			"sendmsg", "recvmsg", "setresuid", "setresgid", "setgroups", "umask", "chdir"]'
		edit --argjson new "$new" '.process.noNewPrivileges = ($new | not) | .process.user.uid = 1000'
		call socket 1 1
		prints "returned 3"
		edit '.process.args = ["true"]'
		oci create --bundle "$BUNDLE" "$ID" < /dev/null > "$T/out" 2>&1
		oci start "$ID"
		eventually has_status stopped
		oci delete "$ID"
	done
}

@test "CAP_SYS_ADMIN, which installing takes, is not left to the program" {
	rule ERRNO 77
	edit '.process.noNewPrivileges = false | .process.capabilities = {}'
	run_in 'grep ^Cap /proc/self/status | tr -d "\t" | sort -u -t : -k 2'
	prints CapAmb:0000000000000000
}

@test "an ordinary user inside has the filter without noNewPrivileges" {
	rule ERRNO 77
	edit '.process.noNewPrivileges = false | .process.user = { uid: 1000, gid: 1000 }
		| .process.capabilities = {}'
	run_in 'grep ^NoNewPrivs /proc/self/status | tr -d "\t"; syscall getpgid; id -u'
	prints "NoNewPrivs:0
error 77
1000"
}

@test "a container in a user namespace has the filter" {
	user_bundle '.linux.seccomp = $defaults[0]' --slurpfile defaults "$PROFILE"
	edit '.process.noNewPrivileges = false'
	call acct
	prints "error 1"
}

@test "create and start, and exec, have the filter" {
	rule ERRNO 77
	edit '.process.args = ["sleep", "1000"]'
	oci create --bundle "$BUNDLE" "$ID" < /dev/null > "$T/out" 2>&1
	oci start "$ID"
	equal "$(awk '/^Seccomp:/ { print $2 }' "/proc/$(pid_of)/status")" 2
	run oci exec "$ID" syscall getpgid
	prints "error 77"
}

# ---- flags ----

@test "every flag is taken, alone and with the others" {
	skip_on_runc "no flags"
	local flags

	for flags in '[]' '["SECCOMP_FILTER_FLAG_LOG"]' '["SECCOMP_FILTER_FLAG_TSYNC"]' \
		'["SECCOMP_FILTER_FLAG_SPEC_ALLOW"]' \
		'["SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_SPEC_ALLOW"]' \
		'["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"]'; do
		rule ERRNO 77
		edit --argjson flags "$flags" '.linux.seccomp.flags = $flags'
		call getpgid
		prints "error 77"
	done
}

# ---- notification ----

# agent ANSWER...: starts one ($helper is its pid); $AGENT is its socket, $T/agent what it writes
agent() {
	AGENT=$T/agent.sock
	rm -f "$AGENT"
	"$HELPERS/seccomp-agent" "$AGENT" "$T/agent" "$@" 3>&- &
	helper=$!
	eventually test -S "$AGENT"
}

# notify: getpgid asks the agent
notify() {
	rule NOTIFY
	edit --arg path "$AGENT" '.linux.seccomp.listenerPath = $path | .linux.seccomp.listenerMetadata = "some \"data\""'
}

@test "an agent gets the listener with the container's state and answers a call" {
	skip_on_runc "the connection to the agent stays open as long as it runs"
	agent "errno 77"
	notify
	edit '.annotations = { "org.example": "note" }'
	call getpgid 5
	prints "error 77"
	equal "$(jq -c '[.fds, .metadata, .ociVersion]' "$T/agent.1.json")" '[["seccompFd"],"some \"data\"","1.0.2"]'
	equal "$(jq -c '.state | [.ociVersion, .id, .status, .bundle, .annotations]' "$T/agent.1.json")" \
		"[\"1.0.2\",\"$ID\",\"creating\",\"$BUNDLE\",{\"org.example\":\"note\"}]"
	equal "$(jq '.pid > 1 and .pid == .state.pid' "$T/agent.1.json")" true
	matches "$(< "$T/agent.1.call")" ' 5$'
	wait "$helper"
}

@test "an agent may give a value, or let the kernel go on" {
	skip_on_runc "the connection to the agent stays open as long as it runs"
	local new_privileges

	for new_privileges in true false; do
		agent "value 4711" continue
		notify
		edit --argjson new "$new_privileges" '.process.noNewPrivileges = ($new | not)'
		call getpgid
		prints "returned 4711"
		call getpgid
		matches "$output" '^returned [0-9]+$'
		wait "$helper"
	done
}

@test "an agent has the listener when create returns" {
	agent "errno 77"
	notify
	edit '.process.args = ["sh", "-c", "syscall getpgid; sleep 1000"]'
	oci create --bundle "$BUNDLE" "$ID" < /dev/null > "$T/out" 2>&1
	eventually test -s "$T/agent.1.json" # it was sent; the agent takes its time to write that down
	equal "$(jq .pid "$T/agent.1.json")" "$(pid_of)"
	test ! -e "$T/agent.1.call"
	oci start "$ID"
	eventually grep -q "error 77" "$T/out"
	wait "$helper"
}

@test "exec gives the agent a listener of its own, with the container's state" {
	skip_on_runc "the connection to the agent stays open as long as it runs"
	agent "errno 77" "errno 78"
	notify
	edit '.process.args = ["sh", "-c", "syscall getpgid; exec sleep 1000"]'
	oci run --detach --bundle "$BUNDLE" "$ID" < /dev/null > "$T/out" 2>&1
	eventually grep -q "error 77" "$T/out"
	run oci exec "$ID" syscall getpgid
	prints "error 78"
	equal "$(jq -r .state.status "$T/agent.2.json")" running
	equal "$(jq .state.pid "$T/agent.2.json")" "$(pid_of)"
	differs "$(jq .pid "$T/agent.2.json")" "$(pid_of)"
	wait "$helper"
}

@test "every flag goes together with a listener" {
	skip_on_runc "no flags"
	agent "errno 77"
	notify
	edit '.linux.seccomp.flags = ["SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
		"SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"]'
	call getpgid
	prints "error 77"
	wait "$helper"
}

@test "an agent that is not there is an error that names it" {
	AGENT=$T/nobody
	notify
	call getpgid
	fails_with "$T/nobody"
	is_runc || says /linux/seccomp/listenerPath
	nothing_left
}

@test "a notification without a listenerPath is refused" {
	skip_on_runc "refused later, with other words"
	rule NOTIFY
	call getpgid
	fails_with SCMP_ACT_NOTIFY listenerPath
	nothing_left
}

@test "a notification of write, or by default, is refused" {
	AGENT=$T/nobody
	notify
	edit '.linux.seccomp.syscalls[0].names = ["write"]'
	call getpgid
	fails_with "SCMP_ACT_NOTIFY cannot be used for" write
	notify
	edit '.linux.seccomp.defaultAction = "SCMP_ACT_NOTIFY"'
	call getpgid
	fails_with "SCMP_ACT_NOTIFY cannot be" default
}

@test "a listener cannot be handed over where that is not allowed" {
	skip_on_runc "it hands over by write"
	AGENT=$T/nobody
	notify
	edit '.linux.seccomp.syscalls += [{ names: ["sendmsg"], action: "SCMP_ACT_ERRNO" }]'
	call getpgid
	fails_with sendmsg /linux/seccomp/syscalls
	nothing_left
}

# ---- kept filters ----

# in_private_run COMMANDS: by bash with an empty /run; sets $status and $output
in_private_run() {
	export RUNTIME ROOT T BUNDLE ID
	run unshare --mount --propagation private bash -euc '
		mount -t tmpfs -o mode=755 run /run
		go() { timeout -k 2 30 "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" < /dev/null; }
		kept() { find /run/hull/seccomp -type f; }
		'"$1"
}

@test "a filter is kept, used again, and made again when it is damaged" {
	skip_on_runc "nothing is kept"
	rule ERRNO 77
	edit '.process.args = ["syscall", "getpgid"]'
	in_private_run '
		go; file=$(kept); sum=$(sha256sum < "$file"); inode=$(stat -c %i "$file")
		stat -c "%a %u" /run/hull/seccomp "$file"
		go; [ "$(stat -c %i "$file")" = "$inode" ] && echo untouched
		printf X | dd of="$file" bs=1 seek=70 conv=notrunc 2> /dev/null
		go; [ "$(sha256sum < "$file")" = "$sum" ] && echo repaired'
	prints "error 77
700 0
600 0
error 77
untouched
error 77
repaired"
}

@test "a filter that somebody else could have written is not used" {
	skip_on_runc "nothing is kept"
	rule ERRNO 77
	edit '.process.args = ["syscall", "getpgid"]'
	in_private_run '
		go; file=$(kept); chown 1000 "$file"
		go; stat -c "%u" "$file"
		chmod 777 /run/hull/seccomp; inode=$(stat -c %i "$file")
		go; [ "$(stat -c %i "$file")" = "$inode" ] && echo untouched'
	prints "error 77
error 77
0
error 77
untouched"
}

@test "another profile has another file, and no more than 64 stay" {
	skip_on_runc "nothing is kept"
	rule ERRNO 77
	edit '.process.args = ["true"]'
	in_private_run '
		for i in $(seq 70); do
			jq ".linux.seccomp.syscalls[0].errnoRet = $i" < "$BUNDLE/config.json" > "$BUNDLE/new"
			mv "$BUNDLE/new" "$BUNDLE/config.json"
			go
			[ "$i" != 3 ] || kept | wc -l
		done
		kept | wc -l'
	prints "3
64"
}

@test "an ordinary user's filters are kept in his own directory for runtime files" {
	skip_on_runc "nothing is kept"
	mkdir "$T/home" && chmod 755 "$T/home"
	"$HELPERS/as-user" "$T/home" true
	rule ERRNO 77
	"$HELPERS/as-user" "$T/home" "$RUNTIME" --root "$T/home/root" plan --bundle "$BUNDLE" > "$T/plan" 2>&1 ||
		cat "$T/plan"
	equal "$(find "$T/home/run/hull/seccomp" -type f -printf '%m %u\n')" "600 3000"
	equal "$(stat -c '%a %u' "$T/home/run/hull/seccomp")" "700 3000"
}

# ---- the compiler as a program ----

# A trace of what is executed: "compiled" for each time that the compiler is, then what the container says.
TRACED='
	traced() {
		strace -qq -f -o "$T/trace" -e trace=execveat "$@" timeout -k 2 30 "$RUNTIME" --root "$ROOT" \
			run --bundle "$BUNDLE" "$ID" < /dev/null
		sed -n "s/.*\[\"hull-seccomp\".* = 0$/compiled/p" "$T/trace"
	}
'

@test "the compiler is executed when no kept filter fits, and only then" {
	skip_on_runc "nothing is kept"
	rule ERRNO 77
	edit '.process.args = ["syscall", "getpgid"]'
	in_private_run "$TRACED"'
		traced; traced
		find /run/hull/seccomp -type f -delete
		traced; traced'
	prints "error 77
compiled
error 77
error 77
compiled
error 77"
}

@test "where no filter can be kept each container has its compiled" {
	skip_on_runc "nothing is kept"
	rule ERRNO 77
	edit '.process.args = ["syscall", "getpgid"]'
	in_private_run "$TRACED"'
		mount -o remount,ro /run
		traced; traced
		find /run -name hull'
	prints "error 77
compiled
error 77
compiled"
}

@test "a compiler that cannot be executed, or is killed, is an error that says so, and nothing is left" {
	skip_on_runc "it has no compiler of its own"
	rule ERRNO 77
	edit '.process.args = ["syscall", "getpgid"]'
	in_private_run "$TRACED"' traced -e inject=execveat:error=EACCES:when=1'
	fails_with "hull-seccomp: execveat: permission denied" memfd /linux/seccomp
	nothing_left
	in_private_run "$TRACED"' traced -e inject=execveat:signal=SIGKILL:when=1'
	fails_with "hull-seccomp: it was killed by signal 9" memory /linux/seccomp
	nothing_left
}

@test "an error of the compiler is one line of JSON with its field where that is asked for" {
	skip_on_runc "other fields"
	profile '{ defaultAction: "SCMP_ACT_ALLOW", syscalls: [
		{ names: ["getpgid", "no_such_call"], action: "SCMP_ACT_ERRNO" }] }'
	edit '.annotations["run.oci.seccomp_fail_unknown_syscall"] = "1"'
	in_private_run '"$RUNTIME" --root "$ROOT" --log "$T/log" --log-format json run --bundle "$BUNDLE" "$ID"'
	fails_with no_such_call
	equal "$(wc -l < "$T/log")" 1
	matches "$(jq -r .msg "$T/log")" '^libseccomp does not know the system call no_such_call'
	equal "$(jq -r .config "$T/log")" /linux/seccomp/syscalls/0/names/1
}

@test "what is in the caller's environment does not reach the compiler" {
	skip_on_runc "it has no compiler of its own"
	rule ERRNO 77
	edit '.process.args = ["syscall", "getpgid"]'
	in_private_run "$TRACED"'
		export GLIBC_TUNABLES=glibc.malloc.check=3 MALLOC_ARENA_MAX=1
		traced
		grep -o "\"hull-seccomp\", .*, AT_EMPTY_PATH" "$T/trace"'
	says "error 77" compiled '"hull-seccomp", "0"], 0x' '/* 0 vars */, AT_EMPTY_PATH'
}
