/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/image_config.h"

#include <errno.h>

#include "document.h"

#define A "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static const char base[] =
	"{'created':'2015-10-31T22:22:56.015925234Z','author':'Alyssa','architecture':'amd64',"
	"'os':'linux','config':{'User':'alice','ExposedPorts':{'8080/tcp':{}},"
	"'Env':['PATH=/bin','FOO=oci'],'Entrypoint':['/bin/app'],'Cmd':['--x'],"
	"'Volumes':{'/var/job':{},'/var/log':{}},'WorkingDir':'/home/alice',"
	"'Labels':{'com.example.version':'1'},'StopSignal':'SIGINT',"
	"'Healthcheck':{'Test':['CMD','true'],'Interval':30000000000,'Retries':3}},"
	"'rootfs':{'type':'layers','diff_ids':['" A "','" B "']},"
	"'history':[{'created':'2015-10-31T22:22:54Z','created_by':'/bin/sh -c #(nop) ADD x in /'},"
	"{'created_by':'CMD','empty_layer':true}]}";

static int read_config(
	struct arena *arena, const char *text, struct oci_image_config *ret, struct err *err)
{
	return oci_image_config_read(arena, text, strlen(text), ret, err);
}

static void a_configuration_is_read(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct oci_image_config config;
	struct err err = ERR_INIT;

	assert_int_equal(read_config(&arena, document_quoted(&arena, base), &config, &err), 0);
	assert_string_equal(config.run.user, "alice");
	assert_string_equal(config.run.exposed_ports[0], "8080/tcp");
	assert_string_equal(config.run.volumes[1], "/var/log");
	assert_string_equal(config.run.labels[0].key, "com.example.version");
	assert_int_equal(config.run.healthcheck->retries, 3);
	assert_string_equal(config.diff_ids[1], B);
	assert_true(config.history[1].empty_layer);
	assert_null(config.history[1].created);
}

static void what_is_written_is_what_was_read(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	const char *text = document_quoted(&arena, base);
	struct oci_image_config config;
	struct err err = ERR_INIT;
	size_t size;

	assert_int_equal(read_config(&arena, text, &config, &err), 0);
	assert_string_equal(oci_image_config_text(&arena, &config, &size), text);
	assert_int_equal(size, strlen(text));
}

/* Engines written in Go write null for what is empty. */
static void null_is_absent(void **state)
{
	static const char text[] =
		"{'architecture':'amd64','os':'linux','config':{'Env':null,'Cmd':null,"
		"'Volumes':null,'ExposedPorts':null,'Labels':null,'Healthcheck':null,'User':''},"
		"'rootfs':{'type':'layers','diff_ids':null},'history':null}";
	AUTO_ARENA arena = ARENA_INIT;
	struct oci_image_config config;
	struct err err = ERR_INIT;

	assert_int_equal(read_config(&arena, document_quoted(&arena, text), &config, &err), 0);
	assert_null(config.run.user);
	assert_int_equal(config.n_diff_ids, 0);
}

static void bad_configurations_are_refused(void **state)
{
	static const struct change changes[] = {
		{ "/architecture", NULL },
		{ "/os", NULL },
		{ "/created", "'yesterday'" },
		{ "/rootfs", NULL },
		{ "/rootfs/type", "'other'" },
		{ "/rootfs/diff_ids/0", "'sha256:../..'" },
		{ "/config/Env/0", "'=x'" },
		{ "/config/Env/1", "7" },
		{ "/config/User", "0" },
		{ "/config/Volumes", "['/x']" },
		{ "/config/ExposedPorts", "'80'" },
		{ "/config/Labels/x", "1" },
		{ "/config/Healthcheck/Interval", "'1s'" },
		{ "/history/0/created", "'2015-13-01T00:00:00Z'" },
	};

	for (size_t i = 0; i < COUNT_OF(changes); i++) {
		AUTO_ARENA arena = ARENA_INIT;
		const char *text = document_changed(&arena, base, &changes[i], 1);
		struct oci_image_config config;
		struct err err = ERR_INIT;

		if (read_config(&arena, text, &config, &err) != -EINVAL)
			fail_msg("%s = %s was taken", changes[i].pointer, changes[i].value);
		assert_string_equal(err.config, changes[i].pointer);
	}
}

/* config.md: ChainID(A|B) = Digest(ChainID(A) + " " + DiffID(B)); the value is sha256sum's. */
static void a_chain_is_named_by_all_of_its_layers(void **state)
{
	static const char *const layers[] = { A, B };
	AUTO_ARENA arena = ARENA_INIT;

	assert_string_equal(oci_chain_id(&arena, layers, 1), A);
	assert_string_equal(oci_chain_id(&arena, layers, 2),
		"sha256:ccd722928bd92476ba1745586fed6e45a102504185ad88cd89e01ff116fd146c");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_configuration_is_read),
		cmocka_unit_test(what_is_written_is_what_was_read),
		cmocka_unit_test(null_is_absent),
		cmocka_unit_test(bad_configurations_are_refused),
		cmocka_unit_test(a_chain_is_named_by_all_of_its_layers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
