/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/parse.h"
#include "base/text.h"
#include "cli/engine/unshare_maps.h"
#include "cli/engine/unshare_options.h"
#include "cli/signal_name.h"
#include "core/user_name.h"
#include "sys/clone.h"

const uint64_t unshare_types[UNSHARE_TYPES] = { CLONE_NEWIPC, CLONE_NEWNS, CLONE_NEWNET,
	CLONE_NEWPID, CLONE_NEWUTS, CLONE_NEWUSER, CLONE_NEWCGROUP, CLONE_NEWTIME };

static bool needs_user_namespace(const struct unshare_options *options)
{
	return options->map_root_user || options->map_current_user || options->map_user ||
	       options->map_group || options->map_auto || options->map_subids ||
	       options->map_users.n_items > 0 || options->map_groups.n_items > 0 || options->owner;
}

static bool needs_binfmt(const struct unshare_options *options)
{
	return options->mount_binfmt.is_given || options->load_interp.n_items > 0;
}

static uint64_t types_of(const struct unshare_options *options)
{
	uint64_t types = 0;

	for (int i = 0; i < UNSHARE_TYPES; i++)
		if (options->types[i].is_given)
			types |= unshare_types[i];
	if (needs_user_namespace(options))
		types |= CLONE_NEWUSER;
	if (options->mount_proc.is_given || needs_binfmt(options))
		types |= CLONE_NEWNS;
	if (options->monotonic.is_given || options->boottime.is_given)
		types |= CLONE_NEWTIME;
	if (options->veth)
		types |= CLONE_NEWNET;
	return types;
}

static void take_pins(
	const struct unshare_options *options, struct arena *arena, struct unshare_request *request)
{
	struct unshare_pin *pins = ARENA_NEW_ARRAY(arena, UNSHARE_TYPES, struct unshare_pin);

	for (int i = 0; i < UNSHARE_TYPES; i++)
		if (options->types[i].value)
			pins[request->n_pins++] = (struct unshare_pin){ unshare_types[i],
				options->types[i].value };
	request->pins = pins;
}

static unsigned long propagation_of(const char *word)
{
	if (text_equal(word, "unchanged"))
		return 0;
	if (text_equal(word, "slave"))
		return MS_SLAVE;
	return text_equal(word, "shared") ? MS_SHARED : MS_PRIVATE;
}

static int take_id(
	const struct option_number *number, const char *name, uint32_t *ret, struct err *err)
{
	if (number->value < 0 || number->value >= UINT32_MAX)
		return err_fail(err, EINVAL, "--%s %lld is no id", name, (long long)number->value);
	*ret = (uint32_t)number->value;
	return 0;
}

/* UID:GID */
static int take_owner(const char *text, struct unshare_request *request, struct err *err)
{
	const char *colon = text ? strchr(text, ':') : NULL;
	uint64_t uid, gid;

	if (!text)
		return 0;
	if (!colon || parse_u64_n(text, (size_t)(colon - text), &uid) < 0 ||
		parse_u64_n(colon + 1, strlen(colon + 1), &gid) < 0 || uid >= UINT32_MAX ||
		gid >= UINT32_MAX)
		return err_fail(err, EINVAL, "--owner %s is not UID:GID", text);
	request->has_owner = true;
	request->owner_uid = (uid_t)uid;
	request->owner_gid = (gid_t)gid;
	return 0;
}

/* The caller's own id inside: what is said of it alone wins over what is said of user and group. */
static int take_single(const struct unshare_options *options, struct arena *arena,
	const char *given, struct unshare_map *map, struct err *err)
{
	map->has_single = given || options->map_root_user || options->map_current_user;
	map->single = options->map_root_user ? 0 : map->own;
	if (given && user_id(arena, map->names_path, given, &map->single) < 0)
		return err_fail(err, EINVAL, "%s is neither a number nor a name in %s", given,
			map->names_path);
	return 0;
}

static const struct option_list *ranges_of(
	const struct unshare_options *options, struct arena *arena, const struct option_list *given)
{
	struct option_list *ranges = ARENA_NEW(arena, struct option_list);

	if (options->map_auto)
		ARENA_APPEND(arena, ranges->items, ranges->n_items) = "auto";
	if (options->map_subids)
		ARENA_APPEND(arena, ranges->items, ranges->n_items) = "subids";
	for (size_t i = 0; i < given->n_items; i++)
		ARENA_APPEND(arena, ranges->items, ranges->n_items) = given->items[i];
	return ranges;
}

static int take_maps(const struct unshare_options *options, struct arena *arena,
	struct unshare_request *request, struct err *err)
{
	struct unshare_map users = {
		.ranges = ranges_of(options, arena, &options->map_users),
		.own = request->has_owner ? request->owner_uid : geteuid(),
		.names_path = "/etc/passwd",
		.subids_path = "/etc/subuid",
		.proc_name = "uid_map",
	};
	struct unshare_map groups = {
		.ranges = ranges_of(options, arena, &options->map_groups),
		.own = request->has_owner ? request->owner_gid : getegid(),
		.names_path = "/etc/group",
		.subids_path = "/etc/subgid",
		.proc_name = "gid_map",
	};
	struct oci_id_mapping *uids, *gids;
	int r = take_single(options, arena, options->map_user, &users, err);

