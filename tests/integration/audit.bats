#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# hull audit: a default container holds, and each hole that is made on purpose is found.
#
# Every hole is one change of the container for which the first test shows that nothing is found.

load lib

PROFILE=$BATS_TEST_DIRNAME/../data/seccomp/default.json

# default_container [JQ...]: a bundle as Docker's defaults have it, with limits
default_container() {
	bundle --slurpfile profile "$PROFILE" '
		["CHOWN", "DAC_OVERRIDE", "FSETID", "FOWNER", "MKNOD", "NET_RAW", "SETGID", "SETUID", "SETFCAP", "SETPCAP",
			"NET_BIND_SERVICE", "SYS_CHROOT", "KILL", "AUDIT_WRITE"] as $names
		| [$names[] | "CAP_" + .] as $names
		| .process.capabilities = { bounding: $names, effective: $names, permitted: $names }
		| .process.noNewPrivileges = false
		| .linux.seccomp = $profile[0]
		| .linux.maskedPaths = ["/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys",
			"/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi",
			"/sys/firmware", "/sys/devices/virtual/powercap"]
		| .linux.readonlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
		| .linux.resources += { memory: { limit: 67108864 }, pids: { limit: 64 }, cpu: { quota: 50000, period: 100000 } }'
	[ $# = 0 ] || edit "$@"
}

# audit [OPTION...]: of the container of $BUNDLE, which is started; sets $status and $output
audit() {
	[ -n "${PID:-}" ] || {
		start_sleeper
		PID=$(pid_of)
	}
	run timeout -k 2 20 "$HULL" audit "$@" "$PID" < /dev/null 3>&-
}

# outcomes OUTCOME: the checks that have it in $output, one a line. Whether there is a security module is the kernel's
# own, and has a test of its own.
outcomes() {
	jq -r --arg outcome "$1" '.[] | select(.outcome == $outcome and .check != "lsm") | .check' <<< "$output" | sort -u
}

# finds_nothing [OPTION...]: everything holds, or was not tried
finds_nothing() {
	audit --format json "$@"
	equal "$(outcomes "does not hold")" ""
	equal "$status" "$(has_module && echo 1 || echo 0)"
}

# has_module: this kernel runs one that labels, and our containers have no label
has_module() {
	[ "$(cat /sys/module/apparmor/parameters/enabled 2> /dev/null)" = Y ] || [ -e /sys/fs/selinux/enforce ]
}

# without_sysctls: what only the filter refuses, if the host's sysctls do not
without_sysctls() {
	[ "$(cat /proc/sys/kernel/perf_event_paranoid)" -ge 3 ] || echo system-calls/bpf
	[ "$(cat /proc/sys/kernel/dmesg_restrict)" = 1 ] || echo system-calls/log
}

# finds CHECK...: exactly these do not hold
finds() {
	audit --format json
	exits_with 1
	equal "$(outcomes "does not hold")" "$(printf '%s\n' "$@" | sort -u)"
}

# gains CHECK TEXT: what is said of it has TEXT
gains() {
	jq -e --arg check "$1" --arg text "$2" 'any(.[]; .check == $check and .outcome == "does not hold"
		and (.gain + .detail | contains($text)))' <<< "$output" > /dev/null || {
		jq --arg check "$1" '.[] | select(.check == $check)' <<< "$output" >&2
		return 1
	}
}

@test "a default container: nothing does not hold" {
	default_container
	finds_nothing
	# what is not there to be tried, and nothing else
	equal "$(outcomes "not tried")" "$(not_there $'ids\nnamespace/user')"
	equal "$(jq -r '[.[] | select(.outcome == "holds")] | length >= 35' <<< "$output")" true
	# each result says everything
	equal "$(jq -c '[.[] | keys] | unique' <<< "$output")" '[["check","closes","detail","gain","outcome"]]'
	equal "$(jq '[.[] | .[] | select(length == 0)] | length' <<< "$output")" 0
}

