#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The commands create, start, state, kill, delete, run and list, and the life of a container.

load lib

created() {
	[ -n "${BUNDLE:-}" ] || bundle '.process.args = ["sleep", "1000"]'
	oci create --bundle "$BUNDLE" "$ID" < /dev/null > "$T/create.out" 2>&1 || {
		cat "$T/create.out"
		return 1
	}
}

# wait_for PID: its exit status, in $status
wait_for() {
	status=0
	wait "$1" || status=$?
}

# ---- the life -------------------------------------------------------------------------------------

@test "a container is created, then running, then stopped, then gone" {
	created
	equal "$(state_of status)" created
	oci start "$ID"
	equal "$(state_of status)" running
	oci kill "$ID" KILL
	eventually has_status stopped
	equal "$(state_of pid)" 0
	oci delete "$ID"
	run oci state "$ID"
	fails_with "container does not exist"
	nothing_left
}

@test "the program does not run before start" {
	bundle
	set_script 'echo ran > /ran; sleep 1000'
	created
	sleep 0.2
	[ ! -e "$BUNDLE/rootfs/ran" ]
	oci start "$ID"
	eventually test -e "$BUNDLE/rootfs/ran"
}

@test "changes of config.json after create have no effect" {
	bundle
	set_script 'echo first > /ran; sleep 1000'
	created
	set_script 'echo second > /ran; sleep 1000'
	oci start "$ID"
	eventually test -s "$BUNDLE/rootfs/ran"
	equal "$(cat "$BUNDLE/rootfs/ran")" first
}

@test "the state has the fields of the specification and those of runc" {
	bundle '.annotations = { "org.example.a": "one", "org.example.b": "two words" }'
	edit '.process.args = ["sleep", "1000"]'
	created
	run oci state "$ID"
	succeeds
	equal "$(jq -r .id <<< "$output")" "$ID"
	equal "$(jq -r .bundle <<< "$output")" "$BUNDLE"
	equal "$(jq -r .rootfs <<< "$output")" "$BUNDLE/rootfs"
	equal "$(jq -c .annotations <<< "$output")" '{"org.example.a":"one","org.example.b":"two words"}'
	equal "$(jq -r '.pid | type' <<< "$output")" number
	equal "$(jq -r '.owner | type' <<< "$output")" string
	matches "$(jq -r .ociVersion <<< "$output")" '^1\.[0-9]+\.[0-9]+'
	matches "$(jq -r .created <<< "$output")" '^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]{1,9})?Z$'
	# two spaces, as tools that compare texts know it
	matches "${lines[1]}" '^  "[a-zA-Z]'
}

@test "created is the time of creation" {
	local before
	before=$(date +%s)
	created
	between "$(date -d "$(state_of created)" +%s)" "$before" "$(date +%s)"
}

@test "the state's pid is the container's process, as the caller sees it" {
	start_sleeper
	equal "$(tr '\0' ' ' < "/proc/$(pid_of)/cmdline")" "sleep 1000 "
	matches "$(grep NSpid "/proc/$(pid_of)/status")" '[[:space:]]1$'
}

@test "a created container's process stays the same one after start" {
	created
	local pid
	pid=$(pid_of)
	oci start "$ID"
	equal "$(pid_of)" "$pid"
}

@test "a bundle given by a relative path is an absolute path in the state" {
	bundle '.process.args = ["sleep", "1000"]'
	cd "$T"
	oci create --bundle "./$(basename "$BUNDLE")/." "$ID" < /dev/null > /dev/null
	equal "$(state_of bundle)" "$BUNDLE"
}

@test "without --bundle the current directory is the bundle" {
	bundle '.process.args = ["sleep", "1000"]'
	cd "$BUNDLE"
	oci create "$ID" < /dev/null > /dev/null
	equal "$(state_of bundle)" "$BUNDLE"
}

