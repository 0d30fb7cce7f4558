/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "base/parse.h"
#include "base/text.h"
#include "engine/network/network.h"
#include "sys/net_link.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum {
	MTU_MIN = 68, /* RFC 791 */
	MTU_MIN_IP6 = 1280,
	MTU_MAX = 65535,
};

static int read_mtu(struct network *network, const char *value, struct err *err)
{
	uint32_t mtu, min = network->has_ip6 ? MTU_MIN_IP6 : MTU_MIN;

	if (parse_u32(value, &mtu) < 0 || mtu < min || mtu > MTU_MAX)
		return err_fail(err, EINVAL, "--opt mtu=%s: a number from %u to %d is expected",
			value, min, MTU_MAX);
	network->mtu = mtu;
	return 0;
}

static int read_isolate(struct network *network, const char *value, struct err *err)
{
	bool is_true = text_equal(value, "true"), is_false = text_equal(value, "false");

	if (!is_true && !is_false)
		return err_fail(err, EINVAL, "--opt isolate=%s: true or false is expected", value);
	network->is_isolated = is_true;
	return 0;
}

static int read_parent(struct network *network, const char *value, struct err *err)
{
	if (value[0] == '\0' || strlen(value) >= IF_NAMESIZE || strchr(value, '/'))
		return err_fail(err, EINVAL, "--opt parent=%s: no name of an interface", value);
	network->interface = value;
	return 0;
}

static int read_mode(struct network *network, const char *value, struct err *err)
{
	static const char *const modes[NETWORK_DRIVER_COUNT][4] = {
		[NETWORK_DRIVER_MACVLAN] = {
			[NET_LINK_MACVLAN_BRIDGE] = "bridge",
			[NET_LINK_MACVLAN_PRIVATE] = "private",
			[NET_LINK_MACVLAN_VEPA] = "vepa",
			[NET_LINK_MACVLAN_PASSTHRU] = "passthru",
		},
		[NETWORK_DRIVER_IPVLAN] = {
			[NET_LINK_IPVLAN_L2] = "l2",
			[NET_LINK_IPVLAN_L3] = "l3",
			[NET_LINK_IPVLAN_L3S] = "l3s",
		},
	};
	const char *const *names = modes[network->driver];

	for (int i = 0; i < 4; i++)
		if (text_equal(names[i], value)) {
			network->mode = i;
			return 0;
		}
	return err_fail(err, EINVAL, "--opt mode=%s: driver %s has no such mode", value,
		network_driver_name(network->driver));
}

/* Docker's own names for the same, which people have in their scripts. */
static const char *short_name(const char *key)
{
	static const char *const prefixes[] = { "com.docker.network.driver.", "macvlan_",
		"ipvlan_" };

	for (size_t i = 0; i < COUNT_OF(prefixes); i++) {
		const char *rest = text_after_prefix(key, prefixes[i]);

		if (rest)
			return rest;
	}
	return key;
}

static int read_option(struct network *network, const char *key, const char *value, struct err *err)
{
	bool is_bridge = network->driver == NETWORK_DRIVER_BRIDGE;

	if (text_equal(key, "mtu"))
		return read_mtu(network, value, err);
	if (text_equal(key, "isolate") && is_bridge)
		return read_isolate(network, value, err);
	if (text_equal(key, "parent") && !is_bridge)
		return read_parent(network, value, err);
	if (text_equal(key, "mode") && !is_bridge)
		return read_mode(network, value, err);
	return err_fail(err, EINVAL, "--opt %s: driver %s has %s", key,
		network_driver_name(network->driver),
		is_bridge ? "mtu and isolate" : "mtu, parent and mode");
}

int network_read_options(struct network *network, struct err *err)
{
	int r = 0;

	network->is_isolated = network->driver == NETWORK_DRIVER_BRIDGE;
	for (size_t i = 0; r == 0 && i < network->n_options; i++)
		r = read_option(network, short_name(network->options[i].key),
			network->options[i].value ? network->options[i].value : "", err);
	if (r == 0 && network->driver != NETWORK_DRIVER_BRIDGE && text_is_empty(network->interface))
		r = err_fail(err, EINVAL,
			"driver %s needs an interface of the host: --opt parent=NAME",
			network_driver_name(network->driver));
	return r;
}
