/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/capability.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>

#include "in_child.h"

#define BIT(number) (UINT64_C(1) << (number))

/* A test that needs a right says so where it has not. */
#define NEEDS(number)                                                                      \
	do {                                                                               \
		if (!capability_is_effective(number)) {                                    \
			print_message("# skipped without capability %d\n", (int)(number)); \
			skip();                                                            \
		}                                                                          \
	} while (0)

static struct err err;

static void drop_to_two(void)
{
	struct capability_sets sets, again;

	CHILD_ASSERT(capability_get(&sets, &err) == 0);
	sets.permitted = BIT(CAPABILITY_SETUID) | BIT(CAPABILITY_SYS_ADMIN);
	sets.effective = BIT(CAPABILITY_SETUID);
	sets.inheritable = 0;
	CHILD_ASSERT(capability_set(&sets, &err) == 0);
	CHILD_ASSERT(capability_get(&again, &err) == 0);
	CHILD_ASSERT(again.permitted == sets.permitted);
	CHILD_ASSERT(again.effective == sets.effective);
	CHILD_ASSERT(again.inheritable == 0);
	CHILD_ASSERT(capability_is_effective(CAPABILITY_SETUID));
	CHILD_ASSERT(!capability_is_effective(CAPABILITY_SYS_ADMIN));
	sets.permitted |= BIT(CAPABILITY_SETGID); /* what is gone does not come back */
	CHILD_ASSERT(capability_set(&sets, &err) == -EPERM);
}

static void sets_are_read_as_they_were_written(void **state)
{
	NEEDS(CAPABILITY_SYS_ADMIN);
	in_child(drop_to_two);
}

static void keep_two_in_the_bounding_set(void)
{
	const uint64_t keep = BIT(CAPABILITY_SETUID) | BIT(CAPABILITY_SETGID);

	CHILD_ASSERT(capability_bound(keep, &err) == 0);
	for (unsigned n = 0; n <= CAPABILITY_MAX; n++) {
		int is_bound = prctl(PR_CAPBSET_READ, n, 0, 0, 0);

		if (is_bound < 0)
			break; /* beyond the kernel's last */
		CHILD_ASSERT(is_bound == ((keep & BIT(n)) != 0));
	}
}

static void the_bounding_set_keeps_only_what_it_is_told(void **state)
{
	NEEDS(CAPABILITY_SETPCAP);
	in_child(keep_two_in_the_bounding_set);
}

static void bound_without_the_right(void)
{
	const struct capability_sets none = { 0 };

	CHILD_ASSERT(capability_bound(0, &err) == 0);
	CHILD_ASSERT(capability_set(&none, &err) == 0);
	CHILD_ASSERT(capability_bound(0, &err) == 0);
}

static void a_bounding_set_that_is_empty_needs_no_right_to_be_emptied(void **state)
{
	NEEDS(CAPABILITY_SETPCAP);
	in_child(bound_without_the_right);
}

static void bound_too_late(void)
{
	const struct capability_sets none = { 0 };

	CHILD_ASSERT(capability_set(&none, &err) == 0);
	CHILD_ASSERT(capability_bound(0, &err) == -EPERM);
	CHILD_ASSERT(strstr(err.text, "PR_CAPBSET_DROP") != NULL);
}

static void a_bounding_set_that_stays_full_is_no_success(void **state)
{
	NEEDS(CAPABILITY_SETPCAP);
	in_child(bound_too_late);
}

static void raise_ambient(void)
{
	struct capability_sets sets;

	CHILD_ASSERT(capability_get(&sets, &err) == 0);
	sets.inheritable = BIT(CAPABILITY_SETUID);
	CHILD_ASSERT(capability_set(&sets, &err) == 0);
	CHILD_ASSERT(capability_set_ambient(BIT(CAPABILITY_SETUID), &err) == 0);
	CHILD_ASSERT(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAPABILITY_SETUID, 0, 0) == 1);
	CHILD_ASSERT(capability_set_ambient(0, &err) == 0); /* clears what was there */
	CHILD_ASSERT(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAPABILITY_SETUID, 0, 0) == 0);
	CHILD_ASSERT(capability_set_ambient(BIT(CAPABILITY_SETGID), &err) == -EPERM);
}

static void ambient_capabilities_must_be_inheritable(void **state)
{
	NEEDS(CAPABILITY_SETUID);
	in_child(raise_ambient);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_are_read_as_they_were_written),
		cmocka_unit_test(the_bounding_set_keeps_only_what_it_is_told),
		cmocka_unit_test(a_bounding_set_that_is_empty_needs_no_right_to_be_emptied),
		cmocka_unit_test(a_bounding_set_that_stays_full_is_no_success),
		cmocka_unit_test(ambient_capabilities_must_be_inheritable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
