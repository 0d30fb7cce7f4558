/* SPDX-License-Identifier: Apache-2.0 */
#include "core/container.h"
#include "core/creation.h"
#include "core/trace.h"

int container_create(const struct container_request *request, struct err *err)
{
	AUTO_CREATION creation = CREATION_INIT(request);
	int r;

	creation.wait_for_start = true;
	creation.begin_ns = trace_now_ns();
	r = creation_prepare(&creation, err);
	if (r == 0)
		r = creation_build(&creation, err);
	if (r == 0)
		r = creation_go(&creation, err);
	if (r < 0)
		return r;
	r = trace_write(&creation, err);
	if (r < 0)
		creation_undo(&creation);
	return r;
}
