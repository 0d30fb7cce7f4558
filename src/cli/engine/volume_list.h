/* SPDX-License-Identifier: Apache-2.0 */
/*
 * volume_list: volumes as rows and documents, and which of them are meant.
 *
 * Layer 3, role command.
 */
#pragma once

#include "base/json_write.h"
#include "engine/volume/volume.h"

/* As `volume inspect` shows it. */
void volume_write(struct json_writer *writer, const struct volume *volume);
