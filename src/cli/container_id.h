/* SPDX-License-Identifier: Apache-2.0 */
/*
 * container_id: what may be the id of a container.
 *
 * Layer 3, role command. An id becomes the name of a directory and part of cgroup names, so it is
 * checked before anything is made of it: letters, digits and "_+.-", not "." or "..", at most 255
 * bytes (NAME_MAX).
 */
#pragma once

#include "base/err.h"

/* -EINVAL "invalid container ID format", the words that tools know from runc. */
int container_id_check(const char *id, struct err *err);
