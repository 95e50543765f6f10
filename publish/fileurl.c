#include "publish/fileurl.h"

#include "base/text.h"

static const char *decode(struct strbuf *out, struct slice path)
{
	for (size_t i = 0; i < path.n; i++) {
		uint8_t byte = (uint8_t)path.p[i];

		if (byte == '?' || byte == '#')
			return "has a ? or a #; in the name of a folder they are written %3F and %23";
		if (byte == '%') {
			if (!text_hex_any(&byte, 1, slice_sub(path, i + 1, 2)))
				return "has a % without two hex digits behind it; a percent sign itself is written %25";
			i += 2;
			if (byte == '/')
				return "has %2F, a slash within a name, which no folder has";
		}
		if (byte == 0)
			return "has a NUL, which no folder has";
		strbuf_addch(out, (char)byte);
	}
	return NULL;
}

const char *fileurl_path(struct strbuf *out, struct slice url)
{
	struct slice rest = slice_from(url, sizeof(FILEURL_SCHEME) - 1), host;
	size_t before = out->n;
	const char *fault;

	if (!slice_starts(url, FILEURL_SCHEME))
		return "does not begin with " FILEURL_SCHEME;
	host = slice_cut(&rest, '/');
	if (host.n > 0 && !slice_eq_nocase(host, SLICE("localhost")))
		return "names a host; a folder of this machine is file:///path, with three slashes";
	if (!rest.p)
		return "names no folder; a folder is file:///path, with three slashes";
	strbuf_addch(out, '/');
	fault = decode(out, rest);
	while (out->n > before + 1 && out->p[out->n - 1] == '/')
		strbuf_truncate(out, out->n - 1);
	return fault;
}
