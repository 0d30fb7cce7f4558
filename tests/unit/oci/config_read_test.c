/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/config.h"

#include <errno.h>

#include "document.h"

static struct oci_config *read_text(struct arena *arena, const char *text)
{
	struct oci_config *config = NULL;
	struct err err = ERR_INIT;
	char *quoted = document_quoted(arena, text);

	if (oci_config_read(arena, quoted, strlen(quoted), &config, &err) < 0)
		fail_msg("%s", err.text);
	return config;
}

static struct oci_config *read_file(struct arena *arena, const char *name)
{
	struct oci_config *config = NULL;
	struct err err = ERR_INIT;
	size_t size;
	const char *bytes = document_file(arena, name, &size);

	if (oci_config_read(arena, bytes, size, &config, &err) < 0)
		fail_msg("%s: %s", name, err.text);
	return config;
}

static void assert_file_is_refused(const char *name, const char *expected)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct oci_config *config = NULL;
	struct err err = ERR_INIT;
	size_t size;
	const char *bytes = document_file(&arena, name, &size);

	assert_int_equal(oci_config_read(&arena, bytes, size, &config, &err), -EINVAL);
	assert_string_equal(err.text, expected);
	assert_null(config);
}

static void the_specifications_good_examples_are_read(void **state)
{
	static const char *const names[] = {
		"oci/config/config.md-example.json",
		"oci/config/good/freebsd-example.json",
		"oci/config/good/freebsd-minimal.json",
		"oci/config/good/linux-netdevice.json",
		"oci/config/good/linux-rdma.json",
		"oci/config/good/minimal-for-start.json",
		"oci/config/good/minimal.json",
		"oci/config/good/spec-example.json",
		"oci/config/good/zos-example.json",
		"oci/config/good/zos-minimal.json",
	};

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		AUTO_ARENA arena = ARENA_INIT;

		assert_non_null(read_file(&arena, names[i])->oci_version);
	}
}

static void the_specifications_bad_examples_are_refused(void **state)
{
	assert_file_is_refused("oci/config/bad/invalid-json.json",
		"line 1, column 2: ']' where the name of a member is expected");
	assert_file_is_refused("oci/config/bad/linux-netdevice.json",
		"/linux/netDevices/eth0/name: 23 is not a string");
	assert_file_is_refused("oci/config/bad/linux-rdma.json",
		"/linux/resources/rdma/mlx5_1/hcaHandles: \"not a uint32\" is not a number");
}

static void sections_of_other_platforms_are_ignored(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct oci_config *config = read_file(&arena, "oci/config/bad/freebsd-vnet-disable.json");

	assert_string_equal(config->oci_version, "1.3.0");
	config = read_text(&arena,
		"{'ociVersion':'1.0.0','windows':{'layerFolders':[7]},'vm':7,'solaris':[]}");
	assert_null(config->root);
}

static void the_process_of_the_specifications_example_is_read(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct oci_config *config = read_file(&arena, "oci/config/config.md-example.json");
	const struct oci_process *process = config->process;

	assert_string_equal(config->oci_version, "1.0.1");
	assert_true(process->terminal);
	assert_int_equal(process->user.uid, 1);
	assert_int_equal(process->user.n_additional_gids, 2);
	assert_int_equal(process->user.additional_gids[1], 6);
	assert_int_equal(process->n_args, 1);
	assert_string_equal(process->args[0], "sh");
	assert_string_equal(process->env[1], "TERM=xterm");
	assert_string_equal(process->cwd, "/");
	assert_true(process->capabilities->bounding == (1 << 29 | 1 << 5 | 1 << 10));
	assert_true(process->capabilities->effective == (1 << 29 | 1 << 5));
	assert_true(process->capabilities->ambient == 1 << 10);
	assert_int_equal(process->n_rlimits, 2);
	assert_int_equal(process->rlimits[0].resource, 4);
	assert_int_equal(process->rlimits[1].resource, 7);
	assert_int_equal(process->rlimits[1].hard, 1024);
	assert_string_equal(process->apparmor_profile, "acme_secure_profile");
	assert_string_equal(
		process->selinux_label, "system_u:system_r:svirt_lxc_net_t:s0:c124,c675");
	assert_true(process->no_new_privileges);
	assert_int_equal(process->n_warnings, 0);
}

