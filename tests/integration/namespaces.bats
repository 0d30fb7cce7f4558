#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The eight namespaces: new, joined by path or the host's; what is seen inside, and that the other
# side stays as it was.

load lib

# OCI type → name below /proc/PID/ns
kernel_name() {
	case $1 in
	mount) echo mnt ;;
	network) echo net ;;
	*) echo "$1" ;;
	esac
}

own() { # own TYPE: ours
	namespace_of "$(kernel_name "$1")" self
}

theirs() { # theirs TYPE [ID]: the container's
	namespace_of "$(kernel_name "$1")" "$(pid_of "${2:-}")"
}

# held TYPE...: new namespaces of these types, held by a process; $holder is its pid
held() {
	local flags=() type
	for type in "$@"; do
		case $type in
		network) flags+=(--net) ;;
		*) flags+=("--$type") ;;
		esac
	done
	unshare "${flags[@]}" sh -c 'echo; exec sleep 1000' > "$T/holding" 2> /dev/null 3>&- &
	holder=$!
	eventually test -s "$T/holding"
	[[ " $* " != *" user "* ]] || {
		echo "0 100000 65536" > "/proc/$holder/uid_map"
		echo "0 100000 65536" > "/proc/$holder/gid_map"
	}
}

release() {
	kill -9 "$holder"
	wait "$holder" || true
}

# join TYPE PID: config.json joins PID's namespace
join() {
	namespace_path "$1" "/proc/$2/ns/$(kernel_name "$1")"
}

# ---- inside is not outside ------------------------------------------------------------------------

@test "mount, pid, network, ipc, uts and cgroup namespaces are new when they are listed" {
	start_sleeper
	local type
	for type in mount pid network ipc uts cgroup; do
		differs "$(theirs $type)" "$(own $type)"
	done
	equal "$(theirs user)" "$(own user)"
	equal "$(theirs time)" "$(own time)"
}

@test "the user namespace is new when it is listed" {
	user_bundle
	start_sleeper
	local type
	for type in user mount pid network ipc uts cgroup; do
		differs "$(theirs $type)" "$(own $type)"
	done
}

@test "the time namespace is new when it is listed" {
	skip_on_runc "1.1.5 has no time namespace"
	bundle '.linux.namespaces += [{ type: "time" }]'
	start_sleeper
	differs "$(theirs time)" "$(own time)"
}

@test "all eight namespaces together are new" {
	skip_on_runc "1.1.5 has no time namespace"
	user_bundle '.linux.namespaces += [{ type: "time" }]'
	start_sleeper
	local type
	for type in user mount pid network ipc uts cgroup time; do
		differs "$(theirs $type)" "$(own $type)"
	done
}

@test "what is not listed is the host's" {
	bundle '.linux.namespaces = [{ type: "mount" }] | del(.hostname) | .mounts |= map(select(.type != "sysfs"))'
	start_sleeper
	local type
	for type in pid network ipc uts cgroup user time; do
		equal "$(theirs $type)" "$(own $type)"
	done
	differs "$(theirs mount)" "$(own mount)"
}

@test "two containers share no namespace" {
	start_sleeper
	local first=$ID type
	bundle
	start_sleeper
	for type in mount pid network ipc uts cgroup; do
		differs "$(theirs $type)" "$(theirs $type "$first")"
	done
}

@test "the order in which namespaces are listed does not matter" {
	user_bundle '.linux.namespaces |= reverse'
	run_in 'echo $$; id -u; hostname'
	prints $'1\n0\ninside'
	user_bundle '.linux.namespaces |= sort_by(.type)'
	run_in 'echo $$; id -u; hostname'
	prints $'1\n0\ninside'
}

# ---- joined by path -------------------------------------------------------------------------------

@test "network, ipc, uts and cgroup namespaces are joined by the path of another container's" {
	start_sleeper
	local first=$ID pid type
	pid=$(pid_of)
	bundle 'del(.hostname)'
	for type in network ipc uts cgroup; do
		join $type "$pid"
	done
	start_sleeper
	for type in network ipc uts cgroup; do
		equal "$(theirs $type)" "$(theirs $type "$first")"
	done
	differs "$(theirs mount)" "$(theirs mount "$first")"
	differs "$(theirs pid)" "$(theirs pid "$first")"
}

