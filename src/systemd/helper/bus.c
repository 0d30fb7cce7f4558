/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/parse.h"
#include "base/text.h"
#include "sys/fd_passing.h"
#include "systemd/helper/helper.h"

#define SYSTEM_PRIVATE "/run/systemd/private"
#define SYSTEM_BUS     "/run/dbus/system_bus_socket"

/* ---- what systemd's errors mean ---- */

static const struct {
	const char *name;
	int code;
	const char *hint;
} known_errors[] = {
	{ SYSTEMD_NAME ".UnitExists", EEXIST,
		"another container or service has a unit of this name: see `systemctl status`, "
		"stop it, or use another id" },
	{ SYSTEMD_NAME ".NoSuchUnit", ENOENT, NULL },
	{ SYSTEMD_NAME ".PropertyReadOnly", EPERM,
		"this systemd does not let the property be set on such a unit" },
	{ SYSTEMD_NAME ".Shutdown", ESHUTDOWN, NULL },
	{ SD_BUS_ERROR_ACCESS_DENIED, EACCES,
		"polkit or systemd does not let this user make units: run as root, or with the "
		"user's own systemd (--rootless=true)" },
	{ SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED, EACCES,
		"polkit or systemd does not let this user make units: run as root, or with the "
		"user's own systemd (--rootless=true)" },
	{ SD_BUS_ERROR_INVALID_ARGS, EINVAL, NULL },
	{ SD_BUS_ERROR_UNKNOWN_METHOD, ENOSYS, "this systemd is too old for it" },
	{ SD_BUS_ERROR_NO_REPLY, ETIMEDOUT, "systemd does not answer" },
	{ SD_BUS_ERROR_TIMEOUT, ETIMEDOUT, "systemd does not answer" },
};

int bus_fail(int r, const sd_bus_error *error, struct err *err)
{
	if (!error || !sd_bus_error_is_set(error))
		return err_sys_code(err, r, "systemd");
	for (size_t i = 0; i < sizeof(known_errors) / sizeof(known_errors[0]); i++)
		if (text_equal(error->name, known_errors[i].name)) {
			err_fail(err, known_errors[i].code, "systemd: %s", error->message);
			return known_errors[i].hint ? err_hint(err, "%s", known_errors[i].hint)
						    : -err->code;
		}
	r = sd_bus_error_get_errno(error);
	return err_fail(err, r > 0 ? r : EIO, "systemd: %s", error->message);
}

int bus_read_text(struct arena *arena, sd_bus *bus, const char *object, const char *interface,
	const char *property, const char **ret, struct err *err)
{
	__attribute__((cleanup(sd_bus_error_free))) sd_bus_error error = SD_BUS_ERROR_NULL;
	char *text = NULL;
	int r = sd_bus_get_property_string(
		bus, SYSTEMD_NAME, object, interface, property, &error, &text);

	if (r < 0)
		return bus_fail(r, &error, err);
	*ret = arena_strdup(arena, text);
	free(text);
	return 0;
}

/* ---- connections ---- */

/* systemd's own socket, without a bus between. */
static int open_private(const char *path, sd_bus **ret, struct err *err)
{
	AUTO_FD int fd = -1;
	sd_bus *bus = NULL;
	int r = socket_connect(path, SOCK_STREAM, &fd, err);

	if (r < 0)
		return r;
	r = sd_bus_new(&bus);
	if (r >= 0)
		r = sd_bus_set_fd(bus, fd, fd);
	if (r >= 0)
		r = sd_bus_start(bus);
	if (r < 0) {
		sd_bus_unref(bus);
		return err_sys_code(err, r, "%s", path);
	}
	(void)TAKE_FD(fd);
	*ret = bus;
	return 0;
}

static int open_bus(bool is_user, const char *address, sd_bus **ret, struct err *err)
{
	int r = is_user ? sd_bus_open_user(ret) : sd_bus_open_system(ret);

	return r < 0 ? err_sys_code(err, r, "%s", address) : 0;
}

