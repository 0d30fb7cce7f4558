#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The compiler of system call filters is executed while other containers run. One that sees the
# host's processes, and is root, must not get to write the filter of the next.

load lib

# start_hijacking COMMAND: a container, changed by COMMAND, in the host's pid namespace, in which `attack
# hijack` looks for compilers; $profile is the bundle of another
start_hijacking() {
	attack_bundle
	profile=$T/profile
	mkdir "$profile"
	cp -r "$BUNDLE/rootfs" "$profile/rootfs"
	jq --slurpfile defaults "$BATS_TEST_DIRNAME/../data/seccomp/default.json" \
		'.linux.seccomp = $defaults[0]' < "$BUNDLE/config.json" > "$profile/config.json"
	"$@"
	edit '.linux.namespaces |= map(select(.type != "pid"))'
	start_shell
	seen=$BUNDLE/rootfs/tmp/seen
	watch_stop=$BUNDLE/rootfs/tmp/stop
	inside "attack hijack /tmp/stop > /tmp/seen &"
	eventually grep -q ^watching "$seen"
}

# compile: a filter that nobody has kept yet; the program becomes a line of $T/filters
compile() {
	export RUNTIME ROOT
	unshare --mount --propagation private bash -euc 'mount -t tmpfs -o mode=755 run /run
		"$RUNTIME" --root "$ROOT" plan --bundle "$1" > /dev/null
		find /run/hull/seccomp -type f -exec sha256sum {} +' - "$profile" >> "$T/filters"
}

has_met_a_compiler() {
	grep -q "^met" "$seen"
}

has_written() {
	grep -q "^wrote" "$seen"
}

@test "a root that sees the host's processes cannot write in a compiler's stead" {
	local n=0

	start_hijacking :
	while rounds_until 10 has_met_a_compiler; do
		compile
		n=$((n + 1))
	done
	stop_watching
	equal "$(wc -l < "$T/filters")" "$n"
	equal "$(sort -u "$T/filters" | wc -l)" 1
	equal "$(< "$seen")" $'watching\nmet a compiler\nwatched'
}

@test "control: with all capabilities it meets the compilers and writes" {
	start_hijacking with_all_capabilities
	while rounds_until 1 has_written; do
		compile || true
	done
	stop_watching
}
