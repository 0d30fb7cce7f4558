/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "core/container.h"
#include "core/lookup.h"
#include "core/user_name.h"

const char *container_status_name(enum container_status status)
{
	static const char *const names[CONTAINER_STATUS_COUNT] = {
		[CONTAINER_STATUS_CREATING] = "creating",
		[CONTAINER_STATUS_CREATED] = "created",
		[CONTAINER_STATUS_RUNNING] = "running",
		[CONTAINER_STATUS_PAUSED] = "paused",
		[CONTAINER_STATUS_STOPPED] = "stopped",
	};

	return names[status];
}

static void fill(struct arena *arena, const struct container *container,
	enum container_status status, struct container_state *ret)
{
	const struct record *record = &container->record;

	*ret = (struct container_state){
		.id = container->id,
		.oci_version = container->has_record ? record->oci_version : OCI_VERSION,
		.status = status,
		.pid = status == CONTAINER_STATUS_STOPPED ? 0 : record->pid,
		.bundle = container->has_record ? record->bundle : "",
		.rootfs = container->has_record ? record->rootfs : "",
		.created = container->has_record ? record->created : "",
		.n_annotations = record->n_annotations,
		.owner = "", /* as runc has it; list tells */
	};
	ret->annotation_keys = ARENA_NEW_ARRAY(arena, record->n_annotations, const char *);
	ret->annotation_values = ARENA_NEW_ARRAY(arena, record->n_annotations, const char *);
	for (size_t i = 0; i < record->n_annotations; i++) {
		ret->annotation_keys[i] = record->annotations[i].key;
		ret->annotation_values[i] = record->annotations[i].value;
	}
}

int container_state(struct arena *arena, const struct runtime *runtime, const char *id,
	struct container_state *ret, struct err *err)
{
	AUTO_CONTAINER container = CONTAINER_INIT;
	enum container_status status;
	int r = lookup_open(arena, runtime, id, &container, err);

	if (r == 0)
		r = lookup_status(&container, &status, err);
	if (r == 0)
		fill(arena, &container, status, ret);
	return r;
}

static int compare_ids(const void *a, const void *b)
{
	return strcmp(
		((const struct container_state *)a)->id, ((const struct container_state *)b)->id);
}

static const char *owner_of(struct arena *arena, int root_fd, const char *id)
{
	struct stat st;

	return fstatat(root_fd, id, &st, AT_SYMLINK_NOFOLLOW) == 0 ? user_name(arena, st.st_uid)
								   : "";
}

int container_list(struct arena *arena, const struct runtime *runtime, struct container_state **ret,
	size_t *ret_count, struct err *err)
{
	struct container_state *states = NULL;
	struct err missing = ERR_INIT;
	struct dirent *entry;
	size_t n = 0;
	int root = -1;
	DIR *dir;

	*ret = NULL;
	*ret_count = 0;
	if (record_open_root(runtime, &root, &missing) < 0) {
		if (missing.code == ENOENT)
			return 0;
		*err = missing;
		return -err->code;
	}
	dir = fdopendir(root);
	if (!dir) {
		fd_close(root);
		return err_sys(err, "fdopendir %s", runtime->root);
	}
	while ((entry = readdir(dir))) {
		struct err gone = ERR_INIT;
		struct container_state state;
		const char *id;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
			entry->d_type == DT_REG)
			continue;
		id = arena_strdup(arena, entry->d_name);
		if (container_state(arena, runtime, id, &state, &gone) < 0)
			continue; /* deleted meanwhile, or none of ours */
		state.owner = owner_of(arena, root, id);
		ARENA_APPEND(arena, states, n) = state;
	}
	closedir(dir);
	if (n)
		qsort(states, n, sizeof(*states), compare_ids);
	*ret = states;
	*ret_count = n;
	return 0;
}
