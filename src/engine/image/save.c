/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "engine/image/image.h"
#include "engine/image/save_files.h"
#include "engine/image/source.h"
#include "engine/image/tar_writer.h"

/* ---- OCI: the blobs as the store has them, and an index of what was asked for ---- */

static void add_descriptor(
	struct arena *arena, struct oci_index *index, const struct image *image, const char *name)
{
	struct oci_descriptor entry = image->descriptor;

	if (name) {
		entry.annotations = ARENA_NEW(arena, struct oci_key_value);
		entry.annotations[0] = (struct oci_key_value){ OCI_ANNOTATION_REF_NAME, name };
		entry.n_annotations = 1;
	}
	ARENA_APPEND(arena, index->manifests, index->n_manifests) = entry;
}

/* Under the name that it was asked for by; by an id: under all of its names, or none. */
static void add_image(
	struct arena *arena, struct oci_index *index, const struct image *image, const char *name)
{
	if (name || image->n_names == 0)
		add_descriptor(arena, index, image, name);
	else
		for (size_t i = 0; i < image->n_names; i++)
			add_descriptor(arena, index, image, image->names[i]);
}

static const char *index_of(
	struct arena *arena, const struct save_request *request, size_t *ret_size)
{
	struct oci_index index = { 0 };

	for (size_t i = 0; i < request->n_images; i++)
		add_image(arena, &index, &request->images[i], request->names[i]);
	return oci_index_text(arena, &index, ret_size);
}

static int save_blobs(struct arena *arena, const struct store *store,
	const struct save_request *request, struct save_files *files, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < request->n_images; i++) {
		const struct image *image = &request->images[i];

		r = save_blob(arena, store, files, &image->descriptor, err);
		if (r == 0)
			r = save_blob(arena, store, files, &image->manifest.config, err);
		for (size_t k = 0; r == 0 && k < image->manifest.n_layers; k++)
			r = save_blob(arena, store, files, &image->manifest.layers[k], err);
	}
	return r;
}

static const char layout_text[] = "{\"imageLayoutVersion\":\"1.0.0\"}";

/* index.json last: a directory without it is no layout yet. */
static int save_oci(struct arena *arena, const struct store *store,
	const struct save_request *request, struct save_files *files, struct err *err)
{
	size_t size;
	const char *index = index_of(arena, request, &size);
	int r = files->write(files, "oci-layout", layout_text, strlen(layout_text), err);

	if (r == 0)
		r = save_blobs(arena, store, request, files, err);
	return r < 0 ? r : files->write(files, "index.json", index, size, err);
}

/* ---- docker-archive: plain layers under the names of their diff_ids ---- */

/* What is compressed in the store is decompressed into the stage first: a tar tells sizes before.
 */
static int open_plain_layer(const struct store *store, const struct store_stage *stage,
	struct source *copies, const struct image *image, size_t i, int *ret_fd, uint64_t *ret_size,
	struct err *err)
{
	AUTO_FD int fd = -1;
	char digest[OCI_DIGEST_BYTES];
	bool is_compressed;
	int r = store_open_blob(store, &image->manifest.layers[i], &fd, err);

	*ret_size = image->manifest.layers[i].size;
	if (r == 0)
		r = layer_file_is_compressed(fd, &is_compressed, err);
	if (r == 0 && is_compressed)
		r = source_decompress(store, copies, stage, &fd, ret_size, err);
	if (r == 0)
		r = store_hash(fd, digest, ret_size, err);
	if (r < 0)
		return r;
	if (strcmp(digest, image->config.diff_ids[i]) != 0)
		return err_fail(err, EBADMSG, "layer %s is damaged: its digest is %s",
			image->config.diff_ids[i], digest);
	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(err, "lseek");
	*ret_fd = TAKE_FD(fd);
	return 0;
}

