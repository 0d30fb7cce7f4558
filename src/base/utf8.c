/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

#include <stdbool.h>

/* Bounds of the second byte, which exclude overlong forms and surrogates (Unicode, table 3-7). */
static bool second_byte_fits(unsigned char lead, unsigned char second)
{
	unsigned char low = 0x80, high = 0xbf;

	if (lead == 0xe0)
		low = 0xa0;
	if (lead == 0xed)
		high = 0x9f;
	if (lead == 0xf0)
		low = 0x90;
	if (lead == 0xf4)
		high = 0x8f;
	return second >= low && second <= high;
}

size_t utf8_sequence_length(const char *text, size_t available)
{
	const unsigned char *bytes = (const unsigned char *)text;
	unsigned char lead = bytes[0];
	size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;

	if (lead < 0x80)
		return 1;
	if (lead < 0xc2 || lead > 0xf4 || available < length)
		return 0;
	if (!second_byte_fits(lead, bytes[1]))
		return 0;
	for (size_t i = 2; i < length; i++)
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
	return length;
}

size_t utf8_put(uint32_t character, char *at)
{
	if (character < 0x80) {
		at[0] = (char)character;
		return 1;
	}
	if (character < 0x800) {
		at[0] = (char)(0xc0 | character >> 6);
		at[1] = (char)(0x80 | (character & 0x3f));
		return 2;
	}
	if (character < 0x10000) {
		at[0] = (char)(0xe0 | character >> 12);
		at[1] = (char)(0x80 | (character >> 6 & 0x3f));
		at[2] = (char)(0x80 | (character & 0x3f));
		return 3;
	}
	at[0] = (char)(0xf0 | character >> 18);
	at[1] = (char)(0x80 | (character >> 12 & 0x3f));
	at[2] = (char)(0x80 | (character >> 6 & 0x3f));
	at[3] = (char)(0x80 | (character & 0x3f));
	return 4;
}
