/* SPDX-License-Identifier: Apache-2.0 */
/*
 * err: what went wrong, as one flat value.
 *
 * Layer 0, every process role. A function that can fail returns 0 (or a documented count) or
 * -errno, always equal to -err->code; its last parameter is a struct err, never NULL, untouched on
 * success. The text is made once where the failure happens (err_sys, err_fail); a caller that
 * knows why the thing was done puts that in front (err_while). Only the top prints.
 *
 * The struct holds no pointers and fits into one atomic pipe write (pipe(7), PIPE_BUF), so that
 * hull-init sends the very same bytes to its parent. Received bytes are untrusted until
 * err_sanitize() has run over them.
 */
#pragma once

#include <assert.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>

enum {
	ERR_TEXT_BYTES = 1024,
	ERR_PATH_BYTES = 1024,
	ERR_CONFIG_BYTES = 256,
	ERR_HINT_BYTES = 256,
	ERR_STDERR_BYTES = 1024,
	ERR_WORD_BYTES = 32,
};

struct err {
	int32_t code;                  /* errno value, > 0; 0 while nothing failed */
	int32_t step;                  /* 1 + index of the plan step that failed; 0 if none */
	char syscall[ERR_WORD_BYTES];  /* "open", "move_mount" …; empty when no call failed */
	char phase[ERR_WORD_BYTES];    /* name of the step or stage, "MOUNT" …; may be empty */
	char config[ERR_CONFIG_BYTES]; /* JSON pointer into config.json (RFC 6901); may be empty */
	char hint[ERR_HINT_BYTES];     /* what to try; may be empty */
	char path[ERR_PATH_BYTES];     /* the object, cut in the middle when too long */
	char text[ERR_TEXT_BYTES];     /* "container c1: open /x: no such file or directory" */
	char hook_stderr[ERR_STDERR_BYTES]; /* the end of what a failing hook wrote */
};

static_assert(sizeof(struct err) <= PIPE_BUF, "an error must fit into one atomic pipe write");

#define ERR_INIT ((struct err){ 0 })

/* A system call failed: "<text>: <errno in words>". The first word of the format is the call. */
int err_sys(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same for an errno value that is at hand (positive, or negative as functions return it). */
int err_sys_code(struct err *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A decision of ours: the text stands alone, the code says of which kind it is. */
int err_fail(struct err *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts "<purpose>: " in front of the text; returns -err->code. */
int err_while(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Each sets one field and returns -err->code; the innermost setter of config and path wins. */
int err_config(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
int err_path(struct err *err, const char *path);
int err_hint(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
int err_phase(struct err *err, const char *phase);

/* Text of an errno value in the lower-case form that container engines match on. */
const char *err_errno_text(int code);

/* "ENOENT", or NULL for a value without a text here. */
const char *err_errno_name(int code);

/* Terminates every string, clears an impossible code and replaces control characters. */
void err_sanitize(struct err *err);
