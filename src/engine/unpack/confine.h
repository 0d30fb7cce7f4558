/* SPDX-License-Identifier: Apache-2.0 */
/*
 * confine: gives up everything that reading an archive does not need.
 *
 * Layer 3, role unpacker. The caller has made the process in new mount, pid, network, IPC and UTS
 * namespaces (an ordinary user's in a new user namespace too). Here it gets a root of its own, the
 * directory it writes to, mounted without devices, setuid and programs; loses every capability but
 * those over files; may gain none; and is left with the system calls of a program that reads a
 * stream and writes files. What is left to someone who takes the program over is the directory.
 */
#pragma once

#include "base/err.h"

enum confine_root {
	CONFINE_ROOT_DIRECTORY, /* the directory becomes "/" */
	CONFINE_ROOT_EMPTY,     /* "/" is empty and read-only; no capability is left at all */
};

int confine(const char *directory, enum confine_root root, struct err *err);
