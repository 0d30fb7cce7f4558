/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is mounted inside: directories and sockets of the host, whether mounts travel to the host,
 * and whether what is read-only is so down to its last mount.
 */
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "inspect/audit/audit.h"
#include "inspect/audit/mounts.h"

/* b lies below the directory a. */
static bool is_below(const char *a, const char *b)
{
	const char *rest = text_after_prefix(b, a);

	return rest && (text_equal(a, "/") || *rest == '\0' || *rest == '/');
}

/* ---- the host's files ---- */

/* A mount of one of these, or of what is above it, gives the host away. */
static const char *const host_directories[] = {
	"/etc",
	"/root",
	"/home",
	"/boot",
	"/usr",
	"/bin",
	"/sbin",
	"/lib",
	"/lib64",
	"/var/lib",
	"/var/spool",
	"/var/run",
	"/run",
	"/proc",
	"/sys",
	"/dev",
	"/opt",
	"/srv",
	"/lib/modules",
	"/etc/shadow",
	"/etc/passwd",
	"/etc/sudoers",
	"/etc/ssh",
	"/etc/cron.d",
	"/root/.ssh",
	"/var/lib/docker",
	"/var/lib/containers",
	"/var/lib/containerd",
	"/var/lib/kubelet",
	"/etc/kubernetes",
	"/run/containerd",
	"/run/docker",
	"/run/podman",
	"/run/crio",
	"/run/systemd",
	"/run/dbus",
	"/run/hull-oci",
	"/dev/mem",
	"/dev/kmsg",
};

static const char *const engine_sockets[] = { "docker.sock", "containerd.sock", "podman.sock",
	"crio.sock", "cri-dockerd.sock", "buildkitd.sock", "system_bus_socket" };

static const char *find_directory(const struct audit_mount *mount)
{
	if (!mount->host_path)
		return NULL;
	for (size_t i = 0; i < sizeof(host_directories) / sizeof(host_directories[0]); i++)
		if (is_below(mount->host_path, host_directories[i]))
			return host_directories[i];
	return NULL;
}

static void check_host_files(const struct audit_snapshot *snapshot, struct audit_results *results)
{
	static const struct audit_claim claim = { "mounts/host",
		"reads the host's files, and where it may write, becomes root of the host",
		"no --volume of it (mounts), or only of the directory that is needed, read-only" };
	size_t n_found = 0, n_volumes = 0;

	for (size_t i = 0; i < snapshot->n_mounts; i++) {
		const struct audit_mount *mount = &snapshot->mounts[i];

		if (mount->is_covered || mount_is_of_kernel(mount))
			continue;
		n_volumes += mount->host_path && !text_equal(mount->info.mount_point, "/");
		if (!find_directory(mount))
			continue;
		n_found++;
		audit_add(results, &claim, AUDIT_DOES_NOT_HOLD, "%s is %s of the host, %s",
			mount->info.mount_point, mount->host_path,
			mount_is_writable(mount) ? "writable" : "read-only");
	}
	if (n_found == 0)
		audit_add(results, &claim, AUDIT_HOLDS,
			"%zu mounts, %zu of them from the host, none of a directory that gives it "
			"away",
			snapshot->n_mounts, n_volumes);
}

static bool is_engine_socket(const struct audit_mount *mount)
{
	const char *name = mount->host_path ? mount->host_path : mount->info.root;

	name = strrchr(name, '/') ? strrchr(name, '/') + 1 : name;
	for (size_t i = 0; i < sizeof(engine_sockets) / sizeof(engine_sockets[0]); i++)
		if (text_equal(name, engine_sockets[i]))
			return true;
	return false;
}

