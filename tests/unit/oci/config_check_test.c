/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "document.h"
#include "oci/config.h"

/* All namespaces but user and time are new: most things can be set. */
static const char base[] =
	"{'ociVersion':'1.2.0','root':{'path':'rootfs'},'mounts':[],'hooks':{},'annotations':{},"
	"'process':{'cwd':'/','args':['sh'],'env':['PATH=/bin'],'user':{'uid':0,'gid':0},"
	"'rlimits':[{'type':'RLIMIT_NOFILE','soft':1,'hard':2}]},"
	"'linux':{'namespaces':[{'type':'pid'},{'type':'network'},{'type':'ipc'},{'type':'uts'},"
	"{'type':'mount'},{'type':'cgroup'}],'sysctl':{},'resources':{},"
	"'seccomp':{'defaultAction':'SCMP_ACT_ALLOW'}}}";

/* The same with a user and a time namespace. */
#define WITH_USER                                                                           \
	{                                                                                   \
		"/linux/namespaces",                                                        \
			"[{'type':'user'},{'type':'time'},{'type':'mount'},{'type':'uts'}]" \
	}
#define ONE_MAPPING "[{'containerID':0,'hostID':1000,'size':1}]"
#define NO_NAMESPACES                     \
	{                                 \
		"/linux/namespaces", "[]" \
	}

static int check_text(struct arena *arena, const char *text, struct err *err)
{
	struct oci_config *config = NULL;
	int r = oci_config_read(arena, text, strlen(text), &config, err);

	return r < 0 ? r : oci_config_check(config, err);
}

struct check_case {
	const char *expected; /* NULL: accepted */
	struct change changes[3];
};

static void assert_case(const struct check_case *check_case)
{
	AUTO_ARENA arena = ARENA_INIT;
	const char *text = document_changed(
		&arena, base, check_case->changes, COUNT_OF(check_case->changes));
	struct err err = ERR_INIT;
	int r = check_text(&arena, text, &err);

	if (!check_case->expected) {
		if (r < 0)
			fail_msg("%s is refused: %s", text, err.text);
		return;
	}
	if (r == 0)
		fail_msg("accepted: %s", check_case->expected);
	assert_string_equal(err.text, check_case->expected);
	assert_int_equal(r, -EINVAL);
	assert_true(err.config[0] == '/');
	assert_int_equal(strncmp(err.text, err.config, strlen(err.config)), 0);
	assert_true(err.text[strlen(err.config)] == ':');
}

#define ASSERT_CASES(cases)                          \
	for (size_t i = 0; i < COUNT_OF(cases); i++) \
	assert_case(&(cases)[i])

static void the_base_is_accepted(void **state)
{
	static const struct check_case cases[] = { { NULL, { { NULL, NULL } } } };

	ASSERT_CASES(cases);
}

static void versions_1_are_accepted_and_no_others(void **state)
{
	static const struct check_case cases[] = {
		{ NULL, { { "/ociVersion", "'1.0.0'" } } },
		{ NULL, { { "/ociVersion", "'1.0.2-dev'" } } },
		{ NULL, { { "/ociVersion", "'1.3.0-rc.1+build.7'" } } },
		{ NULL, { { "/ociVersion", "'1.10.33+dev'" } } },
		{ "/ociVersion: \"0.6.0\" is not a version 1.x.y, such as 1.3.0",
			{ { "/ociVersion", "'0.6.0'" } } },
		{ "/ociVersion: \"2.0.0\" is not a version 1.x.y, such as 1.3.0",
			{ { "/ociVersion", "'2.0.0'" } } },
		{ "/ociVersion: \"1.0\" is not a version 1.x.y, such as 1.3.0",
			{ { "/ociVersion", "'1.0'" } } },
		{ "/ociVersion: \"1.0.0.0\" is not a version 1.x.y, such as 1.3.0",
			{ { "/ociVersion", "'1.0.0.0'" } } },
		{ "/ociVersion: \"1.01.0\" is not a version 1.x.y, such as 1.3.0",
			{ { "/ociVersion", "'1.01.0'" } } },
		{ "/ociVersion: \"1.0.0-\" is not a version 1.x.y, such as 1.3.0",
			{ { "/ociVersion", "'1.0.0-'" } } },
		{ "/ociVersion: \"1.0.0-a..b\" is not a version 1.x.y, such as 1.3.0",
			{ { "/ociVersion", "'1.0.0-a..b'" } } },
		{ "/ociVersion: \"1.0.0 \" is not a version 1.x.y, such as 1.3.0",
			{ { "/ociVersion", "'1.0.0 '" } } },
		{ "/ociVersion: \"10.0.0\" is not a version 1.x.y, such as 1.3.0",
			{ { "/ociVersion", "'10.0.0'" } } },
		{ "/ociVersion: \"v1.0.0\" is not a version 1.x.y, such as 1.3.0",
			{ { "/ociVersion", "'v1.0.0'" } } },
		{ "/ociVersion: \"\" is not a version 1.x.y, such as 1.3.0",
			{ { "/ociVersion", "''" } } },
	};

	ASSERT_CASES(cases);
}

static void a_root_is_needed(void **state)
{
	static const struct check_case cases[] = {
		{ "/root: an object is required", { { "/root", NULL } } },
		{ "/root/path: an empty path", { { "/root/path", "''" } } },
	};

	ASSERT_CASES(cases);
}

static void a_process_can_be_missing_but_not_incomplete(void **state)
{
	static const struct check_case cases[] = {
		{ NULL, { { "/process", NULL } } },
		{ NULL, { { "/process/env", NULL } } },
		{ NULL, { { "/process/env", "['A=','B==','C=D=E']" } } },
		{ "/process/args: a command is required", { { "/process/args", NULL } } },
		{ "/process/args: a command is required", { { "/process/args", "[]" } } },
		{ "/process/cwd: \"tmp\" is not an absolute path",
			{ { "/process/cwd", "'tmp'" } } },
		{ "/process/cwd: \"\" is not an absolute path", { { "/process/cwd", "''" } } },
		{ "/process/env/1: no '=' between a name and a value",
			{ { "/process/env", "['A=b','SECRET']" } } },
		{ "/process/env/0: no name before the '='", { { "/process/env", "['=b']" } } },
		{ "/process/env/0: a character U+0000 inside of a string",
			{ { "/process/env", "['A=b\\u0000C=d']" } } },
	};

	ASSERT_CASES(cases);
}

