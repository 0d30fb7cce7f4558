/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/netlink.h"

#include <errno.h>
#include <limits.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "base/text.h"

/* ---- writing ---- */

void netlink_request_init_in(struct netlink_request *request, void *bytes, size_t size)
{
	request->used = request->message = 0;
	request->n_messages = 0;
	request->is_too_long = false;
	request->bytes = bytes;
	request->capacity = size;
}

void netlink_request_init(struct netlink_request *request)
{
	netlink_request_init_in(request, request->own, sizeof(request->own));
}

/* Room for size bytes and the zeros that align what follows; NULL: there is none left. */
static unsigned char *reserve(struct netlink_request *request, size_t size)
{
	unsigned char *at = request->bytes + request->used;

	if (request->is_too_long || size > UINT16_MAX ||
		NLMSG_ALIGN(size) > request->capacity - request->used) {
		request->is_too_long = true;
		return NULL;
	}
	memset(at, 0, NLMSG_ALIGN(size));
	request->used += NLMSG_ALIGN(size);
	return at;
}

static void set_message_length(struct netlink_request *request)
{
	uint32_t length = (uint32_t)(request->used - request->message);

	memcpy(request->bytes + request->message + offsetof(struct nlmsghdr, nlmsg_len), &length,
		sizeof(length));
}

void netlink_begin(struct netlink_request *request, uint16_t type, uint16_t flags,
	const void *header, size_t size)
{
	const struct nlmsghdr head = {
		.nlmsg_type = type,
		.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags),
	};
	size_t begin = request->used;
	unsigned char *at = reserve(request, NLMSG_HDRLEN + size);

	if (!at)
		return;
	memcpy(at, &head, sizeof(head));
	memcpy(at + NLMSG_HDRLEN, header, size);
	request->message = begin;
	request->n_messages++;
	set_message_length(request);
}

void netlink_put(struct netlink_request *request, uint16_t type, const void *data, size_t size)
{
	struct nlattr head = { .nla_type = type };
	unsigned char *at;

	if (size > UINT16_MAX - NLA_HDRLEN) {
		request->is_too_long = true;
		return;
	}
	head.nla_len = (uint16_t)(NLA_HDRLEN + size);
	at = reserve(request, head.nla_len);
	if (!at)
		return;
	memcpy(at, &head, sizeof(head));
	if (size)
		memcpy(at + NLA_HDRLEN, data, size);
	set_message_length(request);
}

void netlink_put_header(struct netlink_request *request, const void *header, size_t size)
{
	unsigned char *at = reserve(request, size);

	if (!at)
		return;
	memcpy(at, header, size);
	set_message_length(request);
}

void netlink_put_u32(struct netlink_request *request, uint16_t type, uint32_t value)
{
	netlink_put(request, type, &value, sizeof(value));
}

void netlink_put_string(struct netlink_request *request, uint16_t type, const char *string)
{
	netlink_put(request, type, string, strlen(string) + 1);
}

size_t netlink_nest(struct netlink_request *request, uint16_t type)
{
	size_t nest = request->used;

	netlink_put(request, type | NLA_F_NESTED, NULL, 0);
	return nest;
}

void netlink_nest_end(struct netlink_request *request, size_t nest)
{
	uint16_t length;

	if (request->used - nest > UINT16_MAX)
		request->is_too_long = true;
	if (request->is_too_long)
		return;
	length = (uint16_t)(request->used - nest);
	memcpy(request->bytes + nest + offsetof(struct nlattr, nla_len), &length, sizeof(length));
}

/* ---- reading ---- */

void netlink_parse(const void *attributes, size_t size, struct netlink_attribute *table, size_t n)
{
	const unsigned char *at = attributes;

	memset(table, 0, n * sizeof(*table));
	while (size >= NLA_HDRLEN) {
		struct nlattr head;
		size_t type, step;

		memcpy(&head, at, sizeof(head));
		if (head.nla_len < NLA_HDRLEN || head.nla_len > size)
			return;
		type = head.nla_type & NLA_TYPE_MASK;
		if (type < n)
			table[type] = (struct netlink_attribute){
				.data = at + NLA_HDRLEN,
				.size = head.nla_len - (size_t)NLA_HDRLEN,
			};
		step = NLA_ALIGN(head.nla_len);
		if (step >= size)
			return;
		at += step;
		size -= step;
	}
}

uint32_t netlink_get_u32(const struct netlink_attribute *attribute)
{
	uint32_t value = 0;

	if (attribute->data && attribute->size >= sizeof(value))
		memcpy(&value, attribute->data, sizeof(value));
	return value;
}

