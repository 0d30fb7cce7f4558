#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The network around a container: what neighbours and containers reach that they should not.

load lib
load ../integration/engine
load ../integration/firewall

setup() {
	begin_test
	HULL_ROOT=$T/store
	hull load -i "${HULL%/*}/busybox.tar"
}

teardown() {
	no_other_machine
	remove_everything
	nft flush ruleset
}

# host_service PORT: on 127.0.0.1, as databases and debuggers have it
host_service() {
	mkdir "$T/secret"
	echo secret > "$T/secret/index.html"
	/usr/bin/python3 -m http.server --directory "$T/secret" --bind 127.0.0.1 "$1" > /dev/null 2>&1 3>&- 4>&- &
	service=$!
	eventually answers "http://127.0.0.1:$1/" secret
}

end_service() {
	kill "$service"
	wait "$service" || true
}

# start_attacker NAME [OPTION...]: with the host's programs and the rights of a network's administrator
start_attacker() {
	local name=$1

	shift
	start_box "$name" --cap-add NET_ADMIN --cap-add NET_RAW "${HOST_PROGRAMS[@]}" "$@" -- 'exec sleep 300'
}

inside_of() { # inside_of NAME COMMAND...: sets $status, $output
	local name=$1

	shift
	hull exec --privileged "$name" "$@"
}

# its settings are the attacker's own: raw packets need none
in_network_of() {
	nsenter --target "$(field "$1" '{{.State.Pid}}')" --net "${@:2}"
}

# ---- CVE-2020-8558: 127.0.0.1 of the host, from outside --------------------------------------------

# aim_at_loopback COMMAND...: packets to 127.0.0.1 go to the host's interface instead
aim_at_loopback() {
	"$@" ip addr flush dev lo &&
		"$@" sh -c 'echo 1 > /proc/sys/net/ipv4/conf/all/route_localnet' &&
		"$@" ip route add 127.0.0.1/32 via "$gateway" src "$own"
}

gets_secret() {
	[ "$("$@" curl -s --max-time 1 http://127.0.0.1:8888/)" = secret ]
}

@test "another machine does not reach the host's 127.0.0.1, whatever is published there" {
	other_machine
	start_web web -p 8080:80
	host_service 8888
	gateway=10.9.9.1 own=10.9.9.2 aim_at_loopback on_other
	echo 1 > /proc/sys/net/ipv4/conf/lan0/route_localnet
	not gets_secret on_other
	nft flush chain inet hull guard # control
	gets_secret on_other
	end_service
}

@test "nor does a container, by its bridge, which has route_localnet for published ports" {
	start_web web -p 8080:80
	equal "$(cat /proc/sys/net/ipv4/conf/hull0/route_localnet)" 1
	start_attacker attacker
	host_service 8888
	gateway=10.75.0.1 own=$(address_of attacker) aim_at_loopback in_network_of attacker
	not gets_secret in_network_of attacker
	nft flush chain inet hull guard # control
	gets_secret in_network_of attacker
	end_service
}

@test "a bridge takes nothing for 127.0.0.1 as long as no port is published there" {
	start_web web -p 10.75.0.1:8080:80
	equal "$(cat /proc/sys/net/ipv4/conf/hull0/route_localnet)" 0
}

# ---- a container's port that is published on 127.0.0.1 (CVE-2025-54388), or not at all -------------

direct() {
	on_other curl -s --max-time 1 "http://$(address_of web)/"
}

@test "another machine does not reach a container past its published ports" {
	other_machine
	start_web web -p 8080:80
	equal "$(direct)" ''
	hull network reload
	succeeds
	equal "$(direct)" ''
	other_gets_nothing http://10.9.9.1:8080/
	nft delete table inet hull # control: by this host as its router it would
	equal "$(direct)" web
}

# ---- CVE-2025-67499: a published port is of this host only ----------------------------------------

@test "what a container sends to the same port of another machine goes there" {
	other_machine
	start_web web -p 0.0.0.0:8080:80
	mkdir "$T/www"
	echo far > "$T/www/index.html"
	nsenter --target "$OTHER_PID" --net /usr/bin/python3 -m http.server --directory "$T/www" 8080 > /dev/null 2>&1 3>&- 4>&- &
	service=$!
	eventually other_gets http://10.9.9.2:8080/ far
	hull exec web wget -qO- http://10.9.9.2:8080/
	prints far
	hull exec web wget -qO- http://10.9.9.1:8080/ # control
	prints web
	end_service
}

# ---- CVE-2020-13401, CVE-2020-10749: a container that says it is a router -------------------------