static void the_id_that_means_no_change_is_refused(void **state)
{
	static const struct check_case cases[] = {
		{ NULL, { { "/process/user/uid", "4294967294" } } },
		{ "/process/user/uid: 4294967295 is no id (the kernel takes it for \"no change\")",
			{ { "/process/user/uid", "4294967295" } } },
		{ "/process/user/gid: 4294967295 is no id (the kernel takes it for \"no change\")",
			{ { "/process/user/gid", "4294967295" } } },
		{ "/process/user/additionalGids/1: 4294967295 is no id (the kernel takes it for "
		  "\"no change\")",
			{ { "/process/user/additionalGids", "[0,4294967295]" } } },
		{ "/linux/devices/0/gid: 4294967295 is no id (the kernel takes it for \"no "
		  "change\")",
			{ { "/linux/devices",
				"[{'type':'p','path':'/dev/x','uid':0,'gid':4294967295}]" } } },
	};

	ASSERT_CASES(cases);
}

static void rlimits_are_ordered_and_listed_once(void **state)
{
	static const struct check_case cases[] = {
		{ NULL, { { "/process/rlimits/0/soft", "2" } } },
		{ NULL, { { "/process/rlimits/0/hard", "18446744073709551615" } } },
		{ "/process/rlimits/0/soft: 3 is more than the hard limit 2",
			{ { "/process/rlimits/0/soft", "3" } } },
		{ "/process/rlimits/1/type: RLIMIT_NOFILE is listed twice",
			{ { "/process/rlimits/-",
				"{'type':'RLIMIT_NOFILE','soft':1,'hard':2}" } } },
	};

	ASSERT_CASES(cases);
}

static void a_schedulers_parts_fit_its_policy(void **state)
{
	static const struct check_case cases[] = {
		{ NULL, { { "/process/scheduler", "{'policy':'SCHED_BATCH','nice':-20}" } } },
		{ NULL, { { "/process/scheduler", "{'policy':'SCHED_RR','priority':99}" } } },
		{ NULL, { { "/process/scheduler", "{'policy':'SCHED_DEADLINE','runtime':1}" } } },
		{ "/process/scheduler/nice: 20 is not a number from -20 to 19",
			{ { "/process/scheduler", "{'policy':'SCHED_OTHER','nice':20}" } } },
		{ "/process/scheduler/nice: -21 is not a number from -20 to 19",
			{ { "/process/scheduler", "{'policy':'SCHED_BATCH','nice':-21}" } } },
		{ "/process/scheduler/priority: 1: SCHED_OTHER has no priority, only SCHED_FIFO "
		  "and SCHED_RR",
			{ { "/process/scheduler", "{'policy':'SCHED_OTHER','priority':1}" } } },
		{ "/process/scheduler: SCHED_FIFO has no runtime, deadline and period, only "
		  "SCHED_DEADLINE",
			{ { "/process/scheduler", "{'policy':'SCHED_FIFO','period':1}" } } },
	};

	ASSERT_CASES(cases);
}

static void lists_of_cpus_are_understood(void **state)
{
	static const struct check_case cases[] = {
		{ NULL, { { "/process/execCPUAffinity",
				"{'initial':'0-3,7','final':' 1 , 2-2 '}" } } },
		{ NULL, { { "/process/execCPUAffinity", "{'initial':'','final':'65535'}" } } },
		{ "/process/execCPUAffinity/initial: \"3-0\" is not a list of CPUs such as 0-3,7",
			{ { "/process/execCPUAffinity", "{'initial':'3-0'}" } } },
		{ "/process/execCPUAffinity/final: \"0,\" is not a list of CPUs such as 0-3,7",
			{ { "/process/execCPUAffinity", "{'final':'0,'}" } } },
		{ "/process/execCPUAffinity/final: \"-1\" is not a list of CPUs such as 0-3,7",
			{ { "/process/execCPUAffinity", "{'final':'-1'}" } } },
		{ "/process/execCPUAffinity/final: \"a\" is not a list of CPUs such as 0-3,7",
			{ { "/process/execCPUAffinity", "{'final':'a'}" } } },
		{ "/process/execCPUAffinity/final: \"65536\" is not a list of CPUs such as 0-3,7",
			{ { "/process/execCPUAffinity", "{'final':'65536'}" } } },
		{ "/process/execCPUAffinity/final: \"1 2\" is not a list of CPUs such as 0-3,7",
			{ { "/process/execCPUAffinity", "{'final':'1 2'}" } } },
	};

	ASSERT_CASES(cases);
}

static void mounts_need_what_their_kind_needs(void **state)
{
	static const struct check_case cases[] = {
		{ NULL, { { "/mounts/-", "{'destination':'/proc','type':'proc'}" } } },
		{ NULL, { { "/mounts/-", "{'destination':'relative','type':'proc'}" } } },
		{ NULL, { { "/mounts/-",
				"{'destination':'/d','source':'s','options':['rbind']}" } } },
		{ NULL, { { "/mounts/-", "{'destination':'/d','type':'bind','source':'s'}" } } },
		{ NULL, { { "/mounts/-", "{'destination':'/d','options':['remount','ro']}" } } },
		{ "/mounts/0/destination: an empty path",
			{ { "/mounts/-", "{'destination':'','type':'proc'}" } } },
		{ "/mounts/0/source: a bind mount needs a source",
			{ { "/mounts/-", "{'destination':'/d','options':['ro','bind']}" } } },
		{ "/mounts/0/source: a bind mount needs a source",
			{ { "/mounts/-", "{'destination':'/d','type':'bind','source':''}" } } },
		{ "/mounts/0/type: a string is required where no option says bind, rbind or "
		  "remount",
			{ { "/mounts/-", "{'destination':'/d','source':'/s'}" } } },
	};

	ASSERT_CASES(cases);
}

