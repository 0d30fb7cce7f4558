/* SPDX-License-Identifier: Apache-2.0 */
/*
 * checkpoint_options: the options of checkpoint and restore.
 *
 * Layer 3, role command. Engines ask whether a runtime can do it with "checkpoint --help", which
 * must fail while it cannot, and "restore --lsm-mount-context" without a value, which must be
 * refused as an option that lacks its value.
 */
#pragma once

#include "cli/option.h"

struct checkpoint_options {
	const char *image_path;
	const char *work_path;
	const char *parent_path;
	const char *page_server; /* ADDRESS:PORT */
	const char *manage_cgroups_mode;
	struct option_list empty_ns;
	struct option_number status_fd;
	bool leave_running;
	bool tcp_established;
	bool tcp_skip_in_flight;
	bool link_remap;
	bool ext_unix_sk;
	bool shell_job;
	bool lazy_pages;
	bool file_locks;
	bool pre_dump;
	bool auto_dedup;
};

#define CHECKPOINT_UNAVAILABLE "saving and restoring containers is not supported yet"

/* Rows that both commands have: the struct stands first in the command's own. */
#define CHECKPOINT_COMMON_OPTIONS                                                                  \
	OPTION_STRING(struct checkpoint_options, image_path, "image-path", .argument = "DIR",      \
		.help = "directory of the saved state (default: checkpoint)"),                     \
		OPTION_STRING(struct checkpoint_options, work_path, "work-path",                   \
			.argument = "DIR", .help = "directory of work files and logs"),            \
		OPTION_STRING(struct checkpoint_options, parent_path, "parent-path",               \
			.argument = "DIR", .help = "saved state that this one builds on"),         \
		OPTION_CHOICE(struct checkpoint_options, manage_cgroups_mode,                      \
			"manage-cgroups-mode", .argument = "soft|full|strict|ignore",              \
			.help = "how cgroups are saved and restored (default: soft)"),             \
		OPTION_LIST(struct checkpoint_options, empty_ns, "empty-ns", .argument = "NAME",   \
			.help = "leave the content of a namespace out"),                           \
		OPTION_NUMBER(struct checkpoint_options, status_fd, "status-fd", .argument = "FD", \
			.help = "write a zero byte to FD when pages can be asked for"),            \
		OPTION_FLAG(struct checkpoint_options, tcp_established, "tcp-established",         \
			.help = "with open TCP connections"),                                      \
		OPTION_FLAG(struct checkpoint_options, link_remap, "link-remap",                   \
			.help = "with files that have been unlinked"),                             \
		OPTION_FLAG(struct checkpoint_options, ext_unix_sk, "ext-unix-sk",                 \
			.help = "with Unix sockets of the outside"),                               \
		OPTION_FLAG(struct checkpoint_options, shell_job, "shell-job",                     \
			.help = "with a terminal of the outside"),                                 \
		OPTION_FLAG(struct checkpoint_options, lazy_pages, "lazy-pages",                   \
			.help = "memory on demand"),                                               \
		OPTION_FLAG(struct checkpoint_options, file_locks, "file-locks",                   \
			.help = "with file locks"),                                                \
		OPTION_FLAG(struct checkpoint_options, auto_dedup, "auto-dedup",                   \
			.help = "drop pages that are saved twice")
