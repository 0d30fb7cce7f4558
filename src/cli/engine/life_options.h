/* SPDX-License-Identifier: Apache-2.0 */
/*
 * life_options: what can be asked of a container's life: whether it is started again, and how its
 * health is checked.
 *
 * Layer 3, role command. The words are Docker's; --health-on-failure is podman's.
 */
#pragma once

#include "cli/option.h"
#include "engine/container/settings.h"

struct life_options {
	const char *restart;
	const char *health_cmd, *health_interval, *health_timeout, *health_start_period;
	const char *health_start_interval, *health_on_failure;
	struct option_number health_retries;
	bool no_healthcheck;
};

/* Rows for a struct type that has a life_options as member. */
#define HEALTH_OPTIONS(type, member)                                                               \
	OPTION_STRING(type, member.health_cmd, "health-cmd", .argument = "COMMAND",                \
		.help = "a line for the container's shell that says by its status whether it is "  \
			"healthy"),                                                                \
		OPTION_STRING(type, member.health_interval, "health-interval", .argument = "TIME", \
			.help = "between two checks (default: 30s)"),                              \
		OPTION_CHOICE(type, member.health_on_failure, "health-on-failure",                 \
			.argument = "none|kill|restart|stop",                                      \
			.help = "what is done when it is not healthy any more"),                   \
		OPTION_NUMBER(type, member.health_retries, "health-retries", .argument = "N",      \
			.help = "so many checks in a row have to fail (default: 3)"),              \
		OPTION_STRING(type, member.health_start_interval, "health-start-interval",         \
			.argument = "TIME",                                                        \
			.help = "between two checks in the start period (default: 5s)"),           \
		OPTION_STRING(type, member.health_start_period, "health-start-period",             \
			.argument = "TIME",                                                        \
			.help = "time to get ready in, when a failure does not count "             \
				"(default: 0s)"),                                                  \
		OPTION_STRING(type, member.health_timeout, "health-timeout", .argument = "TIME",   \
			.help = "a check that takes longer has failed (default: 30s)")

#define NO_HEALTHCHECK_OPTION(type, member)                        \
	OPTION_FLAG(type, member.no_healthcheck, "no-healthcheck", \
		.help = "no health check, also when the image has one")

#define RESTART_OPTION(type, member)                                                     \
	OPTION_STRING(type, member.restart, "restart", .argument = "POLICY",             \
		.help = "whether it is started again when it ends: no, on-failure[:N], " \
			"always, unless-stopped (default: no)")

int life_options_read(struct arena *arena, const struct life_options *options,
	struct container_settings *settings, struct err *err);

/* "on-failure:3". */
int restart_policy_read(struct arena *arena, const char *text, struct container_settings *settings,
	struct err *err);
