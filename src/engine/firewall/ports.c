/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/firewall/ports.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/parse.h"
#include "base/text.h"
#include "sys/directory.h"

#define PORTS "ports"

enum {
	ENTRY_BYTES = 256,
	CHOICES = 64, /* of the kernel, for a port that is free for everybody */
};

struct entry_name {
	char path[IP_PREFIX_TEXT_BYTES + 32];
};

static struct entry_name name_of(const struct firewall_port *port)
{
	char address[IP_PREFIX_TEXT_BYTES];
	struct entry_name name;

	ip_address_format(&port->host, address);
	text_format(name.path, sizeof(name.path), PORTS "/%s-%u-%s",
		firewall_protocol_name(port->protocol), port->host_port, address);
	return name;
}

const char *ports_host_text(struct arena *arena, const struct firewall_port *port)
{
	char address[IP_PREFIX_TEXT_BYTES];

	ip_address_format(&port->host, address);
	return arena_printf(arena, port->host.family == AF_INET6 ? "[%s]:%u" : "%s:%u", address,
		port->host_port);
}

int ports_lock(const struct store *store, int *ret_fd, struct err *err)
{
	if (mkdirat(store->root_fd, PORTS, 0700) < 0 && errno != EEXIST)
		return err_sys(err, "mkdir " PORTS);
	AUTO_FD int fd = openat(
		store->root_fd, PORTS, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "open " PORTS);
	while (flock(fd, LOCK_EX) < 0) {
		if (errno != EINTR)
			return err_sys(err, "flock " PORTS);
	}
	*ret_fd = TAKE_FD(fd);
	return 0;
}

/* ---- reading ---- */

/* The next word of *text, which it cuts off; NULL: there is none. */
static char *next_word(char **text, char separator)
{
	char *word = *text, *end;

	if (!word || word[0] == '\0')
		return NULL;
	end = strchr(word, separator);
	if (end)
		*end++ = '\0';
	*text = end;
	return word;
}

static int read_port(const char *word, uint16_t *ret)
{
	uint32_t value;

	if (!word || parse_u32(word, &value) < 0 || value > UINT16_MAX)
		return -EINVAL;
	*ret = (uint16_t)value;
	return 0;
}

/* "tcp-8080-127.0.0.1" */
static int read_name(const char *text, struct firewall_port *ret)
{
	char copy[NAME_MAX + 1], *rest = copy;
	const char *protocol, *port;

	text_copy(copy, sizeof(copy), text);
	protocol = next_word(&rest, '-');
	port = next_word(&rest, '-');
	if (!protocol || read_port(port, &ret->host_port) < 0 || !rest ||
		ip_address_parse(rest, &ret->host) < 0)
		return -EINVAL;
	ret->protocol = text_equal(protocol, "udp") ? FIREWALL_PROTOCOL_UDP : FIREWALL_PROTOCOL_TCP;
	return 0;
}

/* "ID ADDRESS PORT[ PID START]" */
static int read_content(struct arena *arena, char *text, struct port_entry *ret)
{
	const char *owner = next_word(&text, ' ');
	const char *address = next_word(&text, ' ');
	const char *port = next_word(&text, ' ');
	const char *pid = next_word(&text, ' ');
	uint64_t number;

	if (!owner || strlen(owner) != CONTAINER_ID_LENGTH || strchr(owner, '/') || !address ||
		ip_address_parse(address, &ret->port.container) < 0 ||
		read_port(port, &ret->port.container_port) < 0)
		return -EINVAL;
	ret->owner = arena_strdup(arena, owner);
	if (pid && text && parse_u64(pid, &number) == 0 &&
		parse_u64(text, &ret->forwarder_start) == 0)
		ret->forwarder = (pid_t)number;
	return 0;
}

