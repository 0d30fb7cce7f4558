/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/own_files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/ip_prefix.h"
#include "base/text.h"
#include "engine/container/resolver.h"
#include "engine/image/helper_program.h"
#include "engine/spec/spec.h"

#define LOCAL_HOSTS                                   \
	"127.0.0.1\tlocalhost\n"                      \
	"::1\tlocalhost ip6-localhost ip6-loopback\n" \
	"fe00::\tip6-localnet\n"                      \
	"ff00::\tip6-mcastprefix\n"                   \
	"ff02::1\tip6-allnodes\n"                     \
	"ff02::2\tip6-allrouters\n"

enum {
	HOST_FILE_MAX_BYTES = 1024 * 1024,
	REAPER_MAX_BYTES = 8 * 1024 * 1024, /* with sanitizers it is large */
};

/* The container's users read them; it may write them, as far as they are bound writable. */
static int write_file(int dir_fd, const char *name, const char *text, struct err *err)
{
	AUTO_FD int fd = openat(
		dir_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	int r;

	if (fd < 0)
		return err_sys(err, "open %s", name);
	r = fd_write_all(fd, text, strlen(text), err);
	if (r == 0 && fchmod(fd, 0644) < 0)
		return err_sys(err, "chmod %s", name);
	return r < 0 ? err_while(err, "write %s", name) : 0;
}

/* "" when the host has none. */
static const char *read_host(struct arena *arena, const char *path)
{
	struct err ignored = ERR_INIT;
	const char *text;
	size_t length;

	return file_read_at(arena, AT_FDCWD, path, HOST_FILE_MAX_BYTES, &text, &length, &ignored) <
			       0
		       ? ""
		       : text;
}

static const char *add_host(struct arena *arena, const char *text, const char *address,
	const struct container_settings *settings)
{
	bool has_domain = !text_is_empty(settings->domainname);

	return arena_printf(arena, "%s%s\t%s%s%s%s%s\n", text, address, settings->hostname,
		has_domain ? "." : "", has_domain ? settings->domainname : "",
		has_domain ? " " : "", has_domain ? settings->hostname : "");
}

/* Its own name is its address in each of its networks, or, without one, a loopback address. */
static const char *add_own(struct arena *arena, const char *text,
	const struct container_settings *settings, const struct endpoint_list *endpoints)
{
	char address[IP_PREFIX_TEXT_BYTES];

	if (text_is_empty(settings->hostname))
		return text;
	if (endpoints->n_endpoints == 0)
		return add_host(arena, text, "127.0.1.1", settings);
	for (size_t i = 0; i < endpoints->n_endpoints; i++) {
		const struct endpoint *endpoint = &endpoints->endpoints[i];

		ip_address_format(&endpoint->address, address);
		if (endpoint->address.family)
			text = add_host(arena, text, address, settings);
		ip_address_format(&endpoint->address6, address);
		if (endpoint->address6.family)
			text = add_host(arena, text, address, settings);
	}
	return text;
}

/* Where a container reaches the host; with the host's own network that is itself. */
static const char *host_address(struct arena *arena, const struct endpoint_list *endpoints)
{
	char text[IP_PREFIX_TEXT_BYTES];

	for (size_t i = 0; i < endpoints->n_endpoints; i++) {
		const struct endpoint *endpoint = &endpoints->endpoints[i];

		if (!endpoint->host.family && !endpoint->host6.family)
			continue;
		ip_address_format(endpoint->host.family ? &endpoint->host : &endpoint->host6, text);
		return arena_strdup(arena, text);
	}
	return "127.0.0.1";
}

static const char *hosts_text(struct arena *arena, const struct container_settings *settings,
	const struct endpoint_list *endpoints)
{
	bool is_host = text_equal(settings->network_mode, "host");
	const char *text = is_host ? read_host(arena, "/etc/hosts")
				   : add_own(arena, LOCAL_HOSTS, settings, endpoints);

	for (size_t i = 0; i < settings->n_extra_hosts; i++) {
		const char *entry = settings->extra_hosts[i];
		const char *address = entry + strcspn(entry, ":=") + 1;
		int length = (int)strcspn(entry, ":=");

		if (text_equal(address, "host-gateway"))
			address = host_address(arena, endpoints);
		text = arena_printf(arena, "%s%s\t%.*s\n", text, address, length, entry);
	}
	return text;
}

static int copy_reaper(struct arena *arena, int dir_fd, struct err *err)
{
	char path[PATH_MAX];
	const char *bytes;
	size_t size;
	int r = helper_program_find("hull-reaper", path, err);

	if (r == 0)
		r = file_read_at(arena, AT_FDCWD, path, REAPER_MAX_BYTES, &bytes, &size, err);
	if (r == 0)
		r = file_replace(dir_fd, SPEC_REAPER_FILE, bytes, size, 0755, err);
	return r < 0 ? err_while(err, "--init") : 0;
}

static int give_to_root(int dir_fd, const struct userns *userns, bool has_reaper, struct err *err)
{
	static const char *const names[] = { "hostname", "hosts", "resolv.conf", SPEC_REAPER_FILE };
	const size_t n = sizeof(names) / sizeof(names[0]) - !has_reaper;

	for (size_t i = 0; i < n; i++)
		if (fchownat(dir_fd, names[i], userns_root_uid(userns), userns_root_gid(userns),
			    AT_SYMLINK_NOFOLLOW) < 0)
			return err_sys(err, "chown %s", names[i]);
	return 0;
}

int own_files_write(struct arena *arena, const struct engine_container *container,
	const struct userns *userns, const struct endpoint_list *endpoints, struct err *err)
{
	const struct container_settings *settings = &container->settings;
	const char *resolver = resolver_text(
		arena, settings, endpoints, read_host(arena, "/etc/resolv.conf"));
	int r = write_file(container->dir_fd, "hostname",
		arena_printf(arena, "%s\n", settings->hostname ? settings->hostname : ""), err);

	if (r == 0)
		r = write_file(
			container->dir_fd, "hosts", hosts_text(arena, settings, endpoints), err);
	if (r == 0)
		r = write_file(container->dir_fd, "resolv.conf", resolver, err);
	if (r == 0 && settings->init)
		r = copy_reaper(arena, container->dir_fd, err);
	if (r == 0 && userns->maps_layers)
		r = give_to_root(container->dir_fd, userns, settings->init, err);
	return r;
}