const char *netlink_get_string(const struct netlink_attribute *attribute)
{
	if (!attribute->data || !memchr(attribute->data, '\0', attribute->size))
		return NULL;
	return attribute->data;
}

/* Behind the error code stands the header of our message, and with CAP_ACK nothing more of it; then
 * the attributes. */
static void take_acknowledgement(struct netlink_exchange *exchange, const struct nlmsghdr *head,
	const unsigned char *payload, size_t size)
{
	struct netlink_attribute table[NLMSGERR_ATTR_MSG + 1];
	struct nlmsgerr answer;
	const char *text;

	if (size < sizeof(answer))
		return;
	memcpy(&answer, payload, sizeof(answer));
	exchange->n_answered++;
	if (answer.error >= 0 || exchange->code)
		return;
	exchange->code = -answer.error;
	exchange->failed = head->nlmsg_seq - exchange->first_sequence;
	if (!(head->nlmsg_flags & NLM_F_ACK_TLVS) || !(head->nlmsg_flags & NLM_F_CAPPED))
		return;
	netlink_parse(
		payload + sizeof(answer), size - sizeof(answer), table, NLMSGERR_ATTR_MSG + 1);
	text = netlink_get_string(&table[NLMSGERR_ATTR_MSG]);
	if (text)
		text_copy(exchange->text, sizeof(exchange->text), text);
}

/* The end of a dump; an error code may come with it. */
static void take_end(struct netlink_exchange *exchange, const struct nlmsghdr *head,
	const unsigned char *payload, size_t size)
{
	int32_t code = 0;

	if (size >= sizeof(code))
		memcpy(&code, payload, sizeof(code));
	exchange->n_answered++;
	if (code >= 0 || exchange->code)
		return;
	exchange->code = -code;
	exchange->failed = head->nlmsg_seq - exchange->first_sequence;
}

static int take_message(struct netlink_exchange *exchange, const struct nlmsghdr *head,
	const unsigned char *payload, size_t size, struct err *err)
{
	if (head->nlmsg_seq - exchange->first_sequence >= exchange->n_messages)
		return 0;
	if ((head->nlmsg_flags & NLM_F_DUMP_INTR) && !exchange->code) {
		exchange->code = EINTR;
		exchange->failed = head->nlmsg_seq - exchange->first_sequence;
	}
	switch (head->nlmsg_type) {
	case NLMSG_ERROR:
		take_acknowledgement(exchange, head, payload, size);
		return 0;
	case NLMSG_DONE:
		take_end(exchange, head, payload, size);
		return 0;
	case NLMSG_NOOP:
	case NLMSG_OVERRUN:
		return 0;
	default:
		break;
	}
	if (!exchange->visit)
		return 0;
	return exchange->visit(exchange->context, head->nlmsg_type, payload, size, err);
}

int netlink_take(struct netlink_exchange *exchange, const void *bytes, size_t size, struct err *err)
{
	const unsigned char *at = bytes;

	while (size >= NLMSG_HDRLEN) {
		struct nlmsghdr head;
		size_t step;
		int r;

		memcpy(&head, at, sizeof(head));
		if (head.nlmsg_len < NLMSG_HDRLEN || head.nlmsg_len > size)
			return err_fail(
				err, EBADMSG, "netlink: a message of the kernel is cut off");
		r = take_message(
			exchange, &head, at + NLMSG_HDRLEN, head.nlmsg_len - NLMSG_HDRLEN, err);
		if (r < 0)
			return r;
		step = NLMSG_ALIGN((size_t)head.nlmsg_len);
		if (step >= size)
			return 0;
		at += step;
		size -= step;
	}
	return size ? err_fail(err, EBADMSG, "netlink: a message of the kernel is cut off") : 0;
}

/* ---- the socket ---- */

static int open_protocol(int protocol, struct netlink *ret, struct err *err)
{
	static const int options[] = { NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK };
	const int on = 1;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		return err_sys(err, "socket AF_NETLINK");
	/* an older kernel has fewer words and filters less: nothing that we depend on */
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		setsockopt(fd, SOL_NETLINK, options[i], &on, sizeof(on));
	*ret = (struct netlink){ .fd = fd, .sequence = 1 };
	return 0;
}

int netlink_open(struct netlink *ret, struct err *err)
{
	return open_protocol(NETLINK_ROUTE, ret, err);
}

int netlink_open_netfilter(struct netlink *ret, struct err *err)
{
	return open_protocol(NETLINK_NETFILTER, ret, err);
}

void netlink_close(struct netlink *netlink)
{
	fd_replace(&netlink->fd, -1);
}

