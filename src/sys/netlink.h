/* SPDX-License-Identifier: Apache-2.0 */
/*
 * netlink: messages to the kernel's network, several in one system call.
 *
 * Layer sys, role caller. Source: netlink(7), rtnetlink(7), the kernel's
 * Documentation/userspace-api/netlink/intro.rst; extended acknowledgements are of 4.12.
 *
 * A request is written message by message: netlink_begin(), then its attributes; nothing is sent
 * before netlink_execute(). Writing cannot fail: what does not fit is remembered and refused when
 * the request is executed. The kernel carries out every message of a request, also those behind one
 * that failed; the first failure is the one that is told, with the kernel's own words if it has
 * any.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { NETLINK_REQUEST_BYTES = 8192 };

struct netlink_request {
	size_t used;
	size_t message; /* where the one that is being written begins */
	unsigned n_messages;
	bool is_too_long;
	size_t capacity;
	unsigned char *bytes; /* own, or the caller's: not to be copied */
	_Alignas(8) unsigned char own[NETLINK_REQUEST_BYTES];
};

/* Without clearing the bytes: they are written before they are sent. */
void netlink_request_init(struct netlink_request *request);

/* The same with memory of the caller's, aligned to 8, for what may become longer. */
void netlink_request_init_in(struct netlink_request *request, void *bytes, size_t size);

/* type: RTM_…; flags: NLM_F_… beside REQUEST and ACK; header: struct ifinfomsg, ifaddrmsg … */
void netlink_begin(struct netlink_request *request, uint16_t type, uint16_t flags,
	const void *header, size_t size);

void netlink_put(struct netlink_request *request, uint16_t type, const void *data, size_t size);
void netlink_put_u32(struct netlink_request *request, uint16_t type, uint32_t value);
void netlink_put_string(struct netlink_request *request, uint16_t type, const char *string);

/* Attributes until netlink_nest_end() are inside of this one; the result is for that call. */
size_t netlink_nest(struct netlink_request *request, uint16_t type);
void netlink_nest_end(struct netlink_request *request, size_t nest);

/* A header inside of a nest, in front of the attributes there, as a veth's peer has one. */
void netlink_put_header(struct netlink_request *request, const void *header, size_t size);

/* An attribute that was found; data is not aligned to more than 4 bytes. */
struct netlink_attribute {
	const void *data; /* NULL: not there */
	size_t size;
};

/*
 * Attribute t goes to table[t], t < n; unknown ones and what is cut off are passed over. The last
 * of several wins.
 */
void netlink_parse(const void *attributes, size_t size, struct netlink_attribute *table, size_t n);

/* 0 when it is not there or too short. */
uint32_t netlink_get_u32(const struct netlink_attribute *attribute);

/* NULL when it is not there or has no end. */
const char *netlink_get_string(const struct netlink_attribute *attribute);

/* A message of the kernel: payload is the header of its type and the attributes behind it. Less
 * than 0 ends the exchange with that error. */
typedef int netlink_visit(
	void *context, uint16_t type, const void *payload, size_t size, struct err *err);

struct netlink {
	int fd;
	uint32_t sequence; /* of the next message */
};

#define NETLINK_INIT ((struct netlink){ .fd = -1 })
#define AUTO_NETLINK __attribute__((cleanup(netlink_close))) struct netlink

/* To the network namespace that this process is in. */
int netlink_open(struct netlink *ret, struct err *err);

/* The same, to its packet filter (nf_tables); types of messages have the subsystem in their upper
 * byte and begin with struct nfgenmsg. */
int netlink_open_netfilter(struct netlink *ret, struct err *err);

/* To another one, by the descriptor of the namespace. A short-lived process joins it: this one
 * stays where it is. */
int netlink_open_in(int ns_fd, struct netlink *ret, struct err *err);

void netlink_close(struct netlink *netlink);

/*
 * Sends the request and waits until every message is answered. visit (may be NULL) gets what the
 * kernel sends beside the acknowledgements: replies and dumps. Returns the first failure; its index
 * in the request goes to *ret_failed (may be NULL). EINTR: what was dumped changed meanwhile; try
 * again.
 */
int netlink_execute(struct netlink *netlink, struct netlink_request *request, netlink_visit *visit,
	void *context, unsigned *ret_failed, struct err *err);

/*
 * For a batch of nf_tables, which the kernel takes as a whole or not at all, and answers before
 * sendto(2) returns: how many answers come depends on where it stopped, so all that is there is
 * read. The first failure counts, as above.
 */
int netlink_execute_batch(struct netlink *netlink, struct netlink_request *request,
	unsigned *ret_failed, struct err *err);

/* ---- the pure half of netlink_execute() ---- */

struct netlink_exchange {
	uint32_t first_sequence;
	unsigned n_messages, n_answered;
	unsigned failed; /* index of the first failure, with code */
	int code;        /* errno value, > 0; 0: none failed yet */
	char text[256];  /* what the kernel says to it; may be empty */
	netlink_visit *visit;
	void *context;
};

/* One datagram of the kernel, untrusted in form. Messages of other requests are passed over.
 * EBADMSG: it is cut off. */
int netlink_take(
	struct netlink_exchange *exchange, const void *bytes, size_t size, struct err *err);
