/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signals: what a program begins with (signal(7)).
 *
 * Layer sys, role init. By system call: a C library does not let its own real-time signals be
 * touched, and those that a caller ignored would stay ignored for the container's program.
 */
#pragma once

/* Every signal has its default action and none is blocked. */
void signals_reset(void);
