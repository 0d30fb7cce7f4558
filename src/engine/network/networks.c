/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/text.h"
#include "engine/network/bridge.h"
#include "engine/network/names.h"
#include "engine/network/network.h"
#include "engine/network/subnets.h"
#include "oci/state.h"
#include "sys/directory.h"
#include "sys/net_link.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define RECORD_NAME     "network.json"

enum {
	NAME_MAX_BYTES = 128,
	RECORD_MAX_BYTES = 256 * 1024,
	ID_BYTES = 32,
};

static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

void network_close(struct network_place *place)
{
	fd_replace(&place->dir_fd, -1);
}

int network_check_name(const char *name, struct err *err)
{
	static const char *const words[] = { "none", "host", "default", "container", "ns", "pasta",
		"slirp4netns", "private" };
	size_t length = strlen(name);

	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (strcmp(name, words[i]) == 0)
			return err_fail(err, EINVAL,
				"network name \"%s\": --network has this word for something else",
				name);
	if (length > 0 && length <= NAME_MAX_BYTES && strchr(letters, name[0])) {
		size_t i = 1;

		while (name[i] && (strchr(letters, name[i]) || strchr("_.-", name[i])))
			i++;
		if (i == length)
			return 0;
	}
	return err_fail(err, EINVAL,
		"invalid network name \"%s\": a-z A-Z 0-9 _ . -, the first a letter or digit",
		name);
}

static int open_networks(const struct store *store, int *ret_fd, struct err *err)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

	*ret_fd = openat(store->root_fd, "networks", flags);
	if (*ret_fd < 0 && errno == ENOENT) {
		if (mkdirat(store->root_fd, "networks", 0700) < 0 && errno != EEXIST)
			return err_sys(err, "mkdir networks");
		*ret_fd = openat(store->root_fd, "networks", flags);
	}
	return *ret_fd < 0 ? err_sys(err, "open networks") : 0;
}

/* While networks are made or removed: no two get the same subnet or interface. */
static int lock_networks(const struct store *store, int *ret_fd, struct err *err)
{
	AUTO_FD int fd = -1;
	int r = open_networks(store, &fd, err);

	if (r < 0)
		return r;
	while (flock(fd, LOCK_EX) < 0)
		if (errno != EINTR)
			return err_sys(err, "flock networks");
	*ret_fd = TAKE_FD(fd);
	return 0;
}

/* ---- reading ---- */

/* ENOENT without an error: there is none. */
static int open_by_name(struct arena *arena, int networks_fd, const char *name,
	struct network_place *ret, struct err *err)
{
	const char *text;
	size_t length;
	int r;

	AUTO_FD int fd = openat(networks_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? -ENOENT
							   : err_sys(err, "open %s", name);
	r = file_read_at(arena, fd, RECORD_NAME, RECORD_MAX_BYTES, &text, &length, err);
	if (r == 0)
		r = network_read(arena, text, length, &ret->network, err);
	if (r < 0)
		return err_while(err, "network %s", name);
	ret->network.name = arena_strdup(arena, name);
	ret->dir_fd = TAKE_FD(fd);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct network *first = a, *second = b;

	return strcmp(first->name, second->name);
}

int networks_list(struct arena *arena, const struct store *store, struct network **ret,
	size_t *ret_n, struct err *err)
{
	struct network *all = NULL;
	const char *name;
	size_t n = 0;
	AUTO_FD int fd = -1;
	int r = open_networks(store, &fd, err);

	if (r < 0)
		return r;
	struct directory directory = DIRECTORY_INIT(fd);
	while ((r = directory_next(&directory, &name, err)) == 1) {
		AUTO_NETWORK_PLACE place = NETWORK_PLACE_INIT;
		int opened = open_by_name(arena, fd, name, &place, err);

		if (opened == 0)
			ARENA_APPEND(arena, all, n) = place.network;
		else if (opened != -ENOENT) /* removed meanwhile */
			return opened;
	}
	if (n > 1)
		qsort(all, n, sizeof(*all), by_name);
	*ret = all;
	*ret_n = n;
	return r;
}

static bool is_begin_of_id(const char *text)
{
	return text[0] != '\0' && strspn(text, "0123456789abcdef") == strlen(text);
}

/* *ret: NULL for none. */
static int find_by_id(struct arena *arena, const struct store *store, const char *text,
	const char **ret, struct err *err)
{
	struct network *networks;
	size_t n;
	int r = is_begin_of_id(text) ? networks_list(arena, store, &networks, &n, err) : 0;

	*ret = NULL;
	if (r < 0 || !is_begin_of_id(text))
		return r;
	for (size_t i = 0; i < n; i++) {
		if (!text_has_prefix(networks[i].id, text))
			continue;
		if (*ret)
			return err_fail(err, EINVAL,
				"several networks have an id that begins with %s", text);
		*ret = networks[i].name;
	}
	return 0;
}

static int make_default(struct arena *arena, const struct store *store, struct err *err)
{
	struct network network = { .name = NETWORK_DEFAULT_NAME };
	struct err problem = ERR_INIT;
	int r = networks_create(arena, store, &network, &problem);

	if (r == 0 || r == -EEXIST) /* somebody else has just done it */
		return 0;
	*err = problem;
	return err_while(err, "the default network");
}

static bool is_default(const char *text)
{
	return strcmp(text, NETWORK_DEFAULT_NAME) == 0 || strcmp(text, "default") == 0;
}

/* ENOENT without an error. */
static int find(struct arena *arena, const struct store *store, const char *text,
	struct network_place *ret, struct err *err)
{
	const char *name = is_default(text) ? NETWORK_DEFAULT_NAME : text;
	struct err ignored = ERR_INIT;
	AUTO_FD int fd = -1;
	int r = open_networks(store, &fd, err);

