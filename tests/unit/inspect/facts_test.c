/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "inspect/facts.h"

static const char status[] = "Name:\tweb server\n"
			     "Umask:\t0022\n"
			     "State:\tS (sleeping)\n"
			     "Pid:\t4321\n"
			     "PPid:\t17\n"
			     "Uid:\t1000\t0\t0\t0\n"
			     "NSpid:\t4321\t7\t1\n"
			     "Kthread:\t0\n";

static void status_is_read(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct process_facts facts;

	facts_parse_status(&arena, status, &facts);
	assert_string_equal(facts.name, "web server");
	assert_int_equal(facts.state, 'S');
	assert_int_equal(facts.parent, 17);
	assert_int_equal(facts.uid, 1000);
	assert_int_equal(facts.n_nspids, 3);
	assert_int_equal(facts.nspids[0], 4321);
	assert_int_equal(facts.nspids[2], 1);
	assert_false(facts.is_kernel_thread);
}

static void what_is_no_status_gives_no_facts(void **state)
{
	static const char *const texts[] = { "", "Name:", "PPid:\tx\nNSpid:\t\n", "\n\n\n",
		"PPid:\t99999999999999999999999\n" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		AUTO_ARENA arena = ARENA_INIT;
		struct process_facts facts;

		facts_parse_status(&arena, texts[i], &facts);
		assert_int_equal(facts.parent, 0);
		assert_int_equal(facts.n_nspids, 0);
		assert_string_equal(facts.name, "");
	}
}

static void more_levels_than_the_kernel_has_are_left_out(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct process_facts facts;
	const char *text = "NSpid:";

	for (int i = 0; i < 100; i++)
		text = arena_printf(&arena, "%s\t%d", text, i + 1);
	facts_parse_status(&arena, text, &facts);
	assert_int_equal(facts.n_nspids, FACTS_NSPID_MAX);
}

static void this_process_is_in_the_view_with_its_parent(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	AUTO_VIEW view = VIEW_INIT;
	struct err err = ERR_INIT;
	struct view_process *own;

	assert_int_equal(view_scan(&arena, &view, &err), 0);
	own = view_find_process(&view, getpid());
	assert_non_null(own);
	assert_int_equal(facts_of(&view, own)->parent, getppid());
	assert_int_equal(facts_of(&view, own)->uid, getuid());
	assert_non_null(strstr(facts_command_line(&view, own), "facts_test"));
	for (int kind = 0; kind < NAMESPACE_KIND_COUNT; kind++) {
		struct view_namespace *namespace = view_find(&view, own->namespaces[kind]);

		assert_non_null(namespace);
		assert_int_equal(namespace->kind, kind);
		assert_true(namespace->n_processes > 0);
		assert_true(namespace->first->pid <= getpid());
	}
	assert_null(view_find(&view, 1));
	assert_null(view_find_process(&view, 0));
}

static void ids_are_mapped_inwards(void **state)
{
	static const char map[] =
		"         0     100000      65536\n     70000       5000          1\n";
	static const struct {
		uint32_t outside, inside;
		bool is_mapped;
	} cases[] = {
		{ 100000, 0, true },
		{ 165535, 65535, true },
		{ 165536, 0, false },
		{ 5000, 70000, true },
		{ 5001, 0, false },
		{ 0, 0, false },
	};
	uint32_t inside;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		inside = 7;
		assert_int_equal(
			facts_map_inside(map, cases[i].outside, &inside), cases[i].is_mapped);
		assert_int_equal(inside, cases[i].is_mapped ? cases[i].inside : 7);
	}
	assert_false(facts_map_inside("", 0, &inside));
	assert_false(facts_map_inside("0 0", 0, &inside));
}

static void processor_time_and_memory_are_those_of_the_process(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	AUTO_VIEW view = VIEW_INIT;
	struct err err = ERR_INIT;
	struct view_process *own;
	struct process_usage usage;

	while (clock() < CLOCKS_PER_SEC / 20)
		; /* at least 50 ms of work */
	assert_int_equal(view_scan(&arena, &view, &err), 0);
	own = view_find_process(&view, getpid());
	usage = facts_usage(&view, own);
	assert_true(usage.cpu_usec >= 30000);
	assert_true(usage.cpu_percent > 0 && usage.cpu_percent < 1000);
	assert_true(facts_of(&view, own)->memory_bytes > 100000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(status_is_read),
		cmocka_unit_test(what_is_no_status_gives_no_facts),
		cmocka_unit_test(more_levels_than_the_kernel_has_are_left_out),
		cmocka_unit_test(this_process_is_in_the_view_with_its_parent),
		cmocka_unit_test(ids_are_mapped_inwards),
		cmocka_unit_test(processor_time_and_memory_are_those_of_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
