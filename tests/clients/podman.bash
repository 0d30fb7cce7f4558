# SPDX-License-Identifier: Apache-2.0
#
# podman's configuration, for root and for an ordinary user.

# podman_configuration: a hard rlimit cannot be raised without CAP_SYS_RESOURCE, and podman's default asks
# for more than most have
podman_configuration() {
	cat <<-END
		[containers]
		default_ulimits = ["nofile=$(ulimit -Sn):$(ulimit -Hn)", "nproc=32768:32768"]
		[engine]
		cgroup_manager = "cgroupfs"
		events_logger = "file"
		runtime = "under-test"
		[engine.runtimes]
		under-test = ["$RUNTIME"]
	END
}