@test "a root file system given by an absolute path may lie outside of the bundle" {
	bundle
	mv "$BUNDLE/rootfs" "$T/elsewhere"
	edit --arg path "$T/elsewhere" '.root.path = $path'
	run_in 'ls -d /bin'
	prints /bin
}

@test "an id is free again after delete" {
	created
	oci delete --force "$ID"
	created
	equal "$(state_of status)" created
}

@test "containers of two state roots do not know each other" {
	created
	run "$RUNTIME" --root "$T/other" state "$ID"
	fails_with "container does not exist"
	run "$RUNTIME" --root "$T/other" list -q
	prints ""
}

@test "a state root with a path of 250 characters works" {
	local root
	root=$T/$(printf 'a%.0s' {1..120})/$(printf 'b%.0s' {1..120})
	bundle '.process.args = ["sleep", "1000"]'
	"$RUNTIME" --root "$root" create --bundle "$BUNDLE" "$ID" < /dev/null > /dev/null
	"$RUNTIME" --root "$root" start "$ID"
	equal "$("$RUNTIME" --root "$root" state "$ID" | jq -r .status)" running
	delete_containers "$root"
	nothing_left
}

@test "a process that ends by itself leaves a stopped container until delete" {
	bundle '.process.args = ["true"]'
	created
	oci start "$ID"
	eventually has_status stopped
	oci delete "$ID"
	nothing_left
}

@test "a created container is deleted without force" {
	created
	oci delete "$ID"
	nothing_left
}

@test "the state directory is not open to others" {
	created
	local mode
	mode=$(stat -c %a "$ROOT/$ID")
	[ $((0$mode & 066)) = 0 ]
}

@test "a state root that is made is closed to others" {
	bundle
	"$RUNTIME" --root "$T/new/root" run --bundle "$BUNDLE" "$ID" < /dev/null
	[ $((0$(stat -c %a "$T/new/root") & 077)) = 0 ]
}

# ---- error texts ----------------------------------------------------------------------------------

@test "commands for a container that is not there say so" {
	local command
	for command in state start kill delete; do
		run oci "$command" nobody
		exits_with 1
		says "container does not exist"
	done
}

@test "delete --force of a container that is not there succeeds and says nothing" {
	run oci delete --force nobody
	prints ""
	run oci delete -f nobody
	prints ""
}

@test "an id that is taken is refused and the first container unharmed" {
	created
	try create --bundle "$BUNDLE" "$ID"
	exits_with 1
	says "container with given ID already exists"
	try run --bundle "$BUNDLE" "$ID"
	exits_with 1
	says "container with given ID already exists"
	equal "$(state_of status)" created
}

@test "a second start is refused" {
	created
	oci start "$ID"
	run oci start "$ID"
	exits_with 1
	says "cannot start an already running container"
	equal "$(state_of status)" running
}

@test "start of a stopped container is refused" {
	bundle '.process.args = ["true"]'
	created
	oci start "$ID"
	eventually has_status stopped
	run oci start "$ID"
	exits_with 1
	says "cannot start a container that has stopped"
}

@test "delete of a running container is refused" {
	start_sleeper
	run oci delete "$ID"
	exits_with 1
	says "cannot delete container $ID that is not stopped: running"
	equal "$(state_of status)" running
}

@test "delete --force ends a running container" {
	start_sleeper
	run oci delete --force "$ID"
	prints ""
	nothing_left
}

@test "kill of a stopped container says that it is not running" {
	bundle '.process.args = ["true"]'
	created
	oci start "$ID"
	eventually has_status stopped
	run oci kill "$ID" KILL
	exits_with 1
	says "container not running"
}

@test "kill --all of a stopped container is success" {
	bundle '.process.args = ["true"]'
	created
	oci start "$ID"
	eventually has_status stopped
	run oci kill --all "$ID" KILL
	succeeds
}

