/* SPDX-License-Identifier: Apache-2.0 */
/*
 * resolver: a container's resolv.conf.
 *
 * Layer 3, role caller; pure. With the host's network it is the host's. In a network of hull the
 * network's own server is asked, on the gateway's address; --dns names others instead.
 */
#pragma once

#include "engine/container/settings.h"
#include "engine/network/endpoint.h"

/* host: the host's resolv.conf, "" if it has none. */
const char *resolver_text(struct arena *arena, const struct container_settings *settings,
	const struct endpoint_list *endpoints, const char *host);
