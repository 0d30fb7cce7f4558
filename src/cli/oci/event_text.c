/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/oci/event_text.h"

#include "base/json_write.h"
#include "base/text.h"

static void put_nonzero(struct json_writer *writer, const char *key, uint64_t value)
{
	if (value != 0)
		json_write_u64(writer, key, value);
}

static void put_text(struct json_writer *writer, const char *key, const char *text)
{
	if (!text_is_empty(text))
		json_write_string(writer, key, text);
}

/* ---- pressure ---- */

static void put_psi_line(
	struct json_writer *writer, const char *key, const struct cgroup_psi_line *line)
{
	json_write_object(writer, key);
	json_write_double(writer, "avg10", line->avg10);
	json_write_double(writer, "avg60", line->avg60);
	json_write_double(writer, "avg300", line->avg300);
	json_write_u64(writer, "total", line->total_usec);
	json_write_end(writer);
}

static void put_psi(struct json_writer *writer, const struct cgroup_psi *psi)
{
	if (!psi->is_present)
		return;
	json_write_object(writer, "psi");
	put_psi_line(writer, "some", &psi->some);
	put_psi_line(writer, "full", &psi->full);
	json_write_end(writer);
}

/* ---- processors ---- */

static void put_cpu(struct json_writer *writer, const struct cgroup_stats *stats)
{
	json_write_object(writer, "cpu");
	json_write_object(writer, "usage");
	put_nonzero(writer, "total", stats->cpu.total_nsec);
	if (stats->cpu.n_percpu > 0) {
		json_write_list(writer, "percpu");
		for (size_t i = 0; i < stats->cpu.n_percpu; i++)
			json_write_u64(writer, NULL, stats->cpu.percpu_nsec[i]);
		json_write_end(writer);
	}
	json_write_u64(writer, "kernel", stats->cpu.kernel_nsec);
	json_write_u64(writer, "user", stats->cpu.user_nsec);
	json_write_end(writer);
	json_write_object(writer, "throttling");
	put_nonzero(writer, "periods", stats->cpu.periods);
	put_nonzero(writer, "throttledPeriods", stats->cpu.throttled_periods);
	put_nonzero(writer, "throttledTime", stats->cpu.throttled_nsec);
	json_write_end(writer);
	put_psi(writer, &stats->cpu.psi);
	json_write_end(writer);
}

static void put_numbers(
	struct json_writer *writer, const char *key, const uint16_t *numbers, size_t n_numbers)
{
	if (n_numbers == 0)
		return;
	json_write_list(writer, key);
	for (size_t i = 0; i < n_numbers; i++)
		json_write_u64(writer, NULL, numbers[i]);
	json_write_end(writer);
}

static void put_cpuset(struct json_writer *writer, const struct cgroup_stats *stats)
{
	const struct {
		const char *key;
		uint64_t value;
	} values[] = {
		{ "cpu_exclusive", stats->cpuset.cpu_exclusive },
		{ "mem_hardwall", stats->cpuset.mem_hardwall },
		{ "mem_exclusive", stats->cpuset.mem_exclusive },
		{ "memory_migrate", stats->cpuset.memory_migrate },
		{ "memory_spread_page", stats->cpuset.memory_spread_page },
		{ "memory_spread_slab", stats->cpuset.memory_spread_slab },
		{ "memory_pressure", stats->cpuset.memory_pressure },
		{ "sched_load_balance", stats->cpuset.sched_load_balance },
	};

	json_write_object(writer, "cpuset");
	put_numbers(writer, "cpus", stats->cpuset.cpus, stats->cpuset.n_cpus);
	put_numbers(writer, "mems", stats->cpuset.mems, stats->cpuset.n_mems);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		json_write_u64(writer, values[i].key, values[i].value);
	json_write_i64(writer, "sched_relax_domain_level", stats->cpuset.sched_relax_domain_level);
	json_write_end(writer);
}

/* ---- memory ---- */

