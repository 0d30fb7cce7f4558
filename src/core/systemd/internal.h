/* SPDX-License-Identifier: Apache-2.0 */
/* internal: what the files of this folder share; nobody else includes it. */
#pragma once

#include "core/systemd/systemd.h"

void systemd_add(struct arena *arena, struct systemd_properties *properties, const char *name,
	const char *signature, const char *value);
void systemd_add_string(struct arena *arena, struct systemd_properties *properties,
	const char *name, const char *value);
void systemd_add_u64(struct arena *arena, struct systemd_properties *properties, const char *name,
	uint64_t value);
