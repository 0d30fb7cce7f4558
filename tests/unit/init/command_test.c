/* SPDX-License-Identifier: Apache-2.0 */
#include "init/command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"

/* A directory of its own with a/ and b/; each test begins with it as working directory. */
static char directory[] = "/tmp/hull-command-XXXXXX";
static char found[PATH_MAX];
static struct err err;

static int set_up(void **state)
{
	memcpy(directory + sizeof(directory) - 7, "XXXXXX", 6);
	err = ERR_INIT;
	found[0] = '\0';
	return mkdtemp(directory) && chdir(directory) == 0 && mkdir("a", 0755) == 0 &&
			       mkdir("b", 0755) == 0
		       ? 0
		       : -1;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	return remove(path);
}

static int tear_down(void **state)
{
	if (chdir("/") < 0)
		return -1;
	return nftw(directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static void put(const char *path, mode_t mode, const void *bytes, size_t size)
{
	AUTO_FD int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
	assert_int_equal(fchmod(fd, mode), 0);
}

static void put_text(const char *path, mode_t mode, const char *text)
{
	put(path, mode, text, strlen(text));
}

/* PATH=text with @ for the test's directory. */
static int find_in(const char *name, const char *text)
{
	static char variable[8192];
	const char *const env[] = { "A=b", variable, NULL };
	size_t used = 0;

	for (; *text; text++)
		used += (size_t)(*text == '@' ? snprintf(variable + used, 4096, "%s", directory)
					      : snprintf(variable + used, 2, "%c", *text));
	return command_find(name, env, found, &err);
}

static void assert_found(const char *path)
{
	char whole[PATH_MAX];

	snprintf(whole, sizeof(whole), "%s/%s", directory, path);
	assert_string_equal(found, whole);
}

static void a_name_is_found_in_the_first_directory_that_has_it(void **state)
{
	put_text("a/x", 0755, "");
	put_text("b/x", 0755, "");
	assert_int_equal(find_in("x", "PATH=/nowhere:@/a:@/b"), 0);
	assert_found("a/x");
	assert_int_equal(find_in("x", "PATH=@/b:@/a"), 0);
	assert_found("b/x");
}

static void what_cannot_be_executed_is_passed_over(void **state)
{
	put_text("a/x", 0644, "");
	assert_int_equal(mkdir("b/x", 0755), 0);
	assert_int_equal(mkdir("c", 0755), 0);
	put_text("c/x", 0755, "");
	assert_int_equal(find_in("x", "PATH=@/a:@/b:@/c"), 0);
	assert_found("c/x");
}

static void a_name_that_is_nowhere_is_told_in_the_words_of_engines(void **state)
{
	assert_int_equal(find_in("x", "PATH=@/a:@/b"), -ENOENT);
	assert_string_equal(err.text, "exec: \"x\": executable file not found in $PATH");
}

static void relative_entries_of_path_do_not_count(void **state)
{
	put_text("a/x", 0755, "");
	put_text("x", 0755, "");
	assert_int_equal(find_in("x", "PATH=a:.::"), -ENOENT);
	assert_int_equal(find_in("x", "PATH="), -ENOENT);
}

static void without_path_the_usual_directories_are_looked_in(void **state)
{
	const char *const none[] = { "A=b", "XPATH=/nowhere", NULL };

	assert_int_equal(command_find("sh", none, found, &err), 0);
	assert_int_equal(access(found, X_OK), 0);
	assert_non_null(strstr(found, "bin/sh"));
	assert_int_equal(command_find("sh", NULL, found, &err), 0);
}

static void an_entry_of_path_that_is_too_long_is_passed_over(void **state)
{
	char *text = malloc(6000);

	assert_non_null(text);
	memset(text, '/', 6000);
	memcpy(text, "PATH=", 5);
	memcpy(text + 5000, ":@/a", 5);
	put_text("a/x", 0755, "");
	assert_int_equal(find_in("x", text), 0);
	assert_found("a/x");
	free(text);
}

static void a_name_with_a_slash_is_the_file_itself(void **state)
{
	put_text("a/x", 0755, "");
	assert_int_equal(find_in("a/x", "PATH=@/b"), 0);
	assert_string_equal(found, "a/x");
	assert_int_equal(find_in("./x", "PATH=@/a"), -ENOENT);
	assert_string_equal(err.text, "exec: \"./x\": stat ./x: no such file or directory");
}

static void engines_can_tell_why_a_file_is_no_program(void **state)
{
	put_text("a/x", 0644, "");
	assert_int_equal(find_in("./a/x", ""), -EACCES);
	assert_string_equal(err.text, "exec: \"./a/x\": permission denied");
	assert_int_equal(find_in("./a", ""), -EISDIR);
	assert_string_equal(err.text, "exec: \"./a\": is a directory");
	assert_int_equal(find_in("./a/x/y", ""), -ENOTDIR);
	assert_string_equal(err.text, "exec: \"./a/x/y\": stat ./a/x/y: not a directory");
	assert_int_equal(mkfifo("a/p", 0755), 0);
	assert_int_equal(find_in("./a/p", ""), -EACCES);
	assert_int_equal(symlink("l", "l"), 0);
	assert_int_equal(find_in("./l", ""), -ELOOP);
}

static void an_empty_name_is_not_found(void **state)
{
	assert_int_equal(find_in("", "PATH=@/a"), -ENOENT);
}

static void a_path_longer_than_any_is_refused(void **state)
{
	char *name = malloc(PATH_MAX + 2);

	assert_non_null(name);
	memset(name, '/', PATH_MAX + 1);
	name[PATH_MAX + 1] = '\0';
	assert_int_equal(find_in(name, ""), -ENAMETOOLONG);
	free(name);
}

/* ---- interpreters ---- */

static void a_script_needs_its_interpreter(void **state)
{
	put_text("s", 0755, "#!/nowhere/sh -e\necho\n");
	assert_int_equal(command_check_interpreter("s", &err), -ENOENT);
	assert_string_equal(
		err.text, "exec: \"s\": its interpreter /nowhere/sh: no such file or directory");
	assert_string_equal(err.path, "/nowhere/sh");
}

static void an_interpreter_that_is_there_is_found_in_any_form(void **state)
{
	static const char *const heads[] = { "#!/bin/sh", "#!/bin/sh\n", "#! /bin/sh -e\n",
		"#!\t /bin/sh\t-e x\n", "#!/bin/sh\r\n" };

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		put_text("s", 0755, heads[i]);
		assert_int_equal(command_check_interpreter("s", &err), 0);
	}
}

static void what_is_no_script_has_no_interpreter(void **state)
{
	static const char *const contents[] = { "", "#", "#!", "#!\n", "#! \n", "text", "\177ELF",
		"# !/nowhere" };

	for (size_t i = 0; i < sizeof(contents) / sizeof(contents[0]); i++) {
		put_text("s", 0755, contents[i]);
		assert_int_equal(command_check_interpreter("s", &err), 0);
	}
	assert_int_equal(command_check_interpreter("not-there", &err), 0);
	assert_int_equal(command_check_interpreter("a", &err), 0);
}

struct elf {
	Elf64_Ehdr header;
	Elf64_Phdr segments[2];
	char interpreter[64];
};

static struct elf elf_with(const char *interpreter)
{
	struct elf elf = {
		.header = { .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64 },
			.e_phoff = offsetof(struct elf, segments),
			.e_phentsize = sizeof(Elf64_Phdr),
			.e_phnum = 2 },
		.segments = { { .p_type = PT_LOAD },
			{ .p_type = PT_INTERP,
				.p_offset = offsetof(struct elf, interpreter),
				.p_filesz = strlen(interpreter) + 1 } },
	};

	memcpy(elf.interpreter, interpreter, strlen(interpreter) + 1);
	return elf;
}

