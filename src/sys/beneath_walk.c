/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/beneath_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "sys/mount_id.h"

enum {
	LINKS_MAX = 40,      /* MAXSYMLINKS of the kernel */
	RESTARTS_MAX = 1000, /* a walk that loses this many races gives up with EAGAIN */
	PROC_ROOT_INO = 1,
	DIR_MODE = 0755,
};

enum walk_make {
	WALK_MAKE_NOTHING,
	WALK_MAKE_PARENTS, /* directories on the way to the last component */
	WALK_MAKE_ALL,     /* the last one too */
};

struct walk {
	int root_fd;
	int at_fd;               /* O_PATH of the directory reached so far, owned */
	char done[PATH_MAX];     /* its path from the root: "a/b", "" for the root itself */
	char rest[2 * PATH_MAX]; /* what remains to be walked */
	char name[NAME_MAX + 1]; /* the component at hand */
	bool is_last;            /* … and nothing but slashes follows it */
	bool wants_dir;          /* … and at least one slash does */
	int links;
	unsigned resolve;
	uint64_t mount_id; /* of the root; with BENEATH_NO_XDEV */
	enum walk_make make;
	mode_t dir_mode;
	bool follows_last; /* a symbolic link as last component is expanded */
	bool creates_file; /* the last component may be made as a file: no slash behind it */
};

static void walk_done(struct walk *walk)
{
	fd_close(walk->at_fd);
	walk->at_fd = -1;
}

