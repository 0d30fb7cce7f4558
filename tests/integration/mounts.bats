#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The root file system, mounts of each type with each option, masked and read-only paths, devices
# and sysctls: all read back from inside.

load lib

# mounted DESTINATION [PREPARATION]: runs the bundle and sets $options (of the mount), $type, $source and
# $super (options of the file system) of the last mount at DESTINATION
mounted() {
	run_in "${2:+$2;} awk '\$5 == \"$1\"' /proc/self/mountinfo | tail -n 1"
	succeeds || return 1
	[ -n "$output" ] || {
		echo "nothing is mounted at $1" >&2
		return 1
	}
	options=$(awk '{ print $6 }' <<< "$output")
	read -r type source super <<< "${output#* - }"
}

has_option() { # has_option LIST OPTION
	[[ ,$1, == *",$2,"* ]] || {
		echo "$2 is not in $1" >&2
		return 1
	}
}

lacks_option() {
	[[ ,$1, != *",$2,"* ]] || {
		echo "$2 is in $1" >&2
		return 1
	}
}

# volume: $T/volume with a file, a folder and a file system mounted on that
volume() {
	mkdir -p "$T/volume/sub"
	echo content > "$T/volume/file"
	mount -t tmpfs -o mode=755 below "$T/volume/sub"
	echo below > "$T/volume/sub/file"
}

no_volume() {
	umount "$T/volume/sub"
}

# ---- types ----------------------------------------------------------------------------------------

@test "a bind mount shows the source's files and writes reach them" {
	mkdir "$T/source"
	echo from outside > "$T/source/a"
	bundle
	add_mount /m bind "$T/source" bind
	run_in 'cat /m/a; echo from inside > /m/b'
	prints "from outside"
	equal "$(cat "$T/source/b")" "from inside"
}

@test "bind leaves out what is mounted below, rbind takes it along" {
	volume
	bundle
	add_mount /m bind "$T/volume" bind
	add_mount /r bind "$T/volume" rbind
	run_in 'ls /m/sub | wc -l; cat /r/sub/file'
	prints $'0\nbelow'
	no_volume
}

@test "the type of a bind mount does not matter" {
	mkdir "$T/source"
	touch "$T/source/here"
	bundle
	add_mount /a none "$T/source" bind
	add_mount /b whatever "$T/source" rbind
	edit --arg source "$T/source" '.mounts += [{ destination: "/c", source: $source, options: ["bind"] }]'
	run_in 'ls /a /b /c'
	succeeds
	equal "$(grep -c '^here$' <<< "$output")" 3
}

@test "a relative source of a bind mount is relative to the bundle" {
	bundle
	mkdir "$BUNDLE/data"
	touch "$BUNDLE/data/here"
	add_mount /m bind data bind
	cd /
	run_in 'ls /m'
	prints here
}

@test "a file is bound onto a file" {
	echo outside > "$T/file"
	bundle
	add_mount /etc/group bind "$T/file" bind
	run_in 'cat /etc/group'
	prints outside
}

@test "a missing target of a file is made as a file, with its folders" {
	echo outside > "$T/file"
	bundle
	add_mount /new/folder/file bind "$T/file" bind ro
	run_in 'cat /new/folder/file; stat -c %F /new/folder'
	prints $'outside\ndirectory'
}

@test "a missing target of a folder is made as a folder" {
	bundle
	add_mount /new/folder/m tmpfs tmpfs
	run_in 'stat -c "%F %a" /new/folder'
	prints "directory 755"
}

@test "a folder cannot be bound onto a file" {
	mkdir "$T/source"
	bundle
	add_mount /etc/passwd bind "$T/source" bind
	run_in true
	fails_with "not a directory"
	is_runc || says /mounts/6
	nothing_left
}

@test "proc shows the container's processes and sysfs its network" {
	bundle
	mounted /proc
	equal "$type" proc
	mounted /sys
	equal "$type" sysfs
	has_option "$options" ro
	run_in 'ls /sys/class/net'
	prints lo
}

@test "tmpfs has the size and the mode of its options" {
	bundle
	add_mount /m tmpfs tmpfs size=2m mode=1750
	mounted /m
	equal "$type" tmpfs
	has_option "$super" size=2048k
	has_option "$super" mode=1750
	bundle
	add_mount /m tmpfs tmpfs size=2m mode=1750
	run_in 'stat -c %a /m; dd if=/dev/zero of=/m/file bs=1M count=3'
	equal "${lines[0]}" 1750
	says "No space left on device"
	[ "$status" != 0 ]
}

@test "tmpfs without a mode keeps that of the folder it covers" {
	bundle
	mkdir "$BUNDLE/rootfs/private"
	chmod 711 "$BUNDLE/rootfs/private"
	add_mount /private tmpfs tmpfs
	run_in 'stat -c %a /private'
	prints 711
}

