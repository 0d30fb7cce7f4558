/* SPDX-License-Identifier: Apache-2.0 */
/* Mounts, devices, masked paths. */
#include <sys/mount.h>
#include <sys/stat.h>

#include "planned.h"
#include "sys/mount_api.h"

#define USER_NAMESPACE                                                                      \
	{ "/linux/namespaces/-", "{'type':'user'}" },                                       \
		{ "/linux/uidMappings", "[{'containerID':0,'hostID':1000,'size':65536}]" }, \
	{                                                                                   \
		"/linux/gidMappings", "[{'containerID':0,'hostID':1000,'size':65536}]"      \
	}

static const char mounts_end[] = "/mounts/-"; /* behind the last one */

/* ---- new file systems ---- */

static void a_file_system_gets_source_options_and_attributes(void **state)
{
	const struct step_mount *mount;

	PLAN({ mounts_end, "{'destination':'/t/../tmp','type':'tmpfs','source':'shm',"
			   "'options':['nosuid','noexec','size=1m','mode=700','rprivate']}" });
	mount = planned_mount("/tmp");
	assert_string_equal(mount->type, "tmpfs");
	assert_string_equal(mount->device_name, "shm");
	assert_string_equal(mount->data, "size=1m,mode=700");
	assert_int_equal(mount->attr_set, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
	assert_int_equal(mount->propagation, MS_PRIVATE | MS_REC);
	assert_int_equal(mount->flags, 0);
	assert_int_equal(mount->source.slot, PLAN_NO_SLOT);
	assert_null(mount->source.path);
}

static void a_file_system_without_a_source_is_named_after_its_type(void **state)
{
	PLAN({ mounts_end, "{'destination':'/q','type':'mqueue'}" });
	assert_string_equal(planned_mount("/q")->device_name, "mqueue");
}

static void proc_and_sysfs_are_never_put_behind_a_link(void **state)
{
	PLAN({ mounts_end, "{'destination':'/sys','type':'sysfs'}" },
		{ mounts_end, "{'destination':'/t','type':'tmpfs','options':['tmpcopyup']}" });
	assert_int_equal(planned_mount("/proc")->flags, PLAN_MOUNT_PROC);
	assert_int_equal(planned_mount("/sys")->flags, PLAN_MOUNT_PROC);
	assert_int_equal(planned_mount("/t")->flags, PLAN_MOUNT_COPY_UP);
}

static void the_hosts_sysfs_stands_in_without_a_network_namespace(void **state)
{
	const struct change sysfs = { mounts_end, "{'destination':'/sys','type':'sysfs'}" };

	PLAN(sysfs, USER_NAMESPACE);
	assert_true(planned_mount("/sys")->flags & PLAN_MOUNT_SUBSTITUTE);
	assert_string_equal(planned_mount("/sys")->source.path, "/sys");
	PLAN(sysfs, USER_NAMESPACE, { "/linux/namespaces/-", "{'type':'network'}" });
	assert_false(planned_mount("/sys")->flags & PLAN_MOUNT_SUBSTITUTE);
	PLAN(sysfs);
	assert_false(planned_mount("/sys")->flags & PLAN_MOUNT_SUBSTITUTE);
}

static void a_mount_label_is_given_to_all_but_the_kernels_own(void **state)
{
	PLAN({ "/linux/mountLabel", "'u:r:t'" },
		{ mounts_end, "{'destination':'/a','type':'tmpfs'}" },
		{ mounts_end, "{'destination':'/b','type':'tmpfs','options':['size=1m']}" },
		{ mounts_end, "{'destination':'/sys','type':'sysfs'}" });
	assert_string_equal(planned_mount("/a")->data, "context=\"u:r:t\"");
	assert_string_equal(planned_mount("/b")->data, "size=1m,context=\"u:r:t\"");
	assert_null(planned_mount("/proc")->data);
	assert_null(planned_mount("/sys")->data);
}

static void file_systems_that_name_host_files_are_made_by_the_caller(void **state)
{
	const struct change overlay = { mounts_end,
		"{'destination':'/o','type':'overlay','source':'o',"
		"'options':['lowerdir=/a:/b','ro']}" };
	const struct step_mount *mount;
	const struct slot *slot;

	PLAN(overlay);
	mount = planned_mount("/o");
	assert_int_not_equal(mount->source.slot, PLAN_NO_SLOT);
	slot = &planned.plan.slots[mount->source.slot];
	assert_int_equal(slot->kind, SLOT_NEW_FS);
	assert_string_equal(slot->fs_type, "overlay");
	assert_string_equal(slot->fs_device, "o");
	assert_string_equal(slot->fs_data, "lowerdir=/a:/b");
	assert_int_equal(slot->fs_attributes, MOUNT_ATTR_RDONLY);
	planned.options.strategy = "copy"; /* there the new process sees the layers itself */
	PLAN(overlay);
	assert_int_equal(planned_mount("/o")->source.slot, PLAN_NO_SLOT);
}

static void a_mount_without_type_and_bind_is_refused(void **state)
{
	planned_assert_refused(
		REFUSE({ mounts_end, "{'destination':'/x','source':'/y','options':['remount']}" }),
		EINVAL, "/mounts/1/type");
}

static void a_readonly_dev_is_closed_when_its_devices_are_made(void **state)
{
	const struct step *close;

	PLAN({ mounts_end, "{'destination':'/dev','type':'tmpfs','options':['ro','nosuid']}" });
	assert_int_equal(planned_mount("/dev")->attr_set, MOUNT_ATTR_NOSUID);
	assert_true(planned_mount("/dev")->flags & PLAN_MOUNT_LATE_READONLY);
	close = planned_step(STEP_ROOT_ATTRIBUTES, 0);
	assert_string_equal(close->root_attributes.path, "/dev");
	assert_int_equal(close->root_attributes.attr_set, MOUNT_ATTR_RDONLY);
	assert_string_equal(close->config, "/mounts/1");
	assert_true(close > planned_step(STEP_SYMLINK, 4));
	PLAN({ mounts_end, "{'destination':'/dev','type':'tmpfs','options':['nosuid']}" });
	assert_int_equal(planned_count(STEP_ROOT_ATTRIBUTES), 0);
}

/* ---- binds ---- */

static void a_bind_is_a_tree_that_the_caller_cloned(void **state)
{
	const struct step_mount *mount;
	const struct slot *slot;

	PLAN({ mounts_end, "{'destination':'/d','source':'/data','options':['rbind','ro']}" });
	mount = planned_mount("/d");
	assert_int_equal(mount->flags, PLAN_MOUNT_BIND | PLAN_MOUNT_RECURSIVE);
	assert_null(mount->type);
	assert_int_equal(mount->attr_set, MOUNT_ATTR_RDONLY);
	assert_int_equal(mount->base_propagation, 0);
	slot = &planned.plan.slots[mount->source.slot];
	assert_int_equal(slot->kind, SLOT_TREE);
	assert_string_equal(slot->path, "/data");
	assert_true(slot->is_recursive);
	assert_ptr_equal(slot->seen, &planned.facts.sources[1]);
	assert_string_equal(slot->config, "/mounts/1/source");
	assert_int_equal(slot->propagation, MS_SLAVE | MS_REC);
	assert_int_equal(slot->n_uid_mappings, 0);
}

static void a_file_is_bound_on_a_file(void **state)
{
	PLAN({ mounts_end, "{'destination':'/f','source':'/a.file','options':['bind']}" });
	assert_int_equal(planned_mount("/f")->flags, PLAN_MOUNT_BIND | PLAN_MOUNT_FILE);
}

static void a_user_binds_by_path_and_identity(void **state)
{
	const struct step_mount *mount;

	planned.facts.is_privileged = false;
	PLAN({ mounts_end, "{'destination':'/d','source':'/data','options':['bind']}" },
		USER_NAMESPACE);
	mount = planned_mount("/d");
	assert_int_equal(mount->source.slot, PLAN_NO_SLOT);
	assert_string_equal(mount->source.path, "/data");
	assert_int_equal(mount->source.device, 8);
	assert_int_equal(mount->source.inode, 81);
	assert_int_equal(mount->base_propagation, MS_SLAVE | MS_REC);
}

/* A clone of the host's own mounts would not have its flags locked there. */
static void in_a_user_namespace_binds_come_from_its_own_copy(void **state)
{
	PLAN({ mounts_end, "{'destination':'/d','source':'/data','options':['bind']}" },
		USER_NAMESPACE);
	assert_int_equal(planned_mount("/d")->source.slot, PLAN_NO_SLOT);
	assert_string_equal(planned_mount("/d")->source.path, "/data");
}

static void a_missing_source_is_refused_with_its_path(void **state)
{
	planned_assert_refused(REFUSE({ mounts_end, "{'destination':'/d','source':'/missing',"
						    "'options':['bind']}" }),
		ENOENT, "/mounts/1/source");
	assert_string_equal(planned.err.path, "/missing");
	assert_non_null(strstr(planned.err.text, "no such file or directory"));
}

static void a_bind_on_a_link_can_be_asked_for(void **state)
{
	PLAN({ mounts_end, "{'destination':'/d','source':'/data',"
			   "'options':['bind','dest-nofollow']}" });
	assert_int_equal(planned_mount("/d")->flags, PLAN_MOUNT_BIND | PLAN_MOUNT_NO_FOLLOW);
}

static void a_link_as_source_can_be_mounted_itself(void **state)
{
	PLAN({ mounts_end, "{'destination':'/d','source':'/a.link',"
			   "'options':['bind','src-nofollow']}" });
	assert_int_equal(planned_mount("/d")->flags, PLAN_MOUNT_BIND | PLAN_MOUNT_FILE);
	assert_int_equal(planned_mount("/d")->source.no_follow, 1);
}

static void a_link_as_source_can_be_copied_by_each_strategy(void **state)
{
	static const char *const strategies[] = { "copy", "template" };

	for (size_t i = 0; i < 2; i++) {
		planned.options.strategy = strategies[i];
		PLAN({ mounts_end, "{'destination':'/d','source':'/a.link',"
				   "'options':['bind','copy-symlink']}" });
		assert_int_equal(planned_mount("/d")->flags, PLAN_MOUNT_SYMLINK);
		assert_string_equal(planned_mount("/d")->source.path, "elsewhere");
	}
}

static void what_is_no_link_is_mounted_instead_of_copied(void **state)
{
	PLAN({ mounts_end, "{'destination':'/d','source':'/data',"
			   "'options':['bind','copy-symlink']}" });
	assert_int_equal(planned_mount("/d")->flags, PLAN_MOUNT_BIND);
}

static void a_link_cannot_be_copied_and_mounted(void **state)
{
	planned_assert_refused(REFUSE({ mounts_end, "{'destination':'/d','source':'/a.link',"
						    "'options':['bind','copy-symlink',"
						    "'src-nofollow']}" }),
		EINVAL, "/mounts/1/options");
	planned_assert_refused(REFUSE({ mounts_end, "{'destination':'/d','source':'/a.link',"
						    "'options':['bind','dest-nofollow',"
						    "'copy-symlink']}" }),
		EINVAL, "/mounts/1/options");
}

/* ---- idmapped ---- */

static void a_bind_maps_ids_by_its_own_maps_or_the_containers(void **state)
{
	const struct slot *slot;

	PLAN({ mounts_end, "{'destination':'/d','source':'/data','options':['bind'],"
			   "'uidMappings':[{'containerID':0,'hostID':5,'size':1}],"
			   "'gidMappings':[{'containerID':0,'hostID':6,'size':2}]}" });
	slot = &planned.plan.slots[planned_mount("/d")->source.slot];
	assert_int_equal(slot->n_uid_mappings, 1);
	assert_int_equal(slot->uid_mappings[0].host_id, 5);
	assert_int_equal(slot->n_gid_mappings, 1);
	assert_int_equal(slot->gid_mappings[0].host_id, 6);
	assert_false(slot->is_idmap_recursive);

	PLAN({ mounts_end, "{'destination':'/d','source':'/data','options':['bind','ridmap']}" },
		USER_NAMESPACE);
	slot = &planned.plan.slots[planned_mount("/d")->source.slot];
	assert_int_equal(slot->n_uid_mappings, 1);
	assert_int_equal(slot->uid_mappings[0].host_id, 1000);
	assert_int_equal(slot->gid_mappings[0].size, 65536);
	assert_true(slot->is_idmap_recursive);
}

static void idmap_needs_maps_of_the_mount_or_the_container(void **state)
{
	planned_assert_refused(
		REFUSE({ mounts_end, "{'destination':'/d','source':'/data',"
				     "'options':['bind','idmap']}" },
			{ "/linux/namespaces/-", "{'type':'user','path':'/n/user'}" }),
		EINVAL, "/mounts/1/options");
}

static void only_binds_can_map_ids(void **state)
{
	planned_assert_refused(
		REFUSE({ mounts_end, "{'destination':'/d','type':'tmpfs','options':['idmap']}" },
			USER_NAMESPACE),
		EINVAL, "/mounts/1/uidMappings");
}

static void an_ordinary_user_cannot_map_ids(void **state)
{
	planned.facts.is_privileged = false;
	planned_assert_refused(REFUSE({ mounts_end, "{'destination':'/d','source':'/data',"
						    "'options':['bind','idmap']}" },
				       USER_NAMESPACE),
		EPERM, "/mounts/1/uidMappings");
}

/* ---- /proc ---- */

static void nothing_covers_proc_but_what_is_harmless(void **state)
{
	static const char *const refused[] = {
		"{'destination':'/proc','type':'tmpfs'}",
		"{'destination':'/proc','type':'sysfs'}",
		"{'destination':'/proc','type':'cgroup'}",
		"{'destination':'/proc','source':'/data','options':['bind']}",
		"{'destination':'/proc/','source':'/data','options':['bind']}",
		"{'destination':'/x/../proc','type':'tmpfs'}",
		"{'destination':'proc','type':'tmpfs'}",
		"{'destination':'/proc/self/attr','type':'tmpfs'}",
		"{'destination':'/proc/self/attr','type':'proc'}",
		"{'destination':'/proc/sys','source':'/proc/sys','options':['bind']}",
		"{'destination':'/proc/sys','source':'/proc','options':['bind']}",
		"{'destination':'/proc/meminfo/x','source':'/a.file','options':['bind']}",
	};

	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		int r = REFUSE({ mounts_end, refused[i] });

		if (r != -EINVAL)
			fail_msg("%s is not refused", refused[i]);
		assert_string_equal(planned.err.config, "/mounts/1/destination");
	}
}

