#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Annotations that podman, buildah and CRI-O set for the runtime: each does what it says, wrong values
# are refused by name before anything is made, and none is silently another container.

load lib

setup_file() {
	"$RUNTIME" --version | grep -q '^hull-oci' || skip "annotations of this runtime"
	[ -n "${HULL_TEST_TOKEN:-}" ] && snapshot > "$BATS_FILE_TMPDIR/before"
}

# annotate KEY VALUE
annotate() {
	edit --arg key "$1" --arg value "$2" '.annotations[$key] = $value'
}

# refused_annotation KEY VALUE TEXT...
refused_annotation() {
	local key=$1

	bundle
	annotate "$key" "$2"
	try create --bundle "$BUNDLE" "$ID"
	exits_with 1
	says "/annotations/$key" "${@:3}"
	nothing_left
}

# ---- groups ---------------------------------------------------------------------------------------

# with_groups ARGS...: the runtime, called by somebody with the supplementary groups 4711 and 4712
with_groups() {
	status=0
	output=$(timeout -k 2 60 setpriv --groups 4711,4712 "$RUNTIME" --root "$ROOT" "$@" < /dev/null 2>&1) ||
		status=$?
}

@test "keep_original_groups: the program has the caller's supplementary groups" {
	bundle '.process.args = ["id", "-G"] | .process.user.additionalGids = [5]'
	with_groups run --bundle "$BUNDLE" "$ID"
	prints "0 5"
	annotate run.oci.keep_original_groups 1
	with_groups run --bundle "$BUNDLE" "$ID"
	prints "0 4711 4712"
}

@test "keep_original_groups: exec keeps those of its own caller" {
	bundle
	annotate run.oci.keep_original_groups 1
	start_sleeper
	with_groups exec "$ID" id -G
	prints "0 4711 4712"
}

@test "keep_original_groups: 0 is no" {
	bundle '.process.args = ["id", "-G"]'
	annotate run.oci.keep_original_groups 0
	with_groups run --bundle "$BUNDLE" "$ID"
	prints 0
}

# ---- labels ---------------------------------------------------------------------------------------

@test "mount_context_type: the option under which a file system gets its label" {
	bundle '.linux.mountLabel = "system_u:object_r:container_file_t:s0"'
	oci plan --bundle "$BUNDLE" > "$T/plan"
	grep -F 'context="system_u:object_r:container_file_t:s0"' "$T/plan" | not grep -F 'rootcontext='
	annotate run.oci.mount_context_type rootcontext
	oci plan --bundle "$BUNDLE" > "$T/plan"
	grep -F 'rootcontext="system_u:object_r:container_file_t:s0"' "$T/plan"
	refused_annotation run.oci.mount_context_type sideways '"sideways"' rootcontext
}

# ---- the process as a descriptor ------------------------------------------------------------------

@test "pidfd_receiver: gets the container's process" {
	bundle '.process.args = ["sleep", "1000"]'
	annotate run.oci.pidfd_receiver "$T/pidfd"
	console --pidfd "$T/pidfd" > "$T/pidfd.out" 3>&- &
	receiver=$!
	eventually test -S "$T/pidfd"
	oci run --detach --bundle "$BUNDLE" "$ID" < /dev/null > /dev/null
	eventually grep -qx "process $(pid_of)" "$T/pidfd.out"
	oci kill "$ID" KILL
	wait "$receiver"
}

@test "pidfd_receiver: one that is not there fails, and nothing is left" {
	bundle '.process.args = ["sleep", "1000"]'
	annotate run.oci.pidfd_receiver "$T/nobody"
	try create --bundle "$BUNDLE" "$ID"
	exits_with 1
	says "pidfd socket" "$T/nobody"
	nothing_left
	refused_annotation run.oci.pidfd_receiver pidfd.sock '"pidfd.sock"' "absolute path"
}

# ---- hooks ----------------------------------------------------------------------------------------

# hook KIND SCRIPT: adds one
hook() {
	local file

	file=$T/hook-$1-$(jq ".hooks.$1 | length" "$BUNDLE/config.json")
	printf '#!/bin/sh\n%s\n' "$2" > "$file"
	chmod 755 "$file"
	edit --arg kind "$1" --arg path "$file" '.hooks[$kind] += [{ path: $path }]'
}

@test "hooks.stdout and hooks.stderr: what all hooks write is appended to files" {
	local kind

	bundle '.process.args = ["true"]'
	for kind in prestart createRuntime createContainer poststart poststop; do
		hook "$kind" "echo out $kind; echo err $kind >&2"
	done
	# the container's own file system
	printf '#!/bin/sh\necho out startContainer; echo err startContainer >&2\n' > "$BUNDLE/rootfs/hook"
	chmod 755 "$BUNDLE/rootfs/hook"
	edit '.hooks.startContainer = [{ path: "/hook" }]'
	echo before > "$T/out"
	annotate run.oci.hooks.stdout "$T/out"
	annotate run.oci.hooks.stderr "$T/err"
	run_bundle
	succeeds
	does_not_say "out " "err "
	equal "$(sort "$T/out")" "$(printf '%s\n' before 'out createContainer' 'out createRuntime' \
		'out poststart' 'out poststop' 'out prestart' 'out startContainer')"
	equal "$(sort "$T/err")" "$(printf '%s\n' 'err createContainer' 'err createRuntime' \
		'err poststart' 'err poststop' 'err prestart' 'err startContainer')"
	equal "$(stat -c %a "$T/err")" 600
}

