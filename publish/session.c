#include "publish/session.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "base/span.h"
#include "base/text.h"
#include "publish/http.h"

#define CONNECTIONS_MAX 256
#define SHOWN_MS        100 /* between two pictures of the progress */

/* --- progress --------------------------------------------------------------------------------------------------------- */

struct shown; /* of all destinations together */
struct session_progress {
	struct shown *whole;
	uint64_t done, queued, bytes;
};

struct shown {
	const struct session *session;
	const char *verb;
	int64_t began, last; /* milliseconds */
};

static int64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void show(struct shown *s, int64_t now)
{
	uint64_t done = 0, queued = 0, bytes = 0;
	char size[BYTES_TEXT], rate[BYTES_TEXT];

	for (size_t i = 0; i < s->session->ndests; i++) {
		done += s->session->progress[i].done;
		queued += s->session->progress[i].queued;
		bytes += s->session->progress[i].bytes;
	}
	bytes_format(size, bytes);
	bytes_format(rate, now > s->began ? bytes * 1000 / (uint64_t)(now - s->began) : 0);
	cmd_progress("%s: %" PRIu64 " of %" PRIu64 " files, %s, %s/s", s->verb, done, queued, size, rate);
}

static void progress(void *ctx, const struct dest *t, uint64_t done, uint64_t queued, uint64_t bytes)
{
	struct session_progress *p = ctx;
	int64_t now = clock_ms();

	(void)t;
	p->done = done;
	p->queued = queued;
	p->bytes = bytes;
	if (now - p->whole->last < SHOWN_MS)
		return;
	p->whole->last = now;
	show(p->whole, now);
}

void session_progress(struct session *s, const char *verb)
{
	struct shown *whole = ARENA_NEW(&s->mem, struct shown);

	*whole = (struct shown){ .session = s, .verb = verb, .began = clock_ms() };
	s->progress = ARENA_ARRAY(&s->mem, struct session_progress, s->ndests);
	for (size_t i = 0; i < s->ndests; i++) {
		s->progress[i].whole = whole;
		s->dests[i]->progress = progress;
		s->dests[i]->progress_ctx = &s->progress[i];
	}
}

/* --- opening and closing ------------------------------------------------------------------------------------------------ */

static int take_settings(struct dest_settings *out, const struct cmd_args *a)
{
	const char *text = cmd_value(a, "connections");
	uint64_t n = 0;

	*out = (struct dest_settings){ .endpoint = cmd_value(a, "endpoint"),
				       .region = cmd_value(a, "region"),
				       .profile = cmd_value(a, "profile"),
				       .path_style = cmd_flag(a, "path-style"),
				       .custom_domain = cmd_flag(a, "custom-domain"),
				       .checksums = cmd_flag(a, "checksums"),
				       .program = a->program->name };
	if (out->path_style && out->custom_domain)
		return cmd_usage(a, "--path-style and --custom-domain exclude each other");
	if (text && (!text_uint(&n, slice_of(text)) || n < 1 || n > CONNECTIONS_MAX))
		return cmd_usage(a, "--connections is \"%s\"; it must lie in 1..%d", text, CONNECTIONS_MAX);
	out->connections = (unsigned)n;
	return 0;
}

static int check_urls(const struct cmd_args *a, const char *const *urls, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *fault = dest_url_fault(urls[i]);

		if (fault)
			return cmd_usage(a, "the destination %s", fault);
		for (size_t k = 0; k < i; k++) {
			if (slice_eqs(slice_of(urls[i]), urls[k]))
				return cmd_usage(a, "a destination is given twice: \"%s\"", urls[i]);
		}
	}
	return 0;
}

static int open_http(struct session *s, const char *const *urls, size_t n)
{
	struct http_settings settings = http_settings_of_process();

	for (size_t i = 0; i < n; i++) {
		if (!slice_starts(slice_of(urls[i]), "file:"))
			return http_new(&s->http, &settings, &s->d);
	}
	return 0;
}

