#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What `features` promises is what containers can have: each name that it prints is used in a
# container, and each false is refused by name.

load lib

setup_file() {
	"$RUNTIME" --version | grep -q '^hull-oci' || skip "features of this runtime"
	[ -n "${HULL_TEST_TOKEN:-}" ] && snapshot > "$BATS_FILE_TMPDIR/before"
}

# features_of JQ: one value a line
features_of() {
	"$RUNTIME" features | jq -r "$1"
}

# works WHAT [SCRIPT]: runs a container of $BUNDLE; notes WHAT among those that do not work
works() {
	run_in "${2:-true}"
	[ "$status" = 0 ] || broken+="$1: $output"$'\n'
}

all_work() {
	equal "$broken" ""
}

setup() {
	local file=${BATS_TEST_FILENAME##*/}

	T=$HULL_TEST_WORK/${file%.bats}-$BATS_TEST_NUMBER
	ROOT=$T/root
	n_bundles=0
	broken=
	mkdir -p "$ROOT"
}

@test "ociVersionMin and ociVersionMax: both are taken, what is below and above not or by 1.x" {
	local version

	bundle
	for version in $(features_of '.ociVersionMin, .ociVersionMax'); do
		edit --arg version "$version" '.ociVersion = $version'
		works "$version"
	done
	all_work
}

@test "hooks: each kind runs" {
	local kind

	for kind in $(features_of '.hooks[]'); do
		bundle
		# seen by startContainer in the container, by the others on the host
		mkdir -p "$BUNDLE/rootfs$T"
		printf '#!/bin/sh\n: > %s/ran-%s\n' "$T" "$kind" | tee "$T/hook" > "$BUNDLE/rootfs$T/hook"
		chmod 755 "$T/hook" "$BUNDLE/rootfs$T/hook"
		edit --arg kind "$kind" --arg path "$T/hook" '.hooks[$kind] = [{ path: $path }]'
		works "$kind"
		[ -e "$T/ran-$kind" ] || [ -e "$BUNDLE/rootfs$T/ran-$kind" ] || broken+="$kind did not run"
	done
	all_work
}

# option_source OPTION: the mount that an option is tried with
option_mount() {
	case $1 in
	bind | rbind | ro | rro) add_mount /mnt bind "$T/source" bind "$1" ;;
	idmap | ridmap)
		add_mount /mnt bind "$T/source" rbind "$1"
		edit '.mounts[-1] += { uidMappings: [{ containerID: 0, hostID: 1000, size: 1 }],
			gidMappings: [{ containerID: 0, hostID: 1000, size: 1 }] }'
		;;
	remount)
		add_mount /mnt tmpfs tmpfs
		add_mount /mnt tmpfs tmpfs remount ro
		;;
	*) add_mount /mnt tmpfs tmpfs "$1" ;;
	esac
}

@test "mountOptions: each is understood, none goes to the file system" {
	local option

	mkdir "$T/source"
	for option in $(features_of '.mountOptions[]'); do
		# what needs a newer kernel is refused by name: mounts.bats
		[[ -z $WITHOUT || $option != *idmap ]] || continue
		bundle
		option_mount "$option"
		works "$option"
		rm -r "$BUNDLE"
	done
	all_work
	bundle
	option_mount wormhole
	run_in true
	exits_with 1
}

@test "linux.namespaces: each can be new" {
	local type file

	for type in $(features_of '.linux.namespaces[]'); do
		case $type in
		user) user_bundle ;;
		*) bundle ;;
		esac
		edit --arg type "$type" '.linux.namespaces |= (map(select(.type != $type)) + [{ type: $type }])'
		file=$(sed 's/^mount$/mnt/; s/^network$/net/' <<< "$type")
		works "$type" "readlink /proc/self/ns/$file"
		differs "$output" "$(readlink "/proc/self/ns/$file")"
	done
	all_work
}

