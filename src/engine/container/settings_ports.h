/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings_ports: the two members of a container's settings that are about ports, in Docker's form:
 * ExposedPorts {"80/tcp": {}}, PortBindings {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}.
 *
 * Layer 3, roles caller and command. For settings_read.c and settings_write.c.
 */
#pragma once

#include "base/json.h"
#include "base/json_write.h"
#include "engine/container/settings.h"

json_callback settings_read_exposed_ports, settings_read_port_bindings;

void settings_write_exposed_ports(
	struct json_writer *writer, const struct container_settings *settings);
void settings_write_port_bindings(
	struct json_writer *writer, const struct container_settings *settings);
