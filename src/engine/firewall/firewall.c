/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/firewall/firewall.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <netinet/in.h>
#include <string.h>

#include "base/text.h"
#include "engine/firewall/rules.h"

enum {
	TABLE_BYTES = 32 * 1024, /* of a batch, beside its elements */
	ELEMENT_BYTES = 160,     /* at most, with what is around it */
	MESSAGE_BYTES = 512,     /* what each message with elements has beside them */
};

/* Elements of one batch, set by set. */
struct elements {
	struct nft_element *of[RULES_SET_COUNT];
	size_t n[RULES_SET_COUNT];
};

const char *firewall_protocol_name(enum firewall_protocol protocol)
{
	return protocol == FIREWALL_PROTOCOL_UDP ? "udp" : "tcp";
}

bool firewall_is_any(const struct ip_prefix *address)
{
	static const uint8_t zeros[IP_PREFIX_BYTES_MAX];

	return memcmp(address->bytes, zeros, ip_prefix_n_bytes(address)) == 0;
}

bool firewall_is_loopback(const struct ip_prefix *address)
{
	if (address->family == AF_INET)
		return address->bytes[0] == IN_LOOPBACKNET;
	return memcmp(address->bytes, &in6addr_loopback, sizeof(in6addr_loopback)) == 0;
}

bool firewall_is_forwarded(const struct firewall_port *port)
{
	return port->host.family == AF_INET6 && firewall_is_loopback(&port->host);
}

/* ---- networks ---- */

static struct nft_element *append(
	struct arena *arena, struct elements *elements, enum rules_set set)
{
	ARENA_APPEND(
		arena, elements->of[set], elements->n[set]) = (struct nft_element){ .flags = 0 };
	return &elements->of[set][elements->n[set] - 1];
}

static void append_name(
	struct arena *arena, struct elements *elements, enum rules_set set, const char *name)
{
	struct nft_element *element = append(arena, elements, set);

	text_copy((char *)element->key, FIREWALL_BRIDGE_BYTES, name);
	if (set == RULES_SET_INSIDE)
		text_copy(
			(char *)element->key + FIREWALL_BRIDGE_BYTES, FIREWALL_BRIDGE_BYTES, name);
}

static void mask_of(const struct ip_prefix *prefix, uint8_t mask[IP_PREFIX_BYTES_MAX])
{
	memset(mask, 0, IP_PREFIX_BYTES_MAX);
	for (unsigned bit = 0; bit < prefix->length; bit++)
		mask[bit / 8] |= (uint8_t)(0x80 >> (bit % 8));
}

/* The address behind this one; false: there is none. */
static bool count_up(uint8_t *bytes, unsigned n)
{
	for (unsigned i = n; i-- > 0;) {
		if (++bytes[i] != 0)
			return true;
	}
	return false;
}

/* An interval is two elements: where it begins, and where it no longer is. */
static void append_subnet(
	struct arena *arena, struct elements *elements, const struct ip_prefix *subnet)
{
	enum rules_set set = subnet->family == AF_INET6 ? RULES_SET_OUTGOING6 : RULES_SET_OUTGOING4;
	struct nft_element *element = append(arena, elements, set);
	uint8_t mask[IP_PREFIX_BYTES_MAX], end[IP_PREFIX_BYTES_MAX];
	unsigned n = ip_prefix_n_bytes(subnet);

	mask_of(subnet, mask);
	for (unsigned i = 0; i < n; i++) {
		element->key[i] = subnet->bytes[i] & mask[i];
		end[i] = subnet->bytes[i] | (uint8_t)~mask[i];
	}
	if (!count_up(end, n))
		return;
	element = append(arena, elements, set);
	memcpy(element->key, end, n);
	element->flags = NFT_SET_ELEM_INTERVAL_END;
}

