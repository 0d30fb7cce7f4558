/* SPDX-License-Identifier: Apache-2.0 */
/* Interfaces, and which sockets listen, inside and on the host (proc_pid_net(5)). */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "inspect/audit/gather.h"
#include "inspect/facts.h"

enum {
	ADDRESS_V4_DIGITS = 8,
	ADDRESS_V6_DIGITS = 32,
	STATE_LISTEN = 0x0a,      /* tcp */
	STATE_UNCONNECTED = 0x07, /* udp */
};

static const char *const protocols[] = { "tcp", "tcp6", "udp", "udp6" };

static bool take_hex(const char *text, size_t digits, uint32_t *ret)
{
	uint32_t value = 0;

	for (size_t i = 0; i < digits; i++) {
		const char *digit = text[i] != '\0' ? strchr("0123456789ABCDEF", text[i]) : NULL;

		if (!digit)
			return false;
		value = value << 4 | (uint32_t)(digit - "0123456789ABCDEF");
	}
	*ret = value;
	return true;
}

/* "0100007F": words as the processor has them, which in memory are in network order. */
static bool take_address(
	const char *text, size_t digits, struct audit_listener *listener, struct arena *arena)
{
	uint32_t words[4] = { 0 };
	char buffer[INET6_ADDRSTRLEN];

	for (size_t i = 0; i < digits / 8; i++)
		if (!take_hex(text + 8 * i, 8, &words[i]))
			return false;
	if (!inet_ntop(digits == ADDRESS_V4_DIGITS ? AF_INET : AF_INET6, words, buffer,
		    sizeof(buffer)))
		return false;
	listener->address = arena_strdup(arena, buffer);
	listener->is_loopback = text_has_prefix(buffer, "127.") || text_equal(buffer, "::1");
	return true;
}

/* "   0: 0100007F:1F90 00000000:0000 0A …" */
static bool take_line(
	struct arena *arena, const char *protocol, const char *line, struct audit_listener *ret)
{
	bool is_v6 = strchr(protocol, '6');
	size_t digits = is_v6 ? ADDRESS_V6_DIGITS : ADDRESS_V4_DIGITS;
	size_t length = strcspn(line, "\n");
	const char *colon = memchr(line, ':', length);
	const char *local = colon ? colon + 2 : line;
	const char *state = local + 2 * (digits + 1 + 4 + 1);
	uint32_t port, number;

	if (!colon || (size_t)(state + 2 - line) > length || local[digits] != ':' ||
		!take_hex(local + digits + 1, 4, &port) || !take_hex(state, 2, &number))
		return false;
	if (number != (text_has_prefix(protocol, "tcp") ? STATE_LISTEN : STATE_UNCONNECTED))
		return false;
	ret->protocol = protocol;
	ret->port = (uint16_t)port;
	return take_address(local, digits, ret, arena);
}

void gather_parse_sockets(struct arena *arena, const char *protocol, const char *text,
	struct audit_listener **listeners, size_t *n_listeners)
{
	while (*text != '\0') {
		struct audit_listener listener = { 0 };

		if (take_line(arena, protocol, text, &listener))
			ARENA_APPEND(arena, *listeners, *n_listeners) = listener;
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
}

static void read_listeners(const struct audit_subject *subject, pid_t pid,
	struct audit_listener **listeners, size_t *n_listeners)
{
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		gather_parse_sockets(subject->view->arena, protocols[i],
			facts_file(subject->view, pid,
				arena_printf(subject->view->arena, "net/%s", protocols[i])),
			listeners, n_listeners);
}

/* "  eth0: 1296 16 …", behind two lines of headings. */
const char *gather_parse_interfaces(struct arena *arena, const char *text)
{
	const char *names = "";

	while (*text != '\0') {
		const char *name = text + strspn(text, " ");
		size_t length = strcspn(name, ":|\n");

		if (name[length] == ':' && !(length == 2 && memcmp(name, "lo", 2) == 0))
			names = arena_printf(
				arena, "%s%s%.*s", names, names[0] ? " " : "", (int)length, name);
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return names;
}

void gather_network(const struct audit_subject *subject, struct audit_snapshot *snapshot)
{
	const char *devices = facts_file(subject->view, subject->target->pid, "net/dev");

	read_listeners(subject, getpid(), &snapshot->host_listeners, &snapshot->n_host_listeners);
	if (facts_file(subject->view, getpid(), "net/tcp")[0] == '\0')
		snapshot->network_why = "the host's sockets may not be seen";
	if (snapshot->namespaces[NAMESPACE_KIND_NET].is_host)
		return;
	read_listeners(subject, subject->target->pid, &snapshot->listeners, &snapshot->n_listeners);
	snapshot->interfaces = gather_parse_interfaces(snapshot->arena, devices);
	/* each has headings at least */
	if (devices[0] == '\0' ||
		facts_file(subject->view, subject->target->pid, "net/tcp")[0] == '\0')
		snapshot->network_why = "its network may not be seen";
}
