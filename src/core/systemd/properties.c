/* SPDX-License-Identifier: Apache-2.0 */
/*
 * properties: what a container's unit is besides its limits.
 */
#include "core/systemd/systemd.h"

#include <string.h>

#include "base/json_write.h"
#include "base/text.h"
#include "core/systemd/internal.h"
#include "systemd/annotation.h"

void systemd_add(struct arena *arena, struct systemd_properties *properties, const char *name,
	const char *signature, const char *value)
{
	ARENA_APPEND(arena, properties->list, properties->n) = (struct systemd_property){
		.name = name,
		.signature = signature,
		.value = value,
	};
}

void systemd_add_string(struct arena *arena, struct systemd_properties *properties,
	const char *name, const char *value)
{
	struct json_writer writer = JSON_WRITER_INIT(arena, NULL);

	json_write_string(&writer, NULL, value);
	systemd_add(arena, properties, name, "s", json_write_text(&writer, NULL));
}

void systemd_add_u64(struct arena *arena, struct systemd_properties *properties, const char *name,
	uint64_t value)
{
	systemd_add(arena, properties, name, "t",
		arena_printf(arena, "%llu", (unsigned long long)value));
}

int systemd_add_annotations(struct arena *arena, const struct oci_config *config,
	struct systemd_properties *properties, struct err *err)
{
	for (size_t i = 0; i < config->n_annotations; i++) {
		const struct oci_key_value *annotation = &config->annotations[i];
		const char *name = text_after_prefix(annotation->key, SYSTEMD_ANNOTATION_PREFIX);
		struct systemd_property property;
		int r;

		if (!name)
			continue;
		r = systemd_annotation_read(arena, name, annotation->value, &property, err);
		if (r < 0) {
			err_config(err, "/annotations/%s", annotation->key);
			return err_while(err, "annotation %s", annotation->key);
		}
		ARENA_APPEND(arena, properties->list, properties->n) = property;
	}
	return 0;
}

/* A scope begins with a process: 0 is hull-systemd, who sends it. A slice has none. */
static void add_scope(struct arena *arena, struct systemd_properties *properties, const char *slice)
{
	systemd_add_string(arena, properties, "Slice", slice);
	systemd_add(arena, properties, "PIDs", "au", "[0]");
	systemd_add(arena, properties, "Delegate", "b", "true");
}

static bool is_scope(const struct systemd_unit *unit)
{
	return text_equal(strrchr(unit->name, '.'), ".scope");
}

int systemd_unit_properties(struct arena *arena, const struct systemd_unit *unit, const char *slice,
	const char *id, const struct oci_config *config, struct systemd_dialect dialect,
	struct systemd_properties *ret, struct err *err)
{
	enum { COLLECTS_SINCE = 236 };
	struct systemd_properties properties = { 0 };
	int r;

	systemd_add_string(
		arena, &properties, "Description", arena_printf(arena, "hull container %s", id));
	if (is_scope(unit))
		add_scope(arena, &properties, slice);
	systemd_add(arena, &properties, "DefaultDependencies", "b", "false");
	systemd_add(arena, &properties, "CPUAccounting", "b", "true");
	systemd_add(arena, &properties, "MemoryAccounting", "b", "true");
	systemd_add(arena, &properties, "TasksAccounting", "b", "true");
	systemd_add(arena, &properties, dialect.is_v2 ? "IOAccounting" : "BlockIOAccounting", "b",
		"true");
	if (dialect.version >= COLLECTS_SINCE)
		systemd_add_string(arena, &properties, "CollectMode", "inactive-or-failed");
	systemd_add_resources(arena, config->platform.resources, dialect, false, &properties);
	r = systemd_add_annotations(arena, config, &properties, err);
	if (r == 0)
		*ret = properties;
	return r;
}