static void check_sockets(const struct audit_snapshot *snapshot, struct audit_results *results)
{
	static const struct audit_claim engine = { "mounts/sockets",
		"commands the engine, which starts a container for it with all of the host: it is "
		"root of the host",
		"no --volume of an engine's socket" };
	static const struct audit_claim other = { "mounts/sockets",
		"talks to a service of the host, with the rights that service gives",
		"no --volume of a socket (mounts)" };
	bool is_found = false;
	size_t n_unknown = 0;

	for (size_t i = 0; i < snapshot->n_mounts; i++) {
		const struct audit_mount *mount = &snapshot->mounts[i];

		n_unknown += !mount->is_covered && mount->type == 0;
		if (mount->is_covered || mount->type != S_IFSOCK)
			continue;
		is_found = true;
		audit_add(results, is_engine_socket(mount) ? &engine : &other, AUDIT_DOES_NOT_HOLD,
			"%s is the socket %s of the host", mount->info.mount_point,
			mount->host_path ? mount->host_path : mount->info.root);
	}
	if (n_unknown > 0)
		audit_add(results, &other, AUDIT_NOT_TRIED,
			"of %zu mounts it could not be seen whether they are sockets", n_unknown);
	else if (!is_found)
		audit_add(results, &other, AUDIT_HOLDS, "no socket of the host is mounted");
}

/* ---- how they are mounted ---- */

static void check_propagation(const struct audit_snapshot *snapshot, struct audit_results *results)
{
	static const struct audit_claim claim = { "mounts/propagation",
		"what it mounts there appears on the host",
		"no :rshared, but rslave or rprivate (linux.rootfsPropagation, mounts)" };
	bool is_found = false;

	for (size_t i = 0; i < snapshot->n_mounts; i++) {
		const struct audit_mount *mount = &snapshot->mounts[i];

		if (!mount->is_host_peer)
			continue;
		is_found = true;
		audit_add(results, &claim, AUDIT_DOES_NOT_HOLD,
			"%s is shared with the host (peer group %u)", mount->info.mount_point,
			mount->info.peer_group);
	}
	if (!is_found)
		audit_add(results, &claim, AUDIT_HOLDS, "no mount is shared with the host");
}

/* Whatever an engine or the runtime lays into a read-only tree on purpose is of another kind. */
static const struct audit_mount *find_writable_below(
	const struct audit_snapshot *snapshot, const struct audit_mount *top)
{
	for (size_t i = 0; i < snapshot->n_mounts; i++) {
		const struct audit_mount *mount = &snapshot->mounts[i];

		if (mount != top && mount->info.parent_id == top->info.id &&
			mount_is_writable(mount))
			return mount;
	}
	return NULL;
}

static void check_read_only(const struct audit_snapshot *snapshot, struct audit_results *results)
{
	static const struct audit_claim claim = { "mounts/read-only",
		"writes to what is mounted below a read-only volume",
		"option rro (mounts), --mount …,bind-recursive=readonly" };
	size_t n_read_only = 0;
	bool is_found = false;

	for (size_t i = 0; i < snapshot->n_mounts; i++) {
		const struct audit_mount *mount = &snapshot->mounts[i];
		const struct audit_mount *below;

		if (mount->is_covered || mount_is_writable(mount) || mount_is_of_kernel(mount) ||
			text_equal(mount->info.mount_point, "/") || mount->type != S_IFDIR)
			continue;
		n_read_only++;
		below = find_writable_below(snapshot, mount);
		if (!below)
			continue;
		is_found = true;
		audit_add(results, &claim, AUDIT_DOES_NOT_HOLD,
			"%s is read-only, but %s below it is not", mount->info.mount_point,
			below->info.mount_point);
	}
	if (!is_found)
		audit_add(results, &claim, AUDIT_HOLDS,
			"%zu read-only director%s, also in the mounts below", n_read_only,
			n_read_only == 1 ? "y" : "ies");
}

void check_mounts(const struct audit_snapshot *snapshot, struct audit_results *results)
{
	static const struct audit_claim claim = { "mounts", "reaches what of the host is mounted",
		"mounts of its own" };

	if (snapshot->mounts_why) {
		audit_add(results, &claim, AUDIT_NOT_TRIED, "%s", snapshot->mounts_why);
		return;
	}
	check_host_files(snapshot, results);
	check_sockets(snapshot, results);
	check_kernel_mounts(snapshot, results);
	check_propagation(snapshot, results);
	check_read_only(snapshot, results);
}
