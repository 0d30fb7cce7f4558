/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Role init: a hook that runs in the container's namespaces (createContainer before the root is
 * entered, with the host's files in view; startContainer after, with the container's).
 *
 * The container's state goes to its standard input; the end of its standard error goes into the
 * error when it fails.
 */
#include "sys/hook_process.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "init/init.h"

static const char no_pid[] = "\"pid\":0";

/*
 * The state was formed before this process was there: its number, as the hook's pid namespace sees
 * it, is put in here. No text in front of "pid" can hold a quotation mark.
 */
static int set_pid(const struct plan_bytes *state, char *buffer, size_t size, size_t *ret_length,
	struct err *err)
{
	const char *at = memmem(state->data, state->size, no_pid, sizeof(no_pid) - 1);
	const char *rest;
	size_t head, tail;

	if (!at) {
		memcpy(buffer, state->data, state->size);
		*ret_length = state->size;
		return 0;
	}
	head = (size_t)(at - (const char *)state->data);
	rest = at + sizeof(no_pid) - 1;
	tail = state->size - head - (sizeof(no_pid) - 1);
	memcpy(buffer, state->data, head);
	head += (size_t)snprintf(buffer + head, size - head, "\"pid\":%d", getpid());
	if (head + tail > size)
		return err_fail(err, ENAMETOOLONG, "the state does not fit");
	memcpy(buffer + head, rest, tail);
	*ret_length = head + tail;
	return 0;
}

int step_hook(struct init *init, const struct step *step, struct err *err)
{
	const struct step_hook *hook = &step->hook;
	struct hook_process process = {
		.path = hook->path,
		.args = hook->args,
		.env = hook->env,
		.timeout_sec = hook->timeout_sec,
	};
	size_t size = hook->state.size + 32; /* a number more */
	char *buffer = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int output = init_slot(init, hook->output);
	int errors = init_slot(init, hook->errors);
	int r;

	if (output >= 0)
		process.output_fd = &output;
	if (errors >= 0)
		process.errors_fd = &errors;
	if (buffer == MAP_FAILED)
		return err_sys(err, "mmap the state of %zu bytes", size);
	r = set_pid(&hook->state, buffer, size, &process.input_size, err);
	process.input = buffer;
	if (r == 0)
		r = hook_process_run(&process, err);
	munmap(buffer, size);
	if (r < 0)
		err_while(err, "error running %s hook #%llu", hook->kind,
			(unsigned long long)hook->index);
	return r;
}