	if (r == 0)
		r = network_check_name(name, &ignored) < 0
			    ? -ENOENT
			    : open_by_name(arena, fd, name, ret, err);
	if (r != -ENOENT)
		return r;
	r = find_by_id(arena, store, text, &name, err);
	if (r == 0)
		r = name ? open_by_name(arena, fd, name, ret, err) : -ENOENT;
	return r;
}

int networks_find(struct arena *arena, const struct store *store, const char *text,
	struct network_place *ret, struct err *err)
{
	int r = find(arena, store, text, ret, err);

	if (r != -ENOENT)
		return r;
	err_fail(err, ENOENT, "no such network: %s", text);
	return err_hint(err, "`hull network ls` lists them");
}

int networks_open(struct arena *arena, const struct store *store, const char *text,
	struct network_place *ret, struct err *err)
{
	int r = is_default(text) ? find(arena, store, text, ret, err) : -ENOENT;

	if (r != -ENOENT)
		return r;
	r = is_default(text) ? make_default(arena, store, err) : 0;
	return r < 0 ? r : networks_find(arena, store, text, ret, err);
}

int network_hold(const struct network_place *place, const struct store *store, struct err *err)
{
	struct stat opened, named;
	AUTO_FD int fd = -1;
	int r = open_networks(store, &fd, err);

	if (r < 0)
		return r;
	while (flock(place->dir_fd, LOCK_SH) < 0)
		if (errno != EINTR)
			return err_sys(err, "flock network %s", place->network.name);
	if (fstat(place->dir_fd, &opened) < 0)
		return err_sys(err, "fstat network %s", place->network.name);
	if (fstatat(fd, place->network.name, &named, AT_SYMLINK_NOFOLLOW) < 0 ||
		opened.st_ino != named.st_ino)
		return err_fail(
			err, ENOENT, "network %s has just been removed", place->network.name);
	return 0;
}

/* ---- making ---- */

struct taken {
	struct arena *arena;
	struct subnet_list list;
};

static void take_route(void *context, const struct ip_prefix *destination)
{
	struct taken *taken = context;

	ARENA_APPEND(taken->arena, taken->list.prefixes, taken->list.n_prefixes) = *destination;
}

static int list_taken(struct taken *taken, const struct network *networks, size_t n,
	struct netlink *host, struct err *err)
{
	enum { TRIES = 8 };
	struct err changed;
	int r = -EINTR;

	for (int i = 0; r == -EINTR && i < TRIES; i++) {
		changed = ERR_INIT;
		taken->list.n_prefixes = 0;
		r = net_route_list(host, take_route, taken, &changed);
	}
	if (r < 0) {
		*err = changed;
		return err_while(err, "the host's routes");
	}
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < networks[i].n_subnets; k++)
			take_route(taken, &networks[i].subnets[k].prefix);
	return 0;
}

