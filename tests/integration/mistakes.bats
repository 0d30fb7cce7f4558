#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The most common mistakes: the message is one line that names the cause, the object and the field of
# the configuration, nothing is left, and the exit status is the one that engines expect. With MISTAKES
# set to a directory the message goes there, of whichever runtime: tools/failure-table makes
# docs/failures.md of that.

load lib

is_hull_oci() {
	"$RUNTIME" --version | grep -q '^hull-oci'
}

setup_file() {
	[ -n "${MISTAKES:-}" ] || is_hull_oci || skip "messages of this runtime"
	[ -n "${HULL_TEST_TOKEN:-}" ] && snapshot > "$BATS_FILE_TMPDIR/before"
}

teardown_file() {
	[ -n "${MISTAKES:-}" ] || [ ! -e "$BATS_FILE_TMPDIR/before" ] || eventually is_as_before
}

# record: the output without what is another in each run
record() {
	[ -z "${MISTAKES:-}" ] || {
		echo "$status"
		sed "s|$BUNDLE|BUNDLE|g; s|$T|DIR|g; s|$ID|ID|g; s|$HULL_TEST_TOKEN|GROUP|g; s|time=\"[^\"]*\" ||g
			s|$ROOT|ROOT|g; s|^[0-9T:.-]*Z: ||; s|pid [0-9]\+|pid N|g; s|/proc/[0-9]\+|/proc/N|g" <<< "$output"
	} > "$MISTAKES/$BATS_TEST_NUMBER"
	[ -z "${MISTAKES:-}" ] || echo "$BATS_TEST_DESCRIPTION" > "$MISTAKES/$BATS_TEST_NUMBER.name"
}

# mistake COMMAND ARGS...: of the runtime
mistake() {
	try "$@"
	record
}

run_mistake() {
	mistake run --bundle "$BUNDLE" "$ID"
}

# named TEXT...: by hull-oci; and nothing of the container is left
named() {
	is_hull_oci || return 0
	[ "$status" != 0 ] && [ "${#lines[@]}" = 1 ] || {
		show_output
		return 1
	}
	says "hull-oci: " "$@"
}

gone() {
	! is_hull_oci || nothing_left
}

# ---- the program ----------------------------------------------------------------------------------

@test "the program is not there" {
	bundle '.process.args = ["/no/such/program"]'
	run_mistake
	named /no/such/program "no such file or directory" /process/args
	gone
}

@test "the program is not in PATH" {
	bundle '.process.args = ["serve"]'
	run_mistake
	named '"serve"' "executable file not found in \$PATH" /process/args
	gone
}

@test "the program is not executable" {
	bundle '.process.args = ["/etc/passwd"]'
	run_mistake
	named /etc/passwd "permission denied" /process/args
	gone
}

@test "the program is a directory" {
	bundle '.process.args = ["/etc"]'
	run_mistake
	named /etc "is a directory" /process/args
	gone
}

@test "the program is for another processor" {
	bundle '.process.args = ["/bin/foreign"]'
	cp "$HULL_TEST_WORK/rootfs/bin/busybox" "$BUNDLE/rootfs/bin/foreign"
	# e_machine: PowerPC 64
	printf '\x15\x00' | dd of="$BUNDLE/rootfs/bin/foreign" bs=1 seek=18 conv=notrunc status=none
	run_mistake
	named /bin/foreign "exec format error" ppc64 "$(uname -m)" /process/args
	gone
}

@test "the script's interpreter is not there" {
	bundle '.process.args = ["/bin/script"]'
	printf '#!/usr/bin/python3 -u\nprint(1)\n' > "$BUNDLE/rootfs/bin/script"
	chmod 755 "$BUNDLE/rootfs/bin/script"
	run_mistake
	named /bin/script /usr/bin/python3 "no such file or directory" /process/args
	gone
}

