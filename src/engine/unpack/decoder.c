/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/unpack/decoder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"

enum {
	IN_BYTES = 256 * 1024,
	OUT_BYTES = 1024 * 1024,
};

static void *plain_new(struct err *err)
{
	static char state;

	(void)err;
	return &state;
}

static int plain_run(void *state, struct decoder_io *io, struct err *err)
{
	size_t n = io->in_size < io->out_size ? io->in_size : io->out_size;

	(void)state;
	(void)err;
	memcpy(io->out, io->in, n);
	io->in += n;
	io->in_size -= n;
	io->out += n;
	io->out_size -= n;
	return io->in_is_last && io->in_size == 0;
}

static void plain_free(void *state)
{
	(void)state;
}

const struct decoder decoder_plain = {
	.name = "plain",
	.new = plain_new,
	.run = plain_run,
	.free = plain_free,
};

const struct decoder *decoder_find(const uint8_t *bytes, size_t size)
{
	static const struct decoder *const decoders[] = {
		&decoder_gzip,
		&decoder_zstd,
		&decoder_xz,
	};

	for (size_t i = 0; i < sizeof(decoders) / sizeof(decoders[0]); i++)
		if (size >= decoders[i]->magic_size &&
			memcmp(bytes, decoders[i]->magic, decoders[i]->magic_size) == 0)
			return decoders[i];
	return &decoder_plain;
}

struct copy {
	int in_fd, out_fd;
	uint64_t bytes_left;
	uint8_t *in_buffer, *out_buffer;
	const struct decoder *decoder;
	void *state;
};

static int fill(struct copy *copy, struct decoder_io *io, struct err *err)
{
	ssize_t n = fd_read_up_to(copy->in_fd, copy->in_buffer, IN_BYTES, err);

	if (n < 0)
		return (int)n;
	io->in = copy->in_buffer;
	io->in_size = (size_t)n;
	io->in_is_last = n < IN_BYTES;
	return 0;
}

static int run(struct copy *copy, struct decoder_io *io, struct err *err)
{
	bool has_ended = false;
	int r = 0;

	while (r == 0 && !has_ended) {
		const uint8_t *in_before = io->in;
		size_t n;

		io->out = copy->out_buffer;
		io->out_size = OUT_BYTES;
		r = copy->decoder->run(copy->state, io, err);
		if (r < 0)
			break;
		has_ended = r == 1;
		n = (size_t)(io->out - copy->out_buffer);
		if (n == 0 && io->in == in_before && !has_ended && io->in_is_last)
			return err_fail(
				err, EINVAL, "the %s stream ends too early", copy->decoder->name);
		if (n > copy->bytes_left)
			return err_fail(err, EFBIG, "the %s stream holds more than is allowed",
				copy->decoder->name);
		copy->bytes_left -= n;
		r = fd_write_all(copy->out_fd, copy->out_buffer, n, err);
		if (r == 0 && io->in_size == 0 && !io->in_is_last)
			r = fill(copy, io, err);
	}
	return r;
}

int decoder_copy(int in_fd, int out_fd, uint64_t max_bytes, struct err *err)
{
	struct copy copy = {
		.in_fd = in_fd,
		.out_fd = out_fd,
		.bytes_left = max_bytes,
		.in_buffer = malloc(IN_BYTES),
		.out_buffer = malloc(OUT_BYTES),
	};
	struct decoder_io io = { 0 };
	int r = copy.in_buffer && copy.out_buffer ? fill(&copy, &io, err)
						  : err_fail(err, ENOMEM, "no memory for buffers");

	if (r == 0) {
		copy.decoder = decoder_find(io.in, io.in_size);
		copy.state = copy.decoder->new (err);
		r = copy.state ? run(&copy, &io, err) : -err->code;
		if (copy.state)
			copy.decoder->free(copy.state);
	}
	free(copy.in_buffer);
	free(copy.out_buffer);
	return r;
}
