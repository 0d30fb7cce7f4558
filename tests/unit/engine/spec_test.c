/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/spec/spec.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/json.h"
#include "engine/container/from_image.h"
#include "engine/spec/seccomp_file.h"
#include "engine/spec/seccomp_profile.h"

enum {
	DOCKER_CAPABILITIES = 0xa80425fb,
	PROFILE_MAX_BYTES = 1 << 20,
};

static const char *command[] = { "true" };

/* The configuration as the core reads and checks it. */
static struct oci_config *config_of(struct arena *arena, struct container_settings settings)
{
	struct spec spec = { .settings = &settings, .directory = "/d", .rootfs = "/r" };
	struct oci_config *config = NULL;
	struct err err = ERR_INIT;
	const char *text;
	size_t length;

	settings.id = "0123";
	settings.cmd = command;
	settings.n_cmd = 1;
	settings_fill(&settings);
	if (spec_text(arena, &spec, &text, &length, &err) < 0 ||
		oci_config_read(arena, text, length, &config, &err) < 0 ||
		oci_config_check(config, &err) < 0)
		fail_msg("%s", err.text);
	return config;
}

static void the_defaults_are_strict_and_valid(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct oci_config *config = config_of(&arena, (struct container_settings){ 0 });

	assert_int_equal(config->process->capabilities->bounding, DOCKER_CAPABILITIES);
	assert_int_equal(config->process->capabilities->inheritable, 0);
	assert_int_equal(config->process->capabilities->ambient, 0);
	assert_non_null(config->platform.seccomp);
	assert_int_equal(config->platform.seccomp->default_action, OCI_SECCOMP_ERRNO);
	assert_int_equal(config->platform.n_namespaces, 6);
	assert_true(config->platform.n_masked_paths >= 12);
	assert_int_equal(config->platform.n_readonly_paths, 5);
	assert_false(config->platform.resources->devices[0].allow);
	assert_string_equal(config->platform.cgroups_path, "/hull/0123");
}

static void clocks_and_foreign_namespaces_are_named(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct oci_key_value offset = { "boottime", "-60" };
	struct oci_config *config = config_of(&arena,
		(struct container_settings){
			.time_mode = "private", .time_offsets = &offset, .n_time_offsets = 1 });
	const struct spec spec = {
		.settings = &(const struct container_settings){ .id = "0123",
			.cmd = command,
			.n_cmd = 1,
			.working_dir = "/",
			.shm_size = 4096,
			.hostname = "mine" },
		.directory = "/d",
		.rootfs = "/r",
		.namespaces = { [SPEC_NAMESPACE_UTS] = "/proc/self/fd/9" },
	};
	struct err err = ERR_INIT;
	const char *text;
	size_t length;

	assert_int_equal(config->platform.n_namespaces, 7);
	assert_int_equal(config->platform.time_offsets->boottime->secs, -60);
	assert_null(config->platform.time_offsets->monotonic);
	assert_int_equal(spec_text(&arena, &spec, &text, &length, &err), 0);
	assert_non_null(strstr(text, "{\"type\":\"uts\",\"path\":\"/proc/self/fd/9\"}"));
	assert_null(strstr(text, "\"hostname\":\"mine\"")); /* it is the other one's */
}

static void privileged_is_all_of_it(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct oci_config *config = config_of(
		&arena, (struct container_settings){ .privileged = true });

	assert_int_equal(config->process->capabilities->bounding >> 40, 1);
	assert_null(config->platform.seccomp);
	assert_int_equal(config->platform.n_masked_paths, 0);
	assert_int_equal(config->platform.n_readonly_paths, 0);
	assert_true(config->platform.resources->devices[0].allow);
	assert_true(config->platform.n_devices > 0);
}

static uint64_t capabilities_of(const char *added, const char *dropped)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct container_settings settings = {
		.cap_add = &added,
		.n_cap_add = added != NULL,
		.cap_drop = &dropped,
		.n_cap_drop = dropped != NULL,
	};
	struct spec_security security = { .capabilities = 1 };
	struct err err = ERR_INIT;

	spec_security_read(&arena, &settings, &security, &err);
	return security.capabilities;
}

