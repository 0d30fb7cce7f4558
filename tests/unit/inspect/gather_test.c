/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "inspect/audit/gather.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static void a_status_says_what_a_process_may_do(void **state)
{
	struct audit_process process = { 0 };

	gather_parse_status("Name:\tCapEff:\n"
			    "Uid:\t1000\t1001\t1002\t1003\n"
			    "CapInh:\t0000000000000001\n"
			    "CapPrm:\t00000000a80425fb\n"
			    "CapEff:\t000001ffffffffff\n"
			    "CapBnd:\t0000000000000000\n"
			    "CapAmb:\t0000000000000400\n"
			    "NoNewPrivs:\t1\n"
			    "Seccomp:\t2\n"
			    "Seccomp_filters:\t3\n",
		&process);
	assert_int_equal(process.uid, 1001);
	assert_int_equal(process.inheritable, 1);
	assert_int_equal(process.permitted, 0xa80425fb);
	assert_int_equal(process.effective, 0x1ffffffffff);
	assert_int_equal(process.bounding, 0);
	assert_int_equal(process.ambient, 0x400);
	assert_true(process.no_new_privileges);
	assert_int_equal(process.seccomp_mode, 2);
	assert_int_equal(process.n_filters, 3);
}

static void an_older_kernel_does_not_say_how_many_filters(void **state)
{
	struct audit_process process = { 0 };

	gather_parse_status("Seccomp:\t2\n", &process);
	assert_int_equal(process.n_filters, 1);
}

static void an_id_map_has_ranges(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct audit_id_range *ranges = NULL;
	size_t n = 0;

	gather_parse_map(&arena,
		"         0     100000      65536\n     70000       5000          1\nx\n1 2\n",
		&ranges, &n);
	assert_int_equal(n, 2);
	assert_int_equal(ranges[0].outside, 100000);
	assert_int_equal(ranges[0].count, 65536);
	assert_int_equal(ranges[1].inside, 70000);
}

static void sockets_that_listen_are_told_from_others(void **state)
{
	static const char tcp[] =
		"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt\n"
		"   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000\n"
		"   1: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000\n"
		"   2: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000\n"
		"   3: 0100007F:";
	static const char udp6[] = "  sl  local_address                         remote_address\n"
				   " 9: 00000000000000000000000001000000:0035 "
				   "00000000000000000000000000000000:0000 07 0\n"
				   " 9: 00000000000000000000000000000000:0036 "
				   "00000000000000000000000000000000:0000 07 0\n";
	AUTO_ARENA arena = ARENA_INIT;
	struct audit_listener *listeners = NULL;
	size_t n = 0;

	gather_parse_sockets(&arena, "tcp", tcp, &listeners, &n);
	assert_int_equal(n, 2);
	assert_int_equal(listeners[0].port, 8080);
	assert_true(listeners[0].is_loopback);
	assert_string_equal(listeners[1].address, "0.0.0.0");
	assert_int_equal(listeners[1].port, 22);
	assert_false(listeners[1].is_loopback);
	gather_parse_sockets(&arena, "udp6", udp6, &listeners, &n);
	assert_int_equal(n, 4);
	assert_true(listeners[2].is_loopback);
	assert_string_equal(listeners[3].address, "::");
}

static void interfaces_are_named_but_lo(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;

	assert_string_equal(
		gather_parse_interfaces(&arena,
			"Inter-|   Receive  |  Transmit\n face |bytes    packets|bytes\n"
			"    lo: 0 0\n  eth0: 12 1\n  lo1: 0 0\n"),
		"eth0 lo1");
	assert_string_equal(gather_parse_interfaces(&arena, ""), "");
}

static const char host[] = "1 0 254:0 / / rw shared:1 - ext4 /dev/vda rw\n"
			   "2 1 0:5 / /dev rw shared:2 - devtmpfs dev rw\n"
			   "3 1 0:30 / /run rw shared:3 - tmpfs run rw\n"
			   "4 1 0:31 / /proc rw - proc proc rw\n"
			   "5 1 254:0 /srv/data /data rw - ext4 /dev/vda rw\n";

static const char inside[] = "90 80 254:0 /var/lib/c/rootfs / rw - ext4 /dev/vda rw\n"
			     "91 90 0:99 / /proc rw - proc proc rw\n"
			     "92 90 0:30 /docker.sock /run/docker.sock rw - tmpfs run rw\n"
			     "93 90 254:0 / /host rw shared:1 - ext4 /dev/vda rw\n"
			     "94 90 254:0 /srv/data/x /x rw master:1 - ext4 /dev/vda rw\n"
			     "95 90 0:31 / /mnt rw - proc proc rw\n"
			     "96 95 0:98 / /mnt rw - tmpfs none rw\n"
			     "97 93 0:97 / /host/tmp rw - tmpfs none rw\n"
			     "98 93 0:96 / /host rw - tmpfs none rw\n"
			     "99 90 0:95 / /a/b rw - tmpfs none rw\n"
			     "100 90 0:94 / /a rw - tmpfs none rw\n";

static const struct audit_mount *find(const struct audit_mount *mounts, size_t n, uint64_t id)
{
	for (size_t i = 0; i < n; i++)
		if (mounts[i].info.id == id)
			return &mounts[i];
	fail_msg("no mount %d", (int)id);
	return NULL;
}

static void mounts_are_found_on_the_host(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct audit_mount *mounts = NULL, *host_mounts = NULL;
	size_t n = 0, n_host = 0;

	gather_parse_mounts(&arena, inside, &mounts, &n);
	gather_parse_mounts(&arena, host, &host_mounts, &n_host);
	assert_int_equal(n, 11);
	assert_int_equal(n_host, 5);
	gather_relate_mounts(&arena, mounts, n, host_mounts, n_host);
	assert_string_equal(find(mounts, n, 90)->host_path, "/var/lib/c/rootfs");
	assert_null(find(mounts, n, 91)->host_path);
	assert_string_equal(find(mounts, n, 92)->host_path, "/run/docker.sock");
	assert_string_equal(find(mounts, n, 93)->host_path, "/");
	assert_string_equal(find(mounts, n, 94)->host_path, "/data/x");
	assert_string_equal(find(mounts, n, 95)->host_path, "/proc");
	assert_true(find(mounts, n, 93)->is_host_peer);
	assert_false(find(mounts, n, 94)->is_host_peer);
	/* one lies on another, one below another, and in front of one */
	assert_true(find(mounts, n, 95)->is_covered);
	assert_false(find(mounts, n, 96)->is_covered);
	assert_true(find(mounts, n, 97)->is_covered);
	assert_false(find(mounts, n, 98)->is_covered);
	assert_true(find(mounts, n, 93)->is_covered);
	assert_true(find(mounts, n, 99)->is_covered);
	assert_false(find(mounts, n, 100)->is_covered);
	assert_false(find(mounts, n, 92)->is_covered);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_status_says_what_a_process_may_do),
		cmocka_unit_test(an_older_kernel_does_not_say_how_many_filters),
		cmocka_unit_test(an_id_map_has_ranges),
		cmocka_unit_test(sockets_that_listen_are_told_from_others),
		cmocka_unit_test(interfaces_are_named_but_lo),
		cmocka_unit_test(mounts_are_found_on_the_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
