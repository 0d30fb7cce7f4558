/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/oci/text_argument.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"

int text_argument_read(struct arena *arena, const char *path, const char **ret_text,
	size_t *ret_length, struct err *err)
{
	if (text_equal(path, "-"))
		return file_read_fd(arena, STDIN_FILENO, "standard input", JSON_TEXT_MAX_BYTES,
			ret_text, ret_length, err);

	AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0) {
		err_sys(err, "open %s", path);
		return err_path(err, path);
	}
	return file_read_fd(arena, fd, path, JSON_TEXT_MAX_BYTES, ret_text, ret_length, err);
}
