/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net_sysctl: settings of one interface, or of those to come ("default").
 *
 * Layer sys, role caller, in the network namespace of the thread that calls (the kernel shows each
 * its own). Source: the kernel's Documentation/networking/ip-sysctl.rst.
 */
#pragma once

#include "base/err.h"

/* family: "ipv4", "ipv6". A kernel without the family has nothing to set: success. */
int net_sysctl_write(const char *family, const char *interface, const char *name, const char *value,
	struct err *err);
