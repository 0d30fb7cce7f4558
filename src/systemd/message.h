/* SPDX-License-Identifier: Apache-2.0 */
/*
 * message: what the caller and hull-systemd say to each other; docs/formats/systemd.md has the
 * bytes.
 *
 * Layer 1, roles caller and bus. One message is one datagram of a SOCK_SEQPACKET socket, a JSON
 * object. The caller asks, hull-systemd answers each request once, in turn. Both are of one build;
 * both check what they read all the same: unknown calls, types that are none and names that no unit
 * can have are refused.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

enum {
	SYSTEMD_MESSAGE_MAX_BYTES = 128 * 1024,
	SYSTEMD_UNIT_MAX_BYTES = 255,
};

enum systemd_call {
	SYSTEMD_CALL_CONNECT, /* to the manager of the machine, or of the user */
	SYSTEMD_CALL_START,   /* a transient unit, and wait for it */
	SYSTEMD_CALL_SET,     /* properties of a unit, until it ends */
	SYSTEMD_CALL_ATTACH,  /* a process to a unit */
	SYSTEMD_CALL_STOP,    /* a unit, wait for it, and forget its failure */
	SYSTEMD_CALL_COUNT,
};

/* One property of a unit. */
struct systemd_property {
	const char *name;      /* "MemoryMax" */
	const char *signature; /* of D-Bus: one complete type, "t", "as", "a(ss)" */
	const char *value;     /* as JSON: a number, a string, true, a list (also for a struct) */
};

struct systemd_properties {
	struct systemd_property *list;
	size_t n;
};

struct systemd_request {
	int call; /* enum systemd_call */
	bool is_user;
	const char *unit;
	uint32_t limit_msec; /* for the end of the job */
	uint32_t pid;        /* ATTACH: in the manager's pid namespace */
	struct systemd_properties properties;
};

struct systemd_reply {
	const char *control_group; /* CONNECT: of the manager; START: of the unit; else "" */
	uint32_t version;          /* CONNECT: of systemd, 252 */
	struct err err;            /* code 0: it was done */
};

const char *systemd_request_text(
	struct arena *arena, const struct systemd_request *request, size_t *ret_length);
int systemd_request_read(struct arena *arena, const char *bytes, size_t size,
	struct systemd_request *ret, struct err *err);

const char *systemd_reply_text(
	struct arena *arena, const struct systemd_reply *reply, size_t *ret_length);

/* The reply's own err is in ret; err is for a reply that is none. */
int systemd_reply_read(struct arena *arena, const char *bytes, size_t size,
	struct systemd_reply *ret, struct err *err);

/* Bytes of the first complete type of a signature; 0: it begins with none. Variants, dictionaries
 * and descriptors are none here: no property of a scope has one. */
size_t systemd_signature_next(const char *signature);

/* "NAME.scope", "NAME.slice": letters, digits and :-_.\@, and not too long. */
bool systemd_is_unit_name(const char *name);

/* Letters and digits, a letter first. */
bool systemd_is_property_name(const char *name);
