#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Processes that enter a running container by exec: what a hostile container gets to see of them, and
# what their options can be made to mean (CVE-2016-9962, 2019-5736, 2024-21626, 2025-27612,
# 2026-30892).

load lib

# victim: a container with all capabilities whose shell takes scripts
victim() {
	attack_bundle "$@"
	with_all_capabilities
	start_shell
}

enter() { # enter ARGS...: exec into it; sets $status and $output
	try exec "$@"
}

@test "a container that may trace sees no file of the host in what enters" {
	host_canary
	victim
	start_watching
	while rounds_until 40 has_seen_strangers; do
		enter "$ID" true
		succeeds
	done
	stop_watching
	not grep -m 3 "^reached\|hull-oci" "$seen"
}

@test "a working directory through a descriptor never is outside" {
	local n

	host_canary
	victim
	for n in $(seq 3 40); do
		status=0
		output=$(timeout 20 "$ATTACK_BIN/attack" open-file / "$n" "$RUNTIME" --root "$ROOT" exec \
			--cwd "/proc/self/fd/$n" "$ID" sh -c "readlink /proc/self/cwd
				cat ./$CANARY ../../../../../..$CANARY" 2>&1 < /dev/null) || status=$?
		mapfile -t lines <<< "$output"
		does_not_say "the host's"
		is_told_of_cwd || {
			echo "N=$n: status $status: $output"
			return 1
		}
	done
	output=$(timeout 20 "$ATTACK_BIN/attack" open-file / 3 "$RUNTIME" --root "$ROOT" exec \
		--preserve-fds 1 --cwd /proc/self/fd/3 "$ID" cat "./$CANARY" 2>&1 < /dev/null) || status=$?
	fails_with "outside the container"
}

@test "users that are no users are refused, never taken for root" {
	local user

	victim
	printf '%s\n' '1000:x:0:0::/:/bin/sh' '+1:x:0:0::/:/bin/sh' >> "$BUNDLE/rootfs/etc/passwd"
	for user in +1 -1 0x1 1: ' 1' '1 ' 4294967295 4294967296 18446744073709551617 1a :2 1:2:3 1:+2 1:-2 '' : \
		1:4294967296 99999999999999999999999; do
		enter --user "$user" "$ID" id -u
		[ "$status" != 0 ] || [ "$user" = '' ] || {
			echo "taken: '$user': $output"
			return 1
		}
	done
	enter --user 1 "$ID" id -u
	prints 1
	enter --user 1000 "$ID" id -u
	prints 1000
	enter --user 1:2 "$ID" sh -c 'id -u; id -g'
	prints $'1\n2'
}

@test "what enters has no inheritable capabilities and the container's own at most" {
	attack_bundle
	start_shell
	status=0
	output=$(timeout 20 setpriv --inh-caps +kill --ambient-caps +kill "$RUNTIME" --root "$ROOT" exec "$ID" \
		attack credentials 2>&1 < /dev/null) || status=$?
	succeeds
	says $'CapInh:\t0000000000000000' $'CapAmb:\t0000000000000000' $'CapBnd:\t0000000020000420'
	enter --user 1000 "$ID" attack credentials
	says $'CapEff:\t0000000000000000'
}

@test "entering through /proc/self/exe changes no program of the host" {
	local sum

	sum=$(sha256sum < "$RUNTIME")
	victim
	printf '#!/proc/self/exe\n' > "$BUNDLE/rootfs/entry"
	chmod +x "$BUNDLE/rootfs/entry"
	# hull-init, which ends at once: it has no plan
	enter "$ID" /entry
	exits_with 255
	equal "$output" ""
	enter "$ID" /proc/self/exe
	exits_with 255
	equal "$output" ""
	inside 'for p in /proc/[0-9]*; do echo x 2> /dev/null > $p/exe; done; true'
	equal "$(sha256sum < "$RUNTIME")" "$sum"
}

@test "control: these commands enter" {
	victim
	enter --cwd /tmp "$ID" sh -c 'pwd; readlink /proc/self/fd/3; true'
	prints /tmp
}