static void the_rest_of_the_specifications_example_is_read(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct oci_config *config = read_file(&arena, "oci/config/config.md-example.json");
	const struct oci_linux *platform = &config->platform;
	const struct oci_hook *hook = &config->hooks[OCI_HOOK_PRESTART].hooks[0];

	assert_string_equal(config->root->path, "rootfs");
	assert_true(config->root->readonly);
	assert_string_equal(config->hostname, "slartibartfast");
	assert_int_equal(config->n_mounts, 7);
	assert_string_equal(config->mounts[1].options[3], "size=65536k");
	assert_int_equal(config->hooks[OCI_HOOK_PRESTART].n_hooks, 2);
	assert_string_equal(hook->path, "/usr/bin/fix-mounts");
	assert_string_equal(hook->args[2], "arg2");
	assert_string_equal(hook->env[0], "key1=value1");
	assert_int_equal(*config->hooks[OCI_HOOK_POSTSTART].hooks[0].timeout, 5);
	assert_int_equal(config->hooks[OCI_HOOK_POSTSTOP].n_hooks, 1);
	assert_int_equal(config->hooks[OCI_HOOK_START_CONTAINER].n_hooks, 0);
	assert_string_equal(oci_config_annotation(config, "com.example.key1"), "value1");
	assert_null(oci_config_annotation(config, "com.example.key3"));

	assert_int_equal(platform->n_devices, 2);
	assert_int_equal(*platform->devices[0].minor, 229);
	assert_int_equal(*platform->devices[0].file_mode, 0666);
	assert_int_equal(platform->devices[1].type, OCI_DEVICE_BLOCK);
	assert_int_equal(platform->uid_mappings[0].host_id, 1000);
	assert_int_equal(platform->gid_mappings[0].size, 32000);
	assert_string_equal(platform->sysctl[0].key, "net.ipv4.ip_forward");
	assert_string_equal(platform->cgroups_path, "/myRuntime/myContainer");
	assert_int_equal(platform->rootfs_propagation, OCI_PROPAGATION_SLAVE);
	assert_int_equal(platform->n_namespaces, 8);
	assert_int_equal(platform->namespaces[0].type, OCI_NAMESPACE_PID);
	assert_string_equal(platform->masked_paths[0], "/proc/kcore");
	assert_string_equal(platform->readonly_paths[0], "/proc/asound");
	assert_string_equal(
		platform->mount_label, "system_u:object_r:svirt_sandbox_file_t:s0:c715,c811");
}

static void the_resources_of_the_specifications_example_are_read(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct oci_config *config = read_file(&arena, "oci/config/config.md-example.json");
	const struct oci_resources *resources = config->platform.resources;
	const struct oci_block_io *block_io = resources->block_io;

	assert_int_equal(*resources->network->class_id, 1048577);
	assert_string_equal(resources->network->priorities[1].name, "eth1");
	assert_int_equal(*resources->pids->limit, 32771);
	assert_string_equal(resources->hugepage_limits[0].page_size, "2MB");
	assert_int_equal(resources->hugepage_limits[0].limit, 9223372036854772000);
	assert_int_equal(*resources->memory->limit, 536870912);
	assert_true(*resources->memory->kernel == -1);
	assert_false(*resources->memory->disable_oom_killer);
	assert_null(resources->memory->check_before_update);
	assert_int_equal(*resources->cpu->quota, 1000000);
	assert_string_equal(resources->cpu->cpus, "2-3");
	assert_null(resources->cpu->burst);
	assert_false(resources->devices[0].allow);
	assert_int_equal(resources->devices[0].access,
		OCI_DEVICE_READ | OCI_DEVICE_WRITE | OCI_DEVICE_MKNOD);
	assert_int_equal(resources->devices[1].type, OCI_DEVICE_RULE_CHAR);
	assert_int_equal(*block_io->weight, 10);
	assert_int_equal(*block_io->weight_devices[0].leaf_weight, 300);
	assert_null(block_io->weight_devices[1].leaf_weight);
	assert_int_equal(block_io->throttle[OCI_THROTTLE_READ_BPS].devices[0].rate, 600);
	assert_int_equal(block_io->throttle[OCI_THROTTLE_WRITE_IOPS].devices[0].minor, 16);
	assert_int_equal(block_io->throttle[OCI_THROTTLE_WRITE_BPS].n_devices, 0);
}

