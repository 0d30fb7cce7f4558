/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check: what the checks of a configuration share.
 *
 * Layer 1, role caller; used only by config_check*.c. Every refusal is -EINVAL with the JSON
 * pointer of the value in err->config and "<pointer>: <what is wrong>" as the text, on one line.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "oci/config.h"

enum { CHECK_MAPPINGS_MAX = 340 }; /* user_namespaces(7), since Linux 4.15 */

/* A JSON pointer as a value: it lives until the end of the full expression. */
struct check_pointer {
	char text[ERR_CONFIG_BYTES];
};

struct check_pointer check_at(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* parent/<key>, with the key escaped as RFC 6901 says. */
struct check_pointer check_at_key(const char *parent, const char *key);

int check_fail(struct err *err, struct check_pointer at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Each item of a list: values such as paths, of which the parent's pointer is given. */
int check_absolute_paths(
	const char *parent, const char *const *paths, size_t n_paths, struct err *err);

/* For user namespaces and mounts: 1 … 340 lines, none empty, overflowing or overlapping. */
int check_id_mappings(const char *parent, const struct oci_id_mapping *mappings, size_t n_mappings,
	struct err *err);

/* uid or gid: 4294967295 means "no change" to the kernel and is no id. */
int check_id(struct check_pointer at, uint32_t id, struct err *err);

bool check_has_line_break(const char *text);

/* "0-3,7": decimal numbers and ranges that do not run backwards, each below 65536. */
bool check_is_number_list(const char *text);

/* A name that the kernel takes for a network device (dev_valid_name): 1 … 15 bytes. */
bool check_is_device_name(const char *name);

/* ---- the parts, each in its file ---- */

int check_process(const char *parent, const struct oci_process *process, struct err *err);
int check_linux(const struct oci_config *config, struct err *err);
int check_resources(const char *parent, const struct oci_resources *resources, struct err *err);
int check_seccomp(const struct oci_seccomp *seccomp, struct err *err);
int check_sysctl(const struct oci_config *config, struct err *err);
