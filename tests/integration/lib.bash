# SPDX-License-Identifier: Apache-2.0
#
# What the integration tests share. Each test has a folder $T of its own (removed afterwards) with
# a state root $ROOT, and makes containers with these words:
#
#   bundle [JQ...]        a new container's bundle: sets $ID and $BUNDLE; JQ edits its config.json
#   edit JQ...            edits config.json of $BUNDLE
#   oci ARGS...           the runtime with this test's state root
#   run_in SCRIPT         runs SCRIPT by sh in a new container and sets $status, $output, $lines
#   start_shell           starts a container whose shell takes scripts: inside SCRIPT...
#   start_sleeper         starts a container that waits for its end
#
# teardown deletes what a test left; teardown_file compares mounts, processes, namespaces, cgroups
# and files with what there was before the file's first test.

bats_require_minimum_version 1.5.0
HELPERS=$BATS_TEST_DIRNAME/helpers

# ---- life cycle of a test -------------------------------------------------------------------------

setup_file() {
	[ -n "${HULL_TEST_TOKEN:-}" ] || {
		echo "these tests are started by tests/integration/run" >&2
		return 1
	}
	snapshot > "$BATS_FILE_TMPDIR/before"
}

teardown_file() {
	[ -e "$BATS_FILE_TMPDIR/before" ] || return 0
	# the end of a killed process, and of its namespaces, takes a moment
	eventually is_as_before && return 0
	echo "left behind (>) or missing (<) after this file:" >&2
	cat "$BATS_FILE_TMPDIR/left" >&2
	return 1
}

is_as_before() {
	snapshot > "$BATS_FILE_TMPDIR/after"
	diff "$BATS_FILE_TMPDIR/before" "$BATS_FILE_TMPDIR/after" > "$BATS_FILE_TMPDIR/left"
}

setup() {
	begin_test
}

