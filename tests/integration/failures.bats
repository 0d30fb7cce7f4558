#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Configurations and bundles that cannot be: the error is one line that names the field by its JSON
# pointer and says its value, and nothing is left.

load lib

# refuse: each line of standard input is "EDIT | POINTER [| TEXT]": with config.json changed by the jq
# program EDIT, create must fail with 1 and one line that holds POINTER and TEXT. All lines are tried.
refuse() {
	local line change pointer text wrong=0

	while IFS= read -r line; do
		IFS='~' read -r change pointer text <<< "${line//' ~ '/'~'}"
		bundle "$change" || return 1
		# the values that are too large for jq
		sed -i 's/"large:\([0-9.e]*\)"/\1/' "$BUNDLE/config.json"
		try create --bundle "$BUNDLE" "$ID"
		is_wrong "$pointer" "$text" || {
			echo "$change: expected '$pointer' '$text', got $status: $output"
			wrong=$((wrong + 1))
		} >&2
		oci delete --force "$ID" > /dev/null 2>&1
		rm -r "$BUNDLE"
	done
	[ "$wrong" = 0 ] || return 1
	equal "$(ls "$ROOT")" ""
	no_foreign_process
}

# is_wrong POINTER TEXT: the command was refused as it should be
is_wrong() {
	[ "$status" = 1 ] && [ "${#lines[@]}" = 1 ] && [ ! -e "$ROOT/$ID" ] || return 1
	# runc names no fields
	is_runc || [[ $output == *"$1"* && $output == *"$2"* ]]
}

# broken TEXT: a bundle whose config.json is TEXT
broken() {
	bundle
	printf '%b' "$1" > "$BUNDLE/config.json"
	try create --bundle "$BUNDLE" "$ID"
	exits_with 1
	equal "${#lines[@]}" 1
	refused_for "$BUNDLE/config.json: "
	nothing_left
}

# ---- fields ---------------------------------------------------------------------------------------

@test "values of a wrong type in process are refused" {
	refuse <<- 'END'
		.process = [] ~ /process
		.process.args = "sh" ~ /process/args
		.process.args = ["sh", 7] ~ /process/args/1
		.process.env = {} ~ /process/env
		.process.env = ["PATH=/bin", 8] ~ /process/env/1
		.process.cwd = 7 ~ /process/cwd
		.process.terminal = "yes" ~ /process/terminal ~ yes
		.process.user = "root" ~ /process/user
		.process.user.uid = "zero" ~ /process/user/uid ~ zero
		.process.user.additionalGids = 5 ~ /process/user/additionalGids
		.process.capabilities.bounding = "CAP_KILL" ~ /process/capabilities/bounding
		.process.rlimits = [{ type: "RLIMIT_CORE", soft: "few", hard: 0 }] ~ /process/rlimits/0/soft ~ few
		.process.noNewPrivileges = 1 ~ /process/noNewPrivileges
		.process.oomScoreAdj = "low" ~ /process/oomScoreAdj ~ low
	END
}

@test "values of a wrong type in root, mounts and annotations are refused" {
	refuse <<- 'END'
		.root = [] ~ /root
		.root.path = 7 ~ /root/path
		.root.readonly = "no" ~ /root/readonly
		.mounts = {} ~ /mounts
		.mounts[1] = "tmpfs" ~ /mounts/1
		.mounts[1].options = "ro" ~ /mounts/1/options
		.mounts[1].options = ["ro", 5] ~ /mounts/1/options/1
		.mounts[2].destination = false ~ /mounts/2/destination
		.mounts[3].type = {} ~ /mounts/3/type
		.mounts[3].source = [] ~ /mounts/3/source
		.hostname = 5 ~ /hostname
		.annotations = [] ~ /annotations
		.annotations = { name: 1 } ~ /annotations/name
		.hooks = [] ~ /hooks
	END
}

