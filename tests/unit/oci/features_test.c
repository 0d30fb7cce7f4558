/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/features.h"

#include <errno.h>

#include "document.h"
#include "oci/config.h"

static const char *const unsafe[] = { "bundle", "org.systemd.property." };

static const struct oci_features everything = {
	.version = "1.0.0",
	.commit = "abc",
	.libseccomp_version = "2.5.4",
	.seccomp_flags = OCI_SECCOMP_FLAG_LOG | OCI_SECCOMP_FLAG_TSYNC,
	.seccomp_archs = 1 << OCI_ARCH_X86_64 | 1 << OCI_ARCH_X32,
	.has_hooks = true,
	.has_cgroup_v1 = true,
	.has_cgroup_v2 = true,
	.has_memory_policy = true,
	.has_idmap_mounts = true,
	.unsafe_annotations = unsafe,
	.n_unsafe_annotations = 2,
};

static struct json_object *features_of(struct arena *arena, const struct oci_features *features)
{
	return document_read(oci_features_text(arena, features));
}

/* The value at pointer, as compact JSON; "" where there is none. */
static const char *value_at(struct json_object *root, const char *pointer)
{
	struct json_object *value = NULL;

	if (json_pointer_get(root, pointer, &value) != 0)
		return "";
	return json_object_to_json_string_ext(
		value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}

static void versions_are_those_that_the_check_accepts(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	AUTO_DOCUMENT *features = features_of(&arena, &everything);

	assert_string_equal(value_at(features, "/ociVersionMin"), "\"1.0.0\"");
	assert_string_equal(value_at(features, "/ociVersionMax"), "\"" OCI_VERSION "\"");
}

static void names_come_from_the_tables(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	AUTO_DOCUMENT *features = features_of(&arena, &everything);

	assert_string_equal(value_at(features, "/hooks"),
		"[\"prestart\",\"createRuntime\",\"createContainer\",\"startContainer\","
		"\"poststart\",\"poststop\"]");
	assert_string_equal(value_at(features, "/linux/namespaces"),
		"[\"mount\",\"pid\",\"network\",\"ipc\",\"uts\",\"user\",\"cgroup\",\"time\"]");
	assert_string_equal(
		value_at(features, "/linux/capabilities/40"), "\"CAP_CHECKPOINT_RESTORE\"");
	assert_string_equal(value_at(features, "/linux/seccomp/knownFlags/3"),
		"\"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV\"");
	assert_string_equal(value_at(features, "/linux/seccomp/archs"),
		"[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X32\"]");
	assert_string_equal(value_at(features, "/linux/seccomp/supportedFlags"),
		"[\"SECCOMP_FILTER_FLAG_TSYNC\",\"SECCOMP_FILTER_FLAG_LOG\"]");
	assert_string_equal(value_at(features, "/linux/memoryPolicy/modes/0"), "\"MPOL_DEFAULT\"");
}

static void facts_are_passed_on(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	AUTO_DOCUMENT *features = features_of(&arena, &everything);

	assert_string_equal(value_at(features, "/linux/cgroup"),
		"{\"v1\":true,\"v2\":true,\"systemd\":false,\"systemdUser\":false,\"rdma\":false}");
	assert_string_equal(value_at(features, "/linux/seccomp/enabled"), "true");
	assert_string_equal(value_at(features, "/linux/apparmor"), "{\"enabled\":false}");
	assert_string_equal(value_at(features, "/linux/mountExtensions/idmap/enabled"), "true");
	assert_string_equal(value_at(features, "/linux/netDevices/enabled"), "false");
	assert_string_equal(value_at(features, "/annotations"),
		"{\"io.github.seccomp.libseccomp.version\":\"2.5.4\",\"org.hull.commit\":\"abc\","
		"\"org.hull.version\":\"1.0.0\","
		"\"org.opencontainers.runc.checkpoint.enabled\":\"false\"}");
	assert_string_equal(value_at(features, "/potentiallyUnsafeConfigAnnotations"),
		"[\"bundle\",\"org.systemd.property.\"]");
}

static void what_was_not_built_in_is_not_named(void **state)
{
	static const struct oci_features bare = { .version = "1.0.0" };
	AUTO_ARENA arena = ARENA_INIT;
	AUTO_DOCUMENT *features = features_of(&arena, &bare);

	assert_string_equal(value_at(features, "/hooks"), "");
	assert_string_equal(value_at(features, "/linux/memoryPolicy"), "");
	assert_string_equal(value_at(features, "/linux/seccomp"), "{\"enabled\":false}");
	assert_string_equal(value_at(features, "/annotations/org.hull.commit"), "");
	assert_string_equal(value_at(features, "/potentiallyUnsafeConfigAnnotations"), "[]");
}

static void mount_options_are_sorted_and_hold_the_specifications(void **state)
{
	static const char *const some[] = { "\"tmpcopyup\"", "\"rro\"", "\"idmap\"", "\"ridmap\"" };
	AUTO_ARENA arena = ARENA_INIT;
	AUTO_DOCUMENT *features = features_of(&arena, &everything);
	const char *options = value_at(features, "/mountOptions");

	for (size_t i = 0; i < COUNT_OF(some); i++)
		assert_non_null(strstr(options, some[i]));
	for (const char *const *name = oci_mount_option_names; name[1]; name++)
		assert_true(strcmp(name[0], name[1]) < 0);
}

/* Members that another runtime's features have must have the same type and place in ours. */
static void assert_same_shape(const char *at, struct json_object *theirs, struct json_object *ours)
{
	struct json_object_iterator i = json_object_iter_begin(theirs);
	struct json_object_iterator end = json_object_iter_end(theirs);

	for (; !json_object_iter_equal(&i, &end); json_object_iter_next(&i)) {
		const char *key = json_object_iter_peek_name(&i);
		struct json_object *their = json_object_iter_peek_value(&i);
		struct json_object *our = NULL;

		if (strncmp(key, "org.", 4) == 0)
			continue;
		if (!json_object_object_get_ex(ours, key, &our))
			fail_msg("%s/%s is missing", at, key);
		assert_int_equal(json_object_get_type(our), json_object_get_type(their));
		if (json_object_is_type(their, json_type_object))
			assert_same_shape(key, their, our);
	}
}

static struct json_object *parse_file(struct arena *arena, const char *name)
{
	size_t size;

	return document_read(document_file(arena, name, &size));
}

static void the_shape_is_that_of_the_specifications_examples(void **state)
{
	static const char *const names[] = {
		"oci/features/good/minimal.json",
		"oci/features/good/runc.json",
	};

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		AUTO_ARENA arena = ARENA_INIT;
		AUTO_DOCUMENT *theirs = parse_file(&arena, names[i]);
		AUTO_DOCUMENT *ours = features_of(&arena, &everything);

		assert_same_shape("", theirs, ours);
	}
}