@test "the program's dynamic linker is not there" {
	bundle '.process.args = ["/bin/dynamic"]'
	cp "$(command -v env)" "$BUNDLE/rootfs/bin/dynamic"
	run_mistake
	named /bin/dynamic ld-linux "no such file or directory" /process/args
	gone
}

@test "the script has no interpreter line" {
	bundle '.process.args = ["/bin/script"]'
	echo 'echo hello' > "$BUNDLE/rootfs/bin/script"
	chmod 755 "$BUNDLE/rootfs/bin/script"
	run_mistake
	named /bin/script "exec format error" "#!/bin/sh" /process/args
	gone
}

@test "there are no arguments" {
	bundle '.process.args = []'
	run_mistake
	named /process/args
	gone
}

# ---- the user, directories, rights ----------------------------------------------------------------

@test "the working directory is a file" {
	bundle '.process.cwd = "/etc/passwd"'
	run_mistake
	named /etc/passwd "not a directory" /process/cwd
	gone
}

@test "the user does not exist in the user namespace" {
	user_bundle '.process.user = { uid: 70000, gid: 0 }'
	run_mistake
	named 70000 /process/user
	gone
}

@test "the user is a name" {
	bundle '.process.user = { uid: "www-data", gid: 33 }'
	run_mistake
	named www-data /process/user/uid
	gone
}

@test "a capability has a wrong name" {
	bundle '.process.capabilities.bounding = ["CAP_FLY"] | .process.args = ["true"]'
	mistake run --bundle "$BUNDLE" "$ID"
	! is_hull_oci || {
		succeeds
		says CAP_FLY ignored
	}
}

@test "a resource limit above what the caller may give" {
	bundle '.process.rlimits = [{ type: "RLIMIT_NOFILE", soft: 10, hard: 4000000000 }]'
	run_mistake
	named RLIMIT_NOFILE 4000000000 /process/rlimits/0
	gone
}

@test "an AppArmor profile on a kernel without AppArmor" {
	[ ! -d /sys/kernel/security/apparmor ] || skip "this kernel has it"
	bundle '.process.apparmorProfile = "web"'
	run_mistake
	named web AppArmor /process/apparmorProfile
	gone
}

@test "an SELinux label on a kernel without SELinux" {
	[ ! -d /sys/fs/selinux ] || skip "this kernel has it"
	bundle '.process.selinuxLabel = "system_u:system_r:container_t:s0"'
	run_mistake
	named container_t SELinux /process/selinuxLabel
	gone
}

# ---- the root file system and mounts --------------------------------------------------------------

@test "the bundle is not there" {
	bundle
	mistake run --bundle "$T/nowhere" "$ID"
	named "$T/nowhere" "no such file or directory"
	gone
}

@test "the bundle has no config.json" {
	bundle
	rm "$BUNDLE/config.json"
	run_mistake
	named "$BUNDLE/config.json" "no such file or directory"
	gone
}

@test "config.json is no JSON" {
	bundle
	sed -i '2s/,$//' "$BUNDLE/config.json"
	run_mistake
	named "$BUNDLE/config.json" "line "
	gone
}

@test "a field has a wrong type" {
	bundle '.process.terminal = "yes"'
	run_mistake
	named yes /process/terminal
	gone
}

@test "the root file system is not there" {
	bundle '.root.path = "nowhere"'
	run_mistake
	named nowhere "no such file or directory" /root/path
	gone
}

@test "the user namespace's root may not enter the root file system" {
	needs_newer_calls "it is refused before, in other words"
	user_bundle
	mkdir "$T/closed"
	mv "$BUNDLE" "$T/closed/bundle"
	BUNDLE=$T/closed/bundle
	chmod 700 "$T/closed"
	edit '.process.args = ["cat", "/etc/shadow"]'
	chmod 700 "$BUNDLE/rootfs"
	chown 0:0 "$BUNDLE/rootfs"
	run_mistake
	named "$BUNDLE/rootfs" "permission denied" /root/path
	gone
}