#define IDMAPPED(options, maps) \
	"{'destination':'/d','type':'none','source':'/s','options':[" options "]" maps "}"

static void idmapped_mounts_have_both_mappings(void **state)
{
	static const struct check_case cases[] = {
		{ NULL, { { "/mounts/-",
				IDMAPPED("'bind','idmap'", ",'uidMappings':" ONE_MAPPING
							   ",'gidMappings':" ONE_MAPPING) } } },
		{ NULL, { { "/mounts/-", IDMAPPED("'bind','ridmap'", "") }, WITH_USER,
				{ "/linux/uidMappings", ONE_MAPPING } } },
		{ "/mounts/0/options: idmap and ridmap need uidMappings and gidMappings, or a user "
		  "namespace",
			{ { "/mounts/-", IDMAPPED("'bind','idmap'", "") } } },
		{ "/mounts/0/gidMappings: uidMappings and gidMappings go together",
			{ { "/mounts/-", IDMAPPED("'bind'", ",'uidMappings':" ONE_MAPPING) } } },
		{ "/mounts/0/uidMappings: uidMappings and gidMappings go together",
			{ { "/mounts/-", IDMAPPED("'bind'", ",'gidMappings':" ONE_MAPPING) } } },
		{ "/mounts/0/uidMappings: only a bind mount can have mappings",
			{ { "/mounts/-", IDMAPPED("'ro'", ",'uidMappings':" ONE_MAPPING
							  ",'gidMappings':" ONE_MAPPING) } } },
		{ "/mounts/0/gidMappings/0/size: 0 ids are no mapping",
			{ { "/mounts/-",
				IDMAPPED("'bind'", ",'uidMappings':" ONE_MAPPING ",'gidMappings':"
						   "[{'containerID':0,'hostID':0,'size':0}]") } } },
	};

	ASSERT_CASES(cases);
}

static void names_need_a_uts_namespace(void **state)
{
	static const struct check_case cases[] = {
		{ NULL, { { "/hostname", "'h'" }, { "/domainname", "'d'" } } },
		{ NULL, { { "/hostname", "'h'" },
				{ "/linux/namespaces", "[{'type':'uts','path':'/run/uts'}]" } } },
		{ NULL, { { "/hostname", "''" }, NO_NAMESPACES } },
		{ "/hostname: \"h\" would be set for the whole host: a uts namespace is needed",
			{ { "/hostname", "'h'" }, NO_NAMESPACES } },
		{ "/domainname: \"d\" would be set for the whole host: a uts namespace is needed",
			{ { "/domainname", "'d'" }, { "/linux", NULL } } },
		{ "/hostname: longer than 64 bytes",
			{ { "/hostname", "'0123456789012345678901234567890123456789012345678901234"
					 "5678901234'" } } },
	};

	ASSERT_CASES(cases);
}

static void hooks_have_absolute_paths(void **state)
{
	static const struct check_case cases[] = {
		{ NULL, { { "/hooks/prestart", "[{'path':'/bin/a','timeout':1}]" } } },
		{ "/hooks/createContainer/1/path: \"b\" is not an absolute path",
			{ { "/hooks/createContainer", "[{'path':'/a'},{'path':'b'}]" } } },
		{ "/hooks/poststop/0/path: \"\" is not an absolute path",
			{ { "/hooks/poststop", "[{'path':''}]" } } },
	};

	ASSERT_CASES(cases);
}

static void annotations_have_names(void **state)
{
	static const struct check_case cases[] = {
		{ NULL, { { "/annotations", "{'a':''}" } } },
		{ "/annotations: an empty key", { { "/annotations", "{'':'a'}" } } },
	};

	ASSERT_CASES(cases);
}

static void namespaces_are_listed_once_with_absolute_paths(void **state)
{
	static const struct check_case cases[] = {
		{ NULL, { { "/linux", NULL } } },
		{ NULL, { { "/linux/namespaces/1/path", "'/run/netns/a'" } } },
		{ "/linux/namespaces/6/type: \"pid\" is listed twice",
			{ { "/linux/namespaces/-", "{'type':'pid','path':'/a'}" } } },
		{ "/linux/namespaces/1/path: \"netns/a\" is not an absolute path",
			{ { "/linux/namespaces/1/path", "'netns/a'" } } },
	};

	ASSERT_CASES(cases);
}

static void mappings_go_with_a_user_namespace(void **state)
{
	static const struct check_case cases[] = {
		{ NULL, { WITH_USER, { "/linux/uidMappings", ONE_MAPPING },
				{ "/linux/gidMappings", ONE_MAPPING } } },
		{ NULL, { { "/linux/namespaces", "[{'type':'user','path':'/run/user'}]" } } },
		{ "/linux/uidMappings: mappings need a user namespace",
			{ { "/linux/uidMappings", ONE_MAPPING } } },
		{ "/linux/gidMappings: mappings need a user namespace",
			{ { "/linux/gidMappings", ONE_MAPPING } } },
		{ "/linux/uidMappings: a new user namespace needs mappings", { WITH_USER } },
	};

	ASSERT_CASES(cases);
}

#define MAPPINGS(list)                                     \
	{                                                  \
		WITH_USER,                                 \
		{                                          \
			"/linux/uidMappings", "[" list "]" \
		}                                          \
	}

