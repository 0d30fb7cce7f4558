/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/engine/life_options.h"

#include <errno.h>
#include <string.h>

#include "base/parse.h"
#include "base/parse_duration.h"
#include "base/text.h"

enum {
	TIME_MIN_NSEC = 1000 * 1000, /* Docker's */
	RETRIES_MAX = 1000000,
};

int restart_policy_read(
	struct arena *arena, const char *text, struct container_settings *settings, struct err *err)
{
	static const char *const names[] = { "no", "always", "unless-stopped", "on-failure" };
	size_t length = strcspn(text, ":");
	const char *name = arena_strndup(arena, text, length);
	uint64_t max = 0;
	bool is_known = false;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		is_known |= strcmp(name, names[i]) == 0;
	if (!is_known)
		return err_fail(err, EINVAL,
			"--restart %s: no, on-failure, on-failure:N, always or unless-stopped is "
			"expected",
			text);
	if (text[length] == ':' && strcmp(name, "on-failure") != 0)
		return err_fail(err, EINVAL, "--restart %s: only on-failure takes a number", text);
	if (text[length] == ':' && (parse_u64(text + length + 1, &max) < 0 || max > RETRIES_MAX))
		return err_fail(err, EINVAL, "--restart %s: %s is no number from 0 to %d", text,
			text + length + 1, RETRIES_MAX);
	settings->restart_policy = name;
	settings->restart_max = (int64_t)max;
	return 0;
}

static int read_time(const char *option, const char *text, int64_t *ret, struct err *err)
{
	int64_t nsec;

	if (text_is_empty(text))
		return 0;
	if (parse_duration_nsec(text, &nsec) < 0)
		return err_fail(err, EINVAL, "--%s %s: not a time such as 1m30s", option, text);
	if (nsec != 0 && nsec < TIME_MIN_NSEC)
		return err_fail(err, EINVAL, "--%s %s: less than 1ms", option, text);
	*ret = nsec;
	return 0;
}

static int read_times(
	const struct life_options *options, struct container_healthcheck *health, struct err *err)
{
	int r = read_time("health-interval", options->health_interval, &health->interval, err);

	if (r == 0)
		r = read_time("health-timeout", options->health_timeout, &health->timeout, err);
	if (r == 0)
		r = read_time("health-start-period", options->health_start_period,
			&health->start_period, err);
	if (r == 0)
		r = read_time("health-start-interval", options->health_start_interval,
			&health->start_interval, err);
	return r;
}

static void set_test(struct arena *arena, struct container_healthcheck *health, const char *kind,
	const char *line)
{
	ARENA_APPEND(arena, health->test, health->n_test) = kind;
	if (line)
		ARENA_APPEND(arena, health->test, health->n_test) = line;
}

static bool has_any_of_health(const struct life_options *options)
{
	return !text_is_empty(options->health_cmd) || options->health_interval ||
	       options->health_timeout || options->health_start_period ||
	       options->health_start_interval || options->health_retries.is_given;
}

static int read_health(struct arena *arena, const struct life_options *options,
	struct container_healthcheck *health, struct err *err)
{
	if (options->no_healthcheck && has_any_of_health(options))
		return err_fail(err, EINVAL,
			"--no-healthcheck and other --health options exclude each other");
	if (options->health_retries.value < 0 || options->health_retries.value > RETRIES_MAX)
		return err_fail(err, EINVAL, "--health-retries %lld: not a number from 0 to %d",
			(long long)options->health_retries.value, RETRIES_MAX);
	if (options->no_healthcheck || text_equal(options->health_cmd, "none"))
		set_test(arena, health, "NONE", NULL);
	else if (!text_is_empty(options->health_cmd))
		set_test(arena, health, "CMD-SHELL", options->health_cmd);
	health->retries = options->health_retries.value;
	health->on_failure = options->health_on_failure;
	return read_times(options, health, err);
}

int life_options_read(struct arena *arena, const struct life_options *options,
	struct container_settings *settings, struct err *err)
{
	int r = read_health(arena, options, &settings->health, err);

	if (r == 0 && !text_is_empty(options->restart))
		r = restart_policy_read(arena, options->restart, settings, err);
	if (r == 0 && settings->auto_remove && settings->restart_policy &&
		strcmp(settings->restart_policy, "no") != 0)
		return err_fail(err, EINVAL,
			"--rm and --restart %s exclude each other: what is removed cannot be "
			"started again",
			options->restart);
	return r;
}
