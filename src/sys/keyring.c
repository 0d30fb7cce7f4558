/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/keyring.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { KEYRING_JOIN_SESSION = 1 /* KEYCTL_JOIN_SESSION_KEYRING */ };

int keyring_join_session(const char *name, struct err *err)
{
	if (syscall(SYS_keyctl, KEYRING_JOIN_SESSION, name) < 0)
		return err_sys(err, "keyctl session keyring %s", name);
	return 0;
}
