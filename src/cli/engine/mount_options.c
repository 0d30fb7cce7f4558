/* SPDX-License-Identifier: Apache-2.0 */
/* --volume, --mount and --tmpfs: one word of the command line each. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/parse.h"
#include "base/parse_size.h"
#include "base/path.h"
#include "base/text.h"
#include "cli/engine/container_options.h"
#include "engine/volume/volume.h"

static int check_target(const char *option, const char *text, const char *target, struct err *err)
{
	if (target && target[0] == '/' && target[1] != '\0')
		return 0;
	return err_fail(err, EINVAL,
		"%s %s: the path in the container has to be absolute, and not /", option, text);
}

/* "./x" and "../x" are meant from here; a bare name is a volume's. */
static int host_path(struct arena *arena, const char *option, const char *text, const char *path,
	const char **ret, struct err *err)
{
	char cwd[PATH_MAX];

	if (path[0] == '/') {
		*ret = path;
		return 0;
	}
	if (path[0] != '.') {
		err_fail(err, EINVAL, "%s %s: %s is not a path of the host", option, text, path);
		return err_hint(err, "begin it with / or ./");
	}
	if (!getcwd(cwd, sizeof(cwd)))
		return err_sys(err, "getcwd");
	*ret = path_join(arena, cwd, path);
	return 0;
}

/* As Docker does for -v; the parents too. */
static int make_directories(struct arena *arena, const char *path, struct err *err)
{
	char *copy = arena_strdup(arena, path);

	if (access(path, F_OK) == 0)
		return 0;
	for (char *at = copy + 1;; at++) {
		char kept = *at;

		if (kept != '/' && kept != '\0')
			continue;
		*at = '\0';
		if (mkdir(copy, 0755) < 0 && errno != EEXIST)
			return err_sys(err, "--volume: mkdir %s", copy);
		if (kept == '\0')
			return 0;
		*at = kept;
	}
}

/* The next part of *at up to the separator, or NULL at the end. */
static const char *next_part(struct arena *arena, const char **at, char separator)
{
	const char separators[] = { separator, '\0' };
	const char *begin = *at;
	size_t length;

	if (!begin)
		return NULL;
	length = strcspn(begin, separators);
	*at = begin[length] ? begin + length + 1 : NULL;
	return arena_strndup(arena, begin, length);
}

