/* SPDX-License-Identifier: Apache-2.0 */
/*
 * liar: a busybox that is the one at REAL, but says that every host is called "liar".
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	const char *name = argc > 0 ? strrchr(argv[0], '/') : NULL;

	name = name ? name + 1 : argv[0];
	if (name && strcmp(name, "hostname") == 0)
		return puts("liar") == EOF;
	execv(REAL, argv);
	return 127;
}
