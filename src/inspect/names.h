/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names: what people called a container whose cgroup has only its number.
 *
 * Layer 3, role command. From the engines' own files, which mostly only root may read: Docker's
 * config.v2.json of the container, and the containers.json of containers/storage (podman, CRI-O).
 */
#pragma once

#include "inspect/view.h"

/* Read once for each container; NULL: it has none, or it may not be read. */
const char *names_of(const struct view *view, const char *engine, const char *id);

/* Pure: the texts of these files. NULL: it is not there. */
const char *names_parse_docker(struct arena *arena, const char *text, size_t size);
const char *names_parse_storage(struct arena *arena, const char *text, size_t size, const char *id);
