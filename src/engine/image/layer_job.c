/* SPDX-License-Identifier: Apache-2.0 */
/* One job, in a process of its own. */
#include "engine/image/layer_job.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "engine/image/layer_internal.h"
#include "engine/image/unpacker.h"

enum {
	PIPE_BYTES = 1024 * 1024,
	BUFFER_BYTES = 256 * 1024,
	/* Text packs to a tenth, a file of zeros to a thousandth; more is a bomb. */
	EXPANSION_MAX = 200,
};

static const uint64_t small_layer_bytes = UINT64_C(4) << 30; /* that much is always allowed */

/* Also what the file system has room for, less a little for everybody else. */
static int unpacked_max(
	const struct layer_job *job, const char *place, uint64_t *ret, struct err *err)
{
	struct statvfs fs;
	uint64_t room, max = small_layer_bytes;

	if (statvfs(place, &fs) < 0)
		return err_sys(err, "statvfs %s", place);
	room = (uint64_t)fs.f_bavail * fs.f_frsize;
	room -= room / 64;
	if (job->blob_bytes > max / EXPANSION_MAX)
		max = job->blob_bytes > UINT64_MAX / EXPANSION_MAX
			      ? UINT64_MAX
			      : job->blob_bytes * EXPANSION_MAX;
	*ret = max < room ? max : room;
	return 0;
}

int layer_file_is_compressed(int fd, bool *ret, struct err *err)
{
	static const struct {
		const char *bytes;
		size_t size;
	} magics[] = { { "\x1f\x8b\x08", 3 }, { "\x28\xb5\x2f\xfd", 4 },
		{ "\xfd"
		  "7zXZ",
			6 } };
	char begin[6] = "";
	ssize_t n = pread(fd, begin, sizeof(begin), 0);

	if (n < 0)
		return err_sys(err, "pread");
	*ret = false;
	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
		if ((size_t)n >= magics[i].size &&
			memcmp(begin, magics[i].bytes, magics[i].size) == 0)
			*ret = true;
	return 0;
}

/* The blob is what its name says, before anything else looks into it. */
static int verify_blob(struct layer_job *job, struct err *err)
{
	char digest[OCI_DIGEST_BYTES];
	uint64_t size;
	int r = store_hash(job->blob_fd, digest, &size, err);

	if (r < 0)
		return r;
	if (size != job->blob_bytes)
		return err_fail(err, EBADMSG, "the file has %llu bytes instead of %llu",
			(unsigned long long)size, (unsigned long long)job->blob_bytes);
	if (job->digest[0] && strcmp(digest, job->digest) != 0)
		return err_fail(err, EBADMSG, "the content's digest is %s", digest);
	memcpy(job->digest, digest, sizeof(digest));
	if (lseek(job->blob_fd, 0, SEEK_SET) < 0)
		return err_sys(err, "lseek");
	return 0;
}

static int check_diff_id(struct layer_job *job, const char *diff_id, struct err *err)
{
	if (job->diff_id[0] == '\0')
		memcpy(job->diff_id, diff_id, OCI_DIGEST_BYTES);
	else if (strcmp(diff_id, job->diff_id) != 0)
		return err_fail(err, EBADMSG,
			"the unpacked layer's digest is %s, the image's configuration says %s",
			diff_id, job->diff_id);
	return 0;
}

struct pump {
	int from_fd, to_fd;
	struct sha256 hash;
	uint64_t n_bytes, max_bytes;
};

/* Hands on what is decompressed, and sees every byte of it. */
static int pump(struct pump *pump, struct layer_job *job, struct err *err)
{
	char *buffer = malloc(BUFFER_BYTES);
	int r = buffer ? 0 : err_fail(err, ENOMEM, "no memory for a buffer");

	while (r == 0) {
		ssize_t n = read(pump->from_fd, buffer, BUFFER_BYTES);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			r = err_sys(err, "read");
		if (n <= 0)
			break;
		if ((uint64_t)n > pump->max_bytes - pump->n_bytes) {
			r = err_fail(err, EFBIG, "it unpacks to more than %llu bytes",
				(unsigned long long)pump->max_bytes);
			break;
		}
		sha256_add(&pump->hash, buffer, (size_t)n);
		pump->n_bytes += (uint64_t)n;
		r = fd_write_all(pump->to_fd, buffer, (size_t)n, err);
		job->n_read = (uint64_t)lseek(job->blob_fd, 0, SEEK_CUR);
	}
	free(buffer);
	return r;
}

