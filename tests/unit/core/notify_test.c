/* SPDX-License-Identifier: Apache-2.0 */
#include "core/notify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void assert_permitted(const char *said, size_t length, const char *expected)
{
	AUTO_ARENA arena = ARENA_INIT;

	assert_string_equal(notify_permitted(&arena, said, length), expected);
}

static void how_a_service_is_may_be_said(void **state)
{
	static const char said[] = "READY=1\nSTATUS=x = y\nRELOADING=1\nMONOTONIC_USEC=5\nERRNO=2\n"
				   "WATCHDOG=1\nEXTEND_TIMEOUT_USEC=9\n";

	assert_permitted(said, strlen(said), said);
	assert_permitted("READY=1", 7, "READY=1\n");
}

static void what_steers_the_manager_may_not(void **state)
{
	static const char *const said[] = { "MAINPID=1", "MAINPIDFDID=1", "FDSTORE=1",
		"FDSTOREREMOVE=1", "FDNAME=a", "NOTIFYACCESS=all", "BARRIER=1", "CPU=1",
		"READY=", "ready=1", " READY=1", "READY", "", "\n\n\n" };

	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++)
		assert_permitted(said[i], strlen(said[i]), "");
}

static void only_the_line_goes_that_may_not(void **state)
{
	static const char said[] = "MAINPID=1\nREADY=1\n\nFDSTORE=1\nSTATUS=\xff";

	assert_permitted(said, strlen(said), "READY=1\nSTATUS=\xff\n");
}

static void what_steers_a_terminal_does_not_go(void **state)
{
	static const char said[] = "STATUS=\033[2J\a\tx\xc2\x9bJ\nREADY=1\r\nMAINPID\r=1";

	assert_permitted(said, strlen(said), "STATUS=?[2J?\tx??J\nREADY=1?\n");
}

static void a_text_with_nul_says_nothing(void **state)
{
	assert_permitted("READY=1\0\nMAINPID=1", 18, "");
}

static void nothing_behind_the_end_is_read(void **state)
{
	assert_permitted("READY=1\nSTATUS=secret", 8, "READY=1\n");
	assert_permitted("READY=12", 7, "READY=1\n");
}

/* The manager's socket is the container's: whatever is handed on has to be handed on again. */
static void talk_without_end_is_not_listened_to_without_end(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct notify notify = NOTIFY_INIT;
	bool is_ready = false;
	char name[32], text[16];
	socklen_t size;

	snprintf(name, sizeof(name), "@hull-notify-test-%d", (int)getpid());
	memcpy(address.sun_path + 1, name + 1, strlen(name + 1));
	size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
	notify.host_socket = name;
	notify.socket_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(notify.socket_fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(
		sendto(notify.socket_fd, "STATUS=x", 8, 0, (struct sockaddr *)&address, size), 8);
	alarm(20); /* it would not end */
	notify_take_rest(&notify, &is_ready);
	alarm(0);
	assert_false(is_ready);
	assert_int_equal(recv(notify.socket_fd, text, sizeof(text), MSG_DONTWAIT), 9);
	close(notify.socket_fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(how_a_service_is_may_be_said),
		cmocka_unit_test(what_steers_the_manager_may_not),
		cmocka_unit_test(only_the_line_goes_that_may_not),
		cmocka_unit_test(what_steers_a_terminal_does_not_go),
		cmocka_unit_test(a_text_with_nul_says_nothing),
		cmocka_unit_test(nothing_behind_the_end_is_read),
		cmocka_unit_test(talk_without_end_is_not_listened_to_without_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
