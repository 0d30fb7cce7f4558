/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/image/changes.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"

struct words {
	const char **items;
	size_t n;
};

static const char *skip_blanks(const char *at)
{
	return at + strspn(at, " \t");
}

/* A list of strings in JSON; 0: it is none. */
static int read_list(struct arena *arena, const char *text, struct words *ret, struct err *err)
{
	struct json_reader reader = JSON_READER_INIT(arena, NULL);
	const struct json_value *value;
	int r;

	if (text[0] != '[')
		return 0;
	r = json_parse(arena, text, strlen(text), &value, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < value->length; i++) {
		const char *item;
		static const struct json_field row = { .type = JSON_FIELD_STRING };

		r = json_read_value(&reader, &value->elements[i], &row, &item, err);
		if (r < 0)
			return r;
		ARENA_APPEND(arena, ret->items, ret->n) = item;
	}
	return 1;
}

/* One word as a shell has it: quotes hold blanks together, a backslash makes plain. */
static const char *take_word(struct arena *arena, const char **at)
{
	char *word = arena_alloc(arena, strlen(*at) + 1);
	size_t length = 0;
	char quote = '\0';

	for (; **at && (quote || (**at != ' ' && **at != '\t')); (*at)++) {
		if (quote ? **at == quote : **at == '"' || **at == '\'') {
			quote = quote ? '\0' : **at;
			continue;
		}
		if (**at == '\\' && quote != '\'' && (*at)[1])
			(*at)++;
		word[length++] = **at;
	}
	word[length] = '\0';
	*at = skip_blanks(*at);
	return word;
}

static void split_words(struct arena *arena, const char *text, struct words *ret)
{
	while (*text)
		ARENA_APPEND(arena, ret->items, ret->n) = take_word(arena, &text);
}

static int list_or_words(struct arena *arena, const char *text, struct words *ret, struct err *err)
{
	int r = read_list(arena, text, ret, err);

	if (r == 0)
		split_words(arena, text, ret);
	return r < 0 ? r : 0;
}

static int list_or_shell(struct arena *arena, const char *text, struct words *ret, struct err *err)
{
	int r = read_list(arena, text, ret, err);

	if (r == 0) {
		ARENA_APPEND(arena, ret->items, ret->n) = "/bin/sh";
		ARENA_APPEND(arena, ret->items, ret->n) = "-c";
		ARENA_APPEND(arena, ret->items, ret->n) = arena_strdup(arena, text);
	}
	return r < 0 ? r : 0;
}

static int change_cmd(
	struct arena *arena, const char *text, struct oci_image_run *run, struct err *err)
{
	struct words words = { 0 };
	int r = list_or_shell(arena, text, &words, err);

	run->cmd = words.items;
	run->n_cmd = words.n;
	return r;
}

static int change_entrypoint(
	struct arena *arena, const char *text, struct oci_image_run *run, struct err *err)
{
	struct words words = { 0 };
	int r = list_or_shell(arena, text, &words, err);

	run->entrypoint = words.items;
	run->n_entrypoint = words.n;
	return r;
}

/* "NAME=VALUE …", or the old "NAME VALUE". */
static int read_pairs(struct arena *arena, const char *text, struct words *ret, struct err *err)
{
	const char *first_blank = text + strcspn(text, " \t");

	if (!memchr(text, '=', (size_t)(first_blank - text)) && *first_blank) {
		ARENA_APPEND(arena, ret->items, ret->n) = arena_printf(arena, "%.*s=%s",
			(int)(first_blank - text), text, skip_blanks(first_blank));
		return 0;
	}
	split_words(arena, text, ret);
	for (size_t i = 0; i < ret->n; i++)
		if (!strchr(ret->items[i], '=') || ret->items[i][0] == '=')
			return err_fail(err, EINVAL, "\"%.100s\" is not NAME=VALUE", ret->items[i]);
	return 0;
}

