#include "publish/http.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "publish/transfer.h"

#define POLL_MS 1000

struct queue {
	struct http_request *first, **end;
};

struct http_lane {
	struct http *http;
	struct http_lane *next;
	const char *agent;
	struct queue ready;
	struct http_request *waiting; /* for their time, in no order */
	unsigned nwaiting, under_way, connections;
	struct pace pace;
	struct transfer *idle;
	uint64_t connected;
	bool stopped;
};

struct http {
	CURLM *multi;
	struct http_lane *lanes;
	unsigned connections; /* of all lanes */
	struct transfer_settings settings;
	char *ca_bundle;
	uint64_t random;
	uint32_t first_ms;
};

int64_t http_clock(void)
{
	struct timespec now = { 0, 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct http_settings http_settings_of_process(void)
{
	struct http_settings s = { .ca_bundle = getenv("AWS_CA_BUNDLE") };

	if (s.ca_bundle && !*s.ca_bundle)
		s.ca_bundle = NULL;
	if (getrandom(&s.seed, sizeof(s.seed), GRND_NONBLOCK) != (ssize_t)sizeof(s.seed))
		s.seed = (uint64_t)http_clock() ^ (uint64_t)getpid() << 32;
	return s;
}

void http_line(struct http_out *o, const char *name, struct slice value)
{
	size_t n = strlen(name);
	char *line = arena_alloc(&o->mem, n + 2 + value.n + 1);

	assert(o->nlines < HTTP_LINES_MAX);
	memcpy(line, name, n);
	line[n] = ':';
	line[n + 1] = ' ';
	if (value.n > 0)
		memcpy(line + n + 2, value.p, value.n);
	else
		line[n + 1] = '\0';
	o->lines[o->nlines++] = line;
}

/* --- life ------------------------------------------------------------------------------------------------------------------ */

/* MAXCONNECTS: as many are kept as there may be. */
static bool set_connections(struct http *h)
{
	return curl_multi_setopt(h->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)h->connections) == CURLM_OK &&
	       curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, (long)h->connections) == CURLM_OK;
}

int http_new(struct http **out, const struct http_settings *s, struct diags *d)
{
	struct http *h = calloc(1, sizeof(*h));

	if (!h)
		return diag_environment(d, NULL, "cannot use the network: out of memory");
	h->random = s->seed;
	h->first_ms = s->first_ms ? s->first_ms : RETRY_FIRST_MS;
	h->settings.connect_ms = s->connect_ms ? s->connect_ms : 10000;
	h->settings.stall_s = s->stall_s ? s->stall_s : 60;
	h->ca_bundle = s->ca_bundle ? strdup(s->ca_bundle) : NULL;
	h->settings.ca_bundle = h->ca_bundle;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) {
		h->multi = curl_multi_init();
		if (h->multi && (h->ca_bundle || !s->ca_bundle)) {
			*out = h;
			return 0;
		}
	}
	http_free(h);
	return diag_environment(d, NULL, "cannot use the network: libcurl does not start");
}

void http_free(struct http *h)
{
	if (!h)
		return;
	assert(!h->lanes);
	if (h->multi)
		curl_multi_cleanup(h->multi);
	curl_global_cleanup();
	free(h->ca_bundle);
	free(h);
}

int http_lane_new(struct http_lane **out, struct http *h, unsigned connections, const char *agent)
{
	struct http_lane *l = calloc(1, sizeof(*l));

	if (!l)
		return -1;
	*l = (struct http_lane){ .http = h, .agent = agent, .connections = connections ? connections : 1 };
	l->ready.end = &l->ready.first;
	pace_init(&l->pace, l->connections);
	h->connections += l->connections;
	if (!set_connections(h)) {
		h->connections -= l->connections;
		free(l);
		return -1;
	}
	l->next = h->lanes;
	h->lanes = l;
	*out = l;
	return 0;
}

void http_lane_free(struct http_lane *l)
{
	struct http_lane **at;

	if (!l)
		return;
	assert(!l->ready.first && !l->waiting && !l->under_way);
	for (at = &l->http->lanes; *at != l; at = &(*at)->next)
		;
	*at = l->next;
	l->http->connections -= l->connections;
	for (struct transfer *t = l->idle, *next; t; t = next) {
		next = t->next;
		transfer_free(t);
	}
	free(l);
}

uint64_t http_lane_connections(const struct http_lane *l)
{
	return l->connected;
}

/* --- queues ---------------------------------------------------------------------------------------------------------------- */

void http_submit(struct http_lane *l, struct http_request *r)
{
	r->next = NULL;
	*l->ready.end = r;
	l->ready.end = &r->next;
}

void http_submit_first(struct http_lane *l, struct http_request *r)
{
	if (!l->ready.first)
		l->ready.end = &r->next;
	r->next = l->ready.first;
	l->ready.first = r;
}

void http_submit_later(struct http_lane *l, struct http_request *r, unsigned attempts, int64_t retry_after)
{
	r->due = http_clock() + retry_delay(&l->http->random, l->http->first_ms, attempts, retry_after);
	r->next = l->waiting;
	l->waiting = r;
	l->nwaiting++;
}

