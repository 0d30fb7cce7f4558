/* SPDX-License-Identifier: Apache-2.0 */
/* container prune, image prune and system prune. */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/text.h"
#include "base/utc.h"
#include "base/warn.h"
#include "cli/engine/commands.h"
#include "cli/engine/image_store.h"
#include "cli/engine/making.h"
#include "cli/engine/time_option.h"
#include "cli/human.h"
#include "engine/container/disk_use.h"
#include "engine/container/stop.h"
#include "engine/events/events.h"

struct prune_options {
	bool all, force, volumes;
	struct option_list filters;
};

#define FILTER_OPTION                                                                          \
	OPTION_LIST(struct prune_options, filters, "filter", .argument = "KEY=VALUE",          \
		.help = "only those with until=TIME (made before then), label=KEY[=VALUE] or " \
			"label!=KEY[=VALUE]"),                                                 \
		OPTION_FLAG(                                                                   \
			struct prune_options, force, "force", .letter = 'f', .help = "do not ask")

static const struct option_spec container_option_table[] = { FILTER_OPTION, OPTION_END };

static const struct option_spec image_option_table[] = {
	OPTION_FLAG(struct prune_options, all, "all", .letter = 'a',
		.help = "also images with a name that no container uses"),
	FILTER_OPTION,
	OPTION_END,
};

static const struct option_spec system_option_table[] = {
	OPTION_FLAG(struct prune_options, all, "all", .letter = 'a',
		.help = "also images with a name that no container uses"),
	FILTER_OPTION,
	OPTION_FLAG(struct prune_options, volumes, "volumes", .help = "also volumes"),
	OPTION_END,
};

/* "y" at a terminal, or in a pipe; without an answer nothing is removed. */
static bool is_agreed(struct command_call *call, const char *warning)
{
	const struct prune_options *options = call->options;
	char answer[16] = "";

	if (options->force)
		return true;
	fprintf(call->out,
		"WARNING! This will remove %s.\nAre you sure you want to continue? [y/N] ",
		warning);
	fflush(call->out);
	if (!fgets(answer, sizeof(answer), stdin))
		return false;
	return strncasecmp(answer, "y\n", 2) == 0 || strncasecmp(answer, "yes\n", 4) == 0;
}

/* ---- --filter ---- */

static bool has_label(const struct oci_key_value *labels, size_t n, const char *wanted)
{
	size_t length = strcspn(wanted, "=");

	for (size_t i = 0; i < n; i++)
		if (strlen(labels[i].key) == length &&
			strncmp(labels[i].key, wanted, length) == 0 &&
			(wanted[length] == '\0' ||
				text_equal(labels[i].value, wanted + length + 1)))
			return true;
	return false;
}

static int is_made_before(const char *created, const char *text, struct err *err)
{
	struct timespec until, made;
	int r = time_option_read("filter until", text, &until, err);

	if (r < 0)
		return r;
	return created && utc_parse(created, &made) == 0 && made.tv_sec < until.tv_sec;
}

/* 1: all fit. */
static int fits(const struct option_list *filters, const char *created,
	const struct oci_key_value *labels, size_t n_labels, struct err *err)
{
	for (size_t i = 0; i < filters->n_items; i++) {
		const char *text = filters->items[i];
		const char *until = text_after_prefix(text, "until=");
		const char *with = text_after_prefix(text, "label=");
		const char *without = text_after_prefix(text, "label!=");
		int r = until     ? is_made_before(created, until, err)
			: with    ? has_label(labels, n_labels, with)
			: without ? !has_label(labels, n_labels, without)
				  : err_fail(err, EINVAL,
					    "--filter %s: until=, label= or label!= is expected",
					    text);

		if (r <= 0)
			return r;
	}
	return 1;
}

/* ---- containers ---- */

static bool is_over(const struct engine_state *state)
{
	return state->status == ENGINE_STATUS_EXITED || state->status == ENGINE_STATUS_CREATED ||
	       state->status == ENGINE_STATUS_DEAD;
}

/* One that somebody works on is left alone. */
static int prune_container(struct command_call *call, const struct engine *engine,
	struct engine_container *container, uint64_t *bytes, struct err *err)
{
	const struct prune_options *options = call->options;
	const struct container_settings *settings = &container->settings;
	struct engine_state state;
	uint64_t use;
	int r = fits(
		&options->filters, settings->created, settings->labels, settings->n_labels, err);

	if (r <= 0)
		return r;
	if (flock(container->dir_fd, LOCK_EX | LOCK_NB) < 0)
		return 0;
	r = containers_state(call->arena, engine, container, &state, err);
	flock(container->dir_fd, LOCK_UN);
	if (r < 0 || !is_over(&state))
		return r;
	use = disk_use(container->directory);
	container->settings.auto_remove = true;
	r = engine_clean(call->arena, engine, container, err);
	if (r < 0)
		return r;
	*bytes += use;
	fprintf(call->out, "%s\n", container->id);
	return 0;
}

