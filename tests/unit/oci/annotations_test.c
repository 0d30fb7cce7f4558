/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/annotations.h"

#include <errno.h>

#include "document.h"

static const char base[] =
	"{'ociVersion':'1.2.0','root':{'path':'rootfs'},'annotations':{},"
	"'linux':{'namespaces':[{'type':'time'}],'seccomp':{'defaultAction':'SCMP_ACT_ALLOW'}}}";

static int read_changed(
	struct arena *arena, const struct change *change, struct oci_config **ret, struct err *err)
{
	const char *text = document_changed(arena, base, change, 1);
	int r = oci_config_read(arena, text, strlen(text), ret, err);

	assert_int_equal(r, 0);
	return oci_annotations_read(arena, *ret, err);
}

static struct oci_config *config_with(struct arena *arena, const char *annotations)
{
	const struct change change = { "/annotations", annotations };
	struct oci_config *config = NULL;
	struct err err = ERR_INIT;

	if (read_changed(arena, &change, &config, &err) < 0)
		fail_msg("%s is refused: %s", annotations, err.text);
	return config;
}

static void assert_refused(const char *annotations, int code, const char *text)
{
	const struct change change = { "/annotations", annotations };
	struct oci_config *config = NULL;
	AUTO_ARENA arena = ARENA_INIT;
	struct err err = ERR_INIT;
	int r = read_changed(&arena, &change, &config, &err);

	if (r == 0)
		fail_msg("%s is taken", annotations);
	assert_int_equal(r, -code);
	if (!strstr(err.text, text))
		fail_msg("%s: %s", annotations, err.text);
	assert_int_equal(strncmp(err.config, "/annotations/run.oci.", 21), 0);
	assert_int_equal(strncmp(err.text, err.config, strlen(err.config)), 0);
	assert_null(config->extensions.mount_context); /* nothing was changed */
}

static void without_any_there_is_nothing_but_the_usual_context(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	const struct oci_config *config = config_with(&arena, "{'org.example':'run.oci.handler'}");

	assert_false(config->extensions.keeps_groups);
	assert_string_equal(config->extensions.mount_context, "context");
	assert_null(config->extensions.pidfd_receiver);
	assert_null(config->extensions.hooks_stdout);
	assert_null(config->extensions.hooks_stderr);
	assert_null(config->platform.time_offsets);
	assert_null(config->platform.seccomp->listener_path);
}

static void each_goes_to_its_field(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	const struct oci_config *config = config_with(&arena,
		"{'run.oci.keep_original_groups':'1','run.oci.mount_context_type':'fscontext',"
		"'run.oci.pidfd_receiver':'/p','run.oci.hooks.stdout':'/o',"
		"'run.oci.hooks.stderr':'/e','run.oci.seccomp.receiver':'/s'}");

	assert_true(config->extensions.keeps_groups);
	assert_string_equal(config->extensions.mount_context, "fscontext");
	assert_string_equal(config->extensions.pidfd_receiver, "/p");
	assert_string_equal(config->extensions.hooks_stdout, "/o");
	assert_string_equal(config->extensions.hooks_stderr, "/e");
	assert_string_equal(config->platform.seccomp->listener_path, "/s");
}

static void clocks_have_names_and_numbers(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	const struct oci_time_offsets *offsets = config_with(
		&arena, "{'run.oci.timens_offset':'monotonic -3 5\\n7 86400 0\\n'}")
							 ->platform.time_offsets;

	assert_int_equal(offsets->monotonic->secs, -3);
	assert_int_equal(offsets->monotonic->nanosecs, 5);
	assert_int_equal(offsets->boottime->secs, 86400);
}

static void a_field_of_the_specification_wins(void **state)
{
	static const char text[] =
		"{\"ociVersion\":\"1.2.0\",\"annotations\":{\"run.oci.timens_offset\":\"1 5 0\","
		"\"run.oci.seccomp.receiver\":\"/a\"},\"linux\":{\"namespaces\":[{\"type\":"
		"\"time\"}],\"timeOffsets\":{},\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\","
		"\"listenerPath\":\"/b\"}}}";
	AUTO_ARENA arena = ARENA_INIT;
	struct oci_config *config = NULL;
	struct err err = ERR_INIT;

	assert_int_equal(oci_config_read(&arena, text, strlen(text), &config, &err), 0);
	assert_int_equal(oci_annotations_read(&arena, config, &err), 0);
	assert_null(config->platform.time_offsets->monotonic);
	assert_string_equal(config->platform.seccomp->listener_path, "/b");
}

static void what_cannot_be_is_refused_by_name(void **state)
{
	assert_refused("{'run.oci.mount_context_type':'x'}", EINVAL, "\"x\"");
	assert_refused("{'run.oci.pidfd_receiver':'p'}", EINVAL, "absolute path");
	assert_refused("{'run.oci.hooks.stdout':''}", EINVAL, "absolute path");
	assert_refused("{'run.oci.hooks.stderr':'../x'}", EINVAL, "absolute path");
	assert_refused("{'run.oci.seccomp.receiver':'s'}", EINVAL, "absolute path");
	assert_refused("{'run.oci.timens_offset':'monotonic 5'}", EINVAL, "SECONDS");
	assert_refused("{'run.oci.timens_offset':'monotonic 5 0\\n1 6 0'}", EINVAL, "SECONDS");
	assert_refused("{'run.oci.timens_offset':'tai 5 0'}", EINVAL, "SECONDS");
	assert_refused("{'run.oci.timens_offset':'boottime 5 1000000000'}", EINVAL, "SECONDS");
}

static void what_would_be_another_container_is_refused(void **state)
{
	assert_refused("{'run.oci.handler':'krun'}", ENOTSUP, "krun");
	assert_refused("{'run.oci.seccomp_bpf_data':'AA=='}", ENOTSUP, "linux.seccomp");
	assert_refused("{'run.oci.seccomp.plugins':'x.so'}", ENOTSUP, "linux.seccomp");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_any_there_is_nothing_but_the_usual_context),
		cmocka_unit_test(each_goes_to_its_field),
		cmocka_unit_test(clocks_have_names_and_numbers),
		cmocka_unit_test(a_field_of_the_specification_wins),
		cmocka_unit_test(what_cannot_be_is_refused_by_name),
		cmocka_unit_test(what_would_be_another_container_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
