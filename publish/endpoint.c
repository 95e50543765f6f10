#include "publish/endpoint.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/refuse.h"
#include "base/text.h"
#include "publish/sigv4.h"

#define SCHEME     "s3://"
#define PROFILE    "?profile="
#define PREFIX_MAX 512  /* of the 1024 bytes that a key may have */
#define SERVER_MAX 1024 /* bytes of an endpoint */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_alnum(char c)
{
	return is_digit(c) || is_lower(c) || is_upper(c);
}

static bool only(struct slice s, const char *marks)
{
	for (size_t i = 0; i < s.n; i++) {
		if (!is_alnum(s.p[i]) && slice_find(slice_of(marks), s.p[i]) < 0)
			return false;
	}
	return true;
}

static bool holds(struct slice s, struct slice part)
{
	for (size_t i = 0; i + part.n <= s.n; i++) {
		if (slice_eq(slice_sub(s, i, part.n), part))
			return true;
	}
	return false;
}

static bool is_ipv4(struct slice s)
{
	struct in_addr address;
	char text[INET_ADDRSTRLEN] = "";

	for (size_t i = 0; i < s.n && i < sizeof(text) - 1; i++)
		text[i] = s.p[i];
	return s.n < sizeof(text) && inet_pton(AF_INET, text, &address) == 1;
}

static struct slice trim_slashes(struct slice s)
{
	while (s.n && s.p[0] == '/')
		s = slice_from(s, 1);
	while (s.n && s.p[s.n - 1] == '/')
		s.n--;
	return s;
}

/* HTTP clients and proxies take such parts out of a path. */
static bool has_dots(struct slice path)
{
	for (struct slice rest = path, part; rest.p;) {
		part = slice_cut(&rest, '/');
		if (slice_eqs(part, ".") || slice_eqs(part, ".."))
			return true;
	}
	return false;
}

/* --- s3://bucket/prefix ------------------------------------------------------------------------------------------------ */

static const char *bucket_fault(struct slice bucket)
{
	if (!bucket.n)
		return "names no bucket";
	if (slice_find(bucket, '@') >= 0)
		return "names a user (\"@\"); keys come from the environment or a profile";
	if (slice_find(bucket, ':') >= 0)
		return "names a port (\":\"); what stands behind \"" SCHEME
		       "\" is a bucket, and its server is the endpoint";
	if (bucket.n < 3 || bucket.n > 63)
		return "has a bucket whose name is not 3 to 63 characters long";
	if (!only(bucket, ".-_"))
		return "has a bucket with a character that is no letter, digit, \"-\", \".\" or \"_\"";
	if (!is_alnum(bucket.p[0]) || !is_alnum(bucket.p[bucket.n - 1]))
		return "has a bucket whose name does not begin and end with a letter or a digit";
	if (holds(bucket, SLICE("..")))
		return "has a bucket with two full stops in a row";
	if (is_ipv4(bucket))
		return "has a bucket that is an IP address";
	return NULL;
}

static const char *prefix_fault(struct slice prefix)
{
	if (slice_find(prefix, '?') >= 0)
		return "has a query that is not \"?profile=NAME\"";
	if (slice_find(prefix, '#') >= 0)
		return "has a fragment (\"#\")";
	if (has_dots(prefix))
		return "has \".\" or \"..\" as a part of its path, which HTTP would take away";
	if (prefix.n > PREFIX_MAX)
		return "has a path of more than 512 bytes";
	if (!text_is_utf8(prefix))
		return "has a path that is no UTF-8";
	for (size_t i = 0; i < prefix.n; i++) {
		if ((unsigned char)prefix.p[i] < 0x20 || prefix.p[i] == 0x7f)
			return "has a control character";
	}
	return NULL;
}

struct slice endpoint_profile(const char *url)
{
	ptrdiff_t at = slice_find(slice_of(url), '?');
	struct slice query = at < 0 ? (struct slice){ NULL, 0 } : slice_from(slice_of(url), (size_t)at);

	return slice_starts(query, PROFILE) ? slice_from(query, sizeof(PROFILE) - 1) : (struct slice){ NULL, 0 };
}

struct slice endpoint_place(const char *url)
{
	struct slice profile = endpoint_profile(url);

