#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Device rules on cgroup v2: programs that are loaded once and kept, one for each set of rules. They need
# no controller, so a cgroup2 mount of a hybrid host will do.

load lib

# on_v2 COMMANDS: by bash in a mount namespace with cgroup v2 alone and an empty /run; sets $status and
# $output. start ID [JQ] makes a container that waits, may ID MINOR tells whether the memory device of that
# number can be opened in it.
on_v2() {
	skip_on_runc "no cache"
	grep -qw bpf /proc/filesystems || skip "this kernel has no bpffs"
	in_cgroup_v2 '
		start() {
			jq --arg group "/$HULL_TEST_TOKEN/$1" ".linux.cgroupsPath = \$group | ${2:-.}" \
				"$T/config.json" > "$BUNDLE/config.json"
			oci run --detach --bundle "$BUNDLE" "$1" > /dev/null 2>&1
		}
		may() {
			oci exec "$1" probe open "/memory-$2" > /dev/null && echo yes || echo no
		}
		trap "oci delete --force \"\$ID\" 2> /dev/null; oci delete --force \"\$ID-2\" 2> /dev/null;
			oci delete --force \"\$ID-3\" 2> /dev/null" EXIT
		'"$1"
}

# device_bundle: with the devices null, zero and kmsg (which no default rule allows) as files
device_bundle() {
	local minor

	bundle '.process.args = ["sleep", "1000"]'
	with_all_capabilities
	for minor in 3 5 11; do
		mknod "$BUNDLE/rootfs/memory-$minor" c 1 $minor
	done
	cp "$BUNDLE/config.json" "$T/config.json"
}

ALLOW_KMSG='.linux.resources.devices += [{ allow: true, type: "c", major: 1, minor: 11, access: "r" }]'

@test "containers with the same rules share a program, others have another" {
	device_bundle
	export ALLOW_KMSG
	on_v2 '
		start "$ID"
		kept_programs > "$T/first"
		start "$ID-2"
		kept_programs | cmp - "$T/first"
		start "$ID-3" "$ALLOW_KMSG"
		kept_programs | wc -l
		for id in "$ID" "$ID-2" "$ID-3"; do
			echo "$(may "$id" 3) $(may "$id" 5) $(may "$id" 11)"
		done'
	prints $'2\nyes yes no\nyes yes no\nyes yes yes'
}

@test "a container keeps its rules when what is kept is removed, and the next is made as the first" {
	device_bundle
	on_v2 '
		start "$ID"
		oci cache rm
		kept_programs | wc -l
		may "$ID" 11
		start "$ID-2"
		kept_programs | wc -l
		may "$ID-2" 11'
	prints $'0\nno\n1\nno'
}

@test "an update to the rules that a container has changes nothing" {
	device_bundle
	on_v2 '
		start "$ID"
		jq "{ devices: .linux.resources.devices }" "$BUNDLE/config.json" > "$T/rules"
		oci update --resources "$T/rules" "$ID"
		echo "$(may "$ID" 3) $(may "$ID" 11)"'
	prints 'yes no'
}

@test "an update changes between kept programs and back" {
	device_bundle
	on_v2 '
		start "$ID"
		for allow in true false true false; do
			jq -n "{ devices: [{ allow: false, access: \"rwm\" },
				{ allow: \$allow, type: \"c\", major: 1, minor: 11, access: \"rw\" }] }" \
				--argjson allow $allow > "$T/rules"
			oci update --resources "$T/rules" "$ID"
			echo "$(may "$ID" 3) $(may "$ID" 11)"
		done
		kept_programs | wc -l'
	prints $'yes yes\nyes no\nyes yes\nyes no\n3'
}

@test "a group that two containers use one after the other has the second one's rules" {
	device_bundle
	export ALLOW_KMSG
	on_v2 '
		mkdir "/sys/fs/cgroup/$HULL_TEST_TOKEN/$ID"
		for rules in "$ALLOW_KMSG" . . "$ALLOW_KMSG"; do
			start "$ID" "$rules"
			echo "$(may "$ID" 3) $(may "$ID" 11)"
			oci delete --force "$ID"
		done
		rmdir "/sys/fs/cgroup/$HULL_TEST_TOKEN/$ID"'
	prints $'yes yes\nyes no\nyes no\nyes yes'
}

@test "many containers at once, the first of their rules, all have them" {
	device_bundle
	on_v2 '
		for i in 1 2 3 4 5 6; do
			mkdir "$T/many-$i"
			jq --arg group "/$HULL_TEST_TOKEN/$ID-many-$i" --arg root "$BUNDLE/rootfs" \
				".linux.cgroupsPath = \$group | .root.path = \$root |
				.process.args = [\"probe\", \"open\", \"/memory-11\"]" "$T/config.json" > "$T/many-$i/config.json"
			oci run --bundle "$T/many-$i" "$ID-many-$i" > "$T/many-$i/out" 2>&1 &
		done
		wait
		sort "$T"/many-?/out | uniq -c | sed "s/^ *//"
		kept_programs | wc -l'
	prints $'6 error: open: Operation not permitted\n1'
}

@test "without a place to keep it a program is loaded for each container" {
	device_bundle
	on_v2 '
		mount -o remount,ro /run
		start "$ID"
		kept_programs | wc -l
		echo "$(may "$ID" 3) $(may "$ID" 11)"'
	prints $'0\nyes no'
}
