/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/image/changes.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* What the lines make of nothing, as JSON. */
static const char *changed(struct arena *arena, const char *const *lines, size_t n)
{
	struct json_writer writer = JSON_WRITER_INIT(arena, NULL);
	struct oci_image_run run = { 0 };
	struct err err = ERR_INIT;

	for (size_t i = 0; i < n; i++)
		if (change_apply(arena, lines[i], &run, &err) < 0)
			fail_msg("%s: %s", lines[i], err.text);
	oci_image_run_write(&writer, NULL, &run);
	return json_write_text(&writer, NULL);
}

static void each_instruction_sets_its_part(void **state)
{
	static const struct {
		const char *line, *expected;
	} cases[] = {
		{ "CMD [\"a\", \"b c\"]", "{\"Cmd\":[\"a\",\"b c\"]}" },
		{ "cmd echo $X", "{\"Cmd\":[\"/bin/sh\",\"-c\",\"echo $X\"]}" },
		{ "CMD []", "{}" },
		{ "ENTRYPOINT [\"/e\"]", "{\"Entrypoint\":[\"/e\"]}" },
		{ "ENV A=1 B=\"2 3\" C='4' D=a\\ b",
			"{\"Env\":[\"A=1\",\"B=2 3\",\"C=4\",\"D=a b\"]}" },
		{ "ENV A the rest of it", "{\"Env\":[\"A=the rest of it\"]}" },
		{ "EXPOSE 80 53/udp", "{\"ExposedPorts\":{\"80/tcp\":{},\"53/udp\":{}}}" },
		{ "LABEL a.b=c d=", "{\"Labels\":{\"a.b\":\"c\",\"d\":\"\"}}" },
		{ "STOPSIGNAL SIGINT", "{\"StopSignal\":\"SIGINT\"}" },
		{ "USER 1:2", "{\"User\":\"1:2\"}" },
		{ "VOLUME /a /b", "{\"Volumes\":{\"/a\":{},\"/b\":{}}}" },
		{ "VOLUME [\"/a b\"]", "{\"Volumes\":{\"/a b\":{}}}" },
		{ "WORKDIR=/w", "{\"WorkingDir\":\"/w\"}" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO_ARENA arena = ARENA_INIT;

		assert_string_equal(changed(&arena, &cases[i].line, 1), cases[i].expected);
	}
}

static void a_variable_that_is_set_again_has_the_last_value(void **state)
{
	static const char *const lines[] = { "ENV A=1 AB=2", "ENV A=3" };
	AUTO_ARENA arena = ARENA_INIT;

	assert_string_equal(changed(&arena, lines, 2), "{\"Env\":[\"A=3\",\"AB=2\"]}");
}

static void what_is_no_change_is_refused(void **state)
{
	static const char *const bad[] = { "", "RUN true", "CMD", "CMD  ", "ENV A", "ENV =x",
		"WORKDIR relative", "CMD [\"a\"", "CMD [1]", "VOLUME [{}]", "LABEL a" };

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		AUTO_ARENA arena = ARENA_INIT;
		struct oci_image_run run = { 0 };
		struct err err = ERR_INIT;

		if (change_apply(&arena, bad[i], &run, &err) != -EINVAL)
			fail_msg("\"%s\" was taken", bad[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_instruction_sets_its_part),
		cmocka_unit_test(a_variable_that_is_set_again_has_the_last_value),
		cmocka_unit_test(what_is_no_change_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
