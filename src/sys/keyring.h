/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keyring: the session keyring of this process (session-keyring(7)).
 *
 * Layer sys, role init. Keyrings belong to no namespace but the user namespace: without one of its
 * own a container would hold its caller's session keyring, and the keys in it.
 */
#pragma once

#include "base/err.h"

/* Makes a session keyring, or joins the one with that name (keyctl(2),
 * KEYCTL_JOIN_SESSION_KEYRING). ENOSYS: a kernel without keyrings; EDQUOT: the user has too many.
 */
int keyring_join_session(const char *name, struct err *err);