@test "the lines for people say what an attacker gains where it does not hold" {
	default_container
	edit '.linux.maskedPaths -= ["/proc/keys"]'
	audit
	exits_with 1
	says "does not hold  masks" "/proc/keys may be read" "an attacker: learns the names of keys" "closed by: the default masks"
	does_not_say "no --pid host"
	audit --verbose
	says "holds          namespace/pid" "closed by: no --pid host"
}

# not_there CHECKS: and, where 32-bit programs run, whether they make sockets of every family
not_there() {
	{ echo "$1"; [ "$(uname -m)" != x86_64 ] || "$HULL" audit --format json $$ < /dev/null 3>&- |
		jq -r '.[] | select(.check == "system-calls/socketcall" and .outcome == "not tried").check'; } | grep . | sort
}

@test "a process without the label of a security module" {
	default_container
	audit --format json
	if has_module; then
		gains lsm unconfined
	else
		equal "$(jq -r '.[] | select(.check == "lsm").detail' <<< "$output")" "this kernel runs neither AppArmor nor SELinux"
	fi
}

@test "privileged: capabilities, filter, masks, devices and file systems of the kernel" {
	default_container
	with_all_capabilities
	edit 'del(.linux.seccomp, .linux.maskedPaths, .linux.readonlyPaths)
		| .linux.resources.devices = [{ allow: true, access: "rwm" }]
		| .mounts |= map(if .destination == "/sys" then .options -= ["ro"] else . end)'
	finds namespace/user namespace/time capabilities seccomp system-calls/{user-namespaces,modules,mounts,handles,bpf,io_uring} \
		system-calls/{userfaultfd,log,clock,machine,sockets} mounts/kernel masks read-only kernel-addresses devices/rules
	gains capabilities SYS_MODULE
	gains read-only /proc/sys/kernel/core_pattern
	gains devices/rules "disks"
}

@test "one capability more" {
	default_container '.process.capabilities |= map_values(. + ["CAP_SYS_PTRACE"])'
	finds namespace/user capabilities
	gains capabilities SYS_PTRACE
}

@test "the same capability, but in a user namespace of its own" {
	default_container
	rm -r "$BUNDLE/rootfs"
	cp -a "$HULL_TEST_WORK/rootfs" "$BUNDLE/rootfs"
	chown -hR 100000:100000 "$BUNDLE/rootfs"
	edit '.process.capabilities |= map_values(. + ["CAP_SYS_PTRACE"])
		| .linux.namespaces += [{ type: "user" }]
		| .linux.uidMappings = [{ containerID: 0, hostID: 100000, size: 65536 }]
		| .linux.gidMappings = [{ containerID: 0, hostID: 100000, size: 65536 }]'
	finds_nothing
	equal "$(outcomes "not tried")" "$(not_there "")"
}

@test "inheritable capabilities" {
	default_container '.process.capabilities.inheritable = ["CAP_NET_RAW"]'
	finds capabilities/inheritable
	gains capabilities/inheritable NET_RAW
}

@test "the host's pid namespace" {
	default_container
	without_namespace pid
	finds namespace/pid
}

@test "each other namespace of the host" {
	local type

	for type in network ipc uts cgroup; do
		default_container
		without_namespace "$type"
		[ "$type" != uts ] || edit 'del(.hostname)'
		start_sleeper
		PID=$(pid_of)
		case $type in
		network) finds namespace/net network/host network/published ;;
		*) finds "namespace/$type" ;;
		esac
		unset PID
	done
}

@test "without a filter of system calls" {
	default_container 'del(.linux.seccomp)'
	finds seccomp system-calls/{user-namespaces,mounts,io_uring,userfaultfd,sockets} $(without_sysctls)
	gains seccomp "no filter"
}

@test "a filter that lets one call through" {
	default_container '.linux.seccomp.syscalls += [{ names: ["unshare"], action: "SCMP_ACT_ALLOW" }]'
	# with a user namespace come the capabilities that mounts need, but their calls are refused
	finds system-calls/user-namespaces
}

