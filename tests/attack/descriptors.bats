#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Descriptors, working directories and programs of the host that a container could get hold of
# (CVE-2016-9962, 2019-5736, 2024-21626, 2020-15257).

load lib

# leaking N CMD...: with the host's root directory open as descriptor N, as a careless engine has it
leaking() {
	timeout --kill-after 2 30 "$ATTACK_BIN/attack" open-file / "$1" "$RUNTIME" --root "$ROOT" "${@:2}" \
		< /dev/null > "$T/leak.out" 2>&1 && status=0 || status=$?
	output=$(< "$T/leak.out")
}

host_program() {
	mkdir -p "$T/outside"
	cp "$(command -v busybox)" "$T/outside/busybox"
}

@test "a working directory through a descriptor never is outside" {
	local n

	host_canary
	bundle
	set_script "readlink /proc/self/cwd; cat ../../../../../../../..$CANARY ./$CANARY"
	cp "$BUNDLE/config.json" "$T/config.json"
	for n in $(seq 3 64); do
		sed "s#\"cwd\": \"/\"#\"cwd\": \"/proc/self/fd/$n\"#" "$T/config.json" > "$BUNDLE/config.json"
		strategy=copy
		[ $((n % 2)) = 0 ] || strategy=template
		leaking $((n > 32 ? n - 32 : n)) run --strategy "$strategy" --bundle "$BUNDLE" "$ID"
		does_not_say "the host's" || return 1
		[ "$status" != 0 ] || grep -qx '/\|/proc/self.*\|/proc/1/fd' <<< "${output%%$'\n'*}" || {
			echo "N=$n $output"
			return 1
		}
	done
	grep -q '"cwd": "/proc/self/fd/64"' "$BUNDLE/config.json"
}

@test "a working directory that was handed over as a descriptor is refused" {
	host_canary
	bundle '.process.cwd = "/proc/self/fd/3"'
	set_script "cat ./$CANARY"
	for strategy in copy template; do
		leaking 3 run --strategy "$strategy" --preserve-fds 1 --bundle "$BUNDLE" "$ID"
		fails_with "outside the container" "/process/cwd"
		does_not_say "the host's"
	done
	ln -s /proc/self/fd/3 "$BUNDLE/rootfs/innocent"
	edit '.process.cwd = "/innocent"'
	leaking 3 run --preserve-fds 1 --bundle "$BUNDLE" "$ID"
	fails_with "outside the container"
	edit '.process.cwd = "/innocent/tmp"'
	leaking 3 run --preserve-fds 1 --bundle "$BUNDLE" "$ID"
	fails_with "outside the container"
}

@test "control: a chroot with that descriptor is left by it" {
	host_canary
	bundle
	run unshare --mount --propagation private sh -c "
		mount -t proc proc '$BUNDLE/rootfs/proc'
		exec '$ATTACK_BIN/attack' open-file / 9 chroot '$BUNDLE/rootfs' /bin/sh -c \
			'cd /proc/self/fd/9 && cat .$CANARY'"
	says "the host's"
}

@test "a program through a descriptor is none of the host's" {
	local n

	host_program
	bundle '.process.args = ["/proc/self/fd/N/../../../../../../../..OUTSIDE/busybox", "echo", "pwned"]'
	cp "$BUNDLE/config.json" "$T/config.json"
	for n in $(seq 3 40); do
		sed "s#/fd/N#/fd/$n#; s#OUTSIDE#$T/outside#" "$T/config.json" > "$BUNDLE/config.json"
		leaking "$n" run --bundle "$BUNDLE" "$ID"
		fails_with || return 1
		does_not_say pwned || return 1
	done
	edit --arg program "/proc/self/fd/9$T/outside/busybox" '.process.args[0] = $program'
	leaking 9 run --bundle "$BUNDLE" "$ID"
	fails_with "no such file or directory"
}

@test "control: the same program is executed where the descriptor is handed over" {
	host_program
	bundle
	edit --arg program "/proc/self/fd/3$T/outside/busybox" '.process.args = [$program, "echo", "reached"]'
	leaking 3 run --preserve-fds 1 --bundle "$BUNDLE" "$ID"
	prints reached
}

# ---- between create and start ---------------------------------------------------------------------

held_files() { # held_files PID: what it has open beyond the standard streams, sockets and pipes
	find "/proc/$1/fd" -mindepth 1 -printf '%f %l\n' | awk '$1 > 2 && $2 !~ /^socket:/'
}

@test "a container that waits for its start holds nothing of the host" {
	mkdir "$T/volume"
	for strategy in copy template; do
		bundle '.linux.maskedPaths = ["/proc/kcore", "/proc/acpi", "/sys/firmware"]
			| .linux.readonlyPaths = ["/proc/sys"] | .process.args = ["sleep", "100"]'
		add_mount /v bind "$T/volume" rbind
		leaking 9 create --strategy "$strategy" --bundle "$BUNDLE" "$ID"
		succeeds
		pid=$(pid_of)
		equal "$(held_files "$pid")" ""
		equal "$(readlink "/proc/$pid/root" "/proc/$pid/cwd")" $'/\n/'
		differs "$(stat -Lc %d:%i "/proc/$pid/root/")" "$(stat -c %d:%i /)"
		equal "$(grep -zc . "/proc/$pid/environ" || true)" 0
		oci start "$ID"
		# by now the program runs: no socket either
		equal "$(find "/proc/$pid/fd" -mindepth 1 -printf '%f\n' | awk '$1 > 2')" ""
	done
}

