/* SPDX-License-Identifier: Apache-2.0 */
/*
 * annotation: "org.systemd.property.NAME" of a configuration becomes a property of the scope.
 *
 * Layer 1, role caller; pure. Engines hand annotations on from people who may not decide about the
 * host: a property that starts, stops or runs something, or lifts a limit, must not be one of them.
 * So a list says what may be set: how the scope ends, when it is forgotten, what it is ordered
 * after, how the OOM daemon treats it.
 *
 * Values are written as GLib and systemd's own tools write them (GVariant text format): 'text',
 * 5, uint64 5, true, ['a', 'b'], @as []. As the type of each property is known, the words for types
 * may be left out. A name that ends in "Sec" instead of "USec" is in seconds.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "systemd/message.h"

#define SYSTEMD_ANNOTATION_PREFIX "org.systemd.property."

/* name: what is behind the prefix. EPERM: not for annotations; EINVAL: a value that is none. */
int systemd_annotation_read(struct arena *arena, const char *name, const char *text,
	struct systemd_property *ret, struct err *err);