	if (r == 0)
		r = take_single(options, arena, options->map_group, &groups, err);
	if (r == 0)
		r = unshare_map_make(arena, &users, &uids, &request->maps.n_uids, err);
	if (r == 0)
		r = unshare_map_make(arena, &groups, &gids, &request->maps.n_gids, err);
	if (r < 0)
		return r;
	request->maps.uids = uids;
	request->maps.gids = gids;
	return 0;
}

static int take_ids(
	const struct unshare_options *options, struct unshare_request *request, struct err *err)
{
	int r = 0;

	request->has_uid = options->setuid.is_given;
	request->has_gid = options->setgid.is_given;
	if (request->has_uid)
		r = take_id(&options->setuid, "setuid", &request->uid, err);
	if (r == 0 && request->has_gid)
		r = take_id(&options->setgid, "setgid", &request->gid, err);
	return r;
}

static int take_fork(
	const struct unshare_options *options, struct unshare_request *request, struct err *err)
{
	request->does_fork = options->fork || options->kill_child.is_given ||
			     options->forward_signals || request->resources;
	request->forwards_signals = options->forward_signals;
	if (!options->kill_child.is_given)
		return 0;
	request->death_signal = SIGKILL;
	if (!options->kill_child.value)
		return 0;
	return signal_parse(options->kill_child.value, &request->death_signal, err);
}

/* $SHELL where no program is given. */
static const char *const *program_of(struct command_call *call)
{
	const char **args;
	const char *shell = getenv("SHELL");

	if (call->n_args > 0)
		return call->args;
	args = ARENA_NEW_ARRAY(call->arena, 2, const char *);
	args[0] = text_is_empty(shell) ? "/bin/sh" : shell;
	return args;
}

static bool is_in_list(const char *list, const char *name, size_t length)
{
	while (list && *list != '\0') {
		size_t word = strcspn(list, ",");

		if (word == length && memcmp(list, name, length) == 0)
			return true;
		list += word + (list[word] == ',');
	}
	return false;
}

static const char *const *environment_of(const struct unshare_options *options, struct arena *arena)
{
	const char **kept = NULL;
	size_t n_kept = 0;

	for (char **variable = environ; *variable; variable++)
		if (!options->clear_env ||
			is_in_list(options->whitelist_env, *variable, strcspn(*variable, "=")))
			ARENA_APPEND(arena, kept, n_kept) = *variable;
	ARENA_APPEND(arena, kept, n_kept) = NULL;
	return kept;
}

static void take_mounts(const struct unshare_options *options, struct unshare_request *request)
{
	if (options->mount_proc.is_given)
		request->proc = options->mount_proc.value ? options->mount_proc.value : "/proc";
	if (!needs_binfmt(options))
		return;
	request->binfmt = options->mount_binfmt.value ? options->mount_binfmt.value
						      : "/proc/sys/fs/binfmt_misc";
	request->interpreters = options->load_interp.items;
	request->n_interpreters = options->load_interp.n_items;
}

static int take_veth(
	const char *text, struct arena *arena, struct unshare_request *request, struct err *err)
{
	struct unshare_veth *veth = ARENA_NEW(arena, struct unshare_veth);

	if (!text)
		return 0;
	if (ip_prefix_parse(text, &veth->inside) < 0)
		return err_fail(err, EINVAL, "--veth %s is no address such as 10.0.0.2/24", text);
	if (ip_prefix_neighbour(&veth->inside, &veth->outside) < 0) {
		err_fail(err, EINVAL, "--veth %s: its network has no two addresses for this", text);
		return err_hint(err, "an address in it, neither its first nor its last number, as "
				     "10.0.0.2/24");
	}
	request->veth = veth;
	return 0;
}

int unshare_request_make(
	struct command_call *call, struct unshare_request *request, struct err *err)
{
	const struct unshare_options *options = call->options;
	int r;

	*request = (struct unshare_request){
		.types = types_of(options),
		.setgroups = options->setgroups,
		.keeps_capabilities = options->keep_caps,
		.propagation = propagation_of(options->propagation),
		.root = options->root,
		.directory = options->wd,
		.has_monotonic = options->monotonic.is_given,
		.has_boottime = options->boottime.is_given,
		.monotonic_seconds = options->monotonic.value,
		.boottime_seconds = options->boottime.value,
		.args = program_of(call),
		.env = environment_of(options, call->arena),
	};
	take_mounts(options, request);
	take_pins(options, call->arena, request);
	r = limits_make(call->arena, &options->limits, &request->resources, err);
	if (r == 0)
		r = take_veth(options->veth, call->arena, request, err);
	if (r == 0)
		r = take_owner(options->owner, request, err);
	if (r == 0)
		r = take_maps(options, call->arena, request, err);
	if (r == 0)
		r = take_ids(options, request, err);
	return r < 0 ? r : take_fork(options, request, err);
}
