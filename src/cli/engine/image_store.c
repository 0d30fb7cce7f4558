/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/engine/image_store.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/engine/global.h"
#include "cli/human.h"
#include "oci/reference.h"

enum {
	SHORT_ID_LENGTH = 12,
	BAR_WIDTH = 30,
};

int image_store_open(struct command_call *call, struct store *ret, struct err *err)
{
	const struct global_options *globals = call->globals;

	return store_open(call->arena, globals->root, ret, err);
}

int image_target_name(
	struct command_call *call, const char *text, const char **ret, struct err *err)
{
	struct oci_reference reference;
	int r = oci_reference_parse_tagged(call->arena, text, &reference, err);

	if (r < 0)
		return r;
	if (reference.digest)
		return err_fail(
			err, EINVAL, "%s: a name with a digest cannot be given to an image", text);
	*ret = oci_reference_text(call->arena, &reference);
	return 0;
}

const char *image_short_id(struct arena *arena, const char *id)
{
	return arena_strndup(arena, oci_digest_hex(id), SHORT_ID_LENGTH);
}

static bool parse(struct arena *arena, const char *name, struct oci_reference *ret)
{
	struct err ignored = ERR_INIT; /* what is in the index was normalised before */

	return name && oci_reference_parse(arena, name, ret, &ignored) == 0;
}

const char *image_familiar_name(struct arena *arena, const char *name)
{
	struct oci_reference reference;

	return parse(arena, name, &reference) ? oci_reference_familiar(arena, &reference) : name;
}

void image_split_name(
	struct arena *arena, const char *name, const char **ret_repository, const char **ret_tag)
{
	struct oci_reference reference;

	*ret_repository = "<none>";
	*ret_tag = "<none>";
	if (!parse(arena, name, &reference))
		return;
	*ret_repository = oci_reference_familiar_name(arena, &reference);
	if (reference.tag)
		*ret_tag = reference.tag;
}

struct image_progress image_progress_begin(bool quiet)
{
	return (struct image_progress){ .is_shown = !quiet && isatty(STDERR_FILENO) == 1 };
}

static void show_layer(struct arena *arena, const struct layer_job *job)
{
	const uint64_t n_read = job->has_ended ? job->blob_bytes : job->n_read;
	const char *name = job->digest[0] ? job->digest : job->diff_id;
	char bar[BAR_WIDTH + 1];
	size_t filled = job->blob_bytes ? (size_t)(n_read * BAR_WIDTH / job->blob_bytes)
					: BAR_WIDTH;

	if (filled > BAR_WIDTH)
		filled = BAR_WIDTH;
	memset(bar, '=', filled);
	memset(bar + filled, ' ', BAR_WIDTH - filled);
	bar[BAR_WIDTH] = '\0';
	fprintf(stderr, "\r\033[K%s: %s [%s] %s/%s\n",
		name[0] ? image_short_id(arena, name) : "layer",
		job->has_ended ? "done     " : "unpacking", bar, human_size(arena, n_read),
		human_size(arena, job->blob_bytes));
}

void image_progress_show(void *context, const struct layer_job *jobs, size_t n)
{
	struct image_progress *progress = context;
	AUTO_ARENA arena = ARENA_INIT;

	if (!progress->is_shown)
		return;
	if (progress->n_lines > 0)
		fprintf(stderr, "\033[%zuA", progress->n_lines);
	for (size_t i = 0; i < n; i++)
		show_layer(&arena, &jobs[i]);
	progress->n_lines = n;
}
