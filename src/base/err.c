/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* Names and texts of errno values; musl has no names, and its texts begin with capitals. */
static const struct {
	const char *name, *text;
} errnos[] = {
	[EPERM] = { "EPERM", "operation not permitted" },
	[ENOENT] = { "ENOENT", "no such file or directory" },
	[ESRCH] = { "ESRCH", "no such process" },
	[EINTR] = { "EINTR", "interrupted system call" },
	[EIO] = { "EIO", "input/output error" },
	[ENXIO] = { "ENXIO", "no such device or address" },
	[E2BIG] = { "E2BIG", "argument list too long" },
	[ENOEXEC] = { "ENOEXEC", "exec format error" },
	[EBADF] = { "EBADF", "bad file descriptor" },
	[ECHILD] = { "ECHILD", "no child processes" },
	[EAGAIN] = { "EAGAIN", "resource temporarily unavailable" },
	[ENOMEM] = { "ENOMEM", "cannot allocate memory" },
	[EACCES] = { "EACCES", "permission denied" },
	[EFAULT] = { "EFAULT", "bad address" },
	[ENOTBLK] = { "ENOTBLK", "block device required" },
	[EBUSY] = { "EBUSY", "device or resource busy" },
	[EEXIST] = { "EEXIST", "file exists" },
	[EXDEV] = { "EXDEV", "invalid cross-device link" },
	[ENODEV] = { "ENODEV", "no such device" },
	[ENOTDIR] = { "ENOTDIR", "not a directory" },
	[EISDIR] = { "EISDIR", "is a directory" },
	[EINVAL] = { "EINVAL", "invalid argument" },
	[ENFILE] = { "ENFILE", "too many open files in system" },
	[EMFILE] = { "EMFILE", "too many open files" },
	[ENOTTY] = { "ENOTTY", "inappropriate ioctl for device" },
	[ETXTBSY] = { "ETXTBSY", "text file busy" },
	[EFBIG] = { "EFBIG", "file too large" },
	[ENOSPC] = { "ENOSPC", "no space left on device" },
	[ESPIPE] = { "ESPIPE", "illegal seek" },
	[EROFS] = { "EROFS", "read-only file system" },
	[EMLINK] = { "EMLINK", "too many links" },
	[EPIPE] = { "EPIPE", "broken pipe" },
	[ERANGE] = { "ERANGE", "numerical result out of range" },
	[EDEADLK] = { "EDEADLK", "resource deadlock avoided" },
	[ENAMETOOLONG] = { "ENAMETOOLONG", "file name too long" },
	[ENOSYS] = { "ENOSYS", "function not implemented" },
	[ENOTEMPTY] = { "ENOTEMPTY", "directory not empty" },
	[ELOOP] = { "ELOOP", "too many levels of symbolic links" },
	[ENOMSG] = { "ENOMSG", "no message of desired type" },
	[ENODATA] = { "ENODATA", "no data available" },
	[ETIME] = { "ETIME", "timer expired" },
	[EPROTO] = { "EPROTO", "protocol error" },
	[EBADMSG] = { "EBADMSG", "bad message" },
	[EOVERFLOW] = { "EOVERFLOW", "value too large for defined data type" },
	[ELIBBAD] = { "ELIBBAD", "accessing a corrupted shared library" },
	[EILSEQ] = { "EILSEQ", "invalid or incomplete multibyte or wide character" },
	[EUSERS] = { "EUSERS", "too many users" },
	[ENOTSOCK] = { "ENOTSOCK", "socket operation on non-socket" },
	[EMSGSIZE] = { "EMSGSIZE", "message too long" },
	[EPROTONOSUPPORT] = { "EPROTONOSUPPORT", "protocol not supported" },
	[EOPNOTSUPP] = { "EOPNOTSUPP", "operation not supported" },
	[EAFNOSUPPORT] = { "EAFNOSUPPORT", "address family not supported by protocol" },
	[EADDRINUSE] = { "EADDRINUSE", "address already in use" },
	[EADDRNOTAVAIL] = { "EADDRNOTAVAIL", "cannot assign requested address" },
	[ENETDOWN] = { "ENETDOWN", "network is down" },
	[ENETUNREACH] = { "ENETUNREACH", "network is unreachable" },
	[ECONNABORTED] = { "ECONNABORTED", "software caused connection abort" },
	[ECONNRESET] = { "ECONNRESET", "connection reset by peer" },
	[ENOBUFS] = { "ENOBUFS", "no buffer space available" },
	[EISCONN] = { "EISCONN", "transport endpoint is already connected" },
	[ENOTCONN] = { "ENOTCONN", "transport endpoint is not connected" },
	[ETIMEDOUT] = { "ETIMEDOUT", "connection timed out" },
	[ECONNREFUSED] = { "ECONNREFUSED", "connection refused" },
	[EHOSTUNREACH] = { "EHOSTUNREACH", "no route to host" },
	[EALREADY] = { "EALREADY", "operation already in progress" },
	[EINPROGRESS] = { "EINPROGRESS", "operation now in progress" },
	[ESTALE] = { "ESTALE", "stale file handle" },
	[EDQUOT] = { "EDQUOT", "disk quota exceeded" },
	[ECANCELED] = { "ECANCELED", "operation canceled" },
	[ENOKEY] = { "ENOKEY", "required key not available" },
	[EKEYEXPIRED] = { "EKEYEXPIRED", "key has expired" },
	[EKEYREVOKED] = { "EKEYREVOKED", "key has been revoked" },
};

