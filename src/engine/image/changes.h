/* SPDX-License-Identifier: Apache-2.0 */
/*
 * changes: lines of a Dockerfile that change how an image is run.
 *
 * Layer 3, role command. Pure.
 */
#pragma once

#include "oci/image_config.h"

/*
 * CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, STOPSIGNAL, USER, VOLUME, WORKDIR; as a list in JSON where
 * the Dockerfile may have one, else as words; "CMD line" is ["/bin/sh", "-c", "line"]. -EINVAL.
 */
int change_apply(struct arena *arena, const char *line, struct oci_image_run *run, struct err *err);