@test "the mode of tmpfs's options counts more than that of the folder it covers" {
	skip_on_runc "1.1.5 takes the folder's"
	bundle
	mkdir "$BUNDLE/rootfs/private"
	add_mount /private tmpfs tmpfs mode=1750
	run_in 'stat -c %a /private'
	prints 1750
}

@test "other options of a file system go to the file system" {
	bundle
	add_mount /m tmpfs tmpfs nr_inodes=17 uid=33 gid=44
	mounted /m
	has_option "$super" nr_inodes=17
	has_option "$super" uid=33
	has_option "$super" gid=44
}

@test "the source of a mount is shown as it was given" {
	bundle
	add_mount /m tmpfs "a name"
	mounted /m
	equal "$source" 'a\040name'
}

@test "devpts is a new instance with its own ptmx" {
	bundle
	mounted /dev/pts
	equal "$type" devpts
	has_option "$super" gid=5
	has_option "$super" ptmxmode=666
	run_in 'ls /dev/pts; readlink /dev/ptmx; stat -c %a /dev/pts/ptmx'
	prints $'ptmx\npts/ptmx\n666'
}

@test "mqueue is mounted" {
	bundle
	mounted /dev/mqueue
	equal "$type" mqueue
}

@test "cgroup is mounted read-only and shows the controllers" {
	bundle
	with_all_capabilities
	add_mount /sys/fs/cgroup cgroup cgroup ro nosuid noexec nodev
	run_in 'for d in /sys/fs/cgroup /sys/fs/cgroup/*; do
			[ ! -e $d/cgroup.procs ] || { echo hierarchy; mkdir $d/new; }
		done'
	says hierarchy
	equal "$(grep -c 'Read-only file system' <<< "$output")" "$(grep -c hierarchy <<< "$output")"
}

@test "cgroup mounted with rw can be written where the container's group is" {
	bundle
	with_all_capabilities
	add_mount /sys/fs/cgroup cgroup cgroup rw nosuid noexec nodev
	run_in 'd=/sys/fs/cgroup; [ -e $d/cgroup.procs ] || d=$d/pids; mkdir $d/new && ls $d/new/cgroup.procs && rmdir $d/new'
	succeeds
	matches "$output" 'new/cgroup.procs$'
}

@test "overlay is mounted with its layers" {
	mkdir -p "$T"/{lower,upper,work}
	echo lower > "$T/lower/file"
	bundle
	add_mount /m overlay overlay "lowerdir=$T/lower" "upperdir=$T/upper" "workdir=$T/work"
	mounted /m
	equal "$type" overlay
	run_in 'cat /m/file; echo changed > /m/file'
	prints lower
	equal "$(cat "$T/lower/file")" lower
	equal "$(cat "$T/upper/file")" changed
}

@test "a file system type that does not exist is refused and named" {
	bundle
	add_mount /m wormholefs none
	run_in true
	fails_with "no such device"
	is_runc || says wormholefs /mounts/6
	nothing_left
}

@test "an option that the file system does not know is refused" {
	bundle
	add_mount /m tmpfs tmpfs wormhole=1
	run_in true
	fails_with "/m"
	is_runc || says /mounts/6
	nothing_left
}

# ---- order and destination ------------------------------------------------------------------------

@test "mounts are made in the order of the list" {
	bundle
	add_mount /a tmpfs first
	add_mount /a/b tmpfs second
	add_mount /c/d tmpfs third
	add_mount /c tmpfs fourth
	run_in 'grep -c " /a/b .*second" /proc/self/mountinfo; ls /a; ls /c'
	prints $'1\nb'
}

@test "a later mount of the same destination covers the earlier one" {
	bundle
	add_mount /m tmpfs first
	add_mount /m tmpfs second nr_inodes=17
	run_in 'df -i /m | grep -c " 17 "; awk "\$5 == \"/m\" { print \$(NF-1) }" /proc/self/mountinfo'
	prints $'1\nfirst\nsecond'
}

@test "a destination through a symbolic link stays in the root file system" {
	local outside=/var/tmp/$HULL_TEST_TOKEN
	bundle
	ln -s ../../../../../../.. "$BUNDLE/rootfs/up"
	ln -s "/var/tmp" "$BUNDLE/rootfs/absolute"
	add_mount "/up/$outside-a" tmpfs one
	add_mount "/absolute/$HULL_TEST_TOKEN-b" tmpfs two
	run_in 'awk "/ one | two / { print \$5 }" /proc/self/mountinfo'
	prints "$outside-a"$'\n'"$outside-b"
	[ ! -e "$outside-a" ]
	[ ! -e "$outside-b" ]
}