@test "values of a wrong type in linux are refused" {
	refuse <<- 'END'
		.linux = [] ~ /linux
		.linux.namespaces = {} ~ /linux/namespaces
		.linux.namespaces[0] = "pid" ~ /linux/namespaces/0
		.linux.namespaces[1].type = 4 ~ /linux/namespaces/1/type
		.linux.namespaces[4].path = 7 ~ /linux/namespaces/4/path
		.linux.resources = [] ~ /linux/resources
		.linux.resources.memory = { limit: "64M" } ~ /linux/resources/memory/limit ~ 64M
		.linux.resources.pids = { limit: "many" } ~ /linux/resources/pids/limit ~ many
		.linux.resources.cpu = { quota: 1.5 } ~ /linux/resources/cpu/quota ~ 1.5
		.linux.resources.devices[0].allow = "yes" ~ /linux/resources/devices/0/allow
		.linux.devices = [{ path: 1, type: "c" }] ~ /linux/devices/0/path
		.linux.maskedPaths = "/proc/kcore" ~ /linux/maskedPaths
		.linux.readonlyPaths = ["/proc", 1] ~ /linux/readonlyPaths/1
		.linux.sysctl = { "net.ipv4.ip_forward": 1 } ~ /linux/sysctl/net.ipv4.ip_forward
		.linux.cgroupsPath = 7 ~ /linux/cgroupsPath
		.linux.rootfsPropagation = true ~ /linux/rootfsPropagation
		.linux.uidMappings = {} ~ /linux/uidMappings
	END
}

@test "numbers out of range are refused" {
	skip_on_runc "1.1.5 cuts some of them"
	refuse <<- 'END'
		.process.user.uid = -1 ~ /process/user/uid ~ -1
		.process.user.uid = 4294967296 ~ /process/user/uid ~ 4294967296
		.process.user.gid = 4294967295 ~ /process/user/gid ~ 4294967295
		.process.user.additionalGids = [1, -2] ~ /process/user/additionalGids/1 ~ -2
		.process.oomScoreAdj = 1001 ~ /process/oomScoreAdj ~ 1001
		.process.rlimits = [{ type: "RLIMIT_CORE", soft: -1, hard: 5 }] ~ /process/rlimits/0/soft ~ -1
		.linux.resources.memory = { limit: "large:1e30" } ~ /linux/resources/memory/limit
		.linux.resources.memory = { limit: "large:9223372036854775808" } ~ /linux/resources/memory/limit ~ 9223372036854775808
		.process.consoleSize = { height: -1, width: 80 } ~ /process/consoleSize/height ~ -1
		.linux.devices = [{ path: "/dev/x", type: "c", major: -1, minor: 3 }] ~ /linux/devices/0/major ~ -1
	END
}

@test "required fields that are missing are refused" {
	refuse <<- 'END'
		del(.root) ~ /root
		del(.root.path) ~ /root/path
		del(.process.cwd) ~ /process/cwd
		del(.linux.namespaces[2].type) ~ /linux/namespaces/2
	END
}

@test "versions that are not 1.x are refused" {
	skip_on_runc "1.1.5 takes some of them"
	refuse <<- 'END'
		del(.ociVersion) ~ /ociVersion
		.ociVersion = "2.0.0" ~ /ociVersion ~ 2.0.0
		.ociVersion = "0.9.0" ~ /ociVersion ~ 0.9.0
		.ociVersion = "" ~ /ociVersion
		.ociVersion = "one" ~ /ociVersion ~ one
		.ociVersion = 1 ~ /ociVersion
	END
}

@test "versions 1.x are taken, future ones, too" {
	local version
	bundle
	for version in 1.0.0 1.0.2-dev 1.1.0 1.2.1 1.3.0 1.9.7; do
		edit --arg version "$version" '.ociVersion = $version'
		run_in true
		succeeds
	done
}

