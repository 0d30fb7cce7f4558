#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The systemd cgroup manager with systemd itself: in the machine of `tests/vm/machine --systemd`, whose first
# process it is, and which has a user "hullvm" with a systemd of its own. The machine is thrown away: nothing
# is cleaned up that does not matter to a test.

bats_require_minimum_version 1.5.0
HERE=$BATS_TEST_DIRNAME
IMAGE=localhost/busybox:1

setup_file() {
	[ "$(< /proc/1/comm)" = systemd ] || skip "systemd is not the first process here"
	local applet

	export W=/run/hull-test
	mkdir -m 755 $W
	mkdir -p $W/rootfs/{bin,dev,etc,proc,root,run,sys,tmp} /var/lib/containers
	mount -t tmpfs storage /var/lib/containers
	cp "$(command -v busybox)" $W/rootfs/bin/busybox
	for applet in $(busybox --list); do
		[ "$applet" = busybox ] || ln -s busybox $W/rootfs/bin/"$applet"
	done
	echo root:x:0:0:root:/root:/bin/sh > $W/rootfs/etc/passwd
	tar -C $W/rootfs -cf $W/image.tar .
	cat > $W/containers.conf <<-END
		[containers]
		default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
		[engine]
		cgroup_manager = "systemd"
		events_logger = "file"
		runtime = "under-test"
		[engine.runtimes]
		under-test = ["$RUNTIME"]
	END
}

# bundle [JQ...]: sets ID, UNIT, BUNDLE
bundle() {
	ID=t$BATS_TEST_NUMBER UNIT=hull-t$BATS_TEST_NUMBER.scope BUNDLE=$W/b$BATS_TEST_NUMBER
	GROUP=/sys/fs/cgroup/system.slice/$UNIT
	mkdir -p "$BUNDLE"
	cp -a $W/rootfs "$BUNDLE/rootfs"
	jq --arg path "system.slice:hull:$ID" '.linux.cgroupsPath = $path | .process.args = ["sleep", "1000"]' \
		"$HERE/../integration/helpers/config.json" > "$BUNDLE/config.json"
	[ $# = 0 ] || edit "$@"
}

edit() {
	jq "$@" < "$BUNDLE/config.json" > "$BUNDLE/config.new"
	mv "$BUNDLE/config.new" "$BUNDLE/config.json"
}

oci() {
	timeout -k 5 100 "$RUNTIME" --root $W/root "$@" < /dev/null
}

start() {
	oci --systemd-cgroup run --detach --bundle "$BUNDLE" "$ID" > "$W/out" 2>&1 || {
		cat "$W/out"
		return 1
	}
}

# as_user COMMAND...: hullvm, in a group of the machine's systemd, as one who has logged in is
as_user() {
	(
		cd /home/hullvm || exit 1
		exec timeout -k 5 200 setpriv --reuid 1234 --regid 1234 --init-groups env -i PATH="$PATH" \
			HOME=/home/hullvm USER=hullvm XDG_RUNTIME_DIR=/run/user/1234 CONTAINERS_CONF=$W/containers.conf \
			"$@" < /dev/null 3>&-
	)
}

equal() {
	[ "$1" = "$2" ] || {
		echo "not \"$2\" but \"$1\"" >&2
		return 1
	}
}

eventually() {
	local try

	for ((try = 0; try < 200; try++)); do
		! "$@" > /dev/null 2>&1 || return 0
		sleep 0.2
	done
	echo "not within 40 seconds: $*" >&2
	return 1
}

# exits STATUS COMMAND...
exits() {
	status=0
	output=$("${@:2}" 2>&1) || status=$?
	[ "$status" = "$1" ] || {
		echo "status $status: $output" >&2
		return 1
	}
}

# shown PROPERTY: of the unit
shown() {
	systemctl show --value -p "$1" "$UNIT"
}

nothing_is_left() {
	[ ! -e "$GROUP" ] && [ ! -e "$W/root/$ID" ] && ! systemctl list-units --all --plain | grep -q "$UNIT"
}

@test "systemd lists the container as a scope with its limits, and forgets it when it is deleted" {
	bundle '.linux.resources += { memory: { limit: 67108864 }, pids: { limit: 50 },
		cpu: { quota: 50000, period: 100000, cpus: "0" }, unified: { "memory.high": "33554432" } }'
	start
	equal "$(shown ActiveState) $(shown Slice) $(shown Delegate)" "active system.slice yes"
	equal "$(shown MemoryMax) $(shown MemoryHigh) $(shown TasksMax)" "67108864 33554432 50"
	equal "$(shown CPUQuotaPerSecUSec) $(shown AllowedCPUs)" "500ms 0"
	equal "$(cat "$GROUP"/{memory.max,pids.max,cpu.max,cpuset.cpus})" $'67108864\n50\n50000 100000\n0'
	equal "$(cat "$GROUP/cgroup.procs")" "$(oci state "$ID" | jq .pid)"
	oci delete --force "$ID"
	nothing_is_left
}

