/* SPDX-License-Identifier: Apache-2.0 */
/* Files of a process in /proc, whose names and numbers may be anything. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "inspect/container.h"
#include "inspect/facts.h"
#include "inspect/inside.h"
#include "inspect/names.h"
#include "sys/nsfs.h"

/* One text as both sides of what is compared: outside in its first half, inside in its second. */
static void check_roots(struct arena *arena, const char *text, size_t length)
{
	const char *outside = arena_strndup(arena, text, length / 2);
	const char *roots = inside_cgroup_roots(arena, outside, text + length / 2);

	assert(!roots || (roots[0] != '\0' && strchr(roots, '/')));
}

static void check_names(struct arena *arena, const char *text, size_t length)
{
	const char *name = names_parse_docker(arena, text, length);

	assert(!name || name[0] != '\0');
	name = names_parse_storage(arena, text, length, "0123");
	assert(!name || name[0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	AUTO_ARENA arena = ARENA_INIT;
	const char *text = arena_strndup(&arena, (const char *)bytes, size);
	struct container_name name = container_of_cgroup(&arena, text);
	struct process_facts facts;
	uint64_t type, inode;
	uint32_t inside;

	assert(!name.engine || (name.id && name.id[0] != '\0' && !strchr(name.id, '/')));
	assert(!name.engine == !container_text(&arena, &name));
	facts_parse_status(&arena, text, &facts);
	assert(facts.name && !strchr(facts.name, '\n'));
	assert(facts.n_nspids <= FACTS_NSPID_MAX);
	(void)facts_map_inside(text, 1000, &inside);
	check_roots(&arena, text, strlen(text));
	check_names(&arena, (const char *)bytes, size);
	if (nsfs_parse_link(text, &type, &inode) == 0)
		assert(nsfs_name(type));
	return 0;
}
