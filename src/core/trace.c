/* SPDX-License-Identifier: Apache-2.0 */
#include "core/trace.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/json_write.h"

enum { TRACE_STAGES_MAX = 32 };

/* One command starts one container: the stages are the process's. */
static struct {
	const char *name;
	uint64_t end_ns;
} stages[TRACE_STAGES_MAX];
static size_t n_stages;

uint64_t trace_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void trace_stage(const char *name)
{
	if (n_stages == TRACE_STAGES_MAX)
		return;
	stages[n_stages].name = name;
	stages[n_stages++].end_ns = trace_now_ns();
}

static void write_event(struct json_writer *writer, const char *name, pid_t pid, uint64_t origin_ns,
	uint64_t begin_ns, uint64_t end_ns)
{
	json_write_object(writer, NULL);
	json_write_string(writer, "name", name);
	json_write_string(writer, "ph", "X"); /* a complete event: begin and duration */
	json_write_i64(writer, "pid", pid);
	json_write_i64(writer, "tid", pid);
	json_write_u64(writer, "ts", begin_ns > origin_ns ? (begin_ns - origin_ns) / 1000 : 0);
	json_write_u64(writer, "dur", end_ns > begin_ns ? (end_ns - begin_ns) / 1000 : 0);
}

static void write_caller(struct json_writer *writer, const struct creation *creation)
{
	uint64_t begin = creation->begin_ns;

	for (size_t i = 0; i < n_stages; i++) {
		write_event(writer, stages[i].name, getpid(), creation->begin_ns, begin,
			stages[i].end_ns);
		json_write_end(writer);
		begin = stages[i].end_ns;
	}
}

static void write_init(struct json_writer *writer, const struct creation *creation)
{
	for (size_t i = 0; i < creation->launch.plan.n_steps; i++) {
		const struct step *step = &creation->launch.plan.steps[i];
		const struct plan_time *time = &creation->launch.times[i];

		if (time->begin_ns == 0)
			break; /* not reached yet: it waits for start */
		write_event(writer, plan_step_name(step->kind), creation->launch.pid,
			creation->begin_ns, time->begin_ns,
			time->end_ns ? time->end_ns : time->begin_ns);
		json_write_object(writer, "args");
		json_write_u64(writer, "step", i);
		json_write_string(writer, "object", plan_step_object(step));
		json_write_string(writer, "config", step->config);
		json_write_end(writer);
		json_write_end(writer);
	}
}

static void write_process_name(struct json_writer *writer, pid_t pid, const char *name)
{
	json_write_object(writer, NULL);
	json_write_string(writer, "name", "process_name");
	json_write_string(writer, "ph", "M");
	json_write_i64(writer, "pid", pid);
	json_write_object(writer, "args");
	json_write_string(writer, "name", name);
	json_write_end(writer);
	json_write_end(writer);
}

int trace_write(const struct creation *creation, struct err *err)
{
	struct json_writer writer = JSON_WRITER_INIT((struct arena *)&creation->arena, " ");
	const char *path = creation->request->trace_file;
	const char *text;
	size_t length;
	int r;

	if (!path || !creation->launch.times)
		return 0;
	json_write_object(&writer, NULL);
	json_write_string(&writer, "displayTimeUnit", "ms");
	json_write_list(&writer, "traceEvents");
	write_process_name(&writer, getpid(), "caller");
	write_process_name(&writer, creation->launch.pid, "hull-init");
	write_caller(&writer, creation);
	write_init(&writer, creation);
	json_write_end(&writer);
	json_write_end(&writer);
	text = json_write_text(&writer, &length);
	AUTO_FD int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0) {
		err_sys(err, "open %s", path);
		return err_path(err, path);
	}
	r = fd_write_all(fd, text, length, err);
	return r < 0 ? err_while(err, "trace file %s", path) : 0;
}
