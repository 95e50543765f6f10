/* publish/transfer.h: one request on its way: what publish/http.c and libcurl share. For these files only.
 *
 * Reuse      a transfer is kept when it is over, with its easy handle and its memory, for the next request. */
#ifndef PUBLISH_TRANSFER_H
#define PUBLISH_TRANSFER_H

#include <curl/curl.h>

#include "publish/http.h"

struct transfer {
	CURL *easy;
	struct http_lane *lane;
	struct http_request *request;
	struct http_out out;
	struct curl_slist lines[HTTP_LINES_MAX];
	size_t at; /* in the body that is sent */
	struct http_reply reply;
	struct strbuf body;
	uint64_t received;
	bool stopped; /* by take() */
	char error[CURL_ERROR_SIZE];
	struct transfer *next; /* free ones */
};

struct transfer_settings {
	const char *agent, *ca_bundle;
	unsigned connect_ms, stall_s;
};

struct transfer *transfer_new(void); /* NULL: out of memory */
void transfer_free(struct transfer *t);
/* Sets the handle up for `out`. False: out of memory. */
bool transfer_begin(struct transfer *t, const struct transfer_settings *s);
/* What became of it, in t->reply. */
void transfer_end(struct transfer *t, CURLcode code);
/* Forgets the request and all that belongs to it. */
void transfer_clear(struct transfer *t);

#endif