@test "a filter that lets one family of sockets through" {
	default_container '.linux.seccomp.syscalls += [{ names: ["socket"], action: "SCMP_ACT_ALLOW",
		args: [{ index: 0, value: 38, op: "SCMP_CMP_EQ" }] }]'
	finds system-calls/sockets
	gains system-calls/sockets AF_ALG
}

@test "a filter that refuses calls by name, and lets everything else through" {
	default_container '.linux.seccomp = { defaultAction: "SCMP_ACT_ALLOW",
		syscalls: [{ names: ["unshare", "clone3"], action: "SCMP_ACT_ERRNO" }] }'
	finds seccomp system-calls/{user-namespaces,mounts,io_uring,userfaultfd,sockets} $(without_sysctls)
	gains seccomp "a list of what is refused"
}

@test "a process that came in without the container's filter" {
	default_container
	start_sleeper
	PID=$(pid_of)
	timeout 30 "$HULL" enter -t "$PID" sleep 20 < /dev/null > "$T/enter.out" 2>&1 3>&- &
	entered=$!
	eventually eval "[ \$(oci ps '$ID' 2> /dev/null | wc -l) -ge 1 ] && pgrep -P $entered > /dev/null"
	eventually eval "'$HULL' audit --format json $PID < /dev/null | jq -e 'any(.[]; .check == \"seccomp\" and .outcome == \"does not hold\")'"
	audit --format json
	kill "$entered"
	wait "$entered" || true
	gains seccomp "has no filter"
	gains capabilities SYS_ADMIN
}

@test "the socket of an engine" {
	default_container
	mkdir "$T/run"
	python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$T/run/docker.sock"
	add_mount /var/run/docker.sock bind "$T/run/docker.sock" bind
	finds mounts/sockets
	gains mounts/sockets "commands the engine"
}

@test "the host's / as a volume, also read-only" {
	default_container
	add_mount /host bind / bind ro
	finds mounts/host
	gains mounts/host "/host is / of the host, read-only"
}

@test "the host's /etc as a volume" {
	default_container
	add_mount /mnt bind /etc bind
	finds mounts/host
	gains mounts/host "/mnt is /etc of the host, writable"
}

@test "a volume that is nobody else's" {
	default_container
	mkdir "$T/volume"
	add_mount /mnt bind "$T/volume" bind
	finds_nothing
}

@test "the host's /proc as a volume" {
	default_container
	add_mount /mnt bind /proc bind
	audit --format json
	exits_with 1
	gains mounts/namespaced "/mnt is /proc of the host"
}

@test "a volume whose mounts travel to the host" {
	default_container
	mkdir "$T/volume"
	mount -t tmpfs volume "$T/volume"
	mount --make-shared "$T/volume"
	add_mount /mnt bind "$T/volume" bind rshared
	edit '.linux.rootfsPropagation = "shared"'
	finds mounts/propagation
	oci delete --force "$ID"
	umount "$T/volume"
}

@test "a read-only volume with a writable mount in it" {
	default_container
	mkdir -p "$T/volume"
	mount -t tmpfs volume "$T/volume"
	mkdir "$T/volume/below"
	mount -t tmpfs below "$T/volume/below"
	add_mount /mnt bind "$T/volume" rbind ro
	finds mounts/read-only
	gains mounts/read-only "/mnt is read-only, but /mnt/below below it is not"
	oci delete --force "$ID"
	umount "$T/volume/below" "$T/volume"
}

@test "file systems of the kernel" {
	default_container
	add_mount /mnt tracefs tracefs
	finds mounts/kernel
	gains mounts/kernel tracefs
}

@test "cgroups that are writable" {
	default_container
	add_mount /sys/fs/cgroup cgroup cgroup nosuid noexec nodev
	cgroup_is_v2 && skip "its own group of v2 may be written, its limits lie above"
	finds mounts/kernel
	gains mounts/kernel release_agent
}

@test "one mask that is missing, one that hides nothing" {
	default_container '.linux.maskedPaths -= ["/proc/keys"]'
	finds masks
	gains masks "/proc/keys may be read"
	unset PID
	# what looks like a mask, but is another file (CVE-2025-31133)
	default_container
	start_sleeper
	PID=$(pid_of)
	nsenter -t "$PID" -m mount -o bind /etc/passwd /proc/keys
	finds masks
	gains masks "/proc/keys may be read"
}