/* ENOENT: there is none, or it is none of ours. */
static int read_entry(
	struct arena *arena, const struct store *store, const char *name, struct port_entry *ret)
{
	char content[ENTRY_BYTES], path[NAME_MAX + sizeof(PORTS "/")];
	struct port_entry entry = { 0 };
	ssize_t n;

	text_format(path, sizeof(path), PORTS "/%s", name);
	n = readlinkat(store->root_fd, path, content, sizeof(content) - 1);
	if (n <= 0)
		return -ENOENT;
	content[n] = '\0';
	if (read_name(name, &entry.port) < 0 || read_content(arena, content, &entry) < 0)
		return -ENOENT;
	*ret = entry;
	return 0;
}

static int compare(const void *left, const void *right)
{
	const struct firewall_port *a = &((const struct port_entry *)left)->port;
	const struct firewall_port *b = &((const struct port_entry *)right)->port;

	if (a->container_port != b->container_port)
		return a->container_port < b->container_port ? -1 : 1;
	if (a->protocol != b->protocol)
		return a->protocol < b->protocol ? -1 : 1;
	if (a->host.family != b->host.family)
		return a->host.family < b->host.family ? -1 : 1;
	if (a->host_port != b->host_port)
		return a->host_port < b->host_port ? -1 : 1;
	return memcmp(a->host.bytes, b->host.bytes, sizeof(a->host.bytes));
}

int ports_list(struct arena *arena, const struct store *store, const char *owner,
	struct port_list *ret, struct err *err)
{
	AUTO_FD int fd = openat(
		store->root_fd, PORTS, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct port_list list = { 0 };
	struct port_entry entry;
	const char *name;
	int r;

	*ret = list;
	if (fd < 0)
		return errno == ENOENT ? 0 : err_sys(err, "open " PORTS);
	struct directory directory = DIRECTORY_INIT(fd);
	while ((r = directory_next(&directory, &name, err)) == 1) {
		if (read_entry(arena, store, name, &entry) == 0 &&
			(!owner || text_equal(owner, entry.owner)))
			ARENA_APPEND(arena, list.entries, list.n_entries) = entry;
	}
	if (r < 0)
		return r;
	if (list.n_entries > 1)
		qsort(list.entries, list.n_entries, sizeof(*list.entries), compare);
	*ret = list;
	return 0;
}

/* ---- is it free? ---- */

union socket_address {
	struct sockaddr any;
	struct sockaddr_in four;
	struct sockaddr_in6 six;
};

static socklen_t address_of(const struct firewall_port *port, union socket_address *ret)
{
	*ret = (union socket_address){ .any = { .sa_family = (sa_family_t)port->host.family } };
	if (port->host.family == AF_INET) {
		ret->four.sin_port = htons(port->host_port);
		memcpy(&ret->four.sin_addr, port->host.bytes, sizeof(ret->four.sin_addr));
		return sizeof(ret->four);
	}
	ret->six.sin6_port = htons(port->host_port);
	memcpy(&ret->six.sin6_addr, port->host.bytes, sizeof(ret->six.sin6_addr));
	return sizeof(ret->six);
}

static int in_use(struct arena *arena, const struct firewall_port *port, struct err *err)
{
	const char *owner = socket_owner_find(arena, port->protocol, &port->host, port->host_port);

	err_fail(err, EADDRINUSE, "port %s/%s of the host is in use%s%s",
		ports_host_text(arena, port), firewall_protocol_name(port->protocol),
		owner ? " by " : "", owner ? owner : "");
	return err_hint(err, "take another one, or leave it out for one that is free");
}

/* Binds it for a moment. What has been closed and only waits for late packets does not count. */
static int probe(struct arena *arena, struct firewall_port *port, struct err *err)
{
	int type = port->protocol == FIREWALL_PROTOCOL_UDP ? SOCK_DGRAM : SOCK_STREAM;
	union socket_address address;
	socklen_t size = address_of(port, &address);
	AUTO_FD int fd = socket(port->host.family, type | SOCK_CLOEXEC, 0);
	const int on = 1;

	if (fd < 0)
		return err_sys(err, "socket");
	if (type == SOCK_STREAM)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (port->host.family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, &address.any, size) < 0) {
		if (errno == EADDRINUSE)
			return in_use(arena, port, err);
		if (errno == EADDRNOTAVAIL)
			return err_fail(err, EADDRNOTAVAIL,
				"port %s: no interface of the host has that address",
				ports_host_text(arena, port));
		return err_sys(err, "bind %s", ports_host_text(arena, port));
	}
	if (port->host_port == 0 && getsockname(fd, &address.any, &size) < 0)
		return err_sys(err, "getsockname");
	port->host_port = ntohs(
		port->host.family == AF_INET ? address.four.sin_port : address.six.sin6_port);
	return 0;
}

