/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/user_name.h"

static struct arena arena;
static char path[] = "/tmp/user-name-test-XXXXXX";

static int set_up(void **state)
{
	static const char text[] = "root:x:0:0:root:/root:/bin/sh\n"
				   "broken\n"
				   "short:x\n"
				   "letters:x:many:0::/:/bin/sh\n"
				   "huge:x:4294967295:0::/:/bin/sh\n"
				   "ann:x:1000:1000::/home/ann:/bin/sh\n"
				   "anna:x:1001:1001::/home/anna:/bin/sh\n"
				   "wheel:x:10:";
	int fd = mkstemp(path);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		return -1;
	return close(fd);
}

static int tear_down(void **state)
{
	arena_done(&arena);
	return unlink(path);
}

static void names_have_the_number_of_their_line(void **state)
{
	uint32_t id = 7;

	assert_int_equal(user_id(&arena, path, "root", &id), 0);
	assert_int_equal(id, 0);
	assert_int_equal(user_id(&arena, path, "ann", &id), 0);
	assert_int_equal(id, 1000);
	assert_int_equal(user_id(&arena, path, "wheel", &id), 0);
	assert_int_equal(id, 10);
}

static void a_number_stands_for_itself(void **state)
{
	uint32_t id = 7;

	assert_int_equal(user_id(&arena, path, "4711", &id), 0);
	assert_int_equal(id, 4711);
	assert_int_equal(user_id(&arena, "/nowhere", "1", &id), 0);
	assert_int_equal(id, 1);
}

static void what_nobody_is_called_is_refused(void **state)
{
	static const char *const names[] = { "", "an", "annabel", "broken", "short", "letters",
		"huge", "x", "-1", "4294967295" };
	uint32_t id = 7;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(user_id(&arena, path, names[i], &id), -EINVAL);
	assert_int_equal(user_id(&arena, "/nowhere", "ann", &id), -EINVAL);
	assert_int_equal(id, 7);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_have_the_number_of_their_line),
		cmocka_unit_test(a_number_stands_for_itself),
		cmocka_unit_test(what_nobody_is_called_is_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
