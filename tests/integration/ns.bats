#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# hull ns: the namespaces of the machine, beside lsns and beyond it.

load lib

teardown() {
	stop_all
	close_shells
	delete_containers "$ROOT" || return 1
	unmount_below "$T"
	rm -rf --one-file-system "$T"
}

# in_background COMMAND...: sets $started; its end is stop_all's
in_background() {
	"$@" < /dev/null > /dev/null 2>&1 3>&- &
	started=$!
	all_started+=("$started")
}

stop_all() {
	[ ${#all_started[@]} != 0 ] || return 0
	kill -9 "${all_started[@]}" 2> /dev/null || true
	wait "${all_started[@]}" 2> /dev/null || true
	all_started=()
}

is_other() { # is_other PID TYPE
	[ "$(readlink "/proc/$1/ns/$2")" != "$(readlink "/proc/self/ns/$2")" ]
}

inode_of() { # inode_of PATH: the number behind a link of /proc/PID/ns or a bind mount
	stat -L -c %i "$1"
}

# of_namespace INODE JQ: of the object that hull ns -J has for it
of_namespace() {
	"$HULL" ns -J --output-all | jq -r --argjson ns "$1" ".namespaces[] | select(.ns == \$ns) | $2"
}

# flat: lsns nests what it draws as a tree
flat='def flat: if .children then (.children[] | flat), del(.children) else . end; [.namespaces[] | flat] | sort_by(.ns)'

same_as_lsns() {
	local columns=NS,TYPE,NPROCS,PID,PPID,UID,USER,COMMAND,PNS,ONS

	# one after the other, each alone: both count themselves, and nothing else comes or goes
	lsns -J -o $columns > "$T/lsns"
	"$HULL" ns -J -o $columns > "$T/hull"
	jq -S "$flat" "$T/lsns" > "$T/lsns.flat"
	jq -S '(.namespaces | map(select(.nprocs > 0)) | sort_by(.ns))' "$T/hull" > "$T/hull.flat"
	# what only lower namespaces keep has no process, and lsns shows it, too
	jq -S '[.[] | select(.nprocs > 0)]' "$T/lsns.flat" > "$T/lsns.used"
	diff "$T/lsns.used" "$T/hull.flat"
}

@test "every namespace that lsns shows is there, with the same ids, counts and relations" {
	in_background unshare --uts --ipc --net --mount sleep 1000
	eventually is_other "$started" mnt
	in_background unshare --user --map-root-user --pid --fork --kill-child --cgroup --time sleep 1000
	start_sleeper
	eventually same_as_lsns
	[ "$(jq length "$T/hull.flat")" -ge 20 ]
	# lsns knows no namespace that hull does not
	[ "$(jq -r '.[].ns' "$T/lsns.flat" | sort -n |
		comm -23 - <(jq -r '.namespaces[].ns' "$T/hull" | sort -n))" = "" ]
}

@test "a namespace that only a mount keeps is shown with the mount" {
	local inode

	touch "$T/pinned"
	unshare --uts="$T/pinned" hostname kept
	inode=$(inode_of "$T/pinned")
	[ "$(of_namespace "$inode" '"\(.type) \(.nprocs) \(.pid) \(.holder[]) \(.hostname)"')" = "uts 0 null $T/pinned kept" ]
	run lsns -t uts
	[[ $output != *$inode* ]]
	run "$HULL" ns -P -r -n -o NS,NSFS
	[[ $'\n'$output$'\n' == *$'\n'"$inode $T/pinned"$'\n'* ]]
	[[ $output != *$(inode_of /proc/self/ns/uts)* ]]
	umount "$T/pinned"
	[ -z "$(of_namespace "$inode" .ns)" ]
}

@test "a mount in another mount namespace keeps a namespace, too" {
	local inode

	touch "$T/there"
	# shellcheck disable=SC2016  # the inner shell's
	in_background unshare --mount --propagation private sh -c '
		unshare --ipc="$1" true; exec sleep 1000' sh "$T/there"
	eventually grep -q "^nsfs $T/there" "/proc/$started/mounts"
	inode=$(inode_of "/proc/$started/root$T/there")
	run of_namespace "$inode" '"\(.nprocs) \(.nsfs) \(.ons)", .holder[]'
	prints "0 [] $(inode_of /proc/self/ns/user)"$'\n'"$T/there in the mounts of $started"
}

@test "a namespace that only a descriptor keeps is shown with the descriptor" {
	local inode

	# shellcheck disable=SC2016  # the inner shell's
	unshare --net sh -c 'exec sleep 1000' < /dev/null > /dev/null 2>&1 3>&- &
	all_started+=($!)
	eventually is_other $! net
	inode=$(inode_of "/proc/$!/ns/net")
	exec 77< "/proc/$!/ns/net"
	kill -9 $!
	eventually test ! -e "/proc/$!/ns/net"
	run of_namespace "$inode" '"\(.type) \(.nprocs)", .holder[]'
	exec 77<&-
	[ "${lines[0]}" = "net 0" ]
	# whoever was forked since then has it as well
	[[ $'\n'$output$'\n' == *$'\n'"descriptor 77 of $BASHPID"$'\n'* ]]
	[ -z "$(of_namespace "$inode" .ns)" ]
}

@test "a process that chose a pid namespace for its children keeps it" {
	in_background unshare --pid --fork --kill-child sleep 1000
	eventually pgrep -P "$started"
	[ "$(of_namespace "$(inode_of "/proc/$(pgrep -P "$started")/ns/pid")" '.holder[]')" = "for children of $started" ]
}

@test "containers of hull-oci have their names, shared namespaces have none" {
	# shellcheck disable=SC2016  # the inner shell's
	bundle
	without_namespace network
	edit '.process.args = ["sleep", "1000"]'
	cat > "$T/script" <<-'END'
		mount -t tmpfs run /run
		"$RUNTIME" run --detach --bundle "$1" "$2"
		"$HULL" ns -J -o TYPE,CONTAINER,NPROCS,COMMAND
		"$RUNTIME" delete --force "$2"
	END
	run unshare --mount --propagation private bash "$T/script" "$BUNDLE" "$ID" < /dev/null
	[ "$status" = 0 ]
	[ "$(jq -r --arg name "hull-oci:$ID" '[.namespaces[] | select(.container == $name) | .type] | sort | join(" ")' <<< "$output")" = \
		"cgroup ipc mnt pid uts" ]
}

@test "containers of other engines are told by their cgroups" {
	local id group
	id=$(printf '%064d' 7)

	group=$(awk '$3 ~ /^cgroup2?$/ { print $2; exit }' /proc/self/mounts)/$HULL_TEST_TOKEN/docker-$id.scope
	mkdir "$group"
	# shellcheck disable=SC2016  # the inner shell's
	in_background sh -c 'echo $$ > "$1/cgroup.procs" && exec unshare --uts sleep 1000' sh "$group"
	eventually is_other "$started" uts
	[ "$(of_namespace "$(inode_of "/proc/$started/ns/uts")" .container)" = "docker:000000000000" ]
	[ "$(of_namespace "$(inode_of "/proc/$started/ns/net")" .container)" = null ]
	stop_all
	eventually rmdir "$group"
}

@test "a container of another engine is called by the name that people gave it" {
	local id group
	id=$(printf '%064d' 8)

	group=$(awk '$3 ~ /^cgroup2?$/ { print $2; exit }' /proc/self/mounts)/$HULL_TEST_TOKEN/docker-$id.scope
	mkdir -p "$group" "$T/containers/$id"
	echo '{"Name": "/web"}' > "$T/containers/$id/config.v2.json"
	in_background sh -c 'echo $$ > "$1/cgroup.procs" && exec unshare --uts sleep 1000' sh "$group"
	eventually is_other "$started" uts
	run unshare --mount --propagation private bash -c '
		mount -t tmpfs lib /var/lib && mkdir /var/lib/docker && ln -s "$1/containers" /var/lib/docker/containers
		"$HULL" tree -n web; "$HULL" pid docker:web "$2"; "$HULL" enter -t web readlink /proc/self/ns/uts' bash "$T" "$started"
	echo "$output"
	[[ $output == *"docker:web "*"sleep 1000"* ]]
	[[ $output == *"
$started
docker:web:"* ]]
	[ "${lines[-1]}" = "$(readlink "/proc/$started/ns/uts")" ]
	stop_all
	eventually rmdir "$group"
}

@test "an ordinary user sees its own and is told how many processes were hidden" {
	local n

	chmod 755 "$HULL_TEST_WORK" "$T"
	cp "$HULL" "$T/hull"
	run --separate-stderr "$HELPERS/as-user" "$T/home" "$T/hull" ns -J
	[ "$status" = 0 ]
	n=$(jq .hidden <<< "$output")
	[ "$n" -gt 0 ]
	[[ $stderr == *"hidden: $n processes"*"root sees more"* ]]
	# its own eight, and it counts itself alone in them
	[ "$(jq '[.namespaces[] | select(.nprocs == 1)] | length' <<< "$output")" = 8 ]
	[ "$("$HULL" ns -J | jq .hidden)" = 0 ]
}

@test "what is particular to a type is shown" {
	local user time

	in_background unshare --uts sh -c 'hostname inside; exec sleep 1000'
	eventually is_other "$started" uts
	[ "$(of_namespace "$(inode_of "/proc/$started/ns/uts")" .hostname)" = inside ]

	in_background unshare --user --map-user 5 --map-group 6 sleep 1000
	user=$started
	eventually is_other "$user" user
	eventually grep -q 5 "/proc/$user/uid_map"
	eventually grep -q 6 "/proc/$user/gid_map"
	[ "$(of_namespace "$(inode_of "/proc/$user/ns/user")" '"\(.uidmap[]);\(.gidmap[]);\(.ouid)"')" = "$(
		awk '{ print $1, $2, $3 }' "/proc/$user/uid_map");$(awk '{ print $1, $2, $3 }' "/proc/$user/gid_map");0" ]

	in_background unshare --time --boottime 86400 --monotonic 5 --fork --kill-child sleep 1000
	eventually pgrep -P "$started"
	time=$(pgrep -P "$started")
	[ "$(of_namespace "$(inode_of "/proc/$time/ns/time")" '.offsets | join(";")')" = "monotonic 5 0;boottime 86400 0" ]

	in_background unshare --pid --fork --kill-child sleep 1000
	eventually pgrep -P "$started"
	[ "$(of_namespace "$(inode_of "/proc/$(pgrep -P "$started")/ns/pid")" .nspid)" = "$(pgrep -P "$started")→1" ]
}

# connected NUMBER: two namespaces of this test's own with a cable between them, beside NUMBER others that have
# interfaces of the same index and peer; sets $one and $other
connected() {
	local i

	for ((i = 0; i < $1; i++)); do
		in_background unshare --net sh -c 'ip link add name a type veth peer name b && exec sleep 1000'
		eventually nsenter -t "$started" -n ip -o link show a
	done
	in_background unshare --net sleep 1000
	eventually is_other "$started" net
	one=$started
	in_background unshare --net sleep 1000
	eventually is_other "$started" net
	other=$started
	nsenter -t "$one" -n ip link add name near type veth peer name far netns "$other"
}

@test "interfaces are shown with their addresses, and what is at the other end" {
	local one other near far

	connected 2
	near=$(inode_of "/proc/$one/ns/net") far=$(inode_of "/proc/$other/ns/net")
	nsenter -t "$other" -n ip addr add 192.0.2.7/24 dev far
	nsenter -t "$other" -n ip link set far up
	[[ "$(of_namespace "$far" '.net[]')" == "far@if"*" up 192.0.2.7/24"* ]]
	[ "$(of_namespace "$far" '.peer | join(";")')" = "far is near in $near" ]
	[ "$(of_namespace "$near" '.peer | join(";")')" = "near is far in $far" ]
	# both ends in one namespace
	one=$(inode_of "/proc/${all_started[0]}/ns/net")
	[ "$(of_namespace "$one" '.peer | sort | join(";")')" = "a is b in $one;b is a in $one" ]
	# the caller's own number for another one, as ip-netns has it
	run nsenter -t "$other" -n "$HULL" ns -nr -t net -o NETNSID -Q "NS == $near"
	[ "$output" = 0 ]
}

@test "the root of a cgroup namespace is named, also when its first process is below it" {
	local group

	group=$(awk '$3 ~ /^cgroup2?$/ { print $2; exit }' /proc/self/mounts)/$HULL_TEST_TOKEN/root
	mkdir -p "$group/below"
	in_background sh -c 'echo $$ > "$1/cgroup.procs" && exec unshare --cgroup sleep 1000' sh "$group"
	eventually is_other "$started" cgroup
	echo "$started" > "$group/below/cgroup.procs"
	[[ $(of_namespace "$(inode_of "/proc/$started/ns/cgroup")" '.cgroot[]') == *"/$HULL_TEST_TOKEN/root"* ]]
	[[ $(of_namespace "$(inode_of "/proc/$started/ns/cgroup")" '.cgroot[]') != *"root/below"* ]]
	stop_all
	eventually rmdir "$group/below"
	eventually rmdir "$group"
}

@test "options choose rows, columns and form" {
	in_background unshare --uts --ipc sleep 1000
	eventually is_other "$started" ipc
	local uts ipc
	uts=$(inode_of "/proc/$started/ns/uts")
	ipc=$(inode_of "/proc/$started/ns/ipc")

	[ "$("$HULL" ns -p "$started" -n -r -o TYPE | sort | tr '\n' ' ')" = "cgroup ipc mnt net pid time user uts " ]
	[ "$("$HULL" ns -t uts -t ipc -p "$started" -nro NS | sort -n | tr '\n' ' ')" = "$(printf '%s\n' "$uts" "$ipc" | sort -n | tr '\n' ' ')" ]
	[ "$("$HULL" ns -nr -o ns -Q "PID == $started and (TYPE == 'uts' or NS == $ipc)" | wc -l)" = 2 ]
	[ "$("$HULL" ns -nr -o ns -Q "COMMAND =~ '^sleep 1000' and TYPE == 'uts' and NPROCS < 2")" = "$uts" ]
	run "$HULL" ns "$uts"
	[ "${#lines[@]}" = 2 ]
	[[ ${lines[1]} == *"$started"*root*"sleep 1000" ]]
	[ "$("$HULL" ns -J "$uts" | jq '.processes[].pid')" = "$started" ]
	[ "$("$HULL" ns -T -J | jq '[.. | objects | select(has("ns"))] | length')" -ge 10 ]
	# with -T the namespaces hang below the user namespace that owns them
	[ "$("$HULL" ns --tree=owner -J -o NS,TYPE | jq --argjson ns "$uts" '
		.namespaces[] | select(.type == "user") | .children[] | select(.ns == $ns) | .ns')" = "$uts" ]
	[[ $("$HULL" ns --list-columns) == *CONTAINER*HOLDER* ]]
	[ "$("$HULL" ns -o NS,TYPE | head -n 1)" = "        NS TYPE" ]
}

@test "bad words are refused, each with what is there" {
	run "$HULL" ns -t nets
	[ "$status" = 1 ]
	[[ $output == *'unknown namespace type "nets"; there are mnt'* ]]
	run "$HULL" ns -o NS,NOPE
	[[ $output == *'unknown column "NOPE"'*--list-columns* ]]
	run "$HULL" ns -Q 'NS =='
	[[ $output == *'filter: a column'*'at "the end"'* ]]
	run "$HULL" ns --tree=uncle
	[[ $output == *'unknown tree "uncle": process, parent or owner'* ]]
	run "$HULL" ns 12
	[[ $output == *'there is no namespace 12'* ]]
	run "$HULL" ns -p 4194304
	[ "$status" = 1 ]
	[[ $output == *'process 4194304: no such process'* ]]
}

@test "without /proc it says what is missing" {
	run unshare --mount --propagation private sh -c 'mount -t tmpfs none /proc; "$HULL" ns'
	[ "$status" = 1 ]
	[[ $output == *"/proc is not mounted"*"mount -t proc proc /proc"* ]]
}

@test "a command line cannot write to the terminal" {
	in_background bash -c "exec -a $'a\\033]0;x\\007\\nb' unshare --uts sleep 1000"
	eventually is_other "$started" uts
	"$HULL" ns -t uts > "$T/out"
	run ! grep -q $'\033' "$T/out"
	grep -q 'sleep 1000' "$T/out"
}

@test "numbers that only mean something to another /proc are those of the mounted one" {
	run unshare --pid --fork --kill-child --mount-proc sh -c '"$HULL" ns -nr -t pid -o NPROCS,PID'
	[ "$output" = "2 1" ] || [ "$output" = "1 1" ]
}