/* ---- taking ---- */

static bool is_running(struct arena *arena, const struct engine *engine, const char *id)
{
	AUTO_ENGINE_CONTAINER container = ENGINE_CONTAINER_INIT;
	struct err ignored = ERR_INIT;
	struct engine_state state;

	return containers_open_id(arena, engine, id, &container, &ignored) == 0 &&
	       containers_state(arena, engine, &container, &state, &ignored) == 0 &&
	       (state.status == ENGINE_STATUS_RUNNING || state.status == ENGINE_STATUS_PAUSED);
}

static const char *container_name(struct arena *arena, const struct engine *engine, const char *id)
{
	AUTO_ENGINE_CONTAINER container = ENGINE_CONTAINER_INIT;
	struct err ignored = ERR_INIT;

	if (containers_open_id(arena, engine, id, &container, &ignored) == 0 &&
		container.settings.name)
		return container.settings.name;
	return arena_strndup(arena, id, 12);
}

/* Every address of the host is each of them. */
static bool do_collide(const struct firewall_port *a, const struct firewall_port *b)
{
	return a->protocol == b->protocol && a->host_port == b->host_port &&
	       a->host.family == b->host.family &&
	       (firewall_is_any(&a->host) || firewall_is_any(&b->host) ||
		       ip_prefix_compare(&a->host, &b->host) == 0);
}

/* A container that is being started does not run yet, but its starter has its lock. */
static bool is_alive(struct arena *arena, const struct engine *engine, const char *id)
{
	AUTO_ENGINE_CONTAINER container = ENGINE_CONTAINER_INIT;
	struct err ignored = ERR_INIT;

	if (is_running(arena, engine, id))
		return true;
	if (containers_open_id(arena, engine, id, &container, &ignored) < 0)
		return false;
	/* whoever starts it holds the lock until it runs: it may do so since we looked */
	return flock(container.dir_fd, LOCK_EX | LOCK_NB) < 0 || is_running(arena, engine, id);
}

static int refuse_own(struct arena *arena, const struct port_entry *mine,
	const struct port_entry *other, struct err *err)
{
	return err_fail(err, EADDRINUSE, "port %s/%s is published by the same container on %s",
		ports_host_text(arena, &mine->port), firewall_protocol_name(mine->port.protocol),
		ports_host_text(arena, &other->port));
}

static int refuse_others(struct arena *arena, const struct engine *engine,
	const struct port_entry *mine, const struct port_entry *other, struct err *err)
{
	err_fail(err, EADDRINUSE, "port %s/%s of the host is published by container %s",
		ports_host_text(arena, &mine->port), firewall_protocol_name(mine->port.protocol),
		container_name(arena, engine, other->owner));
	return err_hint(err, "take another one, or leave it out for one that is free");
}