static int open_root(const struct walk *walk)
{
	int fd = openat(walk->root_fd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Keeps settings, forgets where the walk was. */
static int walk_begin(struct walk *walk, int root_fd, const char *path)
{
	size_t length = strlen(path);

	walk->at_fd = -1;
	if (length == 0)
		return -ENOENT;
	if (length >= PATH_MAX)
		return -ENAMETOOLONG;
	walk->root_fd = root_fd;
	walk->done[0] = walk->name[0] = '\0';
	walk->links = 0;
	memcpy(walk->rest, path, length + 1);
	walk->at_fd = open_root(walk);
	if (walk->at_fd < 0)
		return walk->at_fd;
	if (walk->resolve & BENEATH_NO_XDEV)
		return mount_id_get(walk->at_fd, &walk->mount_id);
	return 0;
}

/* Takes one component off rest into name; name is empty when there is none. */
static int take_component(struct walk *walk)
{
	const char *begin = walk->rest + strspn(walk->rest, "/");
	size_t length = strcspn(begin, "/");
	const char *behind = begin + length;

	if (length > NAME_MAX)
		return -ENAMETOOLONG;
	memcpy(walk->name, begin, length);
	walk->name[length] = '\0';
	walk->wants_dir = *behind == '/';
	behind += strspn(behind, "/");
	walk->is_last = *behind == '\0';
	memmove(walk->rest, behind, strlen(behind) + 1);
	return 0;
}

/* Puts text in front of what remains. */
static int push_front(struct walk *walk, const char *text, size_t length)
{
	bool joins = !walk->is_last || walk->wants_dir;
	size_t rest_length = strlen(walk->rest);

	if (length + joins + rest_length >= sizeof(walk->rest))
		return -ENAMETOOLONG;
	memmove(walk->rest + length + joins, walk->rest, rest_length + 1);
	memcpy(walk->rest, text, length);
	if (joins)
		walk->rest[length] = '/';
	return 0;
}

static int go_to_root(struct walk *walk)
{
	int fd = open_root(walk);

	if (fd < 0)
		return fd;
	fd_replace(&walk->at_fd, fd);
	walk->done[0] = '\0';
	return 0;
}

/* The directory fd, found as walk->name in at_fd, becomes where the walk is. */
static int go_down(struct walk *walk, int *fd)
{
	size_t length = strlen(walk->done);
	size_t name_length = strlen(walk->name);

	if (length + 1 + name_length >= sizeof(walk->done))
		return -ENAMETOOLONG;
	if (length > 0)
		walk->done[length++] = '/';
	memcpy(walk->done + length, walk->name, name_length + 1);
	fd_replace(&walk->at_fd, TAKE_FD(*fd));
	return 0;
}

/*
 * "..": one component less, walked again from the root. The path had no links when it was walked
 * the first time; any failure now means that someone renames, and the caller begins anew.
 */
static int go_up(struct walk *walk)
{
	char *cut = strrchr(walk->done, '/');
	AUTO_FD int fd = open_root(walk);
	char *at;

	if (fd < 0)
		return fd;
	*(cut ? cut : walk->done) = '\0';
	for (at = walk->done; *at != '\0'; at += *at == '/') {
		char name[NAME_MAX + 1];
		size_t length = strcspn(at, "/");
		int next;

		memcpy(name, at, length);
		name[length] = '\0';
		next = openat(fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (next < 0)
			return errno == EMFILE || errno == ENFILE ? -errno : -EAGAIN;
		fd_replace(&fd, next);
		at += length;
	}
	fd_replace(&walk->at_fd, TAKE_FD(fd));
	return 0;
}

/*
 * A link of procfs outside its root directory is taken for a magic one: /proc/PID/{exe,cwd,fd/N}
 * are, and their text is not where they lead. Links in the root directory (self, mounts) are plain.
 */
static int refuse_magic_link(const struct walk *walk, int link_fd)
{
	struct statfs fs;
	struct stat st;

	if (fstatfs(link_fd, &fs) < 0 || fstat(walk->at_fd, &st) < 0)
		return -errno;
	if ((unsigned long)fs.f_type == PROC_SUPER_MAGIC && st.st_ino != PROC_ROOT_INO)
		return -ELOOP;
	return 0;
}

static int expand_link(struct walk *walk, int link_fd)
{
	char target[PATH_MAX];
	ssize_t length;
	int r;

	if (walk->links++ >= LINKS_MAX || (walk->resolve & BENEATH_NO_SYMLINKS))
		return -ELOOP;
	r = refuse_magic_link(walk, link_fd);
	if (r < 0)
		return r;
	length = readlinkat(link_fd, "", target, sizeof(target));
	if (length < 0)
		return -errno;
	if (length == 0)
		return -ENOENT;
	if ((size_t)length == sizeof(target))
		return -ENAMETOOLONG;
	r = push_front(walk, target, (size_t)length);
	if (r == 0 && target[0] == '/')
		r = go_to_root(walk);
	return r;
}

static int check_mount(const struct walk *walk, int fd)
{
	uint64_t mount_id;
	int r;

	if (!(walk->resolve & BENEATH_NO_XDEV))
		return 0;
	r = mount_id_get(fd, &mount_id);
	if (r < 0)
		return r;
	return mount_id == walk->mount_id ? 0 : -EXDEV;
}

/* Opens the component itself, making it as a directory where that is wanted. fd or -errno. */
static int look_up(struct walk *walk)
{
	bool may_make = walk->make == WALK_MAKE_ALL ||
			(walk->make == WALK_MAKE_PARENTS && !walk->is_last);
	int fd = openat(walk->at_fd, walk->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT && may_make) {
		if (mkdirat(walk->at_fd, walk->name, walk->dir_mode) < 0 && errno != EEXIST)
			return -errno;
		fd = openat(walk->at_fd, walk->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0 && errno == ENOENT)
			return -EAGAIN; /* made and at once removed by someone, or at_fd is */
	}
	return fd < 0 ? -errno : fd;
}

/* What a step of the walk found. */
enum step {
	STEP_ON,   /* more to do */
	STEP_STOP, /* at_fd and name are the answer */
};

/* The component is neither "." nor "..". */
static int step_into(struct walk *walk)
{
	bool is_goal = walk->is_last && !walk->wants_dir;
	AUTO_FD int fd = -1;
	struct stat st;
	int r;

	if (walk->is_last && walk->wants_dir && walk->creates_file)
		return -EISDIR;
	if (is_goal && !walk->follows_last)
		return STEP_STOP;
	fd = look_up(walk);
	if (fd == -ENOENT && is_goal && walk->make != WALK_MAKE_ALL)
		return STEP_STOP;
	if (fd < 0)
		return fd;
	r = check_mount(walk, fd);
	if (r < 0)
		return r;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISLNK(st.st_mode)) {
		r = expand_link(walk, fd);
		return r < 0 ? r : STEP_ON;
	}
	if (is_goal && walk->make != WALK_MAKE_ALL)
		return STEP_STOP;
	if (!S_ISDIR(st.st_mode))
		return -ENOTDIR;
	r = go_down(walk, &fd);
	return r < 0 ? r : STEP_ON;
}

static int step(struct walk *walk)
{
	int r = take_component(walk);

	if (r < 0)
		return r;
	if (walk->name[0] == '\0')
		return STEP_STOP;
	if (text_equal(walk->name, "."))
		return STEP_ON;
	if (text_equal(walk->name, ".."))
		return walk->done[0] == '\0' ? STEP_ON : go_up(walk);
	return step_into(walk);
}

/*
 * Walks until at_fd is the directory that has the goal, and name the goal in it: something that is
 * no symbolic link (or any link, unless follows_last), or nothing yet. name is "." when the goal is
 * the directory itself.
 */
static int walk_to_goal(struct walk *walk)
{
	int r;

	do
		r = step(walk);
	while (r == STEP_ON);
	if (r < 0)
		return r;
	if (walk->name[0] == '\0')
		text_copy(walk->name, sizeof(walk->name), ".");
	return 0;
}

static void tell_place(const struct walk *walk, struct beneath_place *ret)
{
	bool names = walk->name[0] != '\0' && !text_equal(walk->name, ".");
	bool joins = names && walk->done[0] != '\0';

	text_format(ret->path, sizeof(ret->path), "/%s%s%s", walk->done, joins ? "/" : "",
		names ? walk->name : "");
}

typedef int goal_action(struct walk *walk, const void *argument, int *ret_fd);

/* Walks and acts, again from the beginning as long as someone else changes what was seen. */
static int walk_and_act(struct walk *walk, int root_fd, const char *path, goal_action *act,
	const void *argument, int *ret_fd, struct beneath_place *ret_place)
{
	int restarts = 0;
	int r;

	do {
		r = walk_begin(walk, root_fd, path);
		if (r == 0)
			r = walk_to_goal(walk);
		if (r == 0)
			r = act(walk, argument, ret_fd);
		if (r < 0)
			tell_place(walk, ret_place);
		walk_done(walk);
	} while (r == -EAGAIN && ++restarts < RESTARTS_MAX);
	return r;
}

/* EAGAIN if a descriptor of a link was opened where the link was to be followed. */
static int check_goal(const struct walk *walk, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISLNK(st.st_mode) && walk->follows_last)
		return -EAGAIN;
	return check_mount(walk, fd);
}

/* With BENEATH_NO_XDEV the place is checked before the open that may have effects. */
static int check_before_open(const struct walk *walk)
{
	AUTO_FD int fd = -1;

	if (!(walk->resolve & BENEATH_NO_XDEV))
		return 0;
	fd = openat(walk->at_fd, walk->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	return check_mount(walk, fd);
}

static int act_open(struct walk *walk, const void *argument, int *ret_fd)
{
	const struct beneath_how *how = argument;
	AUTO_FD int fd = -1;
	int r = check_before_open(walk);

	if (r < 0)
		return r;
	fd = openat(walk->at_fd, walk->name, how->flags | O_NOFOLLOW | O_CLOEXEC, how->mode);
	/* The walk saw no link there, or nothing: one that is there now has just been put there. */
	if (fd < 0 && errno == ELOOP && walk->follows_last)
		return -EAGAIN;
	if (fd < 0)
		return -errno;
	r = check_goal(walk, fd);
	if (r < 0)
		return r;
	*ret_fd = TAKE_FD(fd);
	return 0;
}

int beneath_walk_open(int root_fd, const char *path, const struct beneath_how *how, int *ret_fd,
	struct beneath_place *ret_place)
{
	bool creates = how->flags & O_CREAT;
	struct walk walk = {
		.resolve = how->resolve,
		.follows_last = !(how->flags & O_NOFOLLOW) && !(creates && (how->flags & O_EXCL)),
		.creates_file = creates,
	};

	return walk_and_act(&walk, root_fd, path, act_open, how, ret_fd, ret_place);
}

static int act_take_dir(struct walk *walk, const void *argument, int *ret_fd)
{
	(void)argument;
	*ret_fd = TAKE_FD(walk->at_fd);
	return 0;
}

int beneath_walk_make_dirs(int root_fd, const char *path, mode_t mode, unsigned resolve,
	int *ret_fd, struct beneath_place *ret_place)
{
	struct walk walk = {
		.resolve = resolve,
		.make = WALK_MAKE_ALL,
		.dir_mode = mode,
		.follows_last = true,
	};

	return walk_and_act(&walk, root_fd, path, act_take_dir, NULL, ret_fd, ret_place);
}

static int act_make_file(struct walk *walk, const void *argument, int *ret_fd)
{
	const mode_t *mode = argument;
	AUTO_FD int fd = openat(walk->at_fd, walk->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	AUTO_FD int made = -1;
	struct stat st;

	if (fd < 0 && errno != ENOENT)
		return -errno;
	if (fd < 0) {
		made = openat(walk->at_fd, walk->name,
			O_RDONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, *mode);
		if (made < 0 && errno != EEXIST)
			return -errno;
		return -EAGAIN; /* looked up anew: now it is there */
	}
	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (S_ISLNK(st.st_mode))
		return -EAGAIN;
	*ret_fd = TAKE_FD(fd);
	return 0;
}

int beneath_walk_make_file(int root_fd, const char *path, mode_t mode, unsigned resolve,
	int *ret_fd, struct beneath_place *ret_place)
{
	struct walk walk = {
		.resolve = resolve,
		.make = WALK_MAKE_PARENTS,
		.dir_mode = DIR_MODE,
		.follows_last = true,
		.creates_file = true,
	};

	return walk_and_act(&walk, root_fd, path, act_make_file, &mode, ret_fd, ret_place);
}
