/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/version_text.h"

#include "seccomp/library.h"

void version_write(const struct program *program, FILE *out)
{
	fprintf(out, "%s version %s\n", program->name, program->version);
	fprintf(out, "commit: %s\n", program->commit);
	fprintf(out, "spec: %s\n", program->spec_version);
	fprintf(out, "libseccomp: %s\n", SECCOMP_LIBRARY_VERSION);
}
