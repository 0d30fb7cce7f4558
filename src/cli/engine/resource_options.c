/* SPDX-License-Identifier: Apache-2.0 */
/* Limits: memory, processors, block devices. */
#include <errno.h>

#include "base/parse_size.h"
#include "base/text.h"
#include "cli/engine/container_options.h"

enum { MEMORY_MIN_BYTES = 512 * 1024 };

int size_option_read(
	const char *option, const char *text, int64_t minimum, int64_t *ret, struct err *err)
{
	if (text_is_empty(text))
		return 0;
	if (parse_size_bytes(text, ret) < 0)
		return err_fail(
			err, EINVAL, "--%s %s: not a number of bytes such as 512m", option, text);
	if (*ret < minimum)
		return err_fail(err, EINVAL, "--%s %s: less than %lld bytes", option, text,
			(long long)minimum);
	return 0;
}

static int read_memory(const struct container_options *options,
	struct container_resources *resources, struct err *err)
{
	int r = size_option_read(
		"memory", options->memory, MEMORY_MIN_BYTES, &resources->memory, err);

	if (r == 0)
		r = size_option_read("memory-reservation", options->memory_reservation,
			MEMORY_MIN_BYTES, &resources->memory_reservation, err);
	if (r == 0 && text_equal(options->memory_swap, "-1"))
		resources->memory_swap = -1;
	else if (r == 0)
		r = size_option_read(
			"memory-swap", options->memory_swap, 0, &resources->memory_swap, err);
	if (r == 0 && resources->memory_swap > 0 && resources->memory_swap < resources->memory)
		return err_fail(err, EINVAL,
			"--memory-swap %s is memory and swap together: it cannot be less than "
			"--memory %s",
			options->memory_swap, options->memory);
	return r;
}

static int read_rates(struct arena *arena, const char *option, const struct option_list *list,
	bool is_bytes, struct container_rate_list *ret, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < list->n_items; i++) {
		struct container_rate rate = { 0 };

		r = rate_option_read(arena, option, list->items[i], is_bytes, &rate, err);
		if (r == 0)
			ARENA_APPEND(arena, ret->rates, ret->n_rates) = rate;
	}
	return r;
}

/* /dev/sda:500 */
static int read_weights(struct arena *arena, const struct option_list *list,
	struct container_rate_list *ret, struct err *err)
{
	int r = read_rates(arena, "blkio-weight-device", list, false, ret, err);

	for (size_t i = 0; r == 0 && i < ret->n_rates; i++)
		if (ret->rates[i].rate < 10 || ret->rates[i].rate > 1000)
			r = err_fail(err, EINVAL,
				"--blkio-weight-device %s: the weight is a number from 10 to 1000",
				list->items[i]);
	return r;
}

static int read_swappiness(struct arena *arena, const struct option_number *option,
	struct container_resources *resources, struct err *err)
{
	uint64_t *percent;

	if (!option->is_given || option->value == -1) /* Docker's word for "as it is" */
		return 0;
	if (option->value < 0 || option->value > 100)
		return err_fail(err, EINVAL,
			"--memory-swappiness %lld: a percentage from 0 to 100 is expected",
			(long long)option->value);
	percent = ARENA_NEW(arena, uint64_t);
	*percent = (uint64_t)option->value;
	resources->memory_swappiness = percent;
	return 0;
}

static int read_throttles(struct arena *arena, const struct container_options *options,
	struct container_resources *resources, struct err *err)
{
	struct container_rate_list *throttle = resources->throttle;
	int r = read_rates(arena, "device-read-bps", &options->device_read_bps, true,
		&throttle[OCI_THROTTLE_READ_BPS], err);

	if (r == 0)
		r = read_rates(arena, "device-write-bps", &options->device_write_bps, true,
			&throttle[OCI_THROTTLE_WRITE_BPS], err);
	if (r == 0)
		r = read_rates(arena, "device-read-iops", &options->device_read_iops, false,
			&throttle[OCI_THROTTLE_READ_IOPS], err);
	if (r == 0)
		r = read_rates(arena, "device-write-iops", &options->device_write_iops, false,
			&throttle[OCI_THROTTLE_WRITE_IOPS], err);
	return r;
}

int resource_options_read(struct arena *arena, const struct container_options *options,
	struct container_resources *resources, struct err *err)
{
	int r = read_memory(options, resources, err);

	if (r == 0 && !text_is_empty(options->cpus))
		r = cpus_option_read(options->cpus, &resources->nano_cpus, err);
	if (r == 0 && resources->nano_cpus > 0 &&
		(options->cpu_quota.is_given || options->cpu_period.is_given))
		return err_fail(err, EINVAL,
			"--cpus and --cpu-quota or --cpu-period say the same thing: one of them");
	resources->cpu_rt_period = options->cpu_rt_period.value;
	resources->cpu_rt_runtime = options->cpu_rt_runtime.value;
	resources->cpu_shares = options->cpu_shares.value;
	resources->cpu_period = options->cpu_period.value;
	resources->cpu_quota = options->cpu_quota.value;
	resources->cpuset_cpus = options->cpuset_cpus;
	resources->cpuset_mems = options->cpuset_mems;
	resources->pids_limit = options->pids_limit.value;
	resources->blkio_weight = options->blkio_weight.value;
	resources->oom_kill_disable = options->oom_kill_disable;
	resources->device_cgroup_rules = options->device_cgroup_rule.items;
	resources->n_device_cgroup_rules = options->device_cgroup_rule.n_items;
	if (r == 0)
		r = read_swappiness(arena, &options->memory_swappiness, resources, err);
	if (r == 0)
		r = pair_options_read(arena, "cgroup-conf", &options->cgroup_conf,
			&resources->unified, &resources->n_unified, err);
	if (r == 0)
		r = read_weights(
			arena, &options->blkio_weight_device, &resources->weight_devices, err);
	return r < 0 ? r : read_throttles(arena, options, resources, err);
}
