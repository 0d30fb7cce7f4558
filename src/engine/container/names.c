/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/names.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/text.h"
#include "engine/container/containers.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum { NAME_MAX_BYTES = 200 };

static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

int name_check(const char *name, struct err *err)
{
	size_t length = strlen(name), i = 1;

	if (length >= 2 && length <= NAME_MAX_BYTES && strchr(letters, name[0])) {
		while (name[i] && (strchr(letters, name[i]) || strchr("_.-", name[i])))
			i++;
		if (i == length)
			return 0;
	}
	return err_fail(err, EINVAL,
		"invalid container name \"%s\": two or more of a-z A-Z 0-9 _ . -, the first a "
		"letter or digit",
		name);
}

/* Things of ships and seeds, and how they can be. */
const char *name_make_up(struct arena *arena)
{
	static const char *const how[] = { "able", "ample", "astute", "brave", "bright", "brisk",
		"calm", "candid", "clever", "cosy", "deft", "eager", "early", "fair", "fleet",
		"fresh", "gentle", "glad", "hardy", "honest", "jolly", "keen", "kind", "light",
		"lively", "lucky", "merry", "mild", "neat", "nimble", "noble", "patient", "plain",
		"proud", "quick", "quiet", "ready", "robust", "serene", "sharp", "silent", "sleek",
		"smooth", "snug", "solid", "spry", "steady", "still", "stout", "sturdy", "subtle",
		"sure", "swift", "tidy", "tough", "trim", "true", "trusty", "upright", "vivid",
		"warm", "wary", "wise", "witty" };
	static const char *const what[] = { "acorn", "almond", "anchor", "ballast", "barque",
		"beacon", "berth", "binnacle", "bobstay", "bollard", "boom", "bosun", "bow",
		"bowsprit", "bramble", "brig", "bulkhead", "buoy", "cable", "caper", "capstan",
		"cashew", "cleat", "clipper", "compass", "cutter", "davit", "dinghy", "dory",
		"drogue", "fathom", "fender", "fid", "galleon", "gangway", "halyard", "harbour",
		"hatch", "hazel", "helm", "hold", "jib", "keel", "ketch", "lantern", "lateen",
		"lentil", "locker", "lugger", "mast", "mizzen", "oar", "pecan", "pilot", "quay",
		"rudder", "schooner", "sextant", "sloop", "spar", "tiller", "walnut", "winch",
		"yawl" };
	uint16_t number[2];

	if (getrandom(number, sizeof(number), 0) != sizeof(number))
		memset(number, 0, sizeof(number));
	return arena_printf(
		arena, "%s_%s", how[number[0] % COUNT_OF(how)], what[number[1] % COUNT_OF(what)]);
}

static int open_names(const struct store *store, int *ret_fd, struct err *err)
{
	if (mkdirat(store->root_fd, "names", 0700) < 0 && errno != EEXIST)
		return err_sys(err, "mkdir names");
	*ret_fd = openat(store->root_fd, "names", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return *ret_fd < 0 ? err_sys(err, "open names") : 0;
}

static const char *read_owner(
	struct arena *arena, const struct store *store, int names_fd, const char *name)
{
	struct err ignored = ERR_INIT;
	const char *id;
	size_t length;
	struct stat st;

	if (file_read_at(arena, names_fd, name, CONTAINER_ID_LENGTH, &id, &length, &ignored) < 0 ||
		length != CONTAINER_ID_LENGTH || strchr(id, '/'))
		return NULL;
	return fstatat(store->root_fd, arena_printf(arena, "containers/%s", id), &st,
		       AT_SYMLINK_NOFOLLOW) == 0
		       ? id
		       : NULL;
}

const char *name_owner(struct arena *arena, const struct store *store, const char *name)
{
	struct err ignored = ERR_INIT;
	AUTO_FD int fd = -1;

	if (name_check(name, &ignored) < 0 || open_names(store, &fd, &ignored) < 0)
		return NULL;
	return read_owner(arena, store, fd, name);
}

int name_take(struct arena *arena, const struct store *store, const char *name, const char *id,
	struct err *err)
{
	const char *owner;
	AUTO_FD int fd = -1;
	int r = open_names(store, &fd, err);

	if (r < 0)
		return r;
	while (flock(fd, LOCK_EX) < 0)
		if (errno != EINTR)
			return err_sys(err, "flock names");
	owner = read_owner(arena, store, fd, name);
	if (owner) {
		err_fail(err, EEXIST, "the name \"%s\" is in use by container %.12s", name, owner);
		return err_hint(err, "remove that container, or use another name");
	}
	return file_replace(fd, name, id, CONTAINER_ID_LENGTH, 0600, err);
}

void name_release(struct arena *arena, const struct store *store, const char *name, const char *id)
{
	struct err ignored = ERR_INIT;
	const char *text;
	AUTO_FD int fd = -1;
	size_t length;

	if (open_names(store, &fd, &ignored) == 0 &&
		file_read_at(arena, fd, name, CONTAINER_ID_LENGTH, &text, &length, &ignored) == 0 &&
		text_equal(text, id))
		unlinkat(fd, name, 0);
}
