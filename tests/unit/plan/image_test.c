/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/image.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sample.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* An exact copy on the heap: a read past its end is seen by the sanitizer. */
static void *copy_of(const void *bytes, size_t size)
{
	void *copy = malloc(size ? size : 1);

	assert_non_null(copy);
	memcpy(copy, bytes, size);
	return copy;
}

static void *encode(const struct plan *plan, size_t *ret_size)
{
	void *image;

	*ret_size = plan_encoded_size(plan);
	image = malloc(*ret_size);
	assert_non_null(image);
	plan_encode(plan, image);
	return image;
}

static void assert_refused(const void *bytes, size_t size)
{
	void *copy = copy_of(bytes, size);
	struct err err = ERR_INIT;
	struct plan plan;

	assert_int_equal(plan_decode(copy, size, &plan, &err), -EPROTO);
	assert_int_equal(err.code, EPROTO);
	assert_string_not_equal(err.text, "");
	free(copy);
}

static void assert_strings(plan_strings a, plan_strings b)
{
	size_t i = 0;

	for (; b[i]; i++)
		assert_string_equal(a[i], b[i]);
	assert_null(a[i]);
}

static void assert_field(
	const struct plan_field *field, const struct step *got, const struct step *put)
{
	const char *a = (const char *)got + field->offset;
	const char *b = (const char *)put + field->offset;

	switch ((enum plan_field_type)field->type) {
	case PLAN_FIELD_NUMBER:
	case PLAN_FIELD_SLOT:
		assert_memory_equal(a, b, sizeof(uint64_t));
		break;
	case PLAN_FIELD_STRING:
		assert_string_equal(*(const char *const *)a, *(const char *const *)b);
		break;
	case PLAN_FIELD_STRINGS:
		assert_strings(*(const plan_strings *)a, *(const plan_strings *)b);
		break;
	case PLAN_FIELD_BYTES: {
		const struct plan_bytes *x = (const void *)a, *y = (const void *)b;

		assert_int_equal(x->size, y->size);
		assert_memory_equal(x->data, y->data, y->size);
		break;
	}
	}
}

static void every_field_of_every_step_survives(void **state)
{
	const struct plan *put = sample_plan();
	struct err err = ERR_INIT;
	struct plan got;
	size_t size;
	void *image = encode(put, &size);

	assert_int_equal(plan_decode(image, size, &got, &err), 0);
	assert_int_equal(got.n_steps, STEP_KIND_COUNT);
	for (size_t i = 0; i < STEP_KIND_COUNT; i++) {
		const struct plan_step_type *type = plan_step_type((uint32_t)i);

		assert_int_equal(got.steps[i].kind, i);
		assert_string_equal(got.steps[i].config, put->steps[i].config);
		for (size_t k = 0; k < type->n_fields; k++)
			assert_field(&type->fields[k], &got.steps[i], &put->steps[i]);
	}
	free(image);
}

static void the_header_survives(void **state)
{
	const int64_t fds[] = { 7, -1, 9 };
	const struct plan put = {
		.fds = fds,
		.n_fds = 3,
		.report_fd = 5,
		.preserved_fds = 2,
		.fault_step = 11,
		.hold_step = 12,
		.id = "c1",
	};
	struct err err = ERR_INIT;
	struct plan got;
	size_t size;
	void *image = encode(&put, &size);

	assert_int_equal(plan_decode(image, size, &got, &err), 0);
	assert_int_equal(got.n_steps, 0);
	assert_int_equal(got.n_fds, 3);
	assert_memory_equal(got.fds, fds, sizeof(fds));
	assert_int_equal(got.report_fd, 5);
	assert_int_equal(got.preserved_fds, 2);
	assert_int_equal(got.fault_step, 11);
	assert_int_equal(got.hold_step, 12);
	assert_string_equal(got.id, "c1");
	free(image);
}