	return profile.n ? slice_sub(slice_of(url), 0, strlen(url) - profile.n - (sizeof(PROFILE) - 1)) : slice_of(url);
}

static void split(struct slice *bucket, struct slice *prefix, const char *url)
{
	struct slice rest = slice_from(endpoint_place(url), sizeof(SCHEME) - 1);
	size_t end = 0;

	while (end < rest.n && slice_find(SLICE("/?#"), rest.p[end]) < 0)
		end++;
	*bucket = slice_sub(rest, 0, end);
	*prefix = trim_slashes(slice_from(rest, end));
}

const char *endpoint_url_fault(const char *url)
{
	struct slice bucket, prefix;
	const char *fault;

	if (!slice_starts(slice_of(url), SCHEME))
		return "does not begin with \"" SCHEME "\"";
	split(&bucket, &prefix, url);
	fault = bucket_fault(bucket);
	return fault ? fault : prefix_fault(prefix);
}

/* --- https://host:port/base -------------------------------------------------------------------------------------------- */

struct server {
	const char *scheme;
	struct slice host; /* in lower case; of IPv6 with brackets */
	struct slice port; /* empty: the scheme's own */
	struct slice base;
};

static bool is_port(struct slice port)
{
	uint64_t n;

	return port.n <= 5 && text_uint(&n, port) && n >= 1 && n <= 65535;
}

static bool is_host(struct slice host)
{
	struct in6_addr address;
	char text[INET6_ADDRSTRLEN] = "";
	struct slice inside = slice_sub(host, 1, host.n < 2 ? 0 : host.n - 2);

	if (!slice_starts(host, "["))
		return host.n && host.n <= 253 && only(host, ".-_") && host.p[0] != '.' && !holds(host, SLICE(".."));
	for (size_t i = 0; i < inside.n && i < sizeof(text) - 1; i++)
		text[i] = inside.p[i];
	return slice_ends(host, "]") && inside.n < sizeof(text) && inet_pton(AF_INET6, text, &address) == 1;
}

/* What is wrong, to follow the endpoint; NULL: nothing. */
static const char *split_server(struct server *out, struct arena *a, struct slice text)
{
	bool tls = !slice_starts(text, "http://");
	struct slice rest = slice_from(text, slice_starts(text, "https://") ? 8 : tls ? 0 : 7), authority;
	ptrdiff_t slash = slice_find(rest, '/'), colon;

	if (text.n > SERVER_MAX)
		return "is too long";
	if (holds(rest, SLICE("://")))
		return "does not begin with \"https://\" or \"http://\"";
	if (slice_find(rest, '?') >= 0 || slice_find(rest, '#') >= 0)
		return "has a query or a fragment";
	authority = slash < 0 ? rest : slice_sub(rest, 0, (size_t)slash);
	colon = slice_rfind(authority, ':');
	if (slice_ends(authority, "]"))
		colon = -1;
	out->scheme = tls ? "https" : "http";
	out->host = text_fold(a, colon < 0 ? authority : slice_sub(authority, 0, (size_t)colon));
	out->port = colon < 0 ? (struct slice){ NULL, 0 } : slice_from(authority, (size_t)colon + 1);
	out->base = slash < 0 ? (struct slice){ NULL, 0 } : trim_slashes(slice_from(rest, (size_t)slash));
	if (!is_host(out->host))
		return "has no host that is a name or an IP address";
	if (colon >= 0 && !is_port(out->port))
		return "has a port that is no number in 1..65535";
	if (!only(out->base, "-._~/") || has_dots(out->base))
		return "has a path with something else than letters, digits and - . _ ~ in its parts";
	if (slice_eqs(out->port, tls ? "443" : "80"))
		out->port = (struct slice){ NULL, 0 };
	return NULL;
}

static void amazon(struct server *out, struct arena *a, const char *region)
{
	out->scheme = "https";
	out->host =
		arena_printf(a, "s3.%s.amazonaws.com%s", region, slice_starts(slice_of(region), "cn-") ? ".cn" : "");
	out->port = out->base = (struct slice){ NULL, 0 };
}

/* --- both together ----------------------------------------------------------------------------------------------------- */