static void set_environment(struct arena *arena, struct oci_image_run *run, const char *pair)
{
	size_t length = strcspn(pair, "=") + 1;

	for (size_t i = 0; i < run->n_env; i++)
		if (strncmp(run->env[i], pair, length) == 0) {
			run->env[i] = pair;
			return;
		}
	ARENA_APPEND(arena, run->env, run->n_env) = pair;
}

static int change_env(
	struct arena *arena, const char *text, struct oci_image_run *run, struct err *err)
{
	struct words words = { 0 };
	int r = read_pairs(arena, text, &words, err);

	for (size_t i = 0; r == 0 && i < words.n; i++)
		set_environment(arena, run, words.items[i]);
	return r;
}

static int change_label(
	struct arena *arena, const char *text, struct oci_image_run *run, struct err *err)
{
	struct words words = { 0 };
	int r = read_pairs(arena, text, &words, err);

	for (size_t i = 0; r == 0 && i < words.n; i++) {
		size_t length = strcspn(words.items[i], "=");

		ARENA_APPEND(arena, run->labels, run->n_labels) = (struct oci_key_value){
			arena_strndup(arena, words.items[i], length),
			words.items[i] + length + 1,
		};
	}
	return r;
}

static int change_expose(
	struct arena *arena, const char *text, struct oci_image_run *run, struct err *err)
{
	struct words words = { 0 };

	(void)err;
	split_words(arena, text, &words);
	for (size_t i = 0; i < words.n; i++)
		ARENA_APPEND(arena, run->exposed_ports,
			run->n_exposed_ports) = strchr(words.items[i], '/')
							? words.items[i]
							: arena_printf(
								  arena, "%s/tcp", words.items[i]);
	return 0;
}

static int change_volume(
	struct arena *arena, const char *text, struct oci_image_run *run, struct err *err)
{
	struct words words = { 0 };
	int r = list_or_words(arena, text, &words, err);

	for (size_t i = 0; r == 0 && i < words.n; i++)
		ARENA_APPEND(arena, run->volumes, run->n_volumes) = words.items[i];
	return r;
}

static int change_user(
	struct arena *arena, const char *text, struct oci_image_run *run, struct err *err)
{
	(void)err;
	run->user = arena_strdup(arena, text);
	return 0;
}

static int change_workdir(
	struct arena *arena, const char *text, struct oci_image_run *run, struct err *err)
{
	if (text[0] != '/')
		return err_fail(err, EINVAL, "\"%.100s\" is not an absolute path", text);
	run->working_dir = arena_strdup(arena, text);
	return 0;
}

static int change_stop_signal(
	struct arena *arena, const char *text, struct oci_image_run *run, struct err *err)
{
	(void)err;
	run->stop_signal = arena_strdup(arena, text);
	return 0;
}

static const struct {
	const char *name;
	int (*apply)(
		struct arena *arena, const char *text, struct oci_image_run *run, struct err *err);
} changes[] = {
	{ "CMD", change_cmd },
	{ "ENTRYPOINT", change_entrypoint },
	{ "ENV", change_env },
	{ "EXPOSE", change_expose },
	{ "LABEL", change_label },
	{ "STOPSIGNAL", change_stop_signal },
	{ "USER", change_user },
	{ "VOLUME", change_volume },
	{ "WORKDIR", change_workdir },
};

int change_apply(struct arena *arena, const char *line, struct oci_image_run *run, struct err *err)
{
	const char *at = skip_blanks(line);
	size_t length = strcspn(at, " \t=");
	const char *rest = skip_blanks(at + length);

	if (*rest == '=') /* podman's spelling */
		rest = skip_blanks(rest + 1);
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		int r;

		if (strlen(changes[i].name) != length ||
			strncasecmp(changes[i].name, at, length) != 0)
			continue;
		if (*rest == '\0')
			return err_fail(err, EINVAL, "change \"%.100s\" lacks its value", line);
		r = changes[i].apply(arena, rest, run, err);
		return r < 0 ? err_while(err, "change \"%.100s\"", line) : 0;
	}
	return err_fail(err, EINVAL,
		"change \"%.100s\": only CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, STOPSIGNAL, USER, "
		"VOLUME and WORKDIR are possible",
		line);
}