ROUTER='
import socket, struct
s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, socket.if_nametoindex("eth0"))
advertisement = struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0)
prefix = struct.pack("!BBBBIII", 3, 4, 64, 0xc0, 3600, 3600, 0) + socket.inet_pton(socket.AF_INET6, "fdbb::")
for _ in range(3):
    s.sendto(advertisement + prefix, ("ff02::1", 0))
'

believes() { # believes COMMAND...: a route by the router that nobody made one
	"$@" ip -6 route show | grep -q 'proto ra\|fdbb::'
}

@test "a container that says it is a router of IPv6 is believed by nobody" {
	hull network create --ipv6 six
	start_box victim --network six "${HOST_PROGRAMS[@]}" -- 'exec sleep 300'
	start_attacker attacker --network six
	eventually settled attacker
	inside_of attacker /usr/bin/python3 -c "$ROUTER"
	succeeds
	not eventually_soon believes nsenter --net=/proc/self/ns/net
	not believes "$HULL" --root "$HULL_ROOT" exec victim
	echo 2 > /proc/sys/net/ipv6/conf/hull0/accept_ra # control
	inside_of attacker /usr/bin/python3 -c "$ROUTER"
	eventually believes nsenter --net=/proc/self/ns/net
}

settled() {
	! "$HULL" --root "$HULL_ROOT" exec "$1" ip -6 addr show dev eth0 | grep -q tentative
}

eventually_soon() {
	local i

	for ((i = 0; i < 20; i++)); do
		! "$@" || return 0
		sleep 0.02
	done
	return 1
}

# ---- networks are apart ----------------------------------------------------------------------------

fetches() { # fetches CONTAINER URL
	"$HULL" --root "$HULL_ROOT" exec "$1" timeout 1 wget -qO- "$2" > /dev/null 2>&1
}

@test "networks do not reach each other, also not with a false address" {
	hull network create one
	hull network create two
	start_web web --network one
	start_web neighbour --network one
	start_attacker attacker --network two
	fetches neighbour "http://$(address_of web)/" # control
	not fetches attacker "http://$(address_of web)/"
	inside_of attacker ip addr add "${web_false:=$(address_of web)}9/32" dev eth0
	inside_of attacker ip route replace "$(address_of web)/32" via "$(gateway_of attacker)" src "${web_false}9"
	not fetches attacker "http://$(address_of web)/"
	nft flush chain inet hull between # control
	inside_of attacker ip route del "$(address_of web)/32"
	fetches attacker "http://$(address_of web)/"
}

gateway_of() {
	"$HULL" --root "$HULL_ROOT" exec "$1" ip route | awk '/^default/ { print $3 }'
}

@test "an internal network leads nowhere, neither to others nor to published ports" {
	other_machine
	hull network create --internal inner
	hull network create outer
	start_web web --network outer -p 0.0.0.0:8080:80
	start_attacker attacker --network inner
	inside_of attacker ip route add default via "$(bridge_address hull0)"
	nsenter --target "$OTHER_PID" --net /usr/bin/python3 -m http.server 8080 > /dev/null 2>&1 3>&- 4>&- &
	service=$!
	eventually curl -s http://10.9.9.2:8080/
	not fetches attacker http://10.9.9.2:8080/
	not fetches attacker http://10.9.9.1:8080/
	not fetches attacker "http://$(address_of web)/"
	nft flush chain inet hull between # control
	fetches attacker "http://$(address_of web)/"
	end_service
}

bridge_address() {
	ip -4 -o addr show dev "$1" | sed 's/.*inet \([0-9.]*\).*/\1/'
}

# ---- the host's own ---------------------------------------------------------------------------------

@test "with NET_ADMIN a container has a firewall of its own, and no other" {
	start_web web -p 8080:80
	start_attacker attacker
	inside_of attacker nft list ruleset
	prints ''
	inside_of attacker nft add table inet mine
	succeeds
	inside_of attacker nft list ruleset
	says 'table inet mine'
	inside_of attacker nft flush ruleset
	succeeds
	answers http://127.0.0.1:8080/ web
	equal "$(nft list tables)" 'table inet hull'
	run_hull --rm --network host --cap-add NET_ADMIN "${HOST_PROGRAMS[@]}" busybox nft list tables # control
	says 'table inet hull'
}

@test "hull has no socket that a container with the host's network could find by name (CVE-2020-15257)" {
	start_web web -p '[::1]:8080:80'
	run_hull --rm --network host busybox cat /proc/net/unix
	succeeds
	does_not_say '@'
	/usr/bin/python3 -c 'import socket, time
s = socket.socket(socket.AF_UNIX); s.bind("\0control"); s.listen(); time.sleep(20)' 3>&- 4>&- &
	service=$!
	eventually grep -q @control /proc/net/unix
	run_hull --rm --network host busybox cat /proc/net/unix # control
	says '@control'
	end_service
}
