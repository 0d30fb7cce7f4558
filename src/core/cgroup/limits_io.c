/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limits_io: weights and throttles of block devices.
 *
 * Weights are of the BFQ scheduler where it is there (1 … 1000 in both versions). v2's io.weight
 * (1 … 10000) gets the blkio weight (10 … 1000) converted.
 */
#include "core/cgroup/internal.h"

#include "oci/config.h"

#define CONFIG "/linux/resources/blockIO/"

uint64_t cgroup_io_weight_of_blkio(uint64_t weight)
{
	enum { BLKIO_MIN = 10, BLKIO_MAX = 1000, IO_MAX = 10000 };

	if (weight <= BLKIO_MIN)
		return 1;
	if (weight >= BLKIO_MAX)
		return IO_MAX;
	return 1 + (weight - BLKIO_MIN) * (IO_MAX - 1) / (BLKIO_MAX - BLKIO_MIN);
}

static bool is_set(const uint16_t *weight)
{
	return weight && *weight != 0;
}

static void plan_weight(struct cgroup_limits *limits, const struct cgroup_dir *dir, unsigned weight)
{
	struct cgroup_write *write;

	write = cgroup_limits_add(limits, CGROUP_CONTROLLER_IO, dir, CONFIG "weight",
		dir->is_v2 ? "io.bfq.weight" : "blkio.weight", "%u", weight);
	write->fallback_file = dir->is_v2 ? "io.weight" : "blkio.bfq.weight";
	write->fallback_value = dir->is_v2 ? arena_printf(limits->arena, "%llu",
						     (unsigned long long)cgroup_io_weight_of_blkio(
							     weight))
					   : write->value;
}

static void plan_weight_device(struct cgroup_limits *limits, const struct cgroup_dir *dir,
	const struct oci_weight_device *device, const char *config)
{
	struct cgroup_write *write;
	unsigned weight = *device->weight;

	write = cgroup_limits_add(limits, CGROUP_CONTROLLER_IO, dir, config,
		dir->is_v2 ? "io.bfq.weight" : "blkio.weight_device", "%lld:%lld %u",
		(long long)device->major, (long long)device->minor, weight);
	write->fallback_file = dir->is_v2 ? "io.weight" : "blkio.bfq.weight_device";
	write->fallback_value = dir->is_v2 ? arena_printf(limits->arena, "%lld:%lld %llu",
						     (long long)device->major,
						     (long long)device->minor,
						     (unsigned long long)cgroup_io_weight_of_blkio(
							     weight))
					   : write->value;
}

static int plan_weights(struct cgroup_limits *limits, const struct cgroup_dir *dir,
	const struct oci_block_io *io, struct err *err)
{
	if (is_set(io->weight))
		plan_weight(limits, dir, *io->weight);
	if (is_set(io->leaf_weight)) {
		if (dir->is_v2)
			return cgroup_limits_refuse(CONFIG "leafWeight", "leaf weights", err);
		cgroup_limits_add(limits, CGROUP_CONTROLLER_IO, dir, CONFIG "leafWeight",
			"blkio.leaf_weight", "%u", *io->leaf_weight);
	}
	for (size_t i = 0; i < io->n_weight_devices; i++) {
		const struct oci_weight_device *device = &io->weight_devices[i];
		const char *config = arena_printf(limits->arena, CONFIG "weightDevice/%zu", i);

		if (is_set(device->weight))
			plan_weight_device(limits, dir, device, config);
		if (!is_set(device->leaf_weight))
			continue;
		if (dir->is_v2)
			return cgroup_limits_refuse(config, "leaf weights", err);
		cgroup_limits_add(limits, CGROUP_CONTROLLER_IO, dir, config,
			"blkio.leaf_weight_device", "%lld:%lld %u", (long long)device->major,
			(long long)device->minor, *device->leaf_weight);
	}
	return 0;
}

static const struct {
	const char *field, *v1_file, *v2_key;
} throttles[OCI_THROTTLE_COUNT] = {
	[OCI_THROTTLE_READ_BPS] = { CONFIG "throttleReadBpsDevice",
		"blkio.throttle.read_bps_device", "rbps" },
	[OCI_THROTTLE_WRITE_BPS] = { CONFIG "throttleWriteBpsDevice",
		"blkio.throttle.write_bps_device", "wbps" },
	[OCI_THROTTLE_READ_IOPS] = { CONFIG "throttleReadIOPSDevice",
		"blkio.throttle.read_iops_device", "riops" },
	[OCI_THROTTLE_WRITE_IOPS] = { CONFIG "throttleWriteIOPSDevice",
		"blkio.throttle.write_iops_device", "wiops" },
};

static void plan_throttle(struct cgroup_limits *limits, const struct cgroup_dir *dir,
	const struct oci_throttle_device *device, enum oci_throttle kind, const char *config)
{
	long long major = (long long)device->major, minor = (long long)device->minor;

	if (!dir->is_v2)
		cgroup_limits_add(limits, CGROUP_CONTROLLER_IO, dir, config,
			throttles[kind].v1_file, "%lld:%lld %llu", major, minor,
			(unsigned long long)device->rate);
	else if (device->rate == 0)
		cgroup_limits_add(limits, CGROUP_CONTROLLER_IO, dir, config, "io.max",
			"%lld:%lld %s=max", major, minor, throttles[kind].v2_key);
	else
		cgroup_limits_add(limits, CGROUP_CONTROLLER_IO, dir, config, "io.max",
			"%lld:%lld %s=%llu", major, minor, throttles[kind].v2_key,
			(unsigned long long)device->rate);
}

static const char *limiting_field(const struct oci_block_io *io)
{
	if (is_set(io->weight))
		return CONFIG "weight";
	if (is_set(io->leaf_weight))
		return CONFIG "leafWeight";
	if (io->n_weight_devices > 0)
		return CONFIG "weightDevice";
	for (unsigned kind = 0; kind < OCI_THROTTLE_COUNT; kind++)
		if (io->throttle[kind].n_devices > 0)
			return throttles[kind].field;
	return NULL;
}

int cgroup_plan_io(struct cgroup_limits *limits, const struct oci_resources *r, struct err *err)
{
	const struct oci_block_io *io = r->block_io;
	const char *field = io ? limiting_field(io) : NULL;
	const struct cgroup_dir *dir;
	int result;

	if (!field)
		return 0;
	result = cgroup_limits_dir(limits, CGROUP_CONTROLLER_IO, false, field, &dir, err);
	if (result <= 0)
		return result;
	result = plan_weights(limits, dir, io, err);
	for (unsigned kind = 0; result == 0 && kind < OCI_THROTTLE_COUNT; kind++)
		for (size_t i = 0; i < io->throttle[kind].n_devices; i++)
			plan_throttle(limits, dir, &io->throttle[kind].devices[i],
				(enum oci_throttle)kind,
				arena_printf(limits->arena, "%s/%zu", throttles[kind].field, i));
	return result;
}
