/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "base/fd.h"
#include "cli/engine/enter_command.h"
#include "sys/nsfs.h"

void enter_held_close(struct enter_held *held)
{
	fd_close(held->user_fd);
	fd_close(held->net_fd);
}

static int take_except(const char *list, bool is_excepted[NAMESPACE_KIND_COUNT],
	struct arena *arena, struct err *err)
{
	while (list && *list != '\0') {
		size_t length = strcspn(list, ",");
		const char *name = arena_strndup(arena, list, length);
		enum namespace_kind kind;

		if (namespace_kind_parse(name, &kind) < 0)
			return err_fail(err, EINVAL,
				"unknown namespace type \"%s\"; there are mnt, net, ipc, user, "
				"pid, uts, cgroup, time",
				name);
		is_excepted[kind] = true;
		list += length + (list[length] == ',');
	}
	return 0;
}

static const char *fd_path(struct arena *arena, int fd)
{
	return arena_printf(arena, "/proc/self/fd/%d", fd);
}

/* None named: all. */
static int make_choice(
	const struct enter_command *command, struct entering_choice *choice, struct err *err)
{
	const struct enter_options *options = command->options;
	bool is_excepted[NAMESPACE_KIND_COUNT] = { false };
	bool is_any_named = options->user_parent || options->net_socket.is_given;
	int r = take_except(options->except, is_excepted, command->call->arena, err);

	for (int i = 0; i < OCI_NAMESPACE_COUNT; i++)
		is_any_named |= options->types[i].is_given;
	for (int i = 0; i < OCI_NAMESPACE_COUNT; i++) {
		bool is_wanted = options->types[i].is_given || options->all ||
				 (!is_any_named && !options->root.is_given);

		choice->is_wanted[i] = is_wanted && !is_excepted[entering_kind(i)];
		choice->files[i] = options->types[i].value;
	}
	return r;
}

/* The namespace whose owner, or in case of a user namespace whose parent, is meant. */
static enum oci_namespace_type below_parent(
	const struct enter_command *command, const struct entering_choice *choice)
{
	int type = OCI_NAMESPACE_MNT;

	if (command->options->types[OCI_NAMESPACE_USER].is_given)
		return OCI_NAMESPACE_USER;
	while (type < OCI_NAMESPACE_TIME &&
		(type == OCI_NAMESPACE_USER || !choice->is_wanted[type]))
		type++;
	return (enum oci_namespace_type)type;
}

static int open_user_parent(const struct enter_command *command, enum oci_namespace_type below,
	const char *file, int *ret_fd, struct err *err)
{
	enum namespace_kind kind = entering_kind(below);
	const char *path = arena_printf(command->call->arena, "/proc/%d/ns/%s",
		command->target->pid, namespace_kind_name(kind));
	AUTO_FD int fd = -1;
	int r = nsfs_open(file ? file : path, namespace_kind_type(kind), &fd, err);

	if (r < 0)
		return r;
	return below == OCI_NAMESPACE_USER ? nsfs_open_parent(fd, ret_fd, err)
					   : nsfs_open_owner(fd, ret_fd, err);
}

static int choose_user_parent(
	const struct enter_command *command, struct entering_choice *choice, struct err *err)
{
	enum oci_namespace_type below = below_parent(command, choice);
	int r = open_user_parent(
		command, below, choice->files[below], &command->held->user_fd, err);

	if (r < 0)
		return err_while(err, "parent user namespace");
	choice->files[OCI_NAMESPACE_USER] = fd_path(command->call->arena, command->held->user_fd);
	return 0;
}

static int choose_net_socket(
	const struct enter_command *command, struct entering_choice *choice, struct err *err)
{
	int r = nsfs_open_of_socket(command->target->pid, (int)command->options->net_socket.value,
		&command->held->net_fd, err);

	if (r == 0)
		choice->files[OCI_NAMESPACE_NET] = fd_path(
			command->call->arena, command->held->net_fd);
	return r;
}

int enter_choose_namespaces(
	const struct enter_command *command, struct enter_request *request, struct err *err)
{
	struct entering_choice choice = { .files = { NULL } };
	int r = make_choice(command, &choice, err);

	if (r == 0 && command->options->user_parent)
		r = choose_user_parent(command, &choice, err);
	if (r == 0 && command->options->net_socket.is_given)
		r = choose_net_socket(command, &choice, err);
	if (r == 0)
		entering_choose(command->call->arena, &command->scene, command->target, &choice,
			request->paths);
	return r;
}
