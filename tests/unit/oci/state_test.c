/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/state.h"

#include <errno.h>

#include "base/json.h"
#include "document.h"

static const char *const keys[] = { "b", "a" };
static const char *const values[] = { "1", "line\n\"2\"" };

static const struct oci_state running = {
	.oci_version = "1.2.0",
	.id = "c1",
	.status = "running",
	.pid = 4422,
	.bundle = "/b",
	.rootfs = "/b/rootfs",
	.created = "2026-01-02T03:04:05.6Z",
	.owner = "root",
	.annotation_keys = keys,
	.annotation_values = values,
	.n_annotations = 2,
};

static void a_state_has_its_members_in_order(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;

	assert_string_equal(oci_state_text(&arena, &running),
		"{\n"
		"  \"ociVersion\": \"1.2.0\",\n"
		"  \"id\": \"c1\",\n"
		"  \"pid\": 4422,\n"
		"  \"status\": \"running\",\n"
		"  \"bundle\": \"/b\",\n"
		"  \"rootfs\": \"/b/rootfs\",\n"
		"  \"created\": \"2026-01-02T03:04:05.6Z\",\n"
		"  \"annotations\": {\n"
		"    \"b\": \"1\",\n"
		"    \"a\": \"line\\n\\\"2\\\"\"\n"
		"  },\n"
		"  \"owner\": \"root\"\n"
		"}");
}

static void a_state_leaves_out_what_is_not_known(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct oci_state stopped = {
		.oci_version = "1.0.0", .id = "x", .status = "stopped", .bundle = "/b", .owner = ""
	};

	assert_string_equal(oci_state_text(&arena, &stopped), "{\n"
							      "  \"ociVersion\": \"1.0.0\",\n"
							      "  \"id\": \"x\",\n"
							      "  \"pid\": 0,\n"
							      "  \"status\": \"stopped\",\n"
							      "  \"bundle\": \"/b\",\n"
							      "  \"owner\": \"\"\n"
							      "}");
}

static void a_list_is_an_array_on_one_line(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct oci_state states[] = {
		{ .oci_version = "1.0.0", .id = "x", .status = "stopped", .bundle = "/x" },
		{ .oci_version = "1.0.0",
			.id = "y",
			.status = "created",
			.pid = 7,
			.bundle = "/y" },
	};

	assert_string_equal(oci_state_list_text(&arena, states, 2),
		"[{\"ociVersion\":\"1.0.0\",\"id\":\"x\",\"pid\":0,\"status\":\"stopped\","
		"\"bundle\":\"/x\"},"
		"{\"ociVersion\":\"1.0.0\",\"id\":\"y\",\"pid\":7,\"status\":\"created\","
		"\"bundle\":\"/y\"}]");
	assert_string_equal(oci_state_list_text(&arena, NULL, 0), "[]");
}

static void a_hook_gets_what_the_specification_names(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;

	assert_string_equal(oci_state_hook_text(&arena, &running),
		"{\"ociVersion\":\"1.2.0\",\"id\":\"c1\",\"pid\":4422,\"status\":\"running\","
		"\"bundle\":\"/b\",\"annotations\":{\"b\":\"1\",\"a\":\"line\\n\\\"2\\\"\"}}");
}

static void an_agent_gets_the_state_inside_of_the_processes(void **state)
{
	static const char *const fds[] = { "seccompFd" };
	const struct oci_process_state with_metadata = {
		.fd_names = fds, .n_fds = 1, .pid = 4423, .metadata = "a=\"b\"", .state = &running
	};
	const struct oci_process_state plain = { .pid = 4423, .state = &running };
	AUTO_ARENA arena = ARENA_INIT;

	assert_string_equal(oci_process_state_text(&arena, &with_metadata),
		arena_printf(&arena,
			"{\"ociVersion\":\"1.2.0\",\"fds\":[\"seccompFd\"],\"pid\":4423,"
			"\"metadata\":\"a=\\\"b\\\"\",\"state\":%s}",
			oci_state_hook_text(&arena, &running)));
	assert_string_equal(oci_process_state_text(&arena, &plain),
		arena_printf(&arena,
			"{\"ociVersion\":\"1.2.0\",\"fds\":[],\"pid\":4423,\"state\":%s}",
			oci_state_hook_text(&arena, &running)));
}

static void the_specifications_example_is_what_is_written(void **state)
{
	static const char *const example_keys[] = { "myKey" };
	static const char *const example_values[] = { "myValue" };
	static const struct oci_state example = {
		.oci_version = "0.2.0",
		.id = "oci-container1",
		.status = "running",
		.pid = 4422,
		.bundle = "/containers/redis",
		.annotation_keys = example_keys,
		.annotation_values = example_values,
		.n_annotations = 1,
	};
	AUTO_ARENA arena = ARENA_INIT;
	size_t size;
	AUTO_DOCUMENT *theirs = document_read(
		document_file(&arena, "oci/state/good/spec-example.json", &size));
	AUTO_DOCUMENT *ours = document_read(oci_state_text(&arena, &example));

	assert_true(json_object_equal(theirs, ours));
}

static void the_specifications_bad_example_is_no_json(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	const struct json_value *value;
	struct err err = ERR_INIT;
	size_t size;
	const char *bytes = document_file(&arena, "oci/state/bad/invalid-json.json", &size);

	assert_int_equal(json_parse(&arena, bytes, size, &value, &err), -EINVAL);
}

static void times_are_utc_without_trailing_zeros(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;

	assert_string_equal(
		oci_time_text(&arena, (struct timespec){ 0, 0 }), "1970-01-01T00:00:00Z");
	assert_string_equal(oci_time_text(&arena, (struct timespec){ 1767323045, 600000000 }),
		"2026-01-02T03:04:05.6Z");
	assert_string_equal(oci_time_text(&arena, (struct timespec){ 1767323045, 1 }),
		"2026-01-02T03:04:05.000000001Z");
	assert_string_equal(oci_time_text(&arena, (struct timespec){ 1767323045, 123456780 }),
		"2026-01-02T03:04:05.12345678Z");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_state_has_its_members_in_order),
		cmocka_unit_test(a_state_leaves_out_what_is_not_known),
		cmocka_unit_test(a_list_is_an_array_on_one_line),
		cmocka_unit_test(a_hook_gets_what_the_specification_names),
		cmocka_unit_test(an_agent_gets_the_state_inside_of_the_processes),
		cmocka_unit_test(the_specifications_example_is_what_is_written),
		cmocka_unit_test(the_specifications_bad_example_is_no_json),
		cmocka_unit_test(times_are_utc_without_trailing_zeros),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