/* The bad example lacks one of the two members that are required. */
static void the_specifications_bad_example_is_told_from_ours(void **state)
{
	struct versions {
		const char *min, *max;
	};
	static const struct json_field fields[] = {
		JSON_STRING(struct versions, "ociVersionMin", min, .is_required = true),
		JSON_STRING(struct versions, "ociVersionMax", max, .is_required = true),
		{ .name = NULL },
	};
	AUTO_ARENA arena = ARENA_INIT;
	const struct json_value *bad, *ours;
	struct json_reader reader = JSON_READER_INIT(&arena, NULL);
	struct versions versions = { NULL, NULL };
	const char *text = oci_features_text(&arena, &everything);
	struct err err = ERR_INIT;
	size_t size;
	const char *bytes = document_file(
		&arena, "oci/features/bad/missing-ociVersionMax.json", &size);

	assert_int_equal(json_parse(&arena, text, strlen(text), &ours, &err), 0);
	assert_int_equal(json_parse(&arena, bytes, size, &bad, &err), 0);
	assert_int_equal(json_read_object(&reader, ours, fields, &versions, &err), 0);
	assert_int_equal(json_read_object(&reader, bad, fields, &versions, &err), -EINVAL);
	assert_string_equal(err.config, "/ociVersionMax");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_are_those_that_the_check_accepts),
		cmocka_unit_test(names_come_from_the_tables),
		cmocka_unit_test(facts_are_passed_on),
		cmocka_unit_test(what_was_not_built_in_is_not_named),
		cmocka_unit_test(mount_options_are_sorted_and_hold_the_specifications),
		cmocka_unit_test(the_shape_is_that_of_the_specifications_examples),
		cmocka_unit_test(the_specifications_bad_example_is_told_from_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