@test "ids that are no names are refused" {
	bundle
	local id
	for id in .. . a/b /etc "a b" $'a\nb' "a:b" 'a*' 'ä' '../../x'; do
		try create --bundle "$BUNDLE" "$id"
		exits_with 1
		says "invalid container ID format"
		run oci state "$id"
		exits_with 1
	done
	equal "$(ls -A "$ROOT")" ""
}

@test "an empty id is refused" {
	bundle
	try create --bundle "$BUNDLE" ""
	exits_with 1
	refused_for "invalid container ID"
	run oci delete --force ""
	[ "$status" = 0 ] && equal "$output" "" || refused_for "invalid container ID"
	equal "$(ls -A "$ROOT")" ""
}

@test "an id of 300 characters is refused" {
	bundle
	local id
	id=$(printf 'a%.0s' {1..300})
	try create --bundle "$BUNDLE" "$id"
	exits_with 1
	refused_for "invalid container ID"
	equal "$(ls -A "$ROOT")" ""
}

@test "letters, digits, underscore, plus, minus and dot make an id" {
	bundle '.process.args = ["true"]'
	local id
	for id in a 0 A_b+c-d.e _x "$(printf 'a%.0s' {1..64})"; do
		try run --bundle "$BUNDLE" "$id"
		succeeds
	done
}

@test "/ as state root is refused or at least not used" {
	skip_on_runc "1.1.5 takes it"
	run "$RUNTIME" --root / list
	fails_with "/"
}

# ---- kill -----------------------------------------------------------------------------------------

# trapper SIGNAL: a container that notes the signal in /got
trapper() {
	bundle
	set_script "trap 'echo $1 > /got; exit 0' $1; echo > /ready; while :; do sleep 0.02; done"
	oci run --detach --bundle "$BUNDLE" "$ID" < /dev/null > /dev/null 2>&1
	eventually test -e "$BUNDLE/rootfs/ready"
}

@test "kill takes signals by number, by name, with SIG and in any case" {
	local signal
	for signal in 10 USR1 SIGUSR1 usr1 sigusr1 SigUsr1; do
		trapper USR1
		run oci kill "$ID" "$signal"
		prints ""
		eventually test -e "$BUNDLE/rootfs/got"
	done
}

@test "kill without a signal sends TERM" {
	trapper TERM
	oci kill "$ID"
	eventually test -e "$BUNDLE/rootfs/got"
}

@test "kill takes real-time signals by number" {
	start_sleeper
	run oci kill "$ID" 34
	succeeds
}

@test "kill with signal 0 only asks" {
	start_sleeper
	run oci kill "$ID" 0
	succeeds
	equal "$(state_of status)" running
}

# sleepers NAME...: containers whose ids end in -NAME
sleepers() {
	local name

	for name in "$@"; do
		bundle
		ID=$HULL_TEST_TOKEN-$name
		edit --arg path "/$HULL_TEST_TOKEN/$ID" '.linux.cgroupsPath = $path'
		start_sleeper
	done
}

@test "kill --regex: every container whose id matches, and no other" {
	skip_on_runc "1.1.5 does not know it"
	sleepers web-1 web-2 db
	run oci kill --regex 'web-[0-9]$' KILL
	prints ""
	eventually has_status stopped "$HULL_TEST_TOKEN-web-1"
	eventually has_status stopped "$HULL_TEST_TOKEN-web-2"
	has_status running "$HULL_TEST_TOKEN-db"
	# one that has ended is no failure, but is said
	run oci kill -r 'web-1' KILL
	succeeds
	says "$HULL_TEST_TOKEN-web-1" "container not running"
	run oci kill --regex 'nobody' KILL
	prints ""
}

@test "delete --regex: those that have ended, with --force all" {
	skip_on_runc "1.1.5 does not know it"
	sleepers web-1 web-2 db
	oci kill "$HULL_TEST_TOKEN-web-1" KILL
	eventually has_status stopped "$HULL_TEST_TOKEN-web-1"
	run oci delete --regex 'web-(1|2)'
	exits_with 1
	says "$HULL_TEST_TOKEN-web-2" "not stopped" "1 of 2"
	[ ! -e "$ROOT/$HULL_TEST_TOKEN-web-1" ]
	has_status running "$HULL_TEST_TOKEN-web-2"
	run oci delete --force --regex 'web|db'
	prints ""
	equal "$(oci list -q)" ""
}

