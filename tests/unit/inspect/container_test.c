/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "inspect/container.h"

#define HEX64         "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *cgroup; /* /proc/PID/cgroup */
	const char *text;   /* NULL: nothing known */
} cases[] = {
	{ "0::/system.slice/docker-" HEX64 ".scope\n", "docker:0123456789ab" },
	{ "12:pids:/docker/" HEX64 "\n1:name=systemd:/docker/" HEX64 "\n", "docker:0123456789ab" },
	{ "0::/machine.slice/libpod-" HEX64 ".scope/container\n", "podman:0123456789ab" },
	{ "0::/libpod_parent/libpod-" HEX64 "\n", "podman:0123456789ab" },
	{ "0::/machine.slice/libpod-conmon-" HEX64 ".scope\n",
		"unit:libpod-conmon-" HEX64 ".scope" },
	{ "0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-" HEX64 ".scope\n",
		"containerd:0123456789ab" },
	{ "0::/kubepods/besteffort/pod12-34/" HEX64 "\n", "kubernetes:0123456789ab" },
	{ "0::/kubepods.slice/crio-" HEX64 ".scope\n", "crio:0123456789ab" },
	{ "0::/default/web\n", "containerd:web" },
	{ "0::/lxc.payload.web\n", "lxc:web" },
	{ "5:cpu:/lxc/web\n", "lxc:web" },
	{ "0::/machine.slice/systemd-nspawn@web.service/payload\n", "nspawn:web" },
	{ "0::/machine.slice/machine-web.scope\n", "machine:web" },
	{ "0::/hull/web\n", "hull:web" },
	{ "0::/system.slice/ssh.service\n", "unit:ssh.service" },
	{ "0::/user.slice/user-0.slice/session-3.scope\n", "unit:session-3.scope" },
	/* the innermost container, and a container before a unit in it */
	{ "0::/docker/" HEX64 "/docker/f" HEX64 "\n", "docker:0123456789ab" },
	{ "0::/lxc/outer/docker/" HEX64 "\n", "docker:0123456789ab" },
	{ "0::/docker/" HEX64 "/system.slice/ssh.service\n", "docker:0123456789ab" },
	/* v1 and v2 side by side: any line may know it */
	{ "3:cpu:/\n2:name=systemd:/docker/" HEX64 "\n0::/\n", "docker:0123456789ab" },
	{ "0::/\n", NULL },
	{ "0::/docker\n", NULL },
	{ "0::/docker/buildx\n", NULL },
	{ "0::/docker-short.scope.d\n", NULL },
	{ "0::/../lxc\n", NULL },
	{ "", NULL },
	{ "nonsense", NULL },
	{ "0::", NULL },
};

static void engines_are_told_by_the_names_of_their_groups(void **state)
{
	for (size_t i = 0; i < LENGTH(cases); i++) {
		AUTO_ARENA arena = ARENA_INIT;
		struct container_name name = container_of_cgroup(&arena, cases[i].cgroup);
		const char *text = container_text(&arena, &name);

		if (!cases[i].text)
			assert_null(text);
		else
			assert_string_equal(text, cases[i].text);
	}
}

static void the_whole_id_is_kept(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct container_name name = container_of_cgroup(&arena, "0::/docker/" HEX64 "\n");

	assert_string_equal(name.id, HEX64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(engines_are_told_by_the_names_of_their_groups),
		cmocka_unit_test(the_whole_id_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
