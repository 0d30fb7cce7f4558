/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/parse.h"
#include "base/text.h"
#include "engine/firewall/ports.h"
#include "sys/directory.h"

enum {
	TABLE_BYTES = 64 * 1024 * 1024,
	STATE_LISTEN = 10, /* TCP_LISTEN */
	NAME_BYTES = 64,
};

/* ---- which socket ---- */

/* Digits of a number of 16 until something else; their number. */
static size_t read_hex(const char *text, size_t n_max, uint32_t *ret)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t n = 0;

	for (*ret = 0; n < n_max && text[n] && strchr(digits, text[n]); n++)
		*ret = *ret << 4 | (uint32_t)(strchr(digits, text[n]) - digits);
	return n;
}

/* "0100007F:1F90": words of four bytes, each as the machine has it, and the port. */
static bool read_local(const char *word, struct ip_prefix *ret_address, uint32_t *ret_port)
{
	size_t n_words = 0;
	uint32_t value;

	while (n_words < 4 && read_hex(word, 8, &value) == 8) {
		memcpy(ret_address->bytes + 4 * n_words++, &value, sizeof(value));
		word += 8;
	}
	ret_address->family = n_words == 4 ? AF_INET6 : AF_INET;
	return (n_words == 1 || n_words == 4) && word[0] == ':' &&
	       read_hex(word + 1, 4, ret_port) == 4;
}

/* A socket of IPv6 that is bound to every address has those of IPv4 as well. */
static bool has_address(const struct ip_prefix *socket, const struct ip_prefix *address)
{
	if (firewall_is_any(socket))
		return true;
	return socket->family == address->family &&
	       (firewall_is_any(address) ||
		       memcmp(socket->bytes, address->bytes, ip_prefix_n_bytes(address)) == 0);
}

/* Where the word of that index begins; NULL: the line ends before. */
static const char *word_of(const char *line, unsigned index)
{
	line += strspn(line, " ");
	while (index-- > 0) {
		line += strcspn(line, " \n");
		line += strspn(line, " ");
	}
	return line[0] == '\n' || line[0] == '\0' ? NULL : line;
}

uint64_t socket_owner_inode(const char *text, enum firewall_protocol protocol,
	const struct ip_prefix *address, uint16_t port)
{
	enum { LOCAL = 1, STATE = 3, INODE = 9 };

	for (const char *line = strchr(text, '\n'); line; line = strchr(line, '\n')) {
		const char *local = word_of(++line, LOCAL), *state = word_of(line, STATE);
		const char *inode = word_of(line, INODE);
		struct ip_prefix socket = { 0 };
		uint32_t local_port, state_number;
		uint64_t number;

		if (!inode || !read_local(local, &socket, &local_port) ||
			read_hex(state, 2, &state_number) == 0 ||
			parse_u64_n(inode, strcspn(inode, " \n"), &number) < 0)
			continue;
		if (local_port == port && has_address(&socket, address) &&
			(protocol == FIREWALL_PROTOCOL_UDP || state_number == STATE_LISTEN))
			return number;
	}
	return 0;
}

static uint64_t find_inode(struct arena *arena, enum firewall_protocol protocol,
	const struct ip_prefix *address, uint16_t port)
{
	static const char *const endings[] = { "", "6" };
	uint64_t inode = 0;

	for (size_t i = 0; inode == 0 && i < 2; i++) {
		const char *path = arena_printf(
			arena, "/proc/net/%s%s", firewall_protocol_name(protocol), endings[i]);
		struct err ignored = ERR_INIT;
		const char *text;
		size_t length;
		AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC);

		if (fd >= 0 &&
			file_read_fd(arena, fd, path, TABLE_BYTES, &text, &length, &ignored) == 0)
			inode = socket_owner_inode(text, protocol, address, port);
	}
	return inode;
}

/* ---- whose it is ---- */

static bool has_socket(int proc_fd, const char *pid, const char *wanted)
{
	char path[NAME_BYTES], link[NAME_BYTES];
	struct err ignored = ERR_INIT;
	const char *name;

	text_format(path, sizeof(path), "%s/fd", pid);
	AUTO_FD int fd = openat(proc_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	struct directory directory = DIRECTORY_INIT(fd);
	while (directory_next(&directory, &name, &ignored) == 1) {
		ssize_t n = readlinkat(fd, name, link, sizeof(link) - 1);

		link[n > 0 ? n : 0] = '\0';
		if (text_equal(link, wanted))
			return true;
	}
	return false;
}

static const char *describe(struct arena *arena, int proc_fd, const char *pid)
{
	char path[NAME_BYTES], name[NAME_BYTES] = "";
	struct err ignored = ERR_INIT;
	ssize_t n;

	text_format(path, sizeof(path), "%s/comm", pid);
	AUTO_FD int fd = openat(proc_fd, path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? 0 : fd_read_up_to(fd, name, sizeof(name) - 1, &ignored);
	name[n > 0 ? n : 0] = '\0';
	name[strcspn(name, "\n")] = '\0';
	text_make_printable(name);
	return name[0] ? arena_printf(arena, "%s (pid %s)", name, pid)
		       : arena_printf(arena, "process %s", pid);
}

const char *socket_owner_find(struct arena *arena, enum firewall_protocol protocol,
	const struct ip_prefix *address, uint16_t port)
{
	uint64_t inode = find_inode(arena, protocol, address, port);
	struct err ignored = ERR_INIT;
	char wanted[NAME_BYTES];
	const char *name;
	AUTO_FD int proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (inode == 0 || proc_fd < 0)
		return NULL;
	text_format(wanted, sizeof(wanted), "socket:[%" PRIu64 "]", inode);
	struct directory directory = DIRECTORY_INIT(proc_fd);
	while (directory_next(&directory, &name, &ignored) == 1) {
		if (isdigit((unsigned char)name[0]) && has_socket(proc_fd, name, wanted))
			return describe(arena, proc_fd, name);
	}
	return NULL;
}
