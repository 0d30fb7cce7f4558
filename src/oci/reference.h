/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference: names of images as people write them, [DOMAIN/]PATH[:TAG][@DIGEST].
 *
 * Layer 1, roles caller and command. Docker's grammar and its normalisation: "busybox" is
 * "docker.io/library/busybox:latest", "me/app" is "docker.io/me/app:latest", and a first component
 * is a domain only if it has a dot, a colon or a capital, or is "localhost". Source:
 * distribution-spec spec.md ("Pulling manifests") for path and tag; Docker's documentation of
 * `docker image tag` for the rest.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum {
	OCI_REFERENCE_NAME_MAX = 255, /* bytes of DOMAIN/PATH */
	OCI_REFERENCE_TAG_MAX = 128,
};

struct oci_reference {
	const char *domain; /* "docker.io" */
	const char *path;   /* "library/busybox" */
	const char *tag;    /* NULL if none was given */
	const char *digest; /* "sha256:…", NULL if none was given */
};

/* Strings live in arena. -EINVAL with what is wrong; tag and digest are as given. */
int oci_reference_parse(
	struct arena *arena, const char *text, struct oci_reference *ret, struct err *err);

/* The same, with tag "latest" where neither tag nor digest was given. */
int oci_reference_parse_tagged(
	struct arena *arena, const char *text, struct oci_reference *ret, struct err *err);

/* "docker.io/library/busybox:latest@sha256:…": what was given, normalised. */
const char *oci_reference_text(struct arena *arena, const struct oci_reference *reference);

/* What people want to read: "busybox", "me/app", "quay.io/x/y"; without tag and digest. */
const char *oci_reference_familiar_name(struct arena *arena, const struct oci_reference *reference);

/* The familiar name with tag and digest. */
const char *oci_reference_familiar(struct arena *arena, const struct oci_reference *reference);