@test "a destination with dots stays in the root file system" {
	bundle
	add_mount "/a/../../../../b/./c" tmpfs one
	run_in 'awk "/ one / { print \$5 }" /proc/self/mountinfo'
	prints /b/c
}

@test "a relative destination is taken from the root" {
	bundle '.process.cwd = "/home"'
	add_mount relative/m tmpfs one
	run_in 'awk "/ one / { print \$5 }" /proc/self/mountinfo'
	says /relative/m
	is_runc || prints /relative/m
}

@test "a destination that is a symbolic link to a missing folder is made inside" {
	bundle
	ln -s /made/here "$BUNDLE/rootfs/link"
	add_mount /link tmpfs one
	run_in 'awk "/ one / { print \$5 }" /proc/self/mountinfo'
	prints /made/here
	[ ! -e /made ]
}

@test "a bind mount onto a symbolic link to a host file covers the file inside" {
	echo mine > "$T/file"
	bundle
	ln -s "$T/host-file" "$BUNDLE/rootfs/link"
	echo untouched > "$T/host-file"
	add_mount /link bind "$T/file" bind
	run_in "cat /link $T/host-file"
	prints $'mine\nmine'
	equal "$(cat "$T/host-file")" untouched
}

@test "a missing source is refused and named" {
	bundle
	add_mount /m bind "$T/nowhere" bind
	run_in true
	fails_with "$T/nowhere" "no such file or directory"
	is_runc || says /mounts/6/source
	nothing_left
}

# ---- options --------------------------------------------------------------------------------------

@test "each option of a file system shows in the mount" {
	local option
	for option in ro nosuid nodev noexec noatime nodiratime relatime nosymfollow; do
		bundle
		add_mount /m tmpfs tmpfs "$option"
		mounted /m
		has_option "$options" "$option"
	done
}

@test "sync, dirsync and lazytime show in the file system" {
	local option
	for option in sync dirsync lazytime; do
		bundle
		add_mount /m tmpfs tmpfs "$option"
		mounted /m
		has_option "$super" "$option"
	done
}

@test "strictatime leaves no other access time option" {
	bundle
	add_mount /m tmpfs tmpfs strictatime
	mounted /m
	lacks_option "$options" relatime
	lacks_option "$options" noatime
}

@test "each option of a bind mount shows in the mount and not in the source" {
	local option
	mkdir "$T/source"
	mount -t tmpfs source "$T/source"
	for option in ro nosuid nodev noexec noatime nodiratime nosymfollow; do
		bundle
		add_mount /m bind "$T/source" bind "$option"
		mounted /m
		has_option "$options" "$option"
		touch "$T/source/writable"
	done
	umount "$T/source"
}

@test "a bind mount in a user namespace keeps what the source's mount forbids" {
	skip_on_runc "1.1.5 fails on locked flags"
	mkdir "$T/source"
	mount -t tmpfs -o nosuid,nodev,noexec source "$T/source"
	user_bundle
	add_mount /m bind "$T/source" bind ro
	mounted /m
	umount "$T/source"
	has_option "$options" ro
	has_option "$options" nosuid
	has_option "$options" nodev
	has_option "$options" noexec
}

@test "the opposite of an option later in the list wins" {
	bundle
	add_mount /m tmpfs tmpfs ro nosuid noexec nodev noatime rw suid exec dev atime
	mounted /m
	local option
	has_option "$options" rw
	for option in ro nosuid noexec nodev noatime; do
		lacks_option "$options" "$option"
	done
}

@test "read-only is what it says" {
	mkdir "$T/source"
	bundle
	add_mount /m bind "$T/source" bind ro
	run_in 'touch /m/x'
	fails_with "Read-only file system"
	equal "$(ls "$T/source")" ""
}

@test "noexec is what it says" {
	bundle
	add_mount /m tmpfs tmpfs noexec
	run_in 'cp /bin/busybox /m/true; /m/true'
	exits_with 126
	says "Permission denied"
}

@test "nodev is what it says" {
	bundle '.linux.devices = [{ path: "/bin/device", type: "c", major: 1, minor: 3, fileMode: 438 }]'
	with_all_capabilities
	add_mount /m tmpfs tmpfs nodev
	run_in 'mknod /m/null c 1 3; probe open /m/null'
	fails_with "Permission denied"
}

@test "without a recursive option what is mounted below a bind mount stays writable" {
	volume
	bundle
	add_mount /m bind "$T/volume" rbind ro
	run_in 'touch /m/x; touch /m/sub/x && echo written'
	succeeds
	says "Read-only file system" written
	no_volume
}

