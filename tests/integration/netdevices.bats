#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Network devices that a container gets. "The host" is a network namespace of each test's own, so
# that the machine's network is never touched.

load lib

# host COMMAND...: in the test's own network namespace
host() {
	nsenter --net="/proc/$keeper/ns/net" "$@"
}

is_apart() {
	differs "$(readlink "/proc/$keeper/ns/net")" "$(readlink /proc/self/ns/net)"
}

make_host() {
	unshare --net sleep 300 &
	keeper=$!
	eventually is_apart
	host ip link add hull0 mtu 1400 type veth peer name hull1
	host ip address add 192.0.2.7/24 dev hull0
	host ip address add 2001:db8::7/64 dev hull0 nodad
	bundle
	edit '.linux.namespaces |= map(select(.type != "network")) + [{ type: "network" }]
		| .linux.netDevices = { hull0: {} }'
}

host_run() {
	status=0
	output=$(host timeout -k 2 30 "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" \
		< /dev/null 2>&1) || status=$?
}

teardown() {
	[ -z "${keeper:-}" ] || kill "$keeper" 2> /dev/null || true
	end_test
}

@test "a device goes into the container, up, with its addresses and its size of packets" {
	make_host
	set_script 'ip address show dev hull0'
	host_run
	succeeds
	says ",UP" "mtu 1400" "inet 192.0.2.7/24" "inet6 2001:db8::7/64"
	not host ip link show hull0
}

@test "it may have another name inside" {
	make_host
	edit '.linux.netDevices.hull0.name = "eth0"'
	set_script 'ip -o link | cut -d: -f2'
	host_run
	succeeds
	says eth0
	does_not_say hull0
}

@test "a template becomes the first free name" {
	make_host
	edit '.linux.netDevices = { hull0: { name: "eth%d" }, hull1: { name: "eth%d" } }'
	set_script 'ip -o link | cut -d: -f2'
	host_run
	succeeds
	says eth0 eth1
}

@test "a device that is not there is named" {
	make_host
	edit '.linux.netDevices = { hull9: {} }'
	set_script true
	host_run
	fails_with hull9 "no such device"
	nothing_left
}

@test "a name that is taken inside is refused, and the devices come back as they were" {
	make_host
	host ip link set hull0 up
	edit '.linux.netDevices = { hull0: {}, hull1: { name: "hull0" } }'
	set_script true
	before=$(host ip -o address show dev hull0 | sed 's/^[0-9]*//')
	host_run
	fails_with hull1 "already"
	equal "$(host ip -o address show dev hull0 | sed 's/^[0-9]*//')" "$before"
	host ip link show hull1
	nothing_left
}

@test "the devices come back when the container cannot be made after all" {
	make_host
	edit '.process.args = ["/no/such/program"]'
	host_run
	exits_with 1
	says /no/such/program
	host ip address show dev hull0 | grep 'inet 192.0.2.7/24'
	nothing_left
}

@test "without a network namespace of the container's own it is refused" {
	make_host
	namespace_path network "/proc/$keeper/ns/net"
	set_script true
	host_run
	fails_with "network namespace"
	host ip link show hull0
}