@test "a mount's source is not there" {
	bundle
	add_mount /data bind /srv/none rbind
	run_mistake
	named /srv/none "no such file or directory" /mounts/6/source
	gone
}

@test "a mount's type is unknown" {
	bundle
	add_mount /data wormholefs wormholefs
	run_mistake
	named wormholefs /data /mounts/6
	gone
}

@test "a mount's option is unknown" {
	needs_newer_calls "mount(2) does not say which one"
	bundle
	add_mount /data tmpfs tmpfs sparkling
	run_mistake
	named sparkling /data /mounts/6
	gone
}

@test "a mount's target is a file where a directory is mounted" {
	bundle
	add_mount /etc/passwd/data tmpfs tmpfs
	run_mistake
	named /etc/passwd "not a directory" /mounts/6
	gone
}

@test "a mount's target cannot be made in a read-only file system" {
	bundle
	mkdir "$T/fixed"
	add_mount /fixed bind "$T/fixed" bind ro
	add_mount /fixed/new tmpfs tmpfs
	run_mistake
	named /fixed/new "read-only file system" /mounts/7
	gone
}

@test "the file system of the root is full" {
	bundle
	mkdir "$T/full"
	mount -t tmpfs -o size=4k,nr_inodes=2 full "$T/full"
	touch "$T/full/last"
	add_mount /full bind "$T/full" bind
	add_mount /full/new tmpfs tmpfs
	run_mistake
	umount "$T/full"
	named /full/new "no space left on device" /mounts/7
	gone
}

@test "a mount inside of /proc" {
	bundle
	add_mount /proc/self/attr tmpfs tmpfs
	run_mistake
	named /proc/self/attr /mounts/6/destination
	gone
}

# ---- namespaces, devices, limits ------------------------------------------------------------------

@test "a namespace's path leads nowhere" {
	bundle
	namespace_path network /run/netns/none
	run_mistake
	named /run/netns/none "no such file or directory" /linux/namespaces/
	gone
}

@test "a namespace's path leads to another kind of namespace" {
	bundle
	namespace_path network /proc/self/ns/uts
	run_mistake
	named /proc/self/ns/uts /linux/namespaces/
	gone
}

# user_mistake [JQ...]: an ordinary user's bundle with a user namespace, changed
user_mistake() {
	bundle '.linux.namespaces |= map(select(.type != "network")) + [{ type: "user" }]
		| .linux.uidMappings = [{ containerID: 0, hostID: 3000, size: 1 }]
		| .linux.gidMappings = [{ containerID: 0, hostID: 3000, size: 1 }]
		| del(.linux.resources, .linux.cgroupsPath) | .mounts |= map(select(.type != "sysfs" and .type != "devpts"))
		| .process.args = ["true"]'
	[ $# = 0 ] || edit "$@"
	mkdir -p "$T/home"
	chmod 755 "$T" "$BUNDLE"
	status=0
	"$HELPERS/as-user" "$T/home" timeout -k 2 30 "$RUNTIME" --root "$T/home/run/root" run --bundle "$BUNDLE" "$ID" \
		< /dev/null > "$T/try.out" 2>&1 || status=$?
	output=$(< "$T/try.out")
	mapfile -t lines <<< "$output"
	record
}

@test "an ordinary user maps an id that is not his" {
	user_mistake '.linux.uidMappings = [{ containerID: 0, hostID: 0, size: 10 }]'
	named newuidmap "uid range [0-10)" /linux/uidMappings subuid
}

@test "an ordinary user asks for a limit without a group of his own" {
	user_mistake '.linux.resources.memory = { limit: 67108864 }'
	named "/sys/fs/cgroup/" "permission denied" delegated /linux/resources
}

@test "an ordinary user asks for no user namespace" {
	user_mistake '.linux.namespaces |= map(select(.type != "user")) | del(.linux.uidMappings, .linux.gidMappings)'
	named "user namespace" /linux/namespaces
}

@test "a sysctl that belongs to the host" {
	bundle '.linux.sysctl = { "kernel.panic": "1" }'
	run_mistake
	named kernel.panic /linux/sysctl
	gone
}

@test "a sysctl that is not there" {
	bundle '.linux.sysctl = { "net.ipv4.wormhole": "1" }'
	run_mistake
	named net.ipv4.wormhole "no such file or directory" /linux/sysctl
	gone
}

@test "a device of a wrong type" {
	bundle '.linux.devices = [{ path: "/dev/x", type: "q", major: 1, minor: 3 }]'
	run_mistake
	named '"q"' /linux/devices/0/type
	gone
}

@test "a memory limit that is too small" {
	bundle '.linux.resources.memory = { limit: 4096 }'
	run_mistake
	# killed, or, if it was too large already, refused by the kernel
	named 4096 memory limit /linux/resources/memory/limit
	gone
}

@test "processors that the machine does not have" {
	bundle '.linux.resources.cpu = { cpus: "900-901" }'
	run_mistake
	named 900-901 /linux/resources/cpu/cpus
	gone
}

@test "a seccomp action has a wrong name" {
	bundle '.linux.seccomp = { defaultAction: "SCMP_ACT_MAYBE" }'
	run_mistake
	named SCMP_ACT_MAYBE /linux/seccomp/defaultAction
	gone
}

@test "a system call that the seccomp library does not know" {
	bundle '.linux.seccomp = { defaultAction: "SCMP_ACT_ALLOW", syscalls: [
		{ names: ["wormhole"], action: "SCMP_ACT_ERRNO" }] } | .annotations["run.oci.seccomp_fail_unknown_syscall"] = "1"'
	run_mistake
	named wormhole /linux/seccomp/syscalls/0
	gone
}