void http_lane_stop(struct http_lane *l)
{
	l->stopped = true;
}

void http_lane_slow(struct http_lane *l, int64_t started)
{
	pace_complaint(&l->pace, http_clock(), started);
}

void http_lane_good(struct http_lane *l)
{
	pace_good(&l->pace);
}

static struct http_request *take_ready(struct http_lane *l)
{
	struct http_request *r = l->ready.first;

	l->ready.first = r->next;
	if (!l->ready.first)
		l->ready.end = &l->ready.first;
	return r;
}

/* Those whose time has come go before all that have not begun. Returns when the next one is due. */
static int64_t wake(struct http_lane *l, int64_t now)
{
	struct http_request **at = &l->waiting;
	int64_t due = INT64_MAX;

	while (*at) {
		struct http_request *r = *at;

		if (r->due > now && !l->stopped) {
			due = r->due < due ? r->due : due;
			at = &r->next;
			continue;
		}
		*at = r->next;
		l->nwaiting--;
		http_submit_first(l, r);
	}
	return due;
}

/* --- running --------------------------------------------------------------------------------------------------------------- */

static void put_back(struct http_lane *l, struct transfer *t)
{
	transfer_clear(t);
	t->next = l->idle;
	l->idle = t;
}

static void end_unsent(struct http_request *r, const char *why)
{
	struct strbuf body = STRBUF_INIT;
	struct http_reply reply = { .end = HTTP_UNSENT, .why = why, .body = &body, .retry_after = -1 };

	r->done(r, &reply);
	strbuf_release(&body);
}

static bool begin(struct http_lane *l, struct transfer *t)
{
	struct transfer_settings settings = l->http->settings;

	settings.agent = l->agent;
	return transfer_begin(t, &settings) && curl_multi_add_handle(l->http->multi, t->easy) == CURLM_OK;
}

static void start(struct http_lane *l, struct http_request *r)
{
	struct transfer *t = l->idle;

	if (t)
		l->idle = t->next;
	else
		t = transfer_new();
	if (!t) {
		end_unsent(r, "out of memory");
		return;
	}
	t->lane = l;
	t->request = r;
	if (r->prepare(r, &t->out)) {
		put_back(l, t);
		end_unsent(r, NULL);
		return;
	}
	if (!begin(l, t)) {
		put_back(l, t);
		end_unsent(r, "out of memory");
		return;
	}
	l->under_way++;
}

/* As many wait for a second try at most as may be under way: a server that is down meets no more requests than one that is not. */
static bool may_start(const struct http_lane *l)
{
	return l->ready.first && l->under_way < pace_allows(&l->pace) && l->nwaiting < l->connections;
}

/* Returns when the next one that waits is due. */
static int64_t feed(struct http_lane *l)
{
	int64_t due = wake(l, http_clock());

	while (l->stopped && l->ready.first)
		end_unsent(take_ready(l), NULL);
	while (!l->stopped && may_start(l))
		start(l, take_ready(l));
	return due;
}

static void finish(struct http *h, struct transfer *t, CURLcode code)
{
	struct http_lane *l = t->lane;
	struct http_request *r = t->request;
	long connects = 0;

	transfer_end(t, code);
	if (curl_easy_getinfo(t->easy, CURLINFO_NUM_CONNECTS, &connects) == CURLE_OK && connects > 0)
		l->connected += (uint64_t)connects;
	(void)curl_multi_remove_handle(h->multi, t->easy);
	l->under_way--;
	file_unmap(&t->out.map);
	r->done(r, &t->reply);
	put_back(l, t);
}

/* Whether any has ended: there may be something to begin, then. */
static bool collect(struct http *h)
{
	bool any = false;
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(h->multi, &left))) {
		struct transfer *t = NULL;
		CURLcode code = m->data.result;

		if (m->msg != CURLMSG_DONE || curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &t) != CURLE_OK)
			continue;
		finish(h, t, code);
		any = true;
	}
	return any;
}

static bool is_busy(const struct http *h)
{
	for (const struct http_lane *l = h->lanes; l; l = l->next) {
		if (l->ready.first || l->waiting || l->under_way)
			return true;
	}
	return false;
}

static int64_t feed_all(struct http *h)
{
	int64_t due = INT64_MAX;

	for (struct http_lane *l = h->lanes; l; l = l->next) {
		int64_t next = feed(l);

		due = next < due ? next : due;
	}
	return due;
}

void http_run(struct http *h)
{
	for (;;) {
		int64_t due = feed_all(h), wait;
		int running = 0;

		if (!is_busy(h))
			break;
		(void)curl_multi_perform(h->multi, &running);
		if (collect(h))
			continue;
		wait = due - http_clock();
		if (wait > POLL_MS)
			wait = POLL_MS;
		if (wait > 0)
			(void)curl_multi_poll(h->multi, NULL, 0, (int)wait, NULL);
	}
	for (struct http_lane *l = h->lanes; l; l = l->next)
		l->stopped = false;
}
