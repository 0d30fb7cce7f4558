/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that are written and read again are the same rules. */
#include <errno.h>
#include <string.h>

#include "document.h"
#include "oci/config.h"

static struct arena arena;

static int tear_down(void **state)
{
	arena_done(&arena);
	arena = ARENA_INIT;
	return 0;
}

static struct oci_seccomp *read_rules(const char *text, size_t length)
{
	struct oci_seccomp *rules = NULL;
	struct err err = ERR_INIT;

	if (oci_seccomp_read(&arena, text, length, &rules, &err) < 0)
		fail_msg("%s", err.text);
	return rules;
}

static struct oci_seccomp *again(const struct oci_seccomp *rules)
{
	size_t length;
	const char *text = oci_seccomp_rules_text(&arena, rules, &length);

	assert_int_equal(length, strlen(text));
	return read_rules(text, length);
}

static void assert_same_number(const uint32_t *one, const uint32_t *other)
{
	assert_int_equal(one == NULL, other == NULL);
	if (one)
		assert_int_equal(*one, *other);
}

static void assert_same_rule(
	const struct oci_seccomp_rule *one, const struct oci_seccomp_rule *other)
{
	assert_int_equal(one->action, other->action);
	assert_same_number(one->errno_ret, other->errno_ret);
	assert_int_equal(one->n_names, other->n_names);
	for (size_t i = 0; i < one->n_names; i++)
		assert_string_equal(one->names[i], other->names[i]);
	assert_int_equal(one->n_args, other->n_args);
	for (size_t i = 0; i < one->n_args; i++) {
		assert_int_equal(one->args[i].index, other->args[i].index);
		assert_int_equal(one->args[i].op, other->args[i].op);
		assert_true(one->args[i].value == other->args[i].value);
		assert_true(one->args[i].value_two == other->args[i].value_two);
	}
}

static void assert_same(const struct oci_seccomp *one, const struct oci_seccomp *other)
{
	assert_int_equal(one->default_action, other->default_action);
	assert_same_number(one->default_errno_ret, other->default_errno_ret);
	assert_int_equal(one->n_architectures, other->n_architectures);
	for (size_t i = 0; i < one->n_architectures; i++)
		assert_int_equal(one->architectures[i], other->architectures[i]);
	assert_int_equal(one->n_syscalls, other->n_syscalls);
	for (size_t i = 0; i < one->n_syscalls; i++)
		assert_same_rule(&one->syscalls[i], &other->syscalls[i]);
}

static void every_action_is_the_same_again(void **state)
{
	static const uint32_t numbers[] = { 0, 1, 4095, UINT32_MAX };
	struct oci_seccomp_rule rules[OCI_SECCOMP_ACTION_COUNT] = { 0 };
	const char *names[] = { "read", "a \"name\"\n\\ \x01 ü" };
	struct oci_seccomp seccomp = { .syscalls = rules, .n_syscalls = COUNT_OF(rules) };

	for (size_t i = 0; i < COUNT_OF(rules); i++)
		rules[i] = (struct oci_seccomp_rule){
			.names = names,
			.n_names = i % 3,
			.action = i,
			.errno_ret = i % 2 ? &numbers[i % 4] : NULL,
		};
	for (size_t i = 0; i < OCI_SECCOMP_ACTION_COUNT; i++) {
		seccomp.default_action = i;
		seccomp.default_errno_ret = i % 2 ? NULL : &numbers[i % 4];
		assert_same(&seccomp, again(&seccomp));
	}
}

static void every_comparison_is_the_same_again(void **state)
{
	static const uint64_t values[] = { 0, 1, UINT32_MAX, INT64_MAX, 1ULL << 63, UINT64_MAX };
	const char *names[] = { "read" };
	struct oci_seccomp_arg args[7];
	struct oci_seccomp_rule rule = {
		.names = names, .n_names = 1, .args = args, .n_args = COUNT_OF(args)
	};
	struct oci_seccomp seccomp = { .syscalls = &rule, .n_syscalls = 1 };

	for (size_t shift = 0; shift < COUNT_OF(values); shift++) {
		for (size_t i = 0; i < COUNT_OF(args); i++)
			args[i] = (struct oci_seccomp_arg){
				.index = (uint32_t)(i + shift) % 6,
				.op = OCI_SECCOMP_NE + i,
				.value = values[(i + shift) % COUNT_OF(values)],
				.value_two = values[(2 * i + shift) % COUNT_OF(values)],
			};
		assert_same(&seccomp, again(&seccomp));
	}
}

static void every_architecture_is_the_same_again(void **state)
{
	enum oci_seccomp_arch archs[OCI_ARCH_COUNT];
	struct oci_seccomp seccomp = { .architectures = archs, .n_architectures = OCI_ARCH_COUNT };

	for (size_t i = 0; i < OCI_ARCH_COUNT; i++)
		archs[i] = i;
	assert_same(&seccomp, again(&seccomp));
}

static void a_profile_like_dockers_is_the_same_again(void **state)
{
	size_t size;
	const char *text = document_file(&arena, "seccomp/default.json", &size);
	struct oci_seccomp *rules = read_rules(text, size);

	assert_true(rules->n_syscalls > 10);
	assert_same(rules, again(rules));
}

static void flags_and_listener_are_the_callers_alone(void **state)
{
	static const uint32_t flags = OCI_SECCOMP_FLAG_LOG;
	const struct oci_seccomp seccomp = {
		.flags = &flags,
		.listener_path = "/run/agent",
		.listener_metadata = "secret",
	};
	const struct oci_seccomp *got = again(&seccomp);

	assert_null(got->flags);
	assert_null(got->listener_path);
	assert_null(got->listener_metadata);
}

#define TEST(name) cmocka_unit_test_teardown(name, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_action_is_the_same_again),
		TEST(every_comparison_is_the_same_again),
		TEST(every_architecture_is_the_same_again),
		TEST(a_profile_like_dockers_is_the_same_again),
		TEST(flags_and_listener_are_the_callers_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
