/* SPDX-License-Identifier: Apache-2.0 */
/*
 * device_rules: which devices a container may use, as a list in which the last word counts, and as
 * the exceptions that v1 keeps. Pure.
 */
#include "core/cgroup/internal.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "base/text.h"
#include "oci/config.h"

#define ACCESS_ALL (OCI_DEVICE_READ | OCI_DEVICE_WRITE | OCI_DEVICE_MKNOD)
#define ANY        CGROUP_DEVICE_ANY

/* Behind the configuration's own rules: what every container has (runtime spec, "Default
 * Devices"). A node alone gives nothing, so making one of any number is harmless: programs that
 * unpack archives need it. */
static const struct cgroup_device_rule default_rules[] = {
	{ true, 'c', ANY, ANY, OCI_DEVICE_MKNOD, true },
	{ true, 'b', ANY, ANY, OCI_DEVICE_MKNOD, true },
	{ true, 'c', 1, 3, ACCESS_ALL, true },     /* null */
	{ true, 'c', 1, 5, ACCESS_ALL, true },     /* zero */
	{ true, 'c', 1, 7, ACCESS_ALL, true },     /* full */
	{ true, 'c', 1, 8, ACCESS_ALL, true },     /* random */
	{ true, 'c', 1, 9, ACCESS_ALL, true },     /* urandom */
	{ true, 'c', 5, 0, ACCESS_ALL, true },     /* tty */
	{ true, 'c', 5, 2, ACCESS_ALL, true },     /* ptmx */
	{ true, 'c', 136, ANY, ACCESS_ALL, true }, /* pts/N */
};

static void add(struct arena *arena, struct cgroup_device_rules *list,
	const struct cgroup_device_rule *rule)
{
	ARENA_APPEND(arena, list->rules, list->n_rules) = *rule;
}

static int refuse(size_t index, const char *field, int64_t number, struct err *err)
{
	err_fail(err, EINVAL, "%lld is not a device number", (long long)number);
	return err_config(err, "/linux/resources/devices/%zu/%s", index, field);
}

/* Larger numbers are none of this kernel's: 12 and 20 bits. */
static int convert(const struct oci_device_rule *from, size_t i, struct cgroup_device_rule *ret,
	struct err *err)
{
	static const char types[] = {
		[OCI_DEVICE_RULE_ALL] = 'a',
		[OCI_DEVICE_RULE_CHAR] = 'c',
		[OCI_DEVICE_RULE_BLOCK] = 'b',
	};
	struct cgroup_device_rule rule = {
		.allow = from->allow,
		.type = types[from->type],
		.major = from->major ? *from->major : ANY,
		.minor = from->minor ? *from->minor : ANY,
		.access = from->access & ACCESS_ALL,
	};

	if (rule.major < ANY || rule.major > INT_MAX)
		return refuse(i, "major", rule.major, err);
	if (rule.minor < ANY || rule.minor > INT_MAX)
		return refuse(i, "minor", rule.minor, err);
	*ret = rule;
	return 0;
}

int cgroup_device_rules(struct arena *arena, const struct oci_resources *resources,
	struct cgroup_device_rules *ret, struct err *err)
{
	const struct cgroup_device_rule deny_all = { false, 'a', ANY, ANY, ACCESS_ALL };
	struct cgroup_device_rules list = { NULL, 0 };

	add(arena, &list, &deny_all);
	for (size_t i = 0; resources && i < resources->n_devices; i++) {
		struct cgroup_device_rule rule;
		int r = convert(&resources->devices[i], i, &rule, err);

		if (r < 0)
			return r;
		if (rule.access != 0)
			add(arena, &list, &rule);
	}
	for (size_t i = 0; i < sizeof(default_rules) / sizeof(default_rules[0]); i++)
		add(arena, &list, &default_rules[i]);
	*ret = list;
	return 0;
}

/* ---- v1 ---- */

static bool number_covers(int64_t wide, int64_t narrow)
{
	return wide == ANY || wide == narrow;
}

static bool numbers_meet(int64_t a, int64_t b)
{
	return a == ANY || b == ANY || a == b;
}

/* Types are 'b' or 'c' here. */
static bool rule_covers(
	const struct cgroup_device_rule *wide, const struct cgroup_device_rule *narrow)
{
	return wide->type == narrow->type && number_covers(wide->major, narrow->major) &&
	       number_covers(wide->minor, narrow->minor);
}

static bool rules_meet(const struct cgroup_device_rule *a, const struct cgroup_device_rule *b)
{
	return a->type == b->type && numbers_meet(a->major, b->major) &&
	       numbers_meet(a->minor, b->minor);
}

static bool is_same_device(const struct cgroup_device_rule *a, const struct cgroup_device_rule *b)
{
	return rule_covers(a, b) && rule_covers(b, a);
}

static void add_exception(
	struct arena *arena, struct cgroup_device_list *list, const struct cgroup_device_rule *rule)
{
	for (size_t i = 0; i < list->n_exceptions; i++)
		if (is_same_device(&list->exceptions[i], rule)) {
			list->exceptions[i].access |= rule->access;
			return;
		}
	ARENA_APPEND(arena, list->exceptions, list->n_exceptions) = *rule;
}