/* What config.md's example leaves out. */
static void every_other_member_is_read(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct oci_config *config = read_text(&arena,
		"{'ociVersion':'1.3.0','domainname':'example.org',"
		"'process':{'cwd':'/','args':['a'],'consoleSize':{'height':25,'width':80},"
		"'user':{'umask':18},'oomScoreAdj':-1000,"
		"'scheduler':{'policy':'SCHED_DEADLINE','flags':['SCHED_FLAG_RECLAIM',"
		"'SCHED_FLAG_UTIL_CLAMP_MAX'],'runtime':1,'deadline':2,'period':3},"
		"'ioPriority':{'class':'IOPRIO_CLASS_IDLE','priority':4},"
		"'execCPUAffinity':{'initial':'7','final':'0-3,7'},'commandLine':'x y'},"
		"'mounts':[{'destination':'/m','source':'/s','options':['bind','idmap'],"
		"'uidMappings':[{'containerID':0,'hostID':1,'size':2}],"
		"'gidMappings':[{'containerID':3,'hostID':4,'size':5}]}],"
		"'linux':{'timeOffsets':{'monotonic':{'secs':-5,'nanosecs':999999999},'boottime':{}"
		"},"
		"'netDevices':{'eth0':{'name':'in%d'},'eth1':{}},"
		"'resources':{'unified':{'io.max':'a\\nb'},'memory':{'checkBeforeUpdate':true,"
		"'useHierarchy':false},'cpu':{'burst':5,'idle':1},'rdma':{'mlx':{'hcaObjects':7}}},"
		"'intelRdt':{'closID':'c','schemata':['L3:0=f'],'l3CacheSchema':'L3:0=1',"
		"'memBwSchema':'MB:0=2','enableMonitoring':true},"
		"'personality':{'domain':'LINUX32'},"
		"'memoryPolicy':{'mode':'MPOL_BIND','nodes':'0','flags':['MPOL_F_STATIC_NODES']}}"
		"}");
	const struct oci_process *process = config->process;
	const struct oci_linux *platform = &config->platform;

	assert_string_equal(config->domainname, "example.org");
	assert_int_equal(process->console_size->width, 80);
	assert_int_equal(*process->user.umask, 022);
	assert_int_equal(*process->oom_score_adj, -1000);
	assert_int_equal(process->scheduler->policy, OCI_SCHED_DEADLINE);
	assert_int_equal(process->scheduler->flags, 0x42);
	assert_int_equal(process->scheduler->period_ns, 3);
	assert_int_equal(process->io_priority->class, OCI_IO_CLASS_IDLE);
	assert_string_equal(process->exec_cpu_affinity->final, "0-3,7");
	assert_null(process->capabilities);
	assert_int_equal(config->mounts[0].uid_mappings[0].size, 2);
	assert_int_equal(config->mounts[0].gid_mappings[0].container_id, 3);
	assert_null(config->mounts[0].type);
	assert_int_equal(platform->time_offsets->monotonic->secs, -5);
	assert_int_equal(platform->time_offsets->monotonic->nanosecs, 999999999);
	assert_int_equal(platform->time_offsets->boottime->secs, 0);
	assert_string_equal(platform->net_devices[0].host_name, "eth0");
	assert_string_equal(platform->net_devices[0].name, "in%d");
	assert_null(platform->net_devices[1].name);
	assert_string_equal(platform->resources->unified[0].value, "a\nb");
	assert_true(*platform->resources->memory->check_before_update);
	assert_int_equal(*platform->resources->cpu->idle, 1);
	assert_string_equal(platform->resources->rdma[0].device, "mlx");
	assert_null(platform->resources->rdma[0].hca_handles);
	assert_string_equal(platform->intel_rdt->schemata[0], "L3:0=f");
	assert_true(platform->intel_rdt->enable_monitoring);
	assert_int_equal(platform->personality->domain, OCI_PERSONALITY_LINUX32);
	assert_int_equal(platform->memory_policy->mode, OCI_MPOL_BIND);
	assert_int_equal(platform->memory_policy->flags, OCI_MPOL_F_STATIC_NODES);
}

static void seccomp_is_read(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct oci_config *config = read_text(&arena,
		"{'ociVersion':'1.3.0','linux':{'seccomp':{'defaultAction':'SCMP_ACT_ERRNO',"
		"'defaultErrnoRet':38,'flags':['SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV'],"
		"'listenerPath':'/run/agent','listenerMetadata':'m',"
		"'architectures':['SCMP_ARCH_X32','SCMP_ARCH_X86_64'],"
		"'syscalls':[{'names':['read','write'],'action':'SCMP_ACT_ALLOW','args':["
		"{'index':5,'value':18446744073709551615,'valueTwo':7,'op':'SCMP_CMP_MASKED_EQ'}]},"
		"{'names':['x'],'action':'SCMP_ACT_ERRNO','errnoRet':0}]}}}");
	const struct oci_seccomp *seccomp = config->platform.seccomp;

	assert_int_equal(seccomp->default_action, OCI_SECCOMP_ERRNO);
	assert_int_equal(*seccomp->default_errno_ret, 38);
	assert_int_equal(*seccomp->flags, OCI_SECCOMP_FLAG_WAIT_KILLABLE_RECV);
	assert_string_equal(seccomp->listener_metadata, "m");
	assert_int_equal(seccomp->n_architectures, 2);
	assert_int_equal(seccomp->architectures[0], OCI_ARCH_X32);
	assert_int_equal(seccomp->n_syscalls, 2);
	assert_string_equal(seccomp->syscalls[0].names[1], "write");
	assert_int_equal(seccomp->syscalls[0].args[0].op, OCI_SECCOMP_MASKED_EQ);
	assert_true(seccomp->syscalls[0].args[0].value == UINT64_MAX);
	assert_int_equal(seccomp->syscalls[0].args[0].value_two, 7);
	assert_null(seccomp->syscalls[0].errno_ret);
	assert_int_equal(*seccomp->syscalls[1].errno_ret, 0);
}

static void seccomp_flags_that_are_empty_differ_from_none(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	static const char format[] =
		"{'ociVersion':'1.3.0','linux':{'seccomp':{'defaultAction':'SCMP_ACT_ALLOW'%s}}}";

	assert_null(read_text(&arena, arena_printf(&arena, format, ""))->platform.seccomp->flags);
	assert_null(read_text(&arena, arena_printf(&arena, format, ",'flags':null"))
			    ->platform.seccomp->flags);
	assert_int_equal(*read_text(&arena, arena_printf(&arena, format, ",'flags':[]"))
				  ->platform.seccomp->flags,
		0);
}