static void mappings_neither_overlap_nor_overflow(void **state)
{
	static const struct check_case cases[] = {
		{ NULL, MAPPINGS("{'containerID':0,'hostID':0,'size':4294967295}") },
		{ NULL, MAPPINGS("{'containerID':0,'hostID':10,'size':5},"
				 "{'containerID':5,'hostID':5,'size':5}") },
		{ "/linux/uidMappings/0/size: 0 ids are no mapping",
			MAPPINGS("{'containerID':0,'hostID':0,'size':0}") },
		{ "/linux/uidMappings/0/size: 4294967295 ids from 1 (host: 0) on end beyond "
		  "4294967294",
			MAPPINGS("{'containerID':1,'hostID':0,'size':4294967295}") },
		{ "/linux/uidMappings/0/size: 2 ids from 0 (host: 4294967294) on end beyond "
		  "4294967294",
			MAPPINGS("{'containerID':0,'hostID':4294967294,'size':2}") },
		{ "/linux/uidMappings/1/containerID: the range of 5 from 4 on overlaps that of "
		  "entry 0",
			MAPPINGS("{'containerID':0,'hostID':10,'size':5},"
				 "{'containerID':4,'hostID':20,'size':5}") },
		{ "/linux/uidMappings/1/hostID: the range of 1 from 14 on overlaps that of entry 0",
			MAPPINGS("{'containerID':0,'hostID':10,'size':5},"
				 "{'containerID':9,'hostID':14,'size':1}") },
	};

	ASSERT_CASES(cases);
}

static void more_than_340_mappings_are_refused(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	const char *list = "{'containerID':0,'hostID':0,'size':1}";
	struct check_case check_case = { NULL, { WITH_USER } };

	for (int i = 1; i < 340; i++)
		list = arena_printf(
			&arena, "%s,{'containerID':%d,'hostID':%d,'size':1}", list, i, i);
	check_case.changes[1] = (struct change){ "/linux/gidMappings",
		arena_printf(&arena, "[%s]", list) };
	assert_case(&check_case);

	check_case.changes[1].value = arena_printf(
		&arena, "[%s,{'containerID':340,'hostID':340,'size':1}]", list);
	check_case.expected = "/linux/gidMappings: 341 entries are more than the kernel's 340";
	assert_case(&check_case);
}

static void time_offsets_go_with_a_new_time_namespace(void **state)
{
	static const struct check_case cases[] = {
		{ NULL, { WITH_USER, { "/linux/uidMappings", ONE_MAPPING },
				{ "/linux/timeOffsets", "{'boottime':{'secs':-1}}" } } },
		{ NULL, { { "/linux/timeOffsets", "{}" } } },
		{ "/linux/timeOffsets: offsets need a time namespace",
			{ { "/linux/timeOffsets", "{'monotonic':{'secs':1}}" } } },
		{ "/linux/timeOffsets: the offsets of a time namespace that is joined cannot be "
		  "changed",
			{ { "/linux/timeOffsets", "{'monotonic':{'secs':1}}" },
				{ "/linux/namespaces", "[{'type':'time','path':'/t'}]" } } },
	};

	ASSERT_CASES(cases);
}

static void devices_have_absolute_paths_and_numbers(void **state)
{
	static const struct check_case cases[] = {
		{ NULL, { { "/linux/devices",
				"[{'type':'c','path':'/d','major':1,'minor':0}]" } } },
		{ NULL, { { "/linux/devices", "[{'type':'p','path':'/d','fileMode':438}]" } } },
		{ "/linux/devices/0/path: \"dev/x\" is not an absolute path",
			{ { "/linux/devices", "[{'type':'p','path':'dev/x'}]" } } },
		{ "/linux/devices/0/major: a number is required, except for a fifo",
			{ { "/linux/devices", "[{'type':'u','path':'/d'}]" } } },
		{ "/linux/devices/0/minor: a number is required, except for a fifo",
			{ { "/linux/devices", "[{'type':'b','path':'/d','major':8}]" } } },
	};

	ASSERT_CASES(cases);
}

static void net_devices_have_names_and_a_namespace(void **state)
{
	static const struct check_case cases[] = {
		{ NULL, { { "/linux/netDevices", "{'eth0':{},'eth1':{'name':'in%d'}}" } } },
		{ "/linux/netDevices: devices need a network namespace",
			{ { "/linux/netDevices", "{'eth0':{}}" }, NO_NAMESPACES } },
		{ "/linux/netDevices/a~1b: \"a/b\" is no name of a network device",
			{ { "/linux/netDevices", "{'a/b':{}}" } } },
		{ "/linux/netDevices/..: \"..\" is no name of a network device",
			{ { "/linux/netDevices", "{'..':{}}" } } },
		{ "/linux/netDevices/eth0/name: \"0123456789abcdef\" is no name of a network "
		  "device",
			{ { "/linux/netDevices", "{'eth0':{'name':'0123456789abcdef'}}" } } },
		{ "/linux/netDevices/eth0/name: \"a b\" is no name of a network device",
			{ { "/linux/netDevices", "{'eth0':{'name':'a b'}}" } } },
	};

	ASSERT_CASES(cases);
}

static void covered_paths_are_absolute_and_need_a_mount_namespace(void **state)
{
	static const struct check_case cases[] = {
		{ NULL, { { "/linux/maskedPaths", "['/proc/kcore']" },
				{ "/linux/readonlyPaths", "['/proc/sys']" } } },
		{ "/linux/maskedPaths/1: \"proc\" is not an absolute path",
			{ { "/linux/maskedPaths", "['/a','proc']" } } },
		{ "/linux/readonlyPaths/0: \"\" is not an absolute path",
			{ { "/linux/readonlyPaths", "['']" } } },
		{ "/linux/maskedPaths: paths cannot be covered without a mount namespace",
			{ { "/linux/maskedPaths", "['/a']" }, NO_NAMESPACES } },
		{ "/linux/readonlyPaths: paths cannot be covered without a mount namespace",
			{ { "/linux/readonlyPaths", "['/a']" }, NO_NAMESPACES } },
	};

	ASSERT_CASES(cases);
}