@test "hooks.stderr: the error still has what a failing hook said" {
	bundle
	hook createRuntime 'echo no way >&2; exit 3'
	annotate run.oci.hooks.stderr "$T/err"
	run_bundle
	exits_with 1
	says "error running createRuntime hook #0" "exit status 3" "no way" "/hooks/createRuntime/0"
	equal "$(< "$T/err")" "no way"
	nothing_left
}

@test "hooks.stdout: a file that cannot be opened is named, and nothing is left" {
	bundle
	hook createRuntime true
	annotate run.oci.hooks.stdout "$T/nowhere/file"
	run_bundle
	exits_with 1
	says "/annotations/run.oci.hooks.stdout" "$T/nowhere/file" "no such file or directory"
	nothing_left
	refused_annotation run.oci.hooks.stdout file '"file"' "absolute path"
}

@test "hooks.stdout: the program has no descriptor of it" {
	bundle '.process.args = ["ls", "-l", "/proc/self/fd"]'
	printf '#!/bin/sh\necho hook\n' > "$BUNDLE/rootfs/hook"
	chmod 755 "$BUNDLE/rootfs/hook"
	edit '.hooks.startContainer = [{ path: "/hook" }]'
	annotate run.oci.hooks.stdout "$T/out"
	run_bundle
	succeeds
	does_not_say "$T/out"
	equal "$(< "$T/out")" hook
}

# ---- time -----------------------------------------------------------------------------------------

@test "timens_offset: clocks of a new time namespace" {
	bundle '.linux.namespaces += [{ type: "time" }] | .process.args = ["cut", "-d.", "-f1", "/proc/uptime"]'
	annotate run.oci.timens_offset "boottime 1000000 0"
	run_bundle
	succeeds
	between "$output" 1000000 "$((1000000 + $(cut -d. -f1 /proc/uptime)))"
	# the field of the specification wins
	edit '.linux.timeOffsets = { boottime: { secs: 2000000 } }'
	run_bundle
	succeeds
	between "$output" 2000000 "$((2000000 + $(cut -d. -f1 /proc/uptime)))"
}

@test "timens_offset: what the kernel would not take, or nobody would see, is refused" {
	local value

	refused_annotation run.oci.timens_offset "boottime 5 0" "time namespace"
	for value in "" "5 0" "realtime 5 0" "monotonic 5" "monotonic 5 1000000000" "monotonic x 0" \
		"monotonic 5 0 0" $'monotonic 5 0\nmonotonic 6 0'; do
		bundle '.linux.namespaces += [{ type: "time" }]'
		annotate run.oci.timens_offset "$value"
		try create --bundle "$BUNDLE" "$ID"
		exits_with 1
		says "/annotations/run.oci.timens_offset"
		nothing_left
	done
}

# ---- seccomp --------------------------------------------------------------------------------------

@test "seccomp.receiver: the agent of a filter that names none" {
	bundle '.process.args = ["syscall", "getpgid"]
		| .linux.seccomp = { defaultAction: "SCMP_ACT_ALLOW", syscalls: [
			{ names: ["getpgid"], action: "SCMP_ACT_NOTIFY" }] }'
	run_bundle
	exits_with 1
	annotate run.oci.seccomp.receiver "$T/agent.sock"
	"$HELPERS/seccomp-agent" "$T/agent.sock" "$T/agent" "errno 77" 3>&- &
	helper=$!
	eventually test -S "$T/agent.sock"
	run_bundle
	says 77
	kill "$helper" 2> /dev/null || true
	wait "$helper" || true
}

@test "seccomp_fail_unknown_syscall: a name that nobody knows is an error" {
	bundle '.process.args = ["true"] | .linux.seccomp = { defaultAction: "SCMP_ACT_ALLOW", syscalls: [
		{ names: ["wormhole"], action: "SCMP_ACT_ERRNO" }] }'
	run_bundle
	succeeds
	annotate run.oci.seccomp_fail_unknown_syscall 1
	run_bundle
	exits_with 1
	says wormhole "/linux/seccomp/syscalls/0"
	nothing_left
}

# ---- what would be another container --------------------------------------------------------------

@test "handlers and filters from outside are refused, not left out" {
	refused_annotation run.oci.handler krun krun "not supported"
	refused_annotation run.oci.seccomp_bpf_data AAAA "not supported"
	refused_annotation run.oci.seccomp.plugins /lib/x.so "not supported"
}

@test "annotations of others are handed on and change nothing" {
	bundle '.process.args = ["true"]'
	annotate run.oci.wormhole 1
	annotate org.example.name "some value"
	run_bundle
	prints ""
}
