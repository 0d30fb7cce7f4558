/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/reference.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "oci/digest.h"

#define DEFAULT_DOMAIN    "docker.io"
#define DEFAULT_NAMESPACE "library/"
#define LOWER             "abcdefghijklmnopqrstuvwxyz"
#define DIGITS            "0123456789"
#define LETTERS           LOWER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static int refuse(struct err *err, const char *text, const char *why)
{
	return err_fail(err, EINVAL, "invalid reference \"%.300s\": %s", text, why);
}

/* Length of what separates two words of a path component, '.', '_', '__' or dashes; 0 if none. */
static size_t separator_length(const char *at)
{
	if (*at == '.')
		return 1;
	if (*at == '_')
		return at[1] == '_' ? 2 : 1;
	return strspn(at, "-");
}

/* Components of lower-case words, between slashes. */
static bool is_path(const char *path)
{
	for (;;) {
		size_t n = strspn(path, LOWER DIGITS);

		if (n == 0)
			return false;
		path += n;
		if (*path == '\0')
			return true;
		n = *path == '/' ? 1 : separator_length(path);
		if (n == 0)
			return false;
		path += n;
	}
}

static bool is_tag(const char *tag)
{
	size_t length = strlen(tag);

	return length >= 1 && length <= OCI_REFERENCE_TAG_MAX && *tag != '.' && *tag != '-' &&
	       strspn(tag, LETTERS DIGITS "_.-") == length;
}

/* Labels of letters, digits and inner dashes, between dots. */
static bool is_host_name(const char *host, size_t length)
{
	bool at_start = true;

	for (size_t i = 0; i < length; i++) {
		bool is_last = i + 1 == length || host[i + 1] == '.';

		if (host[i] == '.' ? at_start : !strchr(LETTERS DIGITS "-", host[i]))
			return false;
		if (host[i] == '-' && (at_start || is_last))
			return false;
		at_start = host[i] == '.';
	}
	return length > 0 && !at_start;
}

/* A host name or an IPv6 address in brackets, and perhaps a port. */
static bool is_domain(const char *domain)
{
	size_t length = strcspn(domain, ":");
	const char *port;

	if (domain[0] == '[') {
		size_t inner = strspn(domain + 1, "0123456789abcdefABCDEF:");

		if (inner == 0 || domain[1 + inner] != ']')
			return false;
		length = inner + 2;
	} else if (!is_host_name(domain, length)) {
		return false;
	}
	if (domain[length] == '\0')
		return true;
	port = domain + length + 1;
	return domain[length] == ':' && *port && strspn(port, DIGITS) == strlen(port);
}

/* A first component with these marks is a domain, anything else the beginning of a path. */
static bool looks_like_domain(const char *name, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (name[i] == '.' || name[i] == ':' || (name[i] >= 'A' && name[i] <= 'Z'))
			return true;
	return length == strlen("localhost") && memcmp(name, "localhost", length) == 0;
}

static void split_domain(struct arena *arena, const char *name, struct oci_reference *ret)
{
	const char *slash = strchr(name, '/');

	ret->domain = DEFAULT_DOMAIN;
	ret->path = name;
	if (slash && looks_like_domain(name, (size_t)(slash - name))) {
		ret->domain = arena_strndup(arena, name, (size_t)(slash - name));
		ret->path = slash + 1;
	}
	if (strcmp(ret->domain, "index.docker.io") == 0)
		ret->domain = DEFAULT_DOMAIN;
	if (strcmp(ret->domain, DEFAULT_DOMAIN) == 0 && !strchr(ret->path, '/'))
		ret->path = arena_printf(arena, DEFAULT_NAMESPACE "%s", ret->path);
}

static int split_digest(const char *text, char *copy, struct oci_reference *ret, struct err *err)
{
	char *at = strchr(copy, '@');
	int r;

	if (!at)
		return 0;
	*at = '\0';
	ret->digest = at + 1;
	r = oci_digest_check(ret->digest, err);
	return r < 0 ? err_while(err, "invalid reference \"%.300s\"", text) : 0;
}

/* A colon behind the last slash begins the tag. */
static int split_tag(const char *text, char *copy, struct oci_reference *ret, struct err *err)
{
	char *slash = strrchr(copy, '/');
	char *colon = strrchr(slash ? slash : copy, ':');

	if (!colon)
		return 0;
	*colon = '\0';
	ret->tag = colon + 1;
	if (!is_tag(ret->tag))
		return refuse(err, text,
			"a tag is 1 to 128 letters, digits, '_', '.' and '-', and begins with none "
			"of the last two");
	return 0;
}

static int check_name(const char *text, const struct oci_reference *reference, struct err *err)
{
	if (!is_domain(reference->domain))
		return refuse(err, text, "the registry is no host name with an optional port");
	if (!is_path(reference->path)) {
		if (strpbrk(reference->path, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
			return refuse(err, text, "repository name must be lowercase");
		return refuse(err, text,
			"a name is lower-case letters and digits, separated by '.', '_', '-' or "
			"'/'");
	}
	if (strlen(reference->domain) + 1 + strlen(reference->path) > OCI_REFERENCE_NAME_MAX)
		return refuse(err, text, "the name has more than 255 characters");
	return 0;
}

int oci_reference_parse(
	struct arena *arena, const char *text, struct oci_reference *ret, struct err *err)
{
	struct oci_reference reference = { 0 };
	char *copy = arena_strdup(arena, text);
	int r = split_digest(text, copy, &reference, err);

	if (r == 0)
		r = split_tag(text, copy, &reference, err);
	if (r < 0)
		return r;
	if (oci_digest_is_hex(copy))
		return refuse(err, text, "64 hexadecimal digits are an id, not a name");
	split_domain(arena, copy, &reference);
	r = check_name(text, &reference, err);
	if (r < 0)
		return r;
	*ret = reference;
	return 0;
}

int oci_reference_parse_tagged(
	struct arena *arena, const char *text, struct oci_reference *ret, struct err *err)
{
	int r = oci_reference_parse(arena, text, ret, err);

	if (r == 0 && !ret->tag && !ret->digest)
		ret->tag = "latest";
	return r;
}

static const char *with_tag(
	struct arena *arena, const char *name, const struct oci_reference *reference)
{
	return arena_printf(arena, "%s%s%s%s%s", name, reference->tag ? ":" : "",
		reference->tag ? reference->tag : "", reference->digest ? "@" : "",
		reference->digest ? reference->digest : "");
}

const char *oci_reference_text(struct arena *arena, const struct oci_reference *reference)
{
	return with_tag(
		arena, arena_printf(arena, "%s/%s", reference->domain, reference->path), reference);
}

const char *oci_reference_familiar_name(struct arena *arena, const struct oci_reference *reference)
{
	const char *short_path = text_after_prefix(reference->path, DEFAULT_NAMESPACE);

	if (strcmp(reference->domain, DEFAULT_DOMAIN) != 0)
		return arena_printf(arena, "%s/%s", reference->domain, reference->path);
	return short_path && !strchr(short_path, '/') ? short_path : reference->path;
}

const char *oci_reference_familiar(struct arena *arena, const struct oci_reference *reference)
{
	return with_tag(arena, oci_reference_familiar_name(arena, reference), reference);
}
