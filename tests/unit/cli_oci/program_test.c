/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole command lines, from the words to the call of the core, output and exit status. The core is
 * replaced by functions that note what they were asked for.
 */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "cli/oci/commands.h"
#include "cli/oci/global.h"
#include "cli/program.h"

/* ---- the core that only takes notes ---- */

static struct {
	const char *called; /* name of the function */
	struct runtime runtime;
	struct container_request request;
	char id[64];
	char root[64]; /* runtime.root itself is gone when the program has ended */
	int signal_number;
	bool all, force, json;
	int failure;     /* errno to fail with */
	int exit_status; /* of run */
	struct container_state *containers;
	size_t n_containers;
} core;

static int note(const char *called, const struct runtime *runtime, const char *id, struct err *err)
{
	core.called = called;
	core.runtime = *runtime;
	text_copy(core.id, sizeof(core.id), id);
	text_copy(core.root, sizeof(core.root), runtime->root);
	if (core.failure)
		return err_sys_code(err, core.failure, "open /core");
	return 0;
}

static int note_request(
	const char *called, const struct container_request *request, struct err *err)
{
	core.request = *request;
	return note(called, request->runtime, request->id, err);
}

int container_create(const struct container_request *request, struct err *err)
{
	return note_request("create", request, err);
}

int container_run(const struct container_request *request, int *ret_status, struct err *err)
{
	*ret_status = core.exit_status;
	return note_request("run", request, err);
}

int container_print_plan(
	const struct container_request *request, bool json, FILE *out, struct err *err)
{
	core.json = json;
	fputs("step\n", out);
	return note_request("plan", request, err);
}

int container_start(
	const struct runtime *runtime, const char *id, const char *notify_socket, struct err *err)
{
	return note("start", runtime, id, err);
}

int container_kill(
	const struct runtime *runtime, const char *id, int signal_number, bool all, struct err *err)
{
	core.signal_number = signal_number;
	core.all = all;
	return note("kill", runtime, id, err);
}

int container_delete(const struct runtime *runtime, const char *id, bool force, struct err *err)
{
	core.force = force;
	return note("delete", runtime, id, err);
}

int container_state(struct arena *arena, const struct runtime *runtime, const char *id,
	struct container_state *ret, struct err *err)
{
	int r = note("state", runtime, id, err);

	if (r == 0)
		*ret = core.containers[0];
	return r;
}

int container_list(struct arena *arena, const struct runtime *runtime, struct container_state **ret,
	size_t *ret_count, struct err *err)
{
	int r = note("list", runtime, "", err);

	if (r == 0) {
		*ret = core.containers;
		*ret_count = core.n_containers;
	}
	return r;
}

const char *container_status_name(enum container_status status)
{
	static const char *const names[CONTAINER_STATUS_COUNT] = { "creating", "created", "running",
		"paused", "stopped" };

	return names[status];
}

static const char *annotation_keys[] = { "org.example.b", "org.example.a" };
static const char *annotation_values[] = { "2", "1" };

static struct container_state two_containers[] = {
	{
		.id = "c1",
		.oci_version = "1.3.0",
		.status = CONTAINER_STATUS_RUNNING,
		.pid = 4321,
		.bundle = "/srv/c1",
		.rootfs = "/srv/c1/rootfs",
		.created = "2026-01-02T03:04:05.000000006Z",
		.owner = "root",
		.annotation_keys = annotation_keys,
		.annotation_values = annotation_values,
		.n_annotations = 2,
	},
	{
		.id = "second",
		.oci_version = "1.0.2",
		.status = CONTAINER_STATUS_STOPPED,
		.bundle = "/srv/\x1b]0;x",
		.rootfs = "/srv/x",
		.created = "2026-01-02T03:04:05.100000000Z",
		.owner = "user",
	},
};

/* ---- a program that is run with its output caught ---- */

static const struct program program = {
	.name = "hull-oci",
	.summary = "test",
	.version = "1.2.3",
	.commit = "abcdef",
	.spec_version = "1.3.0",
	.options = global_option_table,
	.commands = oci_commands,
	.prepare = global_prepare,
};

enum {
	WORDS_MAX = 16,
	OUTPUT_BYTES = 16384,
};

