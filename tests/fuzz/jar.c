/* Any bytes as a hotpatch of Android, as a signed JAR, and as a manifest: refused with a reason, or what was read fits together: a
 * file outside META-INF of a signed one cannot be changed. */
#include <string.h>

#include "base/text.h"
#include "inspect/jar.h"
#include "inspect/jarmanifest.h"
#include "inspect/jarsig.h"
#include "require.h"

static void check_section(const struct jar_section *s, struct slice text)
{
	REQUIRE(s->raw.p >= text.p && s->raw.p + s->raw.n <= text.p + text.n);
	for (size_t i = 0; i < s->n; i++) {
		REQUIRE(s->v[i].name.n >= 1 && s->v[i].name.n <= 70);
		REQUIRE(slice_find(s->v[i].value, '\n') < 0 && slice_find(s->v[i].value, '\r') < 0);
	}
}

static void read_manifest(struct slice text)
{
	struct arena a = ARENA_INIT;
	struct jar_manifest m;
	const char *why = NULL;

	if (jar_manifest_read(&m, &a, text, &why)) {
		REQUIRE(why && *why);
	} else {
		if (m.main.n)
			check_section(&m.main, text);
		for (size_t i = 0; i < m.n; i++) {
			check_section(&m.v[i], text);
			REQUIRE(i == 0 || slice_cmp(m.v[i - 1].name, m.v[i].name) < 0);
			REQUIRE(jar_section(&m, m.v[i].name) == &m.v[i]);
		}
	}
	arena_release(&a);
}

/* The last byte of the first stored file outside META-INF is another one. */
static void check_signed(const struct zip *zip)
{
	for (size_t i = 0; i < zip->n; i++) {
		const struct zip_entry *e = &zip->v[i];
		struct zip changed = *zip;
		struct jarsig sig;
		const char *why;
		char *copy;

		if (e->deflated || !e->size || slice_starts(e->name, "META-INF/"))
			continue;
		copy = arena_str(zip->a, zip->bytes);
		copy[e->data + e->size - 1] ^= 1;
		changed.bytes.p = copy;
		REQUIRE(jarsig_read(&sig, &changed, &why) != 0);
		return;
	}
}

static void read_jar(struct slice bytes)
{
	struct arena a = ARENA_INIT;
	const char *why = NULL;
	struct jarsig sig;
	struct jar jar;

	if (jar_read(&jar, &a, bytes, &why)) {
		REQUIRE(why && *why);
	} else {
		REQUIRE(text_is_utf8(jar.target) && text_is_utf8(jar.other));
		REQUIRE(jar.has_patch || (!jar.ntypes && !jar.target.n));
		if (jarsig_read(&sig, &jar.zip, &why))
			REQUIRE(why && *why);
		else if (sig.n)
			check_signed(&jar.zip);
	}
	arena_release(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_jar(slice_bytes(data, size));
	read_manifest(slice_bytes(data, size));
	return 0;
}
