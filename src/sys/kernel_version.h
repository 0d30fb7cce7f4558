/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kernel_version: for what can neither be tried nor asked otherwise. Layer 1.
 */
#pragma once

#include <stdbool.h>

/* version: "5.8", major and minor. A release that is no version (uname(2)) is older than all. */
bool kernel_is_at_least(const char *version);