struct ran {
	int status;
	char out[OUTPUT_BYTES];
	char err[OUTPUT_BYTES];
};

static int redirect(int fd, int to)
{
	int kept = fcntl(fd, F_DUPFD_CLOEXEC, 10);

	assert_true(kept >= 0);
	assert_int_equal(dup2(to, fd), fd);
	return kept;
}

static void restore(int fd, int kept)
{
	assert_int_equal(dup2(kept, fd), fd);
	close(kept);
}

static void read_back(int fd, char text[OUTPUT_BYTES])
{
	ssize_t length = pread(fd, text, OUTPUT_BYTES - 1, 0);

	assert_true(length >= 0);
	text[length] = '\0';
	close(fd);
}

/* Nothing is asserted while the output is caught, or the reason would be caught with it. */
static struct ran run_to(int out, const char *const *words)
{
	static const char name[] = "hull-oci";
	const char *argv[WORDS_MAX + 2] = { name };
	int err = memfd_create("err", MFD_CLOEXEC);
	struct ran ran = { 0 };
	int argc = 1;
	struct global_options globals = { 0 };
	int kept_out, kept_err;

	for (; argc <= WORDS_MAX && words[argc - 1]; argc++)
		argv[argc] = words[argc - 1];
	fflush(stdout);
	kept_out = redirect(STDOUT_FILENO, out);
	kept_err = redirect(STDERR_FILENO, err);
	ran.status = program_main(&program, &globals.program, argc, (char **)argv);
	fflush(stdout);
	clearerr(stdout);
	restore(STDOUT_FILENO, kept_out);
	restore(STDERR_FILENO, kept_err);
	read_back(err, ran.err);
	return ran;
}

static struct ran run_words(const char *const *words)
{
	int out = memfd_create("out", MFD_CLOEXEC);
	struct ran ran = run_to(out, words);

	read_back(out, ran.out);
	return ran;
}

#define RUN(...) run_words((const char *const[WORDS_MAX + 1]){ __VA_ARGS__ })

/* A directory of the test's own as --root. */
static char root[32];

static int set_up(void **state)
{
	memset(&core, 0, sizeof(core));
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_PID");
	memcpy(root, "/tmp/program-test-XXXXXX", sizeof("/tmp/program-test-XXXXXX"));
	return mkdtemp(root) ? 0 : -1;
}

static int tear_down(void **state)
{
	return rmdir(root);
}

/* ---- tests ---- */

static void create_hands_its_options_to_the_core(void **state)
{
	struct ran ran = RUN("--root", root, "create", "--bundle", "/b", "--pid-file=/p",
		"--config", "/c", "--console-socket", "/s", "-no-pivot", "--preserve-fds", "2",
		"c1");

	assert_int_equal(ran.status, 0);
	assert_string_equal(ran.out, "");
	assert_string_equal(ran.err, "");
	assert_string_equal(core.called, "create");
	assert_string_equal(core.id, "c1");
	assert_string_equal(core.request.bundle, "/b");
	assert_string_equal(core.request.pid_file, "/p");
	assert_string_equal(core.request.config, "/c");
	assert_string_equal(core.request.console_socket, "/s");
	assert_true(core.request.no_pivot);
	assert_false(core.request.no_new_keyring);
	assert_int_equal(core.request.preserve_fds, 2);
	assert_null(core.request.strategy);
}

static void the_global_options_reach_the_core(void **state)
{
	RUN("--root", root, "--systemd-cgroup", "--rootless", "true", "start", "c1");
	assert_string_equal(core.called, "start");
	assert_int_equal(core.runtime.cgroup_manager, CGROUP_MANAGER_SYSTEMD);
	assert_true(core.runtime.is_rootless);
	RUN("--rootless=false", "--cgroup-manager=disabled", "start", "c1");
	assert_int_equal(core.runtime.cgroup_manager, CGROUP_MANAGER_DISABLED);
	assert_false(core.runtime.is_rootless);
	RUN("--systemd-cgroup", "--cgroup-manager", "cgroupfs", "start", "c1");
	assert_int_equal(core.runtime.cgroup_manager, CGROUP_MANAGER_FILES);
	RUN("start", "c1");
	assert_int_equal(core.runtime.cgroup_manager, CGROUP_MANAGER_FILES);
}

