/* A small HTTP server on 127.0.0.1, in a thread of its own, that answers as it is told and notes what it was asked.
 *
 * Rules      the first rule that fits method and target, and that is not used up, answers; without one: 599. Several connections at a time. */
#ifndef UNIT_PUBLISH_CANNED_H
#define UNIT_PUBLISH_CANNED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/slice.h"

enum canned_way {
	WAY_ANSWER,
	WAY_DROP,  /* the connection breaks when the request is there */
	WAY_CUT,   /* the header promises all of the body, half of it comes */
	WAY_STALL, /* nothing comes, until the server is stopped */
	WAY_EARLY  /* of the first rule: the answer comes before the body is read, and then the connection breaks */
};

struct canned {
	const char *method; /* NULL: any */
	const char *in;     /* the target; NULL: any */
	int status;
	const char
		*headers; /* each with \r\n at its end; Content-Length is added where it is not among them. Or NULL */
	const char *body; /* or NULL; "@123": so many bytes */
	unsigned times;   /* 0: always */
	enum canned_way way;
};

#define SEEN_MAX   512
#define SEEN_BODY  4096
#define PEERS_MAX  64
#define TARGET_MAX 1024

struct seen {
	char method[8], target[TARGET_MAX], headers[4096];
	size_t length; /* of the body */
	char body[SEEN_BODY];
};

struct peer {
	int fd;
	char *bytes;
	size_t n, cap;
};

struct canned_server {
	int fd, wake[2], port;
	pthread_t thread;
	pthread_mutex_t lock;
	const struct canned *rules;
	size_t nrules;
	unsigned used[32];
	struct seen *seen; /* SEEN_MAX */
	size_t nseen, accepted;
	struct peer peers[PEERS_MAX];
	size_t npeers;
};

static const struct canned *canned_find(struct canned_server *s, const char *method, const char *target)
{
	for (size_t i = 0; i < s->nrules; i++) {
		const struct canned *c = &s->rules[i];

		if ((c->method && strcmp(c->method, method) != 0) || (c->in && !strstr(target, c->in)) ||
		    (c->times && s->used[i] >= c->times))
			continue;
		s->used[i]++;
		return c;
	}
	return NULL;
}

static void canned_write(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t put = send(fd, p, n, MSG_NOSIGNAL);

		if (put <= 0)
			return;
		p += put;
		n -= (size_t)put;
	}
}

/* False: the connection is to be closed. */
static bool canned_answer(int fd, const struct canned *c, bool head)
{
	static const struct canned unknown = { NULL, NULL, 599, NULL, "no rule", 0, WAY_ANSWER };
	char header[4096], *filler = NULL;
	const char *body;
	size_t n;
	int used;

	if (!c)
		c = &unknown;
	body = c->body ? c->body : "";
	n = strlen(body);
	if (body[0] == '@') { /* that many bytes */
		n = (size_t)strtoul(body + 1, NULL, 10);
		filler = malloc(n + 1);
		memset(filler, 'x', n);
		body = filler;
	}
	if (c->way == WAY_DROP || c->way == WAY_STALL)
		return c->way == WAY_STALL;
	used = snprintf(header, sizeof(header), "HTTP/1.1 %d Canned\r\n%s", c->status, c->headers ? c->headers : "");
	if (c->status != 204 && (!c->headers || !strstr(c->headers, "Content-Length")))
		used += snprintf(header + used, sizeof(header) - (size_t)used, "Content-Length: %zu\r\n", n);
	canned_write(fd, header, (size_t)used);
	canned_write(fd, "\r\n", 2);
	if (!head)
		canned_write(fd, body, c->way == WAY_CUT ? n / 2 : n);
	free(filler);
	return c->way == WAY_ANSWER;
}

static size_t canned_length(const char *headers)
{
	const char *at = strcasestr(headers, "\r\nContent-Length:");

	return at ? (size_t)strtoul(at + 17, NULL, 10) : 0;
}

static struct seen *canned_note(struct canned_server *s, const char *head, size_t n)
{
	struct seen *seen = &s->seen[s->nseen < SEEN_MAX ? s->nseen++ : SEEN_MAX - 1];
	size_t line = (size_t)(strstr(head, "\r\n") - head);

	memset(seen, 0, sizeof(*seen));
	(void)sscanf(head, "%7s %1023s", seen->method, seen->target);
	snprintf(seen->headers, sizeof(seen->headers), "%.*s", (int)(n - line), head + line);
	return seen;
}