@test "a pattern that is none is refused, and an id is none with it alone" {
	skip_on_runc "1.1.5 does not know it"
	sleepers db
	run oci kill --regex '(' KILL
	exits_with 1
	says 'regular expression "("'
	run oci delete --force --regex '['
	exits_with 1
	says 'regular expression "["'
	run oci kill --regex '.*' NOPE
	exits_with 1
	says NOPE
	run oci delete --force '.*'
	exits_with 1
	says "invalid container ID format"
	has_status running "$ID"
}

@test "signals that do not exist are refused" {
	start_sleeper
	local signal
	for signal in NOPE SIGNOPE 65 -1 1x 99999999999; do
		run oci kill "$ID" "$signal"
		refused_for "$signal"
	done
	equal "$(state_of status)" running
}

@test "kill of a created container ends it" {
	created
	oci kill "$ID" KILL
	eventually has_status stopped
}

@test "kill --all reaches every process of a container without a pid namespace of its own" {
	bundle
	without_namespace pid
	set_script 'trap "" TERM; sleep 1000 & echo $! > /child; wait'
	oci run --detach --bundle "$BUNDLE" "$ID" < /dev/null > /dev/null 2>&1
	eventually test -s "$BUNDLE/rootfs/child"
	oci kill --all "$ID" KILL
	eventually no_foreign_process
	oci delete "$ID"
}

@test "delete --force ends every process of a container without a pid namespace of its own" {
	bundle
	without_namespace pid
	set_script 'sleep 1000 & echo $! > /child; wait'
	oci run --detach --bundle "$BUNDLE" "$ID" < /dev/null > /dev/null 2>&1
	eventually test -s "$BUNDLE/rootfs/child"
	oci delete --force "$ID"
	nothing_left
}

# ---- run ------------------------------------------------------------------------------------------

@test "run exits with the status of its process, whatever it is" {
	bundle
	local code
	for code in 0 1 2 42 125 126 127 128 200 254 255; do
		run_in "exit $code"
		exits_with "$code"
	done
	nothing_left
}

@test "run exits with 128 and the signal's number when a signal ended its process" {
	bundle
	without_namespace pid
	local signal
	for signal in 9 15 6 11; do
		run_in "ulimit -c 0; kill -$signal \$\$"
		exits_with $((128 + signal))
	done
	nothing_left
}

@test "run of a process that was killed from outside exits with 137" {
	bundle '.process.args = ["sleep", "1000"]'
	oci run --bundle "$BUNDLE" "$ID" < /dev/null > /dev/null 3>&- &
	local runner=$!
	eventually has_status running
	oci kill "$ID" KILL
	wait_for "$runner"
	exits_with 137
	nothing_left
}

@test "run deletes its container when the process has ended" {
	bundle
	run_in true
	succeeds
	run oci state "$ID"
	fails_with "container does not exist"
	nothing_left
}

@test "run --keep leaves the stopped container" {
	bundle '.process.args = ["true"]'
	oci run --keep --bundle "$BUNDLE" "$ID"
	equal "$(state_of status)" stopped
	oci delete "$ID"
	nothing_left
}

@test "run --detach returns at once and the process lives on" {
	start_sleeper
	equal "$(state_of status)" running
	[ -d "/proc/$(pid_of)" ]
}

@test "run passes standard input, output and error through" {
	bundle '.process.args = ["sh", "-c", "cat; echo to stderr >&2"]'
	oci run --bundle "$BUNDLE" "$ID" <<< "from outside" > "$T/out" 2> "$T/err"
	equal "$(cat "$T/out")" "from outside"
	equal "$(cat "$T/err")" "to stderr"
}

