/* SPDX-License-Identifier: Apache-2.0 */
#include "core/image_memory.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.h"
#include "core/fault.h"
#include "plan/image.h"

enum { IMAGE_PAGE_BYTES = 4096 };

static size_t page_up(size_t n)
{
	return (n + IMAGE_PAGE_BYTES - 1) & ~(size_t)(IMAGE_PAGE_BYTES - 1);
}

/* The timeline, on pages of its own behind the plan; both sides write it. */
static int map_times(struct launch *launch, int fd, size_t plan_bytes, struct err *err)
{
	size_t bytes = page_up(launch->plan.n_steps * sizeof(struct plan_time));
	size_t begin = page_up(plan_bytes);
	void *memory;

	if (ftruncate(fd, (off_t)(begin + bytes)) < 0)
		return err_sys(err, "ftruncate the plan to %zu bytes", begin + bytes);
	memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)begin);
	if (memory == MAP_FAILED)
		return err_sys(err, "mmap the timeline of %zu bytes", bytes);
	launch->times = memory;
	launch->times_bytes = bytes;
	return 0;
}

int image_memory_make(struct launch *launch, int report_fd, int *ret_fd, struct err *err)
{
	size_t size;
	void *bytes;
	int r;
	struct plan image = {
		.steps = launch->plan.steps,
		.n_steps = launch->plan.n_steps,
		.fds = launch->fds,
		.n_fds = launch->plan.n_slots,
		.report_fd = report_fd,
		.preserved_fds = launch->preserved_fds,
		.id = launch->id,
	};

	fault_configure(&image);
	size = plan_encoded_size(&image);
	bytes = arena_alloc(launch->arena, size);
	plan_encode(&image, bytes);
	AUTO_FD int fd = memfd_create("hull-plan", MFD_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "memfd_create");
	/* not by a mapping: to take that away again would interrupt the other processors */
	r = fd_write_all(fd, bytes, size, err);
	if (r == 0 && launch->is_traced)
		r = map_times(launch, fd, size, err);
	if (r < 0)
		return r;
	*ret_fd = TAKE_FD(fd);
	return 0;
}

void image_memory_unmap(struct launch *launch)
{
	if (launch->times)
		munmap(launch->times, launch->times_bytes);
	launch->times = NULL;
}