@test "a daemon-reload changes neither limits nor devices, also not those of an update" {
	bundle '.linux.resources.devices += [{ allow: true, type: "c", major: 10, minor: 229, access: "rw" }]
		| .process.capabilities |= map_values(. + ["CAP_MKNOD"])'
	start
	oci update --memory 67108864 --pids-limit 20 --cpu-quota 12345 --cpu-period 100000 "$ID"
	equal "$(shown MemoryMax) $(shown TasksMax)" "67108864 20"
	systemctl daemon-reload
	equal "$(cat "$GROUP"/{memory.max,pids.max})" $'67108864\n20'
	run -0 oci exec "$ID" sh -c 'mknod /k c 1 11 && mknod /f c 10 229 && echo made
		cat /k; : < /f && echo fuse; echo > /dev/null && echo null'
	[[ $output == *made* && $output == *"not permitted"* && $output == *fuse* && $output == *null* ]]
}

@test "pause, exec, events and kill work in the scope" {
	bundle
	start
	oci exec --detach "$ID" sleep 999
	equal "$(oci ps --format json "$ID" | jq length)" 2
	oci pause "$ID"
	equal "$(oci state "$ID" | jq -r .status)" paused
	oci resume "$ID"
	[ "$(oci events --stats "$ID" | jq .data.pids.current)" = 2 ]
	oci kill "$ID" KILL
	eventually test ! -e "$GROUP"
	oci delete "$ID"
	nothing_is_left
}

@test "run.oci.systemd.subgroup: a group inside of the scope has the container and its limits" {
	bundle '.annotations = { "run.oci.systemd.subgroup": "container" }
		| .linux.resources += { memory: { limit: 67108864 }, pids: { limit: 50 } }'
	start
	equal "$(cat "$GROUP"/container/{memory.max,pids.max})" $'67108864\n50'
	equal "$(cat "$GROUP/cgroup.procs" "$GROUP/container/cgroup.procs")" "$(oci state "$ID" | jq .pid)"
	oci exec "$ID" true
	oci delete --force "$ID"
	nothing_is_left
}

@test "whoever is killed in between leaves no scope" {
	local stage

	for stage in unit cgroup spawn limits ready record; do
		bundle
		HULL_FAULT=die:$stage run -137 oci --systemd-cgroup create --bundle "$BUNDLE" "$ID"
		eventually test ! -e "$GROUP"
		oci delete --force "$ID"
		nothing_is_left
		rm -rf "$BUNDLE"
	done
}

@test "a container that was killed for want of memory leaves no failed unit" {
	bundle '.linux.resources += { memory: { limit: 8388608, swap: 8388608 } }
		| .process.args = ["sh", "-c", "sleep 1; x=a; while :; do x=$x$x; done"]'
	start
	eventually test ! -e "$GROUP"
	oci delete "$ID"
	nothing_is_left
	equal "$(systemctl list-units --failed --plain --no-legend '*.scope')" ""
}

@test "annotations are properties that systemd takes" {
	bundle '.annotations = { "org.systemd.property.TimeoutStopSec": "7", "org.systemd.property.KillSignal": "10",
		"org.systemd.property.CollectMode": "'\''inactive'\''", "org.systemd.property.SendSIGHUP": "true",
		"org.systemd.property.After": "['\''dbus.service'\'']", "org.systemd.property.ManagedOOMPreference": "'\''avoid'\''" }'
	start
	equal "$(shown TimeoutStopUSec) $(shown KillSignal) $(shown CollectMode) $(shown SendSIGHUP)" "7s 10 inactive yes"
	[[ "$(shown After)" == *dbus.service* ]]
	oci delete --force "$ID"
}