/* Connecting ends with the first answer: what speaks no D-Bus, or not with us, fails here. */
static int greet(struct arena *arena, sd_bus *bus, uint64_t limit_msec, struct systemd_reply *reply,
	struct err *err)
{
	const char *version, *digits;
	uint64_t number;
	int r;

	sd_bus_set_method_call_timeout(bus, limit_msec * 1000);
	r = bus_read_text(arena, bus, SYSTEMD_PATH, SYSTEMD_MANAGER, "Version", &version, err);
	if (r == 0)
		r = bus_read_text(arena, bus, SYSTEMD_PATH, SYSTEMD_MANAGER, "ControlGroup",
			&reply->control_group, err);
	if (r < 0)
		return r;
	/* "252.39-1~deb12u1", "v255" */
	digits = version[0] == 'v' ? version + 1 : version;
	if (parse_u64_n(digits, strspn(digits, "0123456789"), &number) < 0 || number > UINT32_MAX)
		return err_fail(err, EPROTO, "\"%s\" is no version of systemd", version);
	reply->version = (uint32_t)number;
	return 0;
}

struct place {
	const char *address; /* as messages show it */
	bool is_private;
};

static size_t list_places(struct arena *arena, bool is_user, struct place places[2])
{
	const char *runtime_dir = getenv("XDG_RUNTIME_DIR");
	const char *bus = getenv(is_user ? "DBUS_SESSION_BUS_ADDRESS" : "DBUS_SYSTEM_BUS_ADDRESS");
	size_t n = 0;

	if (!is_user) {
		places[n++] = (struct place){ SYSTEM_PRIVATE, true };
		places[n++] = (struct place){ bus ? bus : SYSTEM_BUS, false };
		return n;
	}
	if (bus || !text_is_empty(runtime_dir))
		places[n++] = (struct place){
			bus ? bus : arena_printf(arena, "%s/bus", runtime_dir), false
		};
	if (!text_is_empty(runtime_dir))
		places[n++] = (struct place){
			arena_printf(arena, "%s/systemd/private", runtime_dir), true
		};
	return n;
}

static int refuse_nowhere(bool is_user, const char *tried, const struct err *last, struct err *err)
{
	if (!*tried)
		err_fail(err, ENOENT,
			"neither DBUS_SESSION_BUS_ADDRESS nor XDG_RUNTIME_DIR says where the "
			"user's systemd is");
	else
		err_fail(err, last->code, "no connection to %s: tried %s",
			is_user ? "the user's systemd" : "systemd", tried);
	if (is_user)
		return err_hint(err, "log in as the user (or `loginctl enable-linger`), or use "
				     "--cgroup-manager=cgroupfs");
	return err_hint(err, "is systemd the init of this machine, and its socket visible here? "
			     "Else use --cgroup-manager=cgroupfs");
}

int bus_connect(struct arena *arena, const struct systemd_request *request, sd_bus **ret,
	struct systemd_reply *reply, struct err *err)
{
	struct err last = ERR_INIT;
	const char *tried = "";
	struct place places[2];
	size_t n = list_places(arena, request->is_user, places);

	for (size_t i = 0; i < n; i++) {
		struct err failed = ERR_INIT;
		sd_bus *bus = NULL;
		int r = places[i].is_private
				? open_private(places[i].address, &bus, &failed)
				: open_bus(request->is_user, places[i].address, &bus, &failed);

		if (r == 0)
			r = greet(arena, bus, request->limit_msec, reply, &failed);
		if (r == 0) {
			*ret = bus;
			return 0;
		}
		sd_bus_unref(bus);
		last = failed;
		tried = arena_printf(arena, "%s%s%s (%s)", tried, *tried ? ", " : "",
			places[i].address, err_errno_text(failed.code));
	}
	return refuse_nowhere(request->is_user, tried, &last, err);
}
