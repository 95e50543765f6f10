/* http.h: a fetch callback over HTTP, by libcurl.
 *
 * Requests   one handle, so that connections are kept; HTTP/2 where there is; proxies from the environment, as curl does. JSON files are
 *            asked for whole, everything else by Range.
 * Addresses  https, and http to a loopback host. A redirect leads only to another such address, never from https to http, and there are
 *            at most HTTP_REDIRECTS of them in a row.
 * Answers    200 and 206 give bytes; 206 must say in Content-Range that it begins where it was asked to; 200 to a Range begins at 0: what lies
 *            before is skipped, of a file of the tree at most HTTP_SKIP bytes. 403, 404, 410: absent. 416: there are no bytes there.
 *            Anything else, headers above HTTP_HEADERS bytes, and a Content-Encoding, which nobody asked for: failed.
 * Time       no limit in all, because packages are large; fewer than HTTP_SLOW bytes a second for `patience` seconds: failed.
 * Errors     `why` tells of the last failure in words. */
#ifndef HTTP_H
#define HTTP_H

#include <curl/curl.h>

#include "mdresolve.h"

#define HTTP_REDIRECTS 5
#define HTTP_SKIP      8192
#define HTTP_HEADERS   65536
#define HTTP_SLOW      100

struct http {
	CURL *curl;
	char *base; /* ends in '/' */
	bool verbose;
	char why[1024];
};

/* `base`: the address of <appCode>/, with or without a slash at its end. False: see `why`. */
bool http_open(struct http *h, const char *base, long patience, bool verbose);
void http_close(struct http *h); /* zeros are fine */

/* The callback; ctx is the struct http. */
enum mdr_fetched http_fetch(void *ctx, struct mdr_sink *sink, const char *path, uint64_t offset, uint64_t limit);

#endif