/* What is settled has no owner any more. */
static int settle_collisions(struct arena *arena, const struct engine *engine,
	struct port_list *all, const struct port_entry *mine, struct port_list *stale,
	struct err *err)
{
	for (size_t i = 0; i < all->n_entries; i++) {
		struct port_entry *other = &all->entries[i];
		bool is_own = text_equal(mine->owner, other->owner);
		int r;

		if (!other->owner || !do_collide(&mine->port, &other->port))
			continue;
		if (is_own)
			return refuse_own(arena, mine, other, err);
		if (is_alive(arena, engine, other->owner))
			return refuse_others(arena, engine, mine, other, err);
		r = ports_release(engine->store, other, err);
		if (r < 0)
			return r;
		ARENA_APPEND(arena, stale->entries, stale->n_entries) = *other;
		other->owner = NULL;
	}
	return 0;
}

static void write_content(const struct port_entry *entry, char content[ENTRY_BYTES])
{
	char address[IP_PREFIX_TEXT_BYTES];

	ip_address_format(&entry->port.container, address);
	if (entry->forwarder)
		text_format(content, ENTRY_BYTES, "%s %s %u %d %" PRIu64, entry->owner, address,
			entry->port.container_port, entry->forwarder, entry->forwarder_start);
	else
		text_format(content, ENTRY_BYTES, "%s %s %u", entry->owner, address,
			entry->port.container_port);
}

static int take_this(struct arena *arena, const struct engine *engine, struct port_list *all,
	struct port_entry *entry, struct port_list *stale, struct err *err)
{
	char content[ENTRY_BYTES];
	int r = settle_collisions(arena, engine, all, entry, stale, err);

	if (r == 0)
		r = probe(arena, &entry->port, err);
	if (r < 0)
		return r;
	write_content(entry, content);
	if (symlinkat(content, engine->store->root_fd, name_of(&entry->port).path) < 0)
		return err_sys(err, "symlink %s", name_of(&entry->port).path);
	ARENA_APPEND(arena, all->entries, all->n_entries) = *entry;
	return 0;
}

/* What the kernel says is free may be published: nobody is bound to a port that is translated. */
int ports_take(struct arena *arena, const struct engine *engine, struct port_list *all,
	struct port_entry *entry, struct port_list *stale, struct err *err)
{
	if (entry->port.host_port != 0)
		return take_this(arena, engine, all, entry, stale, err);
	for (int i = 0; i < CHOICES; i++) {
		struct err failure = ERR_INIT;
		int r;

		entry->port.host_port = 0;
		r = probe(arena, &entry->port, err);
		if (r < 0)
			return r;
		if (take_this(arena, engine, all, entry, stale, &failure) == 0)
			return 0;
		if (failure.code != EADDRINUSE) {
			*err = failure;
			return -err->code;
		}
	}
	return err_fail(err, EADDRINUSE, "no port of the host is free");
}

int ports_note_forwarder(const struct store *store, const struct port_entry *entry, struct err *err)
{
	static const char *const temporary = PORTS "/.new";
	char content[ENTRY_BYTES];

	write_content(entry, content);
	unlinkat(store->root_fd, temporary, 0); /* of one that was killed: we have the lock */
	if (symlinkat(content, store->root_fd, temporary) < 0)
		return err_sys(err, "symlink %s", temporary);
	if (renameat(store->root_fd, temporary, store->root_fd, name_of(&entry->port).path) < 0)
		return err_sys(err, "rename %s", name_of(&entry->port).path);
	return 0;
}

int ports_release(const struct store *store, const struct port_entry *entry, struct err *err)
{
	const struct entry_name name = name_of(&entry->port);
	char content[ENTRY_BYTES];
	ssize_t n = readlinkat(store->root_fd, name.path, content, sizeof(content) - 1);

	if (n < 0)
		return errno == ENOENT ? 0 : err_sys(err, "readlink %s", name.path);
	content[n] = '\0';
	if (!text_has_prefix(content, entry->owner))
		return 0;
	if (unlinkat(store->root_fd, name.path, 0) < 0 && errno != ENOENT)
		return err_sys(err, "unlink %s", name.path);
	return 0;
}
