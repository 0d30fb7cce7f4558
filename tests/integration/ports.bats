#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Published ports: from the host, from another machine, from containers; and what becomes of them.

load lib
load engine
load firewall

teardown() {
	no_other_machine
	remove_everything
	nft delete table inet hull 2> /dev/null || true
}

@test "a port is published on 127.0.0.1, and nowhere else" {
	other_machine
	start_web web -p 8080:80
	answers http://127.0.0.1:8080/ web
	silent http://10.9.9.1:8080/
	other_gets_nothing http://10.9.9.1:8080/
	hull port web
	prints '80/tcp -> 127.0.0.1:8080'
	hull ps --format '{{.Ports}}'
	prints '127.0.0.1:8080->80/tcp'
}

@test "inspect shows address and ports of a container that runs" {
	start_web web -p 8080:80 -p 0.0.0.0:8081:80
	hull inspect -f '{{.NetworkSettings.IPAddress}} {{range .NetworkSettings.Networks}}{{.Gateway}}{{end}}' web
	prints '10.75.0.2 10.75.0.1'
	hull inspect web
	equal "$(jq -c '.[0].NetworkSettings.Ports' <<< "$output")" \
		'{"80/tcp":[{"HostIp":"127.0.0.1","HostPort":"8080"},{"HostIp":"0.0.0.0","HostPort":"8081"}]}'
	hull stop -t 0 web
	hull inspect -f '{{.NetworkSettings.IPAddress}}{{len .NetworkSettings.Ports}}' web
	prints 0
}

@test "a port on all addresses is reached from the host, another machine and a container" {
	other_machine
	start_web web -p 0.0.0.0:8080:80
	answers http://127.0.0.1:8080/ web
	answers http://10.9.9.1:8080/ web
	other_gets http://10.9.9.1:8080/ web
	busybox -- 'wget -qO- http://10.9.9.1:8080/'
	prints web
}

@test "a container reaches itself by its published port" {
	other_machine
	start_web web -p 0.0.0.0:8080:80
	hull exec web wget -qO- http://10.9.9.1:8080/
	prints web
}

@test "a port on one address is published there only" {
	other_machine
	ip addr add 10.9.9.7/24 dev lan0
	start_web web -p 10.9.9.7:8080:80
	other_gets http://10.9.9.7:8080/ web
	other_gets_nothing http://10.9.9.1:8080/
	silent http://127.0.0.1:8080/
}

@test "the container sees the address of the other machine, and the bridge for the host's" {
	other_machine
	run_hull -d --name box "${HOST_PROGRAMS[@]}" -p 0.0.0.0:7000:7000 busybox /usr/bin/python3 -c '
import socket
s = socket.create_server(("", 7000))
while True:
	connection, peer = s.accept()
	connection.sendall(peer[0].encode())
	connection.close()'
	succeeds
	equal "$(whom_it_sees on_other curl -s --http0.9 10.9.9.1:7000)" 10.9.9.2
	equal "$(whom_it_sees curl -s --http0.9 127.0.0.1:7000)" 10.75.0.1
}

whom_it_sees() {
	local i answer=

	for ((i = 0; i < 100; i++)); do
		answer=$("$@" 2> /dev/null) || true
		[ -z "$answer" ] || break
		sleep 0.05
	done
	echo "$answer"
}

@test "UDP is published, too" {
	start_echo box -p 5300:53/udp
	eventually udp_echoes 127.0.0.1 5300
}

udp_echoes() { # udp_echoes ADDRESS PORT
	[ "$(/usr/bin/python3 - "$1" "$2" <<- 'END'
		import socket, sys
		s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
		s.settimeout(1)
		s.sendto(b"hello\n", (sys.argv[1], int(sys.argv[2])))
		print(s.recv(100).decode(), end="")
	END
	)" = hello ]
}

@test "IPv6: on an address of the host and on all" {
	other_machine
	hull network create --ipv6 six
	succeeds
	start_web web --network six -p '[fd09::1]:8080:80' -p '[::]:8081:80'
	answers 'http://[fd09::1]:8080/' web
	answers 'http://[fd09::1]:8081/' web
	other_gets 'http://[fd09::1]:8080/' web
	other_gets 'http://[fd09::1]:8081/' web
	hull port web
	prints $'80/tcp -> [fd09::1]:8080\n80/tcp -> [::]:8081'
}

@test "::1 has a process that ends with the container, also for one without IPv6" {
	start_web web -p '[::1]:8080:80'
	start_echo echo -p '[::1]:5300:53/udp'
	answers 'http://[::1]:8080/' web
	silent http://127.0.0.1:8080/
	eventually udp_echoes ::1 5300
	equal "$(pgrep -xc hull-forward)" 2
	equal "$(ps -o uid= -p "$(pgrep -xo hull-forward)" | tr -d ' ')" 65534
	equal "$(awk '/^CapEff/ { print $2 }' "/proc/$(pgrep -xo hull-forward)/status")" 0000000000000000
	hull kill web echo
	eventually not pgrep -x hull-forward
	silent 'http://[::1]:8080/'
}

