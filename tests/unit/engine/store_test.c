/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fd.h"
#include "base/file.h"
#include "engine/image/image.h"

static char root[64];

static int remove_root(void **state)
{
	char path[128];

	/* the store's own directories are few and known; blobs are removed by name */
	static const char *const files[] = { "images/index.json", "images/oci-layout", "index.lock",
		"use.lock", "pins/c1", "pins/c2" };
	static const char *const directories[] = { "images/blobs/sha256", "images/blobs", "images",
		"layers", "tmp", "pins", "containers/c1", "containers", "" };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", root, files[i]);
		unlink(path);
	}
	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", root, directories[i]);
		rmdir(path);
	}
	return 0;
}

static int make_root(void **state)
{
	snprintf(root, sizeof(root), "/tmp/hull-store-test.XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

static void open_store(struct arena *arena, struct store *store)
{
	struct err err = ERR_INIT;

	if (store_open(arena, root, store, &err) < 0)
		fail_msg("%s", err.text);
}

static void a_new_store_is_an_empty_image_layout(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	AUTO_STORE store = STORE_INIT;
	struct oci_index index;
	struct err err = ERR_INIT;
	const char *layout;
	struct stat st;
	size_t size;

	open_store(&arena, &store);
	assert_int_equal(store_read_index(&arena, &store, &index, &err), 0);
	assert_int_equal(index.n_manifests, 0);
	assert_int_equal(
		file_read_at(&arena, store.images_fd, "oci-layout", 100, &layout, &size, &err), 0);
	assert_string_equal(layout, "{\"imageLayoutVersion\":\"1.0.0\"}");
	assert_int_equal(fstat(store.layers_fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
}

static void a_store_that_others_write_to_is_refused(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct store store = STORE_INIT;
	struct err err = ERR_INIT;

	assert_int_equal(chmod(root, 0777), 0);
	assert_int_equal(store_open(&arena, root, &store, &err), -EPERM);
	assert_non_null(strstr(err.text, "writable by others"));
}

static void a_blob_is_verified_when_it_is_read(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	AUTO_STORE store = STORE_INIT;
	struct oci_descriptor blob = { .media_type = OCI_MEDIA_CONFIG };
	struct err err = ERR_INIT;
	const char *bytes;
	size_t size;

	open_store(&arena, &store);
	assert_int_equal(store_add_blob(&arena, &store, "content", 7, &blob, &err), 0);
	assert_int_equal(blob.size, 7);
	assert_int_equal(store_read_blob(&arena, &store, &blob, 100, &bytes, &size, &err), 0);
	assert_string_equal(bytes, "content");
	assert_int_equal(store_read_blob(&arena, &store, &blob, 6, &bytes, &size, &err), -EFBIG);
	assert_int_equal(
		file_replace(store.blobs_fd, oci_digest_hex(blob.digest), "CONTENT", 7, 0600, &err),
		0);
	assert_int_equal(
		store_read_blob(&arena, &store, &blob, 100, &bytes, &size, &err), -EBADMSG);
	assert_int_equal(
		file_replace(store.blobs_fd, oci_digest_hex(blob.digest), "short", 5, 0600, &err),
		0);
	assert_false(store_has_blob(&store, &blob));
	assert_int_equal(unlinkat(store.blobs_fd, oci_digest_hex(blob.digest), 0), 0);
}

static void nothing_is_collected_while_the_store_is_used(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	AUTO_STORE store = STORE_INIT;
	struct oci_descriptor blob = { .media_type = OCI_MEDIA_CONFIG };
	struct err err = ERR_INIT;
	uint64_t bytes = 0;
	int use_fd;

	open_store(&arena, &store);
	assert_int_equal(store_add_blob(&arena, &store, "nobody's", 8, &blob, &err), 0);
	assert_int_equal(store_use(&store, &use_fd, &err), 0);
	assert_int_equal(store_collect(&arena, &store, &bytes, &err), 0);
	assert_true(store_has_blob(&store, &blob));
	close(use_fd);
	assert_int_equal(store_collect(&arena, &store, &bytes, &err), 0);
	assert_false(store_has_blob(&store, &blob));
	assert_int_equal(bytes, 8);
}

static const struct oci_descriptor some_manifest = {
	.media_type = OCI_MEDIA_MANIFEST,
	.digest = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	.size = 1,
};
static const struct oci_descriptor other_manifest = {
	.media_type = OCI_MEDIA_MANIFEST,
	.digest = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
	.size = 1,
};

/* "a=x b=y -=z": first letters of digests, and names. */
static const char *index_of(struct arena *arena, const struct store *store)
{
	struct oci_index index;
	struct err err = ERR_INIT;
	const char *text = "";

	assert_int_equal(store_read_index(arena, store, &index, &err), 0);
	for (size_t i = 0; i < index.n_manifests; i++) {
		const char *name = oci_descriptor_annotation(
			&index.manifests[i], OCI_ANNOTATION_REF_NAME);

		text = arena_printf(arena, "%s%s%c=%s", text, i ? " " : "",
			oci_digest_hex(index.manifests[i].digest)[0], name ? name : "-");
	}
	return text;
}

static void a_name_belongs_to_one_image(void **state)
{
	static const char *const names[] = { "x", "y" };
	AUTO_ARENA arena = ARENA_INIT;
	AUTO_STORE store = STORE_INIT;
	struct err err = ERR_INIT;

	open_store(&arena, &store);
	assert_int_equal(image_name(&arena, &store, &some_manifest, NULL, 0, &err), 0);
	assert_string_equal(index_of(&arena, &store), "a=-");
	assert_int_equal(image_name(&arena, &store, &some_manifest, names, 2, &err), 0);
	assert_string_equal(index_of(&arena, &store), "a=x a=y");
	assert_int_equal(image_name(&arena, &store, &other_manifest, names, 1, &err), 0);
	assert_string_equal(index_of(&arena, &store), "a=y b=x");
	assert_int_equal(image_unname(&arena, &store, "y", &err), 0);
	assert_string_equal(index_of(&arena, &store), "a=- b=x");
	assert_int_equal(image_unname(&arena, &store, "y", &err), -ENOENT);
	assert_int_equal(image_forget(&arena, &store, some_manifest.digest, &err), 0);
	assert_string_equal(index_of(&arena, &store), "b=x");
}

static void a_pin_is_listed_until_it_is_taken_away(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	AUTO_STORE store = STORE_INIT;
	struct err err = ERR_INIT;
	struct store_pin *pins;
	size_t n;

	open_store(&arena, &store);
	assert_int_equal(store_list_pins(&arena, &store, &pins, &n, &err), 0);
	assert_int_equal(n, 0);
	assert_int_equal(mkdirat(store.root_fd, "containers", 0700), 0);
	assert_int_equal(mkdirat(store.root_fd, "containers/c1", 0700), 0);
	assert_int_equal(store_pin(&store, "c1", some_manifest.digest, &err), 0);
	/* its container is gone: it does not count */
	assert_int_equal(store_pin(&store, "c2", some_manifest.digest, &err), 0);
	assert_int_equal(store_list_pins(&arena, &store, &pins, &n, &err), 0);
	assert_int_equal(n, 1);
	assert_string_equal(pins[0].name, "c1");
	assert_string_equal(pins[0].manifest_digest, some_manifest.digest);
	assert_int_equal(store_unpin(&store, "c1", &err), 0);
	assert_int_equal(store_unpin(&store, "c1", &err), 0);
	assert_int_equal(store_list_pins(&arena, &store, &pins, &n, &err), 0);
	assert_int_equal(n, 0);
}

int main(void)
{
#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, make_root, remove_root)
	const struct CMUnitTest tests[] = {
		STORE_TEST(a_new_store_is_an_empty_image_layout),
		STORE_TEST(a_store_that_others_write_to_is_refused),
		STORE_TEST(a_blob_is_verified_when_it_is_read),
		STORE_TEST(nothing_is_collected_while_the_store_is_used),
		STORE_TEST(a_name_belongs_to_one_image),
		STORE_TEST(a_pin_is_listed_until_it_is_taken_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
