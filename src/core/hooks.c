/* SPDX-License-Identifier: Apache-2.0 */
#include "core/hooks.h"

#include <string.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/warn.h"
#include "oci/state.h"
#include "sys/hook_process.h"

bool hooks_have_later(const struct oci_config *config)
{
	return config->hooks[OCI_HOOK_POSTSTART].n_hooks > 0 ||
	       config->hooks[OCI_HOOK_POSTSTOP].n_hooks > 0;
}

const char *hooks_state_text(
	struct arena *arena, const struct record *record, enum container_status status)
{
	const char **keys = ARENA_NEW_ARRAY(arena, record->n_annotations, const char *);
	const char **values = ARENA_NEW_ARRAY(arena, record->n_annotations, const char *);
	const struct oci_state state = {
		.oci_version = record->oci_version,
		.id = record->id,
		.status = container_status_name(status),
		.pid = status == CONTAINER_STATUS_STOPPED ? 0 : record->pid,
		.bundle = record->bundle,
		.annotation_keys = keys,
		.annotation_values = values,
		.n_annotations = record->n_annotations,
	};

	for (size_t i = 0; i < record->n_annotations; i++) {
		keys[i] = record->annotations[i].key;
		values[i] = record->annotations[i].value;
	}
	return oci_state_hook_text(arena, &state);
}

static const char *const *terminated(struct arena *arena, const char *const *strings, size_t n)
{
	const char **list = ARENA_NEW_ARRAY(arena, n + 1, const char *);

	for (size_t i = 0; i < n; i++)
		list[i] = strings[i];
	return list;
}

/* Where all hooks of a kind write to; -1: where the caller does. */
struct hook_logs {
	int output_fd, errors_fd;
};

static void logs_close(struct hook_logs *logs)
{
	fd_close(logs->output_fd);
	fd_close(logs->errors_fd);
}

#define AUTO_LOGS __attribute__((cleanup(logs_close))) struct hook_logs

static int open_log(const char *path, const char *name, int *ret_fd, struct err *err)
{
	int r = path ? file_open_log(path, ret_fd, err) : 0;

	if (r == 0)
		return 0;
	err_while(err, "annotation %s", name);
	return err_config(err, "/annotations/%s", name);
}

static int open_logs(
	const struct oci_extensions *extensions, struct hook_logs *logs, struct err *err)
{
	int r = open_log(extensions->hooks_stdout, "run.oci.hooks.stdout", &logs->output_fd, err);

	return r < 0 ? r
		     : open_log(extensions->hooks_stderr, "run.oci.hooks.stderr", &logs->errors_fd,
			       err);
}

static int run_one(struct arena *arena, const struct oci_hook *hook, const char *name, size_t index,
	const char *state, const char *cwd, const struct hook_logs *logs, struct err *err)
{
	const struct hook_process process = {
		.path = hook->path,
		.args = terminated(arena, hook->args, hook->n_args),
		.env = terminated(arena, hook->env, hook->n_env),
		.timeout_sec = hook->timeout ? (uint64_t)*hook->timeout : 0,
		.cwd = cwd,
		.input = state,
		.input_size = strlen(state),
		.output_fd = logs->output_fd < 0 ? NULL : &logs->output_fd,
		.errors_fd = logs->errors_fd < 0 ? NULL : &logs->errors_fd,
	};

	if (hook_process_run(&process, err) == 0)
		return 0;
	err_while(err, "error running %s hook #%zu", name, index);
	return err_config(err, "/hooks/%s/%zu", name, index);
}

int hooks_run(struct arena *arena, const struct oci_config *config, enum oci_hook_kind kind,
	const struct record *record, enum container_status status, struct err *err)
{
	const struct oci_hook_list *list = &config->hooks[kind];
	AUTO_LOGS logs = { -1, -1 };
	const char *state;
	int r = list->n_hooks ? open_logs(&config->extensions, &logs, err) : 0;

	if (r < 0 || list->n_hooks == 0)
		return r;
	state = hooks_state_text(arena, record, status);
	for (size_t i = 0; r == 0 && i < list->n_hooks; i++)
		r = run_one(arena, &list->hooks[i], oci_hook_names[kind].name, i, state,
			record->bundle, &logs, err);
	return r;
}

void hooks_run_all(struct arena *arena, const struct oci_config *config, enum oci_hook_kind kind,
	const struct record *record, enum container_status status)
{
	const struct oci_hook_list *list = &config->hooks[kind];
	AUTO_LOGS logs = { -1, -1 };
	struct err unopened = ERR_INIT;
	const char *state;

	if (list->n_hooks == 0)
		return;
	if (open_logs(&config->extensions, &logs, &unopened) < 0)
		warn(&unopened); /* they run all the same */
	state = hooks_state_text(arena, record, status);
	for (size_t i = 0; i < list->n_hooks; i++) {
		struct err failed = ERR_INIT;

		if (run_one(arena, &list->hooks[i], oci_hook_names[kind].name, i, state,
			    record->bundle, &logs, &failed) < 0)
			warn(&failed);
	}
}