/* Takes away what the rule says from the exceptions; one that is wider than the rule would get a
 * hole, and the kernel's list has none. */
static int remove_exceptions(
	struct cgroup_device_list *list, const struct cgroup_device_rule *rule, struct err *err)
{
	for (size_t i = 0; i < list->n_exceptions; i++) {
		struct cgroup_device_rule *exception = &list->exceptions[i];
		char text[64], wider[64];

		if (!rules_meet(exception, rule) || !(exception->access & rule->access))
			continue;
		if (rule_covers(rule, exception)) {
			exception->access &= ~rule->access;
			continue;
		}
		cgroup_device_format(rule, text);
		cgroup_device_format(exception, wider);
		err_fail(err, EINVAL,
			"cgroup v1 cannot %s \"%s\" where an earlier rule %s \"%s\" as a whole",
			rule->allow ? "allow" : "deny", text, rule->allow ? "denies" : "allows",
			wider);
		err_hint(err, "name the devices one by one, or use a host with cgroup v2");
		return err_config(err, "/linux/resources/devices");
	}
	return 0;
}

static int apply_one(struct arena *arena, struct cgroup_device_list *list,
	const struct cgroup_device_rule *rule, struct err *err)
{
	if (rule->allow == list->allows_all)
		return remove_exceptions(list, rule, err);
	add_exception(arena, list, rule);
	return 0;
}

/* "a" with less than everything is a rule for both kinds of device. */
static int apply_rule(struct arena *arena, struct cgroup_device_list *list,
	const struct cgroup_device_rule *rule, struct err *err)
{
	struct cgroup_device_rule one = *rule;
	int r;

	if (rule->type != 'a')
		return apply_one(arena, list, rule, err);
	if (rule->major == ANY && rule->minor == ANY && rule->access == ACCESS_ALL) {
		*list = (struct cgroup_device_list){ .allows_all = rule->allow };
		return 0;
	}
	one.type = 'b';
	r = apply_one(arena, list, &one, err);
	if (r < 0)
		return r;
	one.type = 'c';
	return apply_one(arena, list, &one, err);
}

/* The kernel asks for one exception that has all of the wanted accesses: each gets those of the
 * wider ones as well. Empty ones go. */
static void finish(struct cgroup_device_list *list)
{
	size_t n_kept = 0;

	for (size_t i = 0; !list->allows_all && i < list->n_exceptions; i++)
		for (size_t j = 0; j < list->n_exceptions; j++)
			if (list->exceptions[i].access &&
				rule_covers(&list->exceptions[j], &list->exceptions[i]))
				list->exceptions[i].access |= list->exceptions[j].access;
	for (size_t i = 0; i < list->n_exceptions; i++)
		if (list->exceptions[i].access)
			list->exceptions[n_kept++] = list->exceptions[i];
	list->n_exceptions = n_kept;
}

int cgroup_device_list(struct arena *arena, const struct cgroup_device_rules *rules,
	struct cgroup_device_list *ret, struct err *err)
{
	struct cgroup_device_list list = { .allows_all = false };

	for (size_t i = 0; i < rules->n_rules; i++) {
		int r = apply_rule(arena, &list, &rules->rules[i], err);

		if (r < 0)
			return r;
	}
	finish(&list);
	*ret = list;
	return 0;
}

static void format_number(int64_t number, char text[24])
{
	if (number == ANY)
		text_copy(text, 24, "*");
	else
		text_format(text, 24, "%lld", (long long)number);
}

static void format_access(unsigned access, char text[4])
{
	text_format(text, 4, "%s%s%s", access & OCI_DEVICE_READ ? "r" : "",
		access & OCI_DEVICE_WRITE ? "w" : "", access & OCI_DEVICE_MKNOD ? "m" : "");
}

void cgroup_device_format(const struct cgroup_device_rule *rule, char text[64])
{
	char major[24], minor[24], access[4];

	format_number(rule->major, major);
	format_number(rule->minor, minor);
	format_access(rule->access, access);
	text_format(text, 64, "%c %s:%s %s", rule->type, major, minor, access);
}

bool cgroup_allowed_devices(struct arena *arena, const struct oci_resources *resources,
	struct cgroup_allowed_device **ret, size_t *ret_count)
{
	struct cgroup_device_rules rules;
	struct cgroup_device_list list;
	struct err ignored = ERR_INIT; /* of rules that no list can say */

	if (cgroup_device_rules(arena, resources, &rules, &ignored) < 0 ||
		cgroup_device_list(arena, &rules, &list, &ignored) < 0 || list.allows_all)
		return false;
	*ret = ARENA_NEW_ARRAY(arena, list.n_exceptions, struct cgroup_allowed_device);
	for (size_t i = 0; i < list.n_exceptions; i++) {
		const struct cgroup_device_rule *rule = &list.exceptions[i];
		struct cgroup_allowed_device *device = &(*ret)[i];

		device->type = rule->type;
		device->major = rule->major;
		device->minor = rule->major == ANY ? ANY : rule->minor;
		format_access(rule->access, device->access);
	}
	*ret_count = list.n_exceptions;
	return true;
}
