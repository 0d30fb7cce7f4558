/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utc.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum {
	DAY_SECONDS = 86400,
	DAYS_TO_1970 = 719528, /* from 0000-01-01 in the proleptic Gregorian calendar */
	DAYS_OF_400_YEARS = 146097,
	DAYS_TO_10000 = 3652425,
};

static bool is_leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int64_t days_of_year(int64_t year)
{
	return is_leap(year) ? 366 : 365;
}

static int64_t days_of_month(int64_t year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month] + (month == 1 && is_leap(year));
}

void utc_text(time_t seconds, char ret[UTC_TEXT_BYTES])
{
	int64_t days = seconds / DAY_SECONDS + DAYS_TO_1970;
	int64_t rest = seconds % DAY_SECONDS;
	int64_t year;
	int month = 0;

	if (rest < 0) {
		rest += DAY_SECONDS;
		days--;
	}
	if (days < 0)
		days = 0;
	if (days >= DAYS_TO_10000)
		days = DAYS_TO_10000 - 1;
	year = days / DAYS_OF_400_YEARS * 400;
	days %= DAYS_OF_400_YEARS;
	for (; days >= days_of_year(year); year++)
		days -= days_of_year(year);
	for (; days >= days_of_month(year, month); month++)
		days -= days_of_month(year, month);
	snprintf(ret, UTC_TEXT_BYTES, "%04d-%02d-%02dT%02d:%02d:%02d", (int)year, month + 1,
		(int)days + 1, (int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60));
}