static void capabilities_are_added_and_dropped_as_docker_does_it(void **state)
{
	const uint64_t all = (UINT64_C(1) << 41) - 1;

	assert_int_equal(capabilities_of(NULL, "chown"), DOCKER_CAPABILITIES & ~UINT64_C(1));
	assert_int_equal(capabilities_of("CAP_SYS_ADMIN", NULL), DOCKER_CAPABILITIES | 1 << 21);
	assert_int_equal(capabilities_of("kill", "ALL"), 1 << 5);
	assert_int_equal(capabilities_of("all", NULL), all);
	assert_int_equal(capabilities_of("ALL", "Kill"), all & ~(UINT64_C(1) << 5));
	assert_int_equal(capabilities_of("nonsense", NULL), 1); /* refused: untouched */
}

static const struct oci_seccomp *profile_of(struct arena *arena, uint64_t capabilities)
{
	struct json_writer writer = JSON_WRITER_INIT(arena, NULL);
	struct oci_seccomp *seccomp;
	struct err err = ERR_INIT;
	size_t length;
	const char *text;

	seccomp_profile_write(&writer, NULL, capabilities);
	text = json_write_text(&writer, &length);
	if (oci_seccomp_read(arena, text, length, &seccomp, &err) < 0)
		fail_msg("%s", err.text);
	return seccomp;
}

static bool allows(const struct oci_seccomp *seccomp, const char *name)
{
	for (size_t i = 0; i < seccomp->n_syscalls; i++)
		for (size_t k = 0; k < seccomp->syscalls[i].n_names; k++)
			if (strcmp(seccomp->syscalls[i].names[k], name) == 0 &&
				seccomp->syscalls[i].action == OCI_SECCOMP_ALLOW)
				return true;
	return false;
}

/* tests/data/seccomp/default.json is Docker's profile for a container without capabilities. */
static void the_profile_allows_what_docker_s_does(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	const struct oci_seccomp *ours = profile_of(&arena, 0);
	struct oci_seccomp *theirs = NULL;
	struct err err = ERR_INIT;
	const char *text;
	size_t length;

	if (file_read_at(&arena, AT_FDCWD, TEST_DATA_DIR "/seccomp/default.json", PROFILE_MAX_BYTES,
		    &text, &length, &err) < 0 ||
		oci_seccomp_read(&arena, text, length, &theirs, &err) < 0)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < theirs->n_syscalls; i++)
		for (size_t k = 0; k < theirs->syscalls[i].n_names; k++)
			if (theirs->syscalls[i].action == OCI_SECCOMP_ALLOW &&
				!allows(ours, theirs->syscalls[i].names[k]))
				fail_msg("%s is not allowed", theirs->syscalls[i].names[k]);
	for (size_t i = 0; i < ours->n_syscalls; i++)
		for (size_t k = 0; k < ours->syscalls[i].n_names; k++)
			if (ours->syscalls[i].action == OCI_SECCOMP_ALLOW &&
				!allows(theirs, ours->syscalls[i].names[k]))
				fail_msg("%s is allowed", ours->syscalls[i].names[k]);
}

static void a_capability_comes_with_its_system_calls(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	const struct oci_seccomp *none = profile_of(&arena, 0);
	const struct oci_seccomp *admin = profile_of(&arena, UINT64_C(1) << 21);

	assert_false(allows(none, "mount"));
	assert_false(allows(none, "chroot"));
	assert_false(allows(none, "clone3"));
	assert_false(allows(none, "io_uring_setup"));
	assert_true(allows(admin, "mount"));
	assert_true(allows(admin, "clone3"));
	assert_false(allows(admin, "chroot"));
	assert_true(allows(profile_of(&arena, UINT64_C(1) << 18), "chroot"));
}

static const struct oci_seccomp *file_of(
	struct arena *arena, const char *text, uint64_t capabilities)
{
	struct json_writer writer = JSON_WRITER_INIT(arena, NULL);
	struct oci_seccomp *seccomp;
	struct err err = ERR_INIT;
	size_t length;

	if (seccomp_file_write(arena, &writer, NULL, text, capabilities, &err) < 0)
		return NULL;
	text = json_write_text(&writer, &length);
	return oci_seccomp_read(arena, text, length, &seccomp, &err) < 0 ? NULL : seccomp;
}