static void sockets_of_a_service_manager_are_preserved(void **state)
{
	char pid[16];

	text_format(pid, sizeof(pid), "%d", getpid());
	setenv("LISTEN_FDS", "3", 1);
	setenv("LISTEN_PID", pid, 1);
	assert_int_equal(RUN("--root", root, "run", "--preserve-fds=1", "c1").status, 0);
	assert_int_equal(core.request.preserve_fds, 4);
	assert_int_equal(RUN("--root", root, "run", "--preserve-fds=4294967295", "c1").status, 1);
}

static void run_exits_with_the_status_of_its_process(void **state)
{
	core.exit_status = 137;
	assert_int_equal(RUN("--root", root, "run", "-d", "--keep", "c1").status, 137);
	assert_true(core.request.detach);
	assert_true(core.request.keep);
}

static void a_failed_run_exits_with_1(void **state)
{
	core.failure = ENOENT;
	core.exit_status = 3;
	assert_int_equal(RUN("--root", root, "run", "c1").status, 1);
}

static void kill_understands_signals_before_and_behind_options(void **state)
{
	static const struct {
		const char *words[WORDS_MAX + 1];
		int signal_number;
		bool all;
	} cases[] = {
		{ { "kill", "c1" }, 15, false },
		{ { "kill", "c1", "KILL" }, 9, false },
		{ { "kill", "c1", "9" }, 9, false },
		{ { "kill", "--all", "c1", "9" }, 9, true },
		{ { "kill", "-a", "c1" }, 15, true },
		{ { "kill", "c1", "sigrtmin+1", "--all" }, 35, true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(run_words(cases[i].words).status, 0);
		assert_string_equal(core.called, "kill");
		assert_int_equal(core.signal_number, cases[i].signal_number);
		assert_int_equal(core.all, cases[i].all);
	}
}

static void a_bad_signal_does_not_reach_the_core(void **state)
{
	struct ran ran = RUN("kill", "c1", "NOPE");

	assert_int_equal(ran.status, 1);
	assert_null(core.called);
	assert_string_equal(ran.err, "hull-oci: unknown signal \"NOPE\"\n");
}

static void delete_takes_force_on_either_side(void **state)
{
	assert_int_equal(RUN("delete", "--force", "c1").status, 0);
	assert_true(core.force);
	assert_int_equal(RUN("delete", "c1", "-f").status, 0);
	assert_true(core.force);
	assert_int_equal(RUN("delete", "c1").status, 0);
	assert_false(core.force);
}

static void plan_works_without_an_id(void **state)
{
	struct ran ran = RUN("plan", "-b", "/b", "--strategy", "copy", "--json");

	assert_int_equal(ran.status, 0);
	assert_string_equal(ran.out, "step\n");
	assert_string_equal(core.request.bundle, "/b");
	assert_string_equal(core.request.strategy, "copy");
	assert_true(core.json);
	assert_string_equal(core.id, "container");
	assert_int_equal(RUN("plan", "c1").status, 0);
	assert_string_equal(core.id, "c1");
	assert_false(core.json);
}

static void a_bad_id_reaches_no_command_of_the_core(void **state)
{
	static const char *const commands[] = { "create", "start", "run", "kill", "delete", "state",
		"plan" };

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		struct ran ran = RUN(commands[i], "../c1");

		assert_int_equal(ran.status, 1);
		assert_null(core.called);
		assert_non_null(strstr(ran.err, "invalid container ID format"));
	}
}

static struct json_object *member(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	assert_true(json_object_object_get_ex(object, key, &value));
	return value;
}

static const char *word(struct json_object *object, const char *key)
{
	return json_object_get_string(member(object, key));
}