static int save_plain_layer(struct arena *arena, const struct store *store,
	const struct store_stage *stage, struct save_files *files, const struct image *image,
	size_t i, struct err *err)
{
	struct source copies = { .dir_fd = -1, .n_copies = files->n_names };
	const char *name = arena_printf(arena, "%s.tar", oci_digest_hex(image->config.diff_ids[i]));
	AUTO_FD int fd = -1;
	uint64_t size;
	int r;

	if (!save_is_new(arena, files, name))
		return 0;
	r = open_plain_layer(store, stage, &copies, image, i, &fd, &size, err);
	return r < 0 ? r : files->copy(files, name, fd, size, err);
}

static struct docker_archive_image describe(
	struct arena *arena, const struct image *image, const char *name)
{
	struct docker_archive_image ret = {
		.config = arena_printf(arena, "%s.json", oci_digest_hex(image->id)),
		.layers = ARENA_NEW_ARRAY(arena, image->config.n_diff_ids, const char *),
		.n_layers = image->config.n_diff_ids,
		.tags = image->names,
		.n_tags = image->n_names,
	};

	if (name) {
		ret.tags = ARENA_NEW(arena, const char *);
		ret.tags[0] = name;
		ret.n_tags = 1;
	}
	for (size_t i = 0; i < ret.n_layers; i++)
		ret.layers[i] = arena_printf(
			arena, "%s.tar", oci_digest_hex(image->config.diff_ids[i]));
	return ret;
}

static int save_docker_image(struct arena *arena, const struct store *store,
	const struct store_stage *stage, struct save_files *files, const struct image *image,
	struct err *err)
{
	const char *config = arena_printf(arena, "%s.json", oci_digest_hex(image->id));
	int r = 0;

	for (size_t i = 0; r == 0 && i < image->config.n_diff_ids; i++)
		r = save_plain_layer(arena, store, stage, files, image, i, err);
	if (r == 0 && save_is_new(arena, files, config))
		r = files->write(files, config, image->config_text, image->config_size, err);
	return r;
}

/* Images that were asked for by several names are one with several tags. */
static void add_docker_image(struct arena *arena, struct docker_archive *archive,
	const struct image *image, const char *name)
{
	struct docker_archive_image added = describe(arena, image, name);

	for (size_t i = 0; i < archive->n_images; i++) {
		struct docker_archive_image *same = &archive->images[i];

		if (strcmp(same->config, added.config) != 0)
			continue;
		for (size_t k = 0; k < added.n_tags; k++)
			ARENA_APPEND(arena, same->tags, same->n_tags) = added.tags[k];
		return;
	}
	ARENA_APPEND(arena, archive->images, archive->n_images) = added;
}

static int save_docker(struct arena *arena, const struct store *store,
	const struct save_request *request, struct save_files *files, struct err *err)
{
	struct docker_archive archive = { 0 };
	struct store_stage stage = STORE_STAGE_INIT;
	const char *text;
	size_t size;
	int r = store_make_stage(arena, store, &stage, err);

	for (size_t i = 0; r == 0 && i < request->n_images; i++) {
		add_docker_image(arena, &archive, &request->images[i], request->names[i]);
		r = save_docker_image(arena, store, &stage, files, &request->images[i], err);
	}
	store_remove_stage(store, &stage);
	if (r < 0)
		return r;
	text = docker_archive_text(arena, &archive, &size);
	return files->write(files, "manifest.json", text, size, err);
}

int image_save(struct arena *arena, const struct store *store, const struct save_request *request,
	struct err *err)
{
	struct save_files files;
	AUTO_FD int use_fd = -1;
	int r = store_use(store, &use_fd, err);

	if (r == 0)
		r = request->format == SAVE_FORMAT_OCI_DIR
			    ? save_files_directory(&files, request->path, err)
			    : save_files_archive(&files, request->out_fd);
	if (r < 0)
		return r;
	r = request->format == SAVE_FORMAT_DOCKER_ARCHIVE
		    ? save_docker(arena, store, request, &files, err)
		    : save_oci(arena, store, request, &files, err);
	return files.end(&files, r, err);
}
