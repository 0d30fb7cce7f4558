/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes the rules of linux.seccomp. What may be absent and says nothing is left out: the text is
 * hardly longer than the one that was read.
 */
#include "base/json_write.h"
#include "oci/config.h"

static void write_args(struct json_writer *writer, const struct oci_seccomp_rule *rule)
{
	json_write_list(writer, "args");
	for (size_t i = 0; i < rule->n_args; i++) {
		const struct oci_seccomp_arg *arg = &rule->args[i];

		json_write_object(writer, NULL);
		json_write_u64(writer, "index", arg->index);
		json_write_string(writer, "op", json_enum_name(oci_seccomp_op_names, (int)arg->op));
		json_write_u64(writer, "value", arg->value);
		if (arg->value_two != 0)
			json_write_u64(writer, "valueTwo", arg->value_two);
		json_write_end(writer);
	}
	json_write_end(writer);
}

static void write_rule(struct json_writer *writer, const struct oci_seccomp_rule *rule)
{
	json_write_object(writer, NULL);
	json_write_strings(writer, "names", rule->names, rule->n_names);
	json_write_string(
		writer, "action", json_enum_name(oci_seccomp_action_names, (int)rule->action));
	if (rule->errno_ret)
		json_write_u64(writer, "errnoRet", *rule->errno_ret);
	if (rule->n_args > 0)
		write_args(writer, rule);
	json_write_end(writer);
}

static void write_architectures(struct json_writer *writer, const struct oci_seccomp *seccomp)
{
	json_write_list(writer, "architectures");
	for (size_t i = 0; i < seccomp->n_architectures; i++)
		json_write_string(writer, NULL,
			json_enum_name(oci_seccomp_arch_names, (int)seccomp->architectures[i]));
	json_write_end(writer);
}

const char *oci_seccomp_rules_text(
	struct arena *arena, const struct oci_seccomp *seccomp, size_t *ret_length)
{
	struct json_writer writer = JSON_WRITER_INIT(arena, NULL);

	json_write_object(&writer, NULL);
	json_write_string(&writer, "defaultAction",
		json_enum_name(oci_seccomp_action_names, (int)seccomp->default_action));
	if (seccomp->default_errno_ret)
		json_write_u64(&writer, "defaultErrnoRet", *seccomp->default_errno_ret);
	write_architectures(&writer, seccomp);
	json_write_list(&writer, "syscalls");
	for (size_t i = 0; i < seccomp->n_syscalls; i++)
		write_rule(&writer, &seccomp->syscalls[i]);
	json_write_end(&writer);
	json_write_end(&writer);
	return json_write_text(&writer, ret_length);
}