/* A subnet that was asked for. Containers of a macvlan are in a network of the host's own. */
static int check_overlap(const struct network *network, const struct network_subnet *subnet,
	const struct taken *taken, const struct network *networks, size_t n, struct err *err)
{
	char text[IP_PREFIX_TEXT_BYTES], other[IP_PREFIX_TEXT_BYTES];

	if (network->driver != NETWORK_DRIVER_BRIDGE)
		return 0;
	ip_prefix_format(&subnet->prefix, text);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < networks[i].n_subnets; k++)
			if (ip_prefix_overlaps(&networks[i].subnets[k].prefix, &subnet->prefix))
				return err_fail(err, EEXIST,
					"subnet %s overlaps that of network %s", text,
					networks[i].name);
	for (size_t i = 0; i < taken->list.n_prefixes; i++)
		if (ip_prefix_overlaps(&taken->list.prefixes[i], &subnet->prefix)) {
			ip_prefix_format(&taken->list.prefixes[i], other);
			return err_fail(err, EEXIST, "subnet %s overlaps the host's route to %s",
				text, other);
		}
	return 0;
}

static void add_subnet(struct arena *arena, struct network *network, const struct ip_prefix *prefix)
{
	ARENA_APPEND(arena, network->subnets, network->n_subnets) = (struct network_subnet){
		.prefix = *prefix,
	};
}

static bool has_family(const struct network *network, int family)
{
	for (size_t i = 0; i < network->n_subnets; i++)
		if (network->subnets[i].prefix.family == family)
			return true;
	return false;
}

/* Where none was asked for. */
static int add_subnets(
	struct arena *arena, struct network *network, const struct taken *taken, struct err *err)
{
	struct ip_prefix prefix;
	int r = 0;

	if (network->driver != NETWORK_DRIVER_BRIDGE && network->n_subnets == 0) {
		err_fail(err, EINVAL, "driver %s needs a subnet",
			network_driver_name(network->driver));
		return err_hint(
			err, "--subnet is that of the network that %s is in", network->interface);
	}
	if (network->driver == NETWORK_DRIVER_BRIDGE && !has_family(network, AF_INET)) {
		r = subnet_choose(&taken->list, is_default(network->name), &prefix, err);
		if (r == 0)
			add_subnet(arena, network, &prefix);
	}
	if (r == 0 && network->has_ip6 && !has_family(network, AF_INET6)) {
		r = subnet_choose_ip6(&taken->list, &prefix, err);
		if (r == 0)
			add_subnet(arena, network, &prefix);
	}
	return r;
}

/* Of a bridge it is the host, which an internal network has, too: it asks it for names. */
static int finish_subnets(struct network *network, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < network->n_subnets; i++) {
		struct network_subnet *subnet = &network->subnets[i];

		if (!subnet->gateway.family && network->driver == NETWORK_DRIVER_BRIDGE)
			subnet->gateway = subnet_default_gateway(&subnet->prefix);
		subnet->gateway.length = subnet->prefix.length;
		network->has_ip6 |= subnet->prefix.family == AF_INET6;
		r = subnet_check(subnet, err);
	}
	return r;
}

static int plan(struct arena *arena, struct network *network, const struct network *networks,
	size_t n, struct err *err)
{
	struct taken taken = { .arena = arena };
	AUTO_NETLINK host = NETLINK_INIT;
	int r = netlink_open(&host, err);

	if (r == 0)
		r = list_taken(&taken, networks, n, &host, err);
	for (size_t i = 0; r == 0 && i < network->n_subnets; i++)
		r = check_overlap(network, &network->subnets[i], &taken, networks, n, err);
	if (r == 0)
		r = add_subnets(arena, network, &taken, err);
	if (r == 0)
		r = finish_subnets(network, err);
	if (r == 0 && network->driver == NETWORK_DRIVER_BRIDGE)
		r = bridge_choose_name(arena, networks, n, &host, &network->interface, err);
	return r;
}

static int make_id(struct arena *arena, struct network *network, struct err *err)
{
	uint8_t bytes[ID_BYTES];
	char *text = arena_alloc(arena, 2 * sizeof(bytes) + 1);
	struct timespec now;

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return err_sys(err, "getrandom");
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	network->id = text;
	clock_gettime(CLOCK_REALTIME, &now);
	network->created = oci_time_text(arena, now);
	return 0;
}