static void state_prints_what_the_specification_names(void **state)
{
	struct json_object *object;
	struct ran ran;

	core.containers = two_containers;
	ran = RUN("state", "c1");
	object = json_tokener_parse(ran.out);
	assert_int_equal(ran.status, 0);
	assert_true(text_has_prefix(ran.out, "{\n  \"ociVersion\": \"1.3.0\",\n"));
	assert_int_equal(ran.out[strlen(ran.out) - 1], '\n');
	assert_string_equal(word(object, "id"), "c1");
	assert_string_equal(word(object, "status"), "running");
	assert_int_equal(json_object_get_int(member(object, "pid")), 4321);
	assert_string_equal(word(object, "bundle"), "/srv/c1");
	assert_string_equal(word(object, "rootfs"), "/srv/c1/rootfs");
	assert_string_equal(word(object, "created"), "2026-01-02T03:04:05.000000006Z");
	assert_string_equal(word(object, "owner"), "root");
	assert_string_equal(word(member(object, "annotations"), "org.example.a"), "1");
	json_object_put(object);
}

static void list_shows_a_line_for_each_container(void **state)
{
	core.containers = two_containers;
	core.n_containers = 2;
	assert_string_equal(RUN("list").out,
		"ID       PID    STATUS    BUNDLE       CREATED                          OWNER\n"
		"c1       4321   running   /srv/c1      2026-01-02T03:04:05.000000006Z   root\n"
		"second   0      stopped   /srv/?]0;x   2026-01-02T03:04:05.100000000Z   user\n");
}

static void list_quiet_prints_ids_only(void **state)
{
	core.containers = two_containers;
	core.n_containers = 2;
	assert_string_equal(RUN("list", "-q").out, "c1\nsecond\n");
	assert_string_equal(RUN("list", "--quiet", "--format", "json").out, "c1\nsecond\n");
}

static void list_json_is_an_array_of_states(void **state)
{
	struct json_object *array;

	core.containers = two_containers;
	core.n_containers = 2;
	array = json_tokener_parse(RUN("list", "--format=json").out);
	assert_int_equal(json_object_array_length(array), 2);
	assert_string_equal(word(json_object_array_get_idx(array, 0), "id"), "c1");
	assert_string_equal(word(json_object_array_get_idx(array, 1), "owner"), "user");
	assert_string_equal(word(json_object_array_get_idx(array, 1), "bundle"), "/srv/\x1b]0;x");
	json_object_put(array);
}

static void an_empty_list_is_a_headline_or_an_empty_array(void **state)
{
	assert_string_equal(RUN("list").out, "ID   PID   STATUS   BUNDLE   CREATED   OWNER\n");
	assert_string_equal(RUN("list", "-f", "json").out, "[]\n");
	assert_string_equal(RUN("list", "-q").out, "");
}

static void a_failure_is_one_line_and_status_1(void **state)
{
	struct ran ran;

	core.failure = ENOENT;
	ran = RUN("start", "c1");
	assert_int_equal(ran.status, 1);
	assert_string_equal(ran.out, "");
	assert_string_equal(ran.err, "hull-oci: open /core: no such file or directory\n");
}

static void a_failure_in_json_takes_the_lines_place_without_a_log(void **state)
{
	struct json_object *object;
	struct ran ran;

	core.failure = EACCES;
	ran = RUN("--log-format", "json", "start", "c1");
	assert_ptr_equal(strchr(ran.err, '\n'), ran.err + strlen(ran.err) - 1);
	object = json_tokener_parse(ran.err);
	assert_string_equal(word(object, "msg"), "open /core: permission denied");
	assert_string_equal(word(object, "errno"), "EACCES");
	json_object_put(object);
}

static void a_failure_with_a_log_is_in_the_log_and_on_standard_error(void **state)
{
	char log[64];
	char text[OUTPUT_BYTES];
	struct json_object *object;
	struct ran ran;

	core.failure = EACCES;
	text_format(log, sizeof(log), "%s/log", root);
	ran = RUN("--log", log, "--log-format=json", "start", "c1");
	read_back(open(log, O_RDONLY | O_CLOEXEC), text);
	unlink(log);
	object = json_tokener_parse(text);
	assert_string_equal(word(object, "msg"), "open /core: permission denied");
	assert_string_equal(ran.err, "hull-oci: open /core: permission denied\n");
	json_object_put(object);
}

