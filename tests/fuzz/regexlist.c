/* A .regex file of any bytes: what is taken of it are lines of it that are patterns; every complaint lies at one of its lines. */
#include "base/text.h"
#include "defs/pattern.h"
#include "defs/whitelist.h"
#include "places.h"

static int read_text(void *ctx, struct blob *out, const struct file_entry *e, uint64_t limit, struct diags *d)
{
	const struct slice *text = ctx;

	(void)e, (void)limit, (void)d;
	*out = (struct blob){ .data = *text };
	return 0;
}

/* The patterns by hand: the lines that are not blank, as far as there is no error. */
static void check_patterns(const struct whitelist *w, struct slice text, struct arena *a)
{
	size_t n = 0;

	for (struct slice rest = text, line; rest.p;) {
		struct pattern_fault fault;
		struct slice want;

		line = slice_cut(&rest, '\n');
		if (slice_ends(line, "\r"))
			line.n--;
		if (!slice_trim(line).n)
			continue;
		REQUIRE(n < w->npatterns && pattern_read(&want, &fault, line, a));
		REQUIRE(slice_eq(w->patterns[n++], want));
	}
	REQUIRE(n == w->npatterns && n >= 1 && n <= WHITELIST_PATTERNS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct file_entry entry = { "l.regex", { "l.regex", 7 }, FILE_REGULAR, "" };
	struct layout_file file = { .entry = &entry, .kind = LAYOUT_WHITELIST_REGEX, .name = SLICE("l") };
	const struct layout_app files = { .files = &file, .n = 1 };
	struct slice text = slice_bytes(data, size);
	const struct filetree tree = { .v = &entry, .n = 1, .ctx = &text, .read = read_text };
	struct app app = { .nwhitelists = 0 };
	struct arena a = ARENA_INIT;
	struct diags d = DIAGS_INIT;

	whitelists_load(&app, &files, &tree, &a, &d);
	REQUIRE(app.nwhitelists == 1 && app.whitelists[0]->is_regex);
	check_places(&d, NULL, text, 0);
	if (!d.errors)
		check_patterns(app.whitelists[0], text, &a);
	diags_release(&d);
	arena_release(&a);
	return 0;
}
