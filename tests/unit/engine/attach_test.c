/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/attach.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void detach_keys_are_characters_and_controls(void **state)
{
	char keys[DETACH_KEYS_MAX];
	struct err err = ERR_INIT;
	size_t n;

	assert_int_equal(detach_keys_parse("ctrl-p,ctrl-q", keys, &n, &err), 0);
	assert_int_equal(n, 2);
	assert_int_equal(keys[0], 16);
	assert_int_equal(keys[1], 17);
	assert_int_equal(detach_keys_parse("a,ctrl-@,ctrl-_,Z", keys, &n, &err), 0);
	assert_int_equal(n, 4);
	assert_int_equal(keys[1], 0);
	assert_int_equal(keys[2], 31);
	assert_int_equal(detach_keys_parse("", keys, &n, &err), 0);
	assert_int_equal(n, 0);
	assert_int_equal(detach_keys_parse("ctrl-", keys, &n, &err), -EINVAL);
	assert_int_equal(detach_keys_parse("ab", keys, &n, &err), -EINVAL);
	assert_int_equal(detach_keys_parse("ctrl-1", keys, &n, &err), -EINVAL);
	assert_int_equal(
		detach_keys_parse("a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q", keys, &n, &err), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(detach_keys_are_characters_and_controls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