# ---- hooks, terminals, ids ------------------------------------------------------------------------

@test "a hook is not there" {
	bundle '.hooks.createRuntime = [{ path: "/usr/libexec/none" }]'
	run_mistake
	named createRuntime /usr/libexec/none "no such file or directory" /hooks/createRuntime/0
	gone
}

@test "a hook fails" {
	printf '#!/bin/sh\necho "no route to the database" >&2\nexit 7\n' > "$T/hook"
	chmod 755 "$T/hook"
	bundle --arg hook "$T/hook" '.hooks.createRuntime = [{ path: $hook }]'
	run_mistake
	named createRuntime "exit status 7" "no route to the database" /hooks/createRuntime/0
	gone
}

@test "a terminal without a console socket" {
	bundle '.process.terminal = true'
	mistake create --bundle "$BUNDLE" "$ID"
	named console-socket /process/terminal
	gone
}

@test "nobody listens at the console socket" {
	bundle '.process.terminal = true'
	mistake create --console-socket "$T/nobody" --bundle "$BUNDLE" "$ID"
	named "$T/nobody" "no such file or directory" /process/terminal
	gone
}

@test "the id is in use" {
	bundle
	start_sleeper > /dev/null
	run_mistake
	named "container with given ID already exists" "$ID"
}

@test "the id has letters that it may not have" {
	bundle
	mistake run --bundle "$BUNDLE" "a/b"
	named "invalid container ID format" a/b
}

@test "a command for a container that does not exist" {
	bundle
	mistake exec "$ID" true
	named "container does not exist" "$ID"
}

@test "exec into a container that is stopped" {
	bundle
	start_sleeper > /dev/null
	oci kill "$ID" KILL
	eventually has_status stopped
	mistake exec "$ID" true
	named "cannot exec in a stopped container"
}

@test "exec of a program that is not there" {
	bundle
	start_sleeper > /dev/null
	mistake exec "$ID" /no/such/program
	named /no/such/program "no such file or directory"
	exits_with 255
}

@test "a running container is deleted without --force" {
	bundle
	start_sleeper > /dev/null
	mistake delete "$ID"
	named "$ID" "not stopped" running
}

@test "an option that does not exist" {
	bundle
	mistake run --bundel "$BUNDLE" "$ID"
	named bundel
}
