#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "../signedapk.h"
#include "inspect/jarsig.h"

#define END                                                                                                            \
	{                                                                                                              \
		NULL, { NULL, 0 }, 0, false                                                                            \
	}
#define ENTRY(n, t)                                                                                                    \
	{                                                                                                              \
		n, { t, sizeof(t) - 1 }, 0, false                                                                      \
	}
#define ZERO_DIGEST "SHA-256-Digest: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n"
#define SF          "META-INF/A.SF"
#define BLOCK       "META-INF/A.EC"
#define MF          "META-INF/MANIFEST.MF"
#define OF_ANOTHER  "\"" SF "\" is of another " MF
#define CHANGED     "was changed after it was signed: its digest in " MF " is another one"

static int make_pair(void **state)
{
	static struct signer_pair pair;

	pair = signer_pair_new();
	*state = &pair;
	return 0;
}

static int free_pair(void **state)
{
	signer_pair_free(*state);
	return 0;
}

/* Reads a copy that ends where the memory ends. The reason, in static memory; NULL: good. */
static const char *read_exact(struct jarsig *out, struct slice bytes)
{
	static const struct zip_limits limits = { 0 };
	static char text[256];
	char *copy = malloc(bytes.n);
	struct arena a = ARENA_INIT;
	const char *why = NULL;
	struct zip zip;
	int bad;

	assert_non_null(copy);
	memcpy(copy, bytes.p, bytes.n);
	bad = zip_open(&zip, &a, slice_bytes(copy, bytes.n), &limits, &why) || jarsig_read(out, &zip, &why);
	snprintf(text, sizeof(text), "%s", why ? why : "");
	assert_int_equal(why != NULL, bad);
	free(copy);
	arena_release(&a);
	return bad ? text : NULL;
}

struct jar { /* NULL, or empty: the usual */
	const char *name;
	struct test_zip_entry entries[6];
	const char *manifest; /* goes behind the usual one */
	const char *sf;       /* stands for all of it, or */
	bool sections;        /* it has digests of the sections alone */
	bool other_sf;        /* the signature is of another text */
	const char *without;  /* this entry is left out */
	const char *block;    /* its name */
	const char *why;
};

static void add_sections_sf(struct strbuf *out, struct slice manifest)
{
	struct slice rest = manifest;
	char *at = memmem(rest.p, rest.n, "Name: ", 6);

	strbuf_adds(out, "Signature-Version: 1.0\r\n\r\n");
	for (rest = slice_from(rest, (size_t)(at - rest.p)); rest.n;) {
		char *end = memmem(rest.p, rest.n, "\r\n\r\n", 4);
		struct slice section = slice_sub(rest, 0, (size_t)(end - rest.p) + 4), name = section;

		name = slice_sub(name, 6, (size_t)((char *)memmem(name.p, name.n, "\r\n", 2) - name.p) - 6);
		strbuf_addf(out, "Name: " SLICE_FMT "\r\n", SLICE_ARG(name));
		add_digest_line(out, "SHA-256-Digest", section);
		strbuf_adds(out, "\r\n");
		rest = slice_from(rest, section.n);
	}
}

static void make(struct strbuf *out, const struct jar *j, const struct signer_pair *pair)
{
	struct strbuf mf = STRBUF_INIT, sf = STRBUF_INIT, cms = STRBUF_INIT;
	struct test_zip_entry all[10] = { END };
	size_t n = 0;

	add_manifest(&mf, j->entries);
	if (j->sections)
		add_sections_sf(&sf, strbuf_slice(&mf));
	if (j->manifest)
		strbuf_adds(&mf, j->manifest);
	if (j->sf)
		strbuf_adds(&sf, j->sf);
	else if (!j->sections)
		add_sf(&sf, strbuf_slice(&mf));
	add_detached(&cms, pair, j->other_sf ? SLICE("other") : strbuf_slice(&sf));
	all[n++] = (struct test_zip_entry){ MF, strbuf_slice(&mf), 0, true };
	all[n++] = (struct test_zip_entry){ SF, strbuf_slice(&sf), 0, false };
	all[n++] = (struct test_zip_entry){ j->block ? j->block : BLOCK, strbuf_slice(&cms), 0, false };
	for (const struct test_zip_entry *e = j->entries; e->name; e++)
		all[n++] = *e;
	for (size_t i = 0; j->without && i < n; i++) {
		if (!strcmp(all[i].name, j->without))
			memmove(&all[i], &all[i + 1], (n-- - i) * sizeof(*all));
	}
	zip_make(out, all);
	strbuf_release(&cms);
	strbuf_release(&sf);
	strbuf_release(&mf);
}

