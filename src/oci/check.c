/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/check.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"

static const uint32_t no_id = UINT32_MAX;

static void blank_control_characters(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
}

struct check_pointer check_at(const char *format, ...)
{
	struct check_pointer at;
	va_list args;

	va_start(args, format);
	vsnprintf(at.text, sizeof(at.text), format, args);
	va_end(args);
	return at;
}

struct check_pointer check_at_key(const char *parent, const char *key)
{
	struct check_pointer at = check_at("%s/", parent);
	size_t length = strlen(at.text);

	for (; *key && length + 3 < sizeof(at.text); key++) {
		if (*key == '~' || *key == '/') {
			at.text[length++] = '~';
			at.text[length++] = *key == '~' ? '0' : '1';
		} else {
			at.text[length++] = *key;
		}
	}
	at.text[length] = '\0';
	return at;
}

int check_fail(struct err *err, struct check_pointer at, const char *format, ...)
{
	char said[ERR_TEXT_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(said, sizeof(said), format, args);
	va_end(args);
	blank_control_characters(said);
	blank_control_characters(at.text);
	err_fail(err, EINVAL, "%s: %s", at.text, said);
	return err_config(err, "%s", at.text);
}

int check_absolute_paths(
	const char *parent, const char *const *paths, size_t n_paths, struct err *err)
{
	for (size_t i = 0; i < n_paths; i++)
		if (paths[i][0] != '/')
			return check_fail(err, check_at("%s/%zu", parent, i),
				"\"%s\" is not an absolute path", paths[i]);
	return 0;
}

/* first … first + size - 1, and its last id is not no_id: the kernel asks that first + size fits.
 */
static bool range_fits(uint32_t first, uint32_t size)
{
	return size <= no_id - first;
}

static bool ranges_overlap(uint32_t a, uint32_t a_size, uint32_t b, uint32_t b_size)
{
	return a < (uint64_t)b + b_size && b < (uint64_t)a + a_size;
}

static int check_mapping_overlap(const char *parent, const struct oci_id_mapping *mappings,
	size_t this, size_t other, struct err *err)
{
	const struct oci_id_mapping *a = &mappings[this], *b = &mappings[other];

	if (ranges_overlap(a->container_id, a->size, b->container_id, b->size))
		return check_fail(err, check_at("%s/%zu/containerID", parent, this),
			"the range of %u from %u on overlaps that of entry %zu", a->size,
			a->container_id, other);
	if (ranges_overlap(a->host_id, a->size, b->host_id, b->size))
		return check_fail(err, check_at("%s/%zu/hostID", parent, this),
			"the range of %u from %u on overlaps that of entry %zu", a->size,
			a->host_id, other);
	return 0;
}

int check_id_mappings(const char *parent, const struct oci_id_mapping *mappings, size_t n_mappings,
	struct err *err)
{
	int r;

	if (n_mappings > CHECK_MAPPINGS_MAX)
		return check_fail(err, check_at("%s", parent),
			"%zu entries are more than the kernel's %d", n_mappings,
			CHECK_MAPPINGS_MAX);
	for (size_t i = 0; i < n_mappings; i++) {
		const struct oci_id_mapping *mapping = &mappings[i];

		if (mapping->size == 0)
			return check_fail(
				err, check_at("%s/%zu/size", parent, i), "0 ids are no mapping");
		if (!range_fits(mapping->container_id, mapping->size) ||
			!range_fits(mapping->host_id, mapping->size))
			return check_fail(err, check_at("%s/%zu/size", parent, i),
				"%u ids from %u (host: %u) on end beyond 4294967294", mapping->size,
				mapping->container_id, mapping->host_id);
		for (size_t other = 0; other < i; other++) {
			r = check_mapping_overlap(parent, mappings, i, other, err);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

int check_id(struct check_pointer at, uint32_t id, struct err *err)
{
	if (id == no_id)
		return check_fail(
			err, at, "%u is no id (the kernel takes it for \"no change\")", id);
	return 0;
}

bool check_has_line_break(const char *text)
{
	return strpbrk(text, "\n\r") != NULL;
}

static bool is_small_number(const char *text, size_t length, uint64_t *ret)
{
	return parse_u64_n(text, length, ret) == 0 && *ret < 65536;
}

static bool is_range(const char *text, size_t length)
{
	const char *dash = memchr(text, '-', length);
	size_t first_length = dash ? (size_t)(dash - text) : length;
	uint64_t first, last;

	if (!is_small_number(text, first_length, &first))
		return false;
	if (!dash)
		return true;
	return is_small_number(dash + 1, length - first_length - 1, &last) && first <= last;
}

bool check_is_number_list(const char *text)
{
	for (;;) {
		size_t length;

		text += strspn(text, " ");
		length = strcspn(text, ", ");
		if (!is_range(text, length))
			return false;
		text += length;
		text += strspn(text, " ");
		if (*text == '\0')
			return true;
		if (*text++ != ',')
			return false;
	}
}

bool check_is_device_name(const char *name)
{
	size_t length = strlen(name);

	if (length == 0 || length > 15 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return false;
	return strpbrk(name, "/: \t\n\v\f\r") == NULL;
}