/* Whatever requests are whole. False: the connection is to be closed. */
static bool canned_serve(struct canned_server *s, struct peer *p)
{
	for (;;) {
		char *end = p->n ? memmem(p->bytes, p->n, "\r\n\r\n", 4) : NULL;
		size_t head, length;
		const struct canned *c;
		struct seen *seen;
		bool keep;

		if (!end)
			return true;
		head = (size_t)(end - p->bytes) + 4;
		end[2] = '\0';
		length = canned_length(p->bytes);
		end[2] = '\r';
		if (p->n < head + length && !(s->nrules > 0 && s->rules[0].way == WAY_EARLY))
			return true;
		pthread_mutex_lock(&s->lock);
		end[2] = '\0';
		seen = canned_note(s, p->bytes, head - 2);
		seen->length = length;
		if (p->n >= head + length)
			memcpy(seen->body, p->bytes + head, length < SEEN_BODY ? length : SEEN_BODY - 1);
		c = canned_find(s, seen->method, seen->target);
		keep = canned_answer(p->fd, c, !strcmp(seen->method, "HEAD"));
		pthread_mutex_unlock(&s->lock);
		if (!keep)
			return false;
		p->n -= head + length;
		memmove(p->bytes, p->bytes + head + length, p->n);
	}
}

static bool canned_read(struct canned_server *s, struct peer *p)
{
	ssize_t got;

	if (p->cap - p->n < 65536) {
		p->cap = p->cap * 2 + 131072;
		p->bytes = realloc(p->bytes, p->cap);
	}
	got = recv(p->fd, p->bytes + p->n, p->cap - p->n, 0);
	if (got <= 0)
		return false;
	p->n += (size_t)got;
	return canned_serve(s, p);
}

static void canned_close(struct canned_server *s, size_t i)
{
	close(s->peers[i].fd);
	free(s->peers[i].bytes);
	s->peers[i] = s->peers[--s->npeers];
}

static void canned_accept(struct canned_server *s)
{
	int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC), one = 1;

	if (fd < 0)
		return;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	s->accepted++;
	if (s->npeers == PEERS_MAX)
		close(fd);
	else
		s->peers[s->npeers++] = (struct peer){ .fd = fd };
}

static void *canned_run(void *ctx)
{
	struct canned_server *s = ctx;

	for (;;) {
		struct pollfd polled[PEERS_MAX + 2] = { { s->wake[0], POLLIN, 0 }, { s->fd, POLLIN, 0 } };
		size_t n = s->npeers;

		for (size_t i = 0; i < n; i++)
			polled[i + 2] = (struct pollfd){ s->peers[i].fd, POLLIN, 0 };
		if (poll(polled, n + 2, -1) < 0 || polled[0].revents)
			return NULL;
		for (size_t i = n; i-- > 0;) {
			if (polled[i + 2].revents && !canned_read(s, &s->peers[i]))
				canned_close(s, i);
		}
		if (polled[1].revents)
			canned_accept(s);
	}
}

static inline void canned_start(struct canned_server *s)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t n = sizeof(at);

	memset(s, 0, sizeof(*s));
	s->seen = calloc(SEEN_MAX, sizeof(*s->seen));
	assert_non_null(s->seen);
	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(s->fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(s->fd, 64), 0);
	assert_int_equal(getsockname(s->fd, (struct sockaddr *)&at, &n), 0);
	s->port = ntohs(at.sin_port);
	assert_int_equal(pipe(s->wake), 0);
	pthread_mutex_init(&s->lock, NULL);
	assert_int_equal(pthread_create(&s->thread, NULL, canned_run, s), 0);
}

static inline void canned_stop(struct canned_server *s)
{
	assert_int_equal(write(s->wake[1], "x", 1), 1);
	pthread_join(s->thread, NULL);
	while (s->npeers > 0)
		canned_close(s, s->npeers - 1);
	close(s->fd);
	close(s->wake[0]);
	close(s->wake[1]);
	pthread_mutex_destroy(&s->lock);
	free(s->seen);
}

/* From now on these, and nothing is noted yet. */
static inline void canned_rules(struct canned_server *s, const struct canned *rules, size_t n)
{
	pthread_mutex_lock(&s->lock);
	assert_true(n <= COUNT(s->used));
	s->rules = rules;
	s->nrules = n;
	memset(s->used, 0, sizeof(s->used));
	s->nseen = 0;
	pthread_mutex_unlock(&s->lock);
}

/* The methods that were seen, "PUT HEAD PUT", until the next call. */
static inline const char *canned_methods(struct canned_server *s)
{
	static char text[SEEN_MAX * 8];
	size_t n = 0;

	text[0] = '\0';
	pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < s->nseen; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", i ? " " : "", s->seen[i].method);
	pthread_mutex_unlock(&s->lock);
	return text;
}

/* The value of a header of a request, until the next call; NULL: there is none. */
static inline const char *canned_header(const struct seen *seen, const char *name)
{
	static char value[1024];
	char wanted[64];
	const char *at;

	snprintf(wanted, sizeof(wanted), "\r\n%s:", name);
	at = strcasestr(seen->headers, wanted);
	if (!at)
		return NULL;
	at += strlen(wanted);
	while (*at == ' ')
		at++;
	snprintf(value, sizeof(value), "%.*s", (int)strcspn(at, "\r"), at);
	return value;
}

#endif
