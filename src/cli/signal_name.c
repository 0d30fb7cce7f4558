/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/signal_name.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <strings.h>

#include "base/parse.h"

enum {
	REALTIME_MIN = 34,
	REALTIME_MAX = 64,
};

static const struct {
	const char *name;
	int number;
} signals[] = {
	{ "HUP", SIGHUP },
	{ "INT", SIGINT },
	{ "QUIT", SIGQUIT },
	{ "ILL", SIGILL },
	{ "TRAP", SIGTRAP },
	{ "ABRT", SIGABRT },
	{ "IOT", SIGIOT },
	{ "BUS", SIGBUS },
	{ "FPE", SIGFPE },
	{ "KILL", SIGKILL },
	{ "USR1", SIGUSR1 },
	{ "SEGV", SIGSEGV },
	{ "USR2", SIGUSR2 },
	{ "PIPE", SIGPIPE },
	{ "ALRM", SIGALRM },
	{ "TERM", SIGTERM },
#ifdef SIGSTKFLT
	{ "STKFLT", SIGSTKFLT },
#endif
	{ "CHLD", SIGCHLD },
	{ "CLD", SIGCHLD },
	{ "CONT", SIGCONT },
	{ "STOP", SIGSTOP },
	{ "TSTP", SIGTSTP },
	{ "TTIN", SIGTTIN },
	{ "TTOU", SIGTTOU },
	{ "URG", SIGURG },
	{ "XCPU", SIGXCPU },
	{ "XFSZ", SIGXFSZ },
	{ "VTALRM", SIGVTALRM },
	{ "PROF", SIGPROF },
	{ "WINCH", SIGWINCH },
	{ "IO", SIGIO },
	{ "POLL", SIGPOLL },
	{ "PWR", SIGPWR },
	{ "SYS", SIGSYS },
};

static const char *behind_prefix(const char *word, const char *prefix, size_t length)
{
	return strncasecmp(word, prefix, length) == 0 ? word + length : NULL;
}

/* "", "+3" or "-1" behind RTMIN or RTMAX; 0 if it does not lead to a real-time signal. */
static int count_from(int base, char direction, const char *rest)
{
	uint32_t distance = 0;

	if (rest[0] == '\0')
		return base;
	if (rest[0] != direction || parse_u32(rest + 1, &distance) < 0 ||
		distance > REALTIME_MAX - REALTIME_MIN)
		return 0;
	return direction == '+' ? base + (int)distance : base - (int)distance;
}

static int find_realtime(const char *name)
{
	const char *rest = behind_prefix(name, "RTMIN", 5);

	if (rest)
		return count_from(REALTIME_MIN, '+', rest);
	rest = behind_prefix(name, "RTMAX", 5);
	if (rest)
		return count_from(REALTIME_MAX, '-', rest);
	return 0;
}

static int find_name(const char *word)
{
	const char *behind_sig = behind_prefix(word, "SIG", 3);
	const char *name = behind_sig ? behind_sig : word;

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		if (strcasecmp(name, signals[i].name) == 0)
			return signals[i].number;
	}
	return find_realtime(name);
}

const char *signal_name(int number)
{
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (signals[i].number == number)
			return signals[i].name;
	return NULL;
}

int signal_parse(const char *word, int *ret_number, struct err *err)
{
	uint32_t number;

	if (parse_u32(word, &number) < 0 || number > REALTIME_MAX) {
		number = (uint32_t)find_name(word);
		if (number == 0)
			return err_fail(err, EINVAL, "unknown signal \"%s\"", word);
	}
	*ret_number = (int)number;
	return 0;
}