@test "control: what is handed over is held, and is seen" {
	bundle '.process.args = ["sleep", "100"]'
	leaking 3 create --preserve-fds 1 --bundle "$BUNDLE" "$ID"
	succeeds
	equal "$(held_files "$(pid_of)")" "3 /"
}

@test "a container with a user namespace holds nothing of the host either" {
	user_bundle '.process.args = ["sleep", "100"]'
	leaking 9 create --bundle "$BUNDLE" "$ID"
	succeeds
	equal "$(held_files "$(pid_of)")" ""
}

@test "no abstract socket is there while a container waits, or runs" {
	without='grep -c " @" /proc/net/unix || true'
	before=$(eval "$without")
	bundle '.process.args = ["sleep", "100"]'
	without_namespace network
	create_only
	equal "$(eval "$without")" "$before"
	oci start "$ID"
	equal "$(eval "$without")" "$before"
	in_background attack hold-socket "$ID" 500
	eventually grep -q "@$ID" /proc/net/unix
	wait "$helper"
}

@test "state is for its owner only" {
	bundle '.process.args = ["sleep", "100"]'
	rm -r "$ROOT"
	create_only
	equal "$(stat -c %a "$ROOT" "$ROOT/$ID")" $'700\n700'
	equal "$(find "$ROOT/$ID" -type f -perm /077)" ""
	chmod 711 "$ROOT"
	run setpriv --reuid 65534 --regid 65534 --clear-groups cat "$ROOT/$ID/state.json"
	[ "$status" != 0 ]
	does_not_say ociVersion
	equal "$(stat -c %a /run/hull/cache 2> /dev/null || echo 700)" 700
}

# ---- the runtime's own program --------------------------------------------------------------------

runtime_sum() {
	sha256sum < "$RUNTIME"
}

@test "an entry point that is /proc/self/exe runs no file of the host" {
	local sum

	sum=$(runtime_sum)
	attack_bundle '.process.args = ["/entry"]'
	printf '#!/proc/self/exe\n' > "$BUNDLE/rootfs/entry"
	chmod +x "$BUNDLE/rootfs/entry"
	for strategy in copy template; do
		run_by_strategy
		fails_with
	done
	edit '.process.args = ["/proc/self/exe"]'
	run_bundle
	fails_with
	equal "$(runtime_sum)" "$sum"
}

@test "the program that waits for the start cannot be overwritten" {
	local sum

	sum=$(runtime_sum)
	bundle '.process.args = ["sleep", "100"]'
	create_only
	matches "$(readlink "/proc/$pid/exe")" 'memfd:hull-init'
	before=$(sha256sum < "/proc/$pid/exe")
	run attack overwrite "/proc/$pid/exe"
	does_not_say "write by name: done" "write by descriptor: done" "write after it: done" \
		"write unshared: done"
	says "write by name:" "write unshared:"
	equal "$(sha256sum < "/proc/$pid/exe")" "$before"
	equal "$(runtime_sum)" "$sum"
	oci start "$ID"
}

@test "control: a program on a read-only mount is overwritten the same way" {
	cp "$(command -v busybox)" "$T/victim"
	mount --bind "$T/victim" "$T/victim"
	mount -o remount,bind,ro "$T/victim"
	run attack overwrite "$T/victim"
	umount "$T/victim"
	says "write by name: Read-only file system" "write after it: done"
}

# ---- processes that enter -------------------------------------------------------------------------

# neighbour: a container with CAP_SYS_PTRACE, and a bundle whose process joins its pid namespace
neighbour() {
	attack_bundle
	with_all_capabilities
	start_shell
	NEIGHBOUR=$ID
	neighbour_pid=$(pid_of)
	inside "attack watch $1 $CANARY > /tmp/seen & while ! [ -s /tmp/seen ]; do :; done"
	seen=$BUNDLE/rootfs/tmp/seen
}

@test "a neighbour in the same pid namespace that may trace gets no file of the host" {
	local try

	host_canary
	neighbour "$(for_long 2000 30000)"
	bundle '.process.args = ["sleep", "100"]'
	namespace_path pid "/proc/$neighbour_pid/ns/pid"
	for ((try = 0; try < $(for_long 24 600); try++)); do
		strategy=copy
		[ $((try % 2)) = 0 ] || strategy=template
		oci create --strategy "$strategy" --bundle "$BUNDLE" "$ID" < /dev/null > "$T/out" 2>&1 || cat "$T/out"
		oci delete --force "$ID"
	done
	eventually grep -q ^seen "$seen"
	grep -qx "seen strangers" "$seen"
	! grep -m 3 "^reached\|hull-oci" "$seen"
}

@test "control: a program of the host that enters is seen whole" {
	host_canary
	neighbour 1500
	mkdir "$T/host"
	(cd "$T/host" && timeout 5 nsenter --pid="/proc/$neighbour_pid/ns/pid" tail -f /dev/null > "$T/log" 2>&1 3>&- &)
	eventually grep -q ^seen "$seen"
	grep -q "reached by root: the host's" "$seen"
	grep -q "mem of a stranger opened" "$seen"
}
