/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/path.h"
#include "base/text.h"
#include "base/warn.h"

/* What one process is asked. */
struct end {
	struct files_view view;
	struct unpacker_request request;
	const char **words;
	size_t n_words;
	struct unpacker process;
};

static void end_done(struct end *end)
{
	unpacker_kill(&end->process);
	files_view_done(&end->view);
}
#define AUTO_END __attribute__((cleanup(end_done))) struct end
#define END_INIT                                                                   \
	((struct end){ .view = FILES_VIEW_INIT,                                    \
		.request = { .in_fd = -1, .out_fd = -1, .max_bytes = UINT64_MAX }, \
		.process = UNPACKER_INIT })

static void add_word(struct arena *arena, struct end *end, const char *word)
{
	ARENA_APPEND(arena, end->words, end->n_words) = word;
}

static int start(struct arena *arena, const struct engine *engine, struct end *end,
	const struct copy_place *place, struct err *err)
{
	int r = 0;

	if (place->container) {
		r = files_view_open(
			arena, engine, place->container, FILES_VIEW_ALL, &end->view, err);
		end->request.view = &end->view.view;
		for (size_t i = 0; i < end->view.n_words; i++)
			add_word(arena, end, end->view.words[i]);
	}
	end->request.words = end->words;
	end->request.n_words = end->n_words;
	return r < 0 ? r : unpacker_start(engine->store, &end->request, &end->process, err);
}

/* ---- paths of the host ---- */

static bool is_current_directory(const char *path)
{
	size_t length = strlen(path);

	return text_equal(path, ".") || text_equal(path, "/") ||
	       (length >= 2 && strcmp(path + length - 2, "/.") == 0);
}

static bool ends_with_slash(const char *path)
{
	size_t length = strlen(path);

	return length > 1 && path[length - 1] == '/';
}

static int real_path(struct arena *arena, const char *path, const char **ret, struct err *err)
{
	char *real = realpath(path, NULL);

	if (!real)
		return err_sys(err, "%s", path);
	*ret = arena_strdup(arena, real);
	free(real);
	return 0;
}

static const char *directory_of(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return ".";
	return slash == path ? "/" : arena_strndup(arena, path, (size_t)(slash - path));
}

static const char *without_slashes(struct arena *arena, const char *path)
{
	size_t length = strlen(path);

	while (length > 1 && path[length - 1] == '/')
		length--;
	return arena_strndup(arena, path, length);
}

/* The directory becomes the packer's root, so that a link in it leads nowhere else. */
static int choose_host_source(
	struct arena *arena, const char *path, bool follows, struct end *end, struct err *err)
{
	const char *plain = without_slashes(arena, path), *parent, *real;
	struct stat st;
	int r = 0;

	if (lstat(plain, &st) < 0)
		return err_sys(err, "%s", path);
	if (is_current_directory(path) || text_equal(path_base(plain), "..")) {
		add_word(arena, end, "path=/");
		return real_path(arena, plain, &end->request.directory, err);
	}
	add_word(arena, end, arena_printf(arena, "name=%s", path_base(plain)));
	real = plain;
	if (follows || (ends_with_slash(path) && S_ISLNK(st.st_mode)))
		r = real_path(arena, plain, &real, err);
	parent = directory_of(arena, real);
	if (r == 0)
		r = real_path(arena, parent, &end->request.directory, err);
	add_word(arena, end, arena_printf(arena, "path=/%s", path_base(real)));
	return r;
}

static int choose_host_target(
	struct arena *arena, const char *path, struct end *end, struct err *err)
{
	const char *plain = without_slashes(arena, path), *real = NULL;
	struct err missing = ERR_INIT;
	struct stat st;
	int r = real_path(arena, plain, &real, &missing);

	if (r == 0 && stat(real, &st) < 0)
		return err_sys(err, "stat %s", real);
	if (r == 0 && S_ISDIR(st.st_mode)) {
		end->request.directory = real;
		add_word(arena, end, "path=/");
		return 0;
	}
	if (r < 0 && (r != -ENOENT || lstat(plain, &st) == 0)) {
		*err = missing;
		return r;
	}
	if (r < 0)
		real = plain;
	add_word(arena, end,
		arena_printf(
			arena, "path=/%s%s", path_base(real), ends_with_slash(path) ? "/" : ""));
	return real_path(arena, directory_of(arena, real), &end->request.directory, err);
}

/* ---- the two ends ---- */

static int choose_source(
	struct arena *arena, const struct copy_request *request, struct end *end, struct err *err)
{
	const struct copy_place *place = &request->from;

	end->request.mode = "pack";
	if (is_current_directory(place->path) || text_equal(place->path, ".."))
		add_word(arena, end, "content");
	if (request->follows_link || ends_with_slash(place->path))
		add_word(arena, end, "follow");
	if (!place->container)
		return choose_host_source(arena, place->path, request->follows_link, end, err);
	add_word(arena, end, arena_printf(arena, "path=%s", path_join(arena, "/", place->path)));
	return 0;
}