@test "linux.capabilities: each is the one of its number" {
	local name number=0 own mask

	own=$((0x$(awk '/^CapPrm/ { print $2 }' /proc/self/status)))
	for name in $(features_of '.linux.capabilities[]'); do
		mask=$((1 << number))
		number=$((number + 1))
		# one that we lack ourselves cannot be given
		[ $((own & mask)) != 0 ] || continue
		bundle --arg name "$name" \
			'.process.capabilities = ([["bounding", "effective", "permitted"][] | { (.): [$name] }] | add)'
		works "$name" "awk '/^CapEff/ { print \$2 }' /proc/self/status"
		equal "$((0x${lines[0]}))" "$mask"
	done
	all_work
}

@test "linux.cgroup: v1 and v2, and systemd" {
	equal "$(features_of '[.linux.cgroup.v1, .linux.cgroup.v2] | all')" true
	bundle '.linux.resources.pids = { limit: 100 } | .process.args = ["true"]'
	run_bundle
	succeeds
	edit 'del(.linux.resources.pids)' # not every hybrid host has the controller there
	in_cgroup_v2 'oci run --bundle "$BUNDLE" "$ID"'
	succeeds
	equal "$(features_of '[.linux.cgroup.systemd, .linux.cgroup.systemdUser] | all')" true # systemd.bats
}

# filtered FILTER: runs getpgid under it; without a syscall where the action ends the process
filtered() {
	bundle --argjson filter "$1" '.linux.seccomp = $filter | .process.args = ["syscall", "getpgid"]'
	run_bundle
}

@test "linux.seccomp.actions: each does what it is called" {
	local action

	for action in $(features_of '.linux.seccomp.actions[]'); do
		[ "$action" != SCMP_ACT_NOTIFY ] || continue # tests of its own: seccomp.bats
		filtered '{ "defaultAction": "SCMP_ACT_ALLOW",
			"syscalls": [{ "names": ["getpgid"], "action": "'"$action"'" }] }'
		case $action in
		SCMP_ACT_ALLOW | SCMP_ACT_LOG) succeeds ;;
		SCMP_ACT_KILL*) exits_with 159 ;;                 # SIGSYS
		SCMP_ACT_TRAP) prints "trapped getpgid 0" ;;
		SCMP_ACT_ERRNO) says 1 ;;                         # EPERM
		SCMP_ACT_TRACE) says 38 ;;                        # ENOSYS: nobody traces
		*) false ;;
		esac
	done
}

@test "linux.seccomp.operators, archs and flags: each is taken, and a flag that is not supported is named" {
	local name

	for name in $(features_of '.linux.seccomp.operators[]'); do
		filtered '{ "defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{ "names": ["getpgid"],
			"action": "SCMP_ACT_ERRNO", "args": [{ "index": 0, "value": 77, "valueTwo": 77, "op": "'"$name"'" }] }] }'
		[[ $output != *config* ]] || broken+="$name: $output"$'\n'
	done
	for name in $(features_of '.linux.seccomp.archs[]'); do
		filtered '{ "defaultAction": "SCMP_ACT_ALLOW", "architectures": ["'"$name"'"],
			"syscalls": [{ "names": ["swapon"], "action": "SCMP_ACT_ERRNO" }] }'
		[[ $output != *config* ]] || broken+="$name: $output"$'\n'
	done
	filtered '{ "defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_S390X"] }'
	exits_with 1
	says SCMP_ARCH_S390X /linux/seccomp/architectures/0
	for name in $(features_of '.linux.seccomp.supportedFlags[]'); do
		[ "$name" != SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV ] || continue # with NOTIFY: seccomp.bats
		filtered '{ "defaultAction": "SCMP_ACT_ALLOW", "flags": ["'"$name"'"],
			"syscalls": [{ "names": ["swapon"], "action": "SCMP_ACT_ERRNO" }] }'
		[ "$status" = 0 ] || broken+="$name: $output"$'\n'
	done
	all_work
	for name in $(features_of '.linux.seccomp | .knownFlags - .supportedFlags | .[]'); do
		filtered '{ "defaultAction": "SCMP_ACT_ALLOW", "flags": ["'"$name"'"] }'
		exits_with 1
		says "$name"
	done
}

