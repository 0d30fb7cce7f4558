/* SPDX-License-Identifier: Apache-2.0 */
/* What `plan` prints: how the process would be made, what the caller opens, what hull-init does. */
#include <inttypes.h>
#include <string.h>

#include "base/json_write.h"
#include "base/text.h"
#include "core/container.h"
#include "core/creation.h"
#include "core/plan_values.h"
#include "sys/nsfs.h"

static const char *const spawn_names[] = {
	[SPAWN_DIRECT] = "direct",
	[SPAWN_MAPPED] = "mapped",
	[SPAWN_STAGED] = "staged",
};

static const char *const slot_names[] = {
	[SLOT_NAMESPACE] = "namespace",
	[SLOT_NETWORK] = "new network namespace",
	[SLOT_TIME] = "place for a time namespace",
	[SLOT_TREE] = "mount tree",
	[SLOT_GIVEN] = "given",
	[SLOT_NEW_FS] = "new file system",
	[SLOT_CONSOLE_SOCKET] = "console socket",
	[SLOT_START_LISTENER] = "start listener",
	[SLOT_LOG] = "file to append to",
	[SLOT_PROC] = "the host's /proc",
};

static const void *field_at(const struct step *step, const struct plan_field *field)
{
	return (const char *)step + field->offset;
}

/* A field that says nothing is left out. */
static bool is_shown(const struct step *step, const struct plan_field *field)
{
	const void *at = field_at(step, field);

	if (field->style == PLAN_STYLE_HIDDEN)
		return false;
	switch ((enum plan_field_type)field->type) {
	case PLAN_FIELD_NUMBER:
		return *(const uint64_t *)at != 0;
	case PLAN_FIELD_STRING:
	case PLAN_FIELD_STRINGS:
		return *(const char *const *)at != NULL;
	case PLAN_FIELD_BYTES:
		return ((const struct plan_bytes *)at)->size > 0;
	case PLAN_FIELD_SLOT:
		return *(const int64_t *)at >= 0;
	}
	return false;
}

static void print_strings(FILE *out, plan_strings strings)
{
	fputs("[", out);
	for (; *strings; strings++)
		fprintf(out, "\"%s\"%s", *strings, strings[1] ? ", " : "");
	fputs("]", out);
}

static void print_field(
	struct arena *arena, FILE *out, const struct step *step, const struct plan_field *field)
{
	const void *at = field_at(step, field);

	fprintf(out, " %s=", field->name);
	switch ((enum plan_field_type)field->type) {
	case PLAN_FIELD_NUMBER:
		fputs(plan_value_text(arena, field->style, *(const uint64_t *)at), out);
		break;
	case PLAN_FIELD_STRING:
		fputs(*(const char *const *)at, out);
		break;
	case PLAN_FIELD_STRINGS:
		print_strings(out, *(const plan_strings *)at);
		break;
	case PLAN_FIELD_BYTES:
		fprintf(out, "%" PRIu64 " bytes", ((const struct plan_bytes *)at)->size);
		break;
	case PLAN_FIELD_SLOT:
		fprintf(out, "#%" PRId64, *(const int64_t *)at);
		break;
	}
}

static void print_steps(struct arena *arena, FILE *out, const struct container_plan *plan)
{
	fprintf(out, "\nhull-init:\n");
	for (size_t i = 0; i < plan->n_steps; i++) {
		const struct step *step = &plan->steps[i];
		const struct plan_step_type *type = plan_step_type(step->kind);

		fprintf(out, "  %3zu  %-18s", i, type->name);
		for (size_t k = 0; k < type->n_fields; k++)
			if (is_shown(step, &type->fields[k]))
				print_field(arena, out, step, &type->fields[k]);
		if (step->config[0])
			fprintf(out, "  (%s)", step->config);
		fputs("\n", out);
	}
}

static void print_caller(struct arena *arena, FILE *out, const struct creation *creation)
{
	const struct container_plan *plan = &creation->launch.plan;
	const struct spawn_plan *spawn = &plan->spawn;

	fprintf(out, "caller:\n");
	for (size_t i = 0; i < creation->group.n_dirs; i++)
		fprintf(out, "  cgroup     %s\n", creation->group.dirs[i].path);
	if (creation->rdt)
		fprintf(out, "  resctrl    %s\n", rdt_group_path(arena, creation->rdt));
	for (size_t i = 0; i < plan->n_slots; i++) {
		const struct slot *slot = &plan->slots[i];

		fprintf(out, "  open  #%-3zu %s%s%s%s%s%s\n", i, slot_names[slot->kind],
			slot->path ? " " : "", slot->path ? slot->path : "",
			slot->fs_type ? " " : "", slot->fs_type ? slot->fs_type : "",
			slot->n_uid_mappings ? " (idmapped)" : "");
	}
	fprintf(out, "  spawn      %s, strategy %s, new namespaces %s%s\n",
		spawn_names[spawn->kind], spawn->use_template ? "template" : "copy",
		plan_value_text(arena, PLAN_STYLE_NAMESPACES, spawn->clone_flags),
		spawn->time_offsets ? ", time" : "");
}