static void an_unlimited_rlimit_survives(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct oci_config *config = read_text(&arena,
		"{'ociVersion':'1.0.0','process':{'cwd':'/','rlimits':[{'type':'RLIMIT_CORE',"
		"'soft':18446744073709551614,'hard':18446744073709551615}]}}");

	assert_true(config->process->rlimits[0].soft == UINT64_MAX - 1);
	assert_true(config->process->rlimits[0].hard == UINT64_MAX);
}

static void unknown_capabilities_are_warnings_and_named_once(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct oci_config *config = read_text(&arena,
		"{'ociVersion':'1.0.0','process':{'cwd':'/','capabilities':{"
		"'bounding':['CAP_CHOWN','CAP_NEW','CAP_OTHER'],'permitted':['CAP_NEW',"
		"'CAP_CHECKPOINT_RESTORE'],'effective':null}}}");

	assert_true(config->process->capabilities->bounding == 1);
	assert_true(config->process->capabilities->permitted == 1ull << 40);
	assert_int_equal(config->process->n_warnings, 2);
	assert_string_equal(config->process->warnings[0], "unknown capability CAP_NEW");
	assert_string_equal(config->process->warnings[1], "unknown capability CAP_OTHER");
}

static void empty_strings_count_as_absent(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct oci_config *config = read_text(&arena,
		"{'ociVersion':'1.0.0','hostname':'','process':{'cwd':'/','apparmorProfile':''},"
		"'linux':{'cgroupsPath':'','rootfsPropagation':'','mountLabel':'',"
		"'namespaces':[{'type':'pid','path':''}],"
		"'resources':{'devices':[{'allow':true,'type':'','access':'r'}]}}}");

	assert_null(config->hostname);
	assert_null(config->process->apparmor_profile);
	assert_null(config->platform.cgroups_path);
	assert_int_equal(config->platform.rootfs_propagation, OCI_PROPAGATION_UNSET);
	assert_true(oci_config_has_new_namespace(config, OCI_NAMESPACE_PID));
	assert_int_equal(config->platform.resources->devices[0].type, OCI_DEVICE_RULE_ALL);
}

static void the_files_type_is_cut_off_a_devices_mode(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct oci_config *config = read_file(&arena, "oci/engines/podman-options.json");

	assert_string_equal(config->platform.devices[0].path, "/dev/mynull");
	assert_int_equal(*config->platform.devices[0].file_mode, 0666); /* 8630 in the document */
}

static void namespaces_are_found_by_type(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct oci_config *config = read_file(&arena, "oci/engines/kubernetes-pod.json");

	assert_string_equal(
		oci_config_namespace(config, OCI_NAMESPACE_NET)->path, "/var/run/netns/cni-1");
	assert_false(oci_config_has_new_namespace(config, OCI_NAMESPACE_NET));
	assert_true(oci_config_has_new_namespace(config, OCI_NAMESPACE_PID));
	assert_null(oci_config_namespace(config, OCI_NAMESPACE_USER));
	assert_false(oci_config_has_new_namespace(config, OCI_NAMESPACE_USER));
}

static void a_bind_mount_is_known_by_its_options_or_its_type(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct oci_config *config = read_text(&arena,
		"{'ociVersion':'1.0.0','mounts':["
		"{'destination':'/a','type':'none','options':['ro','rbind']},"
		"{'destination':'/b','type':'bind','options':['ro']},"
		"{'destination':'/c','type':'tmpfs','options':['ro','bindx']},"
		"{'destination':'/d'}]}");

	assert_true(oci_mount_is_bind(&config->mounts[0]));
	assert_true(oci_mount_is_bind(&config->mounts[1]));
	assert_false(oci_mount_is_bind(&config->mounts[2]));
	assert_false(oci_mount_is_bind(&config->mounts[3]));
	assert_true(oci_mount_has_option(&config->mounts[0], "ro"));
	assert_false(oci_mount_has_option(&config->mounts[3], "ro"));
}

static void a_process_file_is_read_alone(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	static const char text[] =
		"{\"terminal\":true,\"cwd\":\"/w\",\"args\":[\"ls\",\"-l\"],\"user\":{\"uid\":7},"
		"\"capabilities\":{\"ambient\":[\"CAP_X\"]}}";
	struct oci_process *process = NULL;
	struct err err = ERR_INIT;

	assert_int_equal(oci_process_read(&arena, text, strlen(text), &process, &err), 0);
	assert_int_equal(process->user.uid, 7);
	assert_string_equal(process->args[1], "-l");
	assert_int_equal(process->n_warnings, 1);
	assert_int_equal(oci_process_read(&arena, "{}", 2, &process, &err), -EINVAL);
	assert_string_equal(err.text, "/cwd: a string is required");
	assert_string_equal(err.config, "/cwd");
}

