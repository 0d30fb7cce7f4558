#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# A real distribution: a debootstrap minbase Debian, kept in $HULL_TEST_CACHE, with the configuration
# that spec writes.

load lib

DEBIAN=$HULL_TEST_CACHE/bookworm.tar

setup_file() {
	mkdir -p "$HULL_TEST_WORK/debian"
	[ ! -s "$DEBIAN" ] || tar -C "$HULL_TEST_WORK/debian" -xf "$DEBIAN"
	snapshot > "$BATS_FILE_TMPDIR/before"
}

debian() { # debian [ARGS OF SPEC...]
	[ -e "$HULL_TEST_WORK/debian/etc/debian_version" ] || skip "$(cat "$DEBIAN.why")"
	new_id
	BUNDLE=$T/bundle
	mkdir "$BUNDLE"
	cp -al "$HULL_TEST_WORK/debian" "$BUNDLE/rootfs"
	oci spec --bundle "$BUNDLE"
	edit --arg cgroup "$CGROUP" '.process.terminal = false | .linux.cgroupsPath = $cgroup'
}

run_debian() { # run_debian ARG...
	edit '.process.args = $ARGS.positional' --args -- "$@"
	run_bundle
}

@test "apt-get --version works in Debian" {
	debian
	run_debian apt-get --version
	succeeds
	matches "${lines[0]}" '^apt [0-9.]+'
}

@test "perl works in Debian" {
	debian
	run_debian perl -e 'print "pid $$, 2+2=", 2+2, "\n"; exit 3'
	exits_with 3
	equal "$output" "pid 1, 2+2=4"
}

@test "bash waits for its children in Debian" {
	debian
	run_debian bash -c 'sleep 1 & wait; echo "waited $SECONDS"; (exit 7) & wait $!; echo $?'
	succeeds
	matches "${lines[0]}" '^waited [12]$'
	equal "${lines[1]}" 7
}

@test "the host name of spec's configuration is seen in Debian" {
	debian
	run_debian hostname
	prints "$(jq -r .hostname "$BUNDLE/config.json")"
}

@test "the root file system is read-only in Debian as spec says" {
	debian
	jq -e .root.readonly "$BUNDLE/config.json"
	run_debian bash -c 'echo x > /etc/made'
	fails_with "Read-only file system"
}

@test "Debian runs in a user namespace" {
	debian
	edit '.linux.namespaces += [{ type: "user" }] | .root.readonly = true
		| .linux.uidMappings = [{ containerID: 0, hostID: 0, size: 65536 }]
		| .linux.gidMappings = [{ containerID: 0, hostID: 0, size: 65536 }]'
	run_debian bash -c 'id -un; dpkg-query -W -f "\${Status}\n" dpkg'
	prints $'root\ninstall ok installed'
}

@test "an ordinary user runs Debian with spec --rootless" {
	[ -e "$HULL_TEST_WORK/debian/etc/debian_version" ] || skip "$(cat "$DEBIAN.why")"
	mkdir -p "$T/home"
	"$HELPERS/as-user" "$T/home" mkdir -p bundle
	BUNDLE=$T/home/bundle
	mkdir "$BUNDLE/rootfs"
	mount --bind "$HULL_TEST_WORK/debian" "$BUNDLE/rootfs"
	"$HELPERS/as-user" "$T/home" "$RUNTIME" spec --rootless --bundle "$BUNDLE"
	edit '.process.terminal = false | .process.args = ["perl", "-e", "print qq($> $$\\n)"]'
	chmod 644 "$BUNDLE/config.json"
	status=0
	"$HELPERS/as-user" "$T/home" timeout -k 2 30 "$RUNTIME" --root "$T/home/run/root" run --bundle "$BUNDLE" rootless \
		> "$T/out" 2>&1 < /dev/null || status=$?
	output=$(< "$T/out")
	umount "$BUNDLE/rootfs"
	prints "0 1"
}
