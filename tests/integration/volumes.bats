#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Volumes: made, listed, mounted, filled with the image's files, shared and removed.

load lib
load engine

no_volumes_are_left() {
	[ -z "$(ls "$HULL_ROOT/volumes")" ] || {
		ls "$HULL_ROOT/volumes" >&2
		return 1
	}
}

@test "a volume is made, listed, inspected and removed" {
	hull volume create --label a=b --label c data
	prints data
	hull volume create data # is there already
	prints data
	hull volume ls
	equal "${lines[0]}" 'DRIVER   VOLUME NAME'
	equal "${lines[1]}" 'local    data'
	hull volume inspect data
	equal "$(jq -c '.[0] | [.Name, .Labels, .Anonymous, .Mountpoint]' <<< "$output")" \
		"[\"data\",{\"a\":\"b\",\"c\":\"\"},false,\"$HULL_ROOT/volumes/data/_data\"]"
	hull volume inspect --format '{{.Name}} {{.Labels.a}}' data
	prints 'data b'
	hull volume ls -q --filter label=a=b --filter name=at
	prints data
	hull volume ls -q --filter label=a=x
	prints ''
	hull volume create
	matches "$output" '^[0-9a-f]{64}$'
	hull volume prune
	matches "$output" '^[0-9a-f]{64}$'
	hull volume rm data
	prints data
	no_volumes_are_left
}

@test "what a container writes to a volume the next one reads" {
	busybox -v data:/data -- 'echo kept > /data/file'
	busybox -v data:/data:ro -- 'cat /data/file; touch /data/other'
	equal "$output" kept
	[[ $stderr == *"Read-only file system"* ]]
	busybox --mount type=volume,source=data,target=/d -- 'ls /d'
	prints file
	hull volume rm data
	prints data
}

@test "an empty volume begins with the image's files, their owners and modes" {
	start_box maker -- 'mkdir -p /srv/sub; echo x > /srv/sub/file; chown 12:34 /srv/sub /srv; chmod 2750 /srv
		ln /srv/sub/file /srv/hard; ln -s sub /srv/link; echo ready; sleep 100'
	eventually has_said maker ready
	hull commit maker filled
	hull rm -f maker
	run_hull --rm -v data:/srv filled sh -c 'stat -c "%a %u:%g" /srv /srv/sub; cat /srv/link/file; stat -c %h /srv/hard'
	prints $'2750 12:34\n755 12:34\nx\n2'
	run_hull --rm -v plain:/srv:nocopy filled sh -c 'ls /srv; stat -c "%a %u:%g" /srv'
	prints '755 0:0'
	# what is in use stays as it is
	busybox -v data:/srv -- 'rm -r /srv/*; echo mine > /srv/mine'
	run_hull --rm -v data:/srv filled ls /srv
	prints mine
	# emptied, it begins anew, as in docker
	busybox -v data:/srv -- 'rm /srv/mine'
	run_hull --rm -v data:/srv filled ls /srv
	prints $'hard\nlink\nsub'
}

@test "volumes without a name go with their container, if that is asked" {
	run_hull --rm -v /data --mount target=/other busybox touch /data/x /other/x
	succeeds
	no_volumes_are_left
	start_box box -v /data -- 'sleep 100'
	hull rm -f box
	equal "$(ls "$HULL_ROOT/volumes" | wc -l)" 1
	hull volume prune
	start_box box -v /data -v named:/n -- 'sleep 100'
	hull rm -f -v box
	hull volume ls -q
	prints named
	run_hull --rm -v /data --name taken busybox true
	start_box taken -- 'sleep 100'
	run_hull --name taken -v /data busybox true # cannot be made
	exits_with 125
	hull volume ls -q
	prints named
}

