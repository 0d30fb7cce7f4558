#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The runtime inside containers: its own, podman's and Docker's. It works, or one line says what is missing.

load lib
load podman
load docker

setup_file() {
	mkdir -p "$W/bundle" "$W/outer"
	cp -a "$CLIENTS_WORK/rootfs" "$W/bundle/rootfs"
	cp -a "$CLIENTS_WORK/rootfs" "$W/outer/rootfs"
	touch "$W/outer/rootfs/hull-oci"
	if command -v podman > /dev/null && command -v conmon > /dev/null; then
		podman_configuration > "$W/containers.conf"
		podman load -q -i "$CLIENTS_WORK/image.tar" > "$W/log" 2>&1 || return 0
	fi
	if command -v dockerd > /dev/null; then
		start_docker || return 0
	fi
	ready
}

teardown_file() {
	[ ! -e "$W/daemon.json" ] || stop_docker
	eventually nothing_left
}

podman() {
	CONTAINERS_CONF=$W/containers.conf timeout -k 5 120 podman --root "$W/root" --runroot "$W/run" \
		--tmpdir "$W/podman-tmp" --storage-driver overlay "$@" 3>&- 4>&-
}

# inner_bundle [--rootless]: what the inner runtime is to start
inner_bundle() {
	rm -f "$W/bundle/config.json"
	(cd "$W/bundle" && "$RUNTIME" spec "$@")
	jq '.process.terminal = false | .process.args = ["echo", "from the inner container"]' "$W/bundle/config.json" \
		> "$W/bundle/config.new"
	mv "$W/bundle/config.new" "$W/bundle/config.json"
}

# in_podman OPTIONS... -- ARGS..., in_docker, in_hull [privileged] --: the runtime with ARGS runs the inner bundle
# there, or COMMAND
INNER=(/hull-oci --root /tmp/state)
COMMAND=(run --bundle /bundle inner)

# a_life PLACE OPTIONS...: create, start, exec, kill and delete inside PLACE
a_life() {
	inner_bundle
	jq '.process.args = ["sleep", "1000"]' "$W/bundle/config.json" > "$W/bundle/config.new"
	mv "$W/bundle/config.new" "$W/bundle/config.json"
	cat > "$W/bundle/life" <<-'END'
		set -e
		oci() { /hull-oci --root /tmp/state "$@"; }
		has_status() { oci state inner | grep -q "\"status\": \"$1\""; }
		oci create --bundle /bundle --pid-file /tmp/pid inner < /dev/null > /tmp/create.out 2>&1 || cat /tmp/create.out
		has_status created
		oci start inner
		has_status running
		oci exec inner echo from exec
		oci pause inner
		has_status paused
		oci resume inner
		oci kill inner KILL
		until has_status stopped; do :; done
		oci delete inner
		oci list --quiet
		echo gone
	END
	INNER=(sh /bundle/life) COMMAND=()
	"$@" --
	prints $'from exec\ngone'
}

in_podman() {
	[ -e "$W/containers.conf" ] || skip "podman is not installed (make deps)"
	split_arguments "$@"
	run podman run "${options[@]}" --rm --network none --cgroup-parent "/$CLIENTS_TOKEN" \
		-v "$RUNTIME:/hull-oci:ro" -v "$W/bundle:/bundle" "$IMAGE" "${INNER[@]}" "${arguments[@]}" "${COMMAND[@]}"
}

in_docker() {
	[ -e "$W/daemon.json" ] || skip "docker is not installed (make deps)"
	split_arguments "$@"
	run docker run "${options[@]}" --rm --network none -v "$RUNTIME:/hull-oci:ro" -v "$W/bundle:/bundle" "$IMAGE" \
		"${INNER[@]}" "${arguments[@]}" "${COMMAND[@]}"
}

in_hull() {
	split_arguments "$@"
	rm -f "$W/outer/config.json"
	(cd "$W/outer" && "$RUNTIME" spec)
	jq --arg runtime "$RUNTIME" --arg bundle "$W/bundle" --arg group "/$CLIENTS_TOKEN/outer" '
		.process.terminal = false | .root.readonly = false | .linux.cgroupsPath = $group
		| .process.args = $ARGS.positional
		| .mounts += [{ destination: "/hull-oci", type: "bind", source: $runtime, options: ["bind", "ro"] },
			{ destination: "/bundle", type: "bind", source: $bundle, options: ["rbind"] }]' \
		"$W/outer/config.json" --args -- "${INNER[@]}" "${arguments[@]}" "${COMMAND[@]}" > "$W/outer/config.new"
	mv "$W/outer/config.new" "$W/outer/config.json"
	[ "${options[*]}" != privileged ] || make_outer_privileged
	run timeout -k 5 120 "$RUNTIME" --root "$W/state" run --bundle "$W/outer" outer
}

