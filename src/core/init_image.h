/* SPDX-License-Identifier: Apache-2.0 */
/*
 * init_image: the hull-init program, embedded.
 *
 * Layer 2, role caller. hull_init_image … hull_init_image_end is a complete static ELF file; it is
 * written into a sealed memfd and executed from there, so that no file of the host is ever
 * /proc/self/exe of a process inside a container (CVE-2019-5736).
 */
#pragma once

#include <stddef.h>

extern const unsigned char hull_init_image[] __attribute__((visibility("hidden")));
extern const unsigned char hull_init_image_end[] __attribute__((visibility("hidden")));

static inline size_t hull_init_image_size(void)
{
	return (size_t)(hull_init_image_end - hull_init_image);
}