static void append_network(
	struct arena *arena, struct elements *elements, const struct firewall_network *network)
{
	append_name(arena, elements, RULES_SET_BRIDGES, network->bridge);
	append_name(arena, elements, RULES_SET_INSIDE, network->bridge);
	if (network->is_internal)
		append_name(arena, elements, RULES_SET_INTERNAL, network->bridge);
	if (network->is_isolated)
		append_name(arena, elements, RULES_SET_ISOLATED, network->bridge);
	for (size_t i = 0; i < network->n_subnets; i++)
		append_subnet(arena, elements, &network->subnets[i]);
}

/* ---- ports ---- */

static size_t put_protocol_and_port(
	uint8_t *at, enum firewall_protocol protocol, uint16_t port_number)
{
	uint16_t port = htons(port_number);

	at[0] = protocol == FIREWALL_PROTOCOL_UDP ? IPPROTO_UDP : IPPROTO_TCP;
	memcpy(at + sizeof(uint32_t), &port, sizeof(port));
	return 2 * sizeof(uint32_t);
}

static void append_port(
	struct arena *arena, struct elements *elements, const struct firewall_port *port)
{
	bool is_six = port->host.family == AF_INET6;
	unsigned n = ip_prefix_n_bytes(&port->container);
	uint16_t container_port = htons(port->container_port);
	struct nft_element *element;
	uint8_t *key;

	if (firewall_is_any(&port->host)) {
		element = append(arena, elements, is_six ? RULES_SET_ANY6 : RULES_SET_ANY4);
		key = element->key;
	} else {
		element = append(arena, elements, is_six ? RULES_SET_PORTS6 : RULES_SET_PORTS4);
		memcpy(element->key, port->host.bytes, n);
		key = element->key + n;
	}
	put_protocol_and_port(key, port->protocol, port->host_port);
	memcpy(element->value, port->container.bytes, n);
	memcpy(element->value + n, &container_port, sizeof(container_port));
}

/* ---- batches ---- */

struct batch {
	struct netlink_request request;
	bool is_removal;
};

static void begin(struct arena *arena, struct batch *batch, const struct elements *elements)
{
	size_t size = TABLE_BYTES;

	for (size_t i = 0; i < RULES_SET_COUNT; i++)
		size += MESSAGE_BYTES + elements->n[i] * ELEMENT_BYTES;
	netlink_request_init_in(&batch->request, arena_alloc(arena, size), size);
	nft_put_begin(&batch->request);
}

static void put_elements(struct batch *batch, const struct elements *elements)
{
	for (size_t i = 0; i < RULES_SET_COUNT; i++) {
		if (batch->is_removal)
			nft_put_elements_removal(&batch->request, &rules_table, &rules_sets[i],
				elements->of[i], elements->n[i]);
		else
			nft_put_elements(&batch->request, &rules_table, &rules_sets[i],
				elements->of[i], elements->n[i]);
	}
}

static int execute(struct batch *batch, struct err *err)
{
	AUTO_NETLINK netlink = NETLINK_INIT;
	int r;

	nft_put_end(&batch->request);
	r = netlink_open_netfilter(&netlink, err);
	if (r == 0)
		r = netlink_execute_batch(&netlink, &batch->request, NULL, err);
	if (r == -EPERM)
		err_hint(err, "the host's firewall is for root");
	if (r == -EOPNOTSUPP || r == -EPROTONOSUPPORT)
		err_hint(err, "the kernel has no nf_tables, or not all that hull needs of it: "
			      "`hull doctor` says what");
	return r < 0 ? err_while(err, "nftables table hull") : 0;
}

static int change(
	struct arena *arena, const struct elements *elements, bool is_removal, struct err *err)
{
	struct batch batch = { .is_removal = is_removal };

	begin(arena, &batch, elements);
	put_elements(&batch, elements);
	return execute(&batch, err);
}