static int choose_target(
	struct arena *arena, const struct copy_request *request, struct end *end, struct err *err)
{
	const struct copy_place *place = &request->to;

	end->request.mode = "copy";
	end->request.gives_owners = !request->keeps_owners;
	if (!request->from.path)
		add_word(arena, end, "into");
	if (place->container) {
		add_word(arena, end,
			arena_printf(arena, "path=%s%s", path_join(arena, "/", place->path),
				ends_with_slash(place->path) || is_current_directory(place->path)
					? "/"
					: ""));
		return 0;
	}
	/* a container's program with setuid would be its user's way to root on the host */
	if (!request->keeps_owners)
		add_word(arena, end, "plain");
	return choose_host_target(arena, place->path, end, err);
}

static int make_pipe(int *ret_read_fd, int *ret_write_fd, struct err *err)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return err_sys(err, "pipe2");
	*ret_read_fd = fds[0];
	*ret_write_fd = fds[1];
	return 0;
}

static void tell_of(const struct unpack_report *report)
{
	struct err note = ERR_INIT;

	if (report->n_changed > 0) {
		err_fail(&note, EAGAIN, "%llu files changed while they were read",
			(unsigned long long)report->n_changed);
		warn(&note);
	}
	if (report->n_devices_skipped > 0) {
		err_fail(&note, EPERM, "%llu devices were left out",
			(unsigned long long)report->n_devices_skipped);
		warn(&note);
	}
}

/* Who ends because the other did has only EPIPE, or half of an archive, to tell of. */
static int finish_both(struct end *first, struct end *second, struct err *err)
{
	struct unpack_report of_first = { 0 }, of_second = { 0 };
	struct err first_err = ERR_INIT, second_err = ERR_INIT;
	int first_r = unpacker_finish(&first->process, &of_first, &first_err);
	int second_r = unpacker_finish(&second->process, &of_second, &second_err);

	if (first_r < 0 && (first_r != -EPIPE || second_r == 0)) {
		*err = first_err;
		return first_r;
	}
	if (second_r < 0) {
		*err = second_err;
		return second_r;
	}
	of_second.n_changed += of_first.n_changed;
	tell_of(&of_second);
	return 0;
}

static int finish_one(struct end *end, struct err *err)
{
	struct unpack_report report = { 0 };
	int r = unpacker_finish(&end->process, &report, err);

	if (r == 0)
		tell_of(&report);
	return r;
}

/* An archive of whatever form comes in: it is decompressed by a process that has nothing. */
static int start_stream(struct arena *arena, const struct copy_request *request, struct end *end,
	int out_fd, struct err *err)
{
	static const struct copy_place nowhere;

	end->request.mode = "decompress";
	end->request.directory = "/";
	end->request.in_fd = request->stream_fd;
	end->request.out_fd = out_fd;
	return start(arena, request->engine, end, &nowhere, err);
}

static int pack_to_stream(struct arena *arena, const struct copy_request *request,
	struct end *source, struct err *err)
{
	int r = choose_source(arena, request, source, err);

	source->request.out_fd = request->stream_fd;
	if (r == 0)
		r = start(arena, request->engine, source, &request->from, err);
	return r < 0 ? r : finish_one(source, err);
}

int engine_copy(struct arena *arena, const struct copy_request *request, struct err *err)
{
	AUTO_END source = END_INIT;
	AUTO_END target = END_INIT;
	AUTO_FD int read_fd = -1;
	AUTO_FD int write_fd = -1;
	int r;

	if (!request->to.path)
		return pack_to_stream(arena, request, &source, err);
	r = request->from.path ? choose_source(arena, request, &source, err) : 0;
	if (r == 0)
		r = choose_target(arena, request, &target, err);
	if (r == 0)
		r = make_pipe(&read_fd, &write_fd, err);
	source.request.out_fd = write_fd;
	target.request.in_fd = read_fd;
	if (r == 0)
		r = request->from.path ? start(arena, request->engine, &source, &request->from, err)
				       : start_stream(arena, request, &source, write_fd, err);
	fd_replace(&write_fd, -1);
	if (r == 0)
		r = start(arena, request->engine, &target, &request->to, err);
	fd_replace(&read_fd, -1);
	return r < 0 ? r : finish_both(&source, &target, err);
}

int engine_export(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, int out_fd, struct err *err)
{
	AUTO_FILES_VIEW view = FILES_VIEW_INIT;
	struct unpacker_request request = {
		.mode = "pack", .view = &view.view, .in_fd = -1, .out_fd = out_fd
	};
	struct unpack_report report = { 0 };
	int r = files_view_open(arena, engine, container, FILES_VIEW_ROOT, &view, err);

	if (r < 0)
		return r;
	ARENA_APPEND(arena, view.words, view.n_words) = "content";
	ARENA_APPEND(arena, view.words, view.n_words) = "no-top";
	ARENA_APPEND(arena, view.words, view.n_words) = "portable";
	request.words = view.words;
	request.n_words = view.n_words;
	r = unpacker_run(engine->store, &request, &report, err);
	if (r == 0)
		tell_of(&report);
	return r;
}
