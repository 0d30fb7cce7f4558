/* SPDX-License-Identifier: Apache-2.0 */
/*
 * helper_program: the files that belong to hull, found from where its program is.
 *
 * Layer 3, role caller.
 */
#pragma once

#include <limits.h>

#include "base/err.h"

/*
 * $HULL_LIBEXEC_DIR/name if that is set, else beside the running program (as it was built), else
 * ../libexec/hull/name from there (as it was installed).
 */
int helper_program_find(const char *name, char ret[PATH_MAX], struct err *err);

/* The same for data: $HULL_DATA_DIR, beside, ../share/hull. ENOENT if there is none. */
int helper_data_find(const char *name, char ret[PATH_MAX], struct err *err);
