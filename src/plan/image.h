/* SPDX-License-Identifier: Apache-2.0 */
/*
 * image: a plan as bytes, in the memfd between caller and hull-init.
 *
 * Layer 1. Layout: header, steps, descriptor numbers, then strings, lists and byte arrays; every
 * pointer is an offset from the start (0: NULL). Behind it, at a page boundary, the timeline: one
 * struct plan_time per step. Both ends are of the same build; the magic number carries a version.
 */
#pragma once

#include <stddef.h>

#include "base/err.h"
#include "plan/plan.h"

enum { PLAN_IMAGE_MAX_BYTES = 64 * 1024 * 1024, PLAN_IMAGE_MAX_STEPS = 65536 };

/* Bytes that plan_encode() will write. */
size_t plan_encoded_size(const struct plan *plan);

/* Writes the image into buffer, which has plan_encoded_size(plan) bytes and is 8-byte aligned. */
void plan_encode(const struct plan *plan, void *buffer);

/*
 * Reads an image in place: offsets become pointers, *ret points into image. EPROTO with a text for
 * anything that is not a well-formed image; image may then be half converted and is of no use.
 */
int plan_decode(void *image, size_t size, struct plan *ret, struct err *err);
