/* SPDX-License-Identifier: Apache-2.0 */
/*
 * from_image: what an image adds to what was asked of a container.
 *
 * Layer 3, role caller. What was asked goes ahead of what the image says; variables and labels are
 * merged. An image is somebody else's: nothing of it becomes an option, and what it may say is only
 * this: command, user, variables, directory, labels, signal, health check.
 */
#pragma once

#include "engine/container/settings.h"
#include "engine/image/image.h"

/* has_entrypoint: one was asked for, be it empty; then the image's command is not for it. EINVAL:
 * there is no command. */
int settings_take_image(struct arena *arena, struct container_settings *settings,
	const struct image *image, bool has_entrypoint, struct err *err);

/* What there is without anybody saying it; after settings_take_image(). */
void settings_fill(struct container_settings *settings);
