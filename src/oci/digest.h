/* SPDX-License-Identifier: Apache-2.0 */
/*
 * digest: what names a blob by its bytes (image-spec descriptor.md, "Digests").
 *
 * Layer 1, roles caller and command. A digest becomes a file name, so its form is checked to the
 * letter before anything else happens with it (CVE-2024-3727): "sha256:" and 64 digits in lower
 * case. SHA-512 is registered as well; it is refused as such, nothing else is known.
 */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "base/sha256.h"

enum {
	OCI_DIGEST_HEX_LENGTH = 2 * SHA256_BYTES,
	OCI_DIGEST_PREFIX_LENGTH = sizeof("sha256:") - 1,
	OCI_DIGEST_BYTES = OCI_DIGEST_PREFIX_LENGTH + SHA256_HEX_BYTES, /* with the NUL */
};

/* 64 digits in lower case and nothing else. */
bool oci_digest_is_hex(const char *text);

bool oci_digest_is_valid(const char *text);

/* -EINVAL, or -EOPNOTSUPP for sha512, with the digest in the text. */
int oci_digest_check(const char *text, struct err *err);

/* The part behind "sha256:" of a valid digest; borrowed. */
const char *oci_digest_hex(const char *digest);

void oci_digest_of(const void *bytes, size_t size, char ret[OCI_DIGEST_BYTES]);

/* Of a hash that is complete; hash is used up. */
void oci_digest_end(struct sha256 *hash, char ret[OCI_DIGEST_BYTES]);
