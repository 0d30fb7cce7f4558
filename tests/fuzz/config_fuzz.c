/* SPDX-License-Identifier: Apache-2.0 */
/* Reads and checks whatever comes: as a configuration, as a process, as resources. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "oci/annotations.h"
#include "oci/config.h"

/* A failure has a code, a text, and a pointer that begins the text if it has one. */
static void assert_told(int r, const struct err *err)
{
	assert(r == -err->code && r < 0);
	assert(err->text[0] != '\0');
	assert(strncmp(err->config, err->text, strlen(err->config)) == 0);
}

static void fuzz_config(const char *bytes, size_t size)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct oci_config *config = NULL;
	struct err err = ERR_INIT;
	int r = oci_config_read(&arena, bytes, size, &config, &err);

	if (r == 0)
		r = oci_annotations_read(&arena, config, &err);
	if (r == 0)
		r = oci_config_check(config, &err);
	if (r != 0)
		assert_told(r, &err);
}

static void fuzz_process(const char *bytes, size_t size)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct oci_process *process = NULL;
	struct err err = ERR_INIT;
	int r = oci_process_read(&arena, bytes, size, &process, &err);

	if (r == 0)
		r = oci_process_check(process, &err);
	if (r != 0)
		assert_told(r, &err);
}

static void fuzz_resources(const char *bytes, size_t size)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct oci_resources *resources = NULL;
	struct err err = ERR_INIT;
	int r = oci_resources_read(&arena, bytes, size, &resources, &err);

	if (r == 0)
		r = oci_resources_check(resources, &err);
	if (r != 0)
		assert_told(r, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	fuzz_config((const char *)bytes, size);
	fuzz_process((const char *)bytes, size);
	fuzz_resources((const char *)bytes, size);
	return 0;
}
