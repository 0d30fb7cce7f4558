/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/network/endpoint.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/json_write.h"
#include "base/text.h"

#define FILE_NAME "networks.json"

enum { FILE_MAX_BYTES = 256 * 1024 };

/* As it stands in the file. */
struct endpoint_text {
	struct endpoint endpoint;
	const char *address, *address6, *gateway, *gateway6, *host, *host6, *server;
};

#define T struct endpoint_text

static const struct json_field endpoint_fields[] = {
	JSON_STRING(T, "Network", endpoint.network, .is_required = true),
	JSON_STRING(T, "NetworkID", endpoint.network_id, .is_required = true),
	JSON_STRING(T, "Interface", endpoint.interface, .is_required = true),
	JSON_STRING(T, "HostInterface", endpoint.host_interface, .is_required = true),
	JSON_STRING(T, "MacAddress", endpoint.mac, .is_required = true),
	JSON_STRING(T, "Address", address),
	JSON_STRING(T, "Address6", address6),
	JSON_STRING(T, "Gateway", gateway),
	JSON_STRING(T, "Gateway6", gateway6),
	JSON_STRING(T, "Host", host),
	JSON_STRING(T, "Host6", host6),
	JSON_STRING(T, "NameServer", server),
	JSON_STRINGS(T, "Names", endpoint.names, endpoint.n_names),
	{ .name = NULL },
};

struct endpoint_file {
	struct endpoint_text *items;
	size_t n_items;
};

static const struct json_field endpoint_row = {
	.type = JSON_FIELD_OBJECT,
	.nested = endpoint_fields,
};

static const struct json_field file_fields[] = {
	JSON_ARRAY(struct endpoint_file, "Endpoints", items, n_items, &endpoint_row),
	{ .name = NULL },
};

static int read_prefix(const char *text, bool is_gateway, struct ip_prefix *ret)
{
	if (!text)
		return 0;
	return is_gateway ? ip_address_parse(text, ret) : ip_prefix_parse(text, ret);
}

static int finish(struct endpoint_text *text, struct err *err)
{
	struct endpoint *endpoint = &text->endpoint;

	if (read_prefix(text->address, false, &endpoint->address) < 0 ||
		read_prefix(text->address6, false, &endpoint->address6) < 0 ||
		read_prefix(text->gateway, true, &endpoint->gateway) < 0 ||
		read_prefix(text->gateway6, true, &endpoint->gateway6) < 0 ||
		read_prefix(text->host, true, &endpoint->host) < 0 ||
		read_prefix(text->host6, true, &endpoint->host6) < 0 ||
		read_prefix(text->server, true, &endpoint->server) < 0)
		return err_fail(
			err, EINVAL, "an address of network %s is damaged", endpoint->network);
	return 0;
}

int endpoints_read(
	struct arena *arena, int container_fd, struct endpoint_list *ret, struct err *err)
{
	struct json_reader reader = JSON_READER_INIT(arena, NULL);
	struct endpoint_file file = { 0 };
	struct err problem = ERR_INIT;
	const struct json_value *value;
	const char *text;
	size_t length;
	int r = file_read_at(
		arena, container_fd, FILE_NAME, FILE_MAX_BYTES, &text, &length, &problem);

	*ret = (struct endpoint_list){ 0 };
	if (r == -ENOENT)
		return 0;
	if (r == 0)
		r = json_parse(arena, text, length, &value, &problem);
	if (r == 0)
		r = json_read_object(&reader, value, file_fields, &file, &problem);
	for (size_t i = 0; r == 0 && i < file.n_items; i++) {
		r = finish(&file.items[i], &problem);
		ARENA_APPEND(arena, ret->endpoints, ret->n_endpoints) = file.items[i].endpoint;
	}
	if (r < 0) {
		*err = problem;
		return err_while(err, FILE_NAME);
	}
	return 0;
}

static void write_address(
	struct json_writer *writer, const char *key, const struct ip_prefix *prefix, bool is_plain)
{
	char text[IP_PREFIX_TEXT_BYTES];

	if (!prefix->family)
		return;
	if (is_plain)
		ip_address_format(prefix, text);
	else
		ip_prefix_format(prefix, text);
	json_write_string(writer, key, text);
}

int endpoints_write(
	struct arena *arena, int container_fd, const struct endpoint_list *list, struct err *err)
{
	struct json_writer writer = JSON_WRITER_INIT(arena, NULL);
	const char *text;
	size_t length;

	json_write_object(&writer, NULL);
	json_write_list(&writer, "Endpoints");
	for (size_t i = 0; i < list->n_endpoints; i++) {
		const struct endpoint *endpoint = &list->endpoints[i];

		json_write_object(&writer, NULL);
		json_write_string(&writer, "Network", endpoint->network);
		json_write_string(&writer, "NetworkID", endpoint->network_id);
		json_write_string(&writer, "Interface", endpoint->interface);
		json_write_string(&writer, "HostInterface", endpoint->host_interface);
		json_write_string(&writer, "MacAddress", endpoint->mac);
		write_address(&writer, "Address", &endpoint->address, false);
		write_address(&writer, "Address6", &endpoint->address6, false);
		write_address(&writer, "Gateway", &endpoint->gateway, true);
		write_address(&writer, "Gateway6", &endpoint->gateway6, true);
		write_address(&writer, "Host", &endpoint->host, true);
		write_address(&writer, "Host6", &endpoint->host6, true);
		write_address(&writer, "NameServer", &endpoint->server, true);
		json_write_strings(&writer, "Names", endpoint->names, endpoint->n_names);
		json_write_end(&writer);
	}
	json_write_end(&writer);
	json_write_end(&writer);
	text = json_write_text(&writer, &length);
	return file_replace(container_fd, FILE_NAME, text, length, 0600, err);
}

void endpoints_forget(int container_fd)
{
	unlinkat(container_fd, FILE_NAME, 0);
}

int endpoint_parse_mac(const char *text, uint8_t ret[ENDPOINT_MAC_BYTES])
{
	uint8_t mac[ENDPOINT_MAC_BYTES] = { 0 };

	if (strlen(text) != ENDPOINT_MAC_TEXT_BYTES - 1)
		return -EINVAL;
	for (int i = 0; i < ENDPOINT_MAC_TEXT_BYTES - 1; i++) {
		static const char digits[] = "0123456789abcdefABCDEF";
		const char *digit = strchr(digits, text[i]);
		int value = digit ? (int)(digit - digits) : 0;

		if (i % 3 == 2 ? text[i] != ':' && text[i] != '-' : !digit)
			return -EINVAL;
		if (i % 3 < 2)
			mac[i / 3] = (uint8_t)(mac[i / 3] << 4 | (value > 15 ? value - 6 : value));
	}
	if (mac[0] & 1) /* of a group of stations */
		return -EINVAL;
	memcpy(ret, mac, sizeof(mac));
	return 0;
}

void endpoint_format_mac(const uint8_t mac[ENDPOINT_MAC_BYTES], char text[ENDPOINT_MAC_TEXT_BYTES])
{
	text_format(text, ENDPOINT_MAC_TEXT_BYTES, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1],
		mac[2], mac[3], mac[4], mac[5]);
}

int endpoint_host_interface(struct arena *arena, unsigned number, const char **ret, struct err *err)
{
	uint32_t random;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return err_sys(err, "getrandom");
	*ret = arena_printf(arena, "veth%08x_%u", random, number);
	return 0;
}