static int check_elf(const struct elf *elf, size_t size)
{
	put("e", 0755, elf, size);
	return command_check_interpreter("e", &err);
}

static void a_program_needs_its_dynamic_linker(void **state)
{
	struct elf elf = elf_with("/nowhere/ld.so");

	assert_int_equal(check_elf(&elf, sizeof(elf)), -ENOENT);
	assert_string_equal(err.path, "/nowhere/ld.so");
	assert_non_null(strstr(err.text, "no such file or directory"));
	elf = elf_with("/bin/sh");
	assert_int_equal(check_elf(&elf, sizeof(elf)), 0);
}

static void a_static_program_needs_nothing(void **state)
{
	struct elf elf = elf_with("/nowhere/ld.so");

	elf.segments[1].p_type = PT_NOTE;
	assert_int_equal(check_elf(&elf, sizeof(elf)), 0);
}

static void headers_that_lie_are_not_judged(void **state)
{
	const struct elf good = elf_with("/nowhere/ld.so");
	struct elf elf = good;

	elf.header.e_ident[EI_CLASS] = ELFCLASS32;
	assert_int_equal(check_elf(&elf, sizeof(elf)), 0);
	elf = good;
	elf.header.e_phentsize = 1;
	assert_int_equal(check_elf(&elf, sizeof(elf)), 0);
	elf = good;
	elf.header.e_phoff = UINT64_MAX - 8;
	assert_int_equal(check_elf(&elf, sizeof(elf)), 0);
	elf = good;
	elf.segments[1].p_filesz = UINT64_MAX;
	assert_int_equal(check_elf(&elf, sizeof(elf)), 0);
	elf = good;
	elf.segments[1].p_filesz = PATH_MAX - 1;
	assert_int_equal(check_elf(&elf, sizeof(elf)), 0);
	elf = good;
	elf.segments[1].p_filesz = 0;
	assert_int_equal(check_elf(&elf, sizeof(elf)), 0);
	for (size_t size = 0; size < sizeof(good.header); size += 7)
		assert_int_equal(check_elf(&good, size), 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_name_is_found_in_the_first_directory_that_has_it),
		TEST(what_cannot_be_executed_is_passed_over),
		TEST(a_name_that_is_nowhere_is_told_in_the_words_of_engines),
		TEST(relative_entries_of_path_do_not_count),
		TEST(without_path_the_usual_directories_are_looked_in),
		TEST(an_entry_of_path_that_is_too_long_is_passed_over),
		TEST(a_name_with_a_slash_is_the_file_itself),
		TEST(engines_can_tell_why_a_file_is_no_program),
		TEST(an_empty_name_is_not_found),
		TEST(a_path_longer_than_any_is_refused),
		TEST(a_script_needs_its_interpreter),
		TEST(an_interpreter_that_is_there_is_found_in_any_form),
		TEST(what_is_no_script_has_no_interpreter),
		TEST(a_program_needs_its_dynamic_linker),
		TEST(a_static_program_needs_nothing),
		TEST(headers_that_lie_are_not_judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
