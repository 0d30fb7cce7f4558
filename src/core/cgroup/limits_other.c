/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limits_other: the controllers with one or two settings: pids, hugetlb, rdma, net_cls, net_prio;
 * and v2's files by their own names (unified).
 */
#include "core/cgroup/internal.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "oci/config.h"

/* ---- pids ---- */

/* 0 is a limit (runtime spec 1.3): no process may fork. Nor could the first one be cloned into the
 * group, so it is written when that is inside. */
int cgroup_plan_pids(struct cgroup_limits *limits, const struct oci_resources *r, struct err *err)
{
	const char *config = "/linux/resources/pids/limit";
	const struct cgroup_dir *dir;
	int64_t limit;
	int found;

	if (!r->pids || !r->pids->limit)
		return 0;
	limit = *r->pids->limit;
	found = cgroup_limits_dir(limits, CGROUP_CONTROLLER_PIDS, limit < 0, config, &dir, err);
	if (found <= 0 || (limit < 0 && !limits->is_update))
		return found < 0 ? found : 0;
	if (limit < 0)
		cgroup_limits_add(limits, CGROUP_CONTROLLER_PIDS, dir, config, "pids.max", "max")
			->flags = CGROUP_WRITE_OPTIONAL;
	else
		cgroup_limits_add(limits, CGROUP_CONTROLLER_PIDS, dir, config, "pids.max", "%lld",
			(long long)limit)
			->flags = limit == 0 ? CGROUP_WRITE_LATE : 0;
	return 0;
}

/* ---- hugetlb ---- */

/* "64KB", "2MB", "1GB" */
static bool is_page_size(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	return digits > 0 && digits < 10 && text[digits] && strchr("KMG", text[digits]) &&
	       strcmp(text + digits + 1, "B") == 0;
}

static void plan_page_size(struct cgroup_limits *limits, const struct cgroup_dir *dir,
	const struct oci_hugepage_limit *limit, const char *config)
{
	static const char *const kinds[] = { "", ".rsvd" };
	const char *end = dir->is_v2 ? ".max" : ".limit_in_bytes";

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const char *file = arena_printf(
			limits->arena, "hugetlb.%s%s%s", limit->page_size, kinds[i], end);

		/* Reservations are limited where the kernel counts them (Linux 5.7). */
		cgroup_limits_add(limits, CGROUP_CONTROLLER_HUGETLB, dir, config, file, "%llu",
			(unsigned long long)limit->limit)
			->flags = i == 0 ? 0 : CGROUP_WRITE_OPTIONAL;
	}
}

int cgroup_plan_hugetlb(
	struct cgroup_limits *limits, const struct oci_resources *r, struct err *err)
{
	for (size_t i = 0; i < r->n_hugepage_limits; i++) {
		const struct oci_hugepage_limit *limit = &r->hugepage_limits[i];
		const char *config = arena_printf(
			limits->arena, "/linux/resources/hugepageLimits/%zu", i);
		const struct cgroup_dir *dir;
		int found;

		if (!is_page_size(limit->page_size)) {
			err_fail(err, EINVAL, "\"%s\" is not a page size such as 2MB",
				limit->page_size);
			return err_config(err, "%s/pageSize", config);
		}
		found = cgroup_limits_dir(
			limits, CGROUP_CONTROLLER_HUGETLB, false, config, &dir, err);
		if (found < 0)
			return found;
		plan_page_size(limits, dir, limit, config);
	}
	return 0;
}

/* ---- rdma ---- */

int cgroup_plan_rdma(struct cgroup_limits *limits, const struct oci_resources *r, struct err *err)
{
	for (size_t i = 0; i < r->n_rdma; i++) {
		const struct oci_rdma *rdma = &r->rdma[i];
		const char *config = arena_printf(
			limits->arena, "/linux/resources/rdma/%s", rdma->device);
		char handles[32] = "", objects[32] = "";
		const struct cgroup_dir *dir;
		int found;

		if (text_is_empty(rdma->device) || strpbrk(rdma->device, " \n\t/")) {
			err_fail(err, EINVAL, "\"%s\" is not the name of a device", rdma->device);
			return err_config(err, "/linux/resources/rdma");
		}
		found = cgroup_limits_dir(limits, CGROUP_CONTROLLER_RDMA, false, config, &dir, err);
		if (found < 0)
			return found;
		if (rdma->hca_handles)
			text_format(handles, sizeof(handles), " hca_handle=%u", *rdma->hca_handles);
		if (rdma->hca_objects)
			text_format(objects, sizeof(objects), " hca_object=%u", *rdma->hca_objects);
		cgroup_limits_add(limits, CGROUP_CONTROLLER_RDMA, dir, config, "rdma.max", "%s%s%s",
			rdma->device, handles, objects);
	}
	return 0;
}

