/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/call_probe.h"

#include <errno.h>
#include <string.h>

#include "sys/mount_api.h"
#include "without_calls.h"

enum { OPENAT2 = 437, CLONE3 = 435, MOUNT_SETATTR = 442, FSOPEN = 430 };

static void ask_below_a_filter(void)
{
	WITHOUT(EPERM, OPENAT2, MOUNT_SETATTR);
	CHILD_ASSERT(call_is_missing(PROBED_OPENAT2, EPERM));
	CHILD_ASSERT(call_is_missing(PROBED_MOUNT_SETATTR, EPERM));
	CHILD_ASSERT(!call_exists(PROBED_MOUNT_SETATTR));
	CHILD_ASSERT(!call_is_missing(PROBED_OPENAT2, EACCES));
	CHILD_ASSERT(!call_is_missing(PROBED_CLONE3, EPERM));
	CHILD_ASSERT(strcmp(mount_lacking_call(), "mount_setattr(2), Linux 5.12") == 0);
}

static void a_filters_refusal_is_told_from_a_real_one(void **state)
{
	in_child(ask_below_a_filter);
}

static void ask_an_old_kernel(void)
{
	WITHOUT(ENOSYS, CLONE3, FSOPEN);
	CHILD_ASSERT(call_is_missing(PROBED_CLONE3, ENOSYS));
	CHILD_ASSERT(!call_exists(PROBED_CLONE3));
	CHILD_ASSERT(!call_exists(PROBED_FSOPEN));
	CHILD_ASSERT(call_exists(PROBED_OPENAT2));
}

static void what_an_old_kernel_lacks_is_missing(void **state)
{
	in_child(ask_an_old_kernel);
}

static void ask_this_kernel(void)
{
	for (int call = 0; call < PROBED_CALL_COUNT; call++)
		CHILD_ASSERT(call_exists((enum probed_call)call));
	CHILD_ASSERT(!mount_lacking_call());
}

/* Nothing older than Debian 12 is built and tested on. */
static void what_is_there_is_not_missing(void **state)
{
	in_child(ask_this_kernel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_filters_refusal_is_told_from_a_real_one),
		cmocka_unit_test(what_an_old_kernel_lacks_is_missing),
		cmocka_unit_test(what_is_there_is_not_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
