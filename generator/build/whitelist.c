#include "build/whitelist.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define RATE_MAX   UINT64_C(100000000000)    /* 1e-4 */
#define RATE_MIN   UINT64_C(1000)            /* 1e-12 */
#define RATE_TENTH UINT64_C(100000000000000) /* 0.1 */

struct reader {
	struct filter_key *v;
	size_t n, cap;
	uint64_t plain; /* ids that look like a phone number or an e-mail address */
	struct digests *digests;
	uint8_t salt[SHA256_SIZE];
	const char *path;
	struct diags *d;
};

uint64_t whitelist_rate(const struct app *app, const struct whitelist *list)
{
	uint64_t rate, sum = 0;
	struct slice text = list->fpr.n ? list->fpr : app->filter_fpr;

	if (text.n && text_decimal(&rate, text, FILTER_RATE_DECIMALS))
		return rate;
	for (size_t i = 0; i < PLATFORM_COUNT; i++) {
		if (app->audience[i] > 0)
			sum += (uint64_t)app->audience[i];
	}
	rate = sum ? RATE_TENTH / sum : RATE_MAX;
	return rate > RATE_MAX ? RATE_MAX : rate < RATE_MIN ? RATE_MIN : rate;
}

static int add_id(struct reader *r, struct slice id)
{
	if (r->n == r->cap) {
		size_t cap = r->cap ? r->cap * 2 : 1024;
		struct filter_key *v = reallocarray(r->v, cap, sizeof(*v));

		if (!v)
			return diag_environment(r->d, r->path, "out of memory after %zu ids", r->n);
		r->v = v;
		r->cap = cap;
	}
	r->plain += text_is_personal(id);
	if (filter_hash(&r->v[r->n], r->digests, r->salt, id))
		return diag_environment(r->d, r->path, "cannot hash an id");
	r->n++;
	return 0;
}

static int read_ids(struct reader *r, struct slice text)
{
	uint32_t number = 0;

	if (slice_starts(text, "\xef\xbb\xbf"))
		return diag_error(r->d, (struct srcpos){ r->path, 1, 1 },
				  "a byte order mark; save the file as UTF-8 without one");
	for (struct slice rest = text, line; rest.p;) {
		line = slice_cut(&rest, '\n');
		number++;
		if (!text_is_utf8(line))
			return diag_error(r->d, (struct srcpos){ r->path, number, 1 }, "this line is not valid UTF-8");
		while (line.p) {
			struct slice id = slice_trim(slice_cut(&line, ','));

			if (id.n && add_id(r, id))
				return -1;
		}
	}
	return 0;
}

static void report(const struct reader *r, const struct whitelist *list, uint64_t distinct)
{
	struct srcpos at = SRCPOS_FILE(r->path);

	if (!r->n)
		diag_warning(r->d, at, "this list holds no id: nobody is on it");
	if (r->n > distinct)
		diag_warning(r->d, at, "%" PRIu64 " of %zu ids are repetitions", r->n - distinct, r->n);
	if (!list->plain_ids && r->plain * 2 > r->n) {
		diag_warning(r->d, at,
			     "%" PRIu64 " of %zu ids look like phone numbers or e-mail addresses; a filter does not "
			     "hide ids that can be "
			     "enumerated: use opaque ids, or say plainIds = true in " SLICE_FMT ".ini",
			     r->plain, r->n, SLICE_ARG(list->name));
	}
}

static int encode_filter(struct whitelist_filter *out, const struct app *app, const struct reader *r)
{
	if (filter_plan(&out->plan, out->ids, whitelist_rate(app, out->list)))
		return diag_error(r->d, SRCPOS_FILE(r->path),
				  "no filter holds %" PRIu64 " ids at this rate of false positives", out->ids);
	if (filter_encode(&out->bytes, out->root, r->digests, r->v, (size_t)out->ids, out->plan) ||
	    digest_sha256(r->digests, out->file, strbuf_slice(&out->bytes)))
		return diag_environment(r->d, r->path, "cannot make the filter: out of memory");
	out->length = out->bytes.n;
	return 0;
}

bool whitelist_key(uint8_t key[SHA256_SIZE], const struct recipe_book *book, const struct app *app,
		   const struct whitelist *list, const char *id)
{
	struct slice parts[] = { SLICE("filter/1"), slice_of(id), app->app_code, list->name,
				 arena_printf(book->a, "%" PRIu64, whitelist_rate(app, list)) };

	return recipe_key(key, book, parts, COUNT(parts));
}

bool whitelist_reuse(struct whitelist_filter *out, struct recipe_book *book, const uint8_t key[SHA256_SIZE],
		     const struct whitelist *list)
{
	const struct recipe *r = recipe_find(book, key);
	uint64_t pages, probes;

	memset(out, 0, sizeof(*out));
	out->list = list;
	if (!r || !recipe_get_uint(&out->ids, r, "ids") || !recipe_get_uint(&pages, r, "pages") ||
	    !recipe_get_uint(&probes, r, "probes") || !recipe_get_hex(out->root, SHA256_SIZE, r, "root") || pages < 1 ||
	    pages > FILTER_PAGES_MAX || probes < 1 || probes > FILTER_PROBES_MAX ||
	    r->length != filter_file_size((uint32_t)pages))
		return false;
	recipe_note(book, r);
	out->plan.pages = (uint32_t)pages;
	out->plan.probes = (uint32_t)probes;
	out->length = r->length;
	memcpy(out->file, r->hash, SHA256_SIZE);
	return true;
}

void whitelist_note(const struct whitelist_filter *f, struct recipe_book *book, const uint8_t key[SHA256_SIZE])
{
	struct recipe_fact facts[] = {
		recipe_fact_uint(book->a, "ids", f->ids),
		recipe_fact_uint(book->a, "pages", f->plan.pages),
		recipe_fact_uint(book->a, "probes", f->plan.probes),
		recipe_fact_hex(book->a, "root", f->root, SHA256_SIZE),
	};
	struct recipe r = { .name = SLICE(FILTER_NAME), .length = f->length, .facts = facts, .nfacts = COUNT(facts) };

	memcpy(r.key, key, SHA256_SIZE);
	memcpy(r.hash, f->file, SHA256_SIZE);
	recipe_note(book, &r);
}

int whitelist_make(struct whitelist_filter *out, const struct app *app, const struct whitelist *list, struct slice text,
		   struct digests *digests, bool encode, struct diags *d)
{
	struct reader r = { .digests = digests, .path = list->path, .d = d };
	int bad = -1;

	memset(out, 0, sizeof(*out));
	out->list = list;
	if (filter_salt(r.salt, digests, app->app_code, list->name)) {
		diag_environment(d, r.path, "cannot hash an id");
	} else if (!read_ids(&r, text)) {
		out->ids = filter_sort_unique(r.v, r.n);
		report(&r, list, out->ids);
		bad = encode ? encode_filter(out, app, &r) : 0;
	}
	if (bad)
		strbuf_release(&out->bytes);
	free(r.v);
	return bad;
}

void whitelist_filter_release(struct whitelist_filter *f)
{
	strbuf_release(&f->bytes);
}
