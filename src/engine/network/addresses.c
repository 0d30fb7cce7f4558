/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/network/addresses.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "sys/directory.h"

enum {
	OWNER_BYTES = 80,
	TAKE_TRIES = 1000, /* against others who take the same at the same time */
};

struct entry_name {
	char path[IP_PREFIX_TEXT_BYTES + sizeof("addresses/")];
};

static struct entry_name name_of(const struct ip_prefix *address)
{
	char text[IP_PREFIX_TEXT_BYTES];
	struct entry_name name;

	ip_address_format(address, text);
	text_format(name.path, sizeof(name.path), "addresses/%s", text);
	return name;
}

static bool read_owner(int dir_fd, const char *path, char owner[OWNER_BYTES])
{
	ssize_t n = readlinkat(dir_fd, path, owner, OWNER_BYTES - 1);

	if (n <= 0)
		return false;
	owner[n] = '\0';
	return !strchr(owner, '/');
}

static bool is_gone(const struct store *store, const char *owner)
{
	char path[OWNER_BYTES + sizeof("containers/")];
	struct stat st;

	text_format(path, sizeof(path), "containers/%s", owner);
	return fstatat(store->root_fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT;
}

/* ---- reading ---- */

static int by_address(const void *a, const void *b)
{
	const struct network_address *first = a, *second = b;

	if (first->address.family != second->address.family)
		return first->address.family - second->address.family;
	return ip_prefix_compare(&first->address, &second->address);
}

int addresses_list(struct arena *arena, const struct network_place *place,
	struct network_address **ret, size_t *ret_n, struct err *err)
{
	struct network_address *all = NULL;
	const char *name;
	size_t n = 0;
	int r;

	AUTO_FD int fd = openat(
		place->dir_fd, "addresses", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "open addresses");
	struct directory directory = DIRECTORY_INIT(fd);
	while ((r = directory_next(&directory, &name, err)) == 1) {
		struct network_address entry = { 0 };
		char owner[OWNER_BYTES];

		if (ip_address_parse(name, &entry.address) < 0 || !read_owner(fd, name, owner))
			continue; /* released meanwhile */
		entry.owner = arena_strdup(arena, owner);
		ARENA_APPEND(arena, all, n) = entry;
	}
	if (n > 1)
		qsort(all, n, sizeof(*all), by_address);
	*ret = all;
	*ret_n = n;
	return r;
}

/* ---- taking ---- */

/* 0, or -EEXIST without an error. */
static int make_entry(const struct network_place *place, const struct ip_prefix *address,
	const char *owner, struct err *err)
{
	struct entry_name name = name_of(address);

	if (symlinkat(owner, place->dir_fd, name.path) == 0)
		return 0;
	return errno == EEXIST ? -EEXIST : err_sys(err, "symlink %s", name.path);
}

/*
 * Under the lock, because two who see that an owner is gone must not both remove the entry: the
 * second would remove the first one's new one.
 */
static int take_over(const struct store *store, const struct network_place *place,
	const struct ip_prefix *address, const char *owner, struct err *err)
{
	struct entry_name name = name_of(address);
	char other[OWNER_BYTES];

	AUTO_FD int lock_fd = openat(
		place->dir_fd, "addresses", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (lock_fd < 0)
		return err_sys(err, "open addresses");
	while (flock(lock_fd, LOCK_EX) < 0)
		if (errno != EINTR)
			return err_sys(err, "flock addresses");
	if (read_owner(place->dir_fd, name.path, other)) {
		if (!is_gone(store, other))
			return -EEXIST;
		unlinkat(place->dir_fd, name.path, 0);
	}
	return make_entry(place, address, owner, err);
}

static int take(const struct store *store, const struct network_place *place,
	const struct ip_prefix *address, const char *owner, bool takes_over, struct err *err)
{
	int r = make_entry(place, address, owner, err);

	return r == -EEXIST && takes_over ? take_over(store, place, address, owner, err) : r;
}

static bool is_in(const struct network_address *entries, size_t n, const struct ip_prefix *address)
{
	const struct network_address wanted = { .address = *address };

	return n > 0 && bsearch(&wanted, entries, n, sizeof(*entries), by_address) != NULL;
}

/* The lowest one that is free, or (takes_over) whose owner is gone. -ENOSPC without an error. */
static int take_lowest(struct arena *arena, const struct store *store,
	const struct network_place *place, const struct network_subnet *subnet, const char *owner,
	bool takes_over, struct ip_prefix *ret, struct err *err)
{
	const struct ip_prefix *range = subnet->range.family ? &subnet->range : &subnet->prefix;
	struct ip_prefix address = ip_prefix_first(range), last = ip_prefix_last(range);
	struct network_address *entries;
	size_t n;
	int r = addresses_list(arena, place, &entries, &n, err);

	address.length = 8 * ip_prefix_n_bytes(&address);
	for (int tries = 0; r == 0 && tries < TAKE_TRIES;) {
		bool is_used = is_in(entries, n, &address);

		if (subnet_has_host(subnet, &address) && (!is_used || takes_over)) {
			r = take(store, place, &address, owner, takes_over, err);
			if (r == 0)
				*ret = address;
			if (r != -EEXIST)
				return r;
			r = 0;
			tries += !is_used;
		}
		if (ip_prefix_compare(&address, &last) == 0 || !ip_prefix_next(&address, &address))
			return -ENOSPC;
	}
	return r < 0 ? r : -ENOSPC;
}

int addresses_take(struct arena *arena, const struct store *store,
	const struct network_place *place, const struct network_subnet *subnet, const char *owner,
	struct ip_prefix *ret, struct err *err)
{
	struct ip_prefix address;
	int r = take_lowest(arena, store, place, subnet, owner, false, &address, err);

	if (r == -ENOSPC)
		r = take_lowest(arena, store, place, subnet, owner, true, &address, err);
	if (r == -ENOSPC) {
		char text[IP_PREFIX_TEXT_BYTES];

		ip_prefix_format(subnet->range.family ? &subnet->range : &subnet->prefix, text);
		return err_fail(err, ENOSPC, "network %s: no address of %s is free",
			place->network.name, text);
	}
	if (r < 0)
		return r;
	address.length = subnet->prefix.length;
	*ret = address;
	return 0;
}

int addresses_take_this(const struct store *store, const struct network_place *place,
	const struct network_subnet *subnet, const struct ip_prefix *address, const char *owner,
	struct err *err)
{
	struct entry_name name = name_of(address);
	const char *text = name.path + strlen("addresses/");
	char other[OWNER_BYTES];
	int r;

	if (!subnet_has_host(subnet, address))
		return err_fail(err, EINVAL, "%s is no address for a container of network %s", text,
			place->network.name);
	r = take(store, place, address, owner, true, err);
	if (r != -EEXIST)
		return r;
	if (!read_owner(place->dir_fd, name.path, other))
		text_copy(other, sizeof(other), "that is gone");
	return err_fail(err, EADDRINUSE, "network %s: address %s is in use by container %.12s",
		place->network.name, text, other);
}

void addresses_release(
	const struct network_place *place, const struct ip_prefix *address, const char *owner)
{
	struct entry_name name = name_of(address);
	char other[OWNER_BYTES];

	if (read_owner(place->dir_fd, name.path, other) && text_equal(other, owner))
		unlinkat(place->dir_fd, name.path, 0);
}
