#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# mounts add and mounts remove: mounts of a container that is running.

load lib

setup_file() {
	"$RUNTIME" --version | grep -q '^hull-oci' || skip "mounts of this runtime"
	[ -n "${HULL_TEST_TOKEN:-}" ] && snapshot > "$BATS_FILE_TMPDIR/before"
}

setup() {
	local file=${BATS_TEST_FILENAME##*/}

	[[ $BATS_TEST_DESCRIPTION == "without the newer calls "* ]] || needs_newer_calls "mounts of a running container"
	T=$HULL_TEST_WORK/${file%.bats}-$BATS_TEST_NUMBER
	ROOT=$T/root
	n_bundles=0
	mkdir -p "$ROOT"
}

# mounts VERB JSON: a list of mounts; sets $status and $output
mounts() {
	status=0
	output=$(oci mounts "$1" "$ID" - <<< "$2" 2>&1) || status=$?
	mapfile -t lines <<< "$output"
}

# bind_to DESTINATION [OPTION...]: a mount of $T/source as JSON
bind_to() {
	jq -nc --arg to "$1" --arg from "$T/source" \
		'{ destination: $to, type: "bind", source: $from, options: (["bind"] + $ARGS.positional) }' \
		--args -- "${@:2}"
}

make_source() {
	mkdir -p "$T/source"
	echo "from the host" > "$T/source/file"
}

# mounts_of_container: where they are, one a line
mounts_of_container() {
	awk '{ print $5 }' "/proc/$(pid_of)/mountinfo"
}

# is_mounted PATH
is_mounted() {
	mounts_of_container | grep -qx "$1"
}

recorded() {
	jq -c '[.[].destination]' "$ROOT/$ID/mounts.json"
}

@test "a directory of the host comes to a running container, and goes again" {
	make_source
	for make in bundle user_bundle; do
		$make
		start_shell
		mounts add "[$(bind_to /data)]"
		prints ""
		inside 'cat /data/file'
		equal "$output" "from the host"
		inside 'echo changed > /data/file'
		if [ "$make" = bundle ]; then
			equal "$(< "$T/source/file")" changed
		else
			equal "$status" 1 # it belongs to the host's root
		fi
		equal "$(recorded)" '["/data"]'
		mounts remove '[{ "destination": "/data" }]'
		prints ""
		inside 'ls /data'
		equal "$output" ""
		equal "$(recorded)" '[]'
		not is_mounted /data
		make_source
	done
}

@test "new file systems, a file, options and an object instead of a list" {
	make_source
	bundle
	start_shell
	mounts add '{ "mounts": [
		{ "destination": "/a/b/tmp", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "size=64k", "mode=0700"] },
		{ "destination": "/etc/one", "type": "bind", "source": "'"$T/source/file"'", "options": ["bind", "ro"] },
		{ "destination": "queues", "type": "mqueue", "source": "mqueue" },
		{ "destination": "/sys2", "type": "sysfs", "source": "sysfs", "options": ["ro"] } ] }'
	prints ""
	inside 'stat -c %a /a/b/tmp; cat /etc/one; echo x > /etc/one; ls /sys2/class/net; stat -f -c %T /queues'
	says 700 "from the host" "Read-only file system" lo
	does_not_say eth0
	grep -q ' /a/b/tmp .*nosuid.* - tmpfs ' "/proc/$(pid_of)/mountinfo"
	mounts remove '{ "mounts": [{ "destination": "/etc/one" }, { "destination": "/a/b/tmp" }] }'
	prints ""
	not is_mounted /etc/one
	not is_mounted /a/b/tmp
	is_mounted /queues
	equal "$(recorded)" '["/queues","/sys2"]'
}

@test "the host sees nothing of it, and what is mounted below the source comes only with rbind" {
	make_source
	mkdir "$T/source/sub"
	mount -t tmpfs sub "$T/source/sub"
	touch "$T/source/sub/deep"
	bundle
	start_shell
	mounts add "[$(bind_to /plain), $(bind_to /deep rbind)]"
	prints ""
	inside 'ls /plain/sub; ls /deep/sub'
	prints deep
	not grep -q "$ID" /proc/self/mountinfo
	mount -t tmpfs later "$T/source/sub"
	inside 'ls /deep/sub'
	mounts remove '[{ "destination": "/deep" }]'
	prints ""
	is_mounted /plain
	not is_mounted /deep
	not is_mounted /deep/sub
	umount "$T/source/sub" "$T/source/sub"
}

@test "a second mount on the same place goes before the first" {
	make_source
	bundle
	start_shell
	mounts add "[$(bind_to /data)]"
	prints ""
	mounts add '[{ "destination": "/data", "type": "tmpfs", "source": "tmpfs" }]'
	prints ""
	inside 'ls /data'
	equal "$output" ""
	mounts remove '[{ "destination": "/data" }]'
	prints ""
	inside 'ls /data'
	equal "$output" file
	mounts remove '[{ "destination": "/data/" }]'
	prints ""
	equal "$(recorded)" '[]'
}

@test "all are added or none" {
	make_source
	bundle
	start_shell
	mounts add "[$(bind_to /one), $(bind_to /two), { \"destination\": \"/etc/passwd/three\", \"type\": \"tmpfs\" }]"
	exits_with 1
	says /2 "/etc/passwd" "not a directory"
	not is_mounted /one
	not is_mounted /two
	equal "$(recorded)" '[]'
	# what is found wrong before anything is done leaves not even a directory
	mounts add "[$(bind_to /four), { \"destination\": \"/five\", \"type\": \"bind\", \"source\": \"$T/nowhere\" }]"
	exits_with 1
	says "/1/source" "$T/nowhere" "no such file or directory"
	[ ! -e "$BUNDLE/rootfs/four" ]
	has_status running
}

