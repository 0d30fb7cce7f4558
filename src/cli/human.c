/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/human.h"

#include <stddef.h>

const char *human_size(struct arena *arena, uint64_t bytes)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB", "PB", "EB" };
	double size = (double)bytes;
	size_t unit = 0;

	while (size >= 1000 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		size /= 1000;
		unit++;
	}
	return arena_printf(arena, "%.3g%s", size, units[unit]);
}

const char *human_duration(struct arena *arena, int64_t seconds)
{
	const int64_t minutes = seconds / 60, hours = (minutes + 30) / 60, days = hours / 24;

	if (seconds < 1)
		return "Less than a second";
	if (seconds == 1)
		return "1 second";
	if (seconds < 60)
		return arena_printf(arena, "%lld seconds", (long long)seconds);
	if (minutes == 1)
		return "About a minute";
	if (minutes < 60)
		return arena_printf(arena, "%lld minutes", (long long)minutes);
	if (hours == 1)
		return "About an hour";
	if (hours < 48)
		return arena_printf(arena, "%lld hours", (long long)hours);
	if (days < 14)
		return arena_printf(arena, "%lld days", (long long)days);
	if (days < 60)
		return arena_printf(arena, "%lld weeks", (long long)days / 7);
	if (days < 2 * 365)
		return arena_printf(arena, "%lld months", (long long)days / 30);
	return arena_printf(arena, "%lld years", (long long)days / 365);
}
