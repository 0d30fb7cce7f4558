/* SPDX-License-Identifier: Apache-2.0 */
/* layer_internal: between layer_job.c and layer_jobs.c. Layer 3, role caller. */
#pragma once

#include "engine/image/layer_job.h"

/* One job from begin to end; blocks. In a process of its own: it ignores SIGPIPE. */
int layer_job_do(const struct store *store, struct layer_job *job, struct err *err);
