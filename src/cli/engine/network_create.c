/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "base/warn.h"
#include "cli/engine/commands.h"
#include "cli/engine/making.h"
#include "engine/firewall/gate.h"
#include "engine/network/network.h"

struct network_create_options {
	struct option_list subnet, gateway, ip_range, opt, label;
	const char *driver;
	bool internal, ipv6;
};

#define O struct network_create_options

static const struct option_spec network_create_option_table[] = {
	OPTION_CHOICE(O, driver, "driver", .letter = 'd', .argument = "bridge|macvlan|ipvlan",
		.help = "bridge: a network of the host's own (the default); macvlan, ipvlan: the "
			"containers are in the network of an interface of the host"),
	OPTION_LIST(O, gateway, "gateway", .argument = "ADDRESS",
		.help = "the subnet's gateway (default: its first address, which is the bridge's)"),
	OPTION_FLAG(O, internal, "internal",
		.help = "no way out: the containers reach each other only"),
	OPTION_LIST(O, ip_range, "ip-range", .argument = "ADDRESS/LENGTH",
		.help = "the part of the subnet that containers get addresses of"),
	OPTION_FLAG(O, ipv6, "ipv6", .help = "with IPv6 addresses"),
	OPTION_LIST(O, label, "label", .letter = 'l', .argument = "KEY[=VALUE]", .help = "a label"),
	OPTION_LIST(O, opt, "opt", .letter = 'o', .argument = "KEY=VALUE",
		.help = "mtu=N; bridge: isolate=false (other networks reach it); macvlan, ipvlan: "
			"parent=INTERFACE, mode=MODE"),
	OPTION_LIST(O, subnet, "subnet", .argument = "ADDRESS/LENGTH",
		.help = "its addresses, IPv4, IPv6 or one of each (default: some that nobody "
			"uses)"),
	OPTION_END,
};

static int read_subnets(struct arena *arena, const struct option_list *list,
	struct network *network, struct err *err)
{
	for (size_t i = 0; i < list->n_items; i++) {
		struct network_subnet subnet = { 0 };

		if (ip_prefix_parse(list->items[i], &subnet.prefix) < 0)
			return err_fail(
				err, EINVAL, "--subnet %s: not ADDRESS/LENGTH", list->items[i]);
		ARENA_APPEND(arena, network->subnets, network->n_subnets) = subnet;
	}
	return 0;
}

/* The subnet that an address or a range is in. */
static int find_subnet(struct network *network, const char *option, const char *text,
	const struct ip_prefix *address, struct network_subnet **ret, struct err *err)
{
	for (size_t i = 0; i < network->n_subnets; i++)
		if (ip_prefix_contains(&network->subnets[i].prefix, address)) {
			*ret = &network->subnets[i];
			return 0;
		}
	err_fail(err, EINVAL, "--%s %s: in no --subnet", option, text);
	return network->n_subnets ? -err->code
				  : err_hint(err, "name the subnet, too: --subnet ADDRESS/LENGTH");
}

static int read_gateways(const struct option_list *list, struct network *network, struct err *err)
{
	for (size_t i = 0; i < list->n_items; i++) {
		struct network_subnet *subnet = NULL;
		struct ip_prefix address;
		int r;

		if (ip_address_parse(list->items[i], &address) < 0)
			return err_fail(
				err, EINVAL, "--gateway %s: not an address", list->items[i]);
		r = find_subnet(network, "gateway", list->items[i], &address, &subnet, err);
		if (r < 0)
			return r;
		if (subnet->gateway.family)
			return err_fail(err, EINVAL, "--gateway %s: its subnet has one already",
				list->items[i]);
		subnet->gateway = address;
	}
	return 0;
}

static int read_ranges(const struct option_list *list, struct network *network, struct err *err)
{
	for (size_t i = 0; i < list->n_items; i++) {
		struct network_subnet *subnet = NULL;
		struct ip_prefix range;
		int r;

		if (ip_prefix_parse(list->items[i], &range) < 0)
			return err_fail(
				err, EINVAL, "--ip-range %s: not ADDRESS/LENGTH", list->items[i]);
		r = find_subnet(network, "ip-range", list->items[i], &range, &subnet, err);
		if (r < 0)
			return r;
		subnet->range = range;
	}
	return 0;
}

static void read_pairs(struct arena *arena, const struct option_list *list,
	struct oci_key_value **pairs, size_t *n)
{
	for (size_t i = 0; i < list->n_items; i++) {
		size_t length = strcspn(list->items[i], "=");
		const char *value = list->items[i] + length;

		ARENA_APPEND(arena, *pairs, *n) = (struct oci_key_value){
			.key = arena_strndup(arena, list->items[i], length),
			.value = *value ? value + 1 : "",
		};
	}
}

/* The last of several with one key counts, as in Docker. */
static void drop_doubles(struct oci_key_value *pairs, size_t *n)
{
	size_t kept = 0;

	for (size_t i = 0; i < *n; i++) {
		size_t at = 0;

		while (at < kept && strcmp(pairs[at].key, pairs[i].key) != 0)
			at++;
		pairs[at] = pairs[i];
		kept += at == kept;
	}
	*n = kept;
}

static enum network_driver driver_of(const char *name)
{
	for (int i = 0; i < NETWORK_DRIVER_COUNT; i++)
		if (text_equal(name, network_driver_name((enum network_driver)i)))
			return (enum network_driver)i;
	return NETWORK_DRIVER_BRIDGE;
}

static int read_network(struct command_call *call, struct network *ret, struct err *err)
{
	const struct network_create_options *options = call->options;
	struct network network = {
		.name = call->args[0],
		.driver = driver_of(options->driver),
		.is_internal = options->internal,
		.has_ip6 = options->ipv6,
	};
	int r = read_subnets(call->arena, &options->subnet, &network, err);

	if (r == 0)
		r = read_gateways(&options->gateway, &network, err);
	if (r == 0)
		r = read_ranges(&options->ip_range, &network, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < network.n_subnets; i++)
		network.has_ip6 |= network.subnets[i].prefix.family == AF_INET6;
	read_pairs(call->arena, &options->label, &network.labels, &network.n_labels);
	read_pairs(call->arena, &options->opt, &network.options, &network.n_options);
	drop_doubles(network.labels, &network.n_labels);
	drop_doubles(network.options, &network.n_options);
	*ret = network;
	return 0;
}

/* Each start of a container tries again, and fails if this does: the network is made. */
static void open_gate(
	struct command_call *call, const struct store *store, const struct network *network)
{
	struct err failure = ERR_INIT;

	if (gate_open(call->arena, store, network, &failure) < 0)
		warn(&failure);
}

static int network_create_run(struct command_call *call, struct err *err)
{
	AUTO_MAKING making = MAKING_INIT;
	struct network network;
	int r = read_network(call, &network, err);

	if (r == 0)
		r = making_open(call, &making, err);
	if (r == 0)
		r = networks_create(call->arena, &making.store, &network, err);
	if (r == 0)
		open_gate(call, &making.store, &network);
	if (r == 0)
		fprintf(call->out, "%s\n", network.name);
	return r;
}

const struct command engine_command_network_create = {
	.name = "network create",
	.arguments = "NAME",
	.summary = "make a network",
	.description =
		"Containers of a network reach each other by address and by name. What they reach "
		"outside of it they reach by the host, unless the network is internal.",
	.options = network_create_option_table,
	.options_size = sizeof(O),
	.min_args = 1,
	.max_args = 1,
	.run = network_create_run,
};