static int make_pipe(int *ret_read_fd, int *ret_write_fd, struct err *err)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return err_sys(err, "pipe2");
	(void)fcntl(fds[1], F_SETPIPE_SZ, PIPE_BYTES); /* an ordinary user may have less */
	*ret_read_fd = fds[0];
	*ret_write_fd = fds[1];
	return 0;
}

/*
 * decompress | pump | layer. Which failure is told: the one that is the reason. A reader that fails
 * makes the writer before it fail too, and a writer that ends early the reader.
 */
static int unpack_compressed(const struct store *store, struct layer_job *job,
	const struct unpacker_request *request, struct unpack_report *ret_report, struct err *err)
{
	struct unpacker decompress = UNPACKER_INIT, layer = UNPACKER_INIT;
	struct pump work = { .hash = SHA256_INIT, .max_bytes = request->max_bytes };
	struct unpacker_request first = *request, second = *request;
	struct err pump_err = ERR_INIT, first_err = ERR_INIT;
	AUTO_FD int packed_end = -1;
	AUTO_FD int plain_end = -1;
	char diff_id[OCI_DIGEST_BYTES];
	int pump_r, first_r, r;

	work.from_fd = -1;
	work.to_fd = -1;
	r = make_pipe(&work.from_fd, &packed_end, err);
	if (r == 0)
		r = make_pipe(&plain_end, &work.to_fd, err);
	first.mode = "decompress";
	first.in_fd = job->blob_fd;
	first.out_fd = packed_end;
	second.in_fd = plain_end;
	if (r == 0)
		r = unpacker_start(store, &first, &decompress, err);
	if (r == 0)
		r = unpacker_start(store, &second, &layer, err);
	if (r < 0) {
		unpacker_kill(&decompress);
		fd_close(work.from_fd);
		fd_close(work.to_fd);
		return r;
	}
	fd_replace(&packed_end, -1);
	fd_replace(&plain_end, -1);
	pump_r = pump(&work, job, &pump_err);
	fd_close(work.from_fd);
	if (pump_r < 0 && pump_r != -EPIPE) {
		unpacker_kill(&decompress);
		unpacker_kill(&layer);
		fd_close(work.to_fd);
		*err = pump_err;
		return pump_r;
	}
	fd_close(work.to_fd);
	first_r = unpacker_finish(&decompress, NULL, &first_err);
	r = unpacker_finish(&layer, ret_report, err);
	if (first_r < 0 && pump_r == 0) {
		*err = first_err;
		return first_r;
	}
	if (r < 0)
		return r;
	oci_digest_end(&work.hash, diff_id);
	job->tar_bytes = work.n_bytes;
	return check_diff_id(job, diff_id, err);
}

/* The blob is the tar: its digest has been verified, the unpacker may read it itself. */
static int unpack_plain(const struct store *store, struct layer_job *job,
	struct unpacker_request *request, struct unpack_report *ret_report, struct err *err)
{
	int r = check_diff_id(job, job->digest, err);

	if (r < 0)
		return r;
	job->is_plain = true;
	job->tar_bytes = job->blob_bytes;
	request->in_fd = job->blob_fd;
	return unpacker_run(store, request, ret_report, err);
}

static int write_size(const struct layer_job *job, struct err *err)
{
	char text[24];
	int n = snprintf(text, sizeof(text), "%llu", (unsigned long long)job->tar_bytes);

	AUTO_FD int fd = open(job->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "open %s", job->directory);
	return file_create(fd, "size", text, (size_t)n, 0600, err);
}

int layer_job_do(const struct store *store, struct layer_job *job, struct err *err)
{
	char fs[PATH_MAX + 4];
	struct unpacker_request request = {
		.mode = "layer", .directory = fs, .in_fd = -1, .out_fd = -1
	};
	struct unpack_report report = { 0 };
	bool is_compressed;
	int r = verify_blob(job, err);

	signal(SIGPIPE, SIG_IGN);
	snprintf(fs, sizeof(fs), "%s/fs", job->directory);
	if (r == 0 && (mkdir(job->directory, 0700) < 0 || mkdir(fs, 0755) < 0))
		r = err_sys(err, "mkdir %s", fs);
	if (r == 0)
		r = unpacked_max(job, job->directory, &request.max_bytes, err);
	if (r == 0)
		r = layer_file_is_compressed(job->blob_fd, &is_compressed, err);
	if (r < 0)
		return r;
	r = is_compressed ? unpack_compressed(store, job, &request, &report, err)
			  : unpack_plain(store, job, &request, &report, err);
	job->n_devices_skipped = report.n_devices_skipped;
	return r < 0 ? r : write_size(job, err);
}
