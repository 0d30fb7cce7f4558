/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/facts.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/parse.h"
#include "base/text.h"
#include "sys/process.h"

enum { PATH_BYTES = 64, FILE_BYTES = 65536 };

const char *facts_bytes(const struct view *view, pid_t pid, const char *name, size_t *ret_length)
{
	char buffer[FILE_BYTES];
	char path[PATH_BYTES];
	ssize_t length;
	struct err ignored = ERR_INIT; /* the process ended, or may not be looked at */

	*ret_length = 0;
	text_format(path, sizeof(path), "%d/%s", pid, name);
	AUTO_FD int fd = openat(view->proc_fd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return "";
	length = fd_read_up_to(fd, buffer, sizeof(buffer), &ignored);
	if (length <= 0)
		return "";
	*ret_length = (size_t)length;
	return arena_strndup(view->arena, buffer, (size_t)length);
}

const char *facts_file(const struct view *view, pid_t pid, const char *name)
{
	size_t length;

	return facts_bytes(view, pid, name, &length);
}

/* The first number at text; *ret_end is behind it. */
static bool take_number(const char *text, const char **ret_end, uint64_t *ret)
{
	const char *digits = text + strspn(text, " \t");
	size_t length = strspn(digits, "0123456789");

	*ret_end = digits + length;
	return parse_u64_n(digits, length, ret) == 0;
}

static void take_name(struct arena *arena, const char *value, struct process_facts *facts)
{
	facts->name = arena_strndup(arena, value, strcspn(value, "\n"));
}

static void take_state(struct arena *arena, const char *value, struct process_facts *facts)
{
	(void)arena;
	facts->state = value[0];
}

static void take_parent(struct arena *arena, const char *value, struct process_facts *facts)
{
	uint64_t number;

	(void)arena;
	if (take_number(value, &value, &number))
		facts->parent = (pid_t)number;
}

static void take_uid(struct arena *arena, const char *value, struct process_facts *facts)
{
	uint64_t number;

	(void)arena;
	if (take_number(value, &value, &number))
		facts->uid = (uid_t)number;
}

static void take_gid(struct arena *arena, const char *value, struct process_facts *facts)
{
	uint64_t number;

	(void)arena;
	if (take_number(value, &value, &number))
		facts->gid = (gid_t)number;
}

static void take_nspids(struct arena *arena, const char *value, struct process_facts *facts)
{
	uint64_t number;

	(void)arena;
	while (facts->n_nspids < FACTS_NSPID_MAX && take_number(value, &value, &number))
		facts->nspids[facts->n_nspids++] = (pid_t)number;
}

static void take_memory(struct arena *arena, const char *value, struct process_facts *facts)
{
	uint64_t kib;

	(void)arena;
	if (take_number(value, &value, &kib) && kib <= UINT64_MAX / 1024)
		facts->memory_bytes = kib * 1024;
}

static void take_kthread(struct arena *arena, const char *value, struct process_facts *facts)
{
	(void)arena;
	facts->is_kernel_thread = value[0] == '1';
}

static const struct {
	const char *name;
	void (*take)(struct arena *arena, const char *value, struct process_facts *facts);
} status_lines[] = {
	{ "Name:\t", take_name },
	{ "State:\t", take_state },
	{ "PPid:\t", take_parent },
	{ "Uid:\t", take_uid },
	{ "Gid:\t", take_gid },
	{ "NSpid:\t", take_nspids },
	{ "VmRSS:\t", take_memory },
	{ "Kthread:\t", take_kthread },
};

void facts_parse_status(struct arena *arena, const char *text, struct process_facts *ret)
{
	*ret = (struct process_facts){ .name = "" };
	for (const char *line = text; *line != '\0';) {
		size_t length = strcspn(line, "\n");

		for (size_t i = 0; i < sizeof(status_lines) / sizeof(status_lines[0]); i++) {
			const char *value = text_after_prefix(line, status_lines[i].name);

			if (value)
				status_lines[i].take(arena, value, ret);
		}
		line += length + (line[length] == '\n');
	}
}

const struct process_facts *facts_of(const struct view *view, struct view_process *process)
{
	struct process_facts *facts;

	if (process->facts)
		return process->facts;
	facts = ARENA_NEW(view->arena, struct process_facts);
	facts_parse_status(view->arena, facts_file(view, process->pid, "status"), facts);
	process->facts = facts;
	return facts;
}

const char *facts_command_line(const struct view *view, struct view_process *process)
{
	size_t length;
	char *line = (char *)facts_bytes(view, process->pid, "cmdline", &length);

	while (length > 0 && line[length - 1] == '\0')
		length--;
	if (length == 0)
		return facts_of(view, process)->name;
	for (size_t i = 0; i < length; i++)
		if (line[i] == '\0')
			line[i] = ' ';
	return line;
}

struct view_process *facts_parent(const struct view *view, struct view_process *process)
{
	return view_find_process(view, facts_of(view, process)->parent);
}

bool facts_map_inside(const char *map, uint32_t outside, uint32_t *ret)
{
	const char *line = map;

	while (*line != '\0') {
		uint64_t inside, first, count;

		if (!take_number(line, &line, &inside) || !take_number(line, &line, &first) ||
			!take_number(line, &line, &count))
			return false;
		if (outside >= first && outside - first < count) {
			*ret = (uint32_t)(inside + (outside - first));
			return true;
		}
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	return false;
}

static bool has_user_namespace(const struct view *view, struct view_process *process)
{
	return process->namespaces[NAMESPACE_KIND_USER] != 0 && facts_of(view, process)->state != 0;
}

bool facts_uid_inside(const struct view *view, struct view_process *process, uid_t *ret)
{
	return has_user_namespace(view, process) &&
	       facts_map_inside(facts_file(view, process->pid, "uid_map"),
		       facts_of(view, process)->uid, ret);
}

bool facts_gid_inside(const struct view *view, struct view_process *process, gid_t *ret)
{
	return has_user_namespace(view, process) &&
	       facts_map_inside(facts_file(view, process->pid, "gid_map"),
		       facts_of(view, process)->gid, ret);
}

struct process_usage facts_usage(const struct view *view, const struct view_process *process)
{
	uint64_t ticks = (uint64_t)sysconf(_SC_CLK_TCK);
	struct process_usage usage = { 0 };
	struct process_stat stat;
	struct timespec now;
	double lifetime;

	if (process_stat_parse(facts_file(view, process->pid, "stat"), &stat) < 0)
		return usage;
	clock_gettime(CLOCK_BOOTTIME, &now);
	lifetime = (double)now.tv_sec + (double)now.tv_nsec / 1e9 -
		   (double)stat.start_time / (double)ticks;
	usage.cpu_usec = stat.cpu_time * (1000000 / ticks);
	if (lifetime > 0)
		usage.cpu_percent = (double)usage.cpu_usec / 1e4 / lifetime;
	return usage;
}
