/* A list of any bytes: refused exactly when it is no UTF-8 or begins with a byte order mark, else its ids are those that a plain
 * split finds, and every one of them is in the filter. */
#include <string.h>

#include "base/text.h"
#include "build/whitelist.h"
#include "require.h"

#define IDS_MAX 512 /* further bytes are left out */

static bool is_space(char c)
{
	return c == ' ' || (c >= 9 && c <= 13);
}

/* Byte by byte; distinct ids, *all counts the repetitions too. Returns how many bytes were looked at. */
static size_t split(struct slice *ids, size_t *n, size_t *all, struct slice text)
{
	size_t start = 0, at = 0;

	*n = *all = 0;
	for (; at <= text.n && *n < IDS_MAX; at++) {
		if (at < text.n && text.p[at] != ',' && text.p[at] != '\n')
			continue;
		size_t first = start, end = at, k = 0;

		while (first < end && is_space(text.p[first]))
			first++;
		while (first < end && is_space(text.p[end - 1]))
			end--;
		start = at + 1;
		if (first == end)
			continue;
		++*all;
		while (k < *n && !slice_eq(ids[k], slice_sub(text, first, end - first)))
			k++;
		if (k == *n)
			ids[(*n)++] = slice_sub(text, first, end - first);
	}
	return at > text.n ? text.n : at;
}

static void check_listed(struct digests *dg, const struct app *app, const struct whitelist_filter *f, struct slice id)
{
	uint8_t salt[SHA256_SIZE];
	struct filter_key key;
	uint64_t offset;
	uint32_t length;

	REQUIRE(!filter_salt(salt, dg, app->app_code, f->list->name) && !filter_hash(&key, dg, salt, id));
	filter_record_range(&offset, &length, f->plan.pages, filter_page_of(key.h, f->plan.pages));
	REQUIRE(filter_page_has(slice_sub(strbuf_slice(&f->bytes), offset, FILTER_PAGE), key.seed, f->plan.probes));
}

/* The one error of a refused list lies at its first bad line. */
static void check_refused(const struct diags *d, struct slice text)
{
	uint32_t line = 1;

	REQUIRE(d->n == 1 && d->errors == 1 && !d->environment);
	for (struct slice rest = text; rest.p && !slice_starts(text, "\xef\xbb\xbf"); line++) {
		if (!text_is_utf8(slice_cut(&rest, '\n')))
			break;
	}
	REQUIRE(d->v[0].at.line == line && d->v[0].at.col == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct slice ids[IDS_MAX];
	struct app app = { .app_code = SLICE("D-default"), .audience = { 1000000, -1, -1 } };
	struct whitelist list = { .name = SLICE("list"), .path = "list.txt", .plain_ids = true };
	struct slice text = slice_bytes(data, size);
	struct whitelist_filter f;
	struct diags d = DIAGS_INIT;
	struct digests *dg = NULL;
	size_t n, all;

	text.n = split(ids, &n, &all, text);
	REQUIRE(digests_new(&dg) == 0);
	if (whitelist_make(&f, &app, &list, text, dg, true, &d)) {
		REQUIRE(slice_starts(text, "\xef\xbb\xbf") || !text_is_utf8(text));
		REQUIRE(!f.bytes.p);
		check_refused(&d, text);
	} else {
		REQUIRE(text_is_utf8(text) && f.ids == n && !d.errors);
		REQUIRE(d.warnings == (n == 0 || all > n ? 1 : 0)); /* one excludes the other */
		for (size_t i = 0; i < n; i++)
			check_listed(dg, &app, &f, ids[i]);
	}
	whitelist_filter_release(&f);
	diags_release(&d);
	digests_free(dg);
	return 0;
}