static void bad_lines_are_refused_and_named(void **state)
{
	static const struct {
		const char *words[WORDS_MAX + 1];
		const char *expected;
	} cases[] = {
		{ { NULL }, "hull-oci: no command given; hint: hull-oci --help lists them\n" },
		{ { "frob" },
			"hull-oci: unknown command \"frob\"; hint: hull-oci --help lists them\n" },
		{ { "--bogus", "list" }, "hull-oci: flag provided but not defined: -bogus\n" },
		{ { "--log-format", "xml", "list" }, "hull-oci: invalid value \"xml\" for flag "
						     "-log-format: not one of text|json\n" },
		{ { "--root", "/", "list" }, "hull-oci: root may not be \"/\"\n" },
		{ { "create", "--bundle" }, "hull-oci: create: flag needs an argument: --bundle; "
					    "hint: see hull-oci create --help\n" },
		{ { "start" }, "hull-oci: \"start\" requires exactly 1 argument(s); "
			       "hint: see hull-oci start --help\n" },
		{ { "restore", "--lsm-mount-context" },
			"hull-oci: restore: flag needs an argument: --lsm-mount-context; "
			"hint: see hull-oci restore --help\n" },
		{ { "checkpoint", "--help" },
			"hull-oci: checkpoint: saving and restoring containers is not supported "
			"yet\n" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ran ran = run_words(cases[i].words);

		assert_int_equal(ran.status, 1);
		assert_string_equal(ran.err, cases[i].expected);
		assert_string_equal(ran.out, "");
		assert_null(core.called);
	}
}

static void a_failed_exec_exits_with_255(void **state)
{
	assert_int_equal(RUN("exec", "--bogus", "c1", "true").status, 255);
}

static void the_version_is_in_the_form_that_engines_parse(void **state)
{
	static const char *const spellings[] = { "--version", "-v", "-version" };

	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
		struct ran ran = RUN("--root", "/proc/nowhere", spellings[i]);

		assert_int_equal(ran.status, 0);
		assert_true(text_has_prefix(ran.out, "hull-oci version 1.2.3\n"
						     "commit: abcdef\n"
						     "spec: 1.3.0\n"
						     "libseccomp: 2."));
	}
}

static void help_is_success_for_all_that_works(void **state)
{
	static const char *const commands[] = { "create", "start", "run", "kill", "delete", "state",
		"list", "plan", "spec", "features", "help" };

	assert_true(text_has_prefix(RUN("--help").out, "Usage: hull-oci "));
	assert_true(text_has_prefix(RUN("help").out, "Usage: hull-oci "));
	assert_true(text_has_prefix(RUN("help", "--man").out, ".TH HULL-OCI 8 "));
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		struct ran ran = RUN(commands[i], "--help");

		assert_int_equal(ran.status, 0);
		assert_true(text_has_prefix(ran.out, "Usage: hull-oci "));
		assert_string_equal(RUN("help", commands[i]).out, ran.out);
		assert_true(
			text_has_prefix(RUN("help", "--man", commands[i]).out, ".TH HULL-OCI-"));
	}
	assert_null(core.called);
}

static void features_names_version_and_checkpoint(void **state)
{
	struct ran ran = RUN("--root", "/proc/nowhere", "features");
	struct json_object *object = json_tokener_parse(ran.out);
	struct json_object *annotations;

	assert_int_equal(ran.status, 0);
	assert_true(text_has_prefix(ran.out, "{\n    \"ociVersionMin\": \"1.0.0\",\n"));
	annotations = member(object, "annotations");
	assert_string_equal(word(annotations, "org.hull.version"), "1.2.3");
	assert_string_equal(word(annotations, "org.hull.commit"), "abcdef");
	assert_string_equal(
		word(annotations, "org.opencontainers.runc.checkpoint.enabled"), "false");
	json_object_put(object);
}

static void spec_writes_a_configuration_and_does_not_overwrite_it(void **state)
{
	char path[64];
	char text[OUTPUT_BYTES];
	struct json_object *object;
	struct ran ran;

	text_format(path, sizeof(path), "%s/config.json", root);
	assert_int_equal(RUN("spec", "--bundle", root).status, 0);
	ran = RUN("spec", "-b", root);
	read_back(open(path, O_RDONLY | O_CLOEXEC), text);
	unlink(path);
	object = json_tokener_parse(text);
	assert_non_null(object);
	assert_string_equal(word(member(object, "root"), "path"), "rootfs");
	json_object_put(object);
	assert_int_equal(ran.status, 1);
	assert_non_null(strstr(ran.err, "File config.json exists. Remove it first"));
}