static bool is_propagation(const char *word)
{
	static const char *const words[] = { "private", "rprivate", "slave", "rslave", "shared",
		"rshared" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

static int volume_word(struct arena *arena, const char *text, const char *word,
	struct container_mount *mount, struct err *err)
{
	static const char *const passed[] = { "nosuid", "nodev", "noexec", "exec", "bind", "rbind",
		"idmap", "ridmap", "nocopy" };

	if (text_equal(word, "ro") || text_equal(word, "readonly"))
		mount->is_readonly = true;
	else if (is_propagation(word))
		ARENA_APPEND(arena, mount->options, mount->n_options) = word;
	else if (!text_equal(word, "rw") && !text_equal(word, "z") && !text_equal(word, "Z") &&
		 !text_equal(word, "")) {
		for (size_t i = 0; i < sizeof(passed) / sizeof(passed[0]); i++)
			if (strcmp(word, passed[i]) == 0) {
				ARENA_APPEND(arena, mount->options, mount->n_options) = word;
				return 0;
			}
		return err_fail(err, EINVAL, "--volume %s: unknown option %s", text, word);
	}
	return 0;
}

static int volume_source(struct arena *arena, const char *text, const char *source,
	struct container_mount *mount, struct err *err)
{
	int r;

	if (source && (source[0] == '/' || source[0] == '.')) {
		mount->type = "bind";
		return host_path(arena, "--volume", text, source, &mount->source, err);
	}
	mount->type = "volume";
	mount->source = source;
	r = source ? volume_check_name(source, err) : 0;
	if (r == 0)
		return 0;
	err_while(err, "--volume %s", text);
	return err_hint(err, "a path of the host begins with / or ./");
}

int volume_option_read(
	struct arena *arena, const char *text, struct container_mount *ret, struct err *err)
{
	const char *at = text, *word;
	const char *source = next_part(arena, &at, ':');
	const char *target = next_part(arena, &at, ':');
	int r;

	if (!target) {
		target = source;
		source = NULL;
	}
	r = check_target("--volume", text, target, err);
	if (r == 0)
		r = volume_source(arena, text, source, ret, err);
	ret->target = r < 0 ? NULL : path_clean(arena, target);
	while (r == 0 && (word = next_part(arena, &at, ',')))
		r = volume_word(arena, text, word, ret, err);
	return r < 0 || !text_equal(ret->type, "bind") ? r
						       : make_directories(arena, ret->source, err);
}

static int mount_size(const char *text, const char *key, const char *value, struct arena *arena,
	struct container_mount *mount, struct err *err)
{
	int64_t bytes;
	uint32_t mode;

	if (text_equal(key, "tmpfs-size")) {
		if (parse_size_bytes(value, &bytes) < 0 || bytes <= 0)
			return err_fail(
				err, EINVAL, "--mount %s: tmpfs-size %s is no size", text, value);
		ARENA_APPEND(arena, mount->options, mount->n_options) = arena_printf(
			arena, "size=%lld", (long long)bytes);
		return 0;
	}
	if (parse_mode(value, &mode) < 0)
		return err_fail(
			err, EINVAL, "--mount %s: tmpfs-mode %s is no octal mode", text, value);
	ARENA_APPEND(arena, mount->options, mount->n_options) = arena_printf(
		arena, "mode=%o", mode);
	return 0;
}

static int mount_truth(
	const char *text, const char *key, const char *value, bool *ret, struct err *err)
{
	*ret = text_equal(value, "") || text_equal(value, "true") || text_equal(value, "1");
	if (*ret || text_equal(value, "false") || text_equal(value, "0"))
		return 0;
	return err_fail(
		err, EINVAL, "--mount %s: %s %s is neither true nor false", text, key, value);
}

static int mount_nocopy(struct arena *arena, const char *text, const char *key, const char *value,
	struct container_mount *mount, struct err *err)
{
	bool is_wanted;
	int r = mount_truth(text, key, value, &is_wanted, err);

	if (r == 0 && is_wanted)
		ARENA_APPEND(arena, mount->options, mount->n_options) = "nocopy";
	return r;
}

static int mount_word(struct arena *arena, const char *text, const char *key, const char *value,
	struct container_mount *mount, struct err *err)
{
	if (text_equal(key, "type"))
		mount->type = value;
	else if (text_equal(key, "source") || text_equal(key, "src"))
		mount->source = value;
	else if (text_equal(key, "target") || text_equal(key, "dst") ||
		 text_equal(key, "destination"))
		mount->target = value;
	else if (text_equal(key, "readonly") || text_equal(key, "ro"))
		return mount_truth(text, key, value, &mount->is_readonly, err);
	else if (text_equal(key, "volume-nocopy"))
		return mount_nocopy(arena, text, key, value, mount, err);
	else if (text_equal(key, "bind-propagation") && is_propagation(value))
		ARENA_APPEND(arena, mount->options, mount->n_options) = value;
	else if (text_equal(key, "tmpfs-size") || text_equal(key, "tmpfs-mode"))
		return mount_size(text, key, value, arena, mount, err);
	else
		return err_fail(
			err, EINVAL, "--mount %s: unknown key or value: %s=%s", text, key, value);
	return 0;
}

static int check_mount(
	struct arena *arena, const char *text, struct container_mount *mount, struct err *err)
{
	bool is_bind = text_equal(mount->type, "bind");
	int r = check_target("--mount", text, mount->target, err);

	if (r < 0)
		return r;
	mount->target = path_clean(arena, mount->target);
	if (!mount->type || text_equal(mount->type, "volume")) {
		mount->type = "volume";
		r = mount->source ? volume_check_name(mount->source, err) : 0;
		return r < 0 ? err_while(err, "--mount %s", text) : 0;
	}
	if (!is_bind && !text_equal(mount->type, "tmpfs"))
		return err_fail(err, EINVAL,
			"--mount %s: type=bind, type=volume or type=tmpfs is needed", text);
	if (!is_bind && mount->source)
		return err_fail(err, EINVAL, "--mount %s: a tmpfs has no source", text);
	if (is_bind && !mount->source)
		return err_fail(err, EINVAL, "--mount %s: a bind mount needs a source", text);
	if (!is_bind)
		return 0;
	r = host_path(arena, "--mount", text, mount->source, &mount->source, err);
	if (r == 0 && access(mount->source, F_OK) < 0)
		return err_sys(err, "--mount %s: source %s", text, mount->source);
	return r;
}

int mount_option_read(
	struct arena *arena, const char *text, struct container_mount *ret, struct err *err)
{
	const char *at = text, *word;
	int r = 0;

	while (r == 0 && (word = next_part(arena, &at, ','))) {
		const char *value = word;
		const char *key = next_part(arena, &value, '=');

		r = mount_word(arena, text, key, value ? value : "", ret, err);
	}
	return r < 0 ? r : check_mount(arena, text, ret, err);
}

int tmpfs_option_read(
	struct arena *arena, const char *text, struct container_mount *ret, struct err *err)
{
	const char *at = text, *word;

	ret->type = "tmpfs";
	ret->target = next_part(arena, &at, ':');
	while ((word = next_part(arena, &at, ','))) {
		if (text_equal(word, "ro"))
			ret->is_readonly = true;
		else if (word[0] && !text_equal(word, "rw"))
			ARENA_APPEND(arena, ret->options, ret->n_options) = word;
	}
	return check_target("--tmpfs", text, ret->target, err);
}

static int add_mounts(struct arena *arena, const struct option_list *list,
	int (*read)(struct arena *arena, const char *text, struct container_mount *ret,
		struct err *err),
	struct container_settings *settings, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < list->n_items; i++) {
		struct container_mount mount = { 0 };

		r = read(arena, list->items[i], &mount, err);
		for (size_t k = 0; r == 0 && k < settings->n_mounts; k++)
			if (strcmp(settings->mounts[k].target, mount.target) == 0)
				r = err_fail(
					err, EINVAL, "duplicate mount point: %s", mount.target);
		if (r == 0)
			ARENA_APPEND(arena, settings->mounts, settings->n_mounts) = mount;
	}
	return r;
}

int container_mounts_read(struct arena *arena, const struct container_options *options,
	struct container_settings *settings, struct err *err)
{
	int r = add_mounts(arena, &options->volume, volume_option_read, settings, err);

	if (r == 0)
		r = add_mounts(arena, &options->mount, mount_option_read, settings, err);
	if (r == 0)
		r = add_mounts(arena, &options->tmpfs, tmpfs_option_read, settings, err);
	return r;
}