@test "linux.apparmor and linux.selinux: the field is known, and without the module refused by name" {
	equal "$(features_of '[.linux.apparmor.enabled, .linux.selinux.enabled] | all')" true
	bundle
	[ -d /sys/kernel/security/apparmor ] || {
		edit '.process.apparmorProfile = "some-profile"'
		run_in true
		exits_with 1
		says some-profile /process/apparmorProfile
	}
	bundle
	[ -d /sys/fs/selinux ] || {
		edit '.process.selinuxLabel = "some-label"'
		run_in true
		exits_with 1
		says some-label /process/selinuxLabel
	}
}

@test "linux.memoryPolicy: each mode and flag reaches the kernel" {
	local name nodes

	for name in $(features_of '.linux.memoryPolicy.modes[]'); do
		nodes=0
		[[ $name != MPOL_DEFAULT && $name != MPOL_LOCAL ]] || nodes=
		bundle --arg mode "$name" --arg nodes "$nodes" '.linux.memoryPolicy = { mode: $mode, nodes: $nodes }'
		works "$name" 'cut -d" " -f2 /proc/self/numa_maps | head -n 1'
	done
	for name in $(features_of '.linux.memoryPolicy.flags[]'); do
		bundle --arg flag "$name" '.linux.memoryPolicy = { mode: "MPOL_BIND", nodes: "0", flags: [$flag] }'
		works "$name" 'cut -d" " -f2 /proc/self/numa_maps | head -n 1'
	done
	all_work
}

@test "linux.mountExtensions.idmap: the ids of a bind mount are mapped" {
	equal "$(features_of .linux.mountExtensions.idmap.enabled)" true
	needs_newer_calls "idmapped mounts"
	mkdir "$T/source"
	touch "$T/source/file"
	chown 1000:1000 "$T/source/file"
	bundle
	add_mount /mnt bind "$T/source" rbind
	edit '.mounts[-1] += { uidMappings: [{ containerID: 1000, hostID: 4711, size: 1 }],
		gidMappings: [{ containerID: 1000, hostID: 4712, size: 1 }] }'
	run_in 'stat -c "%u %g" /mnt/file'
	prints "4711 4712"
}

@test "linux.intelRdt and linux.netDevices: the fields are known" {
	equal "$(features_of '.linux.intelRdt | [.enabled, .schemata, .monitoring] | all')" true
	equal "$(features_of '.linux.netDevices.enabled')" true
	# what they do: resctrl.bats and netdevices.bats
	bundle '.linux.intelRdt = { closID: "../x" }'
	run_in true
	exits_with 1
	says /linux/intelRdt
	bundle '.linux.netDevices = { wormhole0: {} }'
	run_in true
	exits_with 1
	says wormhole0 /linux/netDevices
}

@test "annotations: checkpoint is what its probe says, the version is that of --version" {
	local answer=true

	"$RUNTIME" checkpoint --help > /dev/null 2>&1 || answer=false
	equal "$(features_of '.annotations["org.opencontainers.runc.checkpoint.enabled"]')" "$answer"
	equal "$(features_of '.annotations["org.hull.version"]')" "$("$RUNTIME" --version | awk 'NR == 1 { print $3 }')"
}

@test "potentiallyUnsafeConfigAnnotations: every annotation that changes something is covered" {
	equal "$(features_of '.potentiallyUnsafeConfigAnnotations | index("run.oci.") != null')" true
	# one that is not covered changes nothing: annotations.bats
}

@test "nothing is in it that the specification of its version does not know" {
	equal "$(features_of 'keys - ["ociVersionMin", "ociVersionMax", "hooks", "mountOptions", "linux",
		"annotations", "potentiallyUnsafeConfigAnnotations"] | length')" 0
	equal "$(features_of '.linux | keys - ["namespaces", "capabilities", "cgroup", "seccomp", "apparmor",
		"selinux", "intelRdt", "memoryPolicy", "mountExtensions", "netDevices"] | length')" 0
}