@test "each recursive option reaches what is mounted below" {
	local pair
	volume
	for pair in rro:ro rnosuid:nosuid rnodev:nodev rnoexec:noexec rnoatime:noatime rnodiratime:nodiratime \
		rnosymfollow:nosymfollow; do
		bundle
		add_mount /m bind "$T/volume" rbind "${pair%:*}"
		mounted /m
		has_option "$options" "${pair#*:}"
		mounted /m/sub
		has_option "$options" "${pair#*:}"
	done
	grep " $T/volume/sub " /proc/self/mountinfo | grep -q ' rw,relatime '
	no_volume
}

@test "the opposite of a recursive option clears it below" {
	mkdir -p "$T/volume/sub"
	mount -t tmpfs -o ro,nosuid,noexec below "$T/volume/sub"
	bundle
	add_mount /m bind "$T/volume" rbind rrw rsuid rexec
	mounted /m/sub
	has_option "$options" rw
	lacks_option "$options" nosuid
	lacks_option "$options" noexec
	no_volume
}

@test "rro without a user namespace and with one holds against root" {
	volume
	local make
	for make in bundle user_bundle; do
		$make
		with_all_capabilities
		add_mount /m bind "$T/volume" rbind rro
		run_in 'touch /m/x; touch /m/sub/x'
		[ "$status" != 0 ]
		equal "$(grep -c 'Read-only file system' <<< "$output")" 2
	done
	no_volume
}

@test "tmpcopyup fills the tmpfs with what it covers and leaves the original alone" {
	bundle
	mkdir -p "$BUNDLE/rootfs/data/folder"
	echo inner > "$BUNDLE/rootfs/data/folder/file"
	ln -s folder/file "$BUNDLE/rootfs/data/link"
	chown 33:44 "$BUNDLE/rootfs/data/folder/file"
	chmod 640 "$BUNDLE/rootfs/data/folder/file"
	with_all_capabilities
	add_mount /data tmpfs tmpfs tmpcopyup
	mounted /data
	equal "$type" tmpfs
	run_in 'cat /data/link; stat -c "%u %g %a" /data/folder/file; echo changed > /data/folder/file; touch /data/new'
	prints $'inner\n33 44 640'
	equal "$(cat "$BUNDLE/rootfs/data/folder/file")" inner
	[ ! -e "$BUNDLE/rootfs/data/new" ]
}

# ---- idmapped mounts ------------------------------------------------------------------------------

# needs_mapped_tmpfs: the bundles lie on one
needs_mapped_tmpfs() {
	skip_on_runc "1.1.5 has no idmapped mounts"
	needs_newer_calls "ids cannot be mapped"
	printf '%s\n' 6.3 "$(uname -r)" | sort -VC || skip "this kernel maps no ids of tmpfs (6.3 does)"
}

mapped() { # mapped TYPE OPTION...: /m is $T/source with the user namespace's maps
	mkdir -p "$T/source"
	touch "$T/source/file"
	chown 0:0 "$T/source" "$T/source/file"
	add_mount /m bind "$T/source" "$@"
	edit '.mounts[-1] += {
		uidMappings: [{ containerID: 0, hostID: 100000, size: 65536 }],
		gidMappings: [{ containerID: 0, hostID: 100000, size: 65536 }] }'
}

@test "an idmapped mount in a user namespace shows the host root's files as root's" {
	needs_mapped_tmpfs
	user_bundle
	mapped bind
	run_in 'stat -c %u:%g /m/file; touch /m/new; stat -c %u:%g /m/new'
	prints $'0:0\n0:0'
	equal "$(stat -c %u:%g "$T/source/new")" 0:0
}

@test "an idmapped mount without a user namespace shifts the ids" {
	needs_mapped_tmpfs
	bundle
	mapped rbind
	run_in 'stat -c %u:%g /m/file'
	prints 100000:100000
}

@test "the option idmap maps as the container does" {
	needs_mapped_tmpfs
	user_bundle
	mkdir "$T/source"
	touch "$T/source/file"
	add_mount /m bind "$T/source" bind idmap
	run_in 'stat -c %u:%g /m/file'
	prints 0:0
}

@test "ridmap maps what is mounted below, idmap does not" {
	needs_mapped_tmpfs
	volume
	user_bundle
	add_mount /m bind "$T/volume" rbind ridmap
	add_mount /n bind "$T/volume" rbind idmap
	run_in 'stat -c %u /m/file /m/sub/file /n/file /n/sub/file'
	prints $'0\n0\n0\n65534'
	no_volume
}

@test "an idmapped mount leaves the source as it is" {
	needs_mapped_tmpfs
	user_bundle
	mapped bind
	run_in true
	succeeds
	equal "$(stat -c %u:%g "$T/source/file")" 0:0
	not grep "$T/source" /proc/self/mountinfo
}