static void a_profile_s_conditions_are_decided(void **state)
{
	static const char profile[] =
		"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":["
		"{\"names\":[\"a\"],\"action\":\"SCMP_ACT_ALLOW\"},"
		"{\"names\":[\"b\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{\"caps\":["
		"\"CAP_KILL\"]}},"
		"{\"names\":[\"c\"],\"action\":\"SCMP_ACT_ALLOW\",\"excludes\":{\"caps\":["
		"\"CAP_KILL\"]}},"
		"{\"names\":[\"d\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{\"minKernel\":"
		"\"3.1\"}},"
		"{\"names\":[\"e\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{\"minKernel\":"
		"\"99.0\"}},"
		"{\"names\":[\"f\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{\"arches\":["
		"\"vax\"]}},"
		"{\"name\":\"g\",\"action\":\"SCMP_ACT_ALLOW\"}]}";
	AUTO_ARENA arena = ARENA_INIT;
	const struct oci_seccomp *none = file_of(&arena, profile, 0);
	const struct oci_seccomp *kill = file_of(&arena, profile, 1 << 5);

	assert_non_null(none);
	assert_non_null(kill);
	assert_true(allows(none, "a") && !allows(none, "b") && allows(none, "c"));
	assert_true(allows(none, "d") && !allows(none, "e") && !allows(none, "f"));
	assert_true(allows(none, "g"));
	assert_true(allows(kill, "b") && !allows(kill, "c"));
	assert_null(file_of(&arena, "[]", 0));
	assert_null(file_of(&arena, "{", 0));
	assert_null(file_of(&arena, "{\"syscalls\":[]}", 0));
}

static void mounts_come_in_the_order_of_their_depth(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct container_mount mounts[] = {
		{ .type = "bind", .source = "/x", .target = "/a/b/c" },
		{ .type = "tmpfs", .target = "/a" },
		{ .type = "bind", .source = "/y", .target = "/a/b", .is_readonly = true },
		{ .type = "bind", .source = "/z", .target = "/etc/hosts" },
	};
	struct oci_config *config = config_of(
		&arena, (struct container_settings){ .mounts = mounts, .n_mounts = 4 });
	size_t a = 0, b = 0, c = 0, n_hosts = 0;

	for (size_t i = 0; i < config->n_mounts; i++) {
		const char *target = config->mounts[i].destination;

		a = strcmp(target, "/a") == 0 ? i : a;
		b = strcmp(target, "/a/b") == 0 ? i : b;
		c = strcmp(target, "/a/b/c") == 0 ? i : c;
		n_hosts += strcmp(target, "/etc/hosts") == 0;
	}
	assert_true(a < b && b < c);
	assert_int_equal(n_hosts, 1);
	assert_true(oci_mount_has_option(&config->mounts[a], "nosuid"));
	assert_true(oci_mount_has_option(&config->mounts[b], "ro"));
	assert_true(oci_mount_has_option(&config->mounts[c], "rprivate"));
}

static void limits_are_what_was_asked(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	const char *rules[] = { "c 13:* rw", "b *:7 m" };
	struct oci_config *config = config_of(
		&arena, (struct container_settings){ .resources = { .memory = 1 << 20,
							     .nano_cpus = 1500000000,
							     .pids_limit = 7,
							     .device_cgroup_rules = rules,
							     .n_device_cgroup_rules = 2 } });
	const struct oci_resources *resources = config->platform.resources;

	assert_int_equal(*resources->memory->limit, 1 << 20);
	assert_int_equal(*resources->memory->swap, 2 << 20);
	assert_int_equal(*resources->cpu->quota, 150000);
	assert_int_equal(*resources->cpu->period, 100000);
	assert_int_equal(*resources->pids->limit, 7);
	assert_int_equal(resources->n_devices, 3);
	assert_int_equal(*resources->devices[1].major, 13);
	assert_null(resources->devices[1].minor);
	assert_int_equal(*resources->devices[2].minor, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_defaults_are_strict_and_valid),
		cmocka_unit_test(clocks_and_foreign_namespaces_are_named),
		cmocka_unit_test(privileged_is_all_of_it),
		cmocka_unit_test(capabilities_are_added_and_dropped_as_docker_does_it),
		cmocka_unit_test(the_profile_allows_what_docker_s_does),
		cmocka_unit_test(a_capability_comes_with_its_system_calls),
		cmocka_unit_test(a_profile_s_conditions_are_decided),
		cmocka_unit_test(mounts_come_in_the_order_of_their_depth),
		cmocka_unit_test(limits_are_what_was_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