int session_open(struct session *s, const struct cmd_args *a, const char *const *urls, size_t n)
{
	struct dest_settings settings;
	int code = take_settings(&settings, a);

	s->args = a;
	s->d.program = a->program->name;
	if (!code)
		code = check_urls(a, urls, n);
	if (code)
		return code;
	if (digests_new(&s->digests))
		diag_environment(&s->d, NULL, "libcrypto gives no SHA-256 here");
	if (!s->digests || open_http(s, urls, n))
		return EXIT_ENVIRONMENT;
	s->dests = ARENA_ARRAY(&s->mem, struct dest *, n);
	for (size_t i = 0; i < n && (i == 0 || s->ndests); i++) { /* without the first one none goes on */
		struct dest *t;

		if (dest_open(&t, urls[i], &settings, s->http, &s->d))
			s->code = EXIT_ENVIRONMENT;
		else
			s->dests[s->ndests++] = t;
	}
	return s->ndests ? 0 : EXIT_ENVIRONMENT;
}

int exit_worst(int a, int b)
{
	return a > b ? a : b;
}

int session_close(struct session *s, int code)
{
	cmd_progress_end();
	code = exit_worst(exit_worst(code, s->code), diags_exit(&s->d));
	diags_print(&s->d, DIAG_TEXT, stderr);
	for (size_t i = 0; i < s->ndests; i++)
		dest_close(s->dests[i]);
	http_free(s->http);
	digests_free(s->digests);
	diags_release(&s->d);
	arena_release(&s->mem);
	*s = (struct session)SESSION_INIT;
	return code;
}

int session_span(int64_t *out, const struct cmd_args *a, const char *option, const char *missing)
{
	const char *text = cmd_value(a, option);

	if (!span_parse(out, slice_of(text ? text : missing)))
		return cmd_usage(a, "--%s is \"%s\"; it must be a length of time like 12h or 30d", option, text);
	return 0;
}

/* --- printing ----------------------------------------------------------------------------------------------------------- */

void session_print(json_t *value)
{
	json_dumpf(value, stdout, JSON_INDENT(2) | JSON_SORT_KEYS);
	printf("\n");
	json_decref(value);
}

void bytes_format(char out[BYTES_TEXT], uint64_t bytes)
{
	static const char *const units[] = { "kB", "MB", "GB", "TB", "PB", "EB" };
	uint64_t scale = 1000;
	size_t unit = 0;

	if (bytes < scale) {
		snprintf(out, BYTES_TEXT, "%" PRIu64 " byte%s", bytes, bytes == 1 ? "" : "s");
		return;
	}
	for (; unit + 1 < COUNT(units) && bytes / scale >= 1000; unit++)
		scale *= 1000;
	snprintf(out, BYTES_TEXT, "%" PRIu64 ".%" PRIu64 " %s", bytes / scale, bytes % scale / (scale / 10),
		 units[unit]);
}

struct kind {
	const char *name, *key;
	uint64_t n;
};
#define KINDS 6

static void kinds_of(struct kind out[KINDS], const struct dest_counts *c)
{
	out[0] = (struct kind){ "PUT", "put", c->puts };
	out[1] = (struct kind){ "GET", "get", c->gets };
	out[2] = (struct kind){ "HEAD", "head", c->heads };
	out[3] = (struct kind){ "LIST", "list", c->lists };
	out[4] = (struct kind){ "DELETE", "delete", c->deletes };
	out[5] = (struct kind){ "POST", "post", c->posts };
}

void counts_text(struct strbuf *out, const struct dest_counts *c)
{
	struct kind kinds[KINDS];
	bool any = false;

	kinds_of(kinds, c);
	for (size_t i = 0; i < KINDS; i++) {
		if (!kinds[i].n)
			continue;
		strbuf_addf(out, "%s%" PRIu64 " %s", any ? ", " : "", kinds[i].n, kinds[i].name);
		any = true;
	}
	if (!any)
		strbuf_adds(out, "no request");
	if (c->repeated)
		strbuf_addf(out, " (%" PRIu64 " of them repeated)", c->repeated);
}

json_t *counts_json(const struct dest_counts *c)
{
	struct kind kinds[KINDS];
	json_t *out = json_object();

	kinds_of(kinds, c);
	for (size_t i = 0; i < KINDS; i++)
		json_object_set_new(out, kinds[i].key, json_integer((json_int_t)kinds[i].n));
	json_object_set_new(out, "repeated", json_integer((json_int_t)c->repeated));
	json_object_set_new(out, "sent", json_integer((json_int_t)c->sent));
	json_object_set_new(out, "connections", json_integer((json_int_t)c->connections));
	return out;
}