@test "without mount_setattr an idmapped mount is refused with the name of the call" {
	[ -n "$WITHOUT" ] || skip "for WITHOUT=enosys and eperm"
	bundle
	mapped bind
	try create --bundle "$BUNDLE" "$ID"
	fails_with "mount /m" "ids of a mount cannot be mapped" "mount_setattr(2), Linux 5.12" /mounts/ seccomp
	nothing_left
}

@test "mappings of a mount that is no bind mount are refused" {
	bundle
	add_mount /m tmpfs tmpfs
	edit '.mounts[-1].uidMappings = [{ containerID: 0, hostID: 100000, size: 65536 }]'
	run_in true
	[ "$status" != 0 ] || skip_on_runc "1.1.5 ignores mappings of mounts"
	is_runc || says /mounts/6
	nothing_left
}

# ---- root -----------------------------------------------------------------------------------------

@test "a read-only root cannot be written, what is mounted in it can" {
	bundle '.root.readonly = true'
	add_mount /tmp tmpfs tmpfs
	run_in 'touch /x; touch /tmp/x && echo written'
	succeeds
	says "Read-only file system" written
	[ ! -e "$BUNDLE/rootfs/x" ]
}

@test "a writable root is written through" {
	bundle
	run_in 'echo inside > /x'
	succeeds
	equal "$(cat "$BUNDLE/rootfs/x")" inside
}

@test "the root is a mount of its own and nothing of the host is below" {
	bundle
	run_in 'awk "{ print \$5 }" /proc/self/mountinfo'
	succeeds
	equal "${lines[0]}" /
	does_not_say "$T" /var
}

@test "the parent of the root is the root" {
	bundle
	run_in 'cd /../../..; pwd; ls -d bin'
	prints $'/\nbin'
}

@test "--no-pivot gives the same view" {
	bundle
	set_script 'awk "{ print \$5 }" /proc/self/mountinfo | sort'
	run_bundle
	succeeds
	local usual=$output
	run_bundle --no-pivot
	succeeds
	is_runc || equal "$output" "$usual"
}

@test "a root file system on a read-only mount runs with a read-only root" {
	bundle '.root.readonly = true | .process.args = ["echo", "runs"]'
	mount --bind "$BUNDLE/rootfs" "$BUNDLE/rootfs"
	mount -o remount,bind,ro "$BUNDLE/rootfs"
	run_bundle
	umount "$BUNDLE/rootfs"
	prints runs
}

# ---- masked and read-only paths -------------------------------------------------------------------

@test "a masked file is empty and a masked folder is empty and read-only" {
	bundle '.linux.maskedPaths = ["/secret", "/folder", "/proc/meminfo", "/does/not/exist"]'
	echo secret > "$BUNDLE/rootfs/secret"
	mkdir "$BUNDLE/rootfs/folder"
	echo secret > "$BUNDLE/rootfs/folder/file"
	run_in 'cat /secret; head -c 1 /proc/meminfo | wc -c; ls /folder | wc -l; touch /folder/x'
	[ "$status" != 0 ]
	equal "${lines[0]} ${lines[1]}" "0 0"
	says "Read-only file system"
	equal "$(cat "$BUNDLE/rootfs/secret")" secret
}

@test "a masked file stays masked when something is written to it" {
	bundle '.linux.maskedPaths = ["/secret"]'
	echo secret > "$BUNDLE/rootfs/secret"
	run_in 'echo x > /secret; cat /secret; echo end'
	prints end
	equal "$(cat "$BUNDLE/rootfs/secret")" secret
}

@test "a read-only path cannot be written, a missing one is ignored" {
	bundle '.linux.readonlyPaths = ["/proc/sys", "/folder", "/does/not/exist"]'
	with_all_capabilities
	mkdir "$BUNDLE/rootfs/folder"
	run_in 'touch /folder/x; echo 1 > /proc/sys/net/ipv4/ip_forward'
	[ "$status" != 0 ]
	equal "$(grep -c 'Read-only file system' <<< "$output")" 2
	equal "$(ls "$BUNDLE/rootfs/folder")" ""
}

@test "a read-only path keeps the nosuid, nodev and noexec of what it lies on" {
	bundle '.linux.readonlyPaths = ["/m/folder"]'
	add_mount /m tmpfs tmpfs nosuid nodev noexec tmpcopyup
	mkdir -p "$BUNDLE/rootfs/m/folder"
	mounted /m/folder
	has_option "$options" ro
	has_option "$options" nosuid
	has_option "$options" nodev
	has_option "$options" noexec
}

@test "masked and read-only paths hold in a user namespace" {
	user_bundle '.linux.maskedPaths = ["/proc/meminfo", "/folder"] | .linux.readonlyPaths = ["/proc/sys"]'
	mkdir "$BUNDLE/rootfs/folder"
	echo secret > "$BUNDLE/rootfs/folder/file"
	run_in 'ls /folder | wc -l; stat -c %F /proc/meminfo; echo x > /proc/sys/kernel/domainname'
	[ "$status" != 0 ]
	equal "${lines[0]} ${lines[1]}" "0 character special file"
	says "Read-only file system"
}

