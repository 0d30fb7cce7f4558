/* SPDX-License-Identifier: Apache-2.0 */
/*
 * program_image: the programs that are embedded in this one.
 *
 * Layer 2, role caller. NAME_image … NAME_image_end is a complete ELF file (static, but for
 * hull-systemd); it is written
 * into a sealed memfd and executed from there. Of hull-init that means that no file of the host is
 * ever /proc/self/exe of a process inside a container (CVE-2019-5736); and one file is all that has
 * to be installed.
 */
#pragma once

#include <stddef.h>

#define PROGRAM_IMAGE_DECLARE(name)                                              \
	extern const unsigned char name[] __attribute__((visibility("hidden"))); \
	extern const unsigned char name##_end[] __attribute__((visibility("hidden")))

PROGRAM_IMAGE_DECLARE(hull_init_image);
PROGRAM_IMAGE_DECLARE(hull_seccomp_image);
PROGRAM_IMAGE_DECLARE(hull_systemd_image);

#define PROGRAM_IMAGE_SIZE(name) ((size_t)(name##_end - (name)))