static void number_messages(struct netlink *netlink, struct netlink_request *request)
{
	for (size_t at = 0; at < request->used;) {
		uint32_t length, sequence = netlink->sequence++;

		memcpy(&length, request->bytes + at + offsetof(struct nlmsghdr, nlmsg_len),
			sizeof(length));
		memcpy(request->bytes + at + offsetof(struct nlmsghdr, nlmsg_seq), &sequence,
			sizeof(sequence));
		at += NLMSG_ALIGN(length);
	}
}

/* flags: of recvmsg(2); with MSG_DONTWAIT -EAGAIN, without a text, when nothing is there. */
static int receive(
	struct netlink *netlink, struct netlink_exchange *exchange, int flags, struct err *err)
{
	_Alignas(8) unsigned char bytes[32768]; /* the kernel's own limit for a part of a dump */
	struct sockaddr_nl sender = { 0 };
	struct iovec vector = { .iov_base = bytes, .iov_len = sizeof(bytes) };
	struct msghdr message = {
		.msg_name = &sender,
		.msg_namelen = sizeof(sender),
		.msg_iov = &vector,
		.msg_iovlen = 1,
	};
	ssize_t n = recvmsg(netlink->fd, &message, flags);

	if (n < 0 && errno == EINTR)
		return 0;
	if (n < 0 && errno == EAGAIN && (flags & MSG_DONTWAIT))
		return -EAGAIN;
	if (n < 0)
		return err_sys(err, "recvmsg of netlink");
	if (message.msg_flags & MSG_TRUNC)
		return err_fail(err, EBADMSG, "netlink: a message of the kernel is too long");
	if (sender.nl_pid != 0)
		return 0; /* of another process: anybody may send to our port */
	return netlink_take(exchange, bytes, (size_t)n, err);
}

static int failure(const struct netlink_exchange *exchange, struct err *err)
{
	if (exchange->text[0])
		return err_sys_code(err, exchange->code, "netlink: %s", exchange->text);
	return err_sys_code(err, exchange->code, "netlink");
}

static int send_request(struct netlink *netlink, struct netlink_request *request, struct err *err)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	if (request->is_too_long)
		return err_fail(err, EMSGSIZE, "netlink: the request is too long");
	number_messages(netlink, request);
	if (sendto(netlink->fd, request->bytes, request->used, 0, (struct sockaddr *)&kernel,
		    sizeof(kernel)) < 0)
		return err_sys(err, "sendto netlink");
	return 0;
}

static int result(const struct netlink_exchange *exchange, unsigned *ret_failed, struct err *err)
{
	if (!exchange->code)
		return 0;
	if (ret_failed)
		*ret_failed = exchange->failed;
	return failure(exchange, err);
}

int netlink_execute(struct netlink *netlink, struct netlink_request *request, netlink_visit *visit,
	void *context, unsigned *ret_failed, struct err *err)
{
	struct netlink_exchange exchange = {
		.first_sequence = netlink->sequence,
		.n_messages = request->n_messages,
		.visit = visit,
		.context = context,
	};
	int r;

	if (request->n_messages == 0 && !request->is_too_long)
		return 0;
	r = send_request(netlink, request, err);
	while (r == 0 && exchange.n_answered < exchange.n_messages)
		r = receive(netlink, &exchange, 0, err);
	return r < 0 ? r : result(&exchange, ret_failed, err);
}

/* The socket takes what is longer than usual only when it is told to; the second option needs
 * CAP_NET_ADMIN where the socket belongs to, the first has a limit. */
static void make_room(const struct netlink *netlink, size_t size)
{
	int bytes = (int)(size > INT_MAX / 4 ? INT_MAX / 2 : size * 2);

	setsockopt(netlink->fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
	setsockopt(netlink->fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes));
}

int netlink_execute_batch(struct netlink *netlink, struct netlink_request *request,
	unsigned *ret_failed, struct err *err)
{
	enum { USUAL_BYTES = 64 * 1024 };
	struct netlink_exchange exchange = {
		.first_sequence = netlink->sequence,
		.n_messages = request->n_messages,
	};
	int r;

	if (request->used > USUAL_BYTES)
		make_room(netlink, request->used);
	r = send_request(netlink, request, err);
	while (r == 0)
		r = receive(netlink, &exchange, MSG_DONTWAIT, err);
	if (r != -EAGAIN)
		return r;
	if (exchange.n_answered == 0)
		return err_fail(err, EPROTO, "netlink: the kernel did not answer");
	return result(&exchange, ret_failed, err);
}