@test "namespaces that something else made are joined by path and outlive the container" {
	held network ipc uts
	bundle 'del(.hostname)'
	join network "$holder"
	join ipc "$holder"
	join uts "$holder"
	start_sleeper
	equal "$(theirs network)" "$(namespace_of net "$holder")"
	equal "$(theirs ipc)" "$(namespace_of ipc "$holder")"
	equal "$(theirs uts)" "$(namespace_of uts "$holder")"
	oci delete --force "$ID"
	[ -d "/proc/$holder" ]
	release
}

@test "a namespace is joined by the path of a bind mount" {
	touch "$T/net"
	unshare --net="$T/net" true
	bundle
	namespace_path network "$T/net"
	start_sleeper
	equal "$(theirs network)" "net:[$(stat -Lc %i "$T/net")]"
	oci delete --force "$ID"
	umount "$T/net"
}

@test "a pid namespace is joined by path: the process is not number 1 and sees the other's" {
	start_sleeper
	local pid
	pid=$(pid_of)
	bundle
	join pid "$pid"
	run_in 'echo $$; tr "\0" " " < /proc/1/cmdline'
	succeeds
	differs "${lines[0]}" 1
	equal "${lines[1]}" "sleep 1000 "
}

@test "the processes of a container in a joined pid namespace end with delete --force" {
	start_sleeper
	local first=$ID pid
	pid=$(pid_of)
	bundle
	join pid "$pid"
	set_script 'sleep 2000 & echo > /ready; wait'
	oci run --detach --bundle "$BUNDLE" "$ID" < /dev/null > /dev/null 2>&1
	eventually test -e "$BUNDLE/rootfs/ready"
	oci delete --force "$ID"
	equal "$(state_of status "$first")" running
	equal "$(foreign_processes | wc -l)" 1
}

@test "a time namespace is joined by path and shows its offset" {
	skip_on_runc "1.1.5 has no time namespace"
	bundle '.linux.namespaces += [{ type: "time" }] | .linux.timeOffsets = { boottime: { secs: 100000 } }'
	start_sleeper
	local first=$ID pid
	pid=$(pid_of)
	bundle
	join time "$pid"
	start_shell
	equal "$(theirs time)" "$(theirs time "$first")"
	inside 'cut -d. -f1 /proc/uptime'
	between "$output" 100000 $(($(cut -d. -f1 /proc/uptime) + 100060))
}

@test "a user namespace is joined by path together with those that it owns" {
	user_bundle
	start_sleeper
	local first=$ID pid type
	pid=$(pid_of)
	user_bundle 'del(.hostname)'
	is_runc || edit 'del(.linux.uidMappings, .linux.gidMappings)'
	for type in user network ipc uts; do
		join $type "$pid"
	done
	start_shell
	for type in user network ipc uts; do
		equal "$(theirs $type)" "$(theirs $type "$first")"
	done
	inside 'id -u; tr -s " " < /proc/self/uid_map'
	equal "${lines[*]}" "0  0 100000 65536"
}

@test "a user namespace that something else made is joined by path" {
	held user
	user_bundle
	is_runc || edit 'del(.linux.uidMappings, .linux.gidMappings)'
	join user "$holder"
	start_shell
	equal "$(theirs user)" "$(namespace_of user "$holder")"
	inside 'id -u'
	equal "$output" 0
	equal "$(stat -c %u "/proc/$(pid_of)")" 100000
	oci delete --force "$ID"
	release
}

@test "the host's network namespace is joined from within a new user namespace" {
	user_bundle '.mounts |= map(select(.type != "sysfs"))'
	without_namespace network
	start_sleeper
	equal "$(theirs network)" "$(own network)"
	differs "$(theirs user)" "$(own user)"
}

