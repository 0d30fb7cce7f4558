/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main: hull-unpack, the only program of hull that reads archives and compressed streams.
 *
 * Role unpacker: a process of its own namespaces; its root is the directory that it fills.
 */
#include <errno.h>
#include <locale.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/parse.h"
#include "engine/unpack/confine.h"
#include "engine/unpack/decoder.h"
#include "engine/unpack/tar.h"
#include "sys/directory.h"

static int unpack_tar(struct unpack *unpack, struct err *err)
{
	int r = tree_init(&unpack->tree, err);

	if (r == 0)
		r = tar_unpack(unpack, STDIN_FILENO, err);
	tree_done(&unpack->tree);
	return r;
}

static int unpack_layer(struct unpack *unpack, struct err *err)
{
	unpack->has_attributes = true;
	return unpack_tar(unpack, err);
}

static int unpack_files(struct unpack *unpack, struct err *err)
{
	return unpack_tar(unpack, err);
}

static int decompress(struct unpack *unpack, struct err *err)
{
	return decoder_copy(STDIN_FILENO, STDOUT_FILENO, unpack->max_bytes, err);
}

static int remove_all(struct unpack *unpack, struct err *err)
{
	int r = tree_init(&unpack->tree, err);

	if (r == 0)
		r = directory_empty(unpack->tree.root_fd, err);
	tree_done(&unpack->tree);
	return r;
}

struct mode {
	const char *name;
	enum confine_root root;
	int (*run)(struct unpack *unpack, struct err *err);
};

static const struct mode modes[] = {
	{ "layer", CONFINE_ROOT_DIRECTORY, unpack_layer },
	{ "files", CONFINE_ROOT_DIRECTORY, unpack_files },
	{ "decompress", CONFINE_ROOT_EMPTY, decompress },
	{ "remove", CONFINE_ROOT_DIRECTORY, remove_all },
};

static const struct mode *find_mode(const char *name)
{
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strcmp(modes[i].name, name) == 0)
			return &modes[i];
	return NULL;
}

static int read_arguments(
	int argc, char **argv, const struct mode **ret_mode, struct unpack *ret, struct err *err)
{
	if (argc != 5)
		return err_fail(
			err, EINVAL, "usage: %s MODE DIRECTORY MAX_BYTES OWNERS", UNPACK_PROGRAM);
	*ret_mode = find_mode(argv[1]);
	if (!*ret_mode)
		return err_fail(err, EINVAL, "no mode %.20s", argv[1]);
	if (parse_u64(argv[3], &ret->max_bytes) < 0)
		return err_fail(err, EINVAL, "\"%.30s\" is no number of bytes", argv[3]);
	ret->keeps_owners = strcmp(argv[4], UNPACK_OWNERS_KEEP) == 0;
	return 0;
}

int main(int argc, char **argv)
{
	struct unpack unpack = { .tree = TREE_INIT };
	const struct mode *mode = NULL;
	struct err err = ERR_INIT;
	int r = read_arguments(argc, argv, &mode, &unpack, &err);

	umask(0);
	setlocale(LC_CTYPE, "C.UTF-8"); /* names in PAX headers are UTF-8 */
	if (r == 0)
		r = confine(argv[2], mode->root, &err);
	if (r == 0)
		r = mode->run(&unpack, &err);
	unpack.report.err = err;
	if (send(UNPACK_REPORT_FD, &unpack.report, sizeof(unpack.report), MSG_NOSIGNAL) < 0)
		return 2;
	return r < 0;
}