static void some_files_of_proc_may_be_covered(void **state)
{
	PLAN({ mounts_end,
		     "{'destination':'/proc/meminfo','source':'/a.file','options':['bind']}" },
		{ mounts_end, "{'destination':'/procession','type':'tmpfs'}" },
		{ mounts_end, "{'destination':'/a/proc','type':'tmpfs'}" });
	assert_true(planned_mount("/proc/meminfo")->flags & PLAN_MOUNT_OVER_PROC);
	assert_false(planned_mount("/procession")->flags & PLAN_MOUNT_OVER_PROC);
	assert_false(planned_mount("/a/proc")->flags & PLAN_MOUNT_OVER_PROC);
}

static void the_hosts_proc_may_be_bound_as_a_whole(void **state)
{
	PLAN({ "/mounts", "[{'destination':'/proc','source':'/proc','options':['rbind']}]" });
	assert_true(planned_mount("/proc")->flags & PLAN_MOUNT_BIND);
}

/* ---- devices ---- */

static void every_container_has_the_default_devices(void **state)
{
	static const struct {
		const char *path;
		unsigned major, minor;
	} expected[] = {
		{ "/dev/null", 1, 3 },
		{ "/dev/zero", 1, 5 },
		{ "/dev/full", 1, 7 },
		{ "/dev/random", 1, 8 },
		{ "/dev/urandom", 1, 9 },
		{ "/dev/tty", 5, 0 },
	};

	PLAN_BASE();
	assert_int_equal(planned_count(STEP_DEVICE), COUNT_OF(expected));
	for (size_t i = 0; i < COUNT_OF(expected); i++) {
		const struct step_device *device = &planned_step(STEP_DEVICE, i)->device;

		assert_string_equal(device->path, expected[i].path);
		assert_int_equal(device->type, S_IFCHR);
		assert_int_equal(device->major, expected[i].major);
		assert_int_equal(device->minor, expected[i].minor);
		assert_int_equal(device->mode, 0666);
		assert_int_equal(device->bind, 0);
	}
}