@test "run passes a megabyte through unchanged" {
	bundle '.process.args = ["cat"]'
	head -c 1048576 /dev/urandom > "$T/data"
	oci run --bundle "$BUNDLE" "$ID" < "$T/data" > "$T/out"
	cmp "$T/data" "$T/out"
}

@test "run ends with its process although a grandchild holds the output open" {
	bundle '.process.args = ["sh", "-c", "sleep 1000 & exit 3"]'
	run timeout 10 "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" < /dev/null
	exits_with 3
	nothing_left
}

@test "run with closed standard input starts" {
	bundle '.process.args = ["echo", "here"]'
	try run --bundle "$BUNDLE" "$ID" < /dev/null
	prints here
}

@test "a signal to a foreground run is handed on to the process" {
	local signal
	for signal in TERM HUP USR1 USR2; do
		bundle
		set_script "trap 'exit 7' $signal; echo > /ready; while :; do sleep 0.02; done"
		"$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" < /dev/null > /dev/null 3>&- &
		local runner=$!
		eventually test -e "$BUNDLE/rootfs/ready"
		kill "-$signal" "$runner"
		wait_for "$runner"
		exits_with 7
	done
}

@test "the process starts with no signal blocked although its caller blocks some" {
	bundle '.process.args = ["probe", "signals"]'
	try run --bundle "$BUNDLE" "$ID"
	matches "$output" '^blocked=0 '
}

# ---- descriptor of the process --------------------------------------------------------------------

# receive_pidfd: whoever is at --pidfd-socket of what follows; what it says is in $T/pidfd.out
receive_pidfd() {
	rm -f "$T/pidfd" "$T/pidfd.out"
	console --pidfd "$T/pidfd" > "$T/pidfd.out" 3>&- &
	receiver=$!
	eventually test -S "$T/pidfd"
}

# pidfd_was_of PID: and it ends with that process
pidfd_was_of() {
	eventually grep -qx "process $1" "$T/pidfd.out" || return 1
	kill -0 "$receiver" || return 1
	kill -KILL "$1"
	wait "$receiver"
	equal "$(cat "$T/pidfd.out")" "process $1"$'\n'ended
}

@test "--pidfd-socket receives a descriptor of the process: create, run and exec" {
	skip_on_runc "1.1.5 does not know it"
	bundle '.process.args = ["sleep", "1000"]'
	receive_pidfd
	oci create --pidfd-socket "$T/pidfd" --bundle "$BUNDLE" "$ID" < /dev/null > /dev/null
	pidfd_was_of "$(pid_of)"
	bundle '.process.args = ["sleep", "1000"]'
	receive_pidfd
	oci run --detach --pidfd-socket "$T/pidfd" --bundle "$BUNDLE" "$ID" < /dev/null > /dev/null
	pidfd_was_of "$(pid_of)"
	bundle
	start_sleeper
	if [ -n "$WITHOUT" ]; then # the second process that an exec consists of is opened by its number
		try exec --detach --pidfd-socket "$T/pidfd" "$ID" sleep 1000
		fails_with "pidfd socket" "pidfd_open(2)"
		return
	fi
	receive_pidfd
	oci exec --detach --pidfd-socket "$T/pidfd" --pid-file "$T/pid" "$ID" sleep 1000 < /dev/null > /dev/null
	pidfd_was_of "$(< "$T/pid")"
	has_status running
}

@test "a pidfd socket that nobody listens at is refused, and nothing is left" {
	skip_on_runc "1.1.5 does not know it"
	bundle '.process.args = ["sleep", "1000"]'
	try create --pidfd-socket "$T/nobody" --bundle "$BUNDLE" "$ID"
	fails_with "pidfd socket" "$T/nobody" "no such file or directory"
	nothing_left
	bundle
	start_sleeper
	try exec --detach --pidfd-socket "$T/nobody" "$ID" sleep 1000
	exits_with 255
	says "pidfd socket"
	eventually test "$(cgroup_pids | wc -l)" = 1
}

