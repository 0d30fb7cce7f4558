/* SPDX-License-Identifier: Apache-2.0 */
#include "core/planner/mount_options.h"

#include <string.h>
#include <sys/mount.h>

#include "base/text.h"
#include "sys/mount_api.h"

enum option_kind {
	OPTION_NOTHING, /* the default, or without a meaning any more */
	OPTION_SET,
	OPTION_CLEAR,
	OPTION_ATIME, /* one of three: the others are cleared */
	OPTION_REC_SET,
	OPTION_REC_CLEAR,
	OPTION_REC_ATIME,
	OPTION_PROPAGATION,
	OPTION_SUPERBLOCK, /* a flag that the file system's context takes by name */
	OPTION_BIND,
	OPTION_RBIND,
	OPTION_COPY_UP,
	OPTION_COPY_SYMLINK,
	OPTION_SOURCE_NO_FOLLOW,
	OPTION_TARGET_NO_FOLLOW,
	OPTION_IDMAP,
	OPTION_RIDMAP,
};

static const struct option {
	const char *name;
	enum option_kind kind;
	uint64_t value;
} options[] = {
	{ "async", OPTION_NOTHING, 0 },
	{ "atime", OPTION_CLEAR, MOUNT_ATTR_NOATIME },
	{ "bind", OPTION_BIND, 0 },
	{ "copy-symlink", OPTION_COPY_SYMLINK, 0 },
	{ "defaults", OPTION_NOTHING, 0 },
	{ "dest-nofollow", OPTION_TARGET_NO_FOLLOW, 0 },
	{ "dev", OPTION_CLEAR, MOUNT_ATTR_NODEV },
	{ "diratime", OPTION_CLEAR, MOUNT_ATTR_NODIRATIME },
	{ "dirsync", OPTION_SUPERBLOCK, 0 },
	{ "exec", OPTION_CLEAR, MOUNT_ATTR_NOEXEC },
	{ "idmap", OPTION_IDMAP, 0 },
	{ "iversion", OPTION_NOTHING, 0 },
	{ "lazytime", OPTION_SUPERBLOCK, 0 },
	{ "loud", OPTION_NOTHING, 0 },
	{ "mand", OPTION_NOTHING, 0 }, /* mandatory locks left the kernel in 5.15 */
	{ "noatime", OPTION_ATIME, MOUNT_ATTR_NOATIME },
	{ "nodev", OPTION_SET, MOUNT_ATTR_NODEV },
	{ "nodiratime", OPTION_SET, MOUNT_ATTR_NODIRATIME },
	{ "noexec", OPTION_SET, MOUNT_ATTR_NOEXEC },
	{ "noiversion", OPTION_NOTHING, 0 },
	{ "nolazytime", OPTION_NOTHING, 0 },
	{ "nomand", OPTION_NOTHING, 0 },
	{ "norelatime", OPTION_ATIME, MOUNT_ATTR_STRICTATIME },
	{ "nostrictatime", OPTION_ATIME, MOUNT_ATTR_RELATIME },
	{ "nosuid", OPTION_SET, MOUNT_ATTR_NOSUID },
	{ "nosymfollow", OPTION_SET, MOUNT_ATTR_NOSYMFOLLOW },
	{ "private", OPTION_PROPAGATION, MS_PRIVATE },
	{ "ratime", OPTION_REC_CLEAR, MOUNT_ATTR_NOATIME },
	{ "rbind", OPTION_RBIND, 0 },
	{ "rdev", OPTION_REC_CLEAR, MOUNT_ATTR_NODEV },
	{ "rdiratime", OPTION_REC_CLEAR, MOUNT_ATTR_NODIRATIME },
	{ "relatime", OPTION_ATIME, MOUNT_ATTR_RELATIME },
	{ "remount", OPTION_NOTHING, 0 },
	{ "rexec", OPTION_REC_CLEAR, MOUNT_ATTR_NOEXEC },
	{ "ridmap", OPTION_RIDMAP, 0 },
	{ "rnoatime", OPTION_REC_ATIME, MOUNT_ATTR_NOATIME },
	{ "rnodev", OPTION_REC_SET, MOUNT_ATTR_NODEV },
	{ "rnodiratime", OPTION_REC_SET, MOUNT_ATTR_NODIRATIME },
	{ "rnoexec", OPTION_REC_SET, MOUNT_ATTR_NOEXEC },
	{ "rnorelatime", OPTION_REC_ATIME, MOUNT_ATTR_STRICTATIME },
	{ "rnostrictatime", OPTION_REC_ATIME, MOUNT_ATTR_RELATIME },
	{ "rnosuid", OPTION_REC_SET, MOUNT_ATTR_NOSUID },
	{ "rnosymfollow", OPTION_REC_SET, MOUNT_ATTR_NOSYMFOLLOW },
	{ "ro", OPTION_SET, MOUNT_ATTR_RDONLY },
	{ "rprivate", OPTION_PROPAGATION, MS_PRIVATE | MS_REC },
	{ "rrelatime", OPTION_REC_ATIME, MOUNT_ATTR_RELATIME },
	{ "rro", OPTION_REC_SET, MOUNT_ATTR_RDONLY },
	{ "rrw", OPTION_REC_CLEAR, MOUNT_ATTR_RDONLY },
	{ "rshared", OPTION_PROPAGATION, MS_SHARED | MS_REC },
	{ "rslave", OPTION_PROPAGATION, MS_SLAVE | MS_REC },
	{ "rstrictatime", OPTION_REC_ATIME, MOUNT_ATTR_STRICTATIME },
	{ "rsuid", OPTION_REC_CLEAR, MOUNT_ATTR_NOSUID },
	{ "rsymfollow", OPTION_REC_CLEAR, MOUNT_ATTR_NOSYMFOLLOW },
	{ "runbindable", OPTION_PROPAGATION, MS_UNBINDABLE | MS_REC },
	{ "rw", OPTION_CLEAR, MOUNT_ATTR_RDONLY },
	{ "shared", OPTION_PROPAGATION, MS_SHARED },
	{ "silent", OPTION_NOTHING, 0 },
	{ "slave", OPTION_PROPAGATION, MS_SLAVE },
	{ "src-nofollow", OPTION_SOURCE_NO_FOLLOW, 0 },
	{ "strictatime", OPTION_ATIME, MOUNT_ATTR_STRICTATIME },
	{ "suid", OPTION_CLEAR, MOUNT_ATTR_NOSUID },
	{ "symfollow", OPTION_CLEAR, MOUNT_ATTR_NOSYMFOLLOW },
	{ "sync", OPTION_SUPERBLOCK, 0 },
	{ "tmpcopyup", OPTION_COPY_UP, 0 },
	{ "unbindable", OPTION_PROPAGATION, MS_UNBINDABLE },
};

