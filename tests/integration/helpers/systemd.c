/* SPDX-License-Identifier: Apache-2.0 */
/*
 * systemd DIR GROUP LOG: as much of systemd as a runtime needs, for hosts that have none. Listens
 * at DIR/private like systemd itself (no bus between), makes the groups of scopes in every
 * hierarchy that systemd uses, moves processes into them, and ends a scope when it is empty.
 *
 * GROUP is its own control group ("" for the root); LOG gets a line for each call:
 * "StartTransientUnit UNIT NAME=VALUE …". Files in DIR say what goes wrong: "deny" (every call but
 * reading is refused), "fail" (jobs end as failed). "ended UNIT" in LOG: nobody was in it any more.
 */
#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#define NAME    "org.freedesktop.systemd1"
#define PATH    "/org/freedesktop/systemd1"
#define MANAGER NAME ".Manager"

enum { HIERARCHIES_MAX = 16, UNITS_MAX = 16, LOOK_EACH_USEC = 20 * 1000 };

static const char *dir, *own_group, *log_path;
static char hierarchies[HIERARCHIES_MAX][PATH_MAX];
static size_t n_hierarchies;
static struct {
	char name[256];
	char group[1024]; /* below a hierarchy's mount point */
} units[UNITS_MAX];
static unsigned n_jobs;

static void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void note(const char *format, ...)
{
	FILE *file = fopen(log_path, "a");
	va_list args;

	if (!file)
		err(1, "%s", log_path);
	va_start(args, format);
	vfprintf(file, format, args);
	va_end(args);
	fputc('\n', file);
	fclose(file);
}

static int is_there(const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return access(path, F_OK) == 0;
}

/* ---- groups ---- */

/* cpuset, freezer and others are not systemd's on v1. */
static int is_used(const char *type, const char *options)
{
	static const char *const words[] = { "name=systemd", "cpu", "cpuacct", "blkio", "memory",
		"devices", "pids" };
	char list[1024];

	if (strcmp(type, "cgroup2") == 0)
		return 1;
	snprintf(list, sizeof(list), ",%s,", options);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		char word[64];

		snprintf(word, sizeof(word), ",%s,", words[i]);
		if (strstr(list, word))
			return 1;
	}
	return 0;
}

static void find_hierarchies(void)
{
	static char mount[PATH_MAX], type[64], options[1024];
	FILE *file = fopen("/proc/self/mounts", "r");

	while (file && fscanf(file, "%*s %4095s %63s %1023s %*d %*d", mount, type, options) == 3)
		if (strncmp(type, "cgroup", 6) == 0 && is_used(type, options) &&
			n_hierarchies < HIERARCHIES_MAX)
			snprintf(hierarchies[n_hierarchies++], PATH_MAX, "%s", mount);
	if (file)
		fclose(file);
}