# ---- pid file -------------------------------------------------------------------------------------

@test "the pid file holds the decimal pid and nothing else" {
	bundle '.process.args = ["sleep", "1000"]'
	oci create --pid-file "$T/pid" --bundle "$BUNDLE" "$ID" < /dev/null > /dev/null
	equal "$(od -An -c "$T/pid" | tr -d ' \n')" "$(pid_of)"
}

@test "run writes the pid file, too, and leaves no other file beside it" {
	mkdir "$T/pids"
	bundle '.process.args = ["sleep", "1000"]'
	oci run --detach --pid-file "$T/pids/pid" --bundle "$BUNDLE" "$ID" < /dev/null > /dev/null
	equal "$(cat "$T/pids/pid")" "$(pid_of)"
	equal "$(ls -A "$T/pids")" pid
}

@test "a relative pid file is relative to the caller's directory, not to the bundle" {
	bundle '.process.args = ["sleep", "1000"]'
	cd "$T"
	oci create --pid-file pid --bundle "$BUNDLE" "$ID" < /dev/null > /dev/null
	equal "$(cat "$T/pid")" "$(pid_of)"
}

@test "a pid file that cannot be written fails the start and leaves nothing" {
	bundle '.process.args = ["sleep", "1000"]'
	try create --pid-file "$T/missing/pid" --bundle "$BUNDLE" "$ID"
	exits_with 1
	says "$T/missing/" "no such file or directory"
	nothing_left
}

# ---- command line ---------------------------------------------------------------------------------

@test "flags are taken in every spelling" {
	bundle '.process.args = ["true"]'
	try run --bundle="$BUNDLE" "$ID"
	succeeds
	try run --bundle "$BUNDLE" "$ID"
	succeeds
	try run -b "$BUNDLE" "$ID"
	succeeds
	try run -bundle "$BUNDLE" "$ID"
	succeeds
	try run -bundle="$BUNDLE" "$ID"
	succeeds
	try run -b="$BUNDLE" "$ID"
	succeeds
	try run --bundle "$BUNDLE" -- "$ID"
	succeeds
}

@test "global flags are taken in every spelling" {
	run "$RUNTIME" --root="$ROOT" list -q
	prints ""
	run "$RUNTIME" -root "$ROOT" list --quiet
	prints ""
	run "$RUNTIME" --root "$ROOT" --debug=false list --format=json
	succeeds
	run "$RUNTIME" --root "$ROOT" --systemd-cgroup=false --rootless=auto list -f json
	succeeds
}

@test "boolean flags take a value after the equals sign" {
	bundle '.process.args = ["true"]'
	try run --no-pivot=false --no-new-keyring=true --keep=false --bundle "$BUNDLE" "$ID"
	succeeds
}

@test "unknown flags and commands are refused and named" {
	bundle
	try create --bogus --bundle "$BUNDLE" "$ID"
	fails_with bogus
	run "$RUNTIME" --bogus list
	fails_with bogus
	run oci frobnicate
	fails_with frobnicate
	nothing_left
}

@test "a flag that lacks its value is refused" {
	try create --bundle
	[ "$status" != 0 ]
	[[ $output == *"flag needs an argument"* || $output == *"requires an argument"* ]]
}

@test "a missing or a superfluous argument is refused" {
	local command
	for command in create start state kill delete run; do
		run oci "$command"
		exits_with 1
		says "\"$command\" requires "
	done
	for command in create start state delete run; do
		run oci "$command" one two
		exits_with 1
		says "\"$command\" requires exactly 1 argument"
	done
}

@test "--help is success, for the program and for each command" {
	local command
	for command in '' create start state kill delete run list spec features; do
		# shellcheck disable=SC2086
		run "$RUNTIME" $command --help
		succeeds
		[ -n "$output" ]
	done
	run "$RUNTIME" -h
	succeeds
}

