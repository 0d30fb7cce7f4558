/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unit: names of units and slices (systemd.unit(5), systemd.slice(5)).
 */
#include "core/systemd/systemd.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

#define CONFIG_PATH "/linux/cgroupsPath"

static bool has_suffix(const char *text, const char *suffix)
{
	size_t length = strlen(text), wanted = strlen(suffix);

	return length >= wanted && text_equal(text + length - wanted, suffix);
}

/* Dashes are what nests slices: none at an end, no two of them. */
static bool is_slice_name(const char *name)
{
	return systemd_is_unit_name(name) && has_suffix(name, ".slice") && name[0] != '-' &&
	       !strstr(name, "--") && !strstr(name, "-.slice");
}

int systemd_slice_path(struct arena *arena, const char *slice, const char **ret, struct err *err)
{
	const char *path = "";

	if (text_equal(slice, "-.slice")) {
		*ret = "";
		return 0;
	}
	if (!is_slice_name(slice))
		return err_fail(err, EINVAL, "\"%s\" is not the name of a slice", slice);
	for (const char *dash = strchr(slice, '-'); dash; dash = strchr(dash + 1, '-'))
		path = arena_printf(arena, "%s/%.*s.slice", path, (int)(dash - slice), slice);
	*ret = arena_printf(arena, "%s/%s", path, slice);
	return 0;
}

struct parts {
	const char *slice, *prefix, *name;
};

static int split(struct arena *arena, const char *cgroups_path, struct parts *ret, struct err *err)
{
	const char *first = strchr(cgroups_path, ':');
	const char *second = first ? strchr(first + 1, ':') : NULL;

	if (!second) {
		err_fail(err, EINVAL,
			"expected cgroupsPath to be of format \"slice:prefix:name\" for systemd "
			"cgroups, got \"%s\" instead",
			cgroups_path);
		return err_hint(err,
			"with --cgroup-manager=cgroupfs it is a path; engines have a setting of "
			"the same name");
	}
	ret->slice = arena_strndup(arena, cgroups_path, (size_t)(first - cgroups_path));
	ret->prefix = arena_strndup(arena, first + 1, (size_t)(second - first - 1));
	ret->name = second + 1;
	return 0;
}

static int plan(struct arena *arena, const char *cgroups_path, const char *id, bool is_user,
	struct systemd_unit *ret_unit, const char **ret_slice, struct err *err)
{
	struct parts parts = { .slice = "", .prefix = "hull", .name = "" };
	const char *unused, *name;
	int r = text_is_empty(cgroups_path) ? 0 : split(arena, cgroups_path, &parts, err);

	if (r < 0)
		return r;
	if (text_is_empty(parts.slice))
		parts.slice = is_user ? "user.slice" : "system.slice";
	if (text_is_empty(parts.name))
		parts.name = id;
	r = systemd_slice_path(arena, parts.slice, &unused, err);
	if (r < 0)
		return r;
	if (has_suffix(parts.name, ".slice"))
		name = parts.name;
	else
		name = arena_printf(arena, "%s%s%s.scope", parts.prefix,
			text_is_empty(parts.prefix) ? "" : "-", parts.name);
	if (has_suffix(name, ".slice") ? !is_slice_name(name) : !systemd_is_unit_name(name)) {
		err_fail(err, EINVAL, "\"%s\" is not the name of a unit of systemd", name);
		return err_hint(err, "it has letters, digits and :-_.\\@, at most %d of them",
			SYSTEMD_UNIT_MAX_BYTES);
	}
	*ret_unit = (struct systemd_unit){ .name = name, .is_user = is_user };
	*ret_slice = parts.slice;
	return 0;
}

int systemd_plan_unit(struct arena *arena, const char *cgroups_path, const char *id, bool is_user,
	struct systemd_unit *ret_unit, const char **ret_slice, struct err *err)
{
	if (plan(arena, cgroups_path, id, is_user, ret_unit, ret_slice, err) == 0)
		return 0;
	return err_config(err, "%s", CONFIG_PATH);
}

int systemd_check_unit(const struct systemd_unit *unit, struct err *err)
{
	if (systemd_is_unit_name(unit->name))
		return 0;
	return err_fail(err, EINVAL, "the record's unit \"%s\" makes no sense", unit->name);
}
