/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The session keyring and its label, on a kernel that is made by hand: what is written where, and
 * in which order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "init/init.h"
#include "sys/keyring.h"
#include "sys/procfs.h"

enum { PROC_FD = 1000 };

static char done[256];
static int label_error, keyring_error;

int procfs_open(int *ret_fd, struct err *err)
{
	*ret_fd = PROC_FD;
	return 0;
}

int procfs_write(int proc_fd, const char *path, const char *text, struct err *err)
{
	char line[128];

	assert_int_equal(proc_fd, PROC_FD);
	snprintf(line, sizeof(line), "%s=%s;", path, text);
	strcat(done, line);
	return label_error ? err_sys_code(err, label_error, "write to /proc/%s", path) : 0;
}

int procfs_sysctl_path(const char *key, char buffer[PROCFS_SYSCTL_PATH_BYTES])
{
	return -EINVAL;
}

int keyring_join_session(const char *name, struct err *err)
{
	strcat(done, "join ");
	strcat(done, name);
	strcat(done, ";");
	return keyring_error ? err_sys_code(err, keyring_error, "keyctl") : 0;
}

static int join(const char *label, struct err *err)
{
	struct init init = { .proc_fd = -1 };
	const struct step step = {
		.kind = STEP_KEYRING,
		.keyring = { .name = "_ses.c1", .label = label },
	};

	done[0] = '\0';
	return step_keyring(&init, &step, err);
}

static int set_up(void **state)
{
	label_error = keyring_error = 0;
	return 0;
}

static void without_a_label_nothing_of_proc_is_touched(void **state)
{
	struct err err = ERR_INIT;

	assert_int_equal(join(NULL, &err), 0);
	assert_string_equal(done, "join _ses.c1;");
	assert_int_equal(join("", &err), 0);
	assert_string_equal(done, "join _ses.c1;");
}

static void the_label_is_for_the_keyring_and_for_no_later_key(void **state)
{
	struct err err = ERR_INIT;

	assert_int_equal(join("u:r:container_t:s0", &err), 0);
	assert_string_equal(done, "self/attr/keycreate=u:r:container_t:s0;join _ses.c1;"
				  "self/attr/keycreate=;");
}

static void a_label_that_selinux_refuses_is_told_and_no_keyring_is_joined(void **state)
{
	struct err err = ERR_INIT;

	label_error = EINVAL;
	assert_int_equal(join("nonsense", &err), -EINVAL);
	assert_string_equal(done, "self/attr/keycreate=nonsense;");
	assert_non_null(strstr(err.text, "label the session keyring nonsense: "));
	assert_non_null(strstr(err.text, "self/attr/keycreate"));
}

static void without_a_keyring_the_label_is_taken_back_nevertheless(void **state)
{
	static const int errors[] = { ENOSYS, EDQUOT, EPERM };
	struct err err = ERR_INIT;

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		keyring_error = errors[i];
		assert_int_equal(join("l", &err), 0);
		assert_string_equal(
			done, "self/attr/keycreate=l;join _ses.c1;self/attr/keycreate=;");
		assert_int_equal(join(NULL, &err), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(without_a_label_nothing_of_proc_is_touched, set_up),
		cmocka_unit_test_setup(the_label_is_for_the_keyring_and_for_no_later_key, set_up),
		cmocka_unit_test_setup(
			a_label_that_selinux_refuses_is_told_and_no_keyring_is_joined, set_up),
		cmocka_unit_test_setup(
			without_a_keyring_the_label_is_taken_back_nevertheless, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