@test "--version prints name, commit and specification in the form that engines parse" {
	run "$RUNTIME" --version
	succeeds
	matches "${lines[0]}" '^[a-z-]+ version [0-9]+\.[0-9]+'
	matches "${lines[1]}" '^commit: [^ ]+'
	matches "${lines[2]}" '^spec: 1\.[0-9]+\.[0-9]+'
	local long=$output
	run "$RUNTIME" -v
	prints "$long"
}

@test "features needs no state root and prints what the specification names" {
	run "$RUNTIME" --root /proc/nowhere features
	succeeds
	jq -e '
		(.ociVersionMin | test("^1\\.")) and (.ociVersionMax | test("^1\\."))
		and (.mountOptions | index("ro") and index("rro") and index("tmpcopyup"))
		and (.linux.namespaces | index("mount") and index("user") and index("cgroup"))
		and (.linux.capabilities | index("CAP_SYS_ADMIN"))
		and .linux.cgroup.v1 and .linux.cgroup.v2
		and (.annotations | type == "object")' <<< "$output"
	# four spaces
	matches "${lines[1]}" '^    "[a-zA-Z]'
}

@test "features names the time namespace, every seccomp action and idmapped mounts" {
	skip_on_runc "1.1.5 has neither"
	run "$RUNTIME" features
	succeeds
	jq -e '(.linux.namespaces | index("time")) and .linux.mountExtensions.idmap.enabled' <<< "$output"
	jq -e 'has("hooks") and (.linux | has("seccomp") and has("apparmor") and has("selinux")
		and has("intelRdt"))' <<< "$output"
	jq -e '.linux.cgroup | .v1 and .v2 and .rdma' <<< "$output"
}

@test "every mount option that features names is one that a mount takes" {
	skip_on_runc "names options that its kernel call refuses"
	local option options
	bundle '.process.args = ["true"]'
	add_mount /run tmpfs tmpfs
	options=$("$RUNTIME" features | jq -r '.mountOptions[]')
	differs "$options" ""
	for option in $options; do
		case $option in
		# what needs another kind of mount, and what the kernel no longer has
		bind | rbind | remount | idmap | ridmap | mand | acl | noacl | iversion) continue ;;
		esac
		edit --arg option "$option" '.mounts[-1].options = [$option]'
		try run --bundle "$BUNDLE" "$ID"
		succeeds || {
			echo "option $option" >&2
			return 1
		}
	done
}

# ---- list -----------------------------------------------------------------------------------------

@test "list of nothing is a headline, and null or an empty array in JSON" {
	run oci list
	succeeds
	equal "${#lines[@]}" 1
	matches "${lines[0]}" '^ID +PID +STATUS +BUNDLE +CREATED +OWNER *$'
	run oci list --format json
	succeeds
	[ "$output" = null ] || [ "$output" = '[]' ]
}

@test "list of a state root that does not exist is empty" {
	run "$RUNTIME" --root "$T/nowhere" list -q
	prints ""
}

@test "list shows each container in one line" {
	created
	local first=$ID
	bundle
	start_sleeper
	run oci list
	succeeds
	equal "${#lines[@]}" 3
	matches "$output" "$first +$(pid_of "$first") +created +$T/b1 +20[0-9T:.Z-]+ +[a-z#]"
	matches "$output" "$ID +$(pid_of) +running +$BUNDLE +20[0-9T:.Z-]+ +[a-z#]"
}

@test "list --quiet prints ids only" {
	created
	run oci list --quiet
	prints "$ID"
}

@test "list --format json has the fields of state and the owner's name" {
	created
	run oci list --format json
	succeeds
	equal "$(jq length <<< "$output")" 1
	equal "$(jq -r '.[0].id' <<< "$output")" "$ID"
	equal "$(jq -r '.[0].status' <<< "$output")" created
	equal "$(jq -r '.[0].pid' <<< "$output")" "$(pid_of)"
	equal "$(jq -r '.[0].owner' <<< "$output")" root
}