@test "the image's volumes are volumes, and never lead out of it" {
	start_box maker -- 'sleep 100'
	hull commit -c 'VOLUME ["/kept", "/../../root/up", "/link/in"]' maker with
	hull rm -f maker
	run_hull -d --name box with sh -c 'echo x > /kept/x; echo y > /root/up/y; sleep 100'
	succeeds
	equal "$(field box '{{range .Mounts}}{{.Type}} {{.Destination}} {{end}}')" \
		'volume /kept volume /root/up volume /link/in '
	eventually hull exec box cat /root/up/y
	hull rm -f -v box
	no_volumes_are_left
	run_hull --rm -v own:/kept with true
	hull volume ls -q
	prints own
}

@test "a container takes another one's volumes" {
	mkdir "$T/host"
	start_box giver -v data:/data -v /anonymous -v "$T/host:/host" -- 'echo g > /data/g; sleep 100'
	start_box taker --volumes-from giver:ro -- 'sleep 100'
	eventually hull exec taker cat /data/g
	hull exec taker sh -c 'ls -d /anonymous /host; touch /data/t'
	exits_with 1
	# the anonymous one stays with whoever has it
	hull rm -f -v giver
	hull exec taker ls -d /anonymous
	prints /anonymous
	hull rm -f -v taker
	hull volume ls -q
	prints data
	run_hull --volumes-from nobody busybox true
	exits_with 125
	[[ $stderr == *'--volumes-from: no such container: nobody'* ]]
}

@test "a volume that somebody uses is not removed" {
	start_box box -v data:/data -- 'sleep 100'
	hull volume rm data
	exits_with 1
	[[ $stderr == *'volume data is used by container box'* ]]
	hull volume prune --all
	prints ''
	hull volume ls -q --filter dangling=true
	prints ''
	hull stop -t 0 box
	hull volume rm data
	exits_with 1
	hull rm box
	hull volume rm data
	prints data
	hull volume rm data
	exits_with 1
	hull volume rm -f data
	prints ''
}

@test "names and options that are none are refused, and nothing is made" {
	local words

	for words in '-v =x:/t' '-v a/b:/t' '-v n:t' '-v n:/' '-v n:/t:odd' '--mount type=volume,source=n/,target=/t' \
		'--mount type=volume,source=n' '--volumes-from x:odd'; do
		# shellcheck disable=SC2086 # words
		run_hull --rm $words busybox true
		exits_with 125 || {
			echo "$words" >&2
			return 1
		}
	done
	hull volume create ../x
	exits_with 1
	hull volume create --opt type=nfs x
	exits_with 1
	[ ! -e "$HULL_ROOT/volumes" ]
}

@test "a fill that was killed is done anew, or repaired" {
	busybox -v data:/srv -- 'true'
	touch "$HULL_ROOT/volumes/data/filling" "$HULL_ROOT/volumes/data/_data/half"
	hull system check
	exits_with 1
	prints_finding 'volume data: it was not filled to its end'
	busybox -v data:/etc -- 'ls /etc/half; cat /etc/passwd'
	says root:
	[[ $stderr == *half* ]]
	hull system check
	prints ''
	touch "$HULL_ROOT/volumes/data/filling"
	hull system check --repair
	hull system check
	prints ''
	equal "$(ls "$HULL_ROOT/volumes/data/_data")" ''
}

prints_finding() {
	[[ $output == *"$1"* ]] || {
		show_output
		return 1
	}
}

@test "many who make, use and remove the same volumes do not get in each other's way" {
	local i pids=()

	busybox -- true # the image is loaded
	for i in 1 2 3 4 5 6; do
		timeout 50 "${CALLER[@]}" "$HULL" --root "$HULL_ROOT" run --cgroup-parent "/$HULL_TEST_TOKEN" --rm -v "shared:/etc" -v /own \
			busybox grep -c root /etc/passwd > "$T/out.$i" 2>&1 < /dev/null &
		pids+=($!)
		"${CALLER[@]}" "$HULL" --root "$HULL_ROOT" volume rm shared > /dev/null 2>&1 || true
	done
	wait "${pids[@]}"
	equal "$(cat "$T"/out.* | sort -u)" 1
	hull volume ls -q --filter dangling=true
	[ "$output" = shared ] || [ "$output" = '' ]
	hull system check
	prints ''
}