@test "a namespace owned by the host is joined by a container with a new user namespace" {
	held network
	user_bundle '.mounts |= map(select(.type != "sysfs"))'
	join network "$holder"
	start_sleeper
	equal "$(theirs network)" "$(namespace_of net "$holder")"
	differs "$(theirs user)" "$(own user)"
	oci delete --force "$ID"
	release
}

# ---- uts ------------------------------------------------------------------------------------------

@test "the host name is the configured one inside and unchanged outside" {
	local before
	before=$(hostname)
	bundle '.hostname = "somewhere.example"'
	run_in hostname
	prints somewhere.example
	equal "$(hostname)" "$before"
}

@test "a host name set inside is seen by who shares the namespace and not by the host" {
	local before first
	before=$(hostname)
	bundle
	with_all_capabilities
	start_shell
	first=$ID
	bundle 'del(.hostname)'
	join uts "$(pid_of "$first")"
	start_shell
	inside -i "$first" 'hostname changed'
	equal "$status" 0
	inside hostname
	equal "$output" changed
	equal "$(hostname)" "$before"
}

@test "without hostname a new uts namespace keeps the host's name" {
	bundle 'del(.hostname)'
	run_in hostname
	prints "$(hostname)"
}

@test "hostname without a uts namespace of its own is refused" {
	bundle
	without_namespace uts
	run_in hostname
	[ "$status" != 0 ]
	matches "${output,,}" 'hostname.*uts|uts.*hostname'
	nothing_left
}

@test "the domain name is the configured one inside only" {
	skip_on_runc "1.1.5 does not know domainname"
	local before
	before=$(cat /proc/sys/kernel/domainname)
	bundle '.domainname = "cluster.example"'
	run_in 'cat /proc/sys/kernel/domainname'
	prints cluster.example
	equal "$(cat /proc/sys/kernel/domainname)" "$before"
}

# ---- network --------------------------------------------------------------------------------------

@test "a new network namespace has lo, which is up, and nothing else" {
	bundle
	run_in 'ip -o addr | grep -c "lo .*127.0.0.1/8"; cat /sys/class/net/lo/flags; ip -o link | grep -c UP'
	prints $'1\n0x9\n1'
}

@test "lo is up in a network namespace of a new user namespace, too" {
	user_bundle
	run_in 'cat /sys/class/net/lo/flags; ip -o addr | grep -c 127.0.0.1/8'
	prints $'0x9\n1'
}

@test "lo of a joined network namespace is left as it is" {
	held network
	bundle
	join network "$holder"
	run_in 'cat /sys/class/net/lo/flags'
	prints 0x8
	release
}

@test "two containers hold the same port, each its own, and the host does not see it" {
	local id first serve
	# shellcheck disable=SC2016
	serve='mkdir /www; hostname > /www/name; httpd -p 8080 -h /www; true'
	bundle '.hostname = "one"'
	start_shell
	first=$ID
	bundle '.hostname = "two"'
	start_shell
	for id in "$first" "$ID"; do
		inside -i "$id" "$serve"
		equal "$status" 0
		# 8080 is 1F90, listening is 0A
		inside -i "$id" 'grep -c ":1F90 .* 0A " /proc/net/tcp /proc/net/tcp6 | grep -vc ":0$"'
		equal "$output" 1
	done
	inside -i "$first" 'printf "GET /name HTTP/1.0\r\n\r\n" | nc 127.0.0.1 8080 | tail -n 1'
	equal "$output" one
	inside 'printf "GET /name HTTP/1.0\r\n\r\n" | nc 127.0.0.1 8080 | tail -n 1'
	equal "$output" two
	not grep ':1F90 .* 0A ' /proc/net/tcp /proc/net/tcp6
}

@test "containers that share a network namespace reach each other at 127.0.0.1" {
	local first
	bundle
	start_shell
	first=$ID
	inside 'mkdir /www; echo from the first > /www/x; httpd -p 8081 -h /www'
	bundle
	join network "$(pid_of "$first")"
	start_shell
	inside 'printf "GET /x HTTP/1.0\r\n\r\n" | nc 127.0.0.1 8081 | tail -n 1'
	equal "$output" "from the first"
}