@test "list refuses an unknown format" {
	run oci list --format yaml
	exits_with 1
	says format
}

# ---- log ------------------------------------------------------------------------------------------

@test "a failure is one line on standard error" {
	oci state nobody 2> "$T/err" > "$T/out" || true
	equal "$(wc -l < "$T/err")" 1
	grep -q "container does not exist" "$T/err"
	equal "$(cat "$T/out")" ""
}

@test "with --log the same message is in the file and on standard error" {
	oci --log "$T/log" state nobody 2> "$T/err" || true
	grep -q "container does not exist" "$T/err"
	equal "$(wc -l < "$T/log")" 1
	matches "$(cat "$T/log")" 'level=error msg="container does not exist: nobody"'
}

@test "with --log-format json a failure is exactly one object in the file" {
	bundle '.process.args = ["/no/such/program"]'
	oci --log "$T/log" --log-format json create --bundle "$BUNDLE" "$ID" \
		< /dev/null 2> "$T/err" > /dev/null || true
	equal "$(jq -s length "$T/log")" 1
	equal "$(jq -r .level "$T/log")" error
	matches "$(jq -r .time "$T/log")" '^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}'
	matches "$(jq -r .msg "$T/log")" 'no such file or directory'
	# one line, the same text once on standard error
	equal "$(jq -r .msg "$T/log" | wc -l)" 1
	equal "$(grep -cF "$(jq -r .msg "$T/log")" "$T/err")" 1
	nothing_left
}

@test "the log file is appended to and a success writes nothing" {
	echo before > "$T/log"
	run oci --log "$T/log" list
	succeeds
	equal "$(cat "$T/log")" before
	run oci --log "$T/log" state nobody
	equal "$(wc -l < "$T/log")" 2
}

@test "an unknown log format is refused" {
	run oci --log-format xml list
	exits_with 1
	says xml
}

# ---- spec -----------------------------------------------------------------------------------------

@test "spec writes a config.json that is valid and runs" {
	bundle
	rm "$BUNDLE/config.json"
	oci spec --bundle "$BUNDLE"
	jq -e '.ociVersion and .process.args == ["sh"] and .root.path == "rootfs" and .process.terminal' \
		"$BUNDLE/config.json"
	edit --arg cgroup "$CGROUP" '.process.terminal = false | .linux.cgroupsPath = $cgroup'
	run_in 'echo $$; id -u; hostname'
	equal "${lines[*]}" "1 0 $(jq -r .hostname "$BUNDLE/config.json")"
}

@test "spec writes into the current directory" {
	mkdir "$T/empty"
	cd "$T/empty"
	oci spec
	[ -s config.json ]
}

@test "spec does not overwrite" {
	mkdir "$T/empty"
	echo mine > "$T/empty/config.json"
	run oci spec --bundle "$T/empty"
	fails_with config.json
	equal "$(cat "$T/empty/config.json")" mine
}

@test "spec --rootless has a user namespace with maps of the caller" {
	mkdir "$T/empty"
	oci spec --rootless --bundle "$T/empty"
	jq -e '(.linux.namespaces | map(.type) | index("user"))
		and .linux.uidMappings[0].containerID == 0 and .linux.uidMappings[0].size == 1
		and .linux.gidMappings[0].containerID == 0' "$T/empty/config.json"
}

# ---- plan and trace -------------------------------------------------------------------------------

@test "plan prints the steps and touches nothing" {
	skip_on_runc "has no such command"
	bundle
	run oci plan --bundle "$BUNDLE"
	succeeds
	says /proc rootfs exec
	nothing_left
}

@test "--trace writes the timeline of a start as Chrome trace JSON" {
	skip_on_runc "has no such option"
	bundle
	set_script true
	oci run --trace "$T/trace" --bundle "$BUNDLE" "$ID"
	jq -e '(.traceEvents // .) | length > 5 and all(has("name") and has("ph") and has("pid"))
		and (map(.pid) | unique | length == 2)' "$T/trace"
}