static void what_is_null_stays_null(void **state)
{
	struct step step = { .kind = STEP_MOUNT };
	const struct plan put = { .steps = &step, .n_steps = 1 };
	struct err err = ERR_INIT;
	struct plan got;
	size_t size;
	void *image;

	step.mount.target = "";
	step.mount.source.slot = PLAN_NO_SLOT;
	image = encode(&put, &size);
	assert_int_equal(plan_decode(image, size, &got, &err), 0);
	assert_null(got.steps[0].mount.type);
	assert_string_equal(got.steps[0].mount.target, "");
	assert_int_equal(got.steps[0].mount.source.slot, PLAN_NO_SLOT);
	assert_string_equal(got.steps[0].config, "");
	assert_string_equal(got.id, "");
	free(image);
}

static void an_empty_list_is_no_missing_list(void **state)
{
	const char *const empty[] = { NULL };
	struct step step = { .kind = STEP_COMMAND, .command = { .args = empty } };
	const struct plan put = { .steps = &step, .n_steps = 1 };
	struct err err = ERR_INIT;
	struct plan got;
	size_t size;
	void *image = encode(&put, &size);

	assert_int_equal(plan_decode(image, size, &got, &err), 0);
	assert_non_null(got.steps[0].command.args);
	assert_null(got.steps[0].command.args[0]);
	assert_null(got.steps[0].command.env);
	free(image);
}

/* Two encodings of one plan are the same bytes: nothing of the memory around gets in. */
static void an_image_holds_nothing_of_the_callers_memory(void **state)
{
	size_t size;
	char *first = encode(sample_plan(), &size);
	char *second = malloc(size);

	assert_non_null(second);
	memset(second, 0xa5, size);
	plan_encode(sample_plan(), second);
	assert_memory_equal(first, second, size);
	free(first);
	free(second);
}

/* ---- the table of fields ---- */

#define MEMBER(kind, member) [kind] = sizeof(((struct step *)NULL)->member)

static void the_table_describes_every_byte_of_every_step(void **state)
{
	static const size_t sizes[STEP_KIND_COUNT] = {
		MEMBER(STEP_JOIN, join),
		MEMBER(STEP_UNSHARE, unshare),
		MEMBER(STEP_FORK, fork),
		MEMBER(STEP_KEYRING, keyring),
		MEMBER(STEP_HOSTNAME, name),
		MEMBER(STEP_DOMAINNAME, name),
		MEMBER(STEP_PROPAGATION, propagation),
		MEMBER(STEP_ROOT, root),
		MEMBER(STEP_MOUNT, mount),
		MEMBER(STEP_UNMOUNT, unmount),
		MEMBER(STEP_DEVICE, device),
		MEMBER(STEP_SYMLINK, symlink),
		MEMBER(STEP_SYSCTL, sysctl),
		MEMBER(STEP_SYNC, sync),
		MEMBER(STEP_HOOK, hook),
		MEMBER(STEP_ENTER_ROOT, enter_root),
		MEMBER(STEP_OPEN_ROOT, path),
		MEMBER(STEP_CONSOLE, console),
		MEMBER(STEP_READONLY_PATH, path),
		MEMBER(STEP_MASK, mask),
		MEMBER(STEP_ROOT_ATTRIBUTES, root_attributes),
		MEMBER(STEP_LABEL, label),
		MEMBER(STEP_OOM_SCORE, oom_score),
		MEMBER(STEP_RLIMIT, rlimit),
		MEMBER(STEP_SCHEDULER, scheduler),
		MEMBER(STEP_IO_PRIORITY, io_priority),
		MEMBER(STEP_AFFINITY, affinity),
		MEMBER(STEP_MEMORY_POLICY, memory_policy),
		MEMBER(STEP_PERSONALITY, personality),
		MEMBER(STEP_SECCOMP, seccomp),
		MEMBER(STEP_CWD, cwd),
		MEMBER(STEP_IDENTITY, identity),
		MEMBER(STEP_CAPABILITIES, capabilities),
		MEMBER(STEP_COMMAND, command),
		MEMBER(STEP_WAIT_START, wait_start),
	};

	for (uint32_t kind = 0; kind < STEP_KIND_COUNT; kind++) {
		const struct plan_step_type *type = plan_step_type(kind);
		size_t described = 0;

		for (size_t i = 0; i < type->n_fields; i++)
			described += type->fields[i].type == PLAN_FIELD_BYTES
					     ? sizeof(struct plan_bytes)
					     : sizeof(uint64_t);
		if (described != sizes[kind])
			fail_msg("%s: %zu of %zu bytes are described", type->name, described,
				sizes[kind]);
	}
}

