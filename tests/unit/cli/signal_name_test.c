/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/signal_name.h"

static void signals_are_taken_by_number_and_by_name(void **state)
{
	static const struct {
		const char *word;
		int expected;
	} cases[] = {
		{ "0", 0 },
		{ "1", 1 },
		{ "9", SIGKILL },
		{ "64", 64 },
		{ "TERM", SIGTERM },
		{ "SIGTERM", SIGTERM },
		{ "term", SIGTERM },
		{ "sigterm", SIGTERM },
		{ "SigTerm", SIGTERM },
		{ "KILL", SIGKILL },
		{ "SIGHUP", SIGHUP },
		{ "USR1", SIGUSR1 },
		{ "SIGUSR2", SIGUSR2 },
		{ "CHLD", SIGCHLD },
		{ "CLD", SIGCHLD },
		{ "POLL", SIGIO },
		{ "IOT", SIGABRT },
		{ "WINCH", SIGWINCH },
		{ "SIGSYS", SIGSYS },
		{ "RTMIN", 34 },
		{ "SIGRTMIN", 34 },
		{ "SIGRTMIN+0", 34 },
		{ "SIGRTMIN+3", 37 },
		{ "rtmin+30", 64 },
		{ "RTMAX", 64 },
		{ "SIGRTMAX-1", 63 },
		{ "sigrtmax-30", 34 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = ERR_INIT;
		int number = -1;

		assert_int_equal(signal_parse(cases[i].word, &number, &err), 0);
		assert_int_equal(number, cases[i].expected);
	}
}

static void what_is_no_signal_is_refused(void **state)
{
	static const char *const words[] = { "", "NOPE", "SIG", "SIGNOPE", "SIGSIGTERM", "TERMX",
		"65", "-1", "+9", "9 ", " 9", "0x9", "1x", "4294967305", "99999999999999999999",
		"RTMIN-1", "RTMIN+31", "RTMAX+1", "RTMAX-31", "RTMIN+", "RTMIN+x", "RTMIN3",
		"RTMIN+4294967295", "SIGRTMIN++1" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct err err = ERR_INIT;
		int number = -7;

		assert_int_equal(signal_parse(words[i], &number, &err), -EINVAL);
		assert_int_equal(number, -7);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(signals_are_taken_by_number_and_by_name),
		cmocka_unit_test(what_is_no_signal_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
