/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plans of a small configuration with something changed, on a host whose facts are made by hand:
 * nothing here asks the machine.
 */
#pragma once

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../oci/document.h"
#include "base/text.h"
#include "core/planner/planner.h"
#include "oci/config.h"

/* With the namespaces mount and pid, so that most tests have to add only what they are about. */
#define PLANNED_BASE                                                                   \
	"{'ociVersion':'1.3.0','root':{'path':'rootfs'},"                              \
	"'process':{'cwd':'/','args':['/bin/sh'],'env':[],'user':{'uid':0,'gid':0}},"  \
	"'mounts':[{'destination':'/proc','type':'proc','source':'proc'}],'hooks':{}," \
	"'linux':{'namespaces':[{'type':'mount'},{'type':'pid'}],'resources':{}}}"

struct planned {
	struct arena arena;
	struct host_facts facts;
	struct planner_options options;
	struct oci_config *config;
	struct container_plan plan;
	struct err err;
};

static struct planned planned;

/* root on a host where everything can be had; each test begins there */
static inline int planned_set_up(void **state)
{
	(void)state;
	planned = (struct planned){
		.arena = ARENA_INIT,
		.facts = {
			.is_privileged = true,
			.in_initial_userns = true,
			.has_template = true,
			.bundle = "/b",
			.root = { .path = "/b/rootfs", .exists = true, .is_directory = true,
				.device = 7, .inode = 70 },
			.cgroups = { .kind = CGROUP_KIND_V2,
				.hierarchies = { { .mount = "/sys/fs/cgroup", .root = "/",
					.own = "/a", .is_v2 = true } },
				.n_hierarchies = 1 },
		},
		.options = { .id = "c1" },
	};
	return 0;
}

static inline int planned_tear_down(void **state)
{
	(void)state;
	arena_done(&planned.arena);
	return 0;
}

/* What facts_read() would say of the sources: /missing is not there, *.file is no directory,
 * and *.link a link to "elsewhere" where links are meant themselves. */
static inline void planned_see_sources(void)
{
	const struct oci_config *config = planned.config;

	planned.facts.sources = ARENA_NEW_ARRAY(
		&planned.arena, config->n_mounts, struct path_facts);
	for (size_t i = 0; i < config->n_mounts; i++) {
		const char *source = config->mounts[i].source;

		if (!oci_mount_is_bind(&config->mounts[i]))
			continue;
		bool no_follow = oci_mount_has_option(&config->mounts[i], "copy-symlink") ||
				 oci_mount_has_option(&config->mounts[i], "src-nofollow");

		planned.facts.sources[i] = (struct path_facts){
			.path = source ? source : "/b",
			.exists = !text_equal(source, "/missing"),
			.is_directory = !source ||
					(!strstr(source, ".file") && !strstr(source, ".link")),
			.open_errno = text_equal(source, "/missing") ? ENOENT : 0,
			.device = 8,
			.inode = 80 + i,
			.no_follow = no_follow,
			.link = no_follow && source && strstr(source, ".link") ? "elsewhere" : NULL,
		};
	}
}

static inline void planned_see_namespaces(void)
{
	const struct oci_linux *platform = &planned.config->platform;

	for (size_t i = 0; i < OCI_NAMESPACE_COUNT; i++)
		planned.facts.namespaces[i].is_joined = false;
	for (size_t i = 0; i < platform->n_namespaces; i++)
		if (platform->namespaces[i].path)
			planned.facts.namespaces[platform->namespaces[i].type].is_joined = true;
}

/* The configuration with the changes, and its plan; 0 or the planner's error. */
static inline int planned_try(const struct change *changes, size_t n)
{
	const char *text = document_changed(&planned.arena, PLANNED_BASE, changes, n);

	planned.err = ERR_INIT;
	if (oci_config_read(&planned.arena, text, strlen(text), &planned.config, &planned.err) <
			0 ||
		oci_config_check(planned.config, &planned.err) < 0)
		fail_msg("the test's own configuration %s: %s", text, planned.err.text);
	planned_see_sources();
	planned_see_namespaces();
	return planner_make(&planned.arena, planned.config, &planned.facts, &planned.options,
		&planned.plan, &planned.err);
}

static inline void planned_make(const struct change *changes, size_t n)
{
	if (planned_try(changes, n) < 0)
		fail_msg("no plan: %s (%s)", planned.err.text, planned.err.config);
}

#define CHANGES(...) ((const struct change[]){ __VA_ARGS__ })
#define PLAN(...) \
	planned_make(CHANGES(__VA_ARGS__), sizeof(CHANGES(__VA_ARGS__)) / sizeof(struct change))
#define PLAN_BASE() planned_make(NULL, 0)
#define REFUSE(...) \
	planned_try(CHANGES(__VA_ARGS__), sizeof(CHANGES(__VA_ARGS__)) / sizeof(struct change))

/* Names of the steps, equal neighbours counted: "SESSION ROOT DEVICE*6". */
static inline const char *planned_steps(void)
{
	const struct container_plan *plan = &planned.plan;
	const char *text = "";

	for (size_t i = 0, n; i < plan->n_steps; i += n) {
		const char *name = plan_step_name(plan->steps[i].kind);

		for (n = 1; i + n < plan->n_steps; n++)
			if (plan->steps[i + n].kind != plan->steps[i].kind)
				break;
		text = n > 1 ? arena_printf(
				       &planned.arena, "%s%s%s*%zu", text, i ? " " : "", name, n)
			     : arena_printf(&planned.arena, "%s%s%s", text, i ? " " : "", name);
	}
	return text;
}

/* The nth step of that kind, from 0; the test fails when there are fewer. */
static inline const struct step *planned_step(enum step_kind kind, size_t nth)
{
	for (size_t i = 0; i < planned.plan.n_steps; i++)
		if (planned.plan.steps[i].kind == (uint32_t)kind && nth-- == 0)
			return &planned.plan.steps[i];
	fail_msg("no such step %s in %s", plan_step_name(kind), planned_steps());
	return NULL;
}

static inline size_t planned_count(enum step_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < planned.plan.n_steps; i++)
		n += planned.plan.steps[i].kind == (uint32_t)kind;
	return n;
}

/* The mount on that path in the container. */
static inline const struct step_mount *planned_mount(const char *target)
{
	for (size_t i = 0; i < planned.plan.n_steps; i++)
		if (planned.plan.steps[i].kind == STEP_MOUNT &&
			text_equal(planned.plan.steps[i].mount.target, target))
			return &planned.plan.steps[i].mount;
	fail_msg("nothing is mounted on %s", target);
	return NULL;
}

static inline void planned_assert_refused(int r, int code, const char *pointer)
{
	assert_int_equal(r, -code);
	assert_int_equal(planned.err.code, code);
	assert_string_equal(planned.err.config, pointer);
}

#define PLANNED_TEST(function) \
	cmocka_unit_test_setup_teardown(function, planned_set_up, planned_tear_down)
