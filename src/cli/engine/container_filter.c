/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/engine/container_filter.h"

#include <errno.h>
#include <string.h>

#include "base/parse.h"
#include "base/text.h"
#include "oci/digest.h"

static struct option_list *list_of(struct container_filter *filter, const char *key, size_t length)
{
	const struct {
		const char *key;
		struct option_list *list;
	} keys[] = {
		{ "id", &filter->ids },
		{ "name", &filter->names },
		{ "label", &filter->labels },
		{ "status", &filter->statuses },
		{ "exited", &filter->exits },
		{ "ancestor", &filter->ancestors },
		{ "network", &filter->networks },
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strlen(keys[i].key) == length && strncmp(keys[i].key, key, length) == 0)
			return keys[i].list;
	return NULL;
}

int container_filter_read(struct arena *arena, const struct option_list *filters,
	struct container_filter *ret, struct err *err)
{
	*ret = (struct container_filter){ 0 };
	for (size_t i = 0; i < filters->n_items; i++) {
		const char *item = filters->items[i], *equals = strchr(item, '=');
		struct option_list *list = equals ? list_of(ret, item, (size_t)(equals - item))
						  : NULL;

		if (!list) {
			err_fail(err, EINVAL, "--filter %s: no such filter", item);
			return err_hint(err, "id, name, label, status, exited, ancestor, network");
		}
		ARENA_APPEND(arena, list->items, list->n_items) = equals + 1;
	}
	return 0;
}

typedef bool takes_fn(const char *wanted, const struct engine_container *container,
	const struct engine_state *state);

static bool takes_id(const char *wanted, const struct engine_container *container,
	const struct engine_state *state)
{
	(void)state;
	return text_has_prefix(container->id, wanted);
}

static bool takes_name(const char *wanted, const struct engine_container *container,
	const struct engine_state *state)
{
	(void)state;
	wanted += wanted[0] == '/';
	return container->settings.name && strstr(container->settings.name, wanted);
}

static bool takes_label(const char *wanted, const struct engine_container *container,
	const struct engine_state *state)
{
	const size_t length = strcspn(wanted, "=");

	(void)state;
	for (size_t i = 0; i < container->settings.n_labels; i++) {
		const struct oci_key_value *label = &container->settings.labels[i];

		if (strlen(label->key) == length && strncmp(label->key, wanted, length) == 0 &&
			(wanted[length] == '\0' || strcmp(label->value, wanted + length + 1) == 0))
			return true;
	}
	return false;
}

static bool takes_status(const char *wanted, const struct engine_container *container,
	const struct engine_state *state)
{
	(void)container;
	return strcmp(wanted, engine_status_name(state->status)) == 0;
}

static bool takes_exit(const char *wanted, const struct engine_container *container,
	const struct engine_state *state)
{
	int64_t number;

	(void)container;
	return state->status == ENGINE_STATUS_EXITED && parse_i64(wanted, &number) == 0 &&
	       number == state->exit_code;
}

static bool takes_ancestor(const char *wanted, const struct engine_container *container,
	const struct engine_state *state)
{
	const struct container_settings *settings = &container->settings;

	(void)state;
	return text_equal(wanted, settings->image_name) ||
	       (settings->image_id &&
		       (text_has_prefix(settings->image_id, wanted) ||
			       text_has_prefix(oci_digest_hex(settings->image_id), wanted)));
}

static bool takes_network(const char *wanted, const struct engine_container *container,
	const struct engine_state *state)
{
	(void)state;
	return text_equal(wanted, container->settings.network_mode);
}

bool container_filter_takes(struct arena *arena, const struct container_filter *filter,
	const struct engine_container *container, const struct engine_state *state)
{
	const struct {
		const struct option_list *list;
		takes_fn *takes;
	} checks[] = {
		{ &filter->ids, takes_id },
		{ &filter->names, takes_name },
		{ &filter->labels, takes_label },
		{ &filter->statuses, takes_status },
		{ &filter->exits, takes_exit },
		{ &filter->ancestors, takes_ancestor },
		{ &filter->networks, takes_network },
	};

	(void)arena;
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		const struct option_list *list = checks[i].list;
		bool is_taken = list->n_items == 0;

		for (size_t k = 0; !is_taken && k < list->n_items; k++)
			is_taken = checks[i].takes(list->items[k], container, state);
		if (!is_taken)
			return false;
	}
	return true;
}
