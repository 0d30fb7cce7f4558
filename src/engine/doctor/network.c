/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "engine/doctor/doctor.h"
#include "engine/firewall/firewall.h"
#include "engine/firewall/foreign.h"
#include "engine/firewall/gate.h"
#include "engine/network/network.h"
#include "sys/capability.h"
#include "sys/net_link.h"

/* What a container with a published port takes of the kernel, once. */
static int try_network(struct arena *arena, struct err *err)
{
	const struct firewall_network network = { .bridge = "hull0", .is_isolated = true };
	struct netlink_request request;
	AUTO_NETLINK netlink = NETLINK_INIT;
	int r = netlink_open(&netlink, err);

	netlink_request_init(&request);
	net_link_put_bridge(&request, "hull0", &(struct net_link_traits){ .mtu = 0 });
	if (r == 0)
		r = netlink_execute(&netlink, &request, NULL, NULL, NULL, err);
	if (r < 0)
		return err_while(err, "a bridge");
	return firewall_fill(arena, &network, 1, NULL, 0, err);
}

/* In a namespace that is gone with the process. */
static _Noreturn void try_apart(struct arena *arena, int result_fd)
{
	struct err failure = ERR_INIT, ignored = ERR_INIT;

	if (unshare(CLONE_NEWNET) < 0)
		err_sys(&failure, "unshare of the network namespace");
	else
		try_network(arena, &failure);
	fd_write_all(result_fd, &failure, sizeof(failure), &ignored);
	_exit(0);
}

static void examine_kernel(struct arena *arena, struct doctor_report *report)
{
	struct err failure = ERR_INIT, ignored = ERR_INIT;
	int ends[2];
	pid_t pid;

	if (pipe(ends) < 0)
		return;
	AUTO_FD int from = ends[0];
	AUTO_FD int to = ends[1];
	pid = fork();
	if (pid == 0)
		try_apart(arena, to);
	fd_replace(&to, -1);
	if (pid < 0 || fd_read_up_to(from, &failure, sizeof(failure), &ignored) !=
			       (ssize_t)sizeof(failure))
		err_fail(&failure, ECHILD, "it could not be tried");
	if (pid > 0)
		waitpid(pid, NULL, 0);
	if (failure.code == 0)
		doctor_add(arena, report, DOCTOR_VERDICT_OK, "network",
			"bridges, and all of nf_tables that hull needs", NULL);
	else
		doctor_add(arena, report, DOCTOR_VERDICT_PROBLEM, "network",
			arena_strdup(arena, failure.text),
			"modprobe bridge veth nf_tables nft_chain_nat nft_masq nft_nat "
			"nft_fib_inet");
}

static void examine_names(struct arena *arena, struct doctor_report *report)
{
	if (access("/usr/sbin/dnsmasq", X_OK) == 0)
		doctor_add(arena, report, DOCTOR_VERDICT_OK, "names", "dnsmasq is there", NULL);
	else
		doctor_add(arena, report, DOCTOR_VERDICT_NOTE, "names",
			"no /usr/sbin/dnsmasq: containers do not find each other by name",
			"apt install dnsmasq-base");
}

static void examine_forwarding(struct arena *arena, struct doctor_report *report)
{
	if (forwarding_is_on("ipv4"))
		doctor_add(arena, report, DOCTOR_VERDICT_OK, "forwarding",
			"net.ipv4.ip_forward is 1", NULL);
	else
		doctor_add(arena, report, DOCTOR_VERDICT_NOTE, "forwarding",
			"net.ipv4.ip_forward is 0: hull sets it when a network needs it", NULL);
}

static void examine_table(
	struct arena *arena, const struct network *network, struct doctor_report *report)
{
	const struct firewall_network bridge = { .bridge = network->interface };
	struct err failure = ERR_INIT;
	bool is_there = false;

	if (firewall_has_network(&bridge, &is_there, &failure) < 0)
		doctor_add(arena, report, DOCTOR_VERDICT_PROBLEM, "firewall",
			arena_strdup(arena, failure.text), NULL);
	else if (!is_there)
		doctor_add(arena, report, DOCTOR_VERDICT_PROBLEM, "firewall",
			arena_printf(arena, "network %s is not in the nftables table hull",
				network->name),
			"hull network reload");
}

static void examine_foreign(struct arena *arena, const struct network *network,
	const struct foreign_list *list, struct doctor_report *report)
{
	for (size_t i = 0; i < list->n_chains; i++) {
		const struct foreign_chain *chain = &list->chains[i];

		if (foreign_is_allowed(arena, chain, network->interface))
			continue;
		doctor_add(arena, report, DOCTOR_VERDICT_PROBLEM, "firewall",
			arena_printf(arena,
				"%s (table %s %s, chain %s) drops what network %s sends out",
				foreign_kind_name(chain->kind), chain->family, chain->table,
				chain->chain, network->name),
			foreign_command(arena, chain, network->interface));
	}
}

static void examine_firewall(
	struct arena *arena, const struct engine *engine, struct doctor_report *report)
{
	size_t n_before = report->n_findings, n = 0;
	struct foreign_list list = { 0 };
	struct err failure = ERR_INIT;
	struct network *networks;
	int r = foreign_list(arena, &list, &failure);

	if (r == 0)
		r = networks_list(arena, engine->store, &networks, &n, &failure);
	if (r < 0) {
		doctor_add(arena, report, DOCTOR_VERDICT_PROBLEM, "firewall",
			arena_strdup(arena, failure.text), NULL);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if (networks[i].driver != NETWORK_DRIVER_BRIDGE)
			continue;
		examine_table(arena, &networks[i], report);
		examine_foreign(arena, &networks[i], &list, report);
	}
	if (foreign_has_legacy(arena))
		doctor_add(arena, report, DOCTOR_VERDICT_NOTE, "firewall",
			"rules of iptables' older kind are in use, too; hull does not see them",
			"iptables-legacy -S FORWARD");
	if (report->n_findings == n_before)
		doctor_add(arena, report, DOCTOR_VERDICT_OK, "firewall",
			arena_printf(arena, "%zu networks, %zu other firewalls that drop", n,
				list.n_chains),
			NULL);
}

void doctor_examine_network(
	struct arena *arena, const struct engine *engine, struct doctor_report *report)
{
	if (!capability_is_effective(CAPABILITY_NET_ADMIN) ||
		!capability_is_effective(CAPABILITY_SYS_ADMIN)) {
		doctor_add(arena, report, DOCTOR_VERDICT_NOTE, "network",
			"networks of the host's are for root", NULL);
		return;
	}
	examine_kernel(arena, report);
	examine_names(arena, report);
	examine_forwarding(arena, report);
	examine_firewall(arena, engine, report);
}
