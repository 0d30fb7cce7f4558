/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <grp.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/parse.h"
#include "engine/forward/forward.h"

enum { NOBODY = 65534 };

static int read_target(const char *address, const char *port, struct forward_target *ret)
{
	struct sockaddr_in four = { .sin_family = AF_INET };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
	uint32_t number;

	*ret = (struct forward_target){ .size = 0 };
	if (parse_u32(port, &number) < 0 || number > UINT16_MAX)
		return -1;
	four.sin_port = six.sin6_port = htons((uint16_t)number);
	if (inet_pton(AF_INET, address, &four.sin_addr) == 1) {
		memcpy(&ret->address, &four, sizeof(four));
		ret->size = sizeof(four);
	} else if (inet_pton(AF_INET6, address, &six.sin6_addr) == 1) {
		memcpy(&ret->address, &six, sizeof(six));
		ret->size = sizeof(six);
	}
	return ret->size ? 0 : -1;
}

/* Nothing that it does from here on takes a right. */
static int give_up_rights(void)
{
	if (getuid() == 0 && (setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 ||
				     setresuid(NOBODY, NOBODY, NOBODY) < 0))
		return -1;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_DUMPABLE, 0) < 0 ? -1 : 0;
}

int main(int argc, char **argv)
{
	struct forward_target target;

	if (argc < 4 || read_target(argv[2], argv[3], &target) < 0 || give_up_rights() < 0)
		return EXIT_FAILURE;
	signal(SIGPIPE, SIG_IGN);
	if (strcmp(argv[1], "udp") == 0)
		forward_packets(&target);
	else
		forward_streams(&target);
	return EXIT_SUCCESS;
}
