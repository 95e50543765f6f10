/* defs/url.c: the URLs that definitions may hold. */
#include "defs/url.h"

/* The host of `scheme://host:port/path`; with its brackets where it is an IPv6 address. */
static struct slice host_of(struct slice authority)
{
	ptrdiff_t end;

	if (slice_starts(authority, "[")) {
		end = slice_find(authority, ']');
		return end < 0 ? (struct slice){ NULL, 0 } : slice_sub(authority, 0, (size_t)end + 1);
	}
	end = slice_find(authority, ':');
	return end < 0 ? authority : slice_sub(authority, 0, (size_t)end);
}

static bool is_loopback(struct slice host)
{
	if (slice_eq_nocase(host, SLICE("localhost")) || slice_eqs(host, "[::1]"))
		return true;
	if (!slice_starts(host, "127."))
		return false;
	size_t dots = 0;
	for (size_t i = 0; i < host.n; i++) {
		if (host.p[i] == '.')
			dots++;
		else if (host.p[i] < '0' || host.p[i] > '9')
			return false;
	}
	return dots == 3;
}

/* What follows the host: nothing, or a port of digits. */
static bool is_port(struct slice s)
{
	if (!s.n)
		return true;
	if (s.p[0] != ':' || s.n < 2 || s.n > 6)
		return false;
	for (size_t i = 1; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return true;
}

static bool is_host(struct slice host)
{
	bool v6 = slice_starts(host, "[");

	if (!host.n || (v6 && host.n < 4))
		return false;
	for (size_t i = v6 ? 1 : 0; i < host.n - (v6 ? 1 : 0); i++) {
		char c = host.p[i];
		bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		if (!alnum && c != '.' && (v6 ? c != ':' : c != '-' && c != '_'))
			return false;
	}
	return true;
}

/* RFC 3986 knows printable ASCII only; the rest is percent-encoded. */
static bool is_plain(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~' || s.p[i] == '"' || s.p[i] == '<' || s.p[i] == '>' || s.p[i] == '\\')
			return false;
	return true;
}

const char *url_problem(struct slice url)
{
	bool http = slice_starts(url, "http://");

	if (!http && !slice_starts(url, "https://"))
		return "must begin with \"https://\"";
	if (!is_plain(url))
		return "must be printable ASCII, everything else percent-encoded";
	struct slice authority = slice_from(url, http ? 7 : 8);
	for (size_t i = 0; i < authority.n; i++)
		if (authority.p[i] == '/' || authority.p[i] == '?' || authority.p[i] == '#')
			authority.n = i;
	if (slice_find(authority, '@') >= 0)
		return "must not name a user";
	struct slice host = host_of(authority);
	if (!is_host(host) || !is_port(slice_from(authority, host.n)))
		return "must name a host, and at most a port behind it";
	if (http && !is_loopback(host))
		return "must begin with \"https://\"; http is for loopback hosts";
	return NULL;
}
