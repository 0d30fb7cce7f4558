/* SPDX-License-Identifier: Apache-2.0 */
/* Options with a small language of their own: one word of the command line each. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/parse.h"
#include "base/parse_size.h"
#include "base/text.h"
#include "cli/engine/container_options.h"

enum { LIST_FILE_MAX_BYTES = 1024 * 1024 };

static bool is_access(const char *word)
{
	return word[0] && strspn(word, "rwm") == strlen(word);
}

int device_option_read(
	struct arena *arena, const char *text, struct container_device *ret, struct err *err)
{
	char *host = arena_strdup(arena, text), *second = strchr(host, ':'), *third = NULL;

	if (second) {
		*second++ = '\0';
		third = strchr(second, ':');
	}
	if (third)
		*third++ = '\0';
	*ret = (struct container_device){ .host = host, .target = host, .permissions = "rwm" };
	if (second && !third && is_access(second))
		ret->permissions = second;
	else if (second)
		ret->target = second;
	if (third)
		ret->permissions = third;
	if (host[0] != '/' || ret->target[0] != '/' || !is_access(ret->permissions))
		return err_fail(err, EINVAL,
			"--device %s: not HOST[:PATH[:rwm]] with absolute paths", text);
	return 0;
}

static int limit_value(const char *text, size_t length, int64_t *ret)
{
	uint64_t value;

	if (length == 2 && strncmp(text, "-1", 2) == 0) {
		*ret = -1;
		return 0;
	}
	if (parse_u64_n(text, length, &value) < 0 || value > INT64_MAX)
		return -EINVAL;
	*ret = (int64_t)value;
	return 0;
}

int ulimit_option_read(
	struct arena *arena, const char *text, struct container_ulimit *ret, struct err *err)
{
	const char *equals = strchr(text, '='), *colon;

	if (!equals || equals == text)
		return err_fail(err, EINVAL, "--ulimit %s: not NAME=SOFT[:HARD]", text);
	colon = strchr(equals, ':');
	ret->name = arena_strndup(arena, text, (size_t)(equals - text));
	if (limit_value(equals + 1, strcspn(equals + 1, ":"), &ret->soft) < 0 ||
		limit_value(colon ? colon + 1 : equals + 1, strlen(colon ? colon + 1 : equals + 1),
			&ret->hard) < 0)
		return err_fail(err, EINVAL, "--ulimit %s: a limit is not a number, or -1", text);
	return 0;
}

int rate_option_read(struct arena *arena, const char *option, const char *text, bool is_bytes,
	struct container_rate *ret, struct err *err)
{
	const char *colon = strrchr(text, ':');
	int64_t bytes = 0;
	int r = -EINVAL;

	if (colon && text[0] == '/')
		r = is_bytes ? parse_size_bytes(colon + 1, &bytes)
			     : parse_u64(colon + 1, &ret->rate);
	if (r < 0)
		return err_fail(err, EINVAL, "--%s %s: not DEVICE:RATE", option, text);
	if (is_bytes)
		ret->rate = (uint64_t)bytes;
	ret->path = arena_strndup(arena, text, (size_t)(colon - text));
	return 0;
}

int cpus_option_read(const char *text, int64_t *ret_nano, struct err *err)
{
	enum { DIGITS_MAX = 9 };
	size_t length = strcspn(text, ".");
	const char *fraction = text[length] ? text + length + 1 : "";
	uint64_t whole = 0, part = 0;
	size_t n = strlen(fraction);

	if ((length > 0 && parse_u64_n(text, length, &whole) < 0) || n > DIGITS_MAX ||
		(n > 0 && parse_u64(fraction, &part) < 0) || length + n == 0 || whole > 100000)
		return err_fail(err, EINVAL, "--cpus %s: not a number such as 1.5", text);
	for (; n < DIGITS_MAX; n++)
		part *= 10;
	*ret_nano = (int64_t)(whole * 1000000000 + part);
	if (*ret_nano < 10000000)
		return err_fail(err, EINVAL, "--cpus %s: less than 0.01", text);
	return 0;
}

static void add_line(struct arena *arena, const char ***lines, size_t *n, const char *line)
{
	ARENA_APPEND(arena, *lines, *n) = line;
}

/* One a line; blanks in front, empty lines and those with # are skipped. */
static int read_lines(struct arena *arena, const char *option, const char *path,
	const char ***lines, size_t *n, struct err *err)
{
	const char *text;
	size_t length;
	int r = file_read_at(arena, AT_FDCWD, path, LIST_FILE_MAX_BYTES, &text, &length, err);

	if (r < 0)
		return err_while(err, "--%s", option);
	while (*text) {
		size_t end = strcspn(text, "\r\n"), skipped = strspn(text, " \t");

		if (skipped < end && text[skipped] != '#')
			add_line(arena, lines, n,
				arena_strndup(arena, text + skipped, end - skipped));
		text += end;
		text += strspn(text, "\r\n");
	}
	return 0;
}

/* A name alone has our value; one that we do not have is not set. */
static int add_variable(struct arena *arena, const char *option, const char *line,
	struct container_settings *settings, struct err *err)
{
	const char *value;

	if (line[0] == '=' || line[0] == '\0')
		return err_fail(err, EINVAL, "--%s %s: a variable without a name", option, line);
	if (!strchr(line, '=')) {
		value = getenv(line);
		if (value)
			line = arena_printf(arena, "%s=%s", line, value);
	}
	add_line(arena, &settings->env, &settings->n_env, line);
	return 0;
}

int env_options_read(struct arena *arena, const struct container_options *options,
	struct container_settings *settings, struct err *err)
{
	const char **lines = NULL;
	size_t n = 0;
	int r = 0;

	for (char **variable = environ; options->env_host && *variable; variable++)
		add_line(arena, &settings->env, &settings->n_env, *variable);
	for (size_t i = 0; r == 0 && i < options->env_file.n_items; i++)
		r = read_lines(arena, "env-file", options->env_file.items[i], &lines, &n, err);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = add_variable(arena, "env-file", lines[i], settings, err);
	for (size_t i = 0; r == 0 && i < options->env.n_items; i++)
		r = add_variable(arena, "env", options->env.items[i], settings, err);
	return r;
}

static int add_label(
	struct arena *arena, const char *line, struct container_settings *settings, struct err *err)
{
	size_t length = strcspn(line, "=");
	struct oci_key_value label = {
		.key = arena_strndup(arena, line, length),
		.value = line[length] ? line + length + 1 : "",
	};

	if (length == 0)
		return err_fail(err, EINVAL, "--label %s: a label without a name", line);
	for (size_t i = 0; i < settings->n_labels; i++)
		if (strcmp(settings->labels[i].key, label.key) == 0) {
			settings->labels[i] = label;
			return 0;
		}
	ARENA_APPEND(arena, settings->labels, settings->n_labels) = label;
	return 0;
}

int label_options_read(struct arena *arena, const struct container_options *options,
	struct container_settings *settings, struct err *err)
{
	const char **lines = NULL;
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < options->label_file.n_items; i++)
		r = read_lines(arena, "label-file", options->label_file.items[i], &lines, &n, err);
	for (size_t i = 0; i < options->label.n_items; i++)
		add_line(arena, &lines, &n, options->label.items[i]);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = add_label(arena, lines[i], settings, err);
	return r;
}