# ---- devices --------------------------------------------------------------------------------------

@test "the default devices are there, with their numbers and for everybody" {
	bundle
	run_in 'cd /dev; stat -c "%n %F %t:%T %a %u:%g" null zero full random urandom tty'
	succeeds
	equal "$(sort <<< "$output")" "full character special file 1:7 666 0:0
null character special file 1:3 666 0:0
random character special file 1:8 666 0:0
tty character special file 5:0 666 0:0
urandom character special file 1:9 666 0:0
zero character special file 1:5 666 0:0"
}

@test "the default devices work" {
	bundle
	run_in 'head -c 4 /dev/zero | od -An -tx1; echo x > /dev/null; head -c 8 /dev/urandom | wc -c
		echo x > /dev/full'
	[ "$status" != 0 ]
	equal "${lines[0]}/${lines[1]}" " 00 00 00 00/8"
	says "No space left on device"
}

@test "the default devices are there in a user namespace, too" {
	user_bundle
	run_in 'cd /dev; stat -c "%n %t:%T" null zero full random urandom tty; head -c 4 zero | wc -c'
	succeeds
	says "null 1:3" "zero 1:5" "full 1:7" "random 1:8" "urandom 1:9" "tty 5:0"
	equal "${lines[-1]}" 4
}

@test "fd, stdin, stdout and stderr lead to the process's own descriptors" {
	bundle
	run_in 'cd /dev; for l in fd stdin stdout stderr ptmx; do readlink $l; done; echo through >> /dev/stderr'
	prints $'/proc/self/fd\n/proc/self/fd/0\n/proc/self/fd/1\n/proc/self/fd/2\npts/ptmx\nthrough'
}

@test "configured devices are made with type, numbers, mode and owner" {
	bundle '.linux.devices = [
		{ path: "/dev/mine", type: "c", major: 10, minor: 229, fileMode: 384, uid: 33, gid: 44 },
		{ path: "/dev/disk/new", type: "b", major: 7, minor: 123, fileMode: 432 },
		{ path: "/dev/unbuffered", type: "u", major: 10, minor: 200, fileMode: 438 },
		{ path: "/dev/pipe", type: "p", fileMode: 400 }]'
	run_in 'cd /dev; stat -c "%n %F %t:%T %a %u:%g" mine disk/new unbuffered; stat -c "%n %F %a" pipe'
	prints "mine character special file a:e5 600 33:44
disk/new block special file 7:7b 660 0:0
unbuffered character special file a:c8 666 0:0
pipe fifo 620"
}

@test "a configured device replaces the default one of the same path" {
	bundle '.linux.devices = [{ path: "/dev/null", type: "c", major: 1, minor: 5, fileMode: 384 }]'
	run_in 'stat -c "%t:%T %a" /dev/null'
	prints "1:5 600"
}

@test "a device's path through a symbolic link stays in the root file system" {
	bundle '.linux.devices = [{ path: "/dev/up/made", type: "c", major: 1, minor: 3, fileMode: 438 }]'
	edit '.mounts |= map(select(.destination | startswith("/dev") | not))'
	mkdir "$T/trap"
	ln -s "../../../../../../../../..$T/trap" "$BUNDLE/rootfs/dev/up"
	run_in "stat -c %t:%T $T/trap/made"
	prints 1:3
	equal "$(ls "$T/trap")" ""
}

@test "a device of an unknown type is refused" {
	bundle '.linux.devices = [{ path: "/dev/x", type: "z", major: 1, minor: 3 }]'
	run_in true
	refused_for /linux/devices/0/type
	nothing_left
}

@test "a /dev bound from the host is left as it is" {
	mkdir "$T/dev"
	touch "$T/dev/only"
	# runc looks for it
	mknod -m 666 "$T/dev/null" c 1 3
	bundle
	edit --arg source "$T/dev" '.mounts |= map(select(.destination | startswith("/dev") | not))
		+ [{ destination: "/dev", type: "bind", source: $source, options: ["rbind"] }]'
	run_in 'echo /dev/*'
	prints "/dev/null /dev/only"
	equal "$(echo "$T"/dev/*)" "$T/dev/null $T/dev/only"
}

# ---- sysctls --------------------------------------------------------------------------------------

