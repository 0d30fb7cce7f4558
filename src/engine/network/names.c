/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/network/names.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/parse.h"
#include "base/text.h"
#include "base/warn.h"
#include "engine/network/names_process.h"
#include "sys/directory.h"
#include "sys/process.h"

#define PID_FILE  "names.pid"
#define PID_ASIDE "names.pid.ending"
#define BOOT_ID   "/proc/sys/kernel/random/boot_id"

enum {
	PATH_BYTES = 128,
	BOOT_BYTES = 40,
	RECORD_BYTES = 128,
	END_WAIT_MSEC = 2000,
};

struct server_record {
	uint64_t pid, start;
	char boot[BOOT_BYTES];
};

bool names_can_be_served(const struct network *network)
{
	return network->driver == NETWORK_DRIVER_BRIDGE && access(NAMES_SERVER, X_OK) == 0;
}

/* ---- files of containers ---- */

static const char *add_line(struct arena *arena, const char *text, const struct ip_prefix *address,
	const struct endpoint *endpoint)
{
	char number[IP_PREFIX_TEXT_BYTES];

	if (!address->family)
		return text;
	ip_address_format(address, number);
	text = arena_printf(arena, "%s%s", text, number);
	for (size_t i = 0; i < endpoint->n_names; i++)
		text = arena_printf(arena, "%s %s", text, endpoint->names[i]);
	return arena_printf(arena, "%s\n", text);
}