static void a_configured_device_takes_a_default_ones_place(void **state)
{
	const struct step *step;

	PLAN({ "/linux/devices", "[{'type':'c','path':'/dev/../dev/zero','major':1,'minor':5,"
				 "'fileMode':384,'uid':3,'gid':4},"
				 "{'type':'p','path':'/dev/pipe'}]" });
	assert_int_equal(planned_count(STEP_DEVICE), 7);
	step = planned_step(STEP_DEVICE, 5);
	assert_string_equal(step->device.path, "/dev/zero");
	assert_string_equal(step->config, "/linux/devices/0");
	assert_int_equal(step->device.mode, 0600);
	assert_int_equal(step->device.uid, 3);
	assert_int_equal(step->device.gid, 4);
	step = planned_step(STEP_DEVICE, 6);
	assert_string_equal(step->device.path, "/dev/pipe");
	assert_int_equal(step->device.type, S_IFIFO);
	assert_int_equal(step->device.mode, 0666);
}

static void in_a_user_namespace_devices_are_bound_but_pipes(void **state)
{
	const struct step_device *device;

	PLAN(USER_NAMESPACE, { "/linux/devices", "[{'type':'p','path':'/dev/pipe'}]" });
	device = &planned_step(STEP_DEVICE, 0)->device;
	assert_int_equal(device->bind, 1);
	assert_int_equal(device->source.slot, PLAN_NO_SLOT);
	assert_string_equal(device->source.path, "/dev/null");
	assert_int_equal(planned_step(STEP_DEVICE, 6)->device.bind, 0);
}

