/* SPDX-License-Identifier: Apache-2.0 */
/* xz, as old images have it; at most 256 MiB of memory, which its strongest preset fits into. */
#include <errno.h>
#include <lzma.h>
#include <stdlib.h>

#include "engine/unpack/decoder.h"

static const uint64_t memory_max_bytes = 256 * 1024 * 1024;

static void *xz_new(struct err *err)
{
	lzma_stream *stream = calloc(1, sizeof(*stream));

	if (stream && lzma_stream_decoder(stream, memory_max_bytes, LZMA_CONCATENATED) == LZMA_OK)
		return stream;
	free(stream);
	err_fail(err, ENOMEM, "no memory for xz");
	return NULL;
}

static int xz_run(void *state, struct decoder_io *io, struct err *err)
{
	lzma_stream *stream = state;
	lzma_ret code;

	stream->next_in = io->in;
	stream->avail_in = io->in_size;
	stream->next_out = io->out;
	stream->avail_out = io->out_size;
	code = lzma_code(stream, io->in_is_last ? LZMA_FINISH : LZMA_RUN);
	io->in = stream->next_in;
	io->in_size = stream->avail_in;
	io->out = stream->next_out;
	io->out_size = stream->avail_out;
	if (code == LZMA_STREAM_END)
		return 1;
	if (code != LZMA_OK && code != LZMA_BUF_ERROR)
		return err_fail(err, EINVAL, "xz: %s",
			code == LZMA_MEMLIMIT_ERROR ? "needs more than 256 MiB of memory"
						    : "damaged data");
	return 0;
}

static void xz_free(void *state)
{
	lzma_end(state);
	free(state);
}

const struct decoder decoder_xz = {
	.name = "xz",
	.magic = { 0xfd, '7', 'z', 'X', 'Z', 0 },
	.magic_size = 6,
	.new = xz_new,
	.run = xz_run,
	.free = xz_free,
};
