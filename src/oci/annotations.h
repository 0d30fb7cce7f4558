/* SPDX-License-Identifier: Apache-2.0 */
/*
 * annotations: what annotations of a configuration ask of the runtime.
 *
 * Layer 1, role caller; pure. The names are crun's: podman, buildah and CRI-O set them for whatever
 * runtime they use (crun(1), "Extensions to OCI"). They are read once, into the fields of the
 * configuration that mean the same, or into its extensions where there is no such field. A field of
 * the configuration wins over an annotation that says the same. An annotation that would change
 * what a container may do, or what it is, and that is not supported is refused: as if it were not
 * there the container would be another one than was asked for.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "oci/config.h"

/* With "1" a call that libseccomp does not know is an error. */
#define OCI_ANNOTATION_SECCOMP_FAIL_UNKNOWN "run.oci.seccomp_fail_unknown_syscall"

/* EINVAL, ENOTSUP with the annotation's JSON pointer. Nothing is changed then. */
int oci_annotations_read(struct arena *arena, struct oci_config *config, struct err *err);

/* For `features`, potentiallyUnsafeConfigAnnotations; "x." is a prefix. Ends with NULL. */
extern const char *const oci_unsafe_annotations[];