static void put_memory_use(
	struct json_writer *writer, const char *key, const struct cgroup_memory_use *use)
{
	json_write_object(writer, key);
	json_write_u64(writer, "limit", use->limit);
	put_nonzero(writer, "usage", use->usage);
	put_nonzero(writer, "max", use->max);
	json_write_u64(writer, "failcnt", use->failcnt);
	json_write_end(writer);
}

static void put_memory(struct json_writer *writer, const struct cgroup_stats *stats)
{
	json_write_object(writer, "memory");
	put_nonzero(writer, "cache", stats->memory.cache);
	put_memory_use(writer, "usage", &stats->memory.usage);
	put_memory_use(writer, "swap", &stats->memory.swap);
	put_memory_use(writer, "kernel", &stats->memory.kernel);
	put_memory_use(writer, "kernelTCP", &stats->memory.kernel_tcp);
	if (stats->memory.n_raw > 0) {
		json_write_object(writer, "raw");
		for (size_t i = 0; i < stats->memory.n_raw; i++)
			json_write_u64(
				writer, stats->memory.raw[i].key, stats->memory.raw[i].value);
		json_write_end(writer);
	}
	put_psi(writer, &stats->memory.psi);
	json_write_end(writer);
}

/* ---- the rest ---- */

static void put_pids(struct json_writer *writer, const struct cgroup_stats *stats)
{
	json_write_object(writer, "pids");
	put_nonzero(writer, "current", stats->pids.current);
	put_nonzero(writer, "limit", stats->pids.limit);
	json_write_end(writer);
}

static void put_io_list(
	struct json_writer *writer, const char *key, const struct cgroup_io_list *list)
{
	if (list->n_entries == 0)
		return;
	json_write_list(writer, key);
	for (size_t i = 0; i < list->n_entries; i++) {
		const struct cgroup_io_entry *entry = &list->entries[i];

		json_write_object(writer, NULL);
		put_nonzero(writer, "major", entry->major);
		put_nonzero(writer, "minor", entry->minor);
		if (entry->op[0] != '\0')
			json_write_string(writer, "op", entry->op);
		put_nonzero(writer, "value", entry->value);
		json_write_end(writer);
	}
	json_write_end(writer);
}

static void put_blkio(struct json_writer *writer, const struct cgroup_stats *stats)
{
	json_write_object(writer, "blkio");
	put_io_list(writer, "ioServiceBytesRecursive", &stats->blkio.service_bytes);
	put_io_list(writer, "ioServicedRecursive", &stats->blkio.serviced);
	put_io_list(writer, "ioQueueRecursive", &stats->blkio.queued);
	put_io_list(writer, "ioServiceTimeRecursive", &stats->blkio.service_time);
	put_io_list(writer, "ioWaitTimeRecursive", &stats->blkio.wait_time);
	put_io_list(writer, "ioMergedRecursive", &stats->blkio.merged);
	put_io_list(writer, "ioTimeRecursive", &stats->blkio.time);
	put_io_list(writer, "sectorsRecursive", &stats->blkio.sectors);
	put_psi(writer, &stats->blkio.psi);
	json_write_end(writer);
}

static void put_hugetlb(struct json_writer *writer, const struct cgroup_stats *stats)
{
	json_write_object(writer, "hugetlb");
	for (size_t i = 0; i < stats->hugetlb.n_entries; i++) {
		const struct cgroup_hugetlb_use *use = &stats->hugetlb.entries[i];

		json_write_object(writer, use->page_size);
		put_nonzero(writer, "usage", use->usage);
		put_nonzero(writer, "max", use->max);
		json_write_u64(writer, "failcnt", use->failcnt);
		json_write_end(writer);
	}
	json_write_end(writer);
}

static void put_networks(struct json_writer *writer, const struct container_stats *stats)
{
	if (stats->n_networks == 0) {
		json_write_null(writer, "network_interfaces");
		return;
	}
	json_write_list(writer, "network_interfaces");
	for (size_t i = 0; i < stats->n_networks; i++) {
		const struct network_use *use = &stats->networks[i];

		json_write_object(writer, NULL);
		json_write_string(writer, "Name", use->name);
		json_write_u64(writer, "RxBytes", use->rx_bytes);
		json_write_u64(writer, "RxPackets", use->rx_packets);
		json_write_u64(writer, "RxErrors", use->rx_errors);
		json_write_u64(writer, "RxDropped", use->rx_dropped);
		json_write_u64(writer, "TxBytes", use->tx_bytes);
		json_write_u64(writer, "TxPackets", use->tx_packets);
		json_write_u64(writer, "TxErrors", use->tx_errors);
		json_write_u64(writer, "TxDropped", use->tx_dropped);
		json_write_end(writer);
	}
	json_write_end(writer);
}

