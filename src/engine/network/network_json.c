/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "base/json_write.h"
#include "base/text.h"
#include "engine/network/network.h"

/* As it stands in the file. */
struct subnet_text {
	const char *subnet, *gateway, *range;
};

struct network_file {
	struct network network;
	const char *driver;
	struct subnet_text *subnets;
	size_t n_subnets;
};

static const struct json_field pair_row = JSON_STRING(struct oci_key_value, NULL, value);

static const struct json_field subnet_fields[] = {
	JSON_STRING(struct subnet_text, "Subnet", subnet, .is_required = true),
	JSON_STRING(struct subnet_text, "Gateway", gateway, .empty_is_absent = true),
	JSON_STRING(struct subnet_text, "IPRange", range, .empty_is_absent = true),
	{ .name = NULL },
};

static const struct json_field subnet_row = { .type = JSON_FIELD_OBJECT, .nested = subnet_fields };

#define F struct network_file

static const struct json_field network_fields[] = {
	JSON_STRING(F, "Name", network.name, .is_required = true),
	JSON_STRING(F, "Id", network.id, .is_required = true),
	JSON_STRING(F, "Created", network.created, .is_required = true),
	JSON_STRING(F, "Driver", driver, .is_required = true),
	JSON_STRING(F, "Interface", network.interface, .is_required = true),
	JSON_BOOL(F, "Internal", network.is_internal),
	JSON_BOOL(F, "EnableIPv6", network.has_ip6),
	JSON_ARRAY(F, "Subnets", subnets, n_subnets, &subnet_row),
	JSON_MAP(F, "Labels", network.labels, network.n_labels, &pair_row),
	JSON_MAP(F, "Options", network.options, network.n_options, &pair_row),
	{ .name = NULL },
};

static const char *const driver_names[NETWORK_DRIVER_COUNT] = {
	[NETWORK_DRIVER_BRIDGE] = "bridge",
	[NETWORK_DRIVER_MACVLAN] = "macvlan",
	[NETWORK_DRIVER_IPVLAN] = "ipvlan",
};

const char *network_driver_name(enum network_driver driver)
{
	return driver_names[driver];
}

static int read_driver(const char *name, enum network_driver *ret)
{
	for (int i = 0; i < NETWORK_DRIVER_COUNT; i++)
		if (text_equal(name, driver_names[i])) {
			*ret = (enum network_driver)i;
			return 0;
		}
	return -EINVAL;
}

static int read_subnet(const struct subnet_text *text, struct network_subnet *ret, struct err *err)
{
	int r = ip_prefix_parse(text->subnet, &ret->prefix);

	if (r == 0 && text->gateway) {
		r = ip_address_parse(text->gateway, &ret->gateway);
		ret->gateway.length = ret->prefix.length;
	}
	if (r == 0 && text->range)
		r = ip_prefix_parse(text->range, &ret->range);
	if (r == 0 && ret->gateway.family && ret->gateway.family != ret->prefix.family)
		r = -EINVAL;
	return r < 0 ? err_fail(err, EINVAL, "subnet %s is damaged", text->subnet) : 0;
}

static int finish(struct arena *arena, struct network_file *file, struct err *err)
{
	struct network *network = &file->network;

	if (strlen(network->interface) >= IF_NAMESIZE ||
		read_driver(file->driver, &network->driver) < 0)
		return err_fail(err, EINVAL, "driver %s or interface %s is unknown", file->driver,
			network->interface);
	network->subnets = ARENA_NEW_ARRAY(arena, file->n_subnets, struct network_subnet);
	network->n_subnets = file->n_subnets;
	for (size_t i = 0; i < file->n_subnets; i++) {
		int r = read_subnet(&file->subnets[i], &network->subnets[i], err);

		if (r < 0)
			return r;
	}
	return network_read_options(network, err);
}

int network_read(
	struct arena *arena, const char *bytes, size_t size, struct network *ret, struct err *err)
{
	struct json_reader reader = JSON_READER_INIT(arena, NULL);
	struct network_file file = { 0 };
	const struct json_value *value;
	int r = json_parse(arena, bytes, size, &value, err);

	if (r == 0)
		r = json_read_object(&reader, value, network_fields, &file, err);
	if (r == 0)
		r = finish(arena, &file, err);
	if (r < 0)
		return err_while(err, "the network's settings");
	*ret = file.network;
	return 0;
}

static void write_pairs(
	struct json_writer *writer, const char *key, const struct oci_key_value *pairs, size_t n)
{
	json_write_object(writer, key);
	for (size_t i = 0; i < n; i++)
		json_write_string(writer, pairs[i].key, pairs[i].value ? pairs[i].value : "");
	json_write_end(writer);
}

static void write_subnets(struct json_writer *writer, const struct network *network)
{
	char text[IP_PREFIX_TEXT_BYTES];

	json_write_list(writer, "Subnets");
	for (size_t i = 0; i < network->n_subnets; i++) {
		const struct network_subnet *subnet = &network->subnets[i];

		json_write_object(writer, NULL);
		ip_prefix_format(&subnet->prefix, text);
		json_write_string(writer, "Subnet", text);
		if (subnet->gateway.family) {
			ip_address_format(&subnet->gateway, text);
			json_write_string(writer, "Gateway", text);
		}
		if (subnet->range.family) {
			ip_prefix_format(&subnet->range, text);
			json_write_string(writer, "IPRange", text);
		}
		json_write_end(writer);
	}
	json_write_end(writer);
}

const char *network_text(struct arena *arena, const struct network *network, size_t *ret_length)
{
	struct json_writer writer = JSON_WRITER_INIT(arena, NULL);

	json_write_object(&writer, NULL);
	json_write_string(&writer, "Name", network->name);
	json_write_string(&writer, "Id", network->id);
	json_write_string(&writer, "Created", network->created);
	json_write_string(&writer, "Driver", driver_names[network->driver]);
	json_write_string(&writer, "Interface", network->interface);
	json_write_bool(&writer, "Internal", network->is_internal);
	json_write_bool(&writer, "EnableIPv6", network->has_ip6);
	write_subnets(&writer, network);
	write_pairs(&writer, "Labels", network->labels, network->n_labels);
	write_pairs(&writer, "Options", network->options, network->n_options);
	json_write_end(&writer);
	return json_write_text(&writer, ret_length);
}