# ---- ipc ------------------------------------------------------------------------------------------

@test "shared memory is shared by who shares the ipc namespace, and by nobody else" {
	local first key=0x68756c6c
	bundle '.process.args = ["sh"]'
	start_shell
	first=$ID
	inside "probe shm-make $key"
	equal "$output" made
	bundle
	run_in "probe shm-find $key"
	prints none
	equal "$(probe shm-find $key)" none
	bundle
	join ipc "$(pid_of "$first")"
	run_in "probe shm-find $key"
	prints found
}

@test "message queues are shared by who shares the ipc namespace, and by nobody else" {
	local first
	bundle
	start_shell
	first=$ID
	inside "touch /dev/mqueue/$HULL_TEST_TOKEN; ls /dev/mqueue"
	equal "$output" "$HULL_TEST_TOKEN"
	bundle
	run_in 'ls /dev/mqueue'
	prints ""
	[ ! -e "/dev/mqueue/$HULL_TEST_TOKEN" ]
	bundle
	join ipc "$(pid_of "$first")"
	run_in 'ls /dev/mqueue'
	prints "$HULL_TEST_TOKEN"
}

# ---- pid ------------------------------------------------------------------------------------------

@test "the process is number 1 inside and another number outside" {
	start_shell
	inside 'echo $$; grep NSpid /proc/1/status | tr -s "\t" " "'
	equal "${lines[0]}" 1
	equal "${lines[1]}" "NSpid: 1"
	differs "$(pid_of)" 1
	equal "$(awk '/^NSpid/ { print $2, $NF }' "/proc/$(pid_of)/status")" "$(pid_of) 1"
}

@test "only the container's own processes are seen inside" {
	bundle
	run_in 'ls /proc | grep -c "^[0-9]"; ps | grep -c "[s]leep 1000"'
	equal "${lines[1]}" 0
	between "${lines[0]}" 1 4
}

@test "a process outside cannot be signalled from inside" {
	sleep 1000 3>&- &
	local outside=$!
	bundle
	with_all_capabilities
	# a number far above those inside
	while [ "$outside" -lt 50 ]; do
		kill "$outside"
		sleep 1000 3>&- &
		outside=$!
	done
	run_in "kill -9 $outside"
	[ "$status" != 0 ]
	says "No such process"
	[ -d "/proc/$outside" ]
	kill "$outside"
}

@test "all processes of a container end with its first one" {
	bundle
	set_script 'sleep 3000 & setsid sleep 3000 & until [ "$(pidof sleep | wc -w)" = 2 ]; do :; done; exit 0'
	oci run --bundle "$BUNDLE" "$ID" < /dev/null > /dev/null 2>&1
	nothing_left
}

@test "an orphan's new parent is process 1 inside" {
	bundle
	run_in 'sh -c "sleep 1000 & echo \$! > /orphan"; cut -d" " -f4 "/proc/$(cat /orphan)/stat"'
	prints 1
}

# ---- user -----------------------------------------------------------------------------------------

@test "the id maps are those of the configuration" {
	user_bundle '.linux.uidMappings = [
			{ containerID: 0, hostID: 100000, size: 1000 }, { containerID: 1000, hostID: 1000, size: 1 },
			{ containerID: 1001, hostID: 101001, size: 5000 }]
		| .linux.gidMappings = [{ containerID: 0, hostID: 100000, size: 65536 }]'
	run_in 'tr -s " " < /proc/self/uid_map; tr -s " " < /proc/self/gid_map'
	prints $' 0 100000 1000\n 1000 1000 1\n 1001 101001 5000\n 0 100000 65536'
}

@test "root inside is an ordinary user outside, and what it makes belongs to that one" {
	user_bundle
	start_shell
	inside 'id -u; touch /made; stat -c %u /made'
	equal "${lines[*]}" "0 0"
	equal "$(stat -c %u:%g "$BUNDLE/rootfs/made")" 100000:100000
	equal "$(awk '/^Uid/ { print $2, $3, $4, $5 }' "/proc/$(pid_of)/status")" "100000 100000 100000 100000"
}

