/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "cli/printable.h"

static void text_from_outside_becomes_one_harmless_line(void **state)
{
	static const struct {
		const char *text;
		const char *expected;
	} cases[] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "two\nlines", "two lines" },
		{ "end\r\n\n \t", "end" },
		{ " \n", "" },
		{ "a\tb", "a b" },
		{ "\x1b[31mred", "?[31mred" },
		{ "bell\x07 del\x7f", "bell? del?" },
		{ "csi\xc2\x9b"
		  "2J",
			"csi??2J" },
		{ "gr\xc3\xbc\xc3\x9f"
		  "e",
			"gr\xc3\xbc\xc3\x9f"
			"e" },
		{ "\xc2\xa0nbsp", "\xc2\xa0nbsp" },
		{ "cut\xc2", "cut\xc2" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[64];

		text_copy(text, sizeof(text), cases[i].text);
		printable_make_line(text);
		assert_string_equal(text, cases[i].expected);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_from_outside_becomes_one_harmless_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
