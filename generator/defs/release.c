/* defs/release.c: keys beside folders. */
#include "defs/release.h"

#include <inttypes.h>

#include "base/text.h"

static void report_other(struct defs_scope *s, struct object *o, const char *key, const char *value,
			 struct slice folder)
{
	object_error(o, key, "\"%s\" is %s, but the folder is named %s", key, value, quote(s->a, folder));
}

bool release_platform_read(enum platform *platform, struct release *out, struct defs_scope *s, struct object *o,
			   struct slice folder)
{
	struct slice name;

	if (field_string(&name, o, "platform", REQUIRED) && !slice_eq(name, folder))
		report_other(s, o, "platform", quote(s->a, name), folder);
	if (!platform_parse(platform, folder))
		return object_error(o, "platform", "the folder %s is not a platform: android, ios or harmony",
				    quote(s->a, folder));
	out->platforms[*platform] = true;
	return true;
}

bool release_version_read(struct version *out, struct slice *text, struct defs_scope *s, struct object *o,
			  const char *key, struct slice folder)
{
	struct version here;

	if (!field_version(out, text, o, key, REQUIRED))
		return false;
	if (slice_eq(*text, folder))
		return true;
	report_other(s, o, key, quote(s->a, *text), folder);
	if (version_parse(&here, folder)) {
		*out = here;
		*text = folder;
	}
	return true;
}

bool release_number_read(uint32_t *out, struct defs_scope *s, struct object *o, const char *key, struct slice folder)
{
	uint64_t here, given;

	if (!text_uint(&here, folder) || folder.p[0] == '0' || here > INT32_MAX) {
		field_skip(o, key);
		return object_error(o, key, "the folder %s is no %s: 1 to %" PRId32 ", without leading zeros",
				    quote(s->a, folder), key, INT32_MAX);
	}
	if (field_uint(&given, o, key, REQUIRED, 1, INT32_MAX) && given != here)
		report_other(s, o, key, arena_printf(s->a, "%" PRIu64, given).p, folder);
	*out = (uint32_t)here;
	return true;
}

void releases_distinct(const void *v, size_t n, size_t size, bool (*same)(const void *a, const void *b),
		       const char *pointer, const char *what, struct defs_scope *s)
{
	const char *rows = v;

	for (size_t i = 1, first = 0; i < n; i++) {
		const void *x = rows + first * size, *y = rows + i * size;
		const struct release *a = x, *b = y;

		if (!same(x, y)) {
			first = i;
			continue;
		}
		diag_error(s->d, origin_pos(&b->origin, pointer), "%s %s %s of %s", quote(s->a, b->version_text), what,
			   quote(s->a, a->version_text), a->origin.path);
	}
}