static void a_cgroups_path_does_not_climb(void **state)
{
	static const struct check_case cases[] = {
		{ NULL, { { "/linux/cgroupsPath", "'/a/b'" } } },
		{ NULL, { { "/linux/cgroupsPath", "'a..b/..c'" } } },
		{ NULL, { { "/linux/cgroupsPath", "'system.slice:hull:x'" } } },
		{ "/linux/cgroupsPath: \"../a\" has a component \"..\"",
			{ { "/linux/cgroupsPath", "'../a'" } } },
		{ "/linux/cgroupsPath: \"/a/..\" has a component \"..\"",
			{ { "/linux/cgroupsPath", "'/a/..'" } } },
		{ "/linux/cgroupsPath: \"a.slice:p:..\" has a component \"..\"",
			{ { "/linux/cgroupsPath", "'a.slice:p:..'" } } },
		{ "/linux/cgroupsPath: a line break in a path",
			{ { "/linux/cgroupsPath", "'/a\\nb'" } } },
	};

	ASSERT_CASES(cases);
}

static void sysctls_of_the_containers_namespaces_are_accepted(void **state)
{
	static const struct check_case cases[] = {
		{ NULL, { { "/linux/sysctl", "{'net.ipv4.ip_forward':'1',"
					     "'net/ipv4/conf/eth0.1/rp_filter':'2',"
					     "'net.ipv4.conf.eth0/1.rp_filter':'2',"
					     "'kernel.shmmax':'1','kernel.sem':'1 2 3 4',"
					     "'kernel/shm_rmid_forced':'1','fs.mqueue.msg_max':'7',"
					     "'kernel.domainname':'d'}" } } },
		{ NULL, { { "/linux/sysctl", "{'user.max_user_namespaces':'1'}" }, WITH_USER,
				{ "/linux/uidMappings", ONE_MAPPING } } },
		{ NULL, { { "/linux/sysctl", "{'net.core.somaxconn':'1'}" },
				{ "/linux/namespaces", "[{'type':'network','path':'/n'}]" } } },
	};

	ASSERT_CASES(cases);
}

static void sysctls_of_the_host_are_refused(void **state)
{
	static const struct check_case cases[] = {
		{ "/linux/sysctl/kernel.core_pattern: \"kernel.core_pattern\" belongs to no "
		  "namespace: it would be set for the whole host",
			{ { "/linux/sysctl", "{'kernel.core_pattern':'|/x'}" } } },
		{ "/linux/sysctl/vm.overcommit_memory: \"vm.overcommit_memory\" belongs to no "
		  "namespace: it would be set for the whole host",
			{ { "/linux/sysctl", "{'vm.overcommit_memory':'1'}" } } },
		{ "/linux/sysctl/network.x: \"network.x\" belongs to no namespace: it would be set "
		  "for the whole host",
			{ { "/linux/sysctl", "{'network.x':'1'}" } } },
		{ "/linux/sysctl/kernel.semx: \"kernel.semx\" belongs to no namespace: it would be "
		  "set for the whole host",
			{ { "/linux/sysctl", "{'kernel.semx':'1'}" } } },
		{ "/linux/sysctl/net.ipv4.ip_forward: \"net.ipv4.ip_forward\" would be set for the "
		  "whole host: a namespace of type network is needed",
			{ { "/linux/sysctl", "{'net.ipv4.ip_forward':'1'}" }, NO_NAMESPACES } },
		{ "/linux/sysctl/fs~1mqueue~1msg_max: \"fs/mqueue/msg_max\" would be set for the "
		  "whole host: a namespace of type ipc is needed",
			{ { "/linux/sysctl", "{'fs/mqueue/msg_max':'1'}" }, NO_NAMESPACES } },
		{ "/linux/sysctl/kernel.domainname: \"kernel.domainname\" would be set for the "
		  "whole host: a namespace of type uts is needed",
			{ { "/linux/sysctl", "{'kernel.domainname':'d'}" }, NO_NAMESPACES } },
		{ "/linux/sysctl/user.max_net_namespaces: \"user.max_net_namespaces\" would be set "
		  "for the whole host: a namespace of type user is needed",
			{ { "/linux/sysctl", "{'user.max_net_namespaces':'1'}" } } },
		{ "/linux/sysctl/kernel.hostname: the name is set with the field hostname",
			{ { "/linux/sysctl", "{'kernel.hostname':'h'}" } } },
		{ "/linux/sysctl/kernel.domainname: the field domainname sets the same",
			{ { "/linux/sysctl", "{'kernel.domainname':'h'}" },
				{ "/domainname", "'d'" } } },
	};

	ASSERT_CASES(cases);
}

/* CVE-2022-0811 and its kin: a name or a value that reaches another file. */
static void sysctls_that_smuggle_are_refused(void **state)
{
	static const struct check_case cases[] = {
		{ "/linux/sysctl/net.ipv4.ip_forward: a line break in the value",
			{ { "/linux/sysctl",
				"{'net.ipv4.ip_forward':'1\\nkernel.core_pattern=|/x'}" } } },
		{ "/linux/sysctl/net~1..~1kernel~1core_pattern: \"net/../kernel/core_pattern\" is "
		  "not the name of a sysctl",
			{ { "/linux/sysctl", "{'net/../kernel/core_pattern':'1'}" } } },
		{ "/linux/sysctl/net.~1~1.kernel.core_pattern: \"net.//.kernel.core_pattern\" is "
		  "not the name of a sysctl",
			{ { "/linux/sysctl", "{'net.//.kernel.core_pattern':'1'}" } } },
		{ "/linux/sysctl/net..ipv4: \"net..ipv4\" is not the name of a sysctl",
			{ { "/linux/sysctl", "{'net..ipv4':'1'}" } } },
		{ "/linux/sysctl/net~1.~1ipv4: \"net/./ipv4\" is not the name of a sysctl",
			{ { "/linux/sysctl", "{'net/./ipv4':'1'}" } } },
		{ "/linux/sysctl/~1net~1ipv4: \"/net/ipv4\" is not the name of a sysctl",
			{ { "/linux/sysctl", "{'/net/ipv4':'1'}" } } },
		{ "/linux/sysctl/net.: \"net.\" is not the name of a sysctl",
			{ { "/linux/sysctl", "{'net.':'1'}" } } },
		{ "/linux/sysctl/: \"\" is not the name of a sysctl",
			{ { "/linux/sysctl", "{'':'1'}" } } },
		{ "/linux/sysctl/net.a?b: \"net.a?b\" is not the name of a sysctl",
			{ { "/linux/sysctl", "{'net.a\\nb':'1'}" } } },
	};

	ASSERT_CASES(cases);
}

