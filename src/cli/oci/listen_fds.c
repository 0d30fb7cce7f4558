/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/oci/listen_fds.h"

#include "base/parse.h"
#include "base/text.h"

enum { LISTEN_FDS_MAX = 65536 }; /* no process has more by default (fs.nr_open is 2^20) */

uint32_t listen_fds_count(const char *listen_fds, const char *listen_pid, pid_t self)
{
	uint32_t count;
	uint32_t pid;

	if (text_is_empty(listen_fds) || text_is_empty(listen_pid))
		return 0;
	if (parse_u32(listen_pid, &pid) < 0 || pid != (uint32_t)self)
		return 0;
	if (parse_u32(listen_fds, &count) < 0 || count > LISTEN_FDS_MAX)
		return 0;
	return count;
}
