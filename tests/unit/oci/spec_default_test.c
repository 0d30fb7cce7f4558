/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/spec_default.h"

#include "base/text.h"
#include "document.h"
#include "oci/config.h"

static struct oci_config *read_default(
	struct arena *arena, const struct spec_default_request *request)
{
	const char *text = oci_spec_default(arena, request);
	struct oci_config *config = NULL;
	struct err err = ERR_INIT;

	if (oci_config_read(arena, text, strlen(text), &config, &err) < 0 ||
		oci_config_check(config, &err) < 0)
		fail_msg("%s", err.text);
	return config;
}

static const struct oci_mount *find_mount(const struct oci_config *config, const char *destination)
{
	for (size_t i = 0; i < config->n_mounts; i++)
		if (strcmp(config->mounts[i].destination, destination) == 0)
			return &config->mounts[i];
	fail_msg("no mount at %s", destination);
	return NULL;
}

static bool has_option(const struct oci_mount *mount, const char *option)
{
	for (size_t i = 0; i < mount->n_options; i++)
		if (strcmp(mount->options[i], option) == 0)
			return true;
	return false;
}

static void the_default_is_a_shell_on_a_read_only_root(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct spec_default_request request = { .is_rootless = false };
	struct oci_config *config = read_default(&arena, &request);
	const struct oci_process *process = config->process;

	assert_string_equal(config->oci_version, OCI_VERSION);
	assert_string_equal(config->root->path, "rootfs");
	assert_true(config->root->readonly);
	assert_int_equal(process->n_args, 1);
	assert_string_equal(process->args[0], "sh");
	assert_true(process->terminal);
	assert_true(process->no_new_privileges);
	assert_int_equal(process->n_rlimits, 1);
	assert_int_equal(process->rlimits[0].hard, 1024);
	assert_true(process->capabilities->bounding == (1ull << 29 | 1ull << 5 | 1ull << 10));
	assert_true(process->capabilities->inheritable == 0);
	assert_int_equal(process->n_warnings, 0);
	assert_int_equal(config->platform.n_masked_paths, 11);
	assert_int_equal(config->platform.n_readonly_paths, 5);
}

static void the_default_makes_six_namespaces_new(void **state)
{
	static const enum oci_namespace_type types[] = {
		OCI_NAMESPACE_PID,
		OCI_NAMESPACE_NET,
		OCI_NAMESPACE_IPC,
		OCI_NAMESPACE_UTS,
		OCI_NAMESPACE_MNT,
		OCI_NAMESPACE_CGROUP,
	};
	AUTO_ARENA arena = ARENA_INIT;
	struct spec_default_request request = { .is_rootless = false };
	struct oci_config *config = read_default(&arena, &request);

	assert_int_equal(config->platform.n_namespaces, COUNT_OF(types));
	for (size_t i = 0; i < COUNT_OF(types); i++)
		assert_true(oci_config_has_new_namespace(config, types[i]));
	assert_string_equal(find_mount(config, "/sys")->type, "sysfs");
	assert_true(has_option(find_mount(config, "/dev/pts"), "gid=5"));
	assert_int_equal(config->platform.resources->n_devices, 1);
	assert_false(config->platform.resources->devices[0].allow);
}

static void the_rootless_default_maps_the_caller_to_root(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct spec_default_request request = { .is_rootless = true, .uid = 1000, .gid = 100 };
	struct oci_config *config = read_default(&arena, &request);
	const struct oci_linux *platform = &config->platform;

	assert_true(oci_config_has_new_namespace(config, OCI_NAMESPACE_USER));
	assert_int_equal(platform->n_uid_mappings, 1);
	assert_int_equal(platform->uid_mappings[0].container_id, 0);
	assert_int_equal(platform->uid_mappings[0].host_id, 1000);
	assert_int_equal(platform->uid_mappings[0].size, 1);
	assert_int_equal(platform->gid_mappings[0].host_id, 100);
	assert_null(platform->resources);
}

static void the_rootless_default_keeps_the_hosts_network_and_sys(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct spec_default_request request = { .is_rootless = true, .uid = 1000, .gid = 100 };
	struct oci_config *config = read_default(&arena, &request);
	const struct oci_mount *sys = find_mount(config, "/sys");

	assert_null(oci_config_namespace(config, OCI_NAMESPACE_NET));
	assert_string_equal(sys->source, "/sys");
	assert_true(has_option(sys, "rbind"));
	assert_true(has_option(sys, "ro"));
	assert_false(has_option(find_mount(config, "/dev/pts"), "gid=5"));
}

static void the_text_is_indented_by_tabs_and_ends_with_a_newline(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct spec_default_request request = { .is_rootless = false };
	const char *text = oci_spec_default(&arena, &request);

	assert_true(text_has_prefix(text,
		"{\n\t\"ociVersion\": \"1.3.0\",\n\t\"process\": {\n\t\t\"terminal\": true,"));
	assert_string_equal(text + strlen(text) - 3, "\n}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_default_is_a_shell_on_a_read_only_root),
		cmocka_unit_test(the_default_makes_six_namespaces_new),
		cmocka_unit_test(the_rootless_default_maps_the_caller_to_root),
		cmocka_unit_test(the_rootless_default_keeps_the_hosts_network_and_sys),
		cmocka_unit_test(the_text_is_indented_by_tabs_and_ends_with_a_newline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
