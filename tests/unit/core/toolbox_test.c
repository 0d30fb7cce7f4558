/* SPDX-License-Identifier: Apache-2.0 */
#include <elf.h>
#include <link.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/toolbox.h"

struct file {
	ElfW(Ehdr) head;
	ElfW(Phdr) segments[3];
};

static struct file make_file(void)
{
	struct file file = {
		.head.e_phoff = offsetof(struct file, segments),
		.head.e_phentsize = sizeof(ElfW(Phdr)),
		.head.e_phnum = 3,
		.segments = { { .p_type = PT_PHDR }, { .p_type = PT_LOAD }, { .p_type = PT_LOAD } },
	};

	memcpy(file.head.e_ident, ELFMAG, SELFMAG);
	file.head.e_ident[EI_CLASS] = sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32;
	return file;
}

static void a_program_without_a_loader_is_static(void **state)
{
	struct file file = make_file();

	assert_true(toolbox_is_static(&file, sizeof(file)));
	file.segments[2].p_type = PT_INTERP;
	assert_false(toolbox_is_static(&file, sizeof(file)));
}

static void what_is_cut_off_or_no_program_is_not(void **state)
{
	struct file file = make_file();

	for (size_t size = 0; size < sizeof(file); size++)
		assert_false(toolbox_is_static(&file, size));
	file.head.e_phnum = 4;
	assert_false(toolbox_is_static(&file, sizeof(file)));
	file = make_file();
	file.head.e_phoff = (ElfW(Off)) - 8;
	assert_false(toolbox_is_static(&file, sizeof(file)));
	file = make_file();
	file.head.e_phentsize = 1;
	assert_false(toolbox_is_static(&file, sizeof(file)));
	file = make_file();
	file.head.e_ident[0] = '#';
	assert_false(toolbox_is_static(&file, sizeof(file)));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_without_a_loader_is_static),
		cmocka_unit_test(what_is_cut_off_or_no_program_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
