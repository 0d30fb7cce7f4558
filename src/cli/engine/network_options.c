/* SPDX-License-Identifier: Apache-2.0 */
/* --network and what belongs to it. */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/ip_prefix.h"
#include "base/text.h"
#include "cli/engine/container_options.h"
#include "engine/network/endpoint.h"
#include "engine/network/network.h"

enum {
	NAME_MAX_BYTES = 253, /* RFC 1035 */
	DNS_SERVERS_MAX = 3,  /* MAXNS of resolv.conf(5) */
};

static int check_address(const char *option, const char *text, int family, struct err *err)
{
	struct ip_prefix address;

	if (ip_address_parse(text, &address) == 0 && address.family == family)
		return 0;
	return err_fail(err, EINVAL, "%s %s: no IPv%c address", option, text,
		family == AF_INET6 ? '6' : '4');
}

static int check_mac(const char *option, const char *text, struct err *err)
{
	uint8_t mac[ENDPOINT_MAC_BYTES];

	if (endpoint_parse_mac(text, mac) == 0)
		return 0;
	return err_fail(err, EINVAL, "%s %s: no MAC address of one station, 02:00:00:00:00:01",
		option, text);
}

static int check_alias(const char *option, const char *text, struct err *err)
{
	size_t n = strlen(text);
	bool is_name = n > 0 && n <= NAME_MAX_BYTES && text[0] != '-' && text[0] != '.';

	for (size_t i = 0; i < n && is_name; i++)
		is_name = isalnum((unsigned char)text[i]) || strchr("-_.", text[i]);
	return is_name ? 0 : err_fail(err, EINVAL, "%s %s: no name of a host", option, text);
}

static int add_alias(struct arena *arena, const char *option, const char *text,
	struct container_network *network, struct err *err)
{
	int r = check_alias(option, text, err);

	if (r == 0)
		ARENA_APPEND(arena, network->aliases, network->n_aliases) = text;
	return r;
}

/* "KEY=VALUE" behind the network's name. */
static int read_detail(
	struct arena *arena, char *word, struct container_network *network, struct err *err)
{
	char *value = strchr(word, '=');

	if (!value)
		return err_fail(err, EINVAL, "--network %s: not KEY=VALUE", word);
	*value++ = '\0';
	if (text_equal(word, "name"))
		network->name = value;
	else if (text_equal(word, "ip")) {
		bool is_ip6 = strchr(value, ':');

		*(is_ip6 ? &network->ip6 : &network->ip) = value;
		return check_address("--network …:ip", value, is_ip6 ? AF_INET6 : AF_INET, err);
	} else if (text_equal(word, "ip6")) {
		network->ip6 = value;
		return check_address("--network …:ip6", value, AF_INET6, err);
	} else if (text_equal(word, "mac") || text_equal(word, "mac-address")) {
		network->mac = value;
		return check_mac("--network …:mac", value, err);
	} else if (text_equal(word, "alias")) {
		return add_alias(arena, "--network …:alias", value, network, err);
	} else {
		return err_fail(
			err, EINVAL, "--network …:%s: ip, ip6, mac or alias is expected", word);
	}
	return 0;
}

/* NAME[:KEY=VALUE,…], or Docker's name=NAME,KEY=VALUE,… */
static int read_network(
	struct arena *arena, const char *text, struct container_network *ret, struct err *err)
{
	char *copy = arena_strdup(arena, text);
	bool is_list = text_has_prefix(text, "name=");
	char *rest = is_list ? copy : strchr(copy, ':');
	struct container_network network = { .name = copy };
	int r = 0;

	if (!is_list && rest)
		*rest++ = '\0';
	for (char *word = strsep(&rest, ","); r == 0 && word; word = strsep(&rest, ","))
		r = read_detail(arena, word, &network, err);
	if (text_equal(network.name, "default"))
		network.name = NETWORK_DEFAULT_NAME;
	if (r == 0)
		r = network_check_name(network.name, err);
	if (r == 0)
		*ret = network;
	return r < 0 ? err_while(err, "--network %s", text) : 0;
}

/* A mode that is the whole network: nothing can stand beside it. */
static bool is_mode(const char *text)
{
	return text_equal(text, "none") || text_equal(text, "host") || text_equal(text, "pasta") ||
	       text_has_prefix(text, "container:") || text_has_prefix(text, "ns:");
}

static int check_mode(const char *text, struct err *err)
{
	const char *path = text_after_prefix(text, "ns:");
	const char *container = text_after_prefix(text, "container:");

	if (path && path[0] != '/')
		return err_fail(err, EINVAL,
			"--network %s: an absolute path of a network namespace is expected", text);
	if (container && container[0] == '\0')
		return err_fail(err, EINVAL, "--network %s: which container?", text);
	return 0;
}