static const struct option *find_option(const char *name)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (text_equal(options[i].name, name))
			return &options[i];
	return NULL;
}

/* A later option wins over an earlier one that says the opposite. */
static void set(uint64_t *set_bits, uint64_t *clear_bits, uint64_t value)
{
	*set_bits |= value;
	*clear_bits &= ~value;
}

static void set_atime(uint64_t *set_bits, uint64_t *clear_bits, uint64_t value)
{
	*set_bits = (*set_bits & ~(uint64_t)MOUNT_ATTR__ATIME) | value;
	*clear_bits |= MOUNT_ATTR__ATIME;
}

static void add_data(struct arena *arena, struct mount_options *ret, const char *option)
{
	ret->data = ret->data ? arena_printf(arena, "%s,%s", ret->data, option) : option;
}

static void apply(struct arena *arena, const struct option *option, struct mount_options *ret)
{
	switch (option->kind) {
	case OPTION_NOTHING:
		break;
	case OPTION_SET:
		set(&ret->attr_set, &ret->attr_clear, option->value);
		break;
	case OPTION_CLEAR:
		if (option->value == MOUNT_ATTR_NOATIME)
			set_atime(&ret->attr_set, &ret->attr_clear, MOUNT_ATTR_RELATIME);
		else
			set(&ret->attr_clear, &ret->attr_set, option->value);
		break;
	case OPTION_ATIME:
		set_atime(&ret->attr_set, &ret->attr_clear, option->value);
		break;
	case OPTION_REC_SET:
		set(&ret->rec_set, &ret->rec_clear, option->value);
		break;
	case OPTION_REC_CLEAR:
		if (option->value == MOUNT_ATTR_NOATIME)
			set_atime(&ret->rec_set, &ret->rec_clear, MOUNT_ATTR_RELATIME);
		else
			set(&ret->rec_clear, &ret->rec_set, option->value);
		break;
	case OPTION_REC_ATIME:
		set_atime(&ret->rec_set, &ret->rec_clear, option->value);
		break;
	case OPTION_PROPAGATION:
		ret->propagation = option->value;
		break;
	case OPTION_SUPERBLOCK:
		add_data(arena, ret, option->name);
		break;
	case OPTION_BIND:
		ret->is_bind = true;
		break;
	case OPTION_RBIND:
		ret->is_bind = ret->is_recursive = true;
		break;
	case OPTION_COPY_UP:
		ret->copy_up = true;
		break;
	case OPTION_COPY_SYMLINK:
		ret->copy_symlink = true;
		break;
	case OPTION_SOURCE_NO_FOLLOW:
		ret->source_no_follow = true;
		break;
	case OPTION_TARGET_NO_FOLLOW:
		ret->target_no_follow = true;
		break;
	case OPTION_IDMAP:
		ret->idmap = true;
		break;
	case OPTION_RIDMAP:
		ret->idmap = ret->idmap_recursive = true;
		break;
	}
}

void mount_options_read(
	struct arena *arena, const struct oci_mount *mount, struct mount_options *ret)
{
	*ret = (struct mount_options){
		.is_bind = oci_mount_is_bind(mount),
		.is_recursive = text_equal(mount->type, "rbind"),
	};
	for (size_t i = 0; i < mount->n_options; i++) {
		const struct option *option = find_option(mount->options[i]);

		if (option)
			apply(arena, option, ret);
		else
			add_data(arena, ret, mount->options[i]);
	}
}
