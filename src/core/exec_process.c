/* SPDX-License-Identifier: Apache-2.0 */
#include "core/exec_process.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/parse.h"
#include "base/warn.h"

static int read_file(
	struct arena *arena, const char *path, struct oci_config *config, struct err *err)
{
	struct oci_process *process;
	const char *text;
	size_t length;
	int r = file_read_at(arena, AT_FDCWD, path, JSON_TEXT_MAX_BYTES, &text, &length, err);

	if (r == 0)
		r = oci_process_read(arena, text, length, &process, err);
	if (r == 0)
		r = oci_process_check(process, err);
	if (r < 0)
		return err_while(err, "process file %s", path);
	config->process = process;
	return 0;
}

/* "UID" or "UID:GID", both numbers; a lone UID keeps the container's group. */
static int set_user(const char *text, struct oci_user *user, struct err *err)
{
	const char *colon = strchr(text, ':');
	size_t length = colon ? (size_t)(colon - text) : strlen(text);
	uint64_t uid;

	if (parse_u64_n(text, length, &uid) < 0 || uid >= UINT32_MAX ||
		(colon && parse_id(colon + 1, &user->gid) < 0))
		return err_fail(err, EINVAL,
			"--user %s: not UID[:GID] with numbers from 0 to 4294967294", text);
	user->uid = (uint32_t)uid;
	return 0;
}

static int add_groups(struct arena *arena, const struct exec_request *request,
	struct oci_user *user, struct err *err)
{
	size_t n = user->n_additional_gids;
	uint32_t *gids = ARENA_NEW_ARRAY(arena, n + request->n_additional_gids, uint32_t);

	if (n)
		memcpy(gids, user->additional_gids, n * sizeof(*gids));
	for (size_t i = 0; i < request->n_additional_gids; i++)
		if (parse_id(request->additional_gids[i], &gids[n++]) < 0)
			return err_fail(err, EINVAL,
				"--additional-gids %s: not a number from 0 to 4294967294",
				request->additional_gids[i]);
	user->additional_gids = gids;
	user->n_additional_gids = n;
	return 0;
}

/* Into the sets that decide what it may do; inheritable and ambient stay as they are
 * (CVE-2022-29162). */
static int add_capabilities(struct arena *arena, const struct exec_request *request,
	struct oci_process *process, struct err *err)
{
	struct oci_capabilities *sets = ARENA_NEW(arena, struct oci_capabilities);

	if (process->capabilities)
		*sets = *process->capabilities;
	for (size_t i = 0; i < request->n_capabilities; i++) {
		int number = oci_capability_number(request->capabilities[i]);

		if (number < 0)
			return err_fail(err, EINVAL, "--cap %s: no such capability",
				request->capabilities[i]);
		sets->bounding |= UINT64_C(1) << number;
		sets->effective |= UINT64_C(1) << number;
		sets->permitted |= UINT64_C(1) << number;
	}
	process->capabilities = sets;
	return 0;
}

static bool is_same_variable(const char *a, const char *b)
{
	size_t length = strcspn(a, "=");

	return strcspn(b, "=") == length && strncmp(a, b, length) == 0;
}

/* The new value of a variable that is there takes the old one's place: the first is what counts. */
static void add_env(
	struct arena *arena, const struct exec_request *request, struct oci_process *process)
{
	size_t n = process->n_env;
	const char **env = ARENA_NEW_ARRAY(arena, n + request->n_env, const char *);

	for (size_t i = 0; i < n; i++)
		env[i] = process->env[i];
	for (size_t i = 0; i < request->n_env; i++) {
		size_t at = 0;

		while (at < n && !is_same_variable(env[at], request->env[i]))
			at++;
		env[at] = request->env[i];
		n += at == n;
	}
	process->env = env;
	process->n_env = n;
}

static void set_args(
	struct arena *arena, const struct exec_request *request, struct oci_process *process)
{
	const char **args = ARENA_NEW_ARRAY(arena, request->n_args, const char *);

	for (size_t i = 0; i < request->n_args; i++)
		args[i] = request->args[i];
	process->args = args;
	process->n_args = request->n_args;
}

void exec_process_warn(const struct oci_process *process)
{
	for (size_t i = 0; process && i < process->n_warnings; i++) {
		struct err warning = ERR_INIT;

		err_fail(&warning, EINVAL, "%s is ignored", process->warnings[i]);
		err_config(&warning, "/process/capabilities");
		warn(&warning);
	}
}

int exec_process_make(struct arena *arena, const struct exec_request *request,
	struct oci_config *config, struct err *err)
{
	struct oci_process *process;
	int r = 0;

	if (request->process_file) {
		r = read_file(arena, request->process_file, config, err);
		if (r == 0)
			exec_process_warn(config->process);
		return r;
	}
	if (request->n_args == 0)
		return err_fail(err, EINVAL, "exec needs a command, or --process FILE");
	process = ARENA_NEW(arena, struct oci_process);
	*process = *config->process;
	process->terminal = request->tty;
	if (!request->tty)
		process->console_size = NULL;
	set_args(arena, request, process);
	add_env(arena, request, process);
	if (request->cwd)
		process->cwd = request->cwd;
	if (request->apparmor)
		process->apparmor_profile = request->apparmor;
	if (request->process_label)
		process->selinux_label = request->process_label;
	if (request->no_new_privs)
		process->no_new_privileges = true;
	if (request->user)
		r = set_user(request->user, &process->user, err);
	if (r == 0)
		r = add_groups(arena, request, &process->user, err);
	if (r == 0)
		r = add_capabilities(arena, request, process, err);
	if (r == 0)
		r = oci_process_check(process, err);
	config->process = process;
	return r;
}
