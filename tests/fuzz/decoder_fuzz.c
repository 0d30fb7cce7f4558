/* SPDX-License-Identifier: Apache-2.0 */
/* Decompresses whatever comes; never more than was allowed, and plain bytes come out as they are.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "engine/unpack/decoder.h"

enum { ALLOWED_BYTES = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	AUTO_FD int in_fd = memfd_create("in", MFD_CLOEXEC);
	AUTO_FD int out_fd = memfd_create("out", MFD_CLOEXEC);
	struct err err = ERR_INIT;
	struct stat st;
	int r;

	assert(in_fd >= 0 && out_fd >= 0);
	assert(write(in_fd, bytes, size) == (ssize_t)size && lseek(in_fd, 0, SEEK_SET) == 0);
	r = decoder_copy(in_fd, out_fd, ALLOWED_BYTES, &err);
	assert(fstat(out_fd, &st) == 0 && st.st_size <= ALLOWED_BYTES);
	if (r < 0)
		assert(r == -err.code && err.text[0] != '\0');
	else if (decoder_find(bytes, size) == &decoder_plain)
		assert((size_t)st.st_size == size);
	return 0;
}