static void put_l3_info(struct json_writer *writer, const struct rdt_stats *stats)
{
	json_write_object(writer, "l3_cache_info");
	put_text(writer, "cbm_mask", stats->l3_info.cbm_mask);
	put_nonzero(writer, "min_cbm_bits", stats->l3_info.min_cbm_bits);
	put_nonzero(writer, "num_closids", stats->l3_info.num_closids);
	json_write_end(writer);
}

static void put_mem_bw_info(struct json_writer *writer, const struct rdt_stats *stats)
{
	json_write_object(writer, "mem_bw_info");
	put_nonzero(writer, "bandwidth_gran", stats->mem_bw_info.bandwidth_gran);
	put_nonzero(writer, "delay_linear", stats->mem_bw_info.delay_linear);
	put_nonzero(writer, "min_bandwidth", stats->mem_bw_info.min_bandwidth);
	put_nonzero(writer, "num_closids", stats->mem_bw_info.num_closids);
	json_write_end(writer);
}

static void put_rdt_use(struct json_writer *writer, const struct rdt_stats *stats)
{
	if (stats->n_mem_bw > 0) {
		json_write_list(writer, "mbm_stats");
		for (size_t i = 0; i < stats->n_mem_bw; i++) {
			json_write_object(writer, NULL);
			json_write_u64(writer, "mbm_total_bytes", stats->mem_bw[i].total_bytes);
			json_write_u64(writer, "mbm_local_bytes", stats->mem_bw[i].local_bytes);
			json_write_end(writer);
		}
		json_write_end(writer);
	}
	if (stats->n_llc_occupancy > 0) {
		json_write_list(writer, "cmt_stats");
		for (size_t i = 0; i < stats->n_llc_occupancy; i++) {
			json_write_object(writer, NULL);
			json_write_u64(writer, "llc_occupancy", stats->llc_occupancy[i]);
			json_write_end(writer);
		}
		json_write_end(writer);
	}
}

static void put_rdt(struct json_writer *writer, const struct rdt_stats *stats)
{
	json_write_object(writer, "intel_rdt");
	if (stats->l3_info.is_present)
		put_l3_info(writer, stats);
	put_text(writer, "l3_cache_schema_root", stats->l3_schema_root);
	put_text(writer, "l3_cache_schema", stats->l3_schema);
	if (stats->mem_bw_info.is_present)
		put_mem_bw_info(writer, stats);
	put_text(writer, "mem_bw_schema_root", stats->mem_bw_schema_root);
	put_text(writer, "mem_bw_schema", stats->mem_bw_schema);
	put_rdt_use(writer, stats);
	json_write_end(writer);
}

static void put_stats(struct json_writer *writer, const struct container_stats *stats)
{
	json_write_object(writer, "data");
	put_cpu(writer, &stats->cgroup);
	put_cpuset(writer, &stats->cgroup);
	put_memory(writer, &stats->cgroup);
	put_pids(writer, &stats->cgroup);
	put_blkio(writer, &stats->cgroup);
	put_hugetlb(writer, &stats->cgroup);
	put_rdt(writer, &stats->rdt);
	put_networks(writer, stats);
	json_write_end(writer);
}

const char *event_text(struct arena *arena, const char *id, const struct container_stats *stats)
{
	struct json_writer writer = JSON_WRITER_INIT(arena, NULL);

	json_write_object(&writer, NULL);
	json_write_string(&writer, "type", stats ? "stats" : "oom");
	json_write_string(&writer, "id", id);
	if (stats)
		put_stats(&writer, stats);
	json_write_end(&writer);
	return json_write_text(&writer, NULL);
}
