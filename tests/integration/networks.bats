#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Networks of hull: containers that reach each other, or do not; what is left of them afterwards.

load lib
load engine

# serve NAME NETWORK TEXT: answers on port 80 with TEXT
serve() {
	start_box "$1" --network "$2" -- "while :; do echo $3 | nc -l -p 80; done"
}

# ask NETWORK HOST: what port 80 of HOST says to a container of NETWORK
ask() {
	busybox --network "$1" -- "for i in 1 2 3 4 5 6 7 8 9 10; do nc -w 2 $2 80 < /dev/null && exit; sleep 0.1; done; exit 1"
}

no_server_runs() {
	! pgrep -f "listen-address=$1" > /dev/null
}

no_pair_is_left() {
	[ -z "$(ip -o link show type veth)" ]
}

nobody_is_in() { # nobody_is_in NETWORK
	[ -z "$(ls "$HULL_ROOT/networks/$1/addresses" "$HULL_ROOT/networks/$1/hosts" | grep -v ':$' | grep .)" ]
}

@test "a container has an address, a route and a name in the default network" {
	busybox --name one -- 'ip -o -4 addr show eth0 | grep -o "inet [0-9./]*"; ip route | grep default; hostname -i; cat /proc/sys/net/ipv6/conf/eth0/disable_ipv6'
	succeeds
	prints $'inet 10.75.0.2/16\ndefault via 10.75.0.1 dev eth0 \n10.75.0.2\n1'
	hull network ls --format '{{.Name}} {{.Driver}} {{.Interface}} {{.Subnets}}'
	prints 'bridge bridge hull0 10.75.0.0/16'
	eventually no_pair_is_left
	nobody_is_in bridge
	no_server_runs 10.75.0.1
	nothing_is_left
}

@test "containers of a network reach each other by address, name and alias, by one port number each" {
	hull network create lan
	succeeds
	serve one lan first
	serve two lan second
	ask lan one
	prints first
	ask lan two
	prints second
	ask lan "$("$HULL" --root "$HULL_ROOT" network inspect -f '{{range .Containers}}{{if eq .Name "two"}}{{.IPv4Address}}{{end}}{{end}}' lan | cut -d/ -f1)"
	prints second
	busybox --network lan:alias=www -- 'ping -c 1 -W 2 one > /tmp/x && ping -c 1 -W 2 www > /tmp/x && echo reached'
	prints reached
}

@test "containers of other networks do not reach it, nor know its names" {
	hull network create left
	hull network create right
	serve one left first
	ask right "$("$HULL" --root "$HULL_ROOT" network inspect -f '{{range .Containers}}{{.IPv4Address}}{{end}}' left | cut -d/ -f1)"
	exits_with 1
	busybox --network right -- 'ping -c 1 -W 1 one'
	exits_with 1
	busybox --network left -- 'ping -c 1 -W 2 one > /tmp/x; echo $?'
	prints 0
}

@test "the name server is nobody, sees nothing of the host and ends with the last container" {
	local pid

	hull network create lan
	start_box one --network lan -- 'sleep 1000'
	pid=$(pgrep -f 'listen-address=10.76.0.1')
	[ "$(awk '/^Uid:/ { print $2 } /^CapEff:/ { print $2 } /^NoNewPrivs:/ { print $2 }' "/proc/$pid/status")" = $'65534\n0000000000000400\n1' ]
	[ ! -e "/proc/$pid/root/var" ] && [ ! -e "/proc/$pid/root/root" ]
	start_box two --network lan -- 'sleep 1000'
	[ "$(pgrep -f 'listen-address=10.76.0.1')" = "$pid" ]
	hull rm -f one
	[ "$(pgrep -f 'listen-address=10.76.0.1')" = "$pid" ]
	hull rm -f two
	no_server_runs 10.76.0.1
	nobody_is_in lan
}