static int prune_containers(struct command_call *call, uint64_t *bytes, struct err *err)
{
	struct engine_container *containers;
	AUTO_MAKING making = MAKING_INIT;
	size_t n = 0;
	int r = making_open(call, &making, err);

	if (r == 0)
		r = containers_list(call->arena, &making.engine, &containers, &n, err);
	for (size_t i = 0; i < n; i++) {
		if (r == 0)
			r = prune_container(call, &making.engine, &containers[i], bytes, err);
		if (r == -EBUSY) /* started meanwhile */
			r = 0;
		containers_close(&containers[i]);
	}
	return r;
}

static void tell_total(struct command_call *call, uint64_t bytes)
{
	fprintf(call->out, "Total reclaimed space: %s\n", human_size(call->arena, bytes));
}

static int container_prune_run(struct command_call *call, struct err *err)
{
	uint64_t bytes = 0;
	int r;

	if (!is_agreed(call, "all containers that do not run"))
		return 0;
	r = prune_containers(call, &bytes, err);
	tell_total(call, bytes);
	return r;
}

const struct command engine_command_container_prune = {
	.name = "container prune",
	.summary = "remove all containers that do not run",
	.description = "With what they wrote and their logs. Those that are about to be started "
		       "again by their policy stay.",
	.options = container_option_table,
	.options_size = sizeof(struct prune_options),
	.run = container_prune_run,
};

/* ---- images ---- */

static bool is_used(const struct store_pin *pins, size_t n, const struct image *image)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(pins[i].manifest_digest, image->descriptor.digest) == 0)
			return true;
	return false;
}

static int prune_image(struct command_call *call, const struct store *store,
	const struct image *image, struct err *err)
{
	const struct prune_options *options = call->options;
	const struct oci_image_config *config = &image->config;
	int r;

	if (image->n_names > 0 && !options->all)
		return 0;
	r = fits(&options->filters, config->created, config->run.labels, config->run.n_labels, err);
	if (r <= 0)
		return r;
	r = image_forget(call->arena, store, image->descriptor.digest, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < image->n_names; i++)
		fprintf(call->out, "untagged: %s\n",
			image_familiar_name(call->arena, image->names[i]));
	fprintf(call->out, "deleted: %s\n", image->id);
	event_write_image(call->arena, store, "delete", image->id, NULL);
	return 0;
}

static int prune_images(struct command_call *call, uint64_t *bytes, struct err *err)
{
	struct store_pin *pins;
	struct image *images;
	AUTO_STORE store = STORE_INIT;
	size_t n_pins, n = 0;
	int r = image_store_open(call, &store, err);

	if (r == 0)
		r = store_list_pins(call->arena, &store, &pins, &n_pins, err);
	if (r == 0)
		r = image_list(call->arena, &store, &images, &n, err);
	for (size_t i = 0; r == 0 && i < n; i++)
		if (!is_used(pins, n_pins, &images[i]))
			r = prune_image(call, &store, &images[i], err);
	return r < 0 ? r : store_collect(call->arena, &store, bytes, err);
}

static int image_prune_run(struct command_call *call, struct err *err)
{
	const struct prune_options *options = call->options;
	uint64_t bytes = 0;
	int r;

	if (!is_agreed(call, options->all ? "all images that no container uses"
					  : "all images without a name"))
		return 0;
	r = prune_images(call, &bytes, err);
	tell_total(call, bytes);
	return r;
}

const struct command engine_command_image_prune = {
	.name = "image prune",
	.summary = "remove images that nothing uses",
	.description = "Those without a name; with --all also those with names. An image that a "
		       "container uses stays.",
	.options = image_option_table,
	.options_size = sizeof(struct prune_options),
	.run = image_prune_run,
};

/* ---- all ---- */

/* Another command of this program, if it is there, with --force. */
static int run_other(struct command_call *call, const char *name, struct err *err)
{
	const struct command *command = command_find(call->program, name);
	struct command_call other = *call;
	char force[] = "--force", *argv[] = { force, NULL };
	bool is_done = false;
	int r;

	if (!command)
		return 0;
	r = command_parse(command, &other, 1, argv, &is_done, err);
	return r < 0 ? r : command->run(&other, err);
}

static const char *system_warning(struct arena *arena, const struct prune_options *options)
{
	return arena_printf(arena,
		"all containers that do not run, all networks that no container is in, %s%s",
		options->all ? "all images that no container uses" : "all images without a name",
		options->volumes ? ", all volumes that no container uses" : "");
}

static int system_prune_run(struct command_call *call, struct err *err)
{
	const struct prune_options *options = call->options;
	uint64_t of_containers = 0, of_images = 0;
	int r;

	if (!is_agreed(call, system_warning(call->arena, options)))
		return 0;
	r = prune_containers(call, &of_containers, err);
	if (r == 0 && options->filters.n_items == 0)
		r = run_other(call, "network prune", err);
	if (r == 0 && options->volumes && options->filters.n_items == 0)
		r = run_other(call, "volume prune", err);
	if (r == 0)
		r = prune_images(call, &of_images, err);
	tell_total(call, of_containers + of_images);
	return r;
}

const struct command engine_command_system_prune = {
	.name = "system prune",
	.summary = "remove everything that nothing uses",
	.description = "Containers that do not run, networks without containers, images without a "
		       "name (with --all: that no container uses), with --volumes also volumes. "
		       "With --filter only containers and images.",
	.options = system_option_table,
	.options_size = sizeof(struct prune_options),
	.run = system_prune_run,
};
