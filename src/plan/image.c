/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/image.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static_assert(sizeof(void *) == sizeof(uint64_t), "pointers are stored in 64-bit offsets");

#define PLAN_MAGIC UINT64_C(0x316e616c706c7568) /* "hulplan1", little endian */

struct plan_header {
	uint64_t magic;
	uint64_t size;
	uint64_t steps, n_steps; /* offset, count */
	uint64_t fds, n_fds;
	uint64_t id; /* offset */
	int64_t report_fd;
	uint64_t preserved_fds;
	uint64_t fault_step, hold_step;
};

/* Where the next byte goes; without a buffer it only counts. */
struct writer {
	char *buffer; /* NULL: only count */
	size_t used;
};

static size_t align8(size_t n)
{
	return (n + 7) & ~(size_t)7;
}

static uint64_t writer_put(struct writer *writer, const void *bytes, size_t size)
{
	uint64_t at = writer->used;

	if (writer->buffer && size > 0)
		memcpy(writer->buffer + at, bytes, size);
	writer->used = align8(writer->used + size);
	return at;
}

static uint64_t writer_put_string(struct writer *writer, const char *string)
{
	return string ? writer_put(writer, string, strlen(string) + 1) : 0;
}

/* n + 1 cells: n offsets of strings and a NULL. */
static uint64_t writer_put_strings(struct writer *writer, plan_strings strings)
{
	uint64_t zero = 0, at;
	size_t n = 0;

	if (!strings)
		return 0;
	while (strings[n])
		n++;
	at = writer->used;
	for (size_t i = 0; i <= n; i++)
		writer_put(writer, &zero, sizeof(zero));
	for (size_t i = 0; i < n; i++) {
		uint64_t offset = writer_put_string(writer, strings[i]);

		if (writer->buffer)
			memcpy(writer->buffer + at + i * sizeof(offset), &offset, sizeof(offset));
	}
	return at;
}

static uint64_t field_put(struct writer *writer, const struct plan_field *field, const char *at)
{
	switch ((enum plan_field_type)field->type) {
	case PLAN_FIELD_STRING:
		return writer_put_string(writer, *(const char *const *)at);
	case PLAN_FIELD_STRINGS:
		return writer_put_strings(writer, *(const plan_strings *)at);
	case PLAN_FIELD_BYTES: {
		const struct plan_bytes *bytes = (const void *)at;

		return bytes->size > 0 ? writer_put(writer, bytes->data, bytes->size) : 0;
	}
	case PLAN_FIELD_NUMBER:
	case PLAN_FIELD_SLOT:
		break;
	}
	return 0;
}

static bool field_is_pointer(const struct plan_field *field)
{
	return field->type != PLAN_FIELD_NUMBER && field->type != PLAN_FIELD_SLOT;
}

static void step_put(struct writer *writer, const struct step *step, uint64_t at)
{
	const struct plan_step_type *type = plan_step_type(step->kind);
	char *out = writer->buffer ? writer->buffer + at : NULL;
	uint64_t offset;

	assert(type);
	if (out)
		memcpy(out, step, sizeof(*step));
	offset = writer_put_string(writer, step->config ? step->config : "");
	if (out)
		memcpy(out + offsetof(struct step, config), &offset, sizeof(offset));
	for (size_t i = 0; i < type->n_fields; i++) {
		const struct plan_field *field = &type->fields[i];

		if (!field_is_pointer(field))
			continue;
		offset = field_put(writer, field, (const char *)step + field->offset);
		if (out)
			memcpy(out + field->offset, &offset, sizeof(offset));
	}
}

static void plan_put(struct writer *writer, const struct plan *plan)
{
	struct plan_header header = {
		.magic = PLAN_MAGIC,
		.n_steps = plan->n_steps,
		.n_fds = plan->n_fds,
		.report_fd = plan->report_fd,
		.preserved_fds = plan->preserved_fds,
		.fault_step = plan->fault_step,
		.hold_step = plan->hold_step,
	};

	writer_put(writer, &header, sizeof(header));
	header.steps = writer->used;
	writer->used += plan->n_steps * sizeof(struct step);
	header.fds = writer_put(writer, plan->fds, plan->n_fds * sizeof(*plan->fds));
	header.id = writer_put_string(writer, plan->id ? plan->id : "");
	for (uint64_t i = 0; i < plan->n_steps; i++)
		step_put(writer, &plan->steps[i], header.steps + i * sizeof(struct step));
	writer_put(writer, "", 1); /* the last byte of every image is NUL */
	header.size = writer->used;
	if (writer->buffer)
		memcpy(writer->buffer, &header, sizeof(header));
}

size_t plan_encoded_size(const struct plan *plan)
{
	struct writer writer = { .buffer = NULL };

	plan_put(&writer, plan);
	return writer.used;
}

void plan_encode(const struct plan *plan, void *buffer)
{
	struct writer writer = { .buffer = buffer };

	memset(buffer, 0, plan_encoded_size(plan));
	plan_put(&writer, plan);
}

struct reader {
	char *image;
	size_t size;
};