@test "a scope that there is stays somebody else's" {
	bundle
	systemd-run --quiet --scope --unit="$UNIT" sleep 1000 > /dev/null 2>&1 3>&- &
	eventually test -e "$GROUP"
	run -1 oci --systemd-cgroup run --detach --bundle "$BUNDLE" "$ID"
	[[ $output == *"$UNIT"* ]]
	equal "$(shown ActiveState)" active
	systemctl stop "$UNIT"
}

@test "an ordinary user has a scope of the user's own systemd, from a group of the machine's as well" {
	local root=/home/hullvm/root

	as_user mkdir -p b/rootfs
	cp -a $W/rootfs /home/hullvm/b/
	chown -R 1234:1234 /home/hullvm/b
	as_user sh -c "cd b && '$RUNTIME' spec --rootless"
	jq '.process.terminal = false | .process.args = ["sleep", "1000"]
		| .linux.resources = { memory: { limit: 67108864 }, pids: { limit: 50 } }' \
		/home/hullvm/b/config.json > $W/config.json
	cp $W/config.json /home/hullvm/b/config.json
	grep -q '^0::/system.slice/' /proc/self/cgroup
	as_user "$RUNTIME" --root $root --systemd-cgroup run --detach --bundle b u1 > $W/out 2>&1 || {
		cat $W/out
		return 1
	}
	GROUP=/sys/fs/cgroup/user.slice/user-1234.slice/user@1234.service/user.slice/hull-u1.scope
	equal "$(cat $GROUP/{memory.max,pids.max})" $'67108864\n50'
	equal "$(wc -l < $GROUP/cgroup.procs)" 1
	as_user "$RUNTIME" --root $root exec --detach u1 sleep 999
	equal "$(wc -l < $GROUP/cgroup.procs)" 2
	as_user "$RUNTIME" --root $root update --pids-limit 20 u1
	equal "$(cat $GROUP/pids.max)" 20
	as_user "$RUNTIME" --root $root delete --force u1
	[ ! -e $GROUP ]
}

# drives WHO...: podman as WHO runs, limits, pauses and removes
drives() {
	local status_of="inspect -f {{.State.Status}}"

	"$@" podman import -q $W/image.tar $IMAGE > /dev/null
	equal "$("$@" podman info --format '{{.Host.CgroupManager}} {{.Host.OCIRuntime.Path}}')" "systemd $RUNTIME"
	equal "$("$@" podman run --rm --network none -m 64m --pids-limit 50 --cpus 0.5 $IMAGE /bin/sh -c \
		'cd /sys/fs/cgroup; /bin/cat memory.max pids.max cpu.max')" $'67108864\n50\n50000 100000'
	"$@" podman run -d --name one --network none -m 64m $IMAGE /bin/sleep 1000 > /dev/null
	find /sys/fs/cgroup -name "libpod-$("$@" podman inspect -f '{{.Id}}' one).scope" | grep -q .
	equal "$("$@" podman exec one /bin/echo inside)" inside
	[ -n "$("$@" podman stats --no-stream --format '{{.MemUsage}}' one)" ]
	"$@" podman pause one
	equal "$("$@" podman $status_of one)" paused
	"$@" podman unpause one
	"$@" podman stop -t 1 one
	equal "$("$@" podman $status_of one)" exited
	"$@" podman start one
	"$@" podman rm -f -t 0 one
	exits 42 "$@" podman run --rm --network none $IMAGE /bin/sh -c 'exit 42'
	exits 127 "$@" podman run --rm --network none $IMAGE /no/such/program
	! find /sys/fs/cgroup -regex '.*/libpod-[0-9a-f]+[.]scope' | grep .
}

needs_podman() {
	command -v podman > /dev/null && command -v conmon > /dev/null || skip "podman and conmon are not installed"
}

@test "podman: as root, with limits" {
	needs_podman
	export CONTAINERS_CONF=$W/containers.conf
	drives env
	podman pod create --name pod --infra=false
	equal "$(podman run --rm --pod pod --network none $IMAGE /bin/echo in pod)" "in pod"
	podman pod rm -f pod
}

@test "podman: as an ordinary user, with limits" {
	needs_podman
	drives as_user
}
