/* SPDX-License-Identifier: Apache-2.0 */
/*
 * creation: a container on its way from a bundle to "created"; shared by create, run and plan.
 *
 * Layer 2, role caller. creation_prepare() only reads; creation_build() makes directory, cgroups
 * and process, and on failure undoes all of it; creation_go() lets the process go on.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "core/cgroup/cgroup.h"
#include "core/container.h"
#include "core/launch.h"
#include "core/notify.h"
#include "core/record.h"
#include "core/systemd/systemd.h"

struct creation {
	const struct container_request *request;
	struct arena arena;
	const char *config_text;
	size_t config_size;
	struct oci_config *config;
	struct host_facts facts;
	struct cgroup group;
	struct cgroup_settings cgroup_settings;
	struct launch launch;
	struct record record;
	const char *bundle;  /* absolute */
	bool wait_for_start; /* create: hull-init listens for `start`; run: it goes on by itself */
	bool goes_ahead;     /* run: launch_go_ahead() */
	bool makes_network;  /* the new network namespace is made by a thread of ours */
	bool connects_late;  /* request->connect_network is called while hull-init waits */
	bool is_dry;         /* only the plan is wanted */
	bool offers_console; /* run in the foreground: a terminal comes to this process itself */
	struct net_devices *net_devices; /* that were moved; NULL: none */
	int own_console_fd;              /* our end of the socket for it; -1: no terminal */
	int console_fd;                  /* the other end, until it is in its slot */
	struct rdt_host rdt_host;        /* only read when the configuration asks for a group */
	struct rdt_group *rdt;           /* of resctrl; NULL: none */
	struct rdt_made rdt_made;
	struct systemd_manager systemd; /* with the systemd cgroup manager */
	struct systemd_unit unit;       /* its name is NULL without */
	const char *slice;
	const char *subgroup; /* of the unit, for the container; NULL: none */
	struct notify notify;
	bool notifies;       /* the container has a socket for that */
	bool has_unit;       /* it was started */
	bool has_birthplace; /* cgroup_make_birthplace() was called */
	bool has_group; /* the group was made, or taken over, for this container: what is in it is
			   ours */
	int dir_fd;
	uint64_t begin_ns;
};

#define CREATION_INIT(request_)                    \
	((struct creation){ .request = (request_), \
		.launch = LAUNCH_INIT,             \
		.systemd = SYSTEMD_MANAGER_INIT,   \
		.notify = NOTIFY_INIT,             \
		.own_console_fd = -1,              \
		.console_fd = -1,                  \
		.dir_fd = -1 })

/* Closes and frees; does not undo. */
void creation_done(struct creation *creation);
#define AUTO_CREATION __attribute__((cleanup(creation_done))) struct creation

int creation_prepare(struct creation *creation, struct err *err);

/* Path of the socket that gets the process as a descriptor; NULL: none does. */
const char *creation_pidfd_receiver(const struct creation *creation);

/* What hull-init waits for while it builds the container: a launch_sync. */
int creation_synchronise(struct launch *launch, enum plan_sync point, int fd, struct err *err);

int creation_build(struct creation *creation, struct err *err);
int creation_go(struct creation *creation, struct err *err);

/* run: whether the program was executed, or why not. */
int creation_wait_exec(struct creation *creation, struct err *err);

/* Kills the process and removes cgroups and directory. Keeps err. */
void creation_undo(struct creation *creation);
