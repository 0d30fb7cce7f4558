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
	mapfile -t lines <<< "$output"
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
		[ $((n % 2)) = 0 ] || strategy=${STRATEGIES##* }
		leaking $((n > 32 ? n - 29 : n)) run --strategy "$strategy" --bundle "$BUNDLE" "$ID"
		does_not_say "the host's" || return 1
		is_told_of_cwd || {
			echo "N=$n: status $status: $output"
			return 1
		}
	done
	grep -q '"cwd": "/proc/self/fd/64"' "$BUNDLE/config.json"
}

@test "a working directory that was handed over as a descriptor is refused" {
	host_canary
	bundle '.process.cwd = "/proc/self/fd/3"'
	set_script "cat ./$CANARY"
	for strategy in $STRATEGIES; do
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
		fails_with "no such file or directory" "/process/args" || return 1
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
	[ -e "/proc/$1/fd/0" ] || echo "no process $1"
	find "/proc/$1/fd" -mindepth 1 -printf '%f %l\n' | awk '$1 > 2 && $2 !~ /^socket:/'
}

@test "a container that waits for its start holds nothing of the host" {
	mkdir "$T/volume"
	for strategy in $STRATEGIES; do
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
	bundle '.process.args = ["sleep", "100"]'
	without_namespace network
	# a network of our own: others on this machine have such sockets
	in_background unshare --net sleep 100
	eventually is_apart
	in_network "$RUNTIME" --root "$ROOT" create --bundle "$BUNDLE" "$ID" < /dev/null > /dev/null 2>&1
	equal "$(abstract_sockets)" ""
	has_status created
	oci start "$ID"
	equal "$(abstract_sockets)" ""
	has_status running
	oci delete --force "$ID"
}

@test "control: an abstract socket is seen" {
	in_background unshare --net "$ATTACK_BIN/attack" hold-socket name
	eventually is_apart
	has_socket() { [ "$(abstract_sockets)" = @name ]; }
	eventually has_socket
}

in_network() {
	nsenter --net="/proc/$helper/ns/net" "$@"
}

is_apart() {
	differs "$(readlink "/proc/$helper/ns/net")" "$(readlink /proc/self/ns/net)"
}

abstract_sockets() {
	in_network awk '$8 ~ /^@/ { print $8 }' /proc/net/unix
}

@test "state is for its owner only" {
	bundle '.process.args = ["sleep", "100"]'
	rm -r "$ROOT"
	create_only
	equal "$(stat -c %a "$ROOT" "$ROOT/$ID")" $'700\n700'
	equal "$(find "$ROOT/$ID" -type f -perm /077)" ""
	chmod 711 "$ROOT"
	chmod 711 "$HULL_TEST_WORK" "$T"
	run setpriv --reuid 65534 --regid 65534 --clear-groups cat "$ROOT/$ID/state.json"
	fails_with "Permission denied"
	grep -q ociVersion "$ROOT/$ID/state.json"
	[ ! -e /run/hull/cache ] || equal "$(stat -c %a /run/hull/cache)" 700
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
	# hull-init, which ends at once: it has no plan
	for strategy in $STRATEGIES; do
		run_by_strategy
		exits_with 255
	done
	edit '.process.args = ["/proc/self/exe"]'
	run_bundle
	exits_with 255
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
	needs_newer_calls "the attack uses mount_setattr"
	cp "$(command -v busybox)" "$T/victim"
	mount --bind "$T/victim" "$T/victim"
	mount -o remount,bind,ro "$T/victim"
	run attack overwrite "$T/victim"
	umount "$T/victim"
	says "write by name: Read-only file system" "write after it: done"
}

# ---- processes that enter -------------------------------------------------------------------------

# neighbour: a container with CAP_SYS_PTRACE that looks at whoever appears in its pid namespace
neighbour() {
	attack_bundle
	with_all_capabilities
	start_shell
	neighbour_pid=$(pid_of)
	start_watching
}

@test "a neighbour in the same pid namespace that may trace gets no file of the host" {
	needs_newer_calls "no procfs can be made from outside, as before Linux 6.17"
	host_canary
	neighbour
	bundle '.process.args = ["sleep", "100"]'
	namespace_path pid "/proc/$neighbour_pid/ns/pid"
	while rounds_until 24 has_seen_strangers; do
		strategy=copy
		[ $((rounds % 2)) = 0 ] || strategy=${STRATEGIES##* }
		create_only --strategy "$strategy"
		oci delete --force "$ID"
	done
	stop_watching
	not grep -m 3 "^reached\|hull-oci" "$seen"
}

@test "control: a program of the host that enters is seen whole" {
	host_canary
	neighbour
	mkdir "$T/host"
	in_background nsenter --pid="/proc/$neighbour_pid/ns/pid" --wd="$T/host" tail -f /dev/null
	eventually grep -q "reached by root: the host's" "$seen"
	eventually grep -q "mem of a stranger opened" "$seen"
	stop_watching
}