/* Those of one set at a time, and one by one: what is not there must not keep the others. */
static int remove_each(struct arena *arena, const struct elements *elements, struct err *err)
{
	for (size_t set = 0; set < RULES_SET_COUNT; set++) {
		for (size_t i = 0; i < elements->n[set]; i++) {
			struct elements one = { 0 };
			struct err failure = ERR_INIT;
			int r;

			one.of[set] = &elements->of[set][i];
			one.n[set] = 1;
			r = change(arena, &one, true, &failure);

			if (r < 0 && r != -ENOENT) {
				*err = failure;
				return r;
			}
		}
	}
	return 0;
}

static int remove_elements(struct arena *arena, const struct elements *elements, struct err *err)
{
	struct err failure = ERR_INIT;
	int r = change(arena, elements, true, &failure);

	if (r == -ENOENT)
		return remove_each(arena, elements, err);
	if (r < 0)
		*err = failure;
	return r;
}

/* EEXIST: a map has another value for the key, which somebody left who was killed. */
static int add_elements(struct arena *arena, const struct elements *elements, struct err *err)
{
	struct err failure = ERR_INIT;
	int r = change(arena, elements, false, &failure);

	if (r == -EEXIST) {
		r = remove_each(arena, elements, err);
		return r < 0 ? r : change(arena, elements, false, err);
	}
	if (r < 0)
		*err = failure;
	return r;
}

int firewall_fill(struct arena *arena, const struct firewall_network *networks, size_t n_networks,
	const struct firewall_port *ports, size_t n_ports, struct err *err)
{
	struct elements elements = { 0 };
	struct batch batch = { .is_removal = false };

	for (size_t i = 0; i < n_networks; i++)
		append_network(arena, &elements, &networks[i]);
	for (size_t i = 0; i < n_ports; i++)
		append_port(arena, &elements, &ports[i]);
	begin(arena, &batch, &elements);
	rules_put(&batch.request);
	put_elements(&batch, &elements);
	return execute(&batch, err);
}

int firewall_has_network(const struct firewall_network *network, bool *ret, struct err *err)
{
	struct nft_element element = { .flags = 0 };
	AUTO_NETLINK netlink = NETLINK_INIT;
	int r = netlink_open_netfilter(&netlink, err);

	text_copy((char *)element.key, FIREWALL_BRIDGE_BYTES, network->bridge);
	if (r == 0)
		r = nft_has_element(
			&netlink, &rules_table, &rules_sets[RULES_SET_BRIDGES], &element, ret, err);
	return r < 0 ? err_while(err, "nftables table hull") : 0;
}

int firewall_add_network(
	struct arena *arena, const struct firewall_network *network, struct err *err)
{
	struct elements elements = { 0 };

	append_network(arena, &elements, network);
	return add_elements(arena, &elements, err);
}

int firewall_remove_network(
	struct arena *arena, const struct firewall_network *network, struct err *err)
{
	struct elements elements = { 0 };

	append_network(arena, &elements, network);
	return remove_elements(arena, &elements, err);
}

int firewall_add_ports(
	struct arena *arena, const struct firewall_port *ports, size_t n_ports, struct err *err)
{
	struct elements elements = { 0 };

	for (size_t i = 0; i < n_ports; i++)
		append_port(arena, &elements, &ports[i]);
	return n_ports ? add_elements(arena, &elements, err) : 0;
}

int firewall_remove_ports(
	struct arena *arena, const struct firewall_port *ports, size_t n_ports, struct err *err)
{
	struct elements elements = { 0 };

	for (size_t i = 0; i < n_ports; i++)
		append_port(arena, &elements, &ports[i]);
	return n_ports ? remove_elements(arena, &elements, err) : 0;
}

int firewall_remove(struct arena *arena, struct err *err)
{
	const struct elements none = { 0 };
	struct batch batch = { .is_removal = true };

	begin(arena, &batch, &none);
	nft_put_table(&batch.request, &rules_table, 0);
	nft_put_table_removal(&batch.request, &rules_table);
	return execute(&batch, err);
}
