# SPDX-License-Identifier: Apache-2.0
#
# A dockerd of the file's own, with the containerd that it starts, and its client.

# start_docker: a negative oom score cannot be set without CAP_SYS_RESOURCE; newer ones do not try
start_docker() {
	local oom_score='{}'

	! dockerd --help | grep -q oom-score-adjust || oom_score='{ "oom-score-adjust": 0 }'
	# beside ours the entry that is shipped, with the path of the program under test
	jq --arg w "$W" --arg runtime "$RUNTIME" --arg group "/$CLIENTS_TOKEN" --argjson oom_score "$oom_score" '{
		runtimes: ({ "under-test": { path: $runtime } } + (.runtimes | map_values(.path = $runtime))),
		"default-runtime": "under-test",
		hosts: ["unix://\($w)/sock"], "data-root": "\($w)/data", "exec-root": "\($w)/exec",
		pidfile: "\($w)/dockerd.pid", "storage-driver": "overlay2",
		"exec-opts": ["native.cgroupdriver=cgroupfs"], "cgroup-parent": $group
	} + $oom_score' "$CONTRIB/docker/daemon.json" > "$W/daemon.json"
	background "$W/log" dockerd --config-file "$W/daemon.json"
	eventually docker version && docker load -q -i "$CLIENTS_WORK/image.tar" >> "$W/log" 2>&1
}

stop_docker() {
	docker ps -aq | xargs -r env DOCKER_HOST="unix://$W/sock" docker rm -f > /dev/null
	eventually nothing_left
	end_background
}

docker() {
	DOCKER_HOST=unix://$W/sock DOCKER_BUILDKIT=0 timeout -k 5 120 docker "$@" 3>&- 4>&-
}
