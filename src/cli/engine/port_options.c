/* SPDX-License-Identifier: Apache-2.0 */
/* --publish, --publish-all and --expose. */
#include "cli/engine/container_options.h"
#include "engine/firewall/binding.h"

int port_options_read(struct arena *arena, const struct container_options *options,
	struct container_settings *settings, struct err *err)
{
	settings->publish_all_ports = options->publish_all;
	for (size_t i = 0; i < options->publish.n_items; i++) {
		if (binding_read(arena, options->publish.items[i], &settings->ports,
			    &settings->n_ports, err) < 0)
			return err_while(err, "--publish");
	}
	for (size_t i = 0; i < options->expose.n_items; i++) {
		if (binding_read_exposed(arena, options->expose.items[i], &settings->exposed_ports,
			    &settings->n_exposed_ports, err) < 0)
			return err_while(err, "--expose");
	}
	return 0;
}