static void a_resources_file_is_read_alone(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	static const char text[] = "{\"memory\":{\"limit\":-1},\"pids\":{\"limit\":0}}";
	struct oci_resources *resources = NULL;
	struct err err = ERR_INIT;

	assert_int_equal(oci_resources_read(&arena, text, strlen(text), &resources, &err), 0);
	assert_true(*resources->memory->limit == -1);
	assert_int_equal(*resources->pids->limit, 0);
	assert_null(resources->cpu);
	assert_int_equal(oci_resources_read(&arena, "[]", 2, &resources, &err), -EINVAL);
	assert_string_equal(err.text, "the document: a list is not an object");
}

/* ---- wrong types and ranges ---- */

static const char base[] =
	"{'ociVersion':'1.2.0','root':{'path':'rootfs'},"
	"'process':{'cwd':'/','args':['sh'],'env':[],'user':{},'capabilities':{},'rlimits':[{}],"
	"'scheduler':{'policy':'SCHED_OTHER'},'ioPriority':{'class':'IOPRIO_CLASS_BE'}},"
	"'mounts':[{'destination':'/proc','options':['a','b','c'],"
	"'uidMappings':[{'containerID':0,'hostID':0,'size':1}]}],"
	"'hooks':{'poststop':[{'path':'/x'}]},'annotations':{},"
	"'linux':{'namespaces':[{'type':'pid'}],'uidMappings':[{'containerID':0,'hostID':0,'size':"
	"1}],"
	"'timeOffsets':{'boottime':{}},'devices':[{'type':'c','path':'/x'}],"
	"'netDevices':{'e':{}},'sysctl':{},'seccomp':{'defaultAction':'SCMP_ACT_ALLOW',"
	"'syscalls':[{'names':['a'],'action':'SCMP_ACT_KILL','args':[{'index':0,'value':0,"
	"'op':'SCMP_CMP_EQ'}]}]},'intelRdt':{},'personality':{'domain':'LINUX'},"
	"'memoryPolicy':{'mode':'MPOL_LOCAL'},"
	"'resources':{'devices':[{'allow':true}],'memory':{},'cpu':{},'pids':{},'blockIO':{"
	"'weightDevice':[{'major':1,'minor':1}],'throttleReadBpsDevice':[{'major':1,'minor':1,"
	"'rate':1}]},'hugepageLimits':[{'pageSize':'2MB','limit':1}],'network':{'priorities':[{"
	"'name':'a','priority':1}]},'rdma':{},'unified':{}}}}";

#define U32_RANGE "a number from 0 to 4294967295"
#define U64_RANGE "a number from 0 to 18446744073709551615"
#define I64_RANGE "a number from -9223372036854775808 to 9223372036854775807"

