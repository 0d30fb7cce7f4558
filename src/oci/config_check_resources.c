/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of linux.resources, also of what update gets. */
#include <string.h>

#include "base/text.h"
#include "oci/check.h"

static int check_device_rules(
	const char *parent, const struct oci_resources *resources, struct err *err)
{
	for (size_t i = 0; i < resources->n_devices; i++)
		if (resources->devices[i].access == 0)
			return check_fail(err, check_at("%s/devices/%zu/access", parent, i),
				"a string of r, w and m is required");
	return 0;
}

static int check_memory(const char *parent, const struct oci_resources *resources, struct err *err)
{
	const struct oci_memory *memory = resources->memory;
	const struct {
		const char *name;
		const int64_t *value;
	} limits[] = {
		{ "limit", memory ? memory->limit : NULL },
		{ "reservation", memory ? memory->reservation : NULL },
		{ "swap", memory ? memory->swap : NULL },
		{ "kernel", memory ? memory->kernel : NULL },
		{ "kernelTCP", memory ? memory->kernel_tcp : NULL },
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		if (limits[i].value && *limits[i].value < -1)
			return check_fail(err, check_at("%s/memory/%s", parent, limits[i].name),
				"%lld is neither a number of bytes nor -1 (unlimited)",
				(long long)*limits[i].value);
	if (memory && memory->swappiness && *memory->swappiness > 100)
		return check_fail(err, check_at("%s/memory/swappiness", parent),
			"%llu is not a number from 0 to 100",
			(unsigned long long)*memory->swappiness);
	return 0;
}

static int check_cpu(const char *parent, const struct oci_resources *resources, struct err *err)
{
	const struct oci_cpu *cpu = resources->cpu;

	if (!cpu)
		return 0;
	if (cpu->quota && *cpu->quota > 0 && cpu->burst && *cpu->burst > (uint64_t)*cpu->quota)
		return check_fail(err, check_at("%s/cpu/burst", parent),
			"%llu is more than the quota %lld", (unsigned long long)*cpu->burst,
			(long long)*cpu->quota);
	if (cpu->cpus && check_has_line_break(cpu->cpus))
		return check_fail(err, check_at("%s/cpu/cpus", parent), "more than one line");
	if (cpu->mems && check_has_line_break(cpu->mems))
		return check_fail(err, check_at("%s/cpu/mems", parent), "more than one line");
	return 0;
}

static int check_block_io(
	const char *parent, const struct oci_resources *resources, struct err *err)
{
	const struct oci_block_io *block_io = resources->block_io;

	for (size_t i = 0; block_io && i < block_io->n_weight_devices; i++)
		if (!block_io->weight_devices[i].weight && !block_io->weight_devices[i].leaf_weight)
			return check_fail(err, check_at("%s/blockIO/weightDevice/%zu", parent, i),
				"neither weight nor leafWeight");
	return 0;
}

/* ^[1-9][0-9]*[KMG]B$: it becomes part of a file's name. */
static bool is_page_size(const char *text)
{
	size_t n_digits = strspn(text, "0123456789");

	return n_digits > 0 && text[0] != '0' && text[n_digits] != '\0' &&
	       strchr("KMG", text[n_digits]) && text_equal(text + n_digits + 1, "B");
}

static int check_hugepages(
	const char *parent, const struct oci_resources *resources, struct err *err)
{
	for (size_t i = 0; i < resources->n_hugepage_limits; i++) {
		const char *size = resources->hugepage_limits[i].page_size;

		if (!is_page_size(size))
			return check_fail(err,
				check_at("%s/hugepageLimits/%zu/pageSize", parent, i),
				"\"%s\" is not a size such as 64KB, 2MB or 1GB", size);
	}
	return 0;
}

static int check_network(const char *parent, const struct oci_resources *resources, struct err *err)
{
	const struct oci_network *network = resources->network;

	for (size_t i = 0; network && i < network->n_priorities; i++)
		if (!check_is_device_name(network->priorities[i].name))
			return check_fail(err,
				check_at("%s/network/priorities/%zu/name", parent, i),
				"\"%s\" is no name of a network device",
				network->priorities[i].name);
	return 0;
}

static int check_rdma(const char *parent, const struct oci_resources *resources, struct err *err)
{
	for (size_t i = 0; i < resources->n_rdma; i++) {
		const struct oci_rdma *rdma = &resources->rdma[i];
		struct check_pointer at = check_at_key(
			check_at("%s/rdma", parent).text, rdma->device);

		if (rdma->device[0] == '\0' || strpbrk(rdma->device, " \t\r\n"))
			return check_fail(
				err, at, "\"%s\" is no name of an RDMA device", rdma->device);
		if (!rdma->hca_handles && !rdma->hca_objects)
			return check_fail(err, at, "neither hcaHandles nor hcaObjects");
	}
	return 0;
}

/* A key is the name of a file in the container's own directory, CONTROLLER.PARAMETER. */
static int check_unified(const char *parent, const struct oci_resources *resources, struct err *err)
{
	for (size_t i = 0; i < resources->n_unified; i++) {
		const char *key = resources->unified[i].key;
		struct check_pointer at = check_at_key(check_at("%s/unified", parent).text, key);
		const char *dot = strchr(key, '.');

		if (strchr(key, '/'))
			return check_fail(err, at, "\"%s\" is not the name of a file", key);
		if (!dot || dot == key || dot[1] == '\0')
			return check_fail(
				err, at, "\"%s\" has not the form CONTROLLER.PARAMETER", key);
	}
	return 0;
}

int check_resources(const char *parent, const struct oci_resources *resources, struct err *err)
{
	static int (*const checks[])(
		const char *parent, const struct oci_resources *resources, struct err *err) = {
		check_device_rules,
		check_memory,
		check_cpu,
		check_block_io,
		check_hugepages,
		check_network,
		check_rdma,
		check_unified,
	};

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		int r = checks[i](parent, resources, err);

		if (r < 0)
			return r;
	}
	return 0;
}
