/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/network_connect.h"

#include <errno.h>
#include <sched.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "base/text.h"
#include "engine/container/networking.h"
#include "sys/net_link.h"
#include "sys/nsfs.h"
#include "sys/nsfs_run.h"

static bool is_running(const struct engine_state *state)
{
	return state->status == ENGINE_STATUS_RUNNING || state->status == ENGINE_STATUS_PAUSED;
}

static size_t index_of(const struct container_settings *settings, const char *name)
{
	size_t i = 0;

	while (i < settings->n_networks && !text_equal(settings->networks[i].name, name))
		i++;
	return i;
}

static int check_mode(const struct container_settings *settings, struct err *err)
{
	const char *mode = settings->network_mode;
	bool is_mode = text_equal(mode, "host") || text_equal(mode, "none") ||
		       text_has_prefix(mode ? mode : "", "container:") ||
		       text_has_prefix(mode ? mode : "", "ns:");

	return is_mode ? err_fail(err, EINVAL,
				 "a container with --network %s is in no network of hull", mode)
		       : 0;
}

static int open_inside(pid_t pid, int *ret_fd, struct err *err)
{
	char path[64];

	text_format(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	return nsfs_open(path, CLONE_NEWNET, ret_fd, err);
}

struct connecting {
	struct wiring *wiring;
	int ns_fd;
};

static int wire_inside(void *argument, struct err *err)
{
	const struct connecting *connecting = argument;

	return wiring_connect(connecting->wiring, connecting->ns_fd, err);
}

static int connect_running(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, const struct container_network *wanted, pid_t pid,
	struct err *err)
{
	__attribute__((cleanup(wiring_done))) struct wiring wiring = WIRING_INIT;
	AUTO_FD int ns_fd = -1;
	int r = open_inside(pid, &ns_fd, err);

	if (r == 0)
		r = networking_join_one(arena, engine, container, wanted, &wiring, err);
	if (r < 0)
		return r;
	struct connecting connecting = { &wiring, ns_fd };
	r = nsfs_run_in(ns_fd, CLONE_NEWNET, wire_inside, &connecting, err);
	if (r < 0)
		networking_leave_one(arena, engine->store, container, wanted->name);
	return r;
}

int network_connect(struct arena *arena, const struct engine *engine,
	struct engine_container *container, const struct container_network *wanted, struct err *err)
{
	struct container_settings *settings = &container->settings;
	AUTO_NETWORK_PLACE place = NETWORK_PLACE_INIT;
	struct container_network network = *wanted;
	struct engine_state state;
	int r = check_mode(settings, err);

	if (r == 0)
		r = networks_open(arena, engine->store, wanted->name, &place, err);
	if (r < 0)
		return r;
	network.name = place.network.name;
	if (index_of(settings, network.name) < settings->n_networks)
		return err_fail(err, EEXIST, "container %s is in network %s already",
			settings->name, network.name);
	r = containers_state(arena, engine, container, &state, err);
	if (r == 0 && is_running(&state))
		r = connect_running(arena, engine, container, &network, state.pid, err);
	if (r < 0)
		return r;
	ARENA_APPEND(arena, settings->networks, settings->n_networks) = network;
	return containers_write_settings(arena, container, err);
}

/* ---- one less ---- */

/* Inside, whatever kind it is: a pair goes with either of its ends. */
static int remove_interface(pid_t pid, const struct endpoint *endpoint, struct err *err)
{
	AUTO_NETLINK inside = NETLINK_INIT;
	struct netlink_request request;
	struct err problem = ERR_INIT;
	AUTO_FD int ns_fd = -1;
	struct net_link link;
	int r = open_inside(pid, &ns_fd, err);

	if (r == 0)
		r = netlink_open_in(ns_fd, &inside, err);
	if (r < 0)
		return r;
	r = net_link_find(&inside, endpoint->interface, &link, &problem);
	if (r == 0) {
		netlink_request_init(&request);
		net_link_put_delete(&request, link.index);
		r = netlink_execute(&inside, &request, NULL, NULL, NULL, &problem);
	}
	if (r < 0 && r != -ENODEV) { /* the container may have removed it itself */
		*err = problem;
		return err_while(err, "interface %s", endpoint->interface);
	}
	return 0;
}

static int disconnect_running(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, const char *name, pid_t pid, struct err *err)
{
	struct endpoint_list list;
	int r = endpoints_read(arena, container->dir_fd, &list, err);

	for (size_t i = 0; r == 0 && i < list.n_endpoints; i++)
		if (text_equal(list.endpoints[i].network, name))
			r = remove_interface(pid, &list.endpoints[i], err);
	if (r == 0)
		networking_leave_one(arena, engine->store, container, name);
	return r;
}

int network_disconnect(struct arena *arena, const struct engine *engine,
	struct engine_container *container, const char *name, struct err *err)
{
	struct container_settings *settings = &container->settings;
	AUTO_NETWORK_PLACE place = NETWORK_PLACE_INIT;
	struct err ignored = ERR_INIT; /* a network that is gone can be left, too */
	struct engine_state state;
	size_t at;
	int r;

	if (networks_find(arena, engine->store, name, &place, &ignored) == 0)
		name = place.network.name;
	at = index_of(settings, name);
	if (at == settings->n_networks)
		return err_fail(
			err, ENOENT, "container %s is not in network %s", settings->name, name);
	r = containers_state(arena, engine, container, &state, err);
	if (r == 0 && is_running(&state))
		r = disconnect_running(arena, engine, container, name, state.pid, err);
	if (r < 0)
		return r;
	settings->n_networks--;
	for (size_t i = at; i < settings->n_networks; i++)
		settings->networks[i] = settings->networks[i + 1];
	return containers_write_settings(arena, container, err);
}