begin_test() {
	local file=${BATS_TEST_FILENAME##*/}

	T=$HULL_TEST_WORK/${file%.bats}-$BATS_TEST_NUMBER
	ROOT=$T/root
	n_bundles=0
	mkdir -p "$ROOT"
}

teardown() {
	end_test
}

end_test() {
	close_shells
	delete_containers "$ROOT" || return 1
	# a test that failed did not come to its own unmounting
	[ -n "${BATS_TEST_COMPLETED:-}" ] || unmount_below "$T"
	rm -rf --one-file-system "$T" || return 1
}

unmount_below() { # unmount_below DIRECTORY
	local target

	while IFS= read -r target; do
		umount -l "$target" || true
	done < <(awk -v top="$1/" 'index($5, top) == 1 { print $5 }' /proc/self/mountinfo | tac)
}

# delete_containers ROOT: all of them; fails when something stays in their state directory
delete_containers() {
	local directory

	[ -d "$1" ] || return 0
	for directory in "$1"/*/; do
		[ ! -d "$directory" ] || timeout -k 2 60 "$RUNTIME" --root "$1" delete --force "$(basename "$directory")" || true
	done
	# what is kept on purpose is hidden (.lock, …); a container's state is not
	[ -z "$(ls "$1")" ] || {
		echo "left in the state root: $(ls "$1")" >&2
		return 1
	}
}

# snapshot: what could be left behind, one thing a line, sorted
snapshot() {
	local found

	found=$(
		exec 2> /dev/null
		# a namespace kept on purpose may be made anew: its number does not count, its place does
		awk '{ sub(/\[[0-9]+\]/, "", $4); count[$4 " " $5]++ }
			END { for (mount in count) print "mount", mount, count[mount] }' /proc/self/mountinfo
		snapshot_processes "$BASHPID"
		find /sys/fs/cgroup -type d -name "*$HULL_TEST_TOKEN*" -printf 'cgroup %p\n'
		find /sys/fs/cgroup -path "*/$HULL_TEST_TOKEN/*" -type d -printf 'cgroup %p\n'
		find /tmp /run /var/tmp /dev/shm /dev/mqueue -maxdepth 3 -name "*$HULL_TEST_TOKEN*" \
			-printf 'file %p\n'
		find "$HULL_TEST_WORK" -mindepth 1 -maxdepth 1 -printf 'file %p\n'
	) || true
	sort -u <<< "$found"
}

# snapshot_processes SELF: all processes but SELF's ancestors and descendants, and their namespaces
snapshot_processes() {
	local pid words links=()

	cat /proc/[0-9]*/stat | awk -v self="$1" '
		{
			pid = $1
			sub(/^.*\) /, "")
			split($0, field, " ")
			if (field[1] != "Z")
				parent[pid] = field[2]
		}
		function is_below(pid, other) {
			while (pid in parent && pid != other)
				pid = parent[pid]
			return pid == other
		}
		END {
			for (pid in parent)
				if (!is_below(pid, self) && !is_below(self, pid))
					print pid
		}' > "$BATS_FILE_TMPDIR/pids"
	while read -r pid; do
		# the printers of test results come and go with each file
		mapfile -d '' -t words < "/proc/$pid/cmdline" && [[ ${words[*]} != *bats-* ]] || continue
		echo "process $pid ${words[*]}"
		links+=("/proc/$pid/ns/"*)
	done < "$BATS_FILE_TMPDIR/pids"
	[ ${#links[@]} = 0 ] || readlink "${links[@]}" | sed 's/^/namespace /'
}

# ---- containers -----------------------------------------------------------------------------------

is_runc() {
	"$RUNTIME" --version | grep -q '^runc version'
}

# skip_on_runc WHY: for what the runtime under test has and runc (1.1.5) has not
skip_on_runc() {
	! is_runc || skip "runc: $1"
}

# oci ARGS...: a runtime that hangs ends with 124 after a minute
oci() {
	if [ -n "${STRATEGY:-}" ] && [[ $1 == create || $1 == run ]]; then
		set -- "$1" --strategy "$STRATEGY" "${@:2}"
	fi
	timeout --foreground --kill-after 2 60 "$RUNTIME" --root "$ROOT" "$@"
}

new_id() {
	n_bundles=$((n_bundles + 1))
	ID=$HULL_TEST_TOKEN-$BATS_TEST_NUMBER-$n_bundles
	CGROUP=/$HULL_TEST_TOKEN/$ID
}

bundle() {
	new_id
	BUNDLE=$T/b$n_bundles
	mkdir "$BUNDLE"
	# the programs are shared by hard links, what a container may write is its own
	cp -al "$HULL_TEST_WORK/rootfs" "$BUNDLE/rootfs"
	rm -r "$BUNDLE/rootfs/etc"
	cp -a "$HULL_TEST_WORK/rootfs/etc" "$BUNDLE/rootfs/etc"
	jq --arg cgroup "$CGROUP" '.linux.cgroupsPath = $cgroup' "$HELPERS/config.json" > "$BUNDLE/config.json"
	[ $# = 0 ] || edit "$@"
}

edit() {
	jq "$@" < "$BUNDLE/config.json" > "$BUNDLE/config.new" || return 1
	mv "$BUNDLE/config.new" "$BUNDLE/config.json"
}

# user_bundle [JQ...]: a bundle with a user namespace whose root is 100000 outside
user_bundle() {
	bundle
	rm -r "$BUNDLE/rootfs"
	cp -a "$HULL_TEST_WORK/rootfs" "$BUNDLE/rootfs"
	chown -hR 100000:100000 "$BUNDLE/rootfs"
	edit '.linux.namespaces += [{ type: "user" }]
		| .linux.uidMappings = [{ containerID: 0, hostID: 100000, size: 65536 }]
		| .linux.gidMappings = [{ containerID: 0, hostID: 100000, size: 65536 }]'
	[ $# = 0 ] || edit "$@"
}

# with_all_capabilities: of root, as in a privileged container
with_all_capabilities() {
	edit --argjson names "$(all_capabilities)" '
		.process.noNewPrivileges = false
		| .process.capabilities = ({ bounding: $names, effective: $names, permitted: $names })'
}

# all_capabilities: the names of those that we have ourselves, as a JSON array
all_capabilities() {
	local names=(CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP
		LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE
		SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME
		SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG
		WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE)
	local mask i

	mask=$((0x$(awk '/^CapBnd/ { print $2 }' /proc/self/status)))
	for i in "${!names[@]}"; do
		[ $((mask >> i & 1)) = 0 ] || echo "CAP_${names[i]}"
	done | jq -Rn '[inputs]'
}

# without_namespace TYPE..., namespace_path TYPE PATH
without_namespace() {
	edit '.linux.namespaces |= map(select([.type] - $ARGS.positional != []))' --args "$@"
}

namespace_path() {
	edit --arg type "$1" --arg path "$2" '
		.linux.namespaces |= map(select(.type != $type)) + [{ type: $type, path: $path }]'
}

# add_mount DESTINATION TYPE SOURCE OPTION...
add_mount() {
	edit --arg destination "$1" --arg type "$2" --arg source "$3" '
		.mounts += [{ destination: $destination, type: $type, source: $source,
			options: $ARGS.positional }]' --args -- "${@:4}"
}

set_script() {
	edit '.process.args = ["sh", "-c", $script]' --arg script "$1"
}

# run_in SCRIPT: in the bundle that was made last, or in a new one
run_in() {
	[ -n "${BUNDLE:-}" ] || bundle
	set_script "$1"
	run_bundle
}

# run_bundle [ARGS...]: runs the bundle that was made last as it is. Unlike `run` it takes every status.
run_bundle() {
	try run --bundle "$BUNDLE" "$@" "$ID"
}

# try ARGS...: the runtime with these arguments; as `run`, but it does not wait for the end of a
# container that should not have been made
try() {
	status=0
	oci "$@" < /dev/null > "$T/try.out" 2>&1 || status=$?
	output=$(< "$T/try.out")
	mapfile -t lines <<< "$output"
}

# start_sleeper: a detached container of $BUNDLE whose process waits
start_sleeper() {
	[ -n "${BUNDLE:-}" ] || bundle
	edit '.process.args = ["sleep", "1000"]'
	oci run --detach --bundle "$BUNDLE" "$ID" < /dev/null > "$T/$ID.out" 2>&1 || {
		cat "$T/$ID.out"
		return 1
	}
}

# start_shell: a detached container of $BUNDLE whose shell takes scripts from us
start_shell() {
	[ -n "${BUNDLE:-}" ] || bundle
	edit '.process.args = ["sh"]'
	mkfifo "$T/$ID.in" "$T/$ID.out"
	# both ends are held open here, so that neither side ever waits for the other to open
	eval "exec $((20 + 2 * n_bundles))<> '$T/$ID.in' $((21 + 2 * n_bundles))<> '$T/$ID.out'"
	oci run --detach --bundle "$BUNDLE" "$ID" < "$T/$ID.in" > "$T/$ID.out" 2> "$T/$ID.err" || {
		cat "$T/$ID.err"
		return 1
	}
}

close_shells() {
	local fd

	for fd in /proc/self/fd/[2-9][0-9]; do
		[ ! -e "$fd" ] || eval "exec ${fd##*/}>&-" || true
	done
}

# inside [-i ID] SCRIPT: by the shell of start_shell; sets $output, $status and $lines
inside() {
	local id=$ID line n

	[ "$1" != -i ] || {
		id=$2
		shift 2
	}
	n=${id##*-}
	output=
	printf '{ %s\n} 2>&1 < /dev/null; printf "\\n_end_%%d\\n" $?\n' "$1" >&$((20 + 2 * n))
	while IFS= read -r -t 60 -u $((21 + 2 * n)) line; do
		case $line in
		_end_*)
			status=${line#_end_}
			output=${output%$'\n'}
			output=${output%$'\n'}
			mapfile -t lines <<< "$output"
			return 0
			;;
		esac
		output+=$line$'\n'
	done
	echo "no answer from $id: $1 (so far: $output)" >&2
	return 1
}

state_of() { # state_of FIELD [ID]
	oci state "${2:-$ID}" | jq -r --arg field "$1" '.[$field]'
}

pid_of() {
	state_of pid "$@"
}

namespace_of() { # namespace_of TYPE PID
	readlink "/proc/$2/ns/$1"
}

# eventually COMMAND...: succeeds within 40 seconds: on a busy machine, too
eventually() {
	local end=$((SECONDS + 40))

	until "$@" > /dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || {
			echo "not within 40 seconds: $*" >&2
			return 1
		}
		sleep 0.02
	done
}

# in_cgroup_v2 COMMANDS: by bash in a mount namespace with cgroup v2 alone and an empty /run; there are
# oci, and kept_programs: where the device programs lie that are kept. Sets $status and $output.
in_cgroup_v2() {
	export RUNTIME ROOT T BUNDLE ID HULL_TEST_TOKEN
	run unshare --mount --propagation private bash -euc '
		if [ "$(stat -fc %T /sys/fs/cgroup)" != cgroup2fs ]; then
			umount -R /sys/fs/cgroup
			mount -t cgroup2 cgroup2 /sys/fs/cgroup
		fi
		mount -t tmpfs -o mode=755 run /run
		oci() { timeout -k 2 30 "$RUNTIME" --root "$ROOT" "$@" < /dev/null; }
		kept_programs() {
			oci cache ls --format json | jq -r ".[] | select(.kind == \"devices\").path"
		}
		'"$1"
}

# needs_newer_calls WHY: with WITHOUT the test is about something that is not to be had then
needs_newer_calls() {
	[ -z "$WITHOUT" ] || skip "without the newer system calls: $1"
}

has_status() { # has_status STATUS [ID]
	[ "$(state_of status "${2:-$ID}")" = "$1" ]
}

# ---- what a test claims ---------------------------------------------------------------------------

show_output() {
	echo "status $status, output:"
	echo "$output"
} >&2

succeeds() {
	[ "$status" = 0 ] || {
		show_output
		return 1
	}
}

# exits_with N
exits_with() {
	[ "$status" = "$1" ] || {
		echo "expected status $1" >&2
		show_output
		return 1
	}
}

# fails_with TEXT...: not 0, and each TEXT is in the output
fails_with() {
	[ "$status" != 0 ] || {
		echo "should have failed" >&2
		show_output
		return 1
	}
	says "$@"
}

# refused_for TEXT...: fails_with, but other runtimes have texts of their own
refused_for() {
	if is_runc; then
		fails_with
	else
		fails_with "$@"
	fi
}

# says TEXT...: each is in the output
says() {
	local text

	for text in "$@"; do
		[[ $output == *"$text"* ]] || {
			echo "not said: $text" >&2
			show_output
			return 1
		}
	done
}

# does_not_say TEXT...
does_not_say() {
	local text

	for text in "$@"; do
		[[ $output != *"$text"* ]] || {
			echo "should not be said: $text" >&2
			show_output
			return 1
		}
	done
}

# not COMMAND...: it fails. A bare ! would be no claim but in the last line of a test.
not() {
	! "$@"
}

# prints TEXT: it succeeded and this is the whole output
prints() {
	succeeds && equal "$output" "$1"
}

equal() { # equal ACTUAL EXPECTED
	[ "$1" = "$2" ] || {
		printf 'expected: %s\n     got: %s\n' "$2" "$1" >&2
		return 1
	}
}

differs() { # differs ACTUAL OTHER
	[ -n "$1" ] && [ "$1" != "$2" ] || {
		printf 'should differ: %s\n' "$1" >&2
		return 1
	}
}

matches() { # matches ACTUAL REGEX
	[[ $1 =~ $2 ]] || {
		printf 'expected to match: %s\n              got: %s\n' "$2" "$1" >&2
		return 1
	}
}

# between ACTUAL LOW HIGH
between() {
	[ "$1" -ge "$2" ] && [ "$1" -le "$3" ] || {
		echo "$1 is not between $2 and $3" >&2
		return 1
	}
}

# nothing_left [ID]: of a container that could not be made
nothing_left() {
	local id=${1:-$ID} found

	found=$(
		[ ! -e "$ROOT/$id" ] || echo "state directory $ROOT/$id: $(ls -A "$ROOT/$id")"
		find /sys/fs/cgroup -type d -name "*$id*"
		grep -F " ${BUNDLE:-/nowhere}" /proc/self/mountinfo
		eventually no_foreign_process || foreign_processes
	)
	[ -z "$found" ] || {
		echo "left behind: $found" >&2
		return 1
	}
}

# foreign_processes: those in another mount namespace than ours
foreign_processes() {
	local link pid

	for link in /proc/[0-9]*/ns/mnt; do
		# one that is ending has no namespaces any more
		[ "$link" -ef /proc/self/ns/mnt ] || [ ! -e "$link" ] || {
			pid=${link#/proc/}
			pid=${pid%%/*}
			echo "process $pid $(tr '\0' ' ' < "/proc/$pid/cmdline")"
		}
	done 2> /dev/null
}

no_foreign_process() {
	[ -z "$(foreign_processes)" ]
}

# ---- cgroups of both versions ---------------------------------------------------------------------

cgroup_is_v2() {
	[ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ]
}

# cgroup_dir CONTROLLER [PATH]: the folder of the container's group, or of PATH
cgroup_dir() {
	if cgroup_is_v2; then
		echo "/sys/fs/cgroup${2:-$CGROUP}"
	else
		echo "/sys/fs/cgroup/$1${2:-$CGROUP}"
	fi
}

# cgroup_read V1-FILE V2-FILE [PATH]: CONTROLLER is the part of V1-FILE before the slash
cgroup_read() {
	if cgroup_is_v2; then
		cat "$(cgroup_dir any "${3:-}")/$2"
	else
		cat "$(cgroup_dir "${1%%/*}" "${3:-}")/${1#*/}"
	fi
}

memory_limit() {
	cgroup_read memory/memory.limit_in_bytes memory.max "$@"
}

pids_limit() {
	cgroup_read pids/pids.max pids.max "$@"
}

# cpu_limit: "QUOTA PERIOD" in microseconds
cpu_limit() {
	if cgroup_is_v2; then
		cgroup_read '' cpu.max "$@"
	else
		echo "$(cgroup_read cpu/cpu.cfs_quota_us '' "$@") $(cgroup_read cpu/cpu.cfs_period_us '' "$@")"
	fi
}

cgroup_pids() {
	cgroup_read pids/cgroup.procs cgroup.procs "$@"
}
