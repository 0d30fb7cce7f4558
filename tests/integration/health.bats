#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Health checks of containers: when they are made, what comes of them, and what is done then.

load lib
load engine

# box OPTION... -- : with a check of the file /ok, ten times a second
checked_box() {
	start_box box --health-cmd 'echo looked; test -e /ok' --health-interval 100ms --health-retries 2 "$@"
}

health() { # health [TEMPLATE]
	field box "{{.State.Health.${1:-Status}}}"
}

is_health() {
	[ "$(health)" = "$1" ]
}

@test "a container gets healthy, and unhealthy, and well again" {
	checked_box -- 'sleep 0.3; touch /ok; sleep 1000'
	hull ps --format '{{.Status}}'
	matches "$output" '^Up .* \((health: starting|unhealthy)\)$'
	eventually is_health healthy
	hull ps --format '{{.Status}}'
	matches "$output" '^Up .* \(healthy\)$'
	equal "$(health FailingStreak)" 0
	hull exec box rm /ok
	eventually is_health unhealthy
	[ "$(health FailingStreak)" -ge 2 ]
	equal "$(field box '{{(index .State.Health.Log 4).ExitCode}} {{(index .State.Health.Log 4).Output}}')" '1 looked'
	equal "$(field box '{{len .State.Health.Log}}')" 5
	hull exec box touch /ok
	eventually is_health healthy
	hull events --since 1h --until 0s --filter event=health_status --format '{{.Action}}'
	says 'health_status: healthy' 'health_status: unhealthy'
}

@test "a failure in the start period does not count" {
	checked_box --health-start-period 1h --health-start-interval 50ms -- 'sleep 0.5; touch /ok; sleep 1000'
	sleep 0.4
	equal "$(health)" starting
	equal "$(health FailingStreak)" 0
	eventually is_health healthy
	hull exec box rm /ok
	eventually is_health unhealthy
}

@test "a check that takes too long has failed, and nothing of it stays" {
	start_box box --health-cmd 'echo waits; exec sleep 777' --health-interval 100ms --health-timeout 200ms --health-retries 1 -- 'sleep 1000'
	eventually is_health unhealthy
	equal "$(field box '{{(index .State.Health.Log 0).ExitCode}}')" -1
	[[ $(field box '{{(index .State.Health.Log 0).Output}}') == 'Health check exceeded timeout (200 ms): waits'* ]]
	hull update --restart no box # waits for the lock
	hull top box -o args
	[ "$(grep -c 'sleep 777' <<< "$output")" -le 1 ] # the one that runs now
}

@test "healthcheck run says what is the matter; without a check it is refused" {
	start_box box --health-cmd 'test -e /ok' --health-interval 1h --health-retries 1 -- 'sleep 1000'
	hull healthcheck run box
	exits_with 1
	prints unhealthy || equal "$output" unhealthy
	equal "$(health)" unhealthy
	hull exec box touch /ok
	hull healthcheck run box
	succeeds
	equal "$(health)" healthy
	start_box plain -- 'sleep 1000'
	hull healthcheck run plain
	complains 1 'no defined healthcheck'
	equal "$(field plain '{{json .State}}' | grep -c Health)" 0
	hull stop -t 0 box
	hull healthcheck run box
	complains 1 'not running'
}

@test "what is not healthy is killed, stopped or started again, as was asked" {
	checked_box --health-on-failure kill -- 'sleep 1000'
	eventually is_field box '{{.State.Status}}' exited
	equal "$(field box '{{.State.ExitCode}}')" 137
	hull rm box
	checked_box --health-on-failure stop -- 'trap "exit 5" TERM; while :; do sleep 0.05; done'
	eventually is_field box '{{.State.Status}}' exited
	equal "$(field box '{{.State.ExitCode}}')" 5
	hull rm box
	checked_box --health-on-failure restart --stop-timeout 1 -- 'trap "exit 5" TERM; while :; do sleep 0.05; done'
	local first
	first=$(field box '{{.State.StartedAt}}')
	eventually is_other_start "$first"
	eventually is_field box '{{.State.Status}}' running
	equal "$(field box '{{.RestartCount}}')" 0
	hull rm -f box
	eventually nothing_is_left
}

is_other_start() {
	[ "$(field box '{{.State.Status}}')" = running ] && [ "$(field box '{{.State.StartedAt}}')" != "$1" ]
}

@test "an image's check is made, changed in parts, and left out" {
	hull inspect busybox
	hull save --format oci-dir -o "$T/image" busybox
	with_check "$T/image" '{"Test": ["CMD", "test", "-e", "/ok"], "Interval": 100000000, "Retries": 1}'
	hull load -q -i "$T/image"
	run_hull -d --name box checked sleep 1000
	succeeds
	eventually is_health unhealthy
	hull rm -f box
	run_hull -d --name box --health-interval 1h checked sleep 1000
	equal "$(field box '{{.Config.Healthcheck.Interval}} {{join .Config.Healthcheck.Test " "}}')" '3600000000000 CMD test -e /ok'
	hull rm -f box
	run_hull -d --name box --no-healthcheck checked sleep 1000
	equal "$(field box '{{json .State}}' | grep -c Health)" 0
	hull rm -f box
}

# with_check LAYOUT JSON: its image is called "checked" and has this health check
with_check() {
	local blobs=$1/blobs/sha256 manifest config new

	manifest=$(jq -r '.manifests[0].digest[7:]' "$1/index.json")
	config=$(jq -r '.config.digest[7:]' "$blobs/$manifest")
	jq -c --argjson check "$2" '.config.Healthcheck = $check' "$blobs/$config" > "$T/config"
	new=$(sha256sum < "$T/config" | cut -d ' ' -f 1)
	mv "$T/config" "$blobs/$new"
	jq -c --arg digest "sha256:$new" --argjson size "$(stat -c %s "$blobs/$new")" \
		'.config.digest = $digest | .config.size = $size' "$blobs/$manifest" > "$T/manifest"
	new=$(sha256sum < "$T/manifest" | cut -d ' ' -f 1)
	mv "$T/manifest" "$blobs/$new"
	jq -c --arg digest "sha256:$new" --argjson size "$(stat -c %s "$blobs/$new")" \
		'.manifests[0].digest = $digest | .manifests[0].size = $size |
		.manifests[0].annotations = {"org.opencontainers.image.ref.name": "checked:latest"}' "$1/index.json" > "$T/index"
	mv "$T/index" "$1/index.json"
}

@test "what cannot be meant is refused" {
	run_hull --health-interval soon busybox true
	complains 125 '--health-interval soon' 1m30s
	run_hull --health-timeout 10us busybox true
	complains 125 'less than 1ms'
	run_hull --no-healthcheck --health-cmd true busybox true
	complains 125 'exclude each other'
	nothing_is_left
}

@test "the monitor of a container that is checked stays small" {
	start_box box --health-cmd true --health-interval 50ms -- 'sleep 1000'
	eventually is_health healthy
	sleep 0.5
	local monitor
	monitor=$(jq .Monitor "$T/store/containers/$(field box '{{.Id}}')/start.json")
	[ "$(awk '/^Private_/ { kb += $2 } END { print kb }' "/proc/$monitor/smaps_rollup")" -le 100 ]
	[ "$(find "/proc/$monitor/fd" -type l | wc -l)" -le 12 ]
}
