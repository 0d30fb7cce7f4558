/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/printable.h"

#include <string.h>

static const char line_spaces[] = " \t\r\n";

static void cut_end(char *text)
{
	size_t length = strlen(text);

	while (length > 0 && strchr(line_spaces, text[length - 1]))
		length--;
	text[length] = '\0';
}

/* U+0080 … U+009F are the bytes 0xc2 and 0x80 … 0x9f. */
static int is_c1(const unsigned char *c)
{
	return c[0] == 0xc2 && c[1] >= 0x80 && c[1] <= 0x9f;
}

void printable_make_line(char *text)
{
	cut_end(text);
	for (unsigned char *c = (unsigned char *)text; *c != '\0'; c++) {
		if (strchr(line_spaces, *c))
			*c = ' ';
		else if (*c < 0x20 || *c == 0x7f)
			*c = '?';
		else if (is_c1(c))
			c[0] = c[1] = '?';
	}
}