/* The error is "<pointer>: <expected>" at the pointer changed, or below it. */
static const struct {
	struct change change;
	const char *expected;
} type_cases[] = {
	{ { "/ociVersion", NULL }, "/ociVersion: a string is required" },
	{ { "/ociVersion", "1.2" }, "/ociVersion: 1.2 is not a string" },
	{ { "/root", "'rootfs'" }, "/root: \"rootfs\" is not an object" },
	{ { "/root/path", NULL }, "/root/path: a string is required" },
	{ { "/root/path", "null" }, "/root/path: a string is required" },
	{ { "/root/readonly", "'yes'" }, "/root/readonly: \"yes\" is not true or false" },
	{ { "/root/readonly", "1" }, "/root/readonly: 1 is not true or false" },
	{ { "/hostname", "7" }, "/hostname: 7 is not a string" },
	{ { "/domainname", "{}" }, "/domainname: an object is not a string" },
	{ { "/annotations", "[]" }, "/annotations: a list is not an object" },
	{ { "/annotations", "{'a/b':7}" }, "/annotations/a~1b: 7 is not a string" },
	{ { "/mounts", "{}" }, "/mounts: an object is not a list" },
	{ { "/mounts/0", "null" }, "/mounts/0: null is not an object" },
	{ { "/mounts/0", "{}" }, "/mounts/0/destination: a string is required" },
	{ { "/mounts/0/type", "1" }, "/mounts/0/type: 1 is not a string" },
	{ { "/mounts/0/source", "[]" }, "/mounts/0/source: a list is not a string" },
	{ { "/mounts/0/options", "'ro'" }, "/mounts/0/options: \"ro\" is not a list" },
	{ { "/mounts/0/options/2", "7" }, "/mounts/0/options/2: 7 is not a string" },
	{ { "/mounts/0/uidMappings/0/size", "-1" },
		"/mounts/0/uidMappings/0/size: -1 is not " U32_RANGE },
	{ { "/mounts/0/uidMappings/0/hostID", NULL },
		"/mounts/0/uidMappings/0/hostID: a number is required" },
	{ { "/process", "[]" }, "/process: a list is not an object" },
	{ { "/process/cwd", NULL }, "/process/cwd: a string is required" },
	{ { "/process/terminal", "'true'" }, "/process/terminal: \"true\" is not true or false" },
	{ { "/process/consoleSize", "{'height':1}" },
		"/process/consoleSize/width: a number is required" },
	{ { "/process/consoleSize", "{'height':-1,'width':1}" },
		"/process/consoleSize/height: -1 is not " U64_RANGE },
	{ { "/process/user/uid", "-1" }, "/process/user/uid: -1 is not " U32_RANGE },
	{ { "/process/user/uid", "'0'" }, "/process/user/uid: \"0\" is not a number" },
	{ { "/process/user/uid", "4294967296" },
		"/process/user/uid: 4294967296 is not " U32_RANGE },
	{ { "/process/user/gid", "1.5" }, "/process/user/gid: 1.5 is not a whole number" },
	{ { "/process/user/umask", "512" },
		"/process/user/umask: 512 is not a number from 0 to 511" },
	{ { "/process/user/additionalGids", "[1,-2]" },
		"/process/user/additionalGids/1: -2 is not " U32_RANGE },
	{ { "/process/args", "'sh'" }, "/process/args: \"sh\" is not a list" },
	{ { "/process/args/0", "null" }, "/process/args/0: null is not a string" },
	{ { "/process/env", "{'A':'b'}" }, "/process/env: an object is not a list" },
	{ { "/process/capabilities", "['CAP_CHOWN']" },
		"/process/capabilities: a list is not an object" },
	{ { "/process/capabilities/bounding", "'CAP_CHOWN'" },
		"/process/capabilities/bounding: \"CAP_CHOWN\" is not a list" },
	{ { "/process/capabilities/ambient", "[0]" },
		"/process/capabilities/ambient/0: 0 is not a string" },
	{ { "/process/rlimits/0", "{'soft':1,'hard':1}" },
		"/process/rlimits/0/type: a string is required" },
	{ { "/process/rlimits/0", "{'type':'RLIMIT_CORE','hard':1}" },
		"/process/rlimits/0/soft: a number is required" },
	{ { "/process/rlimits/0", "{'type':'RLIMIT_CORE','soft':-1,'hard':1}" },
		"/process/rlimits/0/soft: -1 is not " U64_RANGE },
	{ { "/process/oomScoreAdj", "1001" },
		"/process/oomScoreAdj: 1001 is not a number from -1000 to 1000" },
	{ { "/process/oomScoreAdj", "-1001" },
		"/process/oomScoreAdj: -1001 is not a number from -1000 to 1000" },
	{ { "/process/scheduler", "{}" }, "/process/scheduler/policy: a string is required" },
	{ { "/process/scheduler/policy", "'SCHED_NEW'" },
		"/process/scheduler/policy: \"SCHED_NEW\" is not one of SCHED_OTHER, SCHED_FIFO, "
		"SCHED_RR, SCHED_BATCH, SCHED_ISO, SCHED_IDLE, SCHED_DEADLINE" },
	{ { "/process/scheduler/nice", "3000000000" },
		"/process/scheduler/nice: 3000000000 is not a number from -2147483648 to "
		"2147483647" },
	{ { "/process/scheduler/flags", "'RECLAIM'" },
		"/process/scheduler/flags: \"RECLAIM\" is not a list" },
	{ { "/process/ioPriority/class", "'BE'" },
		"/process/ioPriority/class: \"BE\" is not one of IOPRIO_CLASS_RT, "
		"IOPRIO_CLASS_BE, IOPRIO_CLASS_IDLE" },
	{ { "/process/ioPriority/priority", "8" },
		"/process/ioPriority/priority: 8 is not a number from 0 to 7" },
	{ { "/process/execCPUAffinity", "{'initial':[0]}" },
		"/process/execCPUAffinity/initial: a list is not a string" },
	{ { "/process/noNewPrivileges", "0" }, "/process/noNewPrivileges: 0 is not true or false" },
	{ { "/hooks", "[]" }, "/hooks: a list is not an object" },
	{ { "/hooks/prestart", "{}" }, "/hooks/prestart: an object is not a list" },
	{ { "/hooks/poststop/0", "{}" }, "/hooks/poststop/0/path: a string is required" },
	{ { "/hooks/poststop/0/timeout", "0" },
		"/hooks/poststop/0/timeout: 0 is not a number from 1 to 2147483647" },
	{ { "/hooks/poststop/0/timeout", "-5" },
		"/hooks/poststop/0/timeout: -5 is not a number from 1 to 2147483647" },
	{ { "/hooks/poststop/0/args", "'x'" }, "/hooks/poststop/0/args: \"x\" is not a list" },
	{ { "/linux", "[]" }, "/linux: a list is not an object" },
	{ { "/linux/namespaces/0/type", "'net'" },
		"/linux/namespaces/0/type: \"net\" is not one of mount, pid, network, ipc, uts, "
		"user, cgroup, time" },
	{ { "/linux/namespaces/0", "{}" }, "/linux/namespaces/0/type: a string is required" },
	{ { "/linux/namespaces/0/path", "7" }, "/linux/namespaces/0/path: 7 is not a string" },
	{ { "/linux/uidMappings/0/size", "4294967296" },
		"/linux/uidMappings/0/size: 4294967296 is not " U32_RANGE },
	{ { "/linux/timeOffsets/boottime/secs", "'1'" },
		"/linux/timeOffsets/boottime/secs: \"1\" is not a number" },
	{ { "/linux/timeOffsets/boottime/nanosecs", "1000000000" },
		"/linux/timeOffsets/boottime/nanosecs: 1000000000 is not a number from 0 to "
		"999999999" },
	{ { "/linux/devices/0/type", "'x'" },
		"/linux/devices/0/type: \"x\" is not one of c, b, u, p" },
	{ { "/linux/devices/0/path", NULL }, "/linux/devices/0/path: a string is required" },
	{ { "/linux/devices/0/major", "4096" },
		"/linux/devices/0/major: 4096 is not a number from 0 to 4095" },
	{ { "/linux/devices/0/minor", "-1" },
		"/linux/devices/0/minor: -1 is not a number from 0 to 1048575" },
	{ { "/linux/devices/0/fileMode", "65536" },
		"/linux/devices/0/fileMode: 65536 is not a number from 0 to 65535" },
	{ { "/linux/devices/0/uid", "-1" }, "/linux/devices/0/uid: -1 is not " U32_RANGE },
	{ { "/linux/netDevices/e/name", "1" }, "/linux/netDevices/e/name: 1 is not a string" },
	{ { "/linux/netDevices/e", "'x'" }, "/linux/netDevices/e: \"x\" is not an object" },
	{ { "/linux/cgroupsPath", "1" }, "/linux/cgroupsPath: 1 is not a string" },
	{ { "/linux/rootfsPropagation", "'public'" },
		"/linux/rootfsPropagation: \"public\" is not one of shared, rshared, slave, "
		"rslave, private, rprivate, unbindable, runbindable" },
	{ { "/linux/maskedPaths", "'/proc'" }, "/linux/maskedPaths: \"/proc\" is not a list" },
	{ { "/linux/readonlyPaths", "[1]" }, "/linux/readonlyPaths/0: 1 is not a string" },
	{ { "/linux/mountLabel", "true" }, "/linux/mountLabel: true is not a string" },
	{ { "/linux/sysctl/net.ipv4.ip_forward", "1" },
		"/linux/sysctl/net.ipv4.ip_forward: 1 is not a string" },
	{ { "/linux/personality/domain", "'BSD'" },
		"/linux/personality/domain: \"BSD\" is not one of LINUX, LINUX32" },
	{ { "/linux/personality", "{}" }, "/linux/personality/domain: a string is required" },
	{ { "/linux/memoryPolicy", "{}" }, "/linux/memoryPolicy/mode: a string is required" },
	{ { "/linux/memoryPolicy/flags", "['X']" },
		"/linux/memoryPolicy/flags/0: \"X\" is not one of MPOL_F_NUMA_BALANCING, "
		"MPOL_F_RELATIVE_NODES, MPOL_F_STATIC_NODES" },
	{ { "/linux/intelRdt/closID", "1" }, "/linux/intelRdt/closID: 1 is not a string" },
	{ { "/linux/intelRdt/schemata", "'L3'" },
		"/linux/intelRdt/schemata: \"L3\" is not a list" },
	{ { "/linux/seccomp", "{}" }, "/linux/seccomp/defaultAction: a string is required" },
	{ { "/linux/seccomp/defaultAction", "'ALLOW'" },
		"/linux/seccomp/defaultAction: \"ALLOW\" is not one of SCMP_ACT_KILL, "
		"SCMP_ACT_KILL_PROCESS, SCMP_ACT_KILL_THREAD, SCMP_ACT_TRAP, SCMP_ACT_ERRNO, "
		"SCMP_ACT_TRACE, SCMP_ACT_ALLOW, SCMP_ACT_LOG, SCMP_ACT_NOTIFY" },
	{ { "/linux/seccomp/flags", "['LOG']" },
		"/linux/seccomp/flags/0: \"LOG\" is not one of SECCOMP_FILTER_FLAG_TSYNC, "
		"SECCOMP_FILTER_FLAG_LOG, SECCOMP_FILTER_FLAG_SPEC_ALLOW, "
		"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV" },
	{ { "/linux/seccomp/syscalls/0/names", NULL },
		"/linux/seccomp/syscalls/0/names: a list is required" },
	{ { "/linux/seccomp/syscalls/0/names", "'read'" },
		"/linux/seccomp/syscalls/0/names: \"read\" is not a list" },
	{ { "/linux/seccomp/syscalls/0/action", NULL },
		"/linux/seccomp/syscalls/0/action: a string is required" },
	{ { "/linux/seccomp/syscalls/0/args/0/index", "6" },
		"/linux/seccomp/syscalls/0/args/0/index: 6 is not a number from 0 to 5" },
	{ { "/linux/seccomp/syscalls/0/args/0/value", "-1" },
		"/linux/seccomp/syscalls/0/args/0/value: -1 is not " U64_RANGE },
	{ { "/linux/seccomp/syscalls/0/args/0/op", NULL },
		"/linux/seccomp/syscalls/0/args/0/op: a string is required" },
	{ { "/linux/seccomp/defaultErrnoRet", "-1" },
		"/linux/seccomp/defaultErrnoRet: -1 is not " U32_RANGE },
	{ { "/linux/resources", "7" }, "/linux/resources: 7 is not an object" },
	{ { "/linux/resources/devices/0/allow", NULL },
		"/linux/resources/devices/0/allow: true or false is required" },
	{ { "/linux/resources/devices/0/type", "'p'" },
		"/linux/resources/devices/0/type: \"p\" is not one of a, c, b" },
	{ { "/linux/resources/devices/0/access", "'rwx'" },
		"/linux/resources/devices/0/access: \"rwx\" is not made of r, w and m" },
	{ { "/linux/resources/devices/0/major", "-2" },
		"/linux/resources/devices/0/major: -2 is not a number from -1 to 4294967295" },
	{ { "/linux/resources/memory/limit", "9223372036854775808" },
		"/linux/resources/memory/limit: 9223372036854775808 is not " I64_RANGE },
	{ { "/linux/resources/memory/limit", "'64m'" },
		"/linux/resources/memory/limit: \"64m\" is not a number" },
	{ { "/linux/resources/memory/disableOOMKiller", "1" },
		"/linux/resources/memory/disableOOMKiller: 1 is not true or false" },
	{ { "/linux/resources/cpu/shares", "-1" },
		"/linux/resources/cpu/shares: -1 is not " U64_RANGE },
	{ { "/linux/resources/cpu/cpus", "0" }, "/linux/resources/cpu/cpus: 0 is not a string" },
	{ { "/linux/resources/pids/limit", "1.0" },
		"/linux/resources/pids/limit: 1.0 is not a whole number" },
	{ { "/linux/resources/blockIO/weight", "65536" },
		"/linux/resources/blockIO/weight: 65536 is not a number from 0 to 65535" },
	{ { "/linux/resources/blockIO/weightDevice/0/minor", NULL },
		"/linux/resources/blockIO/weightDevice/0/minor: a number is required" },
	{ { "/linux/resources/blockIO/throttleReadBpsDevice/0/rate", NULL },
		"/linux/resources/blockIO/throttleReadBpsDevice/0/rate: a number is required" },
	{ { "/linux/resources/hugepageLimits/0/limit", NULL },
		"/linux/resources/hugepageLimits/0/limit: a number is required" },
	{ { "/linux/resources/network/classID", "-1" },
		"/linux/resources/network/classID: -1 is not " U32_RANGE },
	{ { "/linux/resources/network/priorities/0/name", NULL },
		"/linux/resources/network/priorities/0/name: a string is required" },
	{ { "/linux/resources/rdma/mlx", "{'hcaHandles':4294967296}" },
		"/linux/resources/rdma/mlx/hcaHandles: 4294967296 is not " U32_RANGE },
	{ { "/linux/resources/unified/memory.max", "1" },
		"/linux/resources/unified/memory.max: 1 is not a string" },
};

