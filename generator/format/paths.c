#include "format/paths.h"

#include <string.h>

#include "base/text.h"
#include "format/references.h"
#include "format/tuf.h"

#define H16_BYTES 8 /* 16 digits */

void path_object_target(struct strbuf *out, const uint8_t hash[32], const char *name)
{
	strbuf_adds(out, "o/");
	strbuf_addhex(out, hash, H16_BYTES);
	strbuf_addch(out, '/');
	strbuf_adds(out, name);
}

void path_object(struct strbuf *out, const uint8_t hash[32], const char *name)
{
	strbuf_adds(out, "targets/o/");
	strbuf_addhex(out, hash, H16_BYTES);
	strbuf_addch(out, '/');
	strbuf_addhex(out, hash, 32);
	strbuf_addch(out, '.');
	strbuf_adds(out, name);
}

void path_index_target(struct strbuf *out, enum platform p, enum kind k)
{
	strbuf_adds(out, "index/v1/");
	strbuf_adds(out, platform_name(p));
	strbuf_addch(out, '-');
	strbuf_adds(out, kind_name(k));
	strbuf_adds(out, ".json");
}

void path_target_file(struct strbuf *out, struct slice target_path, const uint8_t hash[32])
{
	size_t dir = (size_t)(slice_rfind(target_path, '/') + 1); /* 0 without a folder */

	strbuf_adds(out, "targets/");
	strbuf_addslice(out, slice_sub(target_path, 0, dir));
	strbuf_addhex(out, hash, 32);
	strbuf_addch(out, '.');
	strbuf_addslice(out, slice_from(target_path, dir));
}

void path_metadata(struct strbuf *out, uint64_t version, const char *role)
{
	strbuf_adds(out, "metadata/");
	if (version > 0) {
		strbuf_adduint(out, version);
		strbuf_addch(out, '.');
	}
	strbuf_adds(out, role);
	strbuf_adds(out, ".json");
}

bool metadata_name(uint64_t *version, struct slice *role, struct slice name)
{
	struct slice rest = name, head = slice_cut(&rest, '.');
	uint64_t n;

	if (!slice_ends(name, ".json"))
		return false;
	*version = 0;
	*role = slice_sub(name, 0, name.n - strlen(".json"));
	if (text_uint(&n, head) && n >= 1 && n <= TUF_VERSION_MAX && head.p[0] != '0') {
		*version = n;
		*role = slice_sub(rest, 0, rest.n >= strlen(".json") ? rest.n - strlen(".json") : 0);
	}
	return role->n > 0;
}

void path_resolve(struct strbuf *out, struct slice base, struct slice reference)
{
	if (!reference_is_whole(reference))
		strbuf_addslice(out, base);
	strbuf_addslice(out, reference);
}