static void write_file(const char *group, const char *file, const char *text)
{
	char path[2 * PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", group, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		note("cannot write %s to %s: %s", text, path, strerror(errno));
	close(fd);
}

/* On v2 what the children need is handed down, as systemd does for a unit that is delegated. */
static void hand_down(const char *group)
{
	static const char *const controllers[] = { "+cpu", "+cpuset", "+io", "+memory", "+pids" };
	char path[2 * PATH_MAX];

	snprintf(path, sizeof(path), "%s/cgroup.subtree_control", group);
	for (size_t i = 0; i < sizeof(controllers) / sizeof(controllers[0]); i++) {
		int fd = open(path, O_WRONLY | O_CLOEXEC);

		if (fd >= 0 && write(fd, controllers[i], strlen(controllers[i])) < 0)
			errno = 0; /* the kernel has not got it here */
		close(fd);
	}
}

static void make_group(const char *mount, const char *group)
{
	char path[2 * PATH_MAX];
	size_t length = strlen(mount);

	snprintf(path, sizeof(path), "%s%s", mount, group);
	for (;;) {
		char kept;

		length += 1 + strcspn(path + length + 1, "/");
		kept = path[length];
		path[length] = '\0';
		if (mkdir(path, 0755) < 0 && errno != EEXIST)
			note("cannot make %s: %s", path, strerror(errno));
		if (!kept)
			return;
		hand_down(path);
		path[length] = kept;
	}
}

static void move(const char *group, unsigned pid)
{
	char path[2 * PATH_MAX], text[16];

	snprintf(text, sizeof(text), "%u", pid);
	for (size_t i = 0; i < n_hierarchies; i++) {
		snprintf(path, sizeof(path), "%s%s", hierarchies[i], group);
		write_file(path, "cgroup.procs", text);
	}
}

static int has_processes(const char *group)
{
	char path[2 * PATH_MAX];
	int found = 0;

	for (size_t i = 0; i < n_hierarchies && !found; i++) {
		FILE *file;

		snprintf(path, sizeof(path), "%s%s/cgroup.procs", hierarchies[i], group);
		file = fopen(path, "r");
		found = file && fgetc(file) != EOF;
		if (file)
			fclose(file);
	}
	return found;
}

/* And the slices above that are empty, but for those that others still use. */
static void remove_group(const char *group)
{
	char path[2 * PATH_MAX];

	for (size_t i = 0; i < n_hierarchies; i++) {
		snprintf(path, sizeof(path), "%s%s", hierarchies[i], group);
		while (strlen(path) > strlen(hierarchies[i]) + strlen(own_group) &&
			(rmdir(path) == 0 || errno == ENOENT))
			*strrchr(path, '/') = '\0';
	}
}

/* "a-b.slice" → "/a.slice/a-b.slice" */
static void group_of(const char *slice, const char *unit, char *ret, size_t size)
{
	size_t used = (size_t)snprintf(ret, size, "%s", own_group);

	for (const char *dash = strchr(slice, '-'); dash; dash = strchr(dash + 1, '-'))
		used += (size_t)snprintf(
			ret + used, size - used, "/%.*s.slice", (int)(dash - slice), slice);
	snprintf(ret + used, size - used, "/%s/%s", slice, unit);
}

/* ---- units ---- */

static int find_unit(const char *name)
{
	for (int i = 0; i < UNITS_MAX; i++)
		if (strcmp(units[i].name, name) == 0)
			return i;
	return -1;
}

static void end_unit(int i)
{
	remove_group(units[i].group);
	units[i].name[0] = '\0';
}

static int look(sd_event_source *source, uint64_t now, void *context)
{
	(void)context;
	for (int i = 0; i < UNITS_MAX; i++)
		if (units[i].name[0] && !has_processes(units[i].group)) {
			note("ended %s", units[i].name);
			end_unit(i);
		}
	sd_event_source_set_time(source, now + LOOK_EACH_USEC);
	return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static int kill_unit(int i)
{
	char path[2 * PATH_MAX];
	unsigned pid;

	for (size_t k = 0; k < n_hierarchies; k++) {
		FILE *file;

		snprintf(path, sizeof(path), "%s%s/cgroup.procs", hierarchies[k], units[i].group);
		file = fopen(path, "r");
		while (file && fscanf(file, "%u", &pid) == 1)
			kill((pid_t)pid, SIGKILL);
		if (file)
			fclose(file);
	}
	for (int tries = 0; tries < 200 && has_processes(units[i].group); tries++)
		usleep(10000);
	end_unit(i);
	return 0;
}

/* ---- properties ---- */

static void print_value(sd_bus_message *message, FILE *out)
{
	const char *contents, *text;
	union {
		uint8_t y;
		int32_t i;
		uint32_t u;
		uint64_t t;
		int b;
	} value = { 0 };
	char type;
	int is_first = 1;

	if (sd_bus_message_peek_type(message, &type, &contents) <= 0)
		return;
	if (type == 'a' || type == 'r' || type == 'v') {
		sd_bus_message_enter_container(message, type, contents);
		if (type != 'v')
			fputc(type == 'a' ? '[' : '(', out);
		while (sd_bus_message_at_end(message, 0) == 0) {
			fputs(is_first ? "" : ",", out);
			is_first = 0;
			print_value(message, out);
		}
		if (type != 'v')
			fputc(type == 'a' ? ']' : ')', out);
		sd_bus_message_exit_container(message);
		return;
	}
	if (strchr("sog", type)) {
		sd_bus_message_read_basic(message, type, &text);
		fprintf(out, "%s", text);
		return;
	}
	sd_bus_message_read_basic(message, type, &value);
	if (type == 't' && value.t == UINT64_MAX)
		fprintf(out, "infinity");
	else if (type == 'i')
		fprintf(out, "%d", value.i);
	else if (type == 'b')
		fprintf(out, "%s", value.b ? "true" : "false");
	else
		fprintf(out, "%llu",
			(unsigned long long)(type == 't'   ? value.t
					     : type == 'y' ? value.y
							   : value.u));
}

/* "NAME=VALUE NAME=VALUE"; *ret_slice is the value of Slice. */
static char *read_properties(sd_bus_message *message, char *ret_slice, size_t size)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	sd_bus_message_enter_container(message, 'a', "(sv)");
	while (sd_bus_message_enter_container(message, 'r', "sv") > 0) {
		const char *name;
		long begin;

		sd_bus_message_read(message, "s", &name);
		fprintf(out, " %s=", name);
		fflush(out);
		begin = (long)length;
		print_value(message, out);
		fflush(out);
		if (ret_slice && strcmp(name, "Slice") == 0)
			snprintf(ret_slice, size, "%s", text + begin);
		sd_bus_message_exit_container(message);
	}
	sd_bus_message_exit_container(message);
	fclose(out);
	return text;
}

/* ---- calls ---- */

static int refuse_all(sd_bus_error *error)
{
	return is_there("deny") ? sd_bus_error_set(error, SD_BUS_ERROR_ACCESS_DENIED,
					  "Permission denied by the test")
				: 0;
}

static int no_such_unit(const char *unit, sd_bus_error *error)
{
	return sd_bus_error_setf(error, NAME ".NoSuchUnit", "Unit %s not loaded.", unit);
}

static int reply_job(sd_bus_message *call, const char *unit, const char *result)
{
	char path[128];
	int r;

	snprintf(path, sizeof(path), PATH "/job/%u", ++n_jobs);
	r = sd_bus_reply_method_return(call, "o", path);
	if (r >= 0)
		r = sd_bus_emit_signal(sd_bus_message_get_bus(call), PATH, MANAGER, "JobRemoved",
			"uoss", n_jobs, path, unit, result);
	return r;
}

static unsigned sender(sd_bus_message *call)
{
	struct ucred peer = { 0 };
	socklen_t size = sizeof(peer);

	getsockopt(
		sd_bus_get_fd(sd_bus_message_get_bus(call)), SOL_SOCKET, SO_PEERCRED, &peer, &size);
	return (unsigned)peer.pid;
}

static int start(sd_bus_message *call, void *context, sd_bus_error *error)
{
	const char *unit, *mode;
	char slice[256] = "", *properties;
	int r = refuse_all(error), i = find_unit("");

	(void)context;
	if (r < 0)
		return r;
	sd_bus_message_read(call, "ss", &unit, &mode);
	properties = read_properties(call, slice, sizeof(slice));
	note("StartTransientUnit %s%s", unit, properties);
	free(properties);
	if (find_unit(unit) >= 0)
		return sd_bus_error_setf(error, NAME ".UnitExists",
			"Unit %s was already loaded or has a fragment file.", unit);
	if (is_there("fail"))
		return reply_job(call, unit, "failed");
	if (i < 0 || !slice[0])
		return -EINVAL;
	snprintf(units[i].name, sizeof(units[i].name), "%s", unit);
	group_of(slice, unit, units[i].group, sizeof(units[i].group));
	for (size_t k = 0; k < n_hierarchies; k++)
		make_group(hierarchies[k], units[i].group);
	move(units[i].group, sender(call));
	return reply_job(call, unit, "done");
}

static int stop(sd_bus_message *call, void *context, sd_bus_error *error)
{
	const char *unit, *mode;
	int i, r = refuse_all(error);

	(void)context;
	if (r < 0)
		return r;
	sd_bus_message_read(call, "ss", &unit, &mode);
	note("StopUnit %s", unit);
	i = find_unit(unit);
	if (i < 0)
		return no_such_unit(unit, error);
	kill_unit(i);
	return reply_job(call, unit, "done");
}

static int set(sd_bus_message *call, void *context, sd_bus_error *error)
{
	const char *unit;
	char *properties;
	int runtime, r = refuse_all(error);

	(void)context;
	if (r < 0)
		return r;
	sd_bus_message_read(call, "sb", &unit, &runtime);
	properties = read_properties(call, NULL, 0);
	note("SetUnitProperties %s%s", unit, properties);
	free(properties);
	return find_unit(unit) < 0 ? no_such_unit(unit, error)
				   : sd_bus_reply_method_return(call, "");
}

static int reset(sd_bus_message *call, void *context, sd_bus_error *error)
{
	const char *unit;

	(void)context;
	sd_bus_message_read(call, "s", &unit);
	return find_unit(unit) < 0 ? no_such_unit(unit, error)
				   : sd_bus_reply_method_return(call, "");
}

static int get(sd_bus *bus, const char *path, const char *interface, const char *property,
	sd_bus_message *reply, void *context, sd_bus_error *error)
{
	(void)bus, (void)path, (void)interface, (void)context, (void)error;
	return sd_bus_message_append(
		reply, "s", strcmp(property, "Version") == 0 ? "252.1-test" : own_group);
}

/* The control group of a unit. */
static int get_of_unit(sd_bus_message *call, void *context, sd_bus_error *error)
{
	const char *interface, *property;
	char *unit = NULL;
	int i, r;

	(void)context;
	if (!sd_bus_message_is_method_call(call, "org.freedesktop.DBus.Properties", "Get") ||
		sd_bus_path_decode(sd_bus_message_get_path(call), PATH "/unit", &unit) <= 0)
		return 0;
	sd_bus_message_read(call, "ss", &interface, &property);
	i = find_unit(unit);
	r = i < 0 || strcmp(property, "ControlGroup") != 0
		    ? no_such_unit(unit, error)
		    : sd_bus_reply_method_return(call, "v", "s", units[i].group);
	free(unit);
	return r;
}

static const sd_bus_vtable manager[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("Version", "s", get, 0, 0),
	SD_BUS_PROPERTY("ControlGroup", "s", get, 0, 0),
	SD_BUS_METHOD(
		"StartTransientUnit", "ssa(sv)a(sa(sv))", "o", start, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("StopUnit", "ss", "o", stop, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("SetUnitProperties", "sba(sv)", "", set, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_METHOD("ResetFailedUnit", "s", "", reset, SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_SIGNAL("JobRemoved", "uoss", 0),
	SD_BUS_VTABLE_END,
};

/* ---- connections ---- */

static int serve(sd_event_source *source, int listener, uint32_t events, void *context)
{
	sd_id128_t id = { .bytes = { 1 } };
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	sd_bus *bus = NULL;

	(void)events, (void)context;
	if (fd < 0)
		return 0;
	if (sd_bus_new(&bus) < 0 || sd_bus_set_fd(bus, fd, fd) < 0 ||
		sd_bus_set_server(bus, 1, id) < 0 || sd_bus_start(bus) < 0 ||
		sd_bus_add_object_vtable(bus, NULL, PATH, MANAGER, manager, NULL) < 0 ||
		sd_bus_add_fallback(bus, NULL, PATH "/unit", get_of_unit, NULL) < 0 ||
		sd_bus_attach_event(bus, sd_event_source_get_event(source), 0) < 0)
		errx(1, "cannot serve a connection");
	return 0; /* kept until we end: tests are short */
}

static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
		listen(fd, 16) < 0)
		err(1, "%s", path);
	return fd;
}

int main(int argc, char **argv)
{
	char path[PATH_MAX];
	sd_event *event;

	if (argc != 4)
		errx(2, "usage: systemd DIR GROUP LOG");
	dir = argv[1];
	own_group = argv[2];
	log_path = argv[3];
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	find_hierarchies();
	snprintf(path, sizeof(path), "%s/private", dir);
	if (sd_event_default(&event) < 0 ||
		sd_event_add_io(event, NULL, listen_at(path), EPOLLIN, serve, NULL) < 0 ||
		sd_event_add_time_relative(
			event, NULL, CLOCK_MONOTONIC, LOOK_EACH_USEC, 1, look, NULL) < 0)
		errx(1, "cannot begin");
	return sd_event_loop(event) < 0;
}
