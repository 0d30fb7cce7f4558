/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/commit.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "base/warn.h"
#include "engine/image/adding.h"
#include "engine/image/changes.h"
#include "engine/image/unpacker.h"
#include "oci/state.h"

/* ---- the layer ---- */

static int write_layer(
	struct arena *arena, const struct commit_request *request, int out_fd, struct err *err)
{
	const struct engine_container *container = request->container;
	struct unpack_report report = { 0 };
	size_t n;
	const char **points = container_mount_points(arena, &container->settings, &n);
	struct unpacker_request pack = {
		.mode = "changes",
		.directory = arena_printf(arena, "%s/upper", container->directory),
		.in_fd = -1,
		.out_fd = out_fd,
	};
	int r;

	for (size_t i = 0; i < n; i++)
		points[i] = arena_printf(arena, "without=%s", points[i]);
	pack.words = points;
	pack.n_words = n;
	r = unpacker_run(request->engine->store, &pack, &report, err);
	if (r == 0 && report.n_changed > 0) {
		struct err note = ERR_INIT;

		err_fail(&note, EAGAIN, "%llu files changed while they were read",
			(unsigned long long)report.n_changed);
		warn(&note);
	}
	return r;
}

/* A container that was never started has no layer. */
static int need_upper(const struct engine_container *container, struct err *err)
{
	if (container->settings.rootfs) {
		err_fail(err, EINVAL, "container %s has no layer of its own: it uses %s as it is",
			container->settings.name, container->settings.rootfs);
		return err_hint(err, "`hull export … | hull import -` makes an image of it");
	}
	if (faccessat(container->dir_fd, "upper", F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	err_fail(err, EINVAL, "container %s was never started: it is as its image is",
		container->settings.name);
	return err_hint(err, "`hull tag` gives the image another name");
}

/* An ordinary user's may have no group that could be frozen: then it goes on meanwhile. */
static bool freeze(const struct commit_request *request, const struct engine_state *state)
{
	struct err problem = ERR_INIT;

	if (!request->pauses || state->status != ENGINE_STATUS_RUNNING)
		return false;
	if (container_pause(&request->engine->runtime, request->container->id, &problem) == 0)
		return true;
	err_while(&problem, "it runs while its files are read");
	warn(&problem);
	return false;
}

/* The container stands still while its files are read, and goes on whatever comes of it. */
static int read_layer(
	struct arena *arena, const struct commit_request *request, int out_fd, struct err *err)
{
	struct err problem = ERR_INIT;
	struct engine_state state;
	bool is_frozen;
	int r = containers_state(arena, request->engine, request->container, &state, err);

	if (r < 0)
		return r;
	is_frozen = freeze(request, &state);
	r = write_layer(arena, request, out_fd, err);
	if (is_frozen &&
		container_resume(&request->engine->runtime, request->container->id, &problem) < 0)
		warn(&problem);
	return r;
}

static int add_layer(struct adding *adding, const struct commit_request *request,
	struct adding_layer *layer, struct err *err)
{
	AUTO_FD int fd = openat(
		adding->stage.fd, "layer", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	struct stat st;
	int r;

	if (fd < 0)
		return err_sys(err, "create a layer");
	r = read_layer(adding->arena, request, fd, err);
	if (r < 0)
		return r;
	if (fstat(fd, &st) < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(err, "lseek");
	layer->descriptor.media_type = OCI_MEDIA_LAYER;
	adding_reserve(adding, 1);
	adding_add(adding, TAKE_FD(fd), (uint64_t)st.st_size, layer);
	r = adding_run(adding, err);
	if (r == 0)
		adding_complete(adding, layer);
	return r;
}

/* ---- the documents ---- */

/* How the container is run becomes how the image is run. */
static void take_settings(const struct container_settings *settings, struct oci_image_run *run)
{
	run->user = settings->user;
	run->env = settings->env;
	run->n_env = settings->n_env;
	run->entrypoint = settings->entrypoint;
	run->n_entrypoint = settings->n_entrypoint;
	run->cmd = settings->cmd;
	run->n_cmd = settings->n_cmd;
	run->working_dir = settings->working_dir;
	run->labels = settings->labels;
	run->n_labels = settings->n_labels;
	run->stop_signal = settings->stop_signal;
}

static const char *command_text(struct arena *arena, const struct container_settings *settings)
{
	const char *text = "";

	for (size_t i = 0; i < settings->n_entrypoint; i++)
		text = arena_printf(arena, "%s%s ", text, settings->entrypoint[i]);
	for (size_t i = 0; i < settings->n_cmd; i++)
		text = arena_printf(arena, "%s%s ", text, settings->cmd[i]);
	return text;
}

static int change_run(struct arena *arena, const struct commit_request *request,
	struct oci_image_run *run, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < request->n_changes; i++)
		r = change_apply(arena, request->changes[i], run, err);
	return r;
}

static int make_config(struct arena *arena, const struct commit_request *request,
	const struct image *base, const struct adding_layer *layer, struct oci_image_config *ret,
	struct err *err)
{
	const struct container_settings *settings = &request->container->settings;
	struct oci_image_config config = base->config;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	config.created = oci_time_text(arena, now);
	config.author = request->author;
	config.diff_ids = ARENA_NEW_ARRAY(arena, config.n_diff_ids + 1, const char *);
	for (size_t i = 0; i < config.n_diff_ids; i++)
		config.diff_ids[i] = base->config.diff_ids[i];
	config.diff_ids[config.n_diff_ids++] = layer->diff_id;
	config.history = ARENA_NEW_ARRAY(arena, config.n_history + 1, struct oci_history);
	for (size_t i = 0; i < config.n_history; i++)
		config.history[i] = base->config.history[i];
	config.history[config.n_history++] = (struct oci_history){
		.created = config.created,
		.created_by = command_text(arena, settings),
		.author = request->author,
		.comment = request->message,
	};
	take_settings(settings, &config.run);
	*ret = config;
	return change_run(arena, request, &ret->run, err);
}

static int add_documents(struct arena *arena, const struct commit_request *request,
	const struct image *base, const struct adding_layer *layer, const char **ret_id,
	struct err *err)
{
	const struct store *store = request->engine->store;
	size_t n = base->manifest.n_layers;
	struct oci_manifest manifest = {
		.layers = ARENA_NEW_ARRAY(arena, n + 1, struct oci_descriptor),
		.n_layers = n + 1,
	};
	struct oci_image_config config;
	int r = make_config(arena, request, base, layer, &config, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		manifest.layers[i] = base->manifest.layers[i];
	manifest.layers[n] = layer->descriptor;
	return adding_documents(arena, store, &config, &manifest, request->name, ret_id, err);
}

int engine_commit(struct arena *arena, const struct commit_request *request, const char **ret_id,
	struct err *err)
{
	struct oci_image_run scratch = { 0 };
	struct adding_layer layer = { 0 };
	struct adding adding;
	struct image base;
	int r = need_upper(request->container, err);

	if (r == 0) /* before anything is done */
		r = change_run(arena, request, &scratch, err);
	if (r < 0)
		return r;
	r = adding_begin(&adding, arena, request->engine->store, err);
	if (r == 0)
		r = image_find(arena, request->engine->store, request->container->settings.image_id,
			&base, err);
	if (r == 0)
		r = add_layer(&adding, request, &layer, err);
	if (r == 0)
		r = add_documents(arena, request, &base, &layer, ret_id, err);
	adding_end(&adding);
	return r;
}
