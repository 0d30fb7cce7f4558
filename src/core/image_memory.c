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

int image_memory_make(struct creation *creation, int report_fd, int *ret_fd, struct err *err)
{
	bool is_traced = creation->request->trace_file != NULL;
	size_t size, whole, times_bytes;
	char *memory;

	creation->image = (struct plan){
		.steps = creation->plan.steps,
		.n_steps = creation->plan.n_steps,
		.fds = creation->fds,
		.n_fds = creation->plan.n_slots,
		.report_fd = report_fd,
		.preserved_fds = creation->request->preserve_fds,
		.id = creation->request->id,
	};
	fault_configure(&creation->image);
	times_bytes = is_traced ? page_up(creation->plan.n_steps * sizeof(struct plan_time)) : 0;
	size = plan_encoded_size(&creation->image);
	whole = page_up(size) + times_bytes;
	AUTO_FD int fd = memfd_create("hull-plan", MFD_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "memfd_create");
	if (ftruncate(fd, (off_t)whole) < 0)
		return err_sys(err, "ftruncate the plan to %zu bytes", whole);
	memory = mmap(NULL, whole, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		return err_sys(err, "mmap the plan of %zu bytes", whole);
	plan_encode(&creation->image, memory);
	munmap(memory, page_up(size));
	if (is_traced) {
		creation->times = (struct plan_time *)(memory + page_up(size));
		creation->times_bytes = times_bytes;
	}
	*ret_fd = TAKE_FD(fd);
	return 0;
}

void image_memory_unmap(struct creation *creation)
{
	if (creation->times)
		munmap(creation->times, creation->times_bytes);
	creation->times = NULL;
}