/* ---- network ---- */

static int plan_class(
	struct cgroup_limits *limits, const struct oci_network *network, struct err *err)
{
	const char *config = "/linux/resources/network/classID";
	const struct cgroup_dir *dir;
	int found;

	if (!network->class_id || *network->class_id == 0)
		return 0;
	if (limits->group->kind == CGROUP_KIND_V2)
		return cgroup_limits_refuse(config, "network classes", err);
	found = cgroup_limits_dir(limits, CGROUP_CONTROLLER_NET_CLS, false, config, &dir, err);
	if (found < 0)
		return found;
	cgroup_limits_add(limits, CGROUP_CONTROLLER_NET_CLS, dir, config, "net_cls.classid", "%u",
		*network->class_id);
	return 0;
}

int cgroup_plan_network(
	struct cgroup_limits *limits, const struct oci_resources *r, struct err *err)
{
	const struct oci_network *network = r->network;
	int result = network ? plan_class(limits, network, err) : 0;

	for (size_t i = 0; network && result == 0 && i < network->n_priorities; i++) {
		const struct oci_network_priority *entry = &network->priorities[i];
		const char *config = arena_printf(
			limits->arena, "/linux/resources/network/priorities/%zu", i);
		const struct cgroup_dir *dir;

		if (limits->group->kind == CGROUP_KIND_V2)
			return cgroup_limits_refuse(config, "network priorities", err);
		if (text_is_empty(entry->name) || strpbrk(entry->name, " \n\t/")) {
			err_fail(
				err, EINVAL, "\"%s\" is not the name of an interface", entry->name);
			return err_config(err, "%s/name", config);
		}
		result = cgroup_limits_dir(
			limits, CGROUP_CONTROLLER_NET_PRIO, false, config, &dir, err);
		if (result < 0)
			return result;
		cgroup_limits_add(limits, CGROUP_CONTROLLER_NET_PRIO, dir, config,
			"net_prio.ifpriomap", "%s %u", entry->name, entry->priority);
		result = 0;
	}
	return result;
}

/* ---- unified ---- */

/* A reference token of RFC 6901. */
static const char *escape_pointer(struct arena *arena, const char *key)
{
	char *out = arena_alloc(arena, 2 * strlen(key) + 1), *to = out;

	for (; *key; key++) {
		if (*key == '~' || *key == '/') {
			*to++ = '~';
			*to++ = *key == '~' ? '0' : '1';
		} else {
			*to++ = *key;
		}
	}
	return out;
}

/* Which group, which processes and their state are not settings; they have fields and commands. */
static bool is_setting(const char *key)
{
	static const char *const others[] = {
		"cgroup.procs",
		"cgroup.threads",
		"cgroup.kill",
		"cgroup.freeze",
		"cgroup.type",
	};

	if (key[0] == '.' || !strchr(key, '.') || strchr(key, '/') || strstr(key, ".."))
		return false;
	for (const char *c = key; *c; c++)
		if ((unsigned char)*c <= ' ' || *c == 0x7f)
			return false;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcmp(key, others[i]) == 0)
			return false;
	return strlen(key) < 256;
}

static int plan_file(
	struct cgroup_limits *limits, const struct oci_key_value *entry, struct err *err)
{
	const char *config = arena_printf(limits->arena, "/linux/resources/unified/%s",
		escape_pointer(limits->arena, entry->key));
	enum cgroup_controller controller = CGROUP_CONTROLLER_COUNT;
	struct cgroup_write *write;

	if (!is_setting(entry->key)) {
		err_fail(err, EINVAL, "\"%s\" is not a file of cgroup settings", entry->key);
		return err_config(err, "%s", config);
	}
	if (limits->group->n_dirs == 0) {
		err_fail(err, ENOTSUP, "the container has no cgroup, so this cannot be set");
		return err_config(err, "%s", config);
	}
	if (limits->group->kind != CGROUP_KIND_V2) {
		err_fail(err, ENOTSUP, "the host has cgroup v1, unified is for v2");
		err_hint(err, "use the fields of linux.resources, or boot with "
			      "cgroup_no_v1=all");
		return err_config(err, "%s", config);
	}
	if (cgroup_controller_parse(entry->key, strcspn(entry->key, "."), true, &controller))
		limits->required |= CGROUP_BIT(controller);
	write = cgroup_limits_add(
		limits, controller, &limits->group->dirs[0], config, entry->key, "%s", "");
	write->value = entry->value;
	write->flags = CGROUP_WRITE_LINES;
	return 0;
}

int cgroup_plan_unified(
	struct cgroup_limits *limits, const struct oci_resources *r, struct err *err)
{
	for (size_t i = 0; i < r->n_unified; i++) {
		int result = plan_file(limits, &r->unified[i], err);

		if (result < 0)
			return result;
	}
	return 0;
}
