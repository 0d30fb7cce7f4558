/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/utc.h"

enum {
	DAY_SECONDS = 86400,
	DAYS_TO_1970 = 719528, /* from 0000-01-01 in the proleptic Gregorian calendar */
};

/* n digits at *at, which moves behind them and the character that follows (unless that is 0). */
static bool take_number(const char **at, int n, char behind, int min, int max, int *ret)
{
	int number = 0;

	for (int i = 0; i < n; i++, (*at)++) {
		if (**at < '0' || **at > '9')
			return false;
		number = number * 10 + (**at - '0');
	}
	if (number < min || number > max)
		return false;
	if (behind) {
		/* "t" and a space are allowed for the "T" */
		if (**at != behind && !(behind == 'T' && (**at == 't' || **at == ' ')))
			return false;
		(*at)++;
	}
	*ret = number;
	return true;
}

static bool take_fraction(const char **at, long *ret_nsec)
{
	long unit = 100000000, nsec = 0;

	*ret_nsec = 0;
	if (**at != '.')
		return true;
	(*at)++;
	if (**at < '0' || **at > '9')
		return false;
	for (; **at >= '0' && **at <= '9'; (*at)++, unit /= 10)
		nsec += (**at - '0') * unit;
	*ret_nsec = nsec;
	return true;
}

/* "Z", "+01:00", "-01:00" and nothing behind it. */
static bool take_zone(const char *at, int *ret_seconds)
{
	int sign = *at == '-' ? -1 : 1;
	int hours, minutes;

	*ret_seconds = 0;
	if (strcmp(at, "Z") == 0 || strcmp(at, "z") == 0)
		return true;
	if (*at != '+' && *at != '-')
		return false;
	at++;
	if (!take_number(&at, 2, ':', 0, 23, &hours) || !take_number(&at, 2, 0, 0, 59, &minutes))
		return false;
	*ret_seconds = sign * (hours * 3600 + minutes * 60);
	return *at == '\0';
}

/* Days from 1970-01-01 to the first of a month (0 is January, 12 the next year's). */
static int64_t days_to_month(int year, int month)
{
	static const int days[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365 };
	bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	int64_t leap_days = 0;

	/* those of the years before this one; year 0 is one */
	if (year > 0)
		leap_days = (year - 1) / 4 - (year - 1) / 100 + (year - 1) / 400 + 1;
	return (int64_t)year * 365 + leap_days + days[month] + (is_leap && month > 1) -
	       DAYS_TO_1970;
}

int utc_parse(const char *text, struct timespec *ret)
{
	int year, month, day, hour, minute, second, zone;
	long nsec;

	if (!take_number(&text, 4, '-', 0, 9999, &year) ||
		!take_number(&text, 2, '-', 1, 12, &month) ||
		!take_number(&text, 2, 'T', 1, 31, &day) ||
		!take_number(&text, 2, ':', 0, 23, &hour) ||
		!take_number(&text, 2, ':', 0, 59, &minute) ||
		!take_number(&text, 2, 0, 0, 60, &second) || !take_fraction(&text, &nsec) ||
		!take_zone(text, &zone) ||
		day > days_to_month(year, month) - days_to_month(year, month - 1))
		return -EINVAL;
	ret->tv_sec = (days_to_month(year, month - 1) + day - 1) * DAY_SECONDS + hour * 3600 +
		      minute * 60 + second - zone;
	ret->tv_nsec = nsec;
	return 0;
}
