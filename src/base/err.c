/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const char *const errno_texts[] = {
	[EPERM] = "operation not permitted",
	[ENOENT] = "no such file or directory",
	[ESRCH] = "no such process",
	[EINTR] = "interrupted system call",
	[EIO] = "input/output error",
	[ENXIO] = "no such device or address",
	[E2BIG] = "argument list too long",
	[ENOEXEC] = "exec format error",
	[EBADF] = "bad file descriptor",
	[ECHILD] = "no child processes",
	[EAGAIN] = "resource temporarily unavailable",
	[ENOMEM] = "cannot allocate memory",
	[EACCES] = "permission denied",
	[EFAULT] = "bad address",
	[ENOTBLK] = "block device required",
	[EBUSY] = "device or resource busy",
	[EEXIST] = "file exists",
	[EXDEV] = "invalid cross-device link",
	[ENODEV] = "no such device",
	[ENOTDIR] = "not a directory",
	[EISDIR] = "is a directory",
	[EINVAL] = "invalid argument",
	[ENFILE] = "too many open files in system",
	[EMFILE] = "too many open files",
	[ENOTTY] = "inappropriate ioctl for device",
	[ETXTBSY] = "text file busy",
	[EFBIG] = "file too large",
	[ENOSPC] = "no space left on device",
	[ESPIPE] = "illegal seek",
	[EROFS] = "read-only file system",
	[EMLINK] = "too many links",
	[EPIPE] = "broken pipe",
	[ERANGE] = "numerical result out of range",
	[EDEADLK] = "resource deadlock avoided",
	[ENAMETOOLONG] = "file name too long",
	[ENOSYS] = "function not implemented",
	[ENOTEMPTY] = "directory not empty",
	[ELOOP] = "too many levels of symbolic links",
	[ENOMSG] = "no message of desired type",
	[ENODATA] = "no data available",
	[ETIME] = "timer expired",
	[EPROTO] = "protocol error",
	[EBADMSG] = "bad message",
	[EOVERFLOW] = "value too large for defined data type",
	[ELIBBAD] = "accessing a corrupted shared library",
	[EILSEQ] = "invalid or incomplete multibyte or wide character",
	[EUSERS] = "too many users",
	[ENOTSOCK] = "socket operation on non-socket",
	[EMSGSIZE] = "message too long",
	[EPROTONOSUPPORT] = "protocol not supported",
	[EOPNOTSUPP] = "operation not supported",
	[EAFNOSUPPORT] = "address family not supported by protocol",
	[EADDRINUSE] = "address already in use",
	[EADDRNOTAVAIL] = "cannot assign requested address",
	[ENETDOWN] = "network is down",
	[ENETUNREACH] = "network is unreachable",
	[ECONNABORTED] = "software caused connection abort",
	[ECONNRESET] = "connection reset by peer",
	[ENOBUFS] = "no buffer space available",
	[EISCONN] = "transport endpoint is already connected",
	[ENOTCONN] = "transport endpoint is not connected",
	[ETIMEDOUT] = "connection timed out",
	[ECONNREFUSED] = "connection refused",
	[EHOSTUNREACH] = "no route to host",
	[EALREADY] = "operation already in progress",
	[EINPROGRESS] = "operation now in progress",
	[ESTALE] = "stale file handle",
	[EDQUOT] = "disk quota exceeded",
	[ECANCELED] = "operation canceled",
	[ENOKEY] = "required key not available",
	[EKEYEXPIRED] = "key has expired",
	[EKEYREVOKED] = "key has been revoked",
};

const char *err_errno_text(int code)
{
	static char unknown[32];

	if (code < 0)
		code = -code;
	if ((size_t)code < sizeof(errno_texts) / sizeof(errno_texts[0]) && errno_texts[code])
		return errno_texts[code];
	snprintf(unknown, sizeof(unknown), "errno %d", code);
	return unknown;
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