static void a_sysctls_key_gives_its_path(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;

	assert_string_equal(oci_sysctl_path(&arena, "net.ipv4.ip_forward"), "net/ipv4/ip_forward");
	assert_string_equal(oci_sysctl_path(&arena, "net/ipv4/ip_forward"), "net/ipv4/ip_forward");
	assert_string_equal(oci_sysctl_path(&arena, "net.ipv4.conf.eth0/1.rp_filter"),
		"net/ipv4/conf/eth0.1/rp_filter");
	assert_string_equal(oci_sysctl_path(&arena, "net/ipv4/conf/eth0.1/rp_filter"),
		"net/ipv4/conf/eth0.1/rp_filter");
	assert_null(oci_sysctl_path(&arena, "net/../x"));
	assert_null(oci_sysctl_path(&arena, "net.//.x"));
	assert_null(oci_sysctl_path(&arena, "net/"));
}

static void resources_are_plausible(void **state)
{
	static const struct check_case cases[] = {
		{ NULL, { { "/linux/resources",
				"{'memory':{'limit':-1,'swap':0,'swappiness':100},"
				"'cpu':{'quota':-1,'burst':5},'unified':{'io.max':'a\\nb'}}" } } },
		{ NULL, { { "/linux/resources/hugepageLimits", "[{'pageSize':'64KB','limit':0},{'"
							       "pageSize':'1GB','limit':1}]" } } },
		{ "/linux/resources/devices/0/access: a string of r, w and m is required",
			{ { "/linux/resources/devices", "[{'allow':false}]" } } },
		{ "/linux/resources/devices/0/access: a string of r, w and m is required",
			{ { "/linux/resources/devices", "[{'allow':false,'access':''}]" } } },
		{ "/linux/resources/memory/limit: -2 is neither a number of bytes nor -1 "
		  "(unlimited)",
			{ { "/linux/resources/memory", "{'limit':-2}" } } },
		{ "/linux/resources/memory/kernelTCP: -9 is neither a number of bytes nor -1 "
		  "(unlimited)",
			{ { "/linux/resources/memory", "{'kernelTCP':-9}" } } },
		{ "/linux/resources/memory/swappiness: 101 is not a number from 0 to 100",
			{ { "/linux/resources/memory", "{'swappiness':101}" } } },
		{ "/linux/resources/cpu/burst: 6 is more than the quota 5",
			{ { "/linux/resources/cpu", "{'quota':5,'burst':6}" } } },
		{ "/linux/resources/cpu/cpus: more than one line",
			{ { "/linux/resources/cpu", "{'cpus':'0\\n1'}" } } },
		{ "/linux/resources/cpu/mems: more than one line",
			{ { "/linux/resources/cpu", "{'mems':'0\\n1'}" } } },
		{ "/linux/resources/blockIO/weightDevice/0: neither weight nor leafWeight",
			{ { "/linux/resources/blockIO",
				"{'weightDevice':[{'major':8,'minor':0}]}" } } },
		{ "/linux/resources/hugepageLimits/0/pageSize: \"64kB\" is not a size such as "
		  "64KB, "
		  "2MB or 1GB",
			{ { "/linux/resources/hugepageLimits",
				"[{'pageSize':'64kB','limit':1}]" } } },
		{ "/linux/resources/hugepageLimits/0/pageSize: \"../2MB\" is not a size such as "
		  "64KB, 2MB or 1GB",
			{ { "/linux/resources/hugepageLimits",
				"[{'pageSize':'../2MB','limit':1}]" } } },
		{ "/linux/resources/hugepageLimits/0/pageSize: \"02MB\" is not a size such as "
		  "64KB, "
		  "2MB or 1GB",
			{ { "/linux/resources/hugepageLimits",
				"[{'pageSize':'02MB','limit':1}]" } } },
		{ "/linux/resources/hugepageLimits/0/pageSize: \"2\" is not a size such as 64KB, "
		  "2MB or 1GB",
			{ { "/linux/resources/hugepageLimits", "[{'pageSize':'2','limit':1}]" } } },
		{ "/linux/resources/network/priorities/0/name: \"a/b\" is no name of a network "
		  "device",
			{ { "/linux/resources/network",
				"{'priorities':[{'name':'a/b','priority':1}]}" } } },
		{ "/linux/resources/rdma/mlx: neither hcaHandles nor hcaObjects",
			{ { "/linux/resources/rdma", "{'mlx':{}}" } } },
		{ "/linux/resources/rdma/a b: \"a b\" is no name of an RDMA device",
			{ { "/linux/resources/rdma", "{'a b':{'hcaObjects':1}}" } } },
		{ "/linux/resources/unified/..~1memory.max: \"../memory.max\" is not the name of a "
		  "file",
			{ { "/linux/resources/unified", "{'../memory.max':'1'}" } } },
		{ "/linux/resources/unified/memory: \"memory\" has not the form "
		  "CONTROLLER.PARAMETER",
			{ { "/linux/resources/unified", "{'memory':'1'}" } } },
		{ "/linux/resources/unified/..: \"..\" has not the form CONTROLLER.PARAMETER",
			{ { "/linux/resources/unified", "{'..':'1'}" } } },
	};

	ASSERT_CASES(cases);
}

#define RULE(inner) "[{'names':['read']," inner "}]"