@test "many bytes go through ::1 both ways, and half-closed connections stay open" {
	start_box box -p '[::1]:7000:7000' -- 'exec nc -ll -p 7000 -e sha256sum'
	head -c 20000000 /dev/urandom > "$T/data"
	eventually sums_are_equal
}

sums_are_equal() {
	[ "$(/usr/bin/python3 - "$T/data" <<- 'END'
		import socket, sys
		s = socket.create_connection(("::1", 7000), 10)
		s.sendall(open(sys.argv[1], "rb").read())
		s.shutdown(socket.SHUT_WR)
		print(s.makefile().read().split()[0])
	END
	)" = "$(sha256sum < "$T/data" | cut -d' ' -f1)" ]
}

@test "ranges, and ports that hull chooses" {
	start_box box -p 9000-9002:9000-9002 -p 80 -p 9100-9105:81 -- 'exec sleep 100'
	hull port box 9001
	prints 127.0.0.1:9001
	hull port box 81
	prints 127.0.0.1:9100
	hull port box 80/tcp
	matches "$output" '^127.0.0.1:[0-9]+$'
	hull ps --format '{{.Ports}}'
	matches "$output" '127.0.0.1:9000-9002->9000-9002/tcp'
	start_box other -p 9100-9105:81 -- 'exec sleep 100'
	hull port other 81
	prints 127.0.0.1:9101
	hull port box --format json
	equal "$(jq -c '.[] | select(.Target == "81/tcp") | [.HostIp, .HostPort, .Reach]' <<< "$output")" '["127.0.0.1","9100","host"]'
}

@test "exposed ports are published with -P, on free ports" {
	start_web web --expose 80 --expose 90/udp -P
	hull port web 80
	answers "http://$output/" web
	hull port web 90/udp
	matches "$output" '^127.0.0.1:[0-9]+$'
	hull ps --format '{{.Ports}}'
	matches "$output" '->80/tcp'
	start_box plain --expose 80 -- 'exec sleep 100'
	hull ps --format '{{.Names}} {{.Ports}}' -f name=plain
	prints 'plain 80/tcp'
}

@test "a port that something else has is refused, and the text says what has it" {
	start_web web -p 8080:80
	hull run --name other -p 8080:80 busybox true
	refused 'port 127.0.0.1:8080/tcp of the host is published by container web'
	hull run --name third -p 0.0.0.0:8080:80 busybox true
	refused 'is published by container web'
	/usr/bin/python3 -m http.server --bind 127.0.0.1 8888 > /dev/null 2>&1 3>&- &
	eventually curl -s http://127.0.0.1:8888/
	hull run --name fourth -p 8888:80 busybox true
	kill %%
	refused "port 127.0.0.1:8888/tcp of the host is in use by python3 (pid $!)"
	hull run --name fifth -p 10.1.2.3:80:80 busybox true
	refused 'no interface of the host has that address'
	equal "$(elements ports4)" 1
	answers http://127.0.0.1:8080/ web
}

@test "ports that make no sense are refused before anything is made" {
	for port in 0 65536 a:b:c:d 80/sctp '[::1]:80' 80-81:80-82; do
		hull run -p "$port" busybox true
		refused '--publish'
	done
	hull ps -aq
	prints ''
}

@test "without a network there is a warning and no port" {
	run_hull --rm --network none -p 8080:80 busybox true
	succeeds
	matches "$stderr" 'with --network none no ports are published'
	hull network create --internal inner
	run_hull --rm --network inner -p 8080:80 busybox true
	refused 'no IPv4 address in a network that leads out'
	run_hull --rm -p '[::]:8080:80' busybox true
	refused '--ipv6'
}

@test "ports are added to a running container and taken from it, and stay so" {
	start_web web
	hull port add web 8080:80 127.0.0.1::80
	succeeds
	answers http://127.0.0.1:8080/ web
	hull port add web 8080:81
	refused 'is published by'
	hull restart -t 0 web
	eventually answers http://127.0.0.1:8080/ web
	hull port rm web 8080:80
	succeeds
	silent http://127.0.0.1:8080/
	hull port rm web 8080:80
	refused 'is not published'
	hull port rm web 80
	succeeds
	hull port web
	prints ''
	hull restart -t 0 web
	hull port web
	prints ''
	equal "$(elements ports4)" 0
}