static void where_nodes_cannot_be_made_root_binds_them_too(void **state)
{
	const struct step_device *device;

	planned.facts.in_initial_userns = false;
	PLAN_BASE();
	device = &planned_step(STEP_DEVICE, 0)->device;
	assert_int_equal(device->bind, 1);
	assert_string_equal(planned.plan.slots[device->source.slot].path, "/dev/null");
}

static void the_hosts_dev_is_left_as_it_is(void **state)
{
	PLAN({ mounts_end, "{'destination':'/dev','source':'/dev','options':['rbind']}" });
	assert_int_equal(planned_count(STEP_DEVICE), 0);
	assert_int_equal(planned_count(STEP_SYMLINK), 0);
}

/* podman --privileged names every device of the host. */
static void the_hosts_ptmx_is_not_made_over_the_containers_own(void **state)
{
	PLAN({ "/linux/devices", "[{'type':'c','path':'/dev/../dev/ptmx','major':5,'minor':2}]" });
	for (size_t i = 0; i < planned_count(STEP_DEVICE); i++)
		assert_string_not_equal(planned_step(STEP_DEVICE, i)->device.path, "/dev/ptmx");
}

/* ---- without the newer mount calls ---- */

static void without_the_newer_calls_hull_init_mounts_all_by_itself(void **state)
{
	planned.facts.lacking_mount_call = "mount_setattr(2), Linux 5.12";
	planned.facts.has_template = true;
	planned.facts.is_privileged = true;
	PLAN({ mounts_end, "{'destination':'/v','source':'/dev/null','options':['bind']}" });
	assert_false(planned.plan.spawn.use_template);
	assert_int_equal(planned_step(STEP_PROPAGATION, 0)->propagation.has_old_calls, 1);
	assert_int_equal(planned_step(STEP_ROOT, 0)->root.source.slot, PLAN_NO_SLOT);
	for (size_t i = 0; i < planned.plan.n_slots; i++)
		assert_int_not_equal(planned.plan.slots[i].kind, SLOT_TREE);
}

