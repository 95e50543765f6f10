/* An accepted version survives being written and read, in both forms; two lines compare as a reference does. */
#include "base/version.h"
#include "require.h"

static bool same(const struct version *a, const struct version *b)
{
	for (size_t i = 0; i < VERSION_PARTS; i++)
		if (a->part[i] != b->part[i])
			return false;
	return a->n == b->n;
}

static void check_one(struct slice text)
{
	struct strbuf out = STRBUF_INIT;
	struct version v, again;

	if (version_parse(&v, text)) {
		REQUIRE(version_parse_device(&again, text) && same(&v, &again));
		for (size_t i = 0; i < text.n; i++)
			REQUIRE(text.p[i] == '.' || (text.p[i] >= '0' && text.p[i] <= '9'));
	}
	if (!version_parse_device(&v, text))
		return;
	REQUIRE(v.n <= VERSION_PARTS && (v.n == 0 || v.part[v.n - 1] != 0));
	version_format(&out, &v);
	REQUIRE(version_parse(&again, strbuf_slice(&out)) && same(&v, &again));
	REQUIRE(out.n <= text.n && version_cmp(&v, &again) == 0);
	strbuf_release(&out);
}

/* The order of the first parts that differ. */
static int reference_order(struct slice a, struct slice b)
{
	while (a.p || b.p) {
		struct slice left = slice_cut(&a, '.'), right = slice_cut(&b, '.');

		while (slice_starts(left, "0"))
			left = slice_from(left, 1);
		while (slice_starts(right, "0"))
			right = slice_from(right, 1);
		if (left.n != right.n)
			return left.n < right.n ? -1 : 1;
		if (!slice_eq(left, right))
			return slice_cmp(left, right);
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = slice_bytes(data, size), first = slice_cut(&rest, '\n');
	struct version a, b;

	check_one(first);
	check_one(rest);
	if (version_parse(&a, first) && version_parse(&b, rest)) {
		REQUIRE(version_cmp(&a, &b) == reference_order(first, rest));
		REQUIRE(version_cmp(&b, &a) == -version_cmp(&a, &b));
	}
	return 0;
}