/* Complete and on the disk before it has its name. */
static int write_record(struct arena *arena, const struct store *store, int networks_fd,
	const struct network *network, struct err *err)
{
	struct store_stage stage = STORE_STAGE_INIT;
	size_t length;
	const char *text = network_text(arena, network, &length);
	int r = store_make_stage(arena, store, &stage, err);

	if (r == 0)
		r = file_create(stage.fd, RECORD_NAME, text, length, 0600, err);
	if (r == 0 &&
		(mkdirat(stage.fd, "addresses", 0700) < 0 || mkdirat(stage.fd, "hosts", 0755) < 0))
		r = err_sys(err, "mkdir in %s", stage.path);
	if (r == 0)
		r = store_sync(store, err);
	if (r == 0 && renameat(store->tmp_fd, stage.name, networks_fd, network->name) < 0)
		r = err_sys(err, "rename to networks/%s", network->name);
	if (r < 0)
		store_remove_stage(store, &stage);
	fd_close(stage.fd);
	return r;
}

static int make_interface(
	struct arena *arena, int networks_fd, const struct network *network, struct err *err)
{
	AUTO_NETWORK_PLACE place = NETWORK_PLACE_INIT;
	AUTO_NETLINK host = NETLINK_INIT;
	struct net_link link;
	int index, r = netlink_open(&host, err);

	if (r < 0)
		return r;
	if (network->driver != NETWORK_DRIVER_BRIDGE) {
		r = net_link_find(&host, network->interface, &link, err);
		return r < 0 ? err_while(err, "--opt parent=%s", network->interface) : 0;
	}
	r = open_by_name(arena, networks_fd, network->name, &place, err);
	return r < 0 ? r : bridge_ensure(&place, &host, &index, err);
}

static int remove_files(const struct store *store, int networks_fd, const struct network *network,
	int dir_fd, struct err *err)
{
	char temporary[NAME_MAX + 1];
	int r;

	text_format(temporary, sizeof(temporary), "rm-network-%.32s", network->id);
	if (renameat(networks_fd, network->name, store->tmp_fd, temporary) < 0)
		return err_sys(err, "rename networks/%s", network->name);
	r = directory_empty(dir_fd, err);
	if (r == 0 && unlinkat(store->tmp_fd, temporary, AT_REMOVEDIR) < 0 && errno != ENOENT)
		r = err_sys(err, "rmdir tmp/%s", temporary);
	return r;
}

static void undo(struct arena *arena, const struct store *store, int networks_fd, const char *name)
{
	AUTO_NETWORK_PLACE place = NETWORK_PLACE_INIT;
	struct err ignored = ERR_INIT; /* the first error is the one to tell */

	if (open_by_name(arena, networks_fd, name, &place, &ignored) < 0)
		return;
	bridge_remove(&place.network, &ignored);
	remove_files(store, networks_fd, &place.network, place.dir_fd, &ignored);
}

int networks_create(
	struct arena *arena, const struct store *store, struct network *network, struct err *err)
{
	struct network *networks;
	AUTO_FD int fd = -1;
	size_t n;
	int r = network_check_name(network->name, err);

	if (r == 0)
		r = network_read_options(network, err);
	if (r == 0)
		r = lock_networks(store, &fd, err);
	if (r == 0)
		r = networks_list(arena, store, &networks, &n, err);
	for (size_t i = 0; r == 0 && i < n; i++)
		if (strcmp(networks[i].name, network->name) == 0)
			r = err_fail(err, EEXIST, "network %s exists already", network->name);
	if (r == 0)
		r = plan(arena, network, networks, n, err);
	if (r == 0)
		r = make_id(arena, network, err);
	if (r == 0)
		r = write_record(arena, store, fd, network, err);
	if (r < 0)
		return r;
	r = make_interface(arena, fd, network, err);
	if (r < 0)
		undo(arena, store, fd, network->name);
	return r;
}

/* ---- removing ---- */

int networks_remove(const struct store *store, struct network_place *place,
	int (*check_unused)(void *context, struct err *err), void *context, struct err *err)
{
	AUTO_FD int fd = -1;
	int r = lock_networks(store, &fd, err);

	if (r == 0)
		r = network_hold(place, store, err);
	while (r == 0 && flock(place->dir_fd, LOCK_EX) < 0)
		if (errno != EINTR)
			r = err_sys(err, "flock network %s", place->network.name);
	if (r == 0)
		r = check_unused(context, err);
	if (r == 0 && place->network.driver == NETWORK_DRIVER_BRIDGE)
		r = bridge_remove(&place->network, err);
	if (r == 0)
		names_end(place);
	return r < 0 ? r : remove_files(store, fd, &place->network, place->dir_fd, err);
}