@test "words that mean nothing are refused" {
	refuse <<- 'END'
		.linux.rootfsPropagation = "sideways" ~ /linux/rootfsPropagation ~ sideways
		.linux.namespaces[0].type = "wormhole" ~ /linux/namespaces/0/type ~ wormhole
		.linux.devices = [{ path: "/dev/x", type: "q" }] ~ /linux/devices/0/type ~ q
		.process.rlimits = [{ type: "CORE", soft: 0, hard: 0 }] ~ /process/rlimits/0/type ~ CORE
		.mounts[1].type = "wormholefs" ~ /mounts/1 ~ wormholefs
	END
}

@test "paths that must be absolute and are not are refused" {
	skip_on_runc "1.1.5 warns only"
	refuse <<- 'END'
		.mounts[1].destination = "" ~ /mounts/1/destination
		.process.cwd = "home" ~ /process/cwd ~ home
		.linux.maskedPaths = ["proc/kcore"] ~ /linux/maskedPaths/0 ~ proc/kcore
		.linux.readonlyPaths = ["/proc/sys", "proc"] ~ /linux/readonlyPaths/1
		.linux.devices = [{ path: "dev/x", type: "c", major: 1, minor: 3 }] ~ /linux/devices/0/path ~ dev/x
		.linux.namespaces[4].path = "net" ~ /linux/namespaces/4/path ~ net
	END
}

@test "combinations that cannot be are refused" {
	skip_on_runc "1.1.5 takes some of them"
	refuse <<- 'END'
		.linux.namespaces += [{ type: "pid" }] ~ /linux/namespaces/6
		.linux.uidMappings = [{ containerID: 0, hostID: 0, size: 1 }] ~ /linux/uidMappings
		.linux.gidMappings = [{ containerID: 0, hostID: 0, size: 1 }] ~ /linux/gidMappings
		.linux.namespaces += [{ type: "user" }] ~ /linux
		.linux.namespaces += [{ type: "user" }] | .linux.uidMappings = [{ containerID: 0, hostID: 0, size: 0 }] ~ /linux/uidMappings/0/size
		.linux.timeOffsets = { boottime: { secs: 5 } } ~ /linux/timeOffsets
		.process.rlimits = [{ type: "RLIMIT_CORE", soft: 9, hard: 5 }] ~ /process/rlimits/0
		.linux.namespaces |= map(select(.type != "uts")) ~ /hostname
		.linux.namespaces |= map(select(.type != "network")) | .linux.sysctl = { "net.core.somaxconn": "9" } ~ /linux/sysctl
		.mounts[0].uidMappings = [{ containerID: 0, hostID: 9, size: 9 }] ~ /mounts/0
	END
}

@test "strings with a NUL are refused" {
	skip_on_runc "1.1.5 cuts them"
	refuse <<- 'END'
		.process.args = ["sh\u0000x"] ~ /process/args/0
		.process.cwd = "/\u0000x" ~ /process/cwd
		.mounts[0].destination = "/proc\u0000x" ~ /mounts/0/destination
		.hostname = "a\u0000b" ~ /hostname
	END
}

@test "a host name that is too long is refused" {
	refuse <<- 'END'
		.hostname = ("x" * 65) ~ /hostname
	END
}

@test "fields that nobody knows are ignored" {
	bundle '.wormhole = { a: [1, null] } | .process.wormhole = 1 | .linux.wormhole = [] | .mounts[0].wormhole = {}
		| .linux.resources.wormhole = "x" | .linux.namespaces[0].wormhole = true'
	run_in 'echo fine'
	prints fine
}

@test "an error is one line even when the value has several" {
	bundle
	edit '.process.cwd = "no\nt\u001b[31m absolute"'
	try create --bundle "$BUNDLE" "$ID"
	exits_with 1
	equal "${#lines[@]}" 1
	says "31m absolute"
	[[ $output != *$'\e'* ]]
}

# ---- config.json as a file ------------------------------------------------------------------------

@test "JSON that is none is refused with line and column" {
	broken '{\n  "ociVersion": "1.0.2",\n  broken\n}\n'
	is_runc || {
		says config.json
		matches "$output" '(line 3|:3:)'
	}
}

