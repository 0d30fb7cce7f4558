/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event: the file of events, as far as the monitor has to know it.
 *
 * Layer 3, roles monitor, caller and command.
 */
#pragma once

#define EVENTS_NAME     "events.json"
#define EVENT_TAIL_NAME "event"

enum {
	EVENTS_MAX_BYTES = 8 * 1024 * 1024, /* of the file; the one before has as much */
	EVENT_TAIL_BYTES = 64 * 1024,
};
