# SPDX-License-Identifier: Apache-2.0
#
# What the fault tests share, on top of the integration tests' words:
#
#   rich_bundle KIND     a bundle whose plan has steps of most kinds; KIND is copy, template, user,
#                        terminal or joined; sets $strategy, and $console for a terminal
#   steps                the steps of its plan, "N STEP POINTER", in $T/steps
#   nothing_is_left      of the container $ID: no state, no group, no mount
#   sample N             thins the lines of standard input out to about N, unless FAULT_LONG=1;
#                        FAULT_SLICE=I/N then takes the Ith of N parts only

load ../integration/lib
HELPERS=$BATS_TEST_DIRNAME/../integration/helpers

is_long() {
	[ "${FAULT_LONG:-0}" != 0 ]
}

sample() {
	if is_long; then
		awk -v slice="${FAULT_SLICE:-1/1}" 'BEGIN { split(slice, part, "/") } NR % part[2] == part[1] % part[2]'
	else
		awk -v wanted="$1" '{ line[NR] = $0 }
			END { for (i = 0; i < wanted && i < NR; i++) print line[1 + int(i * NR / (wanted < NR ? wanted : NR))] }'
	fi
}

rich_bundle() {
	strategy=copy
	case $1 in
	user) user_bundle ;;
	*) bundle ;;
	esac
	[ "$1" != template ] || strategy=template
	mkdir -p "$T/volume"
	touch "$T/volume/file"
	mkdir -p "$BUNDLE/rootfs/up"
	echo content > "$BUNDLE/rootfs/up/file"
	chmod 755 "$BUNDLE/rootfs/up"
	add_mount /v bind "$T/volume" rbind ro
	add_mount /etc/file bind "$T/volume/file" bind
	add_mount /up tmpfs tmpfs tmpcopyup
	edit '.root.readonly = true
		| .process.args = ["sleep", "100"]
		| .process.oomScoreAdj = 300
		| .process.cwd = "/made/here"
		| .process.rlimits = [{ type: "RLIMIT_CORE", soft: 0, hard: 0 }]
		| .linux.sysctl = { "kernel.shmmax": "4096" }
		| .linux.maskedPaths = ["/proc/kcore", "/proc/acpi", "/sys/firmware"]
		| .linux.readonlyPaths = ["/proc/sys", "/proc/irq"]
		| .linux.resources.memory = { limit: 67108864 }
		| .hooks = { startContainer: [{ path: "/bin/true" }] }'
	[ "$1" = template ] || edit '.hooks.createContainer = [{ path: "/bin/true" }]
		| .hooks.createRuntime = [{ path: "/bin/true" }] | .hooks.poststop = [{ path: "/bin/true" }]'
	[ "$1" != joined ] || namespace_path pid "/proc/$holder/ns/pid"
	[ "$1" != terminal ] || edit '.process.terminal = true'
	cp "$BUNDLE/config.json" "$T/config.json"
}

steps() {
	oci plan --json --strategy "$strategy" --bundle "$BUNDLE" "$ID" |
		jq -r '.steps | to_entries[] | "\(.key) \(.value.step) \(.value.config)"' > "$T/steps"
	[ -s "$T/steps" ]
}

# hold_namespaces: a process in a pid namespace of its own, as $holder; let_go ends it
hold_namespaces() {
	unshare --pid --fork --kill-child sleep 1000 3>&- &
	unsharer=$!
	eventually pgrep -P "$unsharer" sleep
	holder=$(pgrep -P "$unsharer" sleep)
}

let_go() {
	kill -KILL "$unsharer"
	wait "$unsharer" 2> /dev/null || true
}

# create_rich [ARGS...]: creates the rich bundle; with a terminal, something takes its master
create_rich() {
	if jq -e .process.terminal "$BUNDLE/config.json" > /dev/null; then
		receive_console
		try create --strategy "$strategy" --console-socket "$T/console" --bundle "$BUNDLE" "$@" "$ID"
	else
		try create --strategy "$strategy" --bundle "$BUNDLE" "$@" "$ID"
	fi
}

# first_process_is_alone: nothing of an exec that failed is left in the container
first_process_is_alone() {
	[ "$(cgroup_pids | wc -l)" = 1 ]
}

# receive_console: something takes the master of a terminal at $T/console
receive_console() {
	rm -f "$T/console"
	console "$T/console" < /dev/null > "$T/console.out" 2>&1 3>&- &
	receiver=$!
	eventually test -S "$T/console"
}

end_receiver() {
	[ -z "${receiver:-}" ] || kill "$receiver" 2> /dev/null || true
	receiver=
}

groups_of() { # groups_of ID
	ls -d "/sys/fs/cgroup/$HULL_TEST_TOKEN/$1" "/sys/fs/cgroup/"*"/$HULL_TEST_TOKEN/$1" 2> /dev/null
}

nothing_is_left() {
	local left

	left=$(ls -A "$ROOT"; groups_of "$ID" || true; grep -F " $BUNDLE" /proc/self/mountinfo || true)
	[ -z "$left" ] || {
		echo "left behind: $left" >&2
		return 1
	}
}

nobody_is_left() {
	eventually no_foreign_process || {
		foreign_processes >&2
		return 1
	}
}

# deleted_by_force: the command succeeds and nothing is left
deleted_by_force() {
	timeout --kill-after 2 30 "$RUNTIME" --root "$ROOT" delete --force "$ID" > "$T/delete.out" 2>&1 || {
		echo "delete --force: status $? $(cat "$T/delete.out")" >&2
		return 1
	}
	nothing_is_left
}