static void a_rootless_spec_maps_the_caller(void **state)
{
	char path[64];
	char text[OUTPUT_BYTES];
	struct json_object *object;
	struct json_object *map;

	text_format(path, sizeof(path), "%s/config.json", root);
	assert_int_equal(RUN("spec", "--rootless", "--bundle", root).status, 0);
	read_back(open(path, O_RDONLY | O_CLOEXEC), text);
	unlink(path);
	object = json_tokener_parse(text);
	map = json_object_array_get_idx(member(member(object, "linux"), "uidMappings"), 0);
	assert_int_equal(json_object_get_int(member(map, "containerID")), 0);
	assert_int_equal(json_object_get_int64(member(map, "hostID")), geteuid());
	json_object_put(object);
}

static void create_makes_the_directory_of_all_containers_and_state_does_not(void **state)
{
	char dir[64];
	struct stat st;

	core.containers = two_containers;
	text_format(dir, sizeof(dir), "%s/made", root);
	assert_int_equal(RUN("--root", dir, "state", "c1").status, 0);
	assert_int_equal(stat(dir, &st), -1);
	assert_int_equal(RUN("--root", dir, "create", "c1").status, 0);
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_string_equal(core.root, dir);
	rmdir(dir);
}

static void a_full_disk_behind_standard_output_is_a_failure(void **state)
{
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct ran ran = run_to(full, (const char *const[]){ "--version", NULL });

	close(full);
	assert_int_equal(ran.status, 1);
	assert_string_equal(ran.err, "hull-oci: write standard output: no space left on device\n");
}

/* The descriptor's FD_CLOEXEC bit as the program left it in a process that began without it. */
static int flags_after_start_without(int fd)
{
	const char *argv[] = { "hull-oci", "frob" };
	struct global_options globals = { 0 };
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		close(STDIN_FILENO);
		close(STDERR_FILENO);
		program_main(&program, &globals.program, 2, (char **)argv);
		_exit(fcntl(fd, F_GETFD) & 0xff);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void closed_standard_descriptors_are_opened_and_inherited(void **state)
{
	assert_int_equal(flags_after_start_without(STDIN_FILENO), 0);
	assert_int_equal(flags_after_start_without(STDERR_FILENO), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(create_hands_its_options_to_the_core),
		TEST(the_global_options_reach_the_core),
		TEST(sockets_of_a_service_manager_are_preserved),
		TEST(run_exits_with_the_status_of_its_process),
		TEST(a_failed_run_exits_with_1),
		TEST(kill_understands_signals_before_and_behind_options),
		TEST(a_bad_signal_does_not_reach_the_core),
		TEST(delete_takes_force_on_either_side),
		TEST(plan_works_without_an_id),
		TEST(a_bad_id_reaches_no_command_of_the_core),
		TEST(state_prints_what_the_specification_names),
		TEST(list_shows_a_line_for_each_container),
		TEST(list_quiet_prints_ids_only),
		TEST(list_json_is_an_array_of_states),
		TEST(an_empty_list_is_a_headline_or_an_empty_array),
		TEST(a_failure_is_one_line_and_status_1),
		TEST(a_failure_in_json_takes_the_lines_place_without_a_log),
		TEST(a_failure_with_a_log_is_in_the_log_and_on_standard_error),
		TEST(bad_lines_are_refused_and_named),
		TEST(a_failed_exec_exits_with_255),
		TEST(the_version_is_in_the_form_that_engines_parse),
		TEST(help_is_success_for_all_that_works),
		TEST(features_names_version_and_checkpoint),
		TEST(spec_writes_a_configuration_and_does_not_overwrite_it),
		TEST(a_rootless_spec_maps_the_caller),
		TEST(create_makes_the_directory_of_all_containers_and_state_does_not),
		TEST(closed_standard_descriptors_are_opened_and_inherited),
		TEST(a_full_disk_behind_standard_output_is_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