@test "sysctls are set inside and unchanged outside" {
	local before
	before=$(cat /proc/sys/net/ipv4/ip_default_ttl /proc/sys/kernel/shm_rmid_forced /proc/sys/fs/mqueue/msg_max)
	bundle '.linux.sysctl = { "net.ipv4.ip_default_ttl": "77", "kernel.shm_rmid_forced": "1",
		"fs.mqueue.msg_max": "23", "kernel.msgmax": "12345" }'
	run_in 'cd /proc/sys; cat net/ipv4/ip_default_ttl kernel/shm_rmid_forced fs/mqueue/msg_max kernel/msgmax'
	prints $'77\n1\n23\n12345'
	equal "$(cat /proc/sys/net/ipv4/ip_default_ttl /proc/sys/kernel/shm_rmid_forced /proc/sys/fs/mqueue/msg_max)" \
		"$before"
}

@test "sysctls are set although /proc/sys is read-only inside" {
	bundle '.linux.sysctl = { "net.ipv4.ip_default_ttl": "78" } | .linux.readonlyPaths = ["/proc/sys"]'
	run_in 'cat /proc/sys/net/ipv4/ip_default_ttl'
	prints 78
}

@test "a sysctl of the network is refused without a network namespace" {
	bundle '.linux.sysctl = { "net.ipv4.ip_default_ttl": "77" }'
	without_namespace network
	run_in true
	fails_with net.ipv4.ip_default_ttl
	is_runc || says /linux/sysctl
	nothing_left
}

@test "a sysctl of ipc is refused without an ipc namespace" {
	bundle '.linux.sysctl = { "kernel.shmmax": "4096" }'
	without_namespace ipc
	run_in true
	fails_with kernel.shmmax
	nothing_left
}

@test "a sysctl of the whole machine is refused" {
	local name
	for name in vm.swappiness kernel.panic fs.file-max kernel.core_pattern; do
		bundle
		edit --arg name "$name" '.linux.sysctl = { ($name): "1" }'
		run_in true
		fails_with "$name"
		nothing_left
	done
}

@test "a sysctl with a way out in its name is refused" {
	local name
	for name in net.ipv4../../kernel.panic net/../vm/swappiness "net.ipv4/../../vm/swappiness"; do
		bundle
		edit --arg name "$name" '.linux.sysctl = { ($name): "60" }'
		run_in true
		refused_for /linux/sysctl/
		nothing_left
	done
}

@test "a value that the kernel refuses is an error that names the sysctl" {
	bundle '.linux.sysctl = { "net.ipv4.ip_default_ttl": "many" }'
	run_in true
	fails_with ip_default_ttl "invalid argument"
	nothing_left
}

@test "src-nofollow mounts a symbolic link itself, not what it leads to" {
	local kind

	ln -s inside "$T/link"
	echo "what the host has there" > "$T/inside"
	for kind in $STRATEGIES user; do
		case $kind in
		user) user_bundle ;;
		*) bundle ;;
		esac
		echo "the container's own" > "$BUNDLE/rootfs/tmp/inside"
		chmod 755 "$T"
		add_mount /tmp/mounted bind "$T/link" bind src-nofollow
		add_mount /tmp/followed bind "$T/link" bind
		set_script 'readlink /tmp/mounted; cat /tmp/mounted /tmp/followed'
		case $kind in
		user) run_bundle ;;
		*) run_bundle --strategy "$kind" ;;
		esac
		prints $'inside\nthe container\'s own\nwhat the host has there'
	done
}

@test "src-nofollow is no hindrance where there is no link, and a link that leads nowhere is mounted" {
	mkdir "$T/directory"
	echo here > "$T/directory/file"
	ln -s /nowhere "$T/dangling"
	bundle
	add_mount /tmp/d bind "$T/directory" bind src-nofollow
	add_mount /tmp/l bind "$T/dangling" bind src-nofollow
	set_script 'cat /tmp/d/file; readlink /tmp/l'
	run_bundle
	prints $'here\n/nowhere'
}

@test "src-nofollow does not change where the target's own links lead" {
	local strategy

	mkdir "$T/directory"
	echo here > "$T/directory/file"
	ln -s inside "$T/link"
	for strategy in $STRATEGIES; do
		bundle
		mkdir "$BUNDLE/rootfs/real"
		touch "$BUNDLE/rootfs/real-file"
		ln -s real "$BUNDLE/rootfs/d"
		ln -s /real-file "$BUNDLE/rootfs/l"
		add_mount /d bind "$T/directory" bind src-nofollow
		add_mount /l bind "$T/link" bind src-nofollow
		set_script 'cat /real/file; readlink /d; readlink /real-file'
		run_bundle --strategy "$strategy"
		prints $'here\nreal\ninside'
	done
}

