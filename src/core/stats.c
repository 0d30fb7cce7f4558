/* SPDX-License-Identifier: Apache-2.0 */
#include "core/stats.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/parse.h"
#include "base/text.h"
#include "core/container.h"
#include "sys/nsfs.h"

enum { NET_DEV_MAX_BYTES = 4 * 1024 * 1024 };

/* ---- /proc/PID/net/dev ---- */

/*
 * "  eth0:  1234  10  0  0  0  0  0  0  5678  12  0  0  0  0  0  0": eight numbers of what came in,
 * eight of what went out.
 */
enum {
	COLUMN_BYTES,
	COLUMN_PACKETS,
	COLUMN_ERRORS,
	COLUMN_DROPPED,
	COLUMNS_IN = 8,
	COLUMNS = 16,
};

static int parse_columns(const char *text, uint64_t columns[COLUMNS])
{
	for (size_t i = 0; i < COLUMNS; i++) {
		size_t length;
		int r;

		text += strspn(text, " ");
		length = strcspn(text, " \n");
		r = parse_u64_n(text, length, &columns[i]);
		if (r < 0)
			return r;
		text += length;
	}
	return 0;
}

static int parse_line(struct arena *arena, const char *line, struct network_use *ret)
{
	const uint64_t *in, *out;
	uint64_t columns[COLUMNS];
	const char *name = line + strspn(line, " ");
	size_t length = strcspn(name, ":\n");

	if (length == 0 || name[length] != ':' || parse_columns(name + length + 1, columns) < 0)
		return -EPROTO;
	in = columns;
	out = columns + COLUMNS_IN;
	*ret = (struct network_use){
		.name = arena_strndup(arena, name, length),
		.rx_bytes = in[COLUMN_BYTES],
		.rx_packets = in[COLUMN_PACKETS],
		.rx_errors = in[COLUMN_ERRORS],
		.rx_dropped = in[COLUMN_DROPPED],
		.tx_bytes = out[COLUMN_BYTES],
		.tx_packets = out[COLUMN_PACKETS],
		.tx_errors = out[COLUMN_ERRORS],
		.tx_dropped = out[COLUMN_DROPPED],
	};
	return 0;
}

static const char *next_line(const char *text)
{
	text += strcspn(text, "\n");
	return *text ? text + 1 : text;
}

int network_use_parse(struct arena *arena, const char *text, struct network_use **ret,
	size_t *ret_count, struct err *err)
{
	struct network_use *networks = NULL;
	size_t n = 0;

	text = next_line(next_line(text)); /* two lines of headings */
	for (; *text; text = next_line(text)) {
		struct network_use use;

		if (parse_line(arena, text, &use) < 0)
			return err_fail(err, EPROTO, "a line of net/dev is not understood: %.*s",
				(int)strcspn(text, "\n"), text);
		ARENA_APPEND(arena, networks, n) = use;
	}
	*ret = networks;
	*ret_count = n;
	return 0;
}

/* ---- of a container ---- */

static int read_network_id(const char *process, struct nsfs_id *ret, struct err *err)
{
	AUTO_FD int fd = -1;
	char path[64];
	int r;

	text_format(path, sizeof(path), "/proc/%s/ns/net", process);
	r = nsfs_open(path, CLONE_NEWNET, &fd, err);
	return r < 0 ? r : nsfs_id_of(fd, ret, err);
}

/* The caller's own interfaces count what everyone on the machine sends. */
static int has_own_network(const char *process, struct err *err)
{
	struct nsfs_id own, inside;
	int r = read_network_id("self", &own, err);

	if (r == 0)
		r = read_network_id(process, &inside, err);
	return r < 0 ? r : !nsfs_id_equal(own, inside);
}

static int read_networks(
	struct arena *arena, pid_t pid, struct container_stats *stats, struct err *err)
{
	const char *text;
	char process[16], path[64];
	size_t length;
	int r;

	text_format(process, sizeof(process), "%d", (int)pid);
	r = has_own_network(process, err);
	if (r <= 0)
		return r;
	text_format(path, sizeof(path), "/proc/%s/net/dev", process);

	AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return err_sys(err, "open %s", path);
	r = file_read_fd(arena, fd, path, NET_DEV_MAX_BYTES, &text, &length, err);
	if (r == 0)
		r = network_use_parse(arena, text, &stats->networks, &stats->n_networks, err);
	return r;
}

int stats_read(struct arena *arena, const struct container *container, struct container_stats *ret,
	struct err *err)
{
	struct container_stats stats = { .n_networks = 0 };
	struct err problem = ERR_INIT;
	int r = cgroup_read_stats(arena, &container->group, &stats.cgroup, &problem);

	if (r == 0)
		r = read_networks(arena, container->record.pid, &stats, &problem);
	if (r == 0)
		r = rdt_read_stats(
			arena, container->record.rdt, container->id, &stats.rdt, &problem);
	/* a process that has ended has no files, and its number may be another's now */
	if (!lookup_is_alive(container))
		return err_fail(err, ESRCH, "container not running");
	if (r < 0) {
		*err = problem;
		return r;
	}
	*ret = stats;
	return 0;
}
