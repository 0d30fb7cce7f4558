/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host as a router: net.ipv4.ip_forward and net.ipv6.conf.all.forwarding. A host that is one
 * stops to believe other routers of IPv6 on interfaces whose accept_ra is 1: there it becomes 2
 * first, so that the host keeps its own way out (ip-sysctl, accept_ra).
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/text.h"
#include "base/warn.h"
#include "engine/firewall/gate.h"
#include "sys/directory.h"
#include "sys/net_sysctl.h"

#define IPV4_FORWARD   "/proc/sys/net/ipv4/ip_forward"
#define IPV6_INTERFACE "/proc/sys/net/ipv6/conf"

enum { PATH_BYTES = 256 };

static bool begins_with(const char *path, char wanted)
{
	struct err ignored = ERR_INIT;
	char digit = '\0';
	AUTO_FD int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	return fd >= 0 && fd_read_up_to(fd, &digit, 1, &ignored) == 1 && digit == wanted;
}

static bool does_exist(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

bool forwarding_is_on(const char *family)
{
	if (text_equal(family, "ipv4"))
		return begins_with(IPV4_FORWARD, '1');
	return begins_with(IPV6_INTERFACE "/all/forwarding", '1');
}

static int write_one(const char *path, struct err *err)
{
	AUTO_FD int fd = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return err_sys(err, "open %s", path);
	if (write(fd, "1", 1) < 0)
		return err_sys(err, "write %s", path);
	return 0;
}

static void say(const char *name)
{
	struct err note = ERR_INIT;

	err_fail(&note, EINPROGRESS,
		"%s is 1 now: the host hands on packets of containers, which it did not before",
		name);
	warn(&note);
}

/* All that accept as long as the host is no router shall accept as one. */
static int keep_routers(struct err *err)
{
	AUTO_FD int fd = open(IPV6_INTERFACE, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char path[PATH_BYTES];
	const char *name;
	int r;

	if (fd < 0)
		return err_sys(err, "open " IPV6_INTERFACE);
	struct directory directory = DIRECTORY_INIT(fd);
	while ((r = directory_next(&directory, &name, err)) == 1) {
		text_format(path, sizeof(path), IPV6_INTERFACE "/%s/accept_ra", name);
		if (text_equal(name, "all") || !begins_with(path, '1'))
			continue;
		r = net_sysctl_write("ipv6", name, "accept_ra", "2", err);
		if (r < 0)
			return r;
	}
	return r;
}

static int turn_on_ip6(struct err *err)
{
	int r;

	if (!does_exist(IPV6_INTERFACE "/all/forwarding") || forwarding_is_on("ipv6"))
		return 0;
	r = keep_routers(err);
	if (r == 0)
		r = write_one(IPV6_INTERFACE "/all/forwarding", err);
	if (r == 0)
		say("net.ipv6.conf.all.forwarding");
	return r;
}

int forwarding_ensure(bool has_ip6, struct err *err)
{
	int r = 0;

	if (!forwarding_is_on("ipv4")) {
		r = write_one(IPV4_FORWARD, err);
		if (r == 0)
			say("net.ipv4.ip_forward");
	}
	if (r == 0 && has_ip6)
		r = turn_on_ip6(err);
	if (r == -EROFS || r == -EACCES)
		err_hint(err, "on the host: sysctl -w net.ipv4.ip_forward=1%s",
			has_ip6 ? " net.ipv6.conf.all.forwarding=1" : "");
	return r;
}
