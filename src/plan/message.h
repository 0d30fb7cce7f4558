/* SPDX-License-Identifier: Apache-2.0 */
/*
 * message: what hull-init tells its caller, and `start` its container.
 *
 * Layer 1. One message is one datagram of a SOCK_SEQPACKET socket, so it arrives whole or not at
 * all. The bytes are described in docs/formats/messages.md. What comes from hull-init is untrusted:
 * the receiver checks size and kind and runs err_sanitize().
 */
#pragma once

#include <stdint.h>

#include "base/err.h"

enum message_kind {
	MESSAGE_ERROR = 1, /* err says what failed; the sender exits */
	MESSAGE_SYNC,      /* number is the enum plan_sync; waits for MESSAGE_GO */
	MESSAGE_PID,       /* number is the second process's pid (STEP_FORK) */
	MESSAGE_READY,     /* everything is done but the start; waits for MESSAGE_GO */
	MESSAGE_HOLD,      /* tests: number is the index of the step that would be next */
	MESSAGE_GO,        /* caller → hull-init, `start` → hull-init */
	MESSAGE_GROUPS, /* caller → hull-init: descriptors; the first number are of groups, into
			     which it writes itself, the others are the late slots */
};

struct message {
	uint32_t kind; /* enum message_kind */
	uint32_t reserved;
	int64_t number;
	struct err err;
};
