/* SPDX-License-Identifier: Apache-2.0 */
/* info and version: the store, the machine, the program. */
#include <errno.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json_write.h"
#include "base/text.h"
#include "cli/engine/commands.h"
#include "cli/engine/making.h"
#include "cli/human.h"
#include "cli/template.h"
#include "core/cgroup/cgroup.h"
#include "engine/image/image.h"
#include "seccomp/library.h"

#include <fcntl.h>

enum { OS_RELEASE_MAX_BYTES = 64 * 1024 };

struct info_options {
	const char *format;
};

static const struct option_spec info_option_table[] = {
	OPTION_STRING(struct info_options, format, "format", .letter = 'f', .argument = "FORMAT",
		.help = "json, or a template"),
	OPTION_END,
};

/* PRETTY_NAME of os-release(5). */
static const char *system_name(struct arena *arena)
{
	struct err ignored = ERR_INIT;
	const char *text, *at;
	size_t length;

	if (file_read_at(arena, AT_FDCWD, "/etc/os-release", OS_RELEASE_MAX_BYTES, &text, &length,
		    &ignored) < 0)
		return "Linux";
	at = strstr(text, "PRETTY_NAME=");
	if (!at)
		return "Linux";
	at += strlen("PRETTY_NAME=");
	at += *at == '"';
	return arena_strndup(arena, at, strcspn(at, "\"\n"));
}

static const char *cgroup_version(struct arena *arena)
{
	struct cgroup_host host;
	struct err ignored = ERR_INIT;

	if (cgroup_host_read(arena, &host, &ignored) < 0 || host.kind == CGROUP_KIND_DISABLED)
		return "none";
	return host.kind == CGROUP_KIND_V2 ? "2" : "1";
}

static int write_containers(struct command_call *call, const struct engine *engine,
	struct json_writer *writer, struct err *err)
{
	struct engine_container *containers;
	uint64_t counts[ENGINE_STATUS_COUNT] = { 0 };
	size_t n = 0;
	int r = containers_list(call->arena, engine, &containers, &n, err);

	for (size_t i = 0; i < n; i++) {
		struct engine_state state = { 0 };

		if (r == 0)
			r = containers_state(call->arena, engine, &containers[i], &state, err);
		counts[state.status]++;
		containers_close(&containers[i]);
	}
	json_write_u64(writer, "Containers", n);
	json_write_u64(writer, "ContainersRunning",
		counts[ENGINE_STATUS_RUNNING] + counts[ENGINE_STATUS_RESTARTING]);
	json_write_u64(writer, "ContainersPaused", counts[ENGINE_STATUS_PAUSED]);
	json_write_u64(writer, "ContainersStopped",
		counts[ENGINE_STATUS_EXITED] + counts[ENGINE_STATUS_CREATED] +
			counts[ENGINE_STATUS_DEAD]);
	return r;
}

static void write_machine(struct command_call *call, struct json_writer *writer)
{
	struct utsname machine;
	struct sysinfo info;

	if (uname(&machine) == 0) {
		json_write_string(writer, "KernelVersion", machine.release);
		json_write_string(writer, "Architecture", machine.machine);
		json_write_string(writer, "Name", machine.nodename);
	}
	json_write_string(writer, "OperatingSystem", system_name(call->arena));
	json_write_string(writer, "OSType", "linux");
	json_write_i64(writer, "NCPU", sysconf(_SC_NPROCESSORS_ONLN));
	if (sysinfo(&info) == 0)
		json_write_u64(writer, "MemTotal", (uint64_t)info.totalram * info.mem_unit);
}

static int write_info(struct command_call *call, struct json_writer *writer, struct err *err)
{
	AUTO_MAKING making = MAKING_INIT;
	struct image *images;
	size_t n_images = 0;
	int r = making_open(call, &making, err);

	if (r < 0)
		return r;
	json_write_object(writer, NULL);
	r = write_containers(call, &making.engine, writer, err);
	if (r == 0)
		r = image_list(call->arena, &making.store, &images, &n_images, err);
	json_write_u64(writer, "Images", n_images);
	json_write_string(writer, "ServerVersion", call->program->version);
	json_write_string(writer, "Driver", "overlay");
	json_write_string(writer, "RootDir", making.store.root);
	json_write_string(writer, "CgroupVersion", cgroup_version(call->arena));
	json_write_bool(writer, "Rootless", making.store.has_user_namespace);
	write_machine(call, writer);
	json_write_end(writer);
	return r;
}

