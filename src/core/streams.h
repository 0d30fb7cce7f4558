/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "oci/config.h"

/*
 * Gives pipes and sockets among the standard streams to the root of the container's user namespace:
 * a program that opens /dev/stdout again has to own it, and in there nobody can give it to itself.
 * Files and terminals stay their owner's. Does nothing without a mapping of its own, or the right.
 */
void streams_hand_over(const struct oci_config *config);