@test "another user inside is mapped, too" {
	user_bundle '.process.user = { uid: 1000, gid: 1000 }'
	start_sleeper
	equal "$(stat -c %u:%g "/proc/$(pid_of)")" 101000:101000
}

@test "what belongs to nobody inside cannot be changed there by root" {
	user_bundle
	with_all_capabilities
	touch "$BUNDLE/rootfs/host-file"
	run_in 'stat -c %u /host-file; chown 0:0 /host-file'
	[ "$status" != 0 ]
	equal "${lines[0]}" 65534
	equal "$(stat -c %u "$BUNDLE/rootfs/host-file")" 0
}

@test "capabilities in a user namespace do not reach the host" {
	user_bundle
	with_all_capabilities
	run_in 'grep -c . /proc/self/uid_map; mknod /x c 1 3; hostname changed; hostname'
	equal "${lines[-1]}" changed
	says "not permitted"
}

@test "a user whom the maps do not contain is refused" {
	user_bundle '.process.user = { uid: 70000, gid: 0 }'
	run_in true
	refused_for /process/user
	nothing_left
}

@test "mappings without a user namespace are refused" {
	bundle '.linux.uidMappings = [{ containerID: 0, hostID: 100000, size: 65536 }]'
	run_in true
	[ "$status" != 0 ] || skip_on_runc "1.1.5 ignores them"
	is_runc || says "/linux/uidMappings"
	nothing_left
}

@test "a user namespace without mappings is refused" {
	bundle '.linux.namespaces += [{ type: "user" }]'
	run_in true
	refused_for /linux/uidMappings
	nothing_left
}

# ---- cgroup ---------------------------------------------------------------------------------------

@test "the container's own group is the root of its cgroup namespace" {
	start_shell
	inside 'cut -d: -f3 /proc/self/cgroup | sort -u'
	equal "$output" /
	grep -q "$CGROUP" "/proc/$(pid_of)/cgroup"
}

@test "without a cgroup namespace the container sees its group's path" {
	bundle
	without_namespace cgroup
	run_in 'cat /proc/self/cgroup'
	says "$CGROUP"
}

@test "a mounted cgroup hierarchy shows the container's own group as its root" {
	bundle
	add_mount /sys/fs/cgroup cgroup cgroup ro nosuid noexec nodev
	run_in 'if [ -e /sys/fs/cgroup/cgroup.procs ]; then cat /sys/fs/cgroup/cgroup.procs
		else cat /sys/fs/cgroup/pids/cgroup.procs; fi | head -n 1'
	prints 1
}

# ---- time -----------------------------------------------------------------------------------------

@test "a clock offset shows inside only" {
	skip_on_runc "1.1.5 has no time namespace"
	local before monotonic boot
	read -r monotonic boot <<< "$(probe clock)"
	bundle '.linux.namespaces += [{ type: "time" }]
		| .linux.timeOffsets = { monotonic: { secs: 50000 }, boottime: { secs: 86400, nanosecs: 5 } }'
	run_in 'probe clock; cut -d. -f1 /proc/uptime'
	succeeds
	read -r inside_monotonic inside_boot <<< "${lines[0]}"
	between "$inside_monotonic" $((monotonic + 50000)) $((monotonic + 50030))
	between "$inside_boot" $((boot + 86400)) $((boot + 86430))
	between "${lines[1]}" $((boot + 86400)) $((boot + 86430))
	read -r monotonic before <<< "$(probe clock)"
	between "$before" "$boot" $((boot + 30))
}

@test "clock offsets hold in a new user namespace, too" {
	skip_on_runc "1.1.5 has no time namespace"
	local boot
	boot=$(cut -d. -f1 /proc/uptime)
	user_bundle '.linux.namespaces += [{ type: "time" }] | .linux.timeOffsets = { boottime: { secs: 86400 } }'
	run_in 'cut -d. -f1 /proc/uptime'
	succeeds
	between "$output" $((boot + 86400)) $((boot + 86430))
}

