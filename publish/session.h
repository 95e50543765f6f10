/* publish/session.h: what the commands of mdstatic-publish share: options, destinations, progress, messages, the way they end.
 *
 * Use        static int run(const struct cmd_args *a)
 *            {
 *            	struct session s = SESSION_INIT;
 *            	int code = session_open(&s, a, a->positional, a->npositional);
 *
 *            	if (!code)
 *            		code = work(&s);              0, or an exit code; errors in s.d
 *            	return session_close(&s, code);       prints s.d, frees everything
 *            }
 * Broken     the first destination leads (publish/job.h), so nothing goes on without it. Another one that cannot be opened does not hold up
 *            the rest: it is told, it is not among `dests`, and the session ends with 3 or worse.
 * Exit codes the worst of what `work` gave, of what the diagnostics say and of what could not be opened: 4 over 3 over 1. Usage: 2, at
 *            once, before anything is opened.
 * Ownership  everything lives in the session. */
#ifndef PUBLISH_SESSION_H
#define PUBLISH_SESSION_H

#include <jansson.h>

#include "base/cmd.h"
#include "publish/dest.h"

/* For the table of a command: what session_open() reads. */
#define SESSION_OPTIONS                                                                                                \
	{ "endpoint", "URL", "of the object store (default: AWS_ENDPOINT_URL, else AWS itself)", false, false },       \
		{ "region", "R", "of the bucket (default: AWS_REGION, the profile, us-east-1)", false, false },        \
		{ "path-style", NULL, "the bucket stands in the path, not in the host name", false, false },           \
		{ "custom-domain", NULL, "the endpoint's host is the bucket's own", false, false },                    \
		{ "profile", "NAME", "credentials of this profile (default: AWS_PROFILE)", false, false },             \
		{ "connections", "N", "side by side to each destination, 1..256 (default: 32)", false, false },        \
	{                                                                                                              \
		"checksums", NULL, "send x-amz-checksum-sha256 as well", false, false                                  \
	}

struct session {
	const struct cmd_args *args;
	struct arena mem;
	struct diags d;
	struct digests *digests;
	struct http *http;   /* NULL where all destinations are folders */
	struct dest **dests; /* that are open, in the order of the arguments */
	size_t ndests;
	struct session_progress *progress; /* of each */
	int code;                          /* of what could not be opened */
};
#define SESSION_INIT                                                                                                   \
	{                                                                                                              \
		.mem = ARENA_INIT, .d = DIAGS_INIT                                                                     \
	}

/* 0; else the exit code: usage was told already. Close it in any case. */
int session_open(struct session *s, const struct cmd_args *a, const char *const *urls, size_t n) MUST_CHECK;
int session_close(struct session *s, int code);

/* An option whose value is a length of time (base/span.h): 0, or EXIT_USAGE with a message. `missing`: what it is without it. */
int session_span(int64_t *out, const struct cmd_args *a, const char *option, const char *missing) MUST_CHECK;

/* From now on what is under way is shown on a terminal: "publish: 12 of 340 files, 1.2 MB, 3.4 MB/s". */
void session_progress(struct session *s, const char *verb);

int exit_worst(int a, int b); /* 4 over 3 over 1; usage (2) ends a command before anything else can */

/* A value on stdout, as every command prints JSON: sorted, two spaces; frees it. */
void session_print(json_t *value);

/* Text for people: "12 bytes", "1.2 MB". */
#define BYTES_TEXT 48
void bytes_format(char out[BYTES_TEXT], uint64_t bytes);

/* Requests by kind: text "12 PUT, 2 GET, 1 LIST" (without what is 0; "no request"), and JSON. */
void counts_text(struct strbuf *out, const struct dest_counts *c);
json_t *counts_json(const struct dest_counts *c);

#endif
