# SPDX-License-Identifier: Apache-2.0
#
# What the tests of published ports share; loaded behind engine. The suite's network namespace is
# the host. "Another machine" is a network namespace beside it, on a cable:
#
#   other_machine         10.9.9.2, whose way to everything is the host's 10.9.9.1
#   on_other COMMAND      runs there
#   start_web NAME [OPTION...]   a container whose server answers NAME on port 80

other_machine() {
	unshare --net sleep 300 3>&- 4>&- &
	OTHER_PID=$!
	eventually has_own_network "$OTHER_PID"
	ip link add lan0 type veth peer name eth0 netns "$OTHER_PID"
	ip addr add 10.9.9.1/24 dev lan0
	ip addr add fd09::1/64 dev lan0 nodad
	ip link set lan0 up
	on_other ip link set lo up
	on_other ip addr add 10.9.9.2/24 dev eth0
	on_other ip addr add fd09::2/64 dev eth0 nodad
	on_other ip link set eth0 up
	on_other ip route add default via 10.9.9.1
	on_other ip -6 route add default via fd09::1
}

has_own_network() {
	differs "$(readlink "/proc/$1/ns/net")" "$(readlink /proc/self/ns/net)"
}

on_other() {
	nsenter --target "$OTHER_PID" --net "$@"
}

no_other_machine() {
	[ -n "${OTHER_PID:-}" ] || return 0
	ip link del lan0
	kill "$OTHER_PID"
	wait "$OTHER_PID" || true
}

start_web() {
	local name=$1

	shift
	start_box "$name" "$@" -- "mkdir -p /www && echo $name > /www/index.html && exec httpd -f -p 80 -h /www"
	eventually answers_inside "$name"
}

answers_inside() {
	"$HULL" --root "$HULL_ROOT" exec "$1" wget -qO- http://127.0.0.1/ > /dev/null 2>&1
}

# answers URL TEXT: what curl gets there, at once
answers() {
	[ "$(curl -gsS --max-time 3 "$1")" = "$2" ]
}

# silent URL: nobody answers there
silent() {
	! curl -gsS --max-time 1 "$1" > /dev/null 2>&1
}

other_gets() { # other_gets URL TEXT
	[ "$(on_other curl -gsS --max-time 3 "$1")" = "$2" ]
}

other_gets_nothing() { # other_gets_nothing URL
	! on_other curl -gsS --max-time 1 "$1" > /dev/null 2>&1
}

# refused TEXT: what hull was asked has failed for this reason
refused() {
	[ "$status" != 0 ] && [[ $stderr == *"$1"* ]] || {
		echo "should have failed with: $1; status $status: $stderr" >&2
		return 1
	}
}

# the host's programs, read-only
HOST_PROGRAMS=(-v /usr:/usr:ro -v /lib:/lib:ro -v /lib64:/lib64:ro)

# start_echo NAME [OPTION...]: what is sent to its UDP port 53 comes back
start_echo() {
	local name=$1

	shift
	run_hull -d --name "$name" "${HOST_PROGRAMS[@]}" "$@" busybox /usr/bin/python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 53))
while True:
	data, sender = s.recvfrom(65536)
	s.sendto(data, sender)'
	succeeds
}

address_of() { # address_of CONTAINER
	"$HULL" --root "$HULL_ROOT" exec "$1" ip -4 -o addr show eth0 | sed 's/.*inet \([0-9.]*\).*/\1/'
}

elements() { # elements SET: how many elements one of hull's sets or maps has
	nft -j list table inet hull 2> /dev/null |
		jq --arg set "$1" '[.nftables[] | (.set // .map // empty) | select(.name == $set) | .elem // [] | length] | add // 0'
}

n_rules() {
	nft -j list table inet hull | jq '[.nftables[] | select(.rule)] | length'
}