static void seccomp_is_consistent(void **state)
{
	static const struct check_case cases[] = {
		{ NULL, { { "/linux/seccomp/syscalls",
				RULE("'action':'SCMP_ACT_ERRNO','errnoRet':4095") } } },
		{ NULL, { { "/linux/seccomp/syscalls",
				RULE("'action':'SCMP_ACT_TRACE','errnoRet':65535") } } },
		{ NULL, { { "/linux/seccomp/syscalls", RULE("'action':'SCMP_ACT_NOTIFY'") },
				{ "/linux/seccomp/listenerPath", "'/run/a'" },
				{ "/linux/seccomp/listenerMetadata", "'m'" } } },
		{ NULL, { { "/linux/seccomp/listenerPath", "'/run/a'" } } },
		{ "/linux/seccomp/defaultErrnoRet: SCMP_ACT_ALLOW takes no number",
			{ { "/linux/seccomp/defaultErrnoRet", "1" } } },
		{ "/linux/seccomp/syscalls/0/errnoRet: SCMP_ACT_KILL takes no number",
			{ { "/linux/seccomp/syscalls",
				RULE("'action':'SCMP_ACT_KILL','errnoRet':1") } } },
		{ "/linux/seccomp/syscalls/0/errnoRet: 4096 is not a number from 0 to 4095",
			{ { "/linux/seccomp/syscalls",
				RULE("'action':'SCMP_ACT_ERRNO','errnoRet':4096") } } },
		{ "/linux/seccomp/syscalls/0/names: at least one name is required",
			{ { "/linux/seccomp/syscalls",
				"[{'names':[],'action':'SCMP_ACT_KILL'}]" } } },
		{ "/linux/seccomp/syscalls/0/names/1: an empty name",
			{ { "/linux/seccomp/syscalls",
				"[{'names':['a',''],'action':'SCMP_ACT_KILL'}]" } } },
		{ "/linux/seccomp/listenerMetadata: metadata without a listenerPath",
			{ { "/linux/seccomp/listenerMetadata", "'m'" } } },
		{ "/linux/seccomp/defaultAction: SCMP_ACT_NOTIFY cannot be the default",
			{ { "/linux/seccomp/defaultAction", "'SCMP_ACT_NOTIFY'" },
				{ "/linux/seccomp/listenerPath", "'/run/a'" } } },
		{ "/linux/seccomp/syscalls/0/action: SCMP_ACT_NOTIFY needs a listenerPath",
			{ { "/linux/seccomp/syscalls", RULE("'action':'SCMP_ACT_NOTIFY'") } } },
		{ "/linux/seccomp/syscalls/0/names/0: SCMP_ACT_NOTIFY cannot be used for write",
			{ { "/linux/seccomp/syscalls",
				  "[{'names':['write'],'action':'SCMP_ACT_NOTIFY'}]" },
				{ "/linux/seccomp/listenerPath", "'/run/a'" } } },
	};

	ASSERT_CASES(cases);
}

static void intel_rdt_names_one_directory_and_lines(void **state)
{
	static const struct check_case cases[] = {
		{ NULL, { { "/linux/intelRdt",
				"{'closID':'/','schemata':['L3:0=f','MB:0=1']}" } } },
		{ NULL, { { "/linux/intelRdt", "{'closID':'a.b','memBwSchema':'MB:0=20'}" } } },
		{ "/linux/intelRdt/closID: \"..\" is not the name of a directory",
			{ { "/linux/intelRdt", "{'closID':'..'}" } } },
		{ "/linux/intelRdt/closID: \"a/b\" is not the name of a directory",
			{ { "/linux/intelRdt", "{'closID':'a/b'}" } } },
		{ "/linux/intelRdt/memBwSchema: \"L3:0=f\" is not one line that begins with MB:",
			{ { "/linux/intelRdt", "{'memBwSchema':'L3:0=f'}" } } },
		{ NULL, { { "/linux/intelRdt", "{'l3CacheSchema':'L3:0=f\\nMB:0=1'}" } } },
		{ "/linux/intelRdt/closID: \".\" is not the name of a directory",
			{ { "/linux/intelRdt", "{'closID':'.'}" } } },
		{ "/linux/intelRdt/closID: \"/a\" is not the name of a directory",
			{ { "/linux/intelRdt", "{'closID':'/a'}" } } },
		{ "/linux/intelRdt/schemata/1: more than one line",
			{ { "/linux/intelRdt", "{'schemata':['a','b\\nc']}" } } },
	};

	ASSERT_CASES(cases);
}

static void personality_and_memory_policy_are_consistent(void **state)
{
	static const struct check_case cases[] = {
		{ NULL, { { "/linux/personality", "{'domain':'LINUX','flags':[]}" } } },
		{ NULL, { { "/linux/memoryPolicy", "{'mode':'MPOL_PREFERRED'}" } } },
		{ NULL, { { "/linux/memoryPolicy", "{'mode':'MPOL_BIND','nodes':'0,2-3'}" } } },
		{ "/linux/personality/flags/0: \"ADDR_NO_RANDOMIZE\": the specification defines no "
		  "flags",
			{ { "/linux/personality",
				"{'domain':'LINUX','flags':['ADDR_NO_RANDOMIZE']}" } } },
		{ "/linux/memoryPolicy/nodes: MPOL_BIND needs nodes",
			{ { "/linux/memoryPolicy", "{'mode':'MPOL_BIND'}" } } },
		{ "/linux/memoryPolicy/nodes: MPOL_LOCAL takes no nodes",
			{ { "/linux/memoryPolicy", "{'mode':'MPOL_LOCAL','nodes':'0'}" } } },
		{ "/linux/memoryPolicy/nodes: \"x\" is not a list of nodes such as 0-3,7",
			{ { "/linux/memoryPolicy", "{'mode':'MPOL_BIND','nodes':'x'}" } } },
		{ "/linux/memoryPolicy/flags: MPOL_F_RELATIVE_NODES and MPOL_F_STATIC_NODES "
		  "exclude "
		  "each other",
			{ { "/linux/memoryPolicy",
				"{'mode':'MPOL_BIND','nodes':'0','flags':['MPOL_F_STATIC_NODES',"
				"'MPOL_F_RELATIVE_NODES']}" } } },
	};

	ASSERT_CASES(cases);
}

