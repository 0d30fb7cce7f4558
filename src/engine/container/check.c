/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "engine/container/id_range.h"
#include "engine/container/names.h"
#include "engine/container/volumes.h"
#include "engine/firewall/publish.h"
#include "sys/directory.h"

struct check {
	struct arena *arena;
	const struct engine *engine;
	bool is_repair;
	check_report_fn *report;
	void *context;
	size_t n;
};

static void find(struct check *check, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void find(struct check *check, const char *format, ...)
{
	char text[ERR_TEXT_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	check->n++;
	check->report(check->context, text);
}

/* The names in a directory of the store, all read before any goes; none where it is not there. */
static int list(
	struct check *check, const char *path, const char ***ret, size_t *ret_n, struct err *err)
{
	const char *name;
	AUTO_FD int fd = openat(check->engine->store->root_fd, path,
		O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int r;

	*ret = NULL;
	*ret_n = 0;
	if (fd < 0)
		return errno == ENOENT ? 0 : err_sys(err, "open %s", path);
	struct directory directory = DIRECTORY_INIT(fd);
	while ((r = directory_next(&directory, &name, err)) == 1)
		ARENA_APPEND(check->arena, *ret, *ret_n) = arena_strdup(check->arena, name);
	return r;
}

static bool has_container(const struct check *check, const char *id)
{
	const char *path = arena_printf(check->arena, "containers/%s", id);

	return faccessat(check->engine->store->root_fd, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool has_record(const struct check *check, const char *id)
{
	return access(arena_printf(check->arena, "%s/%s", check->engine->runtime.root, id), F_OK) ==
	       0;
}

/* Why a container of which no process lives is not as it should be; NULL: it is. */
static const char *flaw_of(const struct check *check, const struct engine_container *container,
	const struct engine_state *state)
{
	if (state->status == ENGINE_STATUS_DEAD)
		return "it was not made to its end";
	if (state->status == ENGINE_STATUS_RUNNING || state->status == ENGINE_STATUS_PAUSED ||
		state->status == ENGINE_STATUS_RESTARTING)
		return NULL;
	if (container->settings.auto_remove && state->status == ENGINE_STATUS_EXITED)
		return "it has ended and was to be removed then";
	if (has_record(check, container->id))
		return "its groups and its record were not removed when it ended";
	return NULL;
}

static int repair_container(struct check *check, const struct engine_container *container,
	const struct engine_state *state, struct err *err)
{
	bool is_removed = state->status == ENGINE_STATUS_DEAD || container->settings.auto_remove;
	int r = containers_clean(check->engine, container, err);

	if (r < 0 || !is_removed)
		return r;
	r = containers_remove(check->arena, check->engine, container, err);
	if (r == 0)
		volumes_remove_anonymous(check->arena, check->engine, &container->settings);
	return r;
}

static int check_container(struct check *check, const char *id, struct err *err)
{
	AUTO_ENGINE_CONTAINER container = ENGINE_CONTAINER_INIT;
	struct err ignored = ERR_INIT; /* removed meanwhile */
	struct engine_state state;
	const char *flaw;
	int r;

	if (containers_open_id(check->arena, check->engine, id, &container, &ignored) < 0 ||
		flock(container.dir_fd, LOCK_EX | LOCK_NB) < 0)
		return 0; /* somebody works on it */
	r = containers_state(check->arena, check->engine, &container, &state, err);
	if (r < 0)
		return r;
	flaw = flaw_of(check, &container, &state);
	if (!flaw)
		return 0;
	find(check, "container %.12s: %s", id, flaw);
	return check->is_repair ? repair_container(check, &container, &state, err) : 0;
}

static int check_containers(struct check *check, struct err *err)
{
	const char **ids;
	size_t n;
	int r = list(check, "containers", &ids, &n, err);

	for (size_t i = 0; r == 0 && i < n; i++)
		r = check_container(check, ids[i], err);
	return r;
}

/* A file names/NAME or pins/ID whose container is gone. */
static int remove_file(
	const struct check *check, const char *folder, const char *name, struct err *err)
{
	const char *path = arena_printf(check->arena, "%s/%s", folder, name);

	if (!check->is_repair || unlinkat(check->engine->store->root_fd, path, 0) == 0 ||
		errno == ENOENT)
		return 0;
	return err_sys(err, "unlink %s", path);
}

static int check_names(struct check *check, struct err *err)
{
	const char **names;
	size_t n;
	int r = list(check, "names", &names, &n, err);

	for (size_t i = 0; r == 0 && i < n; i++) {
		if (name_owner(check->arena, check->engine->store, names[i]))
			continue;
		find(check, "name %s: its container is gone", names[i]);
		r = remove_file(check, "names", names[i], err);
	}
	return r;
}

static int check_id_ranges(struct check *check, struct err *err)
{
	const char **names;
	size_t n;
	int r = list(check, "ids", &names, &n, err);

	for (size_t i = 0; r == 0 && i < n; i++) {
		if (id_range_owner(check->arena, check->engine->store, names[i])[0] != '\0')
			continue;
		find(check, "ids from %s on: their container is gone", names[i]);
		r = remove_file(check, "ids", names[i], err);
	}
	return r;
}

static int check_pins(struct check *check, struct err *err)
{
	const char **ids;
	size_t n;
	int r = list(check, "pins", &ids, &n, err);

	for (size_t i = 0; r == 0 && i < n; i++) {
		if (has_container(check, ids[i]))
			continue;
		find(check, "pin of container %.12s, which is gone", ids[i]);
		r = remove_file(check, "pins", ids[i], err);
	}
	return r;
}

static int check_ports(struct check *check, struct err *err)
{
	struct port_list ports;
	int r = ports_list(check->arena, check->engine->store, NULL, &ports, err);

	for (size_t i = 0; r == 0 && i < ports.n_entries; i++) {
		const struct port_entry *entry = &ports.entries[i];

		if (has_container(check, entry->owner))
			continue;
		find(check, "port %s/%s of container %.12s, which is gone",
			ports_host_text(check->arena, &entry->port),
			firewall_protocol_name(entry->port.protocol), entry->owner);
		if (check->is_repair)
			r = publish_forget(check->arena, check->engine->store, entry, err);
	}
	return r;
}

static int check_records(struct check *check, struct err *err)
{
	const char *boot = check->engine->boot;
	const char **ids;
	size_t n;
	int r = list(check, arena_printf(check->arena, "run/%s", boot), &ids, &n, err);

	for (size_t i = 0; r == 0 && i < n; i++) {
		if (ids[i][0] == '.' || has_container(check, ids[i]))
			continue;
		find(check, "record of container %.12s, which is gone", ids[i]);
		if (check->is_repair)
			r = container_delete(&check->engine->runtime, ids[i], true, err);
	}
	return r;
}

/* Of a boot that is over nothing lives. */
static int remove_boot(const struct check *check, const char *boot, struct err *err)
{
	const char *path = arena_printf(check->arena, "run/%s", boot);
	int root_fd = check->engine->store->root_fd;
	AUTO_FD int fd = openat(root_fd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int r;

	if (fd < 0)
		return err_sys(err, "open %s", path);
	r = directory_empty(fd, err);
	return r == 0 && unlinkat(root_fd, path, AT_REMOVEDIR) < 0 ? err_sys(err, "rmdir %s", path)
								   : r;
}

static int check_boots(struct check *check, struct err *err)
{
	const char *boot = check->engine->boot;
	const char **boots;
	size_t n;
	int r = list(check, "run", &boots, &n, err);

	for (size_t i = 0; r == 0 && i < n; i++) {
		if (strcmp(boots[i], boot) == 0)
			continue;
		find(check, "records of an earlier boot");
		if (check->is_repair)
			r = remove_boot(check, boots[i], err);
	}
	return r;
}

/* What a command was working on and nobody works on now; collected with the images' leftovers. */
static int check_stages(struct check *check, struct err *err)
{
	const char **names;
	size_t n, n_before = check->n;
	int r = list(check, "tmp", &names, &n, err);

	for (size_t i = 0; r == 0 && i < n; i++) {
		AUTO_FD int fd = openat(check->engine->store->tmp_fd, names[i],
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

		if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
			find(check, "tmp/%s: a command that worked on it has died", names[i]);
	}
	if (r == 0 && check->is_repair && check->n > n_before)
		r = store_collect(check->arena, check->engine->store, NULL, err);
	return r;
}

/* One that an image's files were being copied into; the next start would do it again. */
static int check_volume(struct check *check, const char *name, struct err *err)
{
	const struct store *store = check->engine->store;
	AUTO_FD int lock_fd = -1;
	int r = store_lock_volumes(store, &lock_fd, err);

	if (r < 0 || !volume_has_mark(store, name))
		return r;
	find(check, "volume %s: it was not filled to its end", name);
	if (!check->is_repair)
		return 0;
	r = volume_empty(store, name, err);
	return r < 0 ? r : volume_mark(store, name, false, err);
}

static int check_volumes(struct check *check, struct err *err)
{
	struct volume *volumes;
	size_t n;
	int r = volume_list(check->arena, check->engine->store, &volumes, &n, err);

	for (size_t i = 0; r == 0 && i < n; i++)
		r = check_volume(check, volumes[i].name, err);
	return r;
}

int engine_check(struct arena *arena, const struct engine *engine, bool is_repair,
	check_report_fn *report, void *context, size_t *ret_n, struct err *err)
{
	struct check check = {
		.arena = arena,
		.engine = engine,
		.is_repair = is_repair,
		.report = report,
		.context = context,
	};
	int r = check_containers(&check, err);

	if (r == 0)
		r = check_names(&check, err);
	if (r == 0)
		r = check_id_ranges(&check, err);
	if (r == 0)
		r = check_pins(&check, err);
	if (r == 0)
		r = check_volumes(&check, err);
	if (r == 0)
		r = check_ports(&check, err);
	if (r == 0)
		r = check_records(&check, err);
	if (r == 0)
		r = check_boots(&check, err);
	if (r == 0)
		r = check_stages(&check, err);
	*ret_n = check.n;
	return r;
}