static void every_kind_has_a_name_of_its_own(void **state)
{
	for (uint32_t a = 0; a < STEP_KIND_COUNT; a++) {
		assert_non_null(plan_step_name(a));
		for (uint32_t b = 0; b < a; b++)
			assert_string_not_equal(plan_step_name(a), plan_step_name(b));
	}
	assert_null(plan_step_type(STEP_KIND_COUNT));
	assert_string_equal(plan_step_name(STEP_KIND_COUNT), "UNKNOWN");
}

static void a_steps_object_is_its_first_string(void **state)
{
	const struct step mount = { .kind = STEP_MOUNT,
		.mount = { .target = "/proc", .type = "proc" } };
	const struct step nothing = { .kind = STEP_SESSION };
	const struct step unset = { .kind = STEP_HOSTNAME };

	assert_string_equal(plan_step_object(&mount), "/proc");
	assert_string_equal(plan_step_object(&nothing), "");
	assert_string_equal(plan_step_object(&unset), "");
}

/* ---- what is no image ---- */

static void every_cut_off_image_is_refused(void **state)
{
	size_t size;
	char *image = encode(sample_plan(), &size);

	for (size_t cut = 0; cut < size; cut++)
		assert_refused(image, cut);
	free(image);
}

static void an_image_with_more_behind_it_is_refused(void **state)
{
	size_t size;
	char *image = encode(sample_plan(), &size);
	char *longer = calloc(1, size + 8);

	assert_non_null(longer);
	memcpy(longer, image, size);
	assert_refused(longer, size + 8);
	free(longer);
	free(image);
}

/* The header as docs/formats/plan.md has it, by the number of the 64-bit word. */
enum { WORD_MAGIC, WORD_SIZE, WORD_STEPS, WORD_N_STEPS, WORD_FDS, WORD_N_FDS, WORD_ID };

static void wrong_words_in_the_header_are_refused(void **state)
{
	static const struct {
		size_t word;
		uint64_t value;
	} rows[] = {
		{ WORD_MAGIC, 0 },
		{ WORD_MAGIC, UINT64_C(0x326e616c706c7568) }, /* the next version */
		{ WORD_SIZE, 0 },
		{ WORD_SIZE, UINT64_MAX },
		{ WORD_STEPS, 1 },
		{ WORD_STEPS, UINT64_MAX },
		{ WORD_STEPS, UINT64_MAX - 7 },
		{ WORD_N_STEPS, PLAN_IMAGE_MAX_STEPS + 1 },
		{ WORD_N_STEPS, UINT64_MAX },
		{ WORD_N_STEPS, PLAN_IMAGE_MAX_STEPS },
		{ WORD_FDS, 4 },
		{ WORD_FDS, UINT64_MAX - 7 },
		{ WORD_N_FDS, UINT64_MAX },
		{ WORD_N_FDS, UINT64_MAX / 8 },
		{ WORD_ID, 3 },
		{ WORD_ID, UINT64_MAX - 7 },
	};
	size_t size;
	uint64_t *image = encode(sample_plan(), &size);

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		uint64_t kept = image[rows[i].word];

		image[rows[i].word] = rows[i].value;
		assert_refused(image, size);
		image[rows[i].word] = kept;
	}
	free(image);
}

/* One step whose fields lead somewhere else. */
static void assert_step_refused(const struct step *step, size_t offset, uint64_t value)
{
	const int64_t fds[] = { 3 };
	const struct plan put = {
		.steps = (struct step *)step, .n_steps = 1, .fds = fds, .n_fds = 1
	};
	size_t size;
	char *image = encode(&put, &size);
	uint64_t steps;

	memcpy(&steps, image + WORD_STEPS * sizeof(uint64_t), sizeof(steps));
	memcpy(image + steps + offset, &value, sizeof(value));
	assert_refused(image, size);
	free(image);
}