@test "dest-nofollow mounts on a symbolic link itself, src-nofollow a link in its place" {
	local kind

	echo "the mounted" > "$T/file"
	ln -s /somewhere "$T/link"
	chmod 755 "$T"
	for kind in $STRATEGIES user; do
		case $kind in
		user) user_bundle ;;
		*) bundle ;;
		esac
		echo "the linked" > "$BUNDLE/rootfs/linked"
		ln -s linked "$BUNDLE/rootfs/l"
		ln -s linked "$BUNDLE/rootfs/m"
		ln -s linked "$BUNDLE/rootfs/n"
		add_mount /l bind "$T/file" bind dest-nofollow
		add_mount /m bind "$T/link" bind dest-nofollow src-nofollow
		set_script 'cat /l /linked; readlink /m; readlink /n'
		case $kind in
		user) run_bundle ;;
		*) run_bundle --strategy "$kind" ;;
		esac
		prints $'the mounted\nthe linked\n/somewhere\nlinked'
		equal "$(readlink "$BUNDLE/rootfs/l")" linked
	done
}

@test "without dest-nofollow a mount goes to where the link leads in the container" {
	echo "the mounted" > "$T/file"
	bundle
	echo "the linked" > "$BUNDLE/rootfs/linked"
	ln -s linked "$BUNDLE/rootfs/l"
	add_mount /l bind "$T/file" bind
	set_script 'cat /l /linked; readlink /l'
	run_bundle
	prints $'the mounted\nthe mounted\nlinked'
}

@test "dest-nofollow is no hindrance where there is no link, or nothing" {
	echo "the mounted" > "$T/file"
	mkdir "$T/directory"
	touch "$T/directory/entry"
	bundle
	mkdir "$BUNDLE/rootfs/d"
	add_mount /f bind "$T/file" bind dest-nofollow
	add_mount /d bind "$T/directory" bind dest-nofollow
	set_script 'cat /f; ls /d'
	run_bundle
	prints $'the mounted\nentry'
}

@test "a directory cannot be mounted on a symbolic link" {
	mkdir "$T/directory"
	bundle
	ln -s tmp "$BUNDLE/rootfs/l"
	add_mount /l bind "$T/directory" bind dest-nofollow
	run_bundle
	fails_with "on /l"
	nothing_left
}

@test "copy-symlink makes the same link, and mounts what is none" {
	local kind

	ln -s ../where "$T/link"
	echo content > "$T/file"
	chmod 755 "$T"
	for kind in $STRATEGIES user; do
		case $kind in
		user) user_bundle ;;
		*) bundle ;;
		esac
		add_mount /new/link bind "$T/link" bind copy-symlink
		add_mount /file bind "$T/file" bind copy-symlink
		set_script 'readlink /new/link; cat /file; grep -c " /new/link " /proc/self/mountinfo'
		case $kind in
		user) run_bundle ;;
		*) run_bundle --strategy "$kind" ;;
		esac
		says $'../where\ncontent\n0'
		equal "$(readlink "$BUNDLE/rootfs/new/link")" ../where
		# where a container was before it is there
		run_bundle
		says $'../where\ncontent\n0'
	done
}

@test "copy-symlink overwrites nothing" {
	local made

	ln -s where "$T/link"
	for made in 'ln -s elsewhere' touch mkdir; do
		bundle
		$made "$BUNDLE/rootfs/there"
		add_mount /there bind "$T/link" bind copy-symlink
		run_bundle
		fails_with "copy the link /there"
		says "file exists"
		nothing_left
	done
}

@test "copy-symlink and a nofollow contradict each other" {
	ln -s where "$T/link"
	bundle
	add_mount /there bind "$T/link" bind copy-symlink dest-nofollow
	run_bundle
	fails_with "/mounts/"
	says "copy-symlink and dest-nofollow"
}

@test "a directory below which mount namespaces are pinned is bound with all that is mounted in it" {
	local file cpu

	# what `ip netns` does for networks and snapd for mounts
	mkdir -p "$T/pins/below" "$T/other"
	mount -t tmpfs -o mode=755 pins "$T/pins"
	mount --make-private "$T/pins"
	mkdir "$T/pins/below"
	mount -t tmpfs -o mode=755 below "$T/pins/below"
	touch "$T/pins/below/file" "$T/pins/namespace"
	# the kernel pins one only in a namespace that it thinks older: numbers are handed out by each processor
	for ((cpu = 0; cpu < $(nproc --all); cpu++)); do
		! taskset -c $cpu unshare --mount="$T/pins/namespace" --propagation unchanged true || break
	done
	grep -q "mnt:.* $T/pins/namespace " /proc/self/mountinfo
	ln -s pins "$T/link"
	for file in "$T/pins /" "$T/link /" "$T /pins/" "/ $T/pins/"; do
		bundle
		add_mount /there bind "${file% *}" rbind ro
		run_in "ls /there${file#* }below"
		prints file
	done
	umount "$T/pins/namespace"
	umount -R "$T/pins"
}