static void write_field(
	struct json_writer *writer, const struct step *step, const struct plan_field *field)
{
	const void *at = field_at(step, field);
	size_t n = 0;

	switch ((enum plan_field_type)field->type) {
	case PLAN_FIELD_NUMBER:
		if (field->style == PLAN_STYLE_DECIMAL)
			json_write_i64(writer, field->name, *(const int64_t *)at);
		else
			json_write_string(writer, field->name,
				plan_value_text(
					writer->arena, field->style, *(const uint64_t *)at));
		break;
	case PLAN_FIELD_STRING:
		json_write_string(writer, field->name, *(const char *const *)at);
		break;
	case PLAN_FIELD_STRINGS: {
		plan_strings strings = *(const plan_strings *)at;

		while (strings[n])
			n++;
		json_write_strings(writer, field->name, strings, n);
		break;
	}
	case PLAN_FIELD_BYTES:
		json_write_u64(writer, field->name, ((const struct plan_bytes *)at)->size);
		break;
	case PLAN_FIELD_SLOT:
		json_write_i64(writer, field->name, *(const int64_t *)at);
		break;
	}
}

static void write_step(struct json_writer *writer, const struct step *step)
{
	const struct plan_step_type *type = plan_step_type(step->kind);

	json_write_object(writer, NULL);
	json_write_string(writer, "step", type->name);
	json_write_string(writer, "config", step->config);
	for (size_t k = 0; k < type->n_fields; k++)
		if (is_shown(step, &type->fields[k]))
			write_field(writer, step, &type->fields[k]);
	json_write_end(writer);
}

static void write_slot(struct json_writer *writer, const struct slot *slot)
{
	json_write_object(writer, NULL);
	json_write_string(writer, "kind", slot_names[slot->kind]);
	if (slot->path)
		json_write_string(writer, "path", slot->path);
	if (slot->fs_type)
		json_write_string(writer, "type", slot->fs_type);
	json_write_bool(writer, "idmapped", slot->n_uid_mappings > 0);
	json_write_end(writer);
}

static void print_json(struct arena *arena, FILE *out, const struct creation *creation)
{
	struct json_writer writer = JSON_WRITER_INIT(arena, "  ");
	const struct container_plan *plan = &creation->launch.plan;

	json_write_object(&writer, NULL);
	json_write_object(&writer, "spawn");
	json_write_string(&writer, "kind", spawn_names[plan->spawn.kind]);
	json_write_string(&writer, "strategy", plan->spawn.use_template ? "template" : "copy");
	json_write_string(&writer, "namespaces",
		plan_value_text(arena, PLAN_STYLE_NAMESPACES, plan->spawn.clone_flags));
	json_write_bool(&writer, "newTimeNamespace", plan->spawn.time_offsets != NULL);
	json_write_end(&writer);
	json_write_list(&writer, "cgroups");
	for (size_t i = 0; i < creation->group.n_dirs; i++)
		json_write_string(&writer, NULL, creation->group.dirs[i].path);
	json_write_end(&writer);
	if (creation->rdt)
		json_write_string(&writer, "resctrl", rdt_group_path(arena, creation->rdt));
	json_write_list(&writer, "slots");
	for (size_t i = 0; i < plan->n_slots; i++)
		write_slot(&writer, &plan->slots[i]);
	json_write_end(&writer);
	json_write_list(&writer, "steps");
	for (size_t i = 0; i < plan->n_steps; i++)
		write_step(&writer, &plan->steps[i]);
	json_write_end(&writer);
	json_write_end(&writer);
	fprintf(out, "%s\n", json_write_text(&writer, NULL));
}

int container_print_plan(
	const struct container_request *request, bool json, FILE *out, struct err *err)
{
	AUTO_CREATION creation = CREATION_INIT(request);
	int r;

	creation.wait_for_start = true;
	creation.is_dry = true;
	creation.offers_console = !request->console_socket; /* a plan needs nobody at its end */
	r = creation_prepare(&creation, err);
	if (r < 0)
		return r;
	if (json) {
		print_json(&creation.arena, out, &creation);
		return 0;
	}
	print_caller(&creation.arena, out, &creation);
	print_steps(&creation.arena, out, &creation.launch.plan);
	return 0;
}