@test "paths that may be written" {
	default_container '.linux.readonlyPaths -= ["/proc/sys"]'
	finds read-only
	gains read-only core_pattern
	unset PID
	default_container '.linux.readonlyPaths -= ["/proc/irq"]'
	finds read-only
	gains read-only default_smp_affinity
	unset PID
	default_container '.mounts |= map(if .destination == "/sys" then .options -= ["ro"] else . end)'
	audit --format json
	gains read-only /sys/
	gains mounts/kernel /sys
}

@test "a disk that the rules allow, with its node" {
	default_container '.linux.resources.devices += [{ allow: true, type: "b", major: 7, minor: 1, access: "r" }]
		| .linux.devices = [{ type: "b", path: "/dev/disk", major: 7, minor: 1 }]'
	finds devices/rules devices/nodes
	gains devices/rules "loop devices"
	gains devices/nodes /dev/disk
}

@test "a descriptor, and a working directory, of the host" {
	default_container
	edit '.process.args = ["sleep", "1000"]'
	oci run --detach --preserve-fds 1 --bundle "$BUNDLE" "$ID" 3< / < /dev/null > "$T/$ID.out" 2>&1
	PID=$(pid_of)
	finds descriptors
	gains descriptors "a directory of the host as 3: /"
}

@test "a program of the host" {
	default_container
	start_sleeper
	PID=$(pid_of)
	# a process that came into all namespaces but the one of mounts
	timeout 20 nsenter -t "$PID" -p -i -u -n -C sleep 20 3>&- < /dev/null &
	stray=$!
	eventually eval "'$HULL' audit --format json $PID < /dev/null | jq -e 'any(.[]; .check == \"program\" and .outcome == \"does not hold\")'"
	audit --format json
	kill "$stray"
	gains namespace/mnt "is in the host's"
	gains cwd "of the host"
	gains root "of the host"
}

@test "ids of the host, and of another container" {
	user_bundle '.linux.uidMappings[0].hostID = 0 | .linux.gidMappings[0].hostID = 0'
	chown -hR 0:0 "$BUNDLE/rootfs"
	audit --format json
	gains ids "root"
	unset PID
	user_bundle
	start_sleeper
	user_bundle '.linux.uidMappings[0] = { containerID: 0, hostID: 165000, size: 1000 }
		| .linux.gidMappings[0] = { containerID: 0, hostID: 165000, size: 1000 }'
	chown -hR 165000:165000 "$BUNDLE/rootfs"
	audit --format json
	gains ids "536 user ids from 165000"
}

@test "a terminal of the host" {
	default_container
	command -v script > /dev/null || skip "there is no script(1)"
	edit '.process.args = ["sleep", "20"]'
	script -qec "'$RUNTIME' --root '$ROOT' run --bundle '$BUNDLE' '$ID'" /dev/null > /dev/null 3>&- < /dev/null &
	terminal=$!
	eventually has_status running
	PID=$(pid_of)
	audit --format json
	oci kill "$ID" KILL
	wait "$terminal" || true
	if [ "$(cat /proc/sys/dev/tty/legacy_tiocsti 2> /dev/null)" = 0 ]; then
		says "kernel refuses TIOCSTI"
	else
		gains terminal /dev/pts/
	fi
}

