/* SPDX-License-Identifier: Apache-2.0 */
/*
 * binding: ports as people write them: what `--publish` and `--expose` say.
 *
 * Layer 3, roles caller and command. Pure.
 */
#pragma once

#include "base/arena.h"
#include "engine/container/settings.h"
#include "engine/firewall/firewall.h"

/* "80/tcp" as the container has it. */
struct binding_target {
	enum firewall_protocol protocol;
	uint16_t port; /* 1 … 65535 */
};

/* first = last for one port; 0: any that is free. */
struct binding_range {
	uint16_t first, last;
};

/* "80", "80/udp". EINVAL. */
int binding_read_target(const char *text, struct binding_target *ret);
const char *binding_target_text(struct arena *arena, const struct binding_target *target);

/*
 * "[ADDRESS:][HOST]:PORT[/PROTOCOL]" or "PORT[/PROTOCOL]", appended to *ports: ranges of the same
 * length port by port; a range of the host's for one port stays: the first that is free.
 */
int binding_read(struct arena *arena, const char *text, struct container_port **ports,
	size_t *n_ports, struct err *err);

/* "80", "8000-8010/udp": appended as "8000/udp" … */
int binding_read_exposed(struct arena *arena, const char *text, const char ***targets,
	size_t *n_targets, struct err *err);

/* What a setting says, of files that may hold anything. An address that is not said is 127.0.0.1.
 * EINVAL. */
int binding_resolve(const struct container_port *port, struct ip_prefix *ret_host,
	struct binding_range *ret_range, struct binding_target *ret_target, struct err *err);
