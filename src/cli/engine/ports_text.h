/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ports_text: published ports as people see them.
 *
 * Layer 3, role command.
 */
#pragma once

#include "engine/firewall/ports.h"

/* "127.0.0.1:8080->80/tcp, 443/tcp": neighbouring ports are ranges, and what is exposed only is
 * last. all: of every container. */
const char *ports_text(
	struct arena *arena, const struct engine_container *container, const struct port_list *all);

/* Who can reach it: "host", "network" (who reaches that address), "everybody". */
const char *ports_reach(const struct firewall_port *port);
