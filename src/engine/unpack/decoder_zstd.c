/* SPDX-License-Identifier: Apache-2.0 */
/* Zstandard (RFC 8878); windows of at most 128 MiB, as its command line has them. */
#include <errno.h>
#include <zstd.h>

#include "engine/unpack/decoder.h"

enum { WINDOW_LOG_MAX = 27 };

static void *zstd_new(struct err *err)
{
	ZSTD_DCtx *context = ZSTD_createDCtx();

	if (!context)
		err_fail(err, ENOMEM, "no memory for zstd");
	else
		ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
	return context;
}

static int zstd_run(void *state, struct decoder_io *io, struct err *err)
{
	ZSTD_inBuffer in = { io->in, io->in_size, 0 };
	ZSTD_outBuffer out = { io->out, io->out_size, 0 };
	size_t left = ZSTD_decompressStream(state, &out, &in);

	if (ZSTD_isError(left))
		return err_fail(err, EINVAL, "zstd: %s", ZSTD_getErrorName(left));
	io->in += in.pos;
	io->in_size -= in.pos;
	io->out += out.pos;
	io->out_size -= out.pos;
	/* 0: a frame is complete; another may follow */
	return left == 0 && io->in_size == 0 && io->in_is_last;
}

static void zstd_free(void *state)
{
	ZSTD_freeDCtx(state);
}

const struct decoder decoder_zstd = {
	.name = "zstd",
	.magic = { 0x28, 0xb5, 0x2f, 0xfd },
	.magic_size = 4,
	.new = zstd_new,
	.run = zstd_run,
	.free = zstd_free,
};
