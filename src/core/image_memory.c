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

int image_memory_make(struct launch *launch, int report_fd, int *ret_fd, struct err *err)
{
	size_t size, whole, times_bytes;
	char *memory;
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
	times_bytes = launch->is_traced ? page_up(launch->plan.n_steps * sizeof(struct plan_time))
					: 0;
	size = plan_encoded_size(&image);
	whole = page_up(size) + times_bytes;
	AUTO_FD int fd = memfd_create("hull-plan", MFD_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "memfd_create");
	if (ftruncate(fd, (off_t)whole) < 0)
		return err_sys(err, "ftruncate the plan to %zu bytes", whole);
	memory = mmap(NULL, whole, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		return err_sys(err, "mmap the plan of %zu bytes", whole);
	plan_encode(&image, memory);
	munmap(memory, page_up(size));
	if (launch->is_traced) {
		launch->times = (struct plan_time *)(memory + page_up(size));
		launch->times_bytes = times_bytes;
	}
	*ret_fd = TAKE_FD(fd);
	return 0;
}

void image_memory_unmap(struct launch *launch)
{
	if (launch->times)
		munmap(launch->times, launch->times_bytes);
	launch->times = NULL;
}
