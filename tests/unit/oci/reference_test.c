/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/reference.h"

#include <errno.h>

#include "document.h"
#include "oci/digest.h"

#define HEX   "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define LONG  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" /* 64 */
#define AT_ID "@sha256:" HEX

struct name_case {
	const char *text, *full, *familiar;
};

static void names_are_normalised_as_docker_does(void **state)
{
	static const struct name_case cases[] = {
		{ "busybox", "docker.io/library/busybox:latest", "busybox:latest" },
		{ "busybox:1.36", "docker.io/library/busybox:1.36", "busybox:1.36" },
		{ "me/app", "docker.io/me/app:latest", "me/app:latest" },
		{ "library/x", "docker.io/library/x:latest", "x:latest" },
		{ "library/a/b", "docker.io/library/a/b:latest", "library/a/b:latest" },
		{ "index.docker.io/x", "docker.io/library/x:latest", "x:latest" },
		{ "docker.io/x", "docker.io/library/x:latest", "x:latest" },
		{ "localhost/x", "localhost/x:latest", "localhost/x:latest" },
		{ "localhost:5000/x:t", "localhost:5000/x:t", "localhost:5000/x:t" },
		{ "quay.io/a/b:C_9.x-", "quay.io/a/b:C_9.x-", "quay.io/a/b:C_9.x-" },
		{ "Host/x", "Host/x:latest", "Host/x:latest" },
		{ "[::1]:5000/x", "[::1]:5000/x:latest", "[::1]:5000/x:latest" },
		{ "a--b__c/e.f_g", "docker.io/a--b__c/e.f_g:latest", "a--b__c/e.f_g:latest" },
		{ "x" AT_ID, "docker.io/library/x" AT_ID, "x" AT_ID },
		{ "x:t" AT_ID, "docker.io/library/x:t" AT_ID, "x:t" AT_ID },
		{ "a.b/c", "a.b/c:latest", "a.b/c:latest" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO_ARENA arena = ARENA_INIT;
		struct oci_reference reference;
		struct err err = ERR_INIT;

		if (oci_reference_parse_tagged(&arena, cases[i].text, &reference, &err) < 0)
			fail_msg("%s: %s", cases[i].text, err.text);
		assert_string_equal(oci_reference_text(&arena, &reference), cases[i].full);
		assert_string_equal(oci_reference_familiar(&arena, &reference), cases[i].familiar);
	}
}

static void what_is_no_reference_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		":",
		":tag",
		"@",
		"/x",
		"x/",
		"a//b",
		"../x",
		"a/../b",
		".x",
		"x.",
		"x..y",
		"x___y",
		"-x",
		"x-",
		"Busybox",
		"a/B",
		"x y",
		"x\n",
		"x:",
		"x:.t",
		"x:-t",
		"x:a/b",
		"x:t:u",
		"x:" LONG LONG "a",
		HEX,
		"x@sha256:0123",
		"x@sha512:" HEX HEX,
		"x@sha256:../../../etc/passwd",
		"x@sha256:0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef",
		"x" AT_ID AT_ID,
		"-h.io/x",
		"h-.io/x",
		"h..io/x",
		".io/x",
		"h.io:/x",
		"h.io:80a/x",
		"[::1/x",
		"[]/x",
		"[::1]x/y",
		"docker.io/" LONG LONG LONG LONG,
		"xn--\xc3\xa9",
	};

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		AUTO_ARENA arena = ARENA_INIT;
		struct oci_reference reference;
		struct err err = ERR_INIT;

		if (oci_reference_parse(&arena, bad[i], &reference, &err) == 0)
			fail_msg("\"%s\" was taken", bad[i]);
		assert_non_null(strstr(err.text, "invalid reference"));
	}
}

static void a_tag_is_added_only_where_nothing_else_names_the_image(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct oci_reference reference;
	struct err err = ERR_INIT;

	assert_int_equal(oci_reference_parse(&arena, "x", &reference, &err), 0);
	assert_null(reference.tag);
	assert_int_equal(oci_reference_parse_tagged(&arena, "x" AT_ID, &reference, &err), 0);
	assert_null(reference.tag);
	assert_int_equal(oci_reference_parse_tagged(&arena, "x", &reference, &err), 0);
	assert_string_equal(reference.tag, "latest");
}

static void a_digest_is_sha256_in_lower_case(void **state)
{
	struct err err = ERR_INIT;

	assert_true(oci_digest_is_valid("sha256:" HEX));
	assert_false(oci_digest_is_valid(HEX));
	assert_false(oci_digest_is_valid("sha256:" HEX "0"));
	assert_false(oci_digest_is_valid("SHA256:" HEX));
	assert_string_equal(oci_digest_hex("sha256:" HEX), HEX);
	assert_int_equal(oci_digest_check("sha256:0/..", &err), -EINVAL);
	assert_int_equal(oci_digest_check("sha512:" HEX HEX, &err), -EOPNOTSUPP);
}

static void the_digest_of_bytes_is_that_of_sha256sum(void **state)
{
	char digest[OCI_DIGEST_BYTES];

	oci_digest_of("abc", 3, digest);
	assert_string_equal(
		digest, "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_normalised_as_docker_does),
		cmocka_unit_test(what_is_no_reference_is_refused),
		cmocka_unit_test(a_tag_is_added_only_where_nothing_else_names_the_image),
		cmocka_unit_test(a_digest_is_sha256_in_lower_case),
		cmocka_unit_test(the_digest_of_bytes_is_that_of_sha256sum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