static int render(struct command_call *call, const char *format, const char *text, size_t length,
	struct err *err)
{
	const struct json_value *value;
	const char *line;
	int r = json_parse(call->arena, text, length, &value, err);

	if (r < 0)
		return r;
	if (strcmp(format, "json") == 0)
		line = template_json(call->arena, value);
	else
		r = template_render(call->arena, format, value, &line, err);
	if (r == 0)
		fprintf(call->out, "%s\n", line);
	return r;
}

static void print_value(
	struct command_call *call, const char *label, const struct json_value *value)
{
	if (!value)
		return;
	if (value->kind == JSON_KIND_STRING)
		fprintf(call->out, "%s: %s\n", label, value->text);
	else if (value->kind == JSON_KIND_BOOL)
		fprintf(call->out, "%s: %s\n", label, value->is_true ? "true" : "false");
	else if (strcmp(label, "Total Memory") == 0)
		fprintf(call->out, "%s: %s\n", label, human_size(call->arena, value->integer));
	else
		fprintf(call->out, "%s: %llu\n", label, (unsigned long long)value->integer);
}

static int print_info(struct command_call *call, const char *text, size_t length, struct err *err)
{
	static const struct {
		const char *label, *key;
	} lines[] = {
		{ "Containers", "Containers" },
		{ " Running", "ContainersRunning" },
		{ " Paused", "ContainersPaused" },
		{ " Stopped", "ContainersStopped" },
		{ "Images", "Images" },
		{ "Version", "ServerVersion" },
		{ "Root Directory", "RootDir" },
		{ "Storage Driver", "Driver" },
		{ "Cgroup Version", "CgroupVersion" },
		{ "Rootless", "Rootless" },
		{ "Kernel Version", "KernelVersion" },
		{ "Operating System", "OperatingSystem" },
		{ "Architecture", "Architecture" },
		{ "CPUs", "NCPU" },
		{ "Total Memory", "MemTotal" },
		{ "Name", "Name" },
	};
	const struct json_value *info;
	int r = json_parse(call->arena, text, length, &info, err);

	for (size_t i = 0; r == 0 && i < sizeof(lines) / sizeof(lines[0]); i++)
		print_value(call, lines[i].label, json_member(info, lines[i].key));
	return r;
}

static int info_run(struct command_call *call, struct err *err)
{
	const struct info_options *options = call->options;
	struct json_writer writer = JSON_WRITER_INIT(call->arena, NULL);
	size_t length;
	const char *text;
	int r = write_info(call, &writer, err);

	if (r < 0)
		return r;
	text = json_write_text(&writer, &length);
	return text_is_empty(options->format) ? print_info(call, text, length, err)
					      : render(call, options->format, text, length, err);
}

const struct command engine_command_info = {
	.name = "info",
	.summary = "show the store, what is in it, and the machine",
	.options = info_option_table,
	.options_size = sizeof(struct info_options),
	.run = info_run,
};

/* There is one program: what Docker's client and server say is the same here. */
static int version_run(struct command_call *call, struct err *err)
{
	const struct info_options *options = call->options;
	const struct program *program = call->program;
	struct json_writer writer = JSON_WRITER_INIT(call->arena, NULL);
	static const char *const keys[] = { "Client", "Server" };
	struct utsname machine = { 0 };
	const char *text;
	size_t length;

	uname(&machine);
	json_write_object(&writer, NULL);
	for (size_t i = 0; i < 2; i++) {
		json_write_object(&writer, keys[i]);
		json_write_string(&writer, "Version", program->version);
		json_write_string(&writer, "GitCommit", program->commit);
		json_write_string(&writer, "SpecVersion", program->spec_version);
		json_write_string(&writer, "Libseccomp", SECCOMP_LIBRARY_VERSION);
		json_write_string(&writer, "Os", "linux");
		json_write_string(&writer, "Arch", machine.machine);
		json_write_string(&writer, "KernelVersion", machine.release);
		json_write_end(&writer);
	}
	json_write_end(&writer);
	text = json_write_text(&writer, &length);
	if (!text_is_empty(options->format))
		return render(call, options->format, text, length, err);
	fprintf(call->out,
		"Version:     %s\nCommit:      %s\nOCI runtime: %s\nlibseccomp:  %s\n"
		"OS/Arch:     linux/%s\nKernel:      %s\n",
		program->version, program->commit, program->spec_version, SECCOMP_LIBRARY_VERSION,
		machine.machine, machine.release);
	return 0;
}

const struct command engine_command_version = {
	.name = "version",
	.summary = "show the version of hull",
	.options = info_option_table,
	.options_size = sizeof(struct info_options),
	.run = version_run,
};