static bool wants_path_style(const struct server *s, struct slice bucket)
{
	return slice_starts(s->host, "[") || is_ipv4(s->host) || slice_find(s->host, '.') < 0 ||
	       (slice_find(bucket, '.') >= 0 && slice_eqs(slice_of(s->scheme), "https"));
}

/* A bucket that stands in a host's name. */
static bool fits_host(struct slice bucket)
{
	for (size_t i = 0; i < bucket.n; i++) {
		if (is_upper(bucket.p[i]) || bucket.p[i] == '_')
			return false;
	}
	return true;
}

int endpoint_make(struct endpoint *out, struct arena *a, const char *url, const char *server, const char *region,
		  enum endpoint_style style, const char **why)
{
	const char *fault = endpoint_url_fault(url);
	struct slice bucket, prefix;
	bool path_style, in_front;
	struct server s;

	if (fault)
		return refuse(why, fault);
	if (!*region || strlen(region) > 64 || !only(slice_of(region), "-_."))
		return refusef(why, a, "the region %s is none: letters, digits, \"-\", \"_\" and \".\" make one",
			       quote(a, slice_of(region)));
	if (server && strchr(server, '@')) /* and perhaps a password, which no message shows */
		return refuse(why, "the endpoint names a user (\"@\"); keys come from the environment or a profile");
	if (server)
		fault = split_server(&s, a, slice_of(server));
	else
		amazon(&s, a, region);
	if (fault)
		return refusef(why, a, "the endpoint %s %s", quote(a, slice_of(server)), fault);
	split(&bucket, &prefix, url);
	if (style == STYLE_DOMAIN && !server)
		return refuse(why, "a custom domain needs --endpoint");
	path_style = style == STYLE_PATH || (style == STYLE_AUTO && wants_path_style(&s, bucket));
	in_front = !path_style && style != STYLE_DOMAIN;
	if (in_front && slice_starts(s.host, arena_printf(a, SLICE_FMT ".", SLICE_ARG(bucket)).p))
		return refusef(why, a, "the endpoint %s has the bucket in front already; leave it out there",
			       quote(a, slice_of(server)));
	if (in_front && !fits_host(bucket))
		return refusef(why, a,
			       "the bucket %s has a capital or \"_\", so it can be no part of a host's name; only path "
			       "style names it",
			       quote(a, bucket));
	*out = (struct endpoint){
		.scheme = s.scheme,
		.host = arena_printf(a, SLICE_FMT "%s" SLICE_FMT "%s" SLICE_FMT,
				     SLICE_ARG(in_front ? bucket : SLICE("")), in_front ? "." : "", SLICE_ARG(s.host),
				     s.port.n ? ":" : "", SLICE_ARG(s.port))
				.p,
		.base = arena_printf(a, "%s" SLICE_FMT, s.base.n ? "/" : "", SLICE_ARG(s.base)).p,
		.bucket = arena_str(a, bucket),
		.prefix = arena_printf(a, SLICE_FMT "%s", SLICE_ARG(prefix), prefix.n ? "/" : "").p,
		.path_style = path_style,
		.aws = !server,
	};
	return 0;
}

/* --- URLs -------------------------------------------------------------------------------------------------------------- */

void endpoint_key(struct strbuf *out, const struct endpoint *e, const char *key)
{
	strbuf_adds(out, e->prefix);
	strbuf_adds(out, key);
}

void endpoint_path(struct strbuf *out, const struct endpoint *e, const char *key)
{
	strbuf_adds(out, e->base);
	if (e->path_style) {
		strbuf_addch(out, '/');
		strbuf_adds(out, e->bucket);
	}
	if (key || !e->path_style)
		strbuf_addch(out, '/');
	if (key) {
		sigv4_encode_path(out, slice_of(e->prefix));
		sigv4_encode_path(out, slice_of(key));
	}
}

void endpoint_url(struct strbuf *out, const struct endpoint *e, const char *key, const char *query)
{
	strbuf_addf(out, "%s://%s", e->scheme, e->host);
	endpoint_path(out, e, key);
	if (query && *query) {
		strbuf_addch(out, '?');
		strbuf_adds(out, query);
	}
}