@test "mounts that cannot be are refused by the field, and nothing changes" {
	make_source
	bundle
	start_shell
	while IFS='~' read -r what text; do
		mounts add "$what"
		exits_with 1
		says "$text"
	done <<- 'END'
		{}~/mounts
		[{}]~/0/destination
		[{ "destination": 7 }]~/0/destination
		[{ "destination": "/x" }]~/0/type
		[{ "destination": "/x", "type": "bind" }]~/0/source
		[{ "destination": "/", "type": "tmpfs" }]~/0/destination
		[{ "destination": "/x/..", "type": "tmpfs" }]~/0/destination
		[{ "destination": "/x", "type": "proc" }]~/0/type
		[{ "destination": "/x", "type": "cgroup" }]~/0/type
		[{ "destination": "/x", "type": "wormholefs" }]~wormholefs
		[{ "destination": "/x", "type": "tmpfs", "options": ["remount"] }]~/0/options
		[{ "destination": "/x", "type": "bind", "source": "/etc", "options": ["copy-symlink"] }]~/0/options
		[{ "destination": "/proc/self/attr", "type": "tmpfs" }]~/0/destination
		[{ "destination": "/x", "type": "tmpfs" }, 7]~/1
		"text"~object
		[~line 2
	END
	equal "$(ls -A "$BUNDLE/rootfs" | grep -cx x)" 0
	run oci mounts change "$ID" - <<< '[]'
	exits_with 1
	says '"change" is neither add nor remove'
	run oci mounts add ../x - <<< '[]'
	exits_with 1
	says "invalid container ID format"
	run oci mounts add "$ID" "$T/nowhere"
	exits_with 1
	says "$T/nowhere"
}

@test "only what was added can be removed: not the container's own mounts" {
	bundle '.linux.maskedPaths = ["/proc/kcore"]'
	start_shell
	for place in /proc /dev /proc/kcore / /nowhere; do
		mounts remove "[{ \"destination\": \"$place\" }]"
		exits_with 1
		says "nothing was added there" "/0/destination"
	done
	is_mounted /proc
}

@test "a container that is stopped, or nobody's, is refused" {
	bundle
	start_sleeper
	oci kill "$ID" KILL
	eventually has_status stopped
	mounts add '[{ "destination": "/x", "type": "tmpfs" }]'
	exits_with 1
	says "container not running"
	ID=$HULL_TEST_TOKEN-nobody
	mounts add '[{ "destination": "/x", "type": "tmpfs" }]'
	exits_with 1
	says "container does not exist"
}

@test "a container without a mount namespace of its own is refused" {
	bundle 'del(.mounts) | .linux.namespaces |= map(select(.type != "mount"))'
	start_sleeper
	mounts add '[{ "destination": "/x", "type": "tmpfs" }]'
	exits_with 1
	says "no mount namespace of its own"
}

@test "created and paused containers get them, too" {
	make_source
	bundle
	set_script 'cat /data/file'
	oci create --bundle "$BUNDLE" "$ID" < /dev/null > "$T/out" 2>&1
	mounts add "[$(bind_to /data)]"
	prints ""
	oci start "$ID"
	eventually grep -q "from the host" "$T/out"
	bundle
	start_sleeper
	oci pause "$ID"
	mounts add "[$(bind_to /data)]"
	prints ""
	is_mounted /data
	oci resume "$ID"
}

@test "in a user namespace what is read-only on the host stays so, whatever its root does" {
	make_source
	mount --bind -o ro "$T/source" "$T/source"
	mount -o remount,bind,ro,nosuid "$T/source"
	user_bundle
	with_all_capabilities
	start_shell
	mounts add "[$(bind_to /data rbind)]"
	prints ""
	inside 'mount -o remount,bind,rw /data; echo "status $?"; mount -o remount,bind,ro,suid /data; echo "status $?"'
	equal "$(grep -c 'status 0' <<< "$output")" 0
	# control: what was asked for here only its root can undo
	mkdir "$T/other"
	mounts add "[$(bind_to /own ro | jq -c --arg other "$T/other" '.source = $other')]"
	prints ""
	inside 'mount -o remount,bind,rw /own; echo "status $?"'
	umount "$T/source"
	says "status 0"
}

@test "an ordinary user's container gets file systems, but no file of the host" {
	[ "$(cat /proc/sys/user/max_user_namespaces)" != 0 ] || skip "no user namespaces"
	make_source
	user_bundle
	start_shell
	mounts add '[{ "destination": "/x", "type": "ext4", "source": "/dev/loop0" }]'
	exits_with 1
	says "/0/type" "user namespace"
	mounts add '[{ "destination": "/x", "type": "tmpfs", "source": "tmpfs" }]'
	prints ""
	inside 'echo fine > /x/file && stat -c %u /x/file'
	equal "$output" 0
}

@test "ids of a bind mount can be mapped" {
	make_source
	chown 1000:1000 "$T/source/file"
	bundle
	start_shell
	mounts add "[$(bind_to /data | jq -c '. + { uidMappings: [{ containerID: 1000, hostID: 4711, size: 1 }],
		gidMappings: [{ containerID: 1000, hostID: 4712, size: 1 }] }')]"
	prints ""
	inside 'stat -c "%u %g" /data/file'
	equal "$output" "4711 4712"
}

@test "without the newer calls it is refused with the name of one, and the container goes on" {
	[ -n "$WITHOUT" ] || skip "for WITHOUT=enosys and eperm"
	bundle
	start_sleeper
	mounts add '[{ "destination": "/x", "type": "tmpfs" }]'
	exits_with 1
	says "mount_setattr(2), Linux 5.12"
	has_status running
}