@test "limits take effect from above, and what is not limited is not tried" {
	local parent

	default_container '.linux.resources.memory.limit = 50331648'
	audit --format json
	equal "$(jq -r '.[] | select(.check == "limits/memory").detail' <<< "$output" | cut -d' ' -f1-2)" "50331648 bytes,"
	unset PID
	default_container 'del(.linux.resources.memory, .linux.resources.pids, .linux.resources.cpu)'
	finds_nothing
	equal "$(outcomes "not tried" | grep limits)" $'limits/cpu\nlimits/memory\nlimits/pids'
	unset PID
	# half of it by the group above
	default_container --arg group "/$HULL_TEST_TOKEN/above/$ID" '.linux.cgroupsPath = $group'
	start_sleeper
	PID=$(pid_of)
	parent=$(cgroup_dir pids "/$HULL_TEST_TOKEN/above")
	echo 32 > "$parent/pids.max"
	audit --format json
	equal "$(jq -r '.[] | select(.check == "limits/pids").detail' <<< "$output")" \
		"32 processes, the least of 3 groups, in /$HULL_TEST_TOKEN/above"
	oci delete --force "$ID"
	rmdir /sys/fs/cgroup/{,*/}"$HULL_TEST_TOKEN/above" 2> /dev/null || true
	not test -d "$parent"
}

@test "nothing of the target is changed" {
	default_container '.process.args = ["sh", "-c", "trap \"echo signal\" USR1 TERM INT; while :; do sleep 1; done"]'
	oci run --detach --bundle "$BUNDLE" "$ID" < /dev/null > "$T/$ID.out" 2>&1
	PID=$(pid_of)
	stat -c '%n %s %Y %Z' "$BUNDLE"/rootfs/* > "$T/before"
	cat "/proc/$PID/mountinfo" >> "$T/before"
	for try in 1 2 3 4 5 6 7 8 9 10; do
		finds_nothing
		grep -q '^TracerPid:.0$' "/proc/$PID/status"
	done
	{ stat -c '%n %s %Y %Z' "$BUNDLE"/rootfs/*; cat "/proc/$PID/mountinfo"; } | diff "$T/before" -
	not grep -q signal "$T/$ID.out"
	has_status running
}

@test "without a stop and without a probe that is said" {
	default_container
	finds_nothing --no-stop --no-probe
	equal "$(outcomes "not tried")" \
		$'devices/nodes\nids\nkernel-addresses\nkeys\nmasks\nnamespace/user\nread-only\nseccomp\nsystem-calls'
}

@test "a container that stands still is not waited for" {
	default_container
	start_sleeper
	PID=$(pid_of)
	oci pause "$ID"
	SECONDS=0
	audit --format json
	oci resume "$ID"
	[ "$SECONDS" -lt 5 ]
	equal "$(jq -r '.[] | select(.check == "namespace/pid").outcome' <<< "$output")" holds
}

@test "an ordinary user is told what could not be tried" {
	default_container
	start_sleeper
	PID=$(pid_of)
	run timeout 20 setpriv --reuid 1000 --regid 1000 --clear-groups "$HULL" audit "$PID" < /dev/null 3>&-
	exits_with 125
	says "process $PID: its namespaces may not be seen"
}

@test "an ordinary user looks at what is his own" {
	cp "$HULL" "$T/hull"
	chmod 755 "$T" "$T/hull" "$HULL_TEST_WORK"
	setpriv --reuid 1000 --regid 1000 --clear-groups unshare --user --map-root-user --mount --pid --fork --mount-proc \
		sleep 20 3>&- < /dev/null &
	eventually pgrep -u 1000 -x sleep
	PID=$(pgrep -u 1000 -x sleep)
	run timeout 20 setpriv --reuid 1000 --regid 1000 --clear-groups "$T/hull" audit --format json "$PID" < /dev/null 3>&-
	kill "$PID"
	exits_with 1
	equal "$(jq -r '.[] | select(.check | test("^namespace/(user|mnt)$")).outcome' <<< "$output" | sort -u)" holds
	equal "$(jq -r '.[] | select(.check == "capabilities").detail' <<< "$output")" "whatever it has ends at its user namespace"
	equal "$(jq -r '.[] | select(.check == "ids").outcome' <<< "$output")" holds
	gains namespace/net "is the host's"
	gains masks /proc/interrupts
}

@test "a target that is not there, two targets, a format that is not known" {
	run "$HULL" audit 4194304
	exits_with 125
	says "4194304: no such process or container"
	run "$HULL" audit
	exits_with 125
	run "$HULL" audit --format yaml 1
	exits_with 125
}