static void test_jars(void **state)
{
	static const struct jar cases[] = {
		{ .name = "usual", .entries = { ENTRY("a", "A"), ENTRY("b/c", "BC"), END } },
		{ .name = "sections alone", .entries = { ENTRY("a", "A"), ENTRY("b/c", "BC"), END }, .sections = true },
		{ .name = "RSA by name", .entries = { ENTRY("a", "A"), END }, .block = "META-INF/A.RSA" },
		{ .name = "lower case", .entries = { ENTRY("a", "A"), END }, .block = "META-INF/A.dsa" },
		{ .name = "a long name",
		  .entries = { ENTRY("a", "A"), END },
		  .manifest =
			  "Name: META-INF/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n aaa\r\n\r\n" },
		{ .name = "a section without digests of a folder",
		  .entries = { ENTRY("a", "A"), END },
		  .manifest = "Name: b/\r\nSealed: true\r\n\r\n" },
		{ .name = "not in META-INF", .entries = { ENTRY("META-INF/PATCH.MF", "x"), ENTRY("a", "A"), END } },
		{ .name = "another text signed",
		  .entries = { ENTRY("a", "A"), END },
		  .other_sf = true,
		  .why = "\"" BLOCK "\" does not hold: the content is not what was signed (its digest differs)" },
		{ .name = "a bomb",
		  .entries = { { "a", { "A", 1 }, 96 << 20, false }, END },
		  .why = "the archive unpacks to more than 200 times its size, too much to be hashed" },
		{ .name = "large enough to be looked at",
		  .entries = { { "a", { "A", 1 }, 32 << 20, false }, END },
		  .why = "\"a\" " CHANGED },
		{ .name = "no block",
		  .entries = { ENTRY("a", "A"), END },
		  .without = BLOCK,
		  .why = "\"" SF "\" has no signature beside it (.RSA, .EC, .DSA)" },
		{ .name = "a block of another name",
		  .entries = { ENTRY("a", "A"), END },
		  .block = "META-INF/B.EC",
		  .why = "\"" SF "\" has no signature beside it (.RSA, .EC, .DSA)" },
		{ .name = "no manifest",
		  .entries = { ENTRY("a", "A"), END },
		  .without = MF,
		  .why = "\"" SF "\" is of a " MF " that is not there" },
		{ .name = "an entry less",
		  .entries = { ENTRY("a", "A"), ENTRY("b", "B"), END },
		  .without = "b",
		  .why = "\"b\" was removed after it was signed: " MF " still names it" },
		{ .name = "another manifest",
		  .entries = { ENTRY("a", "A"), END },
		  .sf = "Signature-Version: 1.0\r\nSHA-256-Digest-Manifest: AAAA\r\n\r\n",
		  .why = OF_ANOTHER },
		{ .name = "no digest at all",
		  .entries = { ENTRY("a", "A"), END },
		  .sf = "Signature-Version: 1.0\r\n\r\n",
		  .why = OF_ANOTHER },
		{ .name = "MD5 alone",
		  .entries = { ENTRY("a", "A"), END },
		  .sf = "Signature-Version: 1.0\r\nMD5-Digest-Manifest: AAAA\r\n\r\n",
		  .why = OF_ANOTHER },
		{ .name = "a section more than signed",
		  .entries = { ENTRY("a", "A"), END },
		  .sections = true,
		  .manifest = "Name: b\r\n" ZERO_DIGEST "\r\n",
		  .why = OF_ANOTHER },
		{ .name = "an entry of another content",
		  .entries = { ENTRY("a", "A"), END },
		  .manifest = "Name: " MF "\r\n" ZERO_DIGEST "\r\n",
		  .why = "\"" MF "\" " CHANGED },
		{ .name = "an unreadable manifest",
		  .entries = { ENTRY("a", "A"), END },
		  .manifest = "what\r\n",
		  .why = "\"" MF "\" cannot be read: line 6 is no attribute (`name: value`)" },
		{ .name = "an unreadable SF",
		  .entries = { ENTRY("a", "A"), END },
		  .sf = "what",
		  .why = "\"" SF "\" cannot be read: line 1 is no attribute (`name: value`)" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf bytes = STRBUF_INIT;
		struct jarsig sig;
		uint8_t cert[32];
		const char *why;

		print_message("%s\n", cases[i].name);
		make(&bytes, &cases[i], *state);
		why = read_exact(&sig, strbuf_slice(&bytes));
		assert_string_equal(why ? why : "good", cases[i].why ? cases[i].why : "good");
		if (!why) {
			assert_int_equal(sig.n, 1);
			cert_sha256(cert, *state);
			assert_memory_equal(sig.cert[0], cert, 32);
		}
		strbuf_release(&bytes);
	}
}

/* Entries that the signature does not cover, or no signature at all. */
static void test_uncovered(void **state)
{
	static const struct {
		const char *name;
		struct test_zip_entry more;
		const char *why;
	} cases[] = {
		{ "a file", ENTRY("x", "y"), "\"x\" is not signed: " MF " has no digest of it" },
		{ "in META-INF", ENTRY("META-INF/PATCH.MF", "y"), NULL },
		{ "a folder", { "x/", { NULL, 0 }, 0, true }, NULL },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf mf = STRBUF_INIT, sf = STRBUF_INIT, cms = STRBUF_INIT, bytes = STRBUF_INIT;
		const struct test_zip_entry a[] = { ENTRY("a", "A"), END };
		struct jarsig sig;
		const char *why;

		print_message("%s\n", cases[i].name);
		add_manifest(&mf, a);
		add_sf(&sf, strbuf_slice(&mf));
		add_detached(&cms, *state, strbuf_slice(&sf));
		zip_make(&bytes, (struct test_zip_entry[]){ a[0],
							    { MF, strbuf_slice(&mf), 0, false },
							    { SF, strbuf_slice(&sf), 0, false },
							    { BLOCK, strbuf_slice(&cms), 0, false },
							    cases[i].more,
							    END });
		why = read_exact(&sig, strbuf_slice(&bytes));
		assert_string_equal(why ? why : "good", cases[i].why ? cases[i].why : "good");
		strbuf_reset(&bytes);
		zip_make(&bytes, (struct test_zip_entry[]){ a[0], cases[i].more, END });
		assert_null(read_exact(&sig, strbuf_slice(&bytes)));
		assert_int_equal(sig.n, 0);
		strbuf_release(&bytes);
		strbuf_release(&cms);
		strbuf_release(&sf);
		strbuf_release(&mf);
	}
}

/* Whatever byte is changed: what is accepted then has no signature, or the same signer. */
static void test_damage(void **state)
{
	const struct test_zip_entry entries[] = { { "a", { "A", 1 }, 0, true }, END };
	struct strbuf bytes = STRBUF_INIT;
	struct jarsig sig;
	uint8_t cert[32];
	size_t refused = 0;

	cert_sha256(cert, *state);
	sign_jar(&bytes, entries, *state);
	assert_null(read_exact(&sig, strbuf_slice(&bytes)));
	assert_int_equal(sig.n, 1);
	for (size_t at = 0; at < bytes.n; at++) {
		bytes.p[at] ^= 0x11;
		if (!read_exact(&sig, strbuf_slice(&bytes)) && sig.n)
			assert_memory_equal(sig.cert[0], cert, 32);
		else
			refused++;
		bytes.p[at] ^= 0x11;
	}
	assert_in_range(refused, bytes.n - 300, bytes.n); /* times, modes and the like are nobody's concern */
	strbuf_release(&bytes);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_jars),
		cmocka_unit_test(test_uncovered),
		cmocka_unit_test(test_damage),
	};

	return cmocka_run_group_tests(tests, make_pair, free_pair);
}