@test "clock offsets without a new time namespace are refused" {
	skip_on_runc "1.1.5 has no time namespace"
	bundle '.linux.timeOffsets = { boottime: { secs: 86400 } }'
	run_in true
	fails_with /linux/timeOffsets
	nothing_left
}

@test "a clock offset that the kernel refuses is an error that names it" {
	skip_on_runc "1.1.5 has no time namespace"
	bundle '.linux.namespaces += [{ type: "time" }] | .linux.timeOffsets = { monotonic: { secs: -9000000000 } }'
	run_in true
	fails_with timeOffsets
	nothing_left
}

# ---- what cannot be -------------------------------------------------------------------------------

@test "a path of another type of namespace is refused and named" {
	local type n
	for type in network ipc uts pid; do
		bundle 'del(.hostname)'
		namespace_path $type /proc/self/ns/mnt
		n=$(jq --arg type $type '.linux.namespaces | map(.type) | index($type)' "$BUNDLE/config.json")
		run_in true
		refused_for "/linux/namespaces/$n/path"
		nothing_left
	done
}

@test "a namespace path that does not exist is refused and named" {
	bundle
	namespace_path network "$T/nowhere"
	run_in true
	fails_with "$T/nowhere" "no such file or directory"
	is_runc || says "/linux/namespaces/5/path"
	nothing_left
}

@test "a namespace path that is an ordinary file or a directory is refused" {
	touch "$T/file"
	local path
	for path in "$T/file" "$T" /dev/null; do
		bundle
		namespace_path network "$path"
		run_in true
		refused_for "/linux/namespaces/5/path"
		nothing_left
	done
}

@test "a namespace listed twice is refused" {
	bundle '.linux.namespaces += [{ type: "ipc" }]'
	run_in true
	refused_for "/linux/namespaces/6"
	nothing_left
}

@test "an unknown namespace type is refused and named" {
	bundle '.linux.namespaces += [{ type: "wormhole" }]'
	run_in true
	fails_with wormhole
	is_runc || says "/linux/namespaces/6/type"
	nothing_left
}

# ---- nested ---------------------------------------------------------------------------------------

# nest DEPTH: $BUNDLE's root file system holds the runtime and the bundle /next of the next level
nest() {
	local outer=$BUNDLE depth=$1
	cp "$RUNTIME" "$outer/rootfs/bin/hull-oci"
	[ "$depth" -gt 1 ] || return 0
	bundle
	nested_config $((depth - 1))
	nest $((depth - 1))
	mv "$BUNDLE" "$outer/rootfs/next"
	BUNDLE=$outer
}

nested_config() {
	with_all_capabilities
	edit --arg depth "$1" '
		.linux.resources = {} | .linux.cgroupsPath = "/nested" | .hostname = "level" + $depth'
	add_mount /sys/fs/cgroup cgroup cgroup rw nosuid noexec nodev
	set_script 'echo "$(hostname) $$ $(readlink /proc/self/ns/pid) $(readlink /proc/self/ns/net)"
		[ ! -d /next ] || hull-oci --root /run/hull run --bundle /next next'
}

@test "a container in a container in a container runs, each in namespaces of its own" {
	skip_on_runc "is not a static program"
	local id
	bundle
	id=$ID
	nested_config 3
	edit --arg cgroup "/$HULL_TEST_TOKEN/$id" '.linux.cgroupsPath = $cgroup'
	nest 3
	ID=$id
	run_bundle
	succeeds
	equal "${#lines[@]}" 3
	matches "${lines[0]}" '^level3 1 pid:'
	matches "${lines[1]}" '^level2 1 pid:'
	matches "${lines[2]}" '^level1 1 pid:'
	equal "$(cut -d' ' -f3 <<< "$output" | sort -u | wc -l)" 3
	equal "$(cut -d' ' -f4 <<< "$output" | sort -u | wc -l)" 3
	nothing_left "$id"
}