static void the_usual_links_lie_in_dev(void **state)
{
	static const char *const expected[][2] = {
		{ "/dev/fd", "/proc/self/fd" },
		{ "/dev/stdin", "/proc/self/fd/0" },
		{ "/dev/stdout", "/proc/self/fd/1" },
		{ "/dev/stderr", "/proc/self/fd/2" },
		{ "/dev/ptmx", "pts/ptmx" },
		{ "/dev/core", "/proc/kcore" },
	};

	planned.facts.has_kcore = true;
	PLAN_BASE();
	assert_int_equal(planned_count(STEP_SYMLINK), COUNT_OF(expected));
	for (size_t i = 0; i < COUNT_OF(expected); i++) {
		assert_string_equal(planned_step(STEP_SYMLINK, i)->symlink.path, expected[i][0]);
		assert_string_equal(planned_step(STEP_SYMLINK, i)->symlink.target, expected[i][1]);
	}
}

/* ---- masked paths ---- */

static void masks_over_directories_carry_the_mount_label(void **state)
{
	PLAN({ "/linux/maskedPaths", "['/a','/b']" });
	assert_string_equal(planned_step(STEP_MASK, 1)->mask.path, "/b");
	assert_null(planned_step(STEP_MASK, 1)->mask.label);
	PLAN({ "/linux/maskedPaths", "['/a']" }, { "/linux/mountLabel", "'u:r:t'" });
	assert_string_equal(planned_step(STEP_MASK, 0)->mask.label, "context=\"u:r:t\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLANNED_TEST(a_file_system_gets_source_options_and_attributes),
		PLANNED_TEST(a_file_system_without_a_source_is_named_after_its_type),
		PLANNED_TEST(proc_and_sysfs_are_never_put_behind_a_link),
		PLANNED_TEST(the_hosts_sysfs_stands_in_without_a_network_namespace),
		PLANNED_TEST(a_mount_label_is_given_to_all_but_the_kernels_own),
		PLANNED_TEST(file_systems_that_name_host_files_are_made_by_the_caller),
		PLANNED_TEST(a_mount_without_type_and_bind_is_refused),
		PLANNED_TEST(a_readonly_dev_is_closed_when_its_devices_are_made),
		PLANNED_TEST(a_bind_is_a_tree_that_the_caller_cloned),
		PLANNED_TEST(a_file_is_bound_on_a_file),
		PLANNED_TEST(a_user_binds_by_path_and_identity),
		PLANNED_TEST(in_a_user_namespace_binds_come_from_its_own_copy),
		PLANNED_TEST(a_missing_source_is_refused_with_its_path),
		PLANNED_TEST(a_bind_on_a_link_can_be_asked_for),
		PLANNED_TEST(a_link_as_source_can_be_mounted_itself),
		PLANNED_TEST(a_link_as_source_can_be_copied_by_each_strategy),
		PLANNED_TEST(what_is_no_link_is_mounted_instead_of_copied),
		PLANNED_TEST(a_link_cannot_be_copied_and_mounted),
		PLANNED_TEST(a_bind_maps_ids_by_its_own_maps_or_the_containers),
		PLANNED_TEST(idmap_needs_maps_of_the_mount_or_the_container),
		PLANNED_TEST(only_binds_can_map_ids),
		PLANNED_TEST(an_ordinary_user_cannot_map_ids),
		PLANNED_TEST(nothing_covers_proc_but_what_is_harmless),
		PLANNED_TEST(some_files_of_proc_may_be_covered),
		PLANNED_TEST(the_hosts_proc_may_be_bound_as_a_whole),
		PLANNED_TEST(every_container_has_the_default_devices),
		PLANNED_TEST(the_hosts_ptmx_is_not_made_over_the_containers_own),
		PLANNED_TEST(without_the_newer_calls_hull_init_mounts_all_by_itself),
		PLANNED_TEST(a_configured_device_takes_a_default_ones_place),
		PLANNED_TEST(in_a_user_namespace_devices_are_bound_but_pipes),
		PLANNED_TEST(where_nodes_cannot_be_made_root_binds_them_too),
		PLANNED_TEST(the_hosts_dev_is_left_as_it_is),
		PLANNED_TEST(the_usual_links_lie_in_dev),
		PLANNED_TEST(masks_over_directories_carry_the_mount_label),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
