#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Containers that are started again: by their policy when they end, and after a restart of the
# machine.

load lib
load engine

# restarts NAME: how often it was started again
restarts() {
	field "$1" '{{.RestartCount}}'
}

has_restarted() { # has_restarted NAME AT-LEAST
	[ "$(restarts "$1")" -ge "$2" ]
}

# after_reboot ARGS...: hull as it is when the machine has started again: another boot_id
after_reboot() {
	local real=$HULL

	[ -s "$T/boot" ] || uuidgen > "$T/boot" 2> /dev/null || cat /proc/sys/kernel/random/uuid > "$T/boot"
	printf '#!/bin/sh\nmount --bind %q /proc/sys/kernel/random/boot_id && exec %q "$@"\n' "$T/boot" "$real" > "$T/rebooted"
	printf '#!/bin/sh\nexec unshare --mount %q "$@"\n' "$T/rebooted" > "$T/hull"
	chmod 755 "$T/rebooted" "$T/hull"
	HULL=$T/hull hull "$@"
}

# power_off: processes and groups of all containers are gone, and nobody could write that down
power_off() {
	local id

	pkill_store
	kill -KILL $(cat "$HULL_ROOT"/networks/*/names.pid 2> /dev/null) 2> /dev/null || true
	for id in $(hull_ids); do
		field "$id" '{{.State.Pid}}' > "$T/pid"
		[ "$(< "$T/pid")" = 0 ] || kill -KILL "$(< "$T/pid")"
	done
	eventually not_any_runs
	find /sys/fs/cgroup -depth -type d -path "*/$HULL_TEST_TOKEN/*" -exec rmdir {} +
}

hull_ids() {
	"$HULL" --root "$T/store" ps -aq --no-trunc
}

# monitors, and what waits to start a container
pkill_store() {
	local pid

	for pid in $(pgrep -f -- "$T/store"); do
		kill -KILL "$pid" 2> /dev/null || true
	done
}

not_any_runs() {
	hull ps -q
	[ -z "$output" ]
}

@test "on-failure starts it again as often as was asked, and no more" {
	run_hull -d --name box --restart on-failure:2 busybox sh -c 'exit 3'
	succeeds
	eventually is_field box '{{.State.Status}}' exited
	eventually has_restarted box 2
	eventually is_field box '{{.State.Status}}' exited
	equal "$(field box '{{.RestartCount}} {{.State.ExitCode}} {{.HostConfig.RestartPolicy.Name}} {{.HostConfig.RestartPolicy.MaximumRetryCount}}')" '2 3 on-failure 2'
	run_hull -d --name fine --restart on-failure busybox true
	succeeds
	eventually is_field fine '{{.State.Status}}' exited
	sleep 0.3
	equal "$(field fine '{{.RestartCount}} {{.State.Status}}')" '0 exited'
}

@test "always starts it again until somebody stops it; start counts from 0" {
	run_hull -d --name box --restart always busybox sleep 0.05
	succeeds
	eventually has_restarted box 2
	hull ps --format '{{.Names}} {{.State}}'
	matches "$output" '^box (running|restarting)$'
	hull stop box
	succeeds
	equal "$(field box '{{.State.Status}} {{.State.Restarting}}')" 'exited false'
	local count
	count=$(restarts box)
	sleep 0.5
	equal "$(restarts box)" "$count"
	hull start box
	succeeds
	[ "$(restarts box)" -le 1 ]
	hull rm -f box
	run_hull -d --name killed --restart always busybox sleep 1000
	hull kill killed
	eventually is_field killed '{{.State.Status}}' exited
	sleep 0.3
	equal "$(field killed '{{.State.Status}}')" exited
}

says_restarting() {
	hull ps --format '{{.Status}}'
	[[ $output == 'Restarting (7) '* ]]
}

@test "one that waits is seen as restarting, can be stopped, removed by force, and started at once" {
	run_hull -d --name box --restart always busybox sh -c 'exit 7'
	succeeds
	eventually has_restarted box 3 # the next one is in more than a second
	eventually is_field box '{{.State.Status}}' restarting
	eventually says_restarting
	hull rm box
	complains 1 'container box is restarting'
	hull start box
	succeeds
	eventually is_field box '{{.State.Status}}' restarting
	hull rm -f box
	succeeds
	eventually nothing_is_left
}

@test "a client that is attached sees the first end; the container goes on" {
	run_hull --name box --restart on-failure:1 busybox sh -c 'echo said; exit 4'
	exits_with 4
	equal "${lines[0]}" said
	eventually is_field box '{{.RestartCount}} {{.State.Status}}' '1 exited'
	hull logs box
	prints $'said\nsaid'
}

@test "update changes the policy of one that runs" {
	start_box box -- 'sleep 0.4; exit 1'
	hull update --restart on-failure:1 box
	succeeds
	eventually is_field box '{{.RestartCount}}' 1
	eventually is_field box '{{.State.Status}}' exited
	run_hull -d --name gone --restart always busybox sleep 0.1
	succeeds
	hull update --restart no gone
	succeeds
	eventually is_field gone '{{.State.Status}}' exited
}

@test "what cannot be meant is refused" {
	run_hull --restart sometimes busybox true
	complains 125 --restart 'on-failure:N'
	run_hull --restart always:3 busybox true
	complains 125 'only on-failure'
	run_hull --rm --restart always busybox true
	complains 125 '--rm and --restart'
	nothing_is_left
}

@test "a start that fails ends the restarts, and is told" {
	cp /bin/busybox "$T/program"
	run_hull -d --name box --restart always -v "$T/program:/program" busybox /program sleep 0.5
	succeeds
	rm "$T/program"
	eventually is_field box '{{.State.Status}}' created
	sleep 0.3
	equal "$(field box '{{.State.Status}}')" created
	says_of_failure box program
}

says_of_failure() {
	grep -q "$2" "$T/store/containers/$(field "$1" '{{.Id}}')/failure.json"
}

@test "after a restart of the machine the right state is read, and policies are kept" {
	start_box plain -- 'sleep 1000'
	start_box kept --restart always -- 'sleep 1000'
	start_box stopped --restart unless-stopped -- 'sleep 1000'
	start_box unless --restart unless-stopped -- 'sleep 1000'
	start_box failing --restart on-failure -- 'sleep 1000'
	hull create --name never --restart always busybox sleep 1000
	hull stop -t 0 stopped
	power_off
	after_reboot ps -q
	prints ''
	after_reboot inspect -f '{{.State.Status}} {{.State.ExitCode}} {{.State.Reason}}' plain
	prints 'exited 255 the machine was restarted while it ran'
	after_reboot system start
	succeeds
	equal "$(sort <<< "$output")" $'kept\nunless'
	after_reboot ps --format '{{.Names}}'
	equal "$(sort <<< "$output")" $'kept\nunless'
	after_reboot system stop
	succeeds
	after_reboot ps -q
	prints ''
	after_reboot system start
	succeeds
	equal "$(sort <<< "$output")" $'kept\nunless'
	after_reboot rm -f plain kept stopped unless failing never
	succeeds
	after_reboot system check --repair
	after_reboot system check
	prints ''
}

@test "the service's units say what is installed" {
	local unit

	for unit in system user; do
		grep -qx 'ExecStart=.*/hull system start' "${HULL%/*}/hull-$unit.service"
		grep -qx 'ExecStop=.*/hull system stop' "${HULL%/*}/hull-$unit.service"
	done
	command -v systemd-analyze > /dev/null || skip "there is no systemd-analyze"
	mkdir "$T/unit"
	sed "s|=/.*/hull |=$HULL |" "${HULL%/*}/hull-system.service" > "$T/unit/hull.service"
	run systemd-analyze verify --man=no "$T/unit/hull.service"
	does_not_say 'hull.service:'
}
