/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/oci/version_text.h"

#include <seccomp.h>

const char *version_of_libseccomp(struct arena *arena)
{
	const struct scmp_version *version = seccomp_version();

	return arena_printf(arena, "%u.%u.%u", version->major, version->minor, version->micro);
}

void version_write(const struct program *program, FILE *out)
{
	AUTO_ARENA arena = ARENA_INIT;

	fprintf(out, "%s version %s\n", program->name, program->version);
	fprintf(out, "commit: %s\n", program->commit);
	fprintf(out, "spec: %s\n", program->spec_version);
	fprintf(out, "libseccomp: %s\n", version_of_libseccomp(&arena));
}
