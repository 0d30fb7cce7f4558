/* SPDX-License-Identifier: Apache-2.0 */
/* A tar of a root file system becomes the only layer of an image that is made here. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "engine/image/adding.h"
#include "engine/image/changes.h"
#include "oci/state.h"

static int open_input(
	struct adding *adding, const char *path, int *ret_fd, uint64_t *ret_size, struct err *err)
{
	AUTO_FD int fd = path ? open(path, O_RDONLY | O_CLOEXEC)
			      : fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);

	if (fd < 0)
		return err_sys(err, "open %s", path ? path : "standard input");
	return source_copy(&adding->source, &adding->stage, fd, ret_fd, ret_size, err);
}

/* As it came where there is a media type for that, else plain. */
static int settle_compression(struct adding *adding, int *fd, uint64_t *size,
	const char **ret_media_type, struct err *err)
{
	unsigned char begin[2] = { 0 };
	bool is_compressed;
	int r = layer_file_is_compressed(*fd, &is_compressed, err);

	if (r < 0)
		return r;
	if (pread(*fd, begin, sizeof(begin), 0) < 0)
		return err_sys(err, "pread");
	*ret_media_type = OCI_MEDIA_LAYER;
	if (!is_compressed)
		return 0;
	if (begin[0] == 0x1f)
		*ret_media_type = OCI_MEDIA_LAYER_GZIP;
	else if (begin[0] == 0x28)
		*ret_media_type = OCI_MEDIA_LAYER_ZSTD;
	else
		return source_decompress(
			adding->store, &adding->source, &adding->stage, fd, size, err);
	return 0;
}

static int add_layer(
	struct adding *adding, const char *path, struct adding_layer *layer, struct err *err)
{
	AUTO_FD int fd = -1;
	uint64_t size;
	int r = open_input(adding, path, &fd, &size, err);

	if (r == 0)
		r = settle_compression(adding, &fd, &size, &layer->descriptor.media_type, err);
	if (r < 0)
		return r;
	adding_reserve(adding, 1);
	adding_add(adding, TAKE_FD(fd), size, layer);
	r = adding_run(adding, err);
	if (r == 0)
		adding_complete(adding, layer);
	return r;
}

static int make_config(struct arena *arena, const struct import_request *request,
	const struct adding_layer *layer, struct oci_image_config *ret, struct err *err)
{
	struct timespec now;
	int r = 0;

	clock_gettime(CLOCK_REALTIME, &now);
	*ret = (struct oci_image_config){
		.created = oci_time_text(arena, now),
		.architecture = oci_platform_host()->architecture,
		.os = oci_platform_host()->os,
		.diff_ids = ARENA_NEW(arena, const char *),
		.n_diff_ids = 1,
		.history = ARENA_NEW(arena, struct oci_history),
		.n_history = 1,
	};
	ret->diff_ids[0] = layer->diff_id;
	ret->history[0] = (struct oci_history){
		.created = ret->created,
		.comment = request->message ? request->message
					    : arena_printf(arena, "Imported from %s",
						      request->path ? request->path : "-"),
	};
	for (size_t i = 0; r == 0 && i < request->n_changes; i++)
		r = change_apply(arena, request->changes[i], &ret->run, err);
	return r;
}

static int add_documents(struct arena *arena, const struct store *store,
	const struct import_request *request, struct adding_layer *layer, const char **ret_id,
	struct err *err)
{
	struct oci_manifest manifest = { .layers = &layer->descriptor, .n_layers = 1 };
	struct oci_image_config config;
	int r = make_config(arena, request, layer, &config, err);

	return r < 0 ? r
		     : adding_documents(
			       arena, store, &config, &manifest, request->name, ret_id, err);
}

/* The changes are tried before anything is unpacked. */
static int check_changes(struct arena *arena, const struct import_request *request, struct err *err)
{
	struct oci_image_run scratch = { 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < request->n_changes; i++)
		r = change_apply(arena, request->changes[i], &scratch, err);
	return r;
}

int image_import(struct arena *arena, const struct store *store,
	const struct import_request *request, const char **ret_id, struct err *err)
{
	struct adding_layer layer = { 0 };
	struct adding adding;
	int r = check_changes(arena, request, err);

	if (r < 0)
		return r;
	r = adding_begin(&adding, arena, store, err);
	adding.progress = request->progress;
	adding.context = request->context;
	if (r == 0)
		r = add_layer(&adding, request->path, &layer, err);
	if (r == 0)
		r = add_documents(arena, store, request, &layer, ret_id, err);
	adding_end(&adding);
	return r;
}
