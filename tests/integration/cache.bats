#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The command cache: what is kept to start containers faster.

load lib

# private COMMANDS: by bash in a mount namespace with an empty /run, as what others keep on this machine is
# not ours to remove; sets $status and $output
private() {
	skip_on_runc "no cache"
	export RUNTIME ROOT T BUNDLE ID
	run unshare --mount --propagation private bash -euc '
		mount -t tmpfs -o mode=755 run /run
		oci() { timeout -k 2 30 "$RUNTIME" --root "$ROOT" "$@" < /dev/null; }
		'"$1"
}

# kinds KIND...: those, and the device programs that cgroup v2 needs, as sorted JSON
kinds() {
	! cgroup_is_v2 || set -- "$@" devices
	jq -nc '$ARGS.positional | sort' --args "$@"
}

@test "an empty cache is an empty list" {
	private 'oci cache ls; oci cache ls --format json'
	prints $'KIND   SIZE   PATH\n[]'
}

@test "a container started from the template leaves it in the list until it is removed" {
	needs_newer_calls "there is no template"
	bundle '.process.args = ["true"]'
	private '
		oci run --bundle "$BUNDLE" "$ID"
		oci cache ls --format json
		oci cache rm
		oci cache ls --format json
		oci run --bundle "$BUNDLE" "$ID"
		oci cache rm'
	succeeds
	equal "$(jq -s 'length' <<< "$output")" 2
	equal "$(jq -sc '.[0] | map(keys) | unique' <<< "$output")" '[["kind","path","size"]]'
	equal "$(jq -sc '.[0] | map(.kind) | sort' <<< "$output")" "$(kinds namespace)"
	equal "$(jq -sc '.[1]' <<< "$output")" '[]'
}

@test "compiled seccomp filters are in the list until they are removed" {
	local kept_namespace=namespace

	[ -z "$WITHOUT" ] || kept_namespace=
	bundle '.process.args = ["true"] | .linux.seccomp = { defaultAction: "SCMP_ACT_ALLOW",
		syscalls: [{ names: ["acct"], action: "SCMP_ACT_ERRNO" }] }'
	private '
		oci run --bundle "$BUNDLE" "$ID"
		oci cache ls --format json
		oci cache ls --format json | jq -r ".[] | select(.kind == \"seccomp\").path" | xargs stat -c %s
		oci cache rm
		find /run -mindepth 1
		oci cache ls --format json'
	succeeds
	equal "$(jq -sc '.[0] | map(.kind) | sort' <<< "$output")" "$(kinds $kept_namespace seccomp)"
	equal "$(jq -s '.[1] == (.[0][] | select(.kind == "seccomp").size)' <<< "$output")" true
	equal "$(jq -sc '.[2]' <<< "$output")" '[]'
}

@test "removing what is not there is success and says nothing" {
	private 'oci cache rm; oci cache rm'
	prints ''
}

@test "nothing of the cache is left after cache rm" {
	needs_newer_calls "there is no template"
	bundle '.process.args = ["true"]'
	private '
		cat /proc/self/mountinfo > "$T/before"
		oci run --bundle "$BUNDLE" "$ID"
		oci cache ls -f json | jq length
		oci cache rm
		find /run -mindepth 1
		diff "$T/before" /proc/self/mountinfo'
	prints 1
}

@test "a running container does not need the cache" {
	bundle '.process.args = ["sleep", "1000"]'
	private '
		oci run --detach --bundle "$BUNDLE" "$ID" > /dev/null 2>&1
		oci cache rm
		oci state "$ID" | jq -r .status
		oci delete --force "$ID"'
	prints running
}

@test "the table is aligned" {
	needs_newer_calls "there is no template"
	bundle '.process.args = ["true"]'
	private '
		oci run --bundle "$BUNDLE" "$ID"
		oci cache ls
		oci cache rm'
	succeeds
	matches "${lines[0]}" '^KIND +SIZE +PATH$'
	matches "${lines[-1]}" '^namespace +0 +/run/'
	local before=${lines[0]%%PATH*} after=${lines[-1]%%/run*}
	equal ${#before} ${#after}
}

@test "an ordinary user sees and removes an empty cache" {
	skip_on_runc "no cache"
	run setpriv --reuid 65534 --regid 65534 --clear-groups env -i "$RUNTIME" --root "$T/nobody" cache ls -f json
	prints '[]'
	run setpriv --reuid 65534 --regid 65534 --clear-groups env -i "$RUNTIME" --root "$T/nobody" cache rm
	prints ''
}

@test "another word is refused" {
	skip_on_runc "no cache"
	run oci cache clean
	fails_with "neither ls nor rm"
	run oci cache
	fails_with '"cache" requires'
}
