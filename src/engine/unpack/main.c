/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main: hull-unpack, the only program of hull that reads archives and compressed streams.
 *
 * Role unpacker: a process of its own namespaces; its root is the directory that it fills.
 */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/parse.h"
#include "base/text.h"
#include "engine/unpack/confine.h"
#include "engine/unpack/decoder.h"
#include "engine/unpack/pack.h"
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
	unpack->has_whiteouts = true;
	return unpack_tar(unpack, err);
}

static int unpack_copy(struct unpack *unpack, struct err *err)
{
	unpack->has_attributes = true;
	unpack->copy = &unpack->copy_state;
	return unpack_tar(unpack, err);
}

static int unpack_fill(struct unpack *unpack, struct err *err)
{
	unpack->has_attributes = true;
	return unpack_tar(unpack, err);
}

static int pack(struct unpack *unpack, struct err *err)
{
	return pack_files(&unpack->pack, &unpack->report, STDOUT_FILENO, err);
}

static int pack_changes(struct unpack *unpack, struct err *err)
{
	unpack->pack.is_layer = true;
	unpack->pack.is_content = true;
	unpack->pack.has_no_top = true;
	unpack->pack.is_portable = true;
	return pack(unpack, err);
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
	bool is_read_only;
};

static const struct mode modes[] = {
	{ "layer", CONFINE_ROOT_DIRECTORY, unpack_layer },
	{ "files", CONFINE_ROOT_DIRECTORY, unpack_files },
	{ "copy", CONFINE_ROOT_DIRECTORY, unpack_copy },
	{ "fill", CONFINE_ROOT_DIRECTORY, unpack_fill },
	{ "decompress", CONFINE_ROOT_EMPTY, decompress },
	{ "pack", CONFINE_ROOT_DIRECTORY, pack, .is_read_only = true },
	{ "changes", CONFINE_ROOT_DIRECTORY, pack_changes, .is_read_only = true },
	{ "remove", CONFINE_ROOT_DIRECTORY, remove_all },
};

static const struct mode *find_mode(const char *name)
{
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strcmp(modes[i].name, name) == 0)
			return &modes[i];
	return NULL;
}

/* Words as unpack.h has them. */
struct words {
	const char *mounts[UNPACK_MOUNTS_MAX];
	size_t n_mounts;
	bool is_root_only;
};

static int read_word(const char *word, struct unpack *ret, struct words *words, struct err *err)
{
	struct pack_request *pack = &ret->pack;
	const char *path = text_after_prefix(word, "path=");
	const char *name = text_after_prefix(word, "name=");
	const char *mount = text_after_prefix(word, "mount=");
	const char *without = text_after_prefix(word, "without=");

	if (path)
		ret->copy_state.path = pack->path = path;
	else if (name)
		pack->name = name;
	else if (mount && words->n_mounts < UNPACK_MOUNTS_MAX)
		words->mounts[words->n_mounts++] = mount;
	else if (without && pack->n_without < PACK_WITHOUT_MAX)
		pack->without[pack->n_without++] = without;
	else if (strcmp(word, "content") == 0)
		pack->is_content = true;
	else if (strcmp(word, "follow") == 0)
		pack->follows_link = true;
	else if (strcmp(word, "root-only") == 0)
		words->is_root_only = true;
	else if (strcmp(word, "no-top") == 0)
		pack->has_no_top = true;
	else if (strcmp(word, "portable") == 0)
		pack->is_portable = true;
	else if (strcmp(word, "into") == 0)
		ret->copy_state.is_into = true;
	else if (strcmp(word, "plain") == 0)
		ret->is_plain = true;
	else
		return err_fail(err, EINVAL, "word %.200s is not understood", word);
	return 0;
}

static int read_arguments(int argc, char **argv, const struct mode **ret_mode, struct unpack *ret,
	struct words *words, struct err *err)
{
	int r = 0;

	if (argc < 5)
		return err_fail(err, EINVAL, "usage: %s MODE ROOT MAX_BYTES OWNERS [WORD...]",
			UNPACK_PROGRAM);
	*ret_mode = find_mode(argv[1]);
	if (!*ret_mode)
		return err_fail(err, EINVAL, "no mode %.20s", argv[1]);
	if (parse_u64(argv[3], &ret->max_bytes) < 0)
		return err_fail(err, EINVAL, "\"%.30s\" is no number of bytes", argv[3]);
	ret->keeps_owners = strcmp(argv[4], UNPACK_OWNERS_KEEP) == 0;
	for (int i = 5; r == 0 && i < argc; i++)
		r = read_word(argv[i], ret, words, err);
	return r;
}

int main(int argc, char **argv)
{
	struct unpack unpack = { .tree = TREE_INIT };
	struct words words = { .n_mounts = 0 };
	const struct mode *mode = NULL;
	struct err err = ERR_INIT;
	int r = read_arguments(argc, argv, &mode, &unpack, &words, &err);

	umask(0);
	signal(SIGPIPE, SIG_IGN);       /* who reads may have had enough */
	setlocale(LC_CTYPE, "C.UTF-8"); /* names in PAX headers are UTF-8 */
	if (r == 0) {
		const struct confine_request request = {
			.root = mode->root,
			.directory = argv[2],
			.is_read_only = mode->is_read_only,
			.is_root_only = words.is_root_only,
			.mounts = words.mounts,
			.n_mounts = words.n_mounts,
		};

		r = confine(&request, &err);
	}
	if (r == 0)
		r = mode->run(&unpack, &err);
	unpack.report.err = err;
	if (send(UNPACK_REPORT_FD, &unpack.report, sizeof(unpack.report), MSG_NOSIGNAL) < 0)
		return 2;
	return r < 0;
}
