/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/spec/seccomp_file.h"

#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "base/parse.h"
#include "oci/config.h"
#include "sys/kernel_version.h"

/* As Docker's profiles call this machine, and as the OCI does. */
#if defined(__x86_64__)
#define MACHINE      "amd64"
#define ARCHITECTURE "SCMP_ARCH_X86_64"
#elif defined(__aarch64__)
#define MACHINE      "arm64"
#define ARCHITECTURE "SCMP_ARCH_AARCH64"
#elif defined(__i386__)
#define MACHINE      "x86"
#define ARCHITECTURE "SCMP_ARCH_X86"
#elif defined(__riscv)
#define MACHINE      "riscv64"
#define ARCHITECTURE "SCMP_ARCH_RISCV64"
#elif defined(__powerpc64__)
#define MACHINE      "ppc64le"
#define ARCHITECTURE "SCMP_ARCH_PPC64LE"
#elif defined(__s390x__)
#define MACHINE      "s390x"
#define ARCHITECTURE "SCMP_ARCH_S390X"
#endif

static const struct json_value *list(const struct json_value *object, const char *key)
{
	const struct json_value *value = object && object->kind == JSON_KIND_OBJECT
						 ? json_member(object, key)
						 : NULL;

	return value && value->kind == JSON_KIND_ARRAY ? value : NULL;
}

static bool lists_machine(const struct json_value *machines)
{
	for (size_t i = 0; i < machines->length; i++)
		if (machines->elements[i].kind == JSON_KIND_STRING &&
			strcmp(machines->elements[i].text, MACHINE) == 0)
			return true;
	return false;
}

/* How many of the listed capabilities are there. */
static size_t count_capabilities(const struct json_value *names, uint64_t capabilities)
{
	size_t n = 0;

	for (size_t i = 0; i < names->length; i++) {
		int number = names->elements[i].kind == JSON_KIND_STRING
				     ? oci_capability_number(names->elements[i].text)
				     : -1;

		n += number >= 0 && capabilities >> number & 1;
	}
	return n;
}

static bool applies(const struct json_value *rule, uint64_t capabilities)
{
	const struct json_value *includes = json_member(rule, "includes");
	const struct json_value *excludes = json_member(rule, "excludes");
	const struct json_value *in_machines = list(includes, "arches");
	const struct json_value *in_names = list(includes, "caps");
	const struct json_value *out_machines = list(excludes, "arches");
	const struct json_value *out_names = list(excludes, "caps");
	const struct json_value *kernel = includes && includes->kind == JSON_KIND_OBJECT
						  ? json_member(includes, "minKernel")
						  : NULL;

	if (in_machines && in_machines->length > 0 && !lists_machine(in_machines))
		return false;
	if (in_names && count_capabilities(in_names, capabilities) < in_names->length)
		return false;
	if (kernel && kernel->kind == JSON_KIND_STRING && !kernel_is_at_least(kernel->text))
		return false;
	if (out_machines && lists_machine(out_machines))
		return false;
	return !out_names || count_capabilities(out_names, capabilities) == 0;
}

static void write_member(
	struct json_writer *writer, const struct json_value *object, const char *key)
{
	const struct json_value *value = json_member(object, key);

	if (value)
		json_write_value(writer, key, value);
}

/* name: what older profiles have instead of names. */
static void write_rule(struct json_writer *writer, const struct json_value *rule)
{
	const struct json_value *name = json_member(rule, "name");

	json_write_object(writer, NULL);
	if (name && name->kind == JSON_KIND_STRING && !json_member(rule, "names"))
		json_write_strings(writer, "names", &name->text, 1);
	write_member(writer, rule, "names");
	write_member(writer, rule, "action");
	write_member(writer, rule, "errnoRet");
	write_member(writer, rule, "args");
	json_write_end(writer);
}

static void write_rules(
	struct json_writer *writer, const struct json_value *profile, uint64_t capabilities)
{
	const struct json_value *rules = list(profile, "syscalls");

	json_write_list(writer, "syscalls");
	for (size_t i = 0; rules && i < rules->length; i++)
		if (rules->elements[i].kind == JSON_KIND_OBJECT &&
			applies(&rules->elements[i], capabilities))
			write_rule(writer, &rules->elements[i]);
	json_write_end(writer);
}

/* Of the table the row of this machine; without one what the profile lists, or nothing. */
static void write_architectures(struct json_writer *writer, const struct json_value *profile)
{
	const struct json_value *table = list(profile, "archMap");

	if (!table) {
		write_member(writer, profile, "architectures");
		return;
	}
	json_write_list(writer, "architectures");
	json_write_string(writer, NULL, ARCHITECTURE);
	for (size_t i = 0; i < table->length; i++) {
		const struct json_value *row = &table->elements[i];
		const struct json_value *name = row->kind == JSON_KIND_OBJECT
							? json_member(row, "architecture")
							: NULL;
		const struct json_value *more = list(row, "subArchitectures");

		if (!name || name->kind != JSON_KIND_STRING ||
			strcmp(name->text, ARCHITECTURE) != 0)
			continue;
		for (size_t k = 0; more && k < more->length; k++)
			json_write_value(writer, NULL, &more->elements[k]);
	}
	json_write_end(writer);
}

int seccomp_file_write(struct arena *arena, struct json_writer *writer, const char *key,
	const char *text, uint64_t capabilities, struct err *err)
{
	const struct json_value *profile;
	int r = json_parse(arena, text, strlen(text), &profile, err);

	if (r == 0 && profile->kind != JSON_KIND_OBJECT)
		r = err_fail(err, EINVAL, "not an object");
	if (r < 0)
		return err_while(err, "--security-opt seccomp: profile");
	json_write_object(writer, key);
	write_member(writer, profile, "defaultAction");
	write_member(writer, profile, "defaultErrnoRet");
	write_member(writer, profile, "flags");
	write_member(writer, profile, "listenerPath");
	write_member(writer, profile, "listenerMetadata");
	write_architectures(writer, profile);
	write_rules(writer, profile, capabilities);
	json_write_end(writer);
	return 0;
}