static int open_hosts(const struct network_place *place, int *ret_fd, struct err *err)
{
	*ret_fd = openat(place->dir_fd, "hosts", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return *ret_fd < 0 ? err_sys(err, "open hosts") : 0;
}

int names_write(struct arena *arena, const struct network_place *place,
	const struct endpoint *endpoint, const char *container_id, struct err *err)
{
	const char *text = add_line(arena, "", &endpoint->address, endpoint);
	AUTO_FD int fd = -1;
	int r = open_hosts(place, &fd, err);

	text = add_line(arena, text, &endpoint->address6, endpoint);
	if (r == 0)
		r = file_replace(fd, container_id, text, strlen(text), 0644, err);
	return r < 0 ? err_while(err, "names") : 0;
}

static bool has_hosts(const struct network_place *place)
{
	struct err ignored = ERR_INIT;
	AUTO_FD int fd = -1;
	const char *name;

	if (open_hosts(place, &fd, &ignored) < 0)
		return false;
	struct directory directory = DIRECTORY_INIT(fd);
	return directory_next(&directory, &name, &ignored) == 1;
}

/* ---- who serves ---- */

static bool read_boot(char boot[BOOT_BYTES])
{
	struct err ignored = ERR_INIT;
	ssize_t n;

	AUTO_FD int fd = open(BOOT_ID, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = fd_read_up_to(fd, boot, BOOT_BYTES - 1, &ignored);
	if (n <= 0)
		return false;
	boot[n] = '\0';
	boot[strcspn(boot, "\n")] = '\0';
	return true;
}

static bool read_record(const struct network_place *place, struct server_record *ret)
{
	char text[RECORD_BYTES], *rest = text, *pid, *start, *boot;
	struct err ignored = ERR_INIT;
	ssize_t n;

	AUTO_FD int fd = openat(place->dir_fd, PID_FILE, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = fd_read_up_to(fd, text, sizeof(text) - 1, &ignored);
	if (n <= 0)
		return false;
	text[n] = '\0';
	pid = strsep(&rest, " \n");
	start = strsep(&rest, " \n");
	boot = strsep(&rest, " \n");
	text_copy(ret->boot, sizeof(ret->boot), boot ? boot : "");
	return pid && start && parse_u64(pid, &ret->pid) == 0 && ret->pid > 0 &&
	       ret->pid <= INT32_MAX && parse_u64(start, &ret->start) == 0;
}

bool names_are_served(const struct network_place *place, pid_t *ret_pid)
{
	struct server_record record;
	char boot[BOOT_BYTES];

	if (!read_record(place, &record) || !read_boot(boot) || !text_equal(boot, record.boot) ||
		!process_is_alive((pid_t)record.pid, record.start))
		return false;
	if (ret_pid)
		*ret_pid = (pid_t)record.pid;
	return true;
}

static int write_record(const struct network_place *place, pid_t pid, struct err *err)
{
	char text[RECORD_BYTES], boot[BOOT_BYTES];
	struct process_stat stat;
	int r = process_stat_read(pid, &stat, err);

	if (r < 0)
		return r;
	if (!read_boot(boot))
		return err_fail(err, ENOENT, "%s cannot be read", BOOT_ID);
	text_format(text, sizeof(text), "%d %llu %s\n", (int)pid,
		(unsigned long long)stat.start_time, boot);
	return file_replace(place->dir_fd, PID_FILE, text, strlen(text), 0600, err);
}

static int lock(const struct network_place *place, int *ret_fd, struct err *err)
{
	AUTO_FD int fd = openat(
		place->dir_fd, "names.lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return err_sys(err, "open names.lock");
	while (flock(fd, LOCK_EX) < 0)
		if (errno != EINTR)
			return err_sys(err, "flock names.lock");
	*ret_fd = TAKE_FD(fd);
	return 0;
}

static int start(const struct network_place *place, struct err *err)
{
	AUTO_FD int lock_fd = -1;
	AUTO_FD int hosts_fd = -1;
	pid_t pid = 0;
	int r = lock(place, &lock_fd, err);

	if (r < 0 || names_are_served(place, NULL))
		return r;
	r = open_hosts(place, &hosts_fd, err);
	if (r == 0)
		r = names_process_start(&place->network, hosts_fd, &pid, err);
	if (r == 0)
		r = write_record(place, pid, err);
	return r;
}

void names_serve(const struct network_place *place)
{
	struct err problem = ERR_INIT;

	if (names_are_served(place, NULL) || start(place, &problem) == 0)
		return;
	err_while(&problem, "network %s: its name server", place->network.name);
	warn(&problem);
}

/* Its port is free when it returns: another one may be started then. */
static void kill_server(pid_t pid)
{
	struct err ignored = ERR_INIT;
	struct pollfd ended = { .events = POLLIN };
	AUTO_FD int pidfd = -1;

	if (process_pidfd_open(pid, &pidfd, &ignored) < 0 ||
		process_pidfd_signal(pidfd, SIGKILL, &ignored) < 0)
		return;
	ended.fd = pidfd;
	while (process_poll(&ended, 1, END_WAIT_MSEC) < 0 && errno == EINTR)
		;
}

/*
 * A container writes its file first and looks for the server then. So the record goes out of its
 * sight first, and only then it is asked whether anybody is left: who came before that is seen,
 * who comes later sees no server and starts one, after this lock.
 */
static void end(const struct network_place *place, bool is_forced)
{
	struct err problem = ERR_INIT;
	AUTO_FD int lock_fd = -1;
	pid_t pid;

	if (lock(place, &lock_fd, &problem) < 0 || !names_are_served(place, &pid))
		return;
	if (renameat(place->dir_fd, PID_FILE, place->dir_fd, PID_ASIDE) < 0)
		return;
	if (!is_forced && has_hosts(place)) {
		(void)renameat(place->dir_fd, PID_ASIDE, place->dir_fd, PID_FILE);
		return;
	}
	kill_server(pid);
	unlinkat(place->dir_fd, PID_ASIDE, 0);
}

void names_forget(const struct network_place *place, const char *container_id)
{
	char path[PATH_BYTES];

	text_format(path, sizeof(path), "hosts/%.64s", container_id);
	if (unlinkat(place->dir_fd, path, 0) == 0 && !has_hosts(place))
		end(place, false);
}

void names_end(const struct network_place *place)
{
	end(place, true);
}
