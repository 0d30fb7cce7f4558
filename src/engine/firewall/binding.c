/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/firewall/binding.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/parse.h"
#include "base/text.h"

static int read_port(const char *text, size_t length, uint16_t *ret)
{
	uint64_t port;

	if (length == 0 || length > 5 || parse_u64_n(text, length, &port) < 0 || port < 1 ||
		port > UINT16_MAX)
		return -EINVAL;
	*ret = (uint16_t)port;
	return 0;
}

/* "80", "8000-8010" */
static int read_range(const char *text, size_t length, struct binding_range *ret)
{
	const char *dash = memchr(text, '-', length);
	struct binding_range range;
	int r;

	if (!dash) {
		r = read_port(text, length, &range.first);
		range.last = range.first;
	} else {
		r = read_port(text, (size_t)(dash - text), &range.first);
		if (r == 0)
			r = read_port(dash + 1, length - (size_t)(dash + 1 - text), &range.last);
	}
	if (r < 0 || range.first > range.last)
		return -EINVAL;
	*ret = range;
	return 0;
}

/* Behind the slash; what stands in front of it is *ret_length bytes. */
static int read_protocol(const char *text, size_t *ret_length, enum firewall_protocol *ret)
{
	const char *slash = strchr(text, '/');
	const char *name = slash ? slash + 1 : "tcp";

	*ret_length = slash ? (size_t)(slash - text) : strlen(text);
	for (int i = 0; i < FIREWALL_PROTOCOL_COUNT; i++) {
		if (text_equal(name, firewall_protocol_name((enum firewall_protocol)i))) {
			*ret = (enum firewall_protocol)i;
			return 0;
		}
	}
	return -EINVAL;
}

int binding_read_target(const char *text, struct binding_target *ret)
{
	struct binding_target target;
	size_t length;

	if (read_protocol(text, &length, &target.protocol) < 0 ||
		read_port(text, length, &target.port) < 0)
		return -EINVAL;
	*ret = target;
	return 0;
}

const char *binding_target_text(struct arena *arena, const struct binding_target *target)
{
	return arena_printf(arena, "%u/%s", target->port, firewall_protocol_name(target->protocol));
}

static unsigned range_length(const struct binding_range *range)
{
	return (unsigned)(range->last - range->first) + 1;
}

/* ---- one use of --publish ---- */

struct parts {
	const char *address; /* NULL: not said */
	const char *host;    /* "8080", "8000-8010"; "": not said */
	const char *target;  /* with its protocol */
};

/* The address may have colons of its own, in brackets. */
static int split(struct arena *arena, const char *text, struct parts *ret)
{
	const char *last, *rest = text;

	*ret = (struct parts){ .host = "", .target = text };
	if (text[0] == '[') {
		const char *end = strchr(text, ']');

		if (!end || end[1] != ':')
			return -EINVAL;
		ret->address = arena_strndup(arena, text + 1, (size_t)(end - text) - 1);
		rest = end + 2;
	}
	last = strrchr(rest, ':');
	if (!last)
		return ret->address ? -EINVAL : 0;
	ret->target = last + 1;
	ret->host = arena_strndup(arena, rest, (size_t)(last - rest));
	if (!ret->address && strchr(ret->host, ':')) {
		const char *colon = strchr(ret->host, ':');

		ret->address = arena_strndup(arena, ret->host, (size_t)(colon - ret->host));
		ret->host = colon + 1;
	}
	return 0;
}

static int refuse(const char *text, struct err *err)
{
	err_fail(err, EINVAL, "%s: not a port to publish", text);
	return err_hint(err, "[ADDRESS:][HOST-PORT:]PORT[/tcp|udp], as 8080:80, 127.0.0.1:8080:80, "
			     "[::1]:8080:80 or 8000-8009:8000-8009/udp");
}

static int check_address(const char *text, const char *address, struct err *err)
{
	struct ip_prefix prefix;

	if (ip_address_parse(address, &prefix) == 0)
		return 0;
	err_fail(err, EINVAL, "%s: %s is not an address", text, address);
	return err_hint(err, "an IPv6 address stands in brackets");
}

static struct container_port port_at(struct arena *arena, const struct parts *parts,
	const struct binding_range *host, const struct binding_range *target, unsigned index,
	enum firewall_protocol protocol)
{
	const struct binding_target one = { protocol, (uint16_t)(target->first + index) };
	bool is_one_of_many = range_length(target) == 1 && host->first != host->last;
	const char *host_port = parts->host[0] == '\0' ? NULL
				: is_one_of_many       ? parts->host
						 : arena_printf(arena, "%u", host->first + index);

	return (struct container_port){
		.target = binding_target_text(arena, &one),
		.host_ip = parts->address,
		.host_port = host_port,
	};
}

int binding_read(struct arena *arena, const char *text, struct container_port **ports,
	size_t *n_ports, struct err *err)
{
	struct binding_range host = { 0 }, target;
	enum firewall_protocol protocol;
	struct parts parts;
	size_t length;

	if (split(arena, text, &parts) < 0 || read_protocol(parts.target, &length, &protocol) < 0 ||
		read_range(parts.target, length, &target) < 0 ||
		(parts.host[0] && read_range(parts.host, strlen(parts.host), &host) < 0))
		return refuse(text, err);
	if (parts.address && check_address(text, parts.address, err) < 0)
		return -err->code;
	if (parts.host[0] && range_length(&target) > 1 &&
		range_length(&target) != range_length(&host))
		return err_fail(err, EINVAL,
			"%s: the ranges of the host and of the container differ in length", text);
	for (unsigned i = 0; i < range_length(&target); i++)
		ARENA_APPEND(arena, *ports, *n_ports) = port_at(
			arena, &parts, &host, &target, i, protocol);
	return 0;
}

int binding_read_exposed(struct arena *arena, const char *text, const char ***targets,
	size_t *n_targets, struct err *err)
{
	enum firewall_protocol protocol;
	struct binding_range range;
	size_t length;

	if (read_protocol(text, &length, &protocol) < 0 || read_range(text, length, &range) < 0) {
		err_fail(err, EINVAL, "%s: not a port", text);
		return err_hint(err, "PORT[/tcp|udp], as 80, or 8000-8010/udp");
	}
	for (unsigned i = 0; i < range_length(&range); i++) {
		const struct binding_target one = { protocol, (uint16_t)(range.first + i) };

		ARENA_APPEND(arena, *targets, *n_targets) = binding_target_text(arena, &one);
	}
	return 0;
}

int binding_resolve(const struct container_port *port, struct ip_prefix *ret_host,
	struct binding_range *ret_range, struct binding_target *ret_target, struct err *err)
{
	const char *address = text_is_empty(port->host_ip) ? "127.0.0.1" : port->host_ip;
	struct binding_range range = { 0 };
	struct binding_target target;
	struct ip_prefix host;

	if (!port->target || binding_read_target(port->target, &target) < 0)
		return err_fail(err, EINVAL, "port %s: not a port of the container",
			port->target ? port->target : "");
	if (ip_address_parse(address, &host) < 0)
		return err_fail(
			err, EINVAL, "port %s: %s is not an address", port->target, address);
	if (!text_is_empty(port->host_port) &&
		read_range(port->host_port, strlen(port->host_port), &range) < 0)
		return err_fail(err, EINVAL, "port %s: %s is not a port of the host", port->target,
			port->host_port);
	*ret_host = host;
	*ret_range = range;
	*ret_target = target;
	return 0;
}
