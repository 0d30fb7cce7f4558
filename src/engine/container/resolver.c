/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/resolver.h"

#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "engine/usernet/usernet.h"

/* The rest of a line of resolv.conf(5) that begins with the word; NULL: another line. */
static const char *after_word(const char *line, const char *word)
{
	const char *rest = text_after_prefix(line, word);

	return rest && strchr(" \t", rest[0]) && rest[0] ? rest + strspn(rest, " \t") : NULL;
}

/* A resolver on the host itself is not reached from another network namespace. */
static bool is_own_address(const char *text)
{
	struct ip_prefix address;

	if (strchr(text, '%') || ip_address_parse(text, &address) < 0)
		return true; /* one with an interface of the host's, or none */
	return address.family == AF_INET ? address.bytes[0] == 127 : strcmp(text, "::1") == 0;
}

/* What a container can use of the host's: search, options, servers that are elsewhere. */
static const char *take_host(struct arena *arena, const char *host, bool takes_servers,
	bool takes_search, bool takes_options)
{
	char *copy = arena_strdup(arena, host), *rest = copy;
	const char *text = "";

	for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n")) {
		const char *server = after_word(line, "nameserver");
		bool is_search = after_word(line, "search") || after_word(line, "domain");
		bool is_options = after_word(line, "options");
		char *end = line + strlen(line);

		while (end > line && strchr(" \t\r", end[-1]))
			*--end = '\0';
		if ((server && takes_servers && !is_own_address(server)) ||
			(is_search && takes_search) || (is_options && takes_options))
			text = arena_printf(arena, "%s%s\n", text, line);
	}
	return text;
}

static const char *add_line(struct arena *arena, const char *text, const char *word,
	const char *const *values, size_t n)
{
	text = arena_printf(arena, "%s%s", text, word);
	for (size_t i = 0; i < n; i++)
		text = arena_printf(arena, "%s %s", text, values[i]);
	return arena_printf(arena, "%s\n", text);
}

/* The networks' own, each once. */
static const char *add_servers(struct arena *arena, const struct container_settings *settings,
	const struct endpoint_list *endpoints)
{
	const char *text = "";

	for (size_t i = 0; i < endpoints->n_endpoints && settings->n_dns == 0; i++) {
		char server[IP_PREFIX_TEXT_BYTES];
		const char *value = server;

		ip_address_format(&endpoints->endpoints[i].server, server);
		if (endpoints->endpoints[i].server.family)
			text = add_line(arena, text, "nameserver", &value, 1);
	}
	return text;
}

const char *resolver_text(struct arena *arena, const struct container_settings *settings,
	const struct endpoint_list *endpoints, const char *host)
{
	bool is_host = text_equal(settings->network_mode, "host");
	bool is_pasta = text_equal(settings->network_mode, USERNET_PASTA);
	bool is_asked = settings->n_dns + settings->n_dns_search + settings->n_dns_options > 0;
	const char *text;

	if (!is_asked && !is_pasta && endpoints->n_endpoints == 0)
		return is_host ? host : "# no network\n";
	text = add_servers(arena, settings, endpoints);
	text = arena_printf(arena, "%s%s", text,
		take_host(arena, host, text[0] == '\0' && settings->n_dns == 0,
			settings->n_dns_search == 0, settings->n_dns_options == 0));
	for (size_t i = 0; i < settings->n_dns; i++)
		text = add_line(arena, text, "nameserver", &settings->dns[i], 1);
	if (is_pasta && !strstr(text, "nameserver")) /* all of the host's are on itself */
		text = arena_printf(arena, "%snameserver " USERNET_DNS "\n", text);
	/* "." alone: none at all */
	if (settings->n_dns_search > 0 && !text_equal(settings->dns_search[0], "."))
		text = add_line(
			arena, text, "search", settings->dns_search, settings->n_dns_search);
	if (settings->n_dns_options > 0)
		text = add_line(
			arena, text, "options", settings->dns_options, settings->n_dns_options);
	return text;
}