static void control_characters_do_not_reach_the_text(void **state)
{
	static const struct check_case cases[] = {
		{ "/process/cwd: \"a?[31m?b\" is not an absolute path",
			{ { "/process/cwd", "'a\\u001b[31m\\nb'" } } },
	};

	ASSERT_CASES(cases);
}

static void what_engines_generate_is_accepted(void **state)
{
	static const char *const names[] = {
		"oci/engines/containerd-default.json",
		"oci/engines/docker-default.json",
		"oci/engines/kubernetes-pod.json",
		"oci/engines/podman-default.json",
		"oci/engines/podman-options.json",
		"oci/engines/podman-privileged.json",
		"oci/config/good/minimal.json",
		"oci/config/good/minimal-for-start.json",
		"oci/config/good/linux-rdma.json",
	};

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		AUTO_ARENA arena = ARENA_INIT;
		struct oci_config *config = NULL;
		struct err err = ERR_INIT;
		size_t size;
		const char *bytes = document_file(&arena, names[i], &size);

		if (oci_config_read(&arena, bytes, size, &config, &err) < 0 ||
			oci_config_check(config, &err) < 0)
			fail_msg("%s: %s", names[i], err.text);
		if (config->process)
			assert_int_equal(config->process->n_warnings, 0);
	}
}

/* Documents of the specification that are well formed but ask for what cannot be. */
static void the_specifications_contradictions_are_refused(void **state)
{
	static const struct {
		const char *name, *expected;
	} cases[] = {
		{ "oci/config/good/spec-example.json",
			"/ociVersion: \"0.5.0-dev\" is not a version 1.x.y, such as 1.3.0" },
		{ "oci/config/good/linux-netdevice.json",
			"/linux/netDevices: devices need a network namespace" },
		{ "oci/config/bad/linux-hugepage.json", "/linux/resources/hugepageLimits/0/"
							"pageSize: \"64kB\" is not a size such as "
							"64KB, 2MB or 1GB" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO_ARENA arena = ARENA_INIT;
		struct oci_config *config = NULL;
		struct err err = ERR_INIT;
		size_t size;
		const char *bytes = document_file(&arena, cases[i].name, &size);

		assert_int_equal(oci_config_read(&arena, bytes, size, &config, &err), 0);
		assert_int_equal(oci_config_check(config, &err), -EINVAL);
		assert_string_equal(err.text, cases[i].expected);
	}
}

static void a_process_alone_is_checked_with_its_own_pointers(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	static const char text[] = "{\"cwd\":\"x\",\"args\":[\"a\"]}";
	struct oci_process *process = NULL;
	struct err err = ERR_INIT;

	assert_int_equal(oci_process_read(&arena, text, strlen(text), &process, &err), 0);
	assert_int_equal(oci_process_check(process, &err), -EINVAL);
	assert_string_equal(err.text, "/cwd: \"x\" is not an absolute path");
}

static void resources_alone_are_checked_with_their_own_pointers(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	static const char text[] = "{\"memory\":{\"limit\":-7}}";
	struct oci_resources *resources = NULL;
	struct err err = ERR_INIT;

	assert_int_equal(oci_resources_read(&arena, text, strlen(text), &resources, &err), 0);
	assert_int_equal(oci_resources_check(resources, &err), -EINVAL);
	assert_string_equal(err.config, "/memory/limit");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_base_is_accepted),
		cmocka_unit_test(versions_1_are_accepted_and_no_others),
		cmocka_unit_test(a_root_is_needed),
		cmocka_unit_test(a_process_can_be_missing_but_not_incomplete),
		cmocka_unit_test(the_id_that_means_no_change_is_refused),
		cmocka_unit_test(rlimits_are_ordered_and_listed_once),
		cmocka_unit_test(a_schedulers_parts_fit_its_policy),
		cmocka_unit_test(lists_of_cpus_are_understood),
		cmocka_unit_test(mounts_need_what_their_kind_needs),
		cmocka_unit_test(idmapped_mounts_have_both_mappings),
		cmocka_unit_test(names_need_a_uts_namespace),
		cmocka_unit_test(hooks_have_absolute_paths),
		cmocka_unit_test(annotations_have_names),
		cmocka_unit_test(namespaces_are_listed_once_with_absolute_paths),
		cmocka_unit_test(mappings_go_with_a_user_namespace),
		cmocka_unit_test(mappings_neither_overlap_nor_overflow),
		cmocka_unit_test(more_than_340_mappings_are_refused),
		cmocka_unit_test(time_offsets_go_with_a_new_time_namespace),
		cmocka_unit_test(devices_have_absolute_paths_and_numbers),
		cmocka_unit_test(net_devices_have_names_and_a_namespace),
		cmocka_unit_test(covered_paths_are_absolute_and_need_a_mount_namespace),
		cmocka_unit_test(a_cgroups_path_does_not_climb),
		cmocka_unit_test(sysctls_of_the_containers_namespaces_are_accepted),
		cmocka_unit_test(sysctls_of_the_host_are_refused),
		cmocka_unit_test(sysctls_that_smuggle_are_refused),
		cmocka_unit_test(a_sysctls_key_gives_its_path),
		cmocka_unit_test(resources_are_plausible),
		cmocka_unit_test(seccomp_is_consistent),
		cmocka_unit_test(intel_rdt_names_one_directory_and_lines),
		cmocka_unit_test(personality_and_memory_policy_are_consistent),
		cmocka_unit_test(control_characters_do_not_reach_the_text),
		cmocka_unit_test(what_engines_generate_is_accepted),
		cmocka_unit_test(the_specifications_contradictions_are_refused),
		cmocka_unit_test(a_process_alone_is_checked_with_its_own_pointers),
		cmocka_unit_test(resources_alone_are_checked_with_their_own_pointers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
