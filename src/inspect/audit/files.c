/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What processes inside hold of the host: descriptors, working and root directories, the program
 * they run (CVE-2016-9962, CVE-2019-5736, CVE-2024-21626). Told by the mount that a file is on, not
 * by its name: names are what a container makes of them.
 */
#include <sys/stat.h>

#include "base/text.h"
#include "inspect/audit/audit.h"

static const struct audit_claim claims[AUDIT_PLACE_COUNT] = {
	[AUDIT_PLACE_DESCRIPTOR] = { "descriptors",
		"reaches the host's files from it, by openat, or through /proc/self/fd "
		"(CVE-2024-21626)",
		"a runtime that closes what it has open; no --preserve-fds of directories" },
	[AUDIT_PLACE_CWD] = { "cwd", "walks up from it into the host's files (CVE-2024-21626)",
		"a working directory inside (process.cwd), and a runtime that checks it" },
	[AUDIT_PLACE_ROOT] = { "root", "has the host's files as its own",
		"a root file system of its own (root.path), entered by pivot_root" },
	[AUDIT_PLACE_PROGRAM] = { "program",
		"writes to the host's program through /proc/PID/exe once nobody runs it "
		"(CVE-2019-5736)",
		"a runtime that starts from sealed memory or a read-only copy" },
};

enum { MEMORY_MAJOR = 1, NULL_MINOR = 3, STANDARD_STREAMS = 3 };

/* "net:[4026531840]": of which kind does not matter, it is a way in. */
static bool is_namespace(const struct audit_file *file)
{
	for (int kind = 0; kind < NAMESPACE_KIND_COUNT; kind++) {
		const char *rest = text_after_prefix(file->link, namespace_kind_name(kind));

		if (rest && text_has_prefix(rest, ":["))
			return true;
	}
	return false;
}

static bool is_memory(const struct audit_file *file)
{
	return text_has_prefix(file->link, "/memfd:");
}

/* What an engine hands in as input and output: a terminal (see keys.c), /dev/null, a log. */
static bool is_usual_stream(const struct audit_file *file)
{
	if (file->place != AUDIT_PLACE_DESCRIPTOR)
		return false;
	if (file->type == S_IFCHR && file->major == MEMORY_MAJOR && file->minor == NULL_MINOR)
		return true;
	return file->number < STANDARD_STREAMS &&
	       (file->type == S_IFREG || file->type == S_IFIFO || file->type == S_IFCHR);
}

/* NULL: nothing to be said of it. */
static const char *describe(const struct audit_file *file)
{
	if (file->foreign_pid != 0)
		return "a process of the host";
	if (file->side == AUDIT_SIDE_INSIDE || is_usual_stream(file))
		return NULL;
	if (is_namespace(file))
		return "a namespace";
	if (file->side == AUDIT_SIDE_HOST)
		return file->type == S_IFDIR ? "a directory of the host" : "a file of the host";
	if (file->link[0] == '/' && !is_memory(file))
		return file->type == S_IFDIR ? "a directory that is not mounted inside"
					     : "a file that is not mounted inside";
	return NULL;
}

static void add_found(
	struct audit_results *results, const struct audit_file *file, const char *what)
{
	const struct audit_claim *claim = &claims[file->place];

	if (file->place == AUDIT_PLACE_DESCRIPTOR)
		audit_add(results, claim, AUDIT_DOES_NOT_HOLD, "process %d has %s as %d: %s",
			file->pid, what, file->number, file->link);
	else
		audit_add(results, claim, AUDIT_DOES_NOT_HOLD, "of process %d it is %s: %s",
			file->pid, what, file->link);
}

static void add_holding(const struct audit_snapshot *snapshot, struct audit_results *results,
	enum audit_place place, size_t n_seen)
{
	const char *plural = snapshot->n_processes == 1 ? "" : "es";

	if (snapshot->n_files_hidden > 0)
		audit_add(results, &claims[place], AUDIT_NOT_TRIED,
			"they may not be read of %zu of %zu process%s", snapshot->n_files_hidden,
			snapshot->n_processes, plural);
	else if (snapshot->n_processes == 0)
		audit_add(results, &claims[place], AUDIT_NOT_TRIED, "no process of it may be read");
	else if (place == AUDIT_PLACE_DESCRIPTOR)
		audit_add(results, &claims[place], AUDIT_HOLDS,
			"%zu in %zu process%s: none of the host but streams and logs", n_seen,
			snapshot->n_processes, plural);
	else
		audit_add(results, &claims[place], AUDIT_HOLDS, "of %zu process%s: inside", n_seen,
			plural);
}

void check_files(const struct audit_snapshot *snapshot, struct audit_results *results)
{
	size_t n_seen[AUDIT_PLACE_COUNT] = { 0 };
	bool is_found[AUDIT_PLACE_COUNT] = { false };

	for (size_t i = 0; i < snapshot->n_files; i++) {
		const struct audit_file *file = &snapshot->files[i];
		const char *what = describe(file);

		n_seen[file->place]++;
		is_found[file->place] |= what != NULL;
		if (what)
			add_found(results, file, what);
	}
	if (snapshot->is_root_host && !is_found[AUDIT_PLACE_ROOT])
		audit_add(results, &claims[AUDIT_PLACE_ROOT], AUDIT_DOES_NOT_HOLD,
			"it is the host's");
	is_found[AUDIT_PLACE_ROOT] |= snapshot->is_root_host;
	for (int place = 0; place < AUDIT_PLACE_COUNT; place++)
		if (!is_found[place])
			add_holding(snapshot, results, place, n_seen[place]);
}
