/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unshare_inside: from new namespaces to the program.
 *
 * Layer 2; the process that becomes the program, in its new namespaces, with the caller's user and
 * files.
 */
#pragma once

#include "core/unshare.h"

/* Returns on failure only. */
int unshare_enter_and_execute(
	const struct unshare_request *request, bool *ret_is_program, struct err *err);