static int read_networks(struct arena *arena, const struct option_list *list,
	struct container_settings *settings, struct err *err)
{
	for (size_t i = 0; i < list->n_items; i++) {
		struct container_network network;
		int r;

		if (is_mode(list->items[i]) && list->n_items > 1)
			return err_fail(err, EINVAL, "--network %s excludes other networks",
				list->items[i]);
		if (is_mode(list->items[i])) {
			settings->network_mode = list->items[i];
			return check_mode(list->items[i], err);
		}
		r = read_network(arena, list->items[i], &network, err);
		for (size_t k = 0; r == 0 && k < settings->n_networks; k++)
			if (text_equal(settings->networks[k].name, network.name))
				r = err_fail(
					err, EINVAL, "--network %s: given twice", network.name);
		if (r < 0)
			return r;
		ARENA_APPEND(arena, settings->networks, settings->n_networks) = network;
		settings->network_mode = settings->networks[0].name;
	}
	return 0;
}

/* --ip, --ip6 and --mac-address are of the first network. */
static int read_first(struct arena *arena, const struct container_options *options,
	struct container_settings *settings, struct err *err)
{
	struct container_network *first;
	bool is_asked = !text_is_empty(options->ip) || !text_is_empty(options->ip6) ||
			!text_is_empty(options->mac_address) || options->network_alias.n_items > 0;
	int r = 0;

	if (!is_asked)
		return 0;
	if (settings->n_networks == 0 && !text_is_empty(settings->network_mode))
		return err_fail(err, EINVAL,
			"--ip, --ip6, --mac-address and --network-alias need a network of hull, "
			"and --network is %s",
			settings->network_mode);
	if (settings->n_networks == 0) {
		settings->network_mode = NETWORK_DEFAULT_NAME;
		ARENA_APPEND(arena, settings->networks,
			settings->n_networks) = (struct container_network){
			.name = NETWORK_DEFAULT_NAME,
		};
	}
	first = &settings->networks[0];
	if (!text_is_empty(options->ip)) {
		first->ip = options->ip;
		r = check_address("--ip", options->ip, AF_INET, err);
	}
	if (r == 0 && !text_is_empty(options->ip6)) {
		first->ip6 = options->ip6;
		r = check_address("--ip6", options->ip6, AF_INET6, err);
	}
	if (r == 0 && !text_is_empty(options->mac_address)) {
		first->mac = options->mac_address;
		r = check_mac("--mac-address", options->mac_address, err);
	}
	return r;
}

/* In every one of its networks. */
static int read_aliases(struct arena *arena, const struct container_options *options,
	struct container_settings *settings, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < options->network_alias.n_items; i++)
		for (size_t k = 0; r == 0 && k < settings->n_networks; k++)
			r = add_alias(arena, "--network-alias", options->network_alias.items[i],
				&settings->networks[k], err);
	return r;
}

static int check_words(
	const char *option, const struct option_list *list, bool is_address, struct err *err)
{
	for (size_t i = 0; i < list->n_items; i++) {
		const char *item = list->items[i];
		struct ip_prefix address;

		if (is_address ? ip_address_parse(item, &address) < 0
			       : item[0] == '\0' || strpbrk(item, " \t\r\n"))
			return err_fail(err, EINVAL, "--%s %s: %s is expected", option, item,
				is_address ? "an address" : "one word");
	}
	return 0;
}

static int read_dns(const struct container_options *options, struct container_settings *settings,
	struct err *err)
{
	int r = check_words("dns", &options->dns, true, err);

	if (r == 0)
		r = check_words("dns-search", &options->dns_search, false, err);
	if (r == 0)
		r = check_words("dns-option", &options->dns_option, false, err);
	if (r == 0 && options->dns.n_items > DNS_SERVERS_MAX)
		r = err_fail(err, EINVAL,
			"--dns: more than %d servers are not asked (resolv.conf(5))",
			DNS_SERVERS_MAX);
	settings->dns = options->dns.items;
	settings->n_dns = options->dns.n_items;
	settings->dns_search = options->dns_search.items;
	settings->n_dns_search = options->dns_search.n_items;
	settings->dns_options = options->dns_option.items;
	settings->n_dns_options = options->dns_option.n_items;
	return r;
}

/* NAME:ADDRESS; what stands for the host's own address is looked up at each start. */
static int read_hosts(const struct container_options *options, struct container_settings *settings,
	struct err *err)
{
	const struct option_list *list = &options->add_host;

	for (size_t i = 0; i < list->n_items; i++) {
		const char *item = list->items[i];
		size_t length = strcspn(item, ":=");
		const char *address = item[length] ? item + length + 1 : "";
		struct ip_prefix parsed;

		if (length == 0 || strcspn(item, " \t\r\n") < length ||
			(!text_equal(address, "host-gateway") &&
				ip_address_parse(address, &parsed) < 0))
			return err_fail(err, EINVAL,
				"--add-host %s: not NAME:ADDRESS, nor NAME:host-gateway", item);
	}
	settings->extra_hosts = list->items;
	settings->n_extra_hosts = list->n_items;
	return 0;
}

int network_options_read(struct arena *arena, const struct container_options *options,
	struct container_settings *settings, struct err *err)
{
	int r = read_networks(arena, &options->network, settings, err);

	if (r == 0)
		r = read_first(arena, options, settings, err);
	if (r == 0)
		r = read_aliases(arena, options, settings, err);
	if (r == 0)
		r = read_dns(options, settings, err);
	return r < 0 ? r : read_hosts(options, settings, err);
}