static void wrong_types_and_ranges_are_refused_with_their_pointer(void **state)
{
	for (size_t i = 0; i < COUNT_OF(type_cases); i++) {
		AUTO_ARENA arena = ARENA_INIT;
		struct change changes[] = {
			/* complete, so that only the case's own value is wrong */
			{ "/process/rlimits/0", "{'type':'RLIMIT_NOFILE','soft':1,'hard':1}" },
			type_cases[i].change,
		};
		const char *text = document_changed(&arena, base, changes, COUNT_OF(changes));
		struct oci_config *config = NULL;
		struct err err = ERR_INIT;

		if (oci_config_read(&arena, text, strlen(text), &config, &err) == 0)
			fail_msg("accepted: %s", type_cases[i].expected);
		assert_string_equal(err.text, type_cases[i].expected);
		assert_int_equal(err.code, EINVAL);
		assert_int_equal(strncmp(err.text, err.config, strlen(err.config)), 0);
		assert_true(err.text[strlen(err.config)] == ':');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_specifications_good_examples_are_read),
		cmocka_unit_test(the_specifications_bad_examples_are_refused),
		cmocka_unit_test(sections_of_other_platforms_are_ignored),
		cmocka_unit_test(the_process_of_the_specifications_example_is_read),
		cmocka_unit_test(the_rest_of_the_specifications_example_is_read),
		cmocka_unit_test(the_resources_of_the_specifications_example_are_read),
		cmocka_unit_test(every_other_member_is_read),
		cmocka_unit_test(seccomp_is_read),
		cmocka_unit_test(seccomp_flags_that_are_empty_differ_from_none),
		cmocka_unit_test(an_unlimited_rlimit_survives),
		cmocka_unit_test(unknown_capabilities_are_warnings_and_named_once),
		cmocka_unit_test(empty_strings_count_as_absent),
		cmocka_unit_test(the_files_type_is_cut_off_a_devices_mode),
		cmocka_unit_test(namespaces_are_found_by_type),
		cmocka_unit_test(a_bind_mount_is_known_by_its_options_or_its_type),
		cmocka_unit_test(a_process_file_is_read_alone),
		cmocka_unit_test(a_resources_file_is_read_alone),
		cmocka_unit_test(wrong_types_and_ranges_are_refused_with_their_pointer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