static void offsets_that_lead_outside_are_refused(void **state)
{
	static const uint64_t outside[] = { 1, 1 << 20, UINT64_MAX, UINT64_MAX - 7 };
	const char *const list[] = { "a", NULL };
	const struct step name = { .kind = STEP_HOSTNAME, .name = { "h" } };
	const struct step command = { .kind = STEP_COMMAND, .command = { .args = list } };
	const struct step filter = { .kind = STEP_SECCOMP,
		.seccomp = { .filter = { "12345678", 8 } } };

	for (size_t i = 0; i < COUNT_OF(outside); i++) {
		assert_step_refused(&name, offsetof(struct step, config), outside[i]);
		assert_step_refused(&name, offsetof(struct step, name.name), outside[i]);
		assert_step_refused(&command, offsetof(struct step, command.args), outside[i]);
		assert_step_refused(&filter, offsetof(struct step, seccomp.filter), outside[i]);
	}
}

static void sizes_that_lead_outside_are_refused(void **state)
{
	const size_t at = offsetof(struct step, seccomp.filter) + offsetof(struct plan_bytes, size);
	const struct step filter = { .kind = STEP_SECCOMP,
		.seccomp = { .filter = { "12345678", 8 } } };
	const struct step none = { .kind = STEP_SECCOMP };

	assert_step_refused(&filter, at, 4096);
	assert_step_refused(&filter, at, UINT64_MAX);
	assert_step_refused(&none, at, 1); /* bytes without a place */
}

static void slots_that_are_not_there_are_refused(void **state)
{
	const struct step join = { .kind = STEP_JOIN, .join = { .path = "" } };

	assert_step_refused(&join, offsetof(struct step, join.slot), 1);
	assert_step_refused(&join, offsetof(struct step, join.slot), (uint64_t)-2);
	assert_step_refused(&join, offsetof(struct step, join.slot), UINT64_C(1) << 63);
}

static void steps_that_are_none_are_refused(void **state)
{
	const struct step step = { .kind = STEP_SESSION };

	assert_step_refused(&step, offsetof(struct step, kind), STEP_KIND_COUNT);
	assert_step_refused(&step, offsetof(struct step, config), 0);
}

/* Whatever one byte becomes: refused, or something that can be walked. */
static void one_wrong_byte_never_leads_outside(void **state)
{
	static const unsigned char values[] = { 0x00, 0x01, 0x08, 0x7f, 0x80, 0xff };
	size_t size;
	char *image = encode(sample_plan(), &size);

	for (size_t i = 0; i < size * COUNT_OF(values); i++) {
		char *copy = copy_of(image, size);
		struct err err = ERR_INIT;
		struct plan plan;

		copy[i / COUNT_OF(values)] = (char)values[i % COUNT_OF(values)];
		if (plan_decode(copy, size, &plan, &err) == 0)
			sample_walk(&plan, copy, size);
		free(copy);
	}
	free(image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_of_every_step_survives),
		cmocka_unit_test(the_header_survives),
		cmocka_unit_test(what_is_null_stays_null),
		cmocka_unit_test(an_empty_list_is_no_missing_list),
		cmocka_unit_test(an_image_holds_nothing_of_the_callers_memory),
		cmocka_unit_test(the_table_describes_every_byte_of_every_step),
		cmocka_unit_test(every_kind_has_a_name_of_its_own),
		cmocka_unit_test(a_steps_object_is_its_first_string),
		cmocka_unit_test(every_cut_off_image_is_refused),
		cmocka_unit_test(an_image_with_more_behind_it_is_refused),
		cmocka_unit_test(wrong_words_in_the_header_are_refused),
		cmocka_unit_test(offsets_that_lead_outside_are_refused),
		cmocka_unit_test(sizes_that_lead_outside_are_refused),
		cmocka_unit_test(slots_that_are_not_there_are_refused),
		cmocka_unit_test(steps_that_are_none_are_refused),
		cmocka_unit_test(one_wrong_byte_never_leads_outside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
