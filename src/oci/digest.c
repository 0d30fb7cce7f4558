/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/digest.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

bool oci_digest_is_hex(const char *text)
{
	return strspn(text, "0123456789abcdef") == OCI_DIGEST_HEX_LENGTH &&
	       text[OCI_DIGEST_HEX_LENGTH] == '\0';
}

bool oci_digest_is_valid(const char *text)
{
	const char *hex = text_after_prefix(text, "sha256:");

	return hex && oci_digest_is_hex(hex);
}

int oci_digest_check(const char *text, struct err *err)
{
	if (oci_digest_is_valid(text))
		return 0;
	if (text_has_prefix(text, "sha512:"))
		return err_fail(err, EOPNOTSUPP, "digest %.150s: only sha256 is supported", text);
	return err_fail(err, EINVAL,
		"digest \"%.150s\" is not \"sha256:\" and 64 hexadecimal digits in lower case",
		text);
}

const char *oci_digest_hex(const char *digest)
{
	assert(oci_digest_is_valid(digest));
	return digest + OCI_DIGEST_PREFIX_LENGTH;
}

void oci_digest_end(struct sha256 *hash, char ret[OCI_DIGEST_BYTES])
{
	uint8_t bytes[SHA256_BYTES];

	sha256_end(hash, bytes);
	memcpy(ret, "sha256:", OCI_DIGEST_PREFIX_LENGTH);
	sha256_hex(bytes, ret + OCI_DIGEST_PREFIX_LENGTH);
}

void oci_digest_of(const void *bytes, size_t size, char ret[OCI_DIGEST_BYTES])
{
	struct sha256 hash = SHA256_INIT;

	sha256_add(&hash, bytes, size);
	oci_digest_end(&hash, ret);
}