/* count elements of size bytes at offset lie inside the image and are aligned. */
static bool reader_has(const struct reader *reader, uint64_t offset, uint64_t count, size_t size)
{
	uint64_t bytes;

	return offset % 8 == 0 && offset <= reader->size &&
	       !__builtin_mul_overflow(count, size, &bytes) && bytes <= reader->size - offset;
}

/* Replaces the offset at *cell by a pointer; 0 becomes NULL. */
static int reader_point(
	const struct reader *reader, void *cell, uint64_t count, size_t size, struct err *err)
{
	uint64_t offset;
	char *pointer;

	memcpy(&offset, cell, sizeof(offset));
	if (offset > 0 && !reader_has(reader, offset, count, size))
		return err_fail(err, EPROTO, "plan image: offset %llu lies outside",
			(unsigned long long)offset);
	pointer = offset > 0 ? reader->image + offset : NULL;
	memcpy(cell, &pointer, sizeof(pointer));
	return 0;
}

static int reader_point_strings(const struct reader *reader, void *cell, struct err *err)
{
	uint64_t *cells;
	int r = reader_point(reader, cell, 1, sizeof(uint64_t), err);

	if (r < 0)
		return r;
	memcpy(&cells, cell, sizeof(cells));
	if (!cells)
		return 0;
	for (; *cells; cells++) {
		r = reader_point(reader, cells, 1, 1, err);
		if (r < 0)
			return r;
		if ((char *)(cells + 2) > reader->image + reader->size)
			return err_fail(err, EPROTO, "plan image: a list has no end");
	}
	return 0;
}

static int field_point(const struct reader *reader, const struct plan_field *field, char *at,
	uint64_t n_fds, struct err *err)
{
	switch ((enum plan_field_type)field->type) {
	case PLAN_FIELD_STRING:
		return reader_point(reader, at, 1, 1, err);
	case PLAN_FIELD_STRINGS:
		return reader_point_strings(reader, at, err);
	case PLAN_FIELD_BYTES: {
		struct plan_bytes *bytes = (void *)at;
		int r = reader_point(reader, &bytes->data, bytes->size, 1, err);

		if (r == 0 && bytes->size > 0 && !bytes->data)
			return err_fail(err, EPROTO, "plan image: bytes are nowhere");
		return r;
	}
	case PLAN_FIELD_SLOT: {
		int64_t slot;

		memcpy(&slot, at, sizeof(slot));
		if (slot != PLAN_NO_SLOT && (slot < 0 || (uint64_t)slot >= n_fds))
			return err_fail(err, EPROTO, "plan image: no slot %lld", (long long)slot);
		return 0;
	}
	case PLAN_FIELD_NUMBER:
		break;
	}
	return 0;
}

static int step_point(
	const struct reader *reader, struct step *step, uint64_t n_fds, struct err *err)
{
	const struct plan_step_type *type = plan_step_type(step->kind);
	int r;

	if (!type)
		return err_fail(err, EPROTO, "plan image: unknown step kind %u", step->kind);
	r = reader_point(reader, &step->config, 1, 1, err);
	if (r < 0)
		return r;
	if (!step->config)
		return err_fail(err, EPROTO, "plan image: a step without a config pointer");
	for (size_t i = 0; i < type->n_fields; i++) {
		const struct plan_field *field = &type->fields[i];

		r = field_point(reader, field, (char *)step + field->offset, n_fds, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int header_check(
	const struct reader *reader, const struct plan_header *header, struct err *err)
{
	if (header->magic != PLAN_MAGIC)
		return err_fail(err, EPROTO, "plan image: not a plan of this version");
	if (header->size != reader->size || reader->image[reader->size - 1] != '\0')
		return err_fail(err, EPROTO, "plan image: cut off");
	if (header->n_steps > PLAN_IMAGE_MAX_STEPS ||
		!reader_has(reader, header->steps, header->n_steps, sizeof(struct step)) ||
		!reader_has(reader, header->fds, header->n_fds, sizeof(int64_t)) ||
		!reader_has(reader, header->id, 1, 1))
		return err_fail(err, EPROTO, "plan image: its tables lie outside");
	return 0;
}

int plan_decode(void *image, size_t size, struct plan *ret, struct err *err)
{
	struct reader reader = { .image = image, .size = size };
	struct plan_header header;
	struct plan plan;
	int r;

	if (size < sizeof(header) || size > PLAN_IMAGE_MAX_BYTES)
		return err_fail(err, EPROTO, "plan image: %zu bytes are no plan", size);
	memcpy(&header, image, sizeof(header));
	r = header_check(&reader, &header, err);
	if (r < 0)
		return r;
	plan = (struct plan){
		.steps = (void *)(reader.image + header.steps),
		.n_steps = header.n_steps,
		.fds = (void *)(reader.image + header.fds),
		.n_fds = header.n_fds,
		.report_fd = header.report_fd,
		.preserved_fds = header.preserved_fds,
		.fault_step = header.fault_step,
		.hold_step = header.hold_step,
		.id = reader.image + header.id,
	};
	for (uint64_t i = 0; i < plan.n_steps; i++) {
		r = step_point(&reader, &plan.steps[i], plan.n_fds, err);
		if (r < 0)
			return r;
	}
	*ret = plan;
	return 0;
}