@test "JSON that ends too early, goes on too long or is not an object is refused" {
	local text
	for text in '' ' ' '{' '{ "ociVersion": "1.0.2"' '[]' '"text"'; do
		broken "$text"
	done
	skip_on_runc "crashes on null, takes what follows the object"
	broken null
	broken '{ "ociVersion": "1.0.2" } x'
}

@test "JSON that is not JSON by the letter is refused" {
	skip_on_runc "takes some of it"
	local text
	for text in "{ 'ociVersion': \"1.0.2\" }" '{ "ociVersion": "1.0.2", }' '{ /* */ "ociVersion": "1.0.2" }' \
		'{ "ociVersion": "1.0.2", "hostname": "\\\\x" }' '{ "ociVersion": "1.0.2", "a": 01 }' \
		'{ "ociVersion": "1.0.2", "a": NaN }' '{ "ociVersion": "1.0.2", "hostname": "\xff\xfe" }'; do
		broken "$text"
	done
}

@test "a hundred thousand brackets are refused without harm" {
	bundle
	head -c 100000 /dev/zero | tr '\0' '[' > "$BUNDLE/config.json"
	try create --bundle "$BUNDLE" "$ID"
	exits_with 1
	refused_for "nested more than"
	nothing_left
}

@test "a config.json that is a folder or is missing is refused and named" {
	bundle
	rm "$BUNDLE/config.json"
	try create --bundle "$BUNDLE" "$ID"
	exits_with 1
	says config.json
	mkdir "$BUNDLE/config.json"
	try create --bundle "$BUNDLE" "$ID"
	exits_with 1
	says config.json
	nothing_left
}

# ---- bundle and root file system ------------------------------------------------------------------

@test "a bundle that does not exist is refused and named" {
	new_id
	try create --bundle "$T/nowhere" "$ID"
	exits_with 1
	says "$T/nowhere" "no such file or directory"
	nothing_left
}

@test "a bundle that is a file is refused" {
	new_id
	touch "$T/file"
	try create --bundle "$T/file" "$ID"
	exits_with 1
	says "not a directory"
	nothing_left
}

@test "a root file system that does not exist is refused and named" {
	bundle '.root.path = "nowhere"'
	try create --bundle "$BUNDLE" "$ID"
	exits_with 1
	says nowhere "no such file or directory"
	is_runc || says /root/path
	nothing_left
}

@test "a root file system that is a file is refused" {
	bundle '.root.path = "config.json"'
	try create --bundle "$BUNDLE" "$ID"
	exits_with 1
	says "not a directory"
	is_runc || says /root/path
	nothing_left
}

@test "a state root that cannot be made is refused and named" {
	bundle
	touch "$T/file"
	try --root "$T/file/root" create --bundle "$BUNDLE" "$ID"
	exits_with 1
	says "$T/file"
	nothing_left
}

# ---- failures on the way --------------------------------------------------------------------------

@test "a mount that fails as the last one leaves nothing of those before" {
	local make
	for make in bundle user_bundle; do
		$make
		add_mount /a tmpfs tmpfs
		add_mount /b bind "$T" rbind
		add_mount /c bind "$T/nowhere" bind
		try create --bundle "$BUNDLE" "$ID"
		exits_with 1
		says "$T/nowhere"
		nothing_left
	done
}

@test "a failure after the cgroup was made leaves no cgroup" {
	bundle '.linux.resources.memory = { limit: 67108864 } | .process.args = ["/no/such/program"]'
	try create --bundle "$BUNDLE" "$ID"
	exits_with 1
	says /no/such/program
	nothing_left
}

@test "a pid file is not left by a start that failed" {
	bundle '.process.args = ["/no/such/program"]'
	try create --pid-file "$T/pid" --bundle "$BUNDLE" "$ID"
	exits_with 1
	says /no/such/program
	is_runc || [ ! -e "$T/pid" ]
}

@test "an id is free again after a failure" {
	bundle '.process.args = ["/no/such/program"]'
	try create --bundle "$BUNDLE" "$ID"
	exits_with 1
	run_in 'echo now'
	prints now
}
