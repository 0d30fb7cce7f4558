/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_fields: the tables that read a configuration onto the structs of config.h.
 *
 * Layer 1, role caller; used only by config_read*.c. One table per object of the specification, a
 * row per member.
 */
#pragma once

#include "base/json.h"

/* Context of the readers that use these tables. */
struct config_warnings {
	const char **texts;
	size_t n_texts;
};

extern const struct json_field config_process_fields[];   /* struct oci_process */
extern const struct json_field config_linux_fields[];     /* struct oci_linux */
extern const struct json_field config_resources_fields[]; /* struct oci_resources */
extern const struct json_field config_seccomp_fields[];   /* struct oci_seccomp */

extern const struct json_field config_id_mapping_element; /* struct oci_id_mapping */
extern const struct json_field config_key_value_element;  /* struct oci_key_value */