const char *err_errno_text(int code)
{
	static char unknown[32];

	if (code < 0)
		code = -code;
	if ((size_t)code < sizeof(errnos) / sizeof(errnos[0]) && errnos[code].text)
		return errnos[code].text;
	snprintf(unknown, sizeof(unknown), "errno %d", code);
	return unknown;
}

const char *err_errno_name(int code)
{
	if (code < 0)
		code = -code;
	return (size_t)code < sizeof(errnos) / sizeof(errnos[0]) ? errnos[code].name : NULL;
}

static void set_text(struct err *err, int code, const char *format, va_list args, bool with_errno)
{
	char said[ERR_TEXT_BYTES];
	int kept_step = err->step;

	assert(code != 0);
	vsnprintf(said, sizeof(said), format, args);
	*err = ERR_INIT;
	err->step = kept_step;
	err->code = code < 0 ? -code : code;
	if (with_errno)
		text_format(err->text, sizeof(err->text), "%s: %s", said, err_errno_text(code));
	else
		text_copy(err->text, sizeof(err->text), said);
}

static void set_syscall(struct err *err, const char *format)
{
	size_t length = strcspn(format, " :%");

	if (length >= sizeof(err->syscall))
		length = sizeof(err->syscall) - 1;
	memcpy(err->syscall, format, length);
	err->syscall[length] = '\0';
}

int err_sys(struct err *err, const char *format, ...)
{
	int code = errno;
	va_list args;

	va_start(args, format);
	set_text(err, code, format, args, true);
	va_end(args);
	set_syscall(err, format);
	return -err->code;
}

int err_sys_code(struct err *err, int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	set_text(err, code, format, args, true);
	va_end(args);
	set_syscall(err, format);
	return -err->code;
}

int err_fail(struct err *err, int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	set_text(err, code, format, args, false);
	va_end(args);
	return -err->code;
}

int err_while(struct err *err, const char *format, ...)
{
	char purpose[ERR_TEXT_BYTES];
	char before[ERR_TEXT_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(purpose, sizeof(purpose), format, args);
	va_end(args);
	memcpy(before, err->text, sizeof(before));
	text_format(err->text, sizeof(err->text), "%s: %s", purpose, before);
	return -err->code;
}

int err_config(struct err *err, const char *format, ...)
{
	va_list args;

	if (err->config[0] == '\0') {
		va_start(args, format);
		vsnprintf(err->config, sizeof(err->config), format, args);
		va_end(args);
	}
	return -err->code;
}

int err_path(struct err *err, const char *path)
{
	if (err->path[0] == '\0')
		text_copy(err->path, sizeof(err->path), path);
	return -err->code;
}

int err_hint(struct err *err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(err->hint, sizeof(err->hint), format, args);
	va_end(args);
	return -err->code;
}

int err_phase(struct err *err, const char *phase)
{
	if (err->phase[0] == '\0')
		text_copy(err->phase, sizeof(err->phase), phase);
	return -err->code;
}

void err_sanitize(struct err *err)
{
	struct {
		char *string;
		size_t size;
	} fields[] = {
		{ err->syscall, sizeof(err->syscall) },
		{ err->phase, sizeof(err->phase) },
		{ err->config, sizeof(err->config) },
		{ err->hint, sizeof(err->hint) },
		{ err->path, sizeof(err->path) },
		{ err->text, sizeof(err->text) },
		{ err->hook_stderr, sizeof(err->hook_stderr) },
	};

	if (err->code <= 0 || err->code > 4095) /* MAX_ERRNO of the kernel */
		err->code = EPROTO;
	if (err->step < 0)
		err->step = 0;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		fields[i].string[fields[i].size - 1] = '\0';
		text_make_printable(fields[i].string);
	}
}