# make_outer_privileged: all capabilities that we have, nothing masked or read-only
make_outer_privileged() {
	local names

	names=$(capsh_names)
	jq --argjson names "$names" '
		.process.noNewPrivileges = false
		| .process.capabilities = { bounding: $names, effective: $names, permitted: $names }
		| del(.linux.maskedPaths, .linux.readonlyPaths, .linux.seccomp)
		| .mounts |= map(if (.options // []) | index("ro") then .options -= (if .destination == "/hull-oci" then [] else ["ro"] end) else . end)
		| .mounts |= (if any(.destination == "/sys/fs/cgroup") then . else
			. + [{ destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["nosuid", "noexec", "nodev"] }] end)' \
		"$W/outer/config.json" > "$W/outer/config.new"
	mv "$W/outer/config.new" "$W/outer/config.json"
}

# capsh_names: the capabilities that a container needs to make others, as a JSON array
capsh_names() {
	jq -n '["CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP", "NET_BIND_SERVICE",
		"NET_ADMIN", "NET_RAW", "SYS_CHROOT", "SYS_PTRACE", "SYS_ADMIN", "MKNOD", "AUDIT_WRITE", "SETFCAP"] | map("CAP_" + .)'
}

# split_arguments [OPTION...] -- [ARG...]: into options and arguments
split_arguments() {
	options=()
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	arguments=("${@:2}")
}

# one_line_says TEXT...: it failed, and one line of the runtime's tells why
one_line_says() {
	[ "$status" != 0 ] || {
		echo "should have failed" >&2
		show_output
		return 1
	}
	equal "$(grep -c '^hull-oci: ' <<< "$output")" 1
	says "$@"
}

@test "inside podman's default container: no namespaces without CAP_SYS_ADMIN" {
	inner_bundle
	in_podman --
	one_line_says "namespaces without a user namespace need CAP_SYS_ADMIN"
}

@test "inside podman's default container: a rootless bundle finds its cgroups read-only" {
	inner_bundle --rootless
	in_podman --
	one_line_says "read-only file system; hint: cgroups are read-only here"
}

@test "inside podman's default container: a rootless bundle without cgroups is told what is not allowed" {
	inner_bundle --rootless
	in_podman -- --cgroup-manager disabled
	one_line_says "sethostname hull: operation not permitted" "hint: a seccomp filter around the runtime denies it"
}

@test "inside podman's privileged container: it works" {
	inner_bundle
	in_podman --privileged --
	prints "from the inner container"
	inner_bundle --rootless
	in_podman --privileged --
	prints "from the inner container"
}

@test "inside podman's privileged container: it works without cgroups" {
	inner_bundle
	in_podman --privileged -- --cgroup-manager disabled
	prints "from the inner container"
}

@test "inside podman's privileged container: the whole life of a container" {
	a_life in_podman --privileged
}

@test "inside Docker's default container: no namespaces without CAP_SYS_ADMIN" {
	inner_bundle
	in_docker --
	one_line_says "namespaces without a user namespace need CAP_SYS_ADMIN"
}

@test "inside Docker's default container: a rootless bundle finds its cgroups read-only" {
	inner_bundle --rootless
	in_docker --
	one_line_says "read-only file system; hint: cgroups are read-only here"
}

@test "inside Docker's default container: a rootless bundle without cgroups is told what is not allowed" {
	inner_bundle --rootless
	in_docker -- --cgroup-manager disabled
	one_line_says "this host does not let this user make user namespaces"
}

@test "inside Docker's privileged container: it works" {
	inner_bundle
	in_docker --privileged --
	prints "from the inner container"
	inner_bundle --rootless
	in_docker --privileged --
	prints "from the inner container"
}

@test "inside Docker's privileged container: it works without cgroups" {
	inner_bundle
	in_docker --privileged -- --cgroup-manager disabled
	prints "from the inner container"
}

@test "inside Docker's privileged container: the whole life of a container" {
	a_life in_docker --privileged
}

@test "inside its own default container: no namespaces without CAP_SYS_ADMIN" {
	inner_bundle
	in_hull --
	one_line_says "namespaces without a user namespace need CAP_SYS_ADMIN"
}

@test "inside its own default container: a rootless bundle finds its cgroups read-only" {
	inner_bundle --rootless
	in_hull --
	one_line_says "read-only file system; hint: cgroups are read-only here"
}

@test "inside its own default container: a rootless bundle without cgroups is told what is not allowed" {
	inner_bundle --rootless
	in_hull -- --cgroup-manager disabled
	one_line_says "/uid_map: operation not permitted (config /linux/uidMappings)"
}

@test "inside its own privileged container: it works" {
	inner_bundle
	in_hull privileged --
	prints "from the inner container"
	inner_bundle --rootless
	in_hull privileged --
	prints "from the inner container"
}

@test "inside its own privileged container: it works without cgroups" {
	inner_bundle
	in_hull privileged -- --cgroup-manager disabled
	prints "from the inner container"
}

@test "inside its own privileged container: the whole life of a container" {
	a_life in_hull privileged
}
