/* Any bytes as a property list: read or refused with a reason, twice with the same result and in bounded memory. What was read is
 * text, and comes out the same when it is written as XML, and as binary, and read again. */
#include "../unit/inspect/plistwrite.h"
#include "require.h"

static void read_again(const char *want, struct slice bytes)
{
	struct strbuf got = STRBUF_INIT;
	struct arena a = ARENA_INIT;
	struct plist p;
	const char *why;

	REQUIRE(plist_open(&p, &a, bytes, &why) == 0);
	plist_dump(&got, &p, plist_root(&p));
	REQUIRE(strcmp(want, got.p) == 0);
	strbuf_release(&got);
	arena_release(&a);
}

static void write_again(const struct plist *p)
{
	struct strbuf dump = STRBUF_INIT, other = STRBUF_INIT;

	plist_dump(&dump, p, plist_root(p));
	if (dump.n <= PLISTWRITE_MAX) {
		if (plist_as_xml(&other, p))
			read_again(dump.p, strbuf_slice(&other));
		strbuf_reset(&other);
		if (plist_as_binary(&other, p))
			read_again(dump.p, strbuf_slice(&other));
	}
	strbuf_release(&dump);
	strbuf_release(&other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = ARENA_INIT, b = ARENA_INIT;
	struct plist p, again;
	const char *why = NULL, *why_again = NULL;
	int bad = plist_open(&p, &a, slice_bytes(data, size), &why);

	REQUIRE(a.used <= 70 * size + 1024);
	REQUIRE(plist_open(&again, &b, slice_bytes(data, size), &why_again) == bad);
	if (bad) {
		REQUIRE(why && *why && strcmp(why, why_again) == 0);
	} else {
		for (size_t i = 0; i < p.n; i++)
			REQUIRE(text_is_utf8(p.v[i].text));
		REQUIRE(p.n == again.n && p.root == again.root);
		write_again(&p);
	}
	arena_release(&a);
	arena_release(&b);
	return 0;
}