@test "all goes with the container's end, also by kill -9 of everything" {
	start_web web -p 8080:80 -p 0.0.0.0:8081:80
	equal "$(elements ports4)$(elements any4)" 11
	hull stop -t 0 web
	eventually equal "$(elements ports4)$(elements any4)" 00
	equal "$(ls "$HULL_ROOT/ports")" ''
	hull start web
	eventually answers http://127.0.0.1:8080/ web
	kill -KILL "$(pgrep -f "hull-monitor .*$HULL_ROOT")"
	kill -KILL "$(field web '{{.State.Pid}}')"
	eventually is_field web '{{.State.Running}}' false
	equal "$(elements ports4)$(elements any4)" 11
	start_web next -p 8080:80 # taken over
	answers http://127.0.0.1:8080/ next
	hull system check --repair
	equal "$(elements ports4)$(elements any4)" 10
}

@test "a flush of everybody's rules is mended, and the other way round nothing is lost" {
	other_machine
	start_web web -p 8080:80 -p 0.0.0.0:8081:80 -p '[::1]:8082:80'
	nft add table inet others
	nft flush table inet others
	nft delete table inet others
	answers http://127.0.0.1:8080/ web
	nft flush ruleset
	silent http://127.0.0.1:8080/
	kill -KILL "$(pgrep -x hull-forward)"
	hull network reload
	prints 'the nftables table hull is filled again'
	answers http://127.0.0.1:8080/ web
	other_gets http://10.9.9.1:8081/ web
	answers 'http://[::1]:8082/' web
	hull network reload
	prints ''
}

@test "a start fills the table that somebody has flushed" {
	start_web web -p 8080:80
	nft flush ruleset
	start_web next -p 8081:80
	answers http://127.0.0.1:8080/ web
	answers http://127.0.0.1:8081/ next
}

@test "a bridge that was deleted is made anew, with its containers" {
	start_web web -p 8080:80
	ip link del hull0
	silent http://127.0.0.1:8080/
	hull network reload
	prints $'bridge hull0 of network bridge is made anew\ncontainer web is connected to network bridge again'
	eventually answers http://127.0.0.1:8080/ web
}

@test "the hundredth port costs what the first did: elements, not rules" {
	local before

	start_web web -p 8080:80
	before=$(n_rules)
	start_box many -p 9000-9099:9000-9099 -- 'exec sleep 100'
	equal "$(n_rules)" "$before"
	equal "$(elements ports4)" 101
	answers http://127.0.0.1:8080/ web
	hull rm -f many
	eventually equal "$(elements ports4)" 1
}

@test "thirty at once get thirty ports" {
	local i pids=()

	for i in {1..30}; do
		"$HULL" --root "$HULL_ROOT" run -d --cgroup-parent "/$HULL_TEST_TOKEN" -p 9000-9029:80 busybox sleep 100 > /dev/null 3>&- &
		pids+=($!)
	done
	wait "${pids[@]}"
	hull ps -a --format "{{.Names}} {{.Status}} {{.Ports}}"
	[ "$(sed "s/.* //" <<< "$output" | sort -u | wc -l)" = 30 ] || { echo "$output $stderr" >&2; return 1; }
	eventually has_elements 30
}

has_elements() {
	[ "$(elements ports4)" = "$1" ]
}

@test "the doctor finds what is missing, and says what to do" {
	start_web web -p 8080:80
	hull doctor
	succeeds
	says 'bridges, and all of nf_tables that hull needs'
	nft flush ruleset
	nft add table ip others
	nft add chain ip others forwarding '{ type filter hook forward priority 0; policy drop; }'
	hull doctor --format json
	exits_with 1
	equal "$(jq -r '.[] | select(.verdict == "problem") | .advice' <<< "$output")" \
		$'hull network reload\nnft insert rule ip others forwarding iifname hull0 accept && nft insert rule ip others forwarding oifname hull0 accept'
	nft delete table ip others
}

@test "beside a firewall that drops: the command that is printed lets containers through" {
	local command

	other_machine
	nft add table ip others
	nft add chain ip others forwarding '{ type filter hook forward priority 0; policy drop; }'
	hull network create front
	command=${stderr##*let its containers through: }
	start_web web --network front -p 0.0.0.0:8080:80
	answers http://127.0.0.1:8080/ web
	other_gets_nothing http://10.9.9.1:8080/
	eval "$command"
	other_gets http://10.9.9.1:8080/ web
	nft delete table ip others
}

@test "beside Docker's chains: hull's accepts are in DOCKER-USER as long as its network is there" {
	other_machine
	iptables-nft -P FORWARD DROP
	iptables-nft -N DOCKER-USER
	iptables-nft -A DOCKER-USER -j RETURN
	iptables-nft -I FORWARD -j DOCKER-USER
	hull network create front
	succeeds
	start_web web --network front -p 0.0.0.0:8080:80
	other_gets http://10.9.9.1:8080/ web
	says_rule -o hull0
	hull rm -f web
	hull network rm front
	equal "$(iptables-nft -S DOCKER-USER)" $'-N DOCKER-USER\n-A DOCKER-USER -j RETURN'
	nft flush ruleset
}

says_rule() {
	iptables-nft -S DOCKER-USER | grep -q -- "$* .*-j ACCEPT"
}