@test "a running container gets further networks, and loses them" {
	hull network create first
	hull network create --ipv6 second
	start_box box --network first -- 'sleep 1000'
	hull network connect --alias other second box
	succeeds
	hull exec box sh -c 'ip -o -4 addr | grep -c eth'
	prints 2
	busybox --network second -- 'ping -6 -c 1 -W 2 other > /tmp/x && echo reached'
	prints reached
	hull network connect second box
	exits_with 1
	[[ $stderr == *"is in network second already"* ]]
	hull network disconnect first box
	succeeds
	hull exec box sh -c 'ls /sys/class/net'
	prints $'eth1\nlo'
	nobody_is_in first
	hull network rm second
	exits_with 1
	[[ $stderr == *"is in it"* ]]
}

@test "addresses and MAC addresses that are asked for; ranges; a container's own network for another" {
	hull network create --subnet 10.200.0.0/24 --gateway 10.200.0.5 --ip-range 10.200.0.128/30 -o mtu=1400 lan
	succeeds
	busybox --network lan --ip 10.200.0.9 --mac-address 02:00:00:00:00:77 -- 'ip addr show eth0 | grep -oE "mtu [0-9]*|inet [0-9./]*|ether [0-9a-f:]*"; ip route | head -1'
	prints $'mtu 1400\nether 02:00:00:00:00:77\ninet 10.200.0.9/24\ndefault via 10.200.0.5 dev eth0 '
	start_box one --network lan:ip=10.200.0.9 -- 'sleep 1000'
	busybox --network lan --ip 10.200.0.9 -- true
	exits_with 125
	[[ $stderr == *"address 10.200.0.9 is in use by container"* ]]
	busybox --network lan --ip 10.201.0.9 -- true
	exits_with 125
	busybox --network container:one -- 'ip -o -4 addr show eth0 | grep -o "inet [0-9./]*"'
	prints 'inet 10.200.0.9/24'
	hull network create --subnet 10.200.0.0/25 other
	exits_with 1
	[[ $stderr == *"overlaps"* ]]
}

@test "containers of a user namespace of their own have a network all the same" {
	busybox --userns auto -- 'ip -o -4 addr show eth0 | grep -o "inet [0-9./]*"; ping -c 1 -W 2 10.75.0.1 > /dev/null && echo reached'
	prints $'inet 10.75.0.2/16\nreached'
}

@test "thirty containers at once have thirty addresses, and leave nothing" {
	local i pids=()

	hull network create lan
	for ((i = 0; i < 30; i++)); do
		timeout 60 "$HULL" --root "$HULL_ROOT" run --rm --cgroup-parent "/$HULL_TEST_TOKEN" --network lan busybox \
			sh -c 'ip -o -4 addr show eth0 | grep -o "inet [0-9./]*"; sleep 2' > "$T/at-once.$i" 3>&- &
		pids+=($!)
	done
	wait "${pids[@]}"
	[ "$(cat "$T"/at-once.* | sort -u | wc -l)" = 30 ]
	eventually no_pair_is_left
	nobody_is_in lan
	no_server_runs 10.76.0.1
	nothing_is_left
}

@test "a command that is killed while it starts a container leaves nothing that stays" {
	local i

	hull network create lan
	for ((i = 0; i < 12; i++)); do
		"$HULL" --root "$HULL_ROOT" run --rm --cgroup-parent "/$HULL_TEST_TOKEN" --network lan busybox true > "$T/null" 2>&1 3>&- &
		sleep "0.00$i"
		kill -9 $! 2> /dev/null || true
		wait $! 2> /dev/null || true
	done
	sleep 0.5
	hull system check --repair
	busybox --network lan -- 'ip -o -4 addr show eth0 | grep -c "inet 10.76.0"'
	prints 1
	for i in $("$HULL" --root "$HULL_ROOT" ps -aq); do
		hull rm -f "$i"
	done
	hull network rm lan
	succeeds
	eventually no_pair_is_left
}
