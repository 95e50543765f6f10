/* report/diff_parts.h: what the files of a diff share. Contract: report/diff.h. */
#ifndef REPORT_DIFF_PARTS_H
#define REPORT_DIFF_PARTS_H

#include "base/map.h"
#include "plan/offer.h"
#include "report/diff.h"
#include "report/partition.h"

/* --- whitelists: diff_lists.c ---------------------------------------------------------------------------------------------- */

#define LIST_UNKNOWN UINT64_MAX /* ids of a list of patterns, or of a text that is not at hand */

struct list_cache {          /* what was found out of lists */
	struct map counts;   /* blob id → how many ids */
	struct map contents; /* both blob ids → list_content() */
	struct arena *a;
	struct diags *d;
};

uint64_t list_ids(struct list_cache *c, const struct diff_side *side, const struct whitelist *list);
/* How many ids of the list come and go; false: nobody knows, which was recorded. */
bool list_difference(uint64_t *added, uint64_t *removed, const struct diff_side *base, const struct whitelist *before,
		     const struct diff_side *head, const struct whitelist *after, struct diags *d);
/* What stands for the ids of a list of `side`: equal for equal ids. Of HEAD's list that says the same as BASE's, BASE's. */
const char *list_content(struct list_cache *c, const struct app *before, const struct diff_side *base,
			 const struct diff_side *side, const struct whitelist *list);
/* Whether both texts are the same bytes. */
bool list_is_same(const struct diff_side *base, const struct whitelist *before, const struct diff_side *head,
		  const struct whitelist *after);

/* --- apps -------------------------------------------------------------------------------------------------------------------- */

struct app_pair { /* one app; NULL: that revision does not have it */
	const struct app *before, *after;
	const struct app *app; /* the later one of them */
	const struct diff_side *base, *head;
	struct list_cache *lists;
	struct arena *a;
	struct diags *d;
};

/* What is to be told of the app's definitions, into out->changes. */
void changes_make(struct diff_app *out, const struct app_pair *pair);
/* What devices get differently, into out->slots; what of it must not be missed into out->changes. -1: memory. */
int slots_make(struct diff_app *out, const struct app_pair *pair) MUST_CHECK;

/* --- changes: diff_changes.c, diff_tasks.c, diff_values.c --------------------------------------------------------- */

struct changes { /* appends to one app's */
	struct diff_app *out;
	const struct app_pair *pair;
	struct slice place;
};

/* Empties `text` (one line without its end) into a new change. */
void change_add(struct changes *c, bool attention, struct strbuf *text);
void change_tell(struct changes *c, bool attention, const char *fmt, ...) PRINTF_LIKE(3, 4);

void tasks_compare(struct changes *c, const struct release *before, const struct release *after);
void values_compare(struct changes *c, const struct switch_def *before, const struct switch_def *after);

/* Parts of a sentence: diff_sentence.c. Each appends "; " and itself, or nothing where both are the same. */
struct lists {
	struct whitelist *const *v;
	size_t n;
};

void part_begin(struct strbuf *out); /* "; ", but to the first part */
void part_percent(struct strbuf *out, uint32_t before, uint32_t after);
void part_words(struct strbuf *out, const char *name, const char *before, const char *after);   /* "name: a → b" */
void part_texts(struct strbuf *out, const char *name, struct slice before, struct slice after); /* in quotes, cut */
void part_lists(struct strbuf *out, struct lists before, struct lists after); /* "whitelists: + lab − testers" */
/* "city: + Beijing − Hangzhou", "osVersion from 10 to 12 → osVersion at least 10" */
void rules_compare(struct strbuf *out, const struct rules *before, const struct rules *after);
void part_quoted(struct strbuf *out, struct slice text); /* the text alone */
/* How much of the beginning of two long texts is left out, so that the cut does not hide where they differ. */
size_t part_skip(struct slice before, struct slice after);
void part_cut(struct strbuf *out, struct slice text, size_t skip);
bool rule_is_same(const struct rule *a, const struct rule *b);
bool rules_are_same(const struct rules *a, const struct rules *b);

/* diff_settings.c */
void settings_compare(struct changes *c);
void keys_compare(struct changes *c);
void whitelists_compare(struct changes *c);
void resources_compare(struct changes *c);
void census_compare(struct changes *c);

/* --- offers: diff_offer.c ------------------------------------------------------------------------------------------------------ */

struct meaning {
	struct slice guard, payload; /* as in struct diff_line */
};

/* Numbers what offers mean: equal numbers for the same answer under the same conditions. */
struct meanings {
	struct arena *a;
	const struct app_pair *pair;
	struct map numbers;
	uint32_t n;
	const struct app *app; /* from here on: of the revision that is being numbered */
	const struct diff_side *side;
	const struct release *last; /* the release that `answer` is of */
	json_t *answer;
	bool failed;
};

void meanings_release(struct meanings *m);
/* Of the offers of a slot: means[i] and out[i] of the offer v[first + i]. */
void meanings_add(struct meanings *m, uint32_t *means, struct meaning *out, const struct offers *offers,
		  const struct offer_slot *slot);

struct slice offer_who(struct arena *a, const struct offer *o, int64_t now); /* "12.5 % of devices", "everybody" */
struct slice offer_what(struct arena *a, const struct offer *o);             /* "8.0.10, forced" */
struct slice offer_task_name(const struct offer *o);
/* Names of what differs between two payloads: "prompt, package". */
struct slice payload_difference(struct arena *a, struct slice before, struct slice after);

/* --- segments: diff_where.c, diff_lines.c --------------------------------------------------------------------------------------- */

/* A segment's conditions as in struct diff_segment; empty: memory. */
struct slice where_text(struct arena *a, const struct partition *p, const struct segment *s);

struct slot_side { /* one revision of a slot */
	const struct diff_side *side;
	const struct offers *offers; /* NULL: it does not have the slot */
	const struct offer_slot *slot;
	struct offer_slot part; /* the same without the offers at its end that both revisions have */
	uint32_t *means;        /* these two: of offers->v[i], at [i] */
	struct meaning *meanings;
};

struct segment_maker {
	struct arena *a;
	struct list_cache *lists;
	const struct partition *partition;
	const struct slot_side *before, *after;
	const struct app *app; /* whose census counts */
	enum platform platform;
	enum kind kind;
	struct slice otherwise; /* what whom nothing takes gets, before and after */
	uint64_t devices;       /* of the platform, 0: not known */
	int64_t now;
};

/* Fills the lines of a segment, whose devices are known. */
void lines_make(struct diff_segment *out, const struct segment_maker *m, const struct segment *s);
/* What the candidate takes of the devices that are left. */
struct estimate offer_take(struct estimate *left, const struct segment_maker *m, const struct slot_side *side,
			   const struct offer *o);

/* --- numbers: diff_count.c -------------------------------------------------------------------------------------------------------- */

/* app.ini's figure, else that of the attribute that the census has most devices of; 0: nobody knows. */
uint64_t platform_devices(const struct app *app, enum platform p);
/* How many devices each segment has. For a total, what the census does not know and no rule asks for, but to exclude it, counts as
 * few: else each total would be anything. */
struct estimate *segments_count(const struct segment_maker *m, const struct partition *p, bool for_total);
/* Fills the slot's effects; m->partition is another one afterwards. */
void effects_make(struct diff_slot *slot, struct segment_maker *m);
/* When all platforms are in: only those that change stay, the largest change first. */
void effects_finish(struct diff_slot *slot);

/* --- places --------------------------------------------------------------------------------------------------------------------- */

struct slice place_release(struct arena *a, const struct release *r); /* "android upgrade 8.0.10" */

/* --- words that outputs share: diff_words.c ------------------------------------------------------------------------------------- */

/* "android upgrade", "h5 20171228 on android, ios", "switch new_home on all" */
void words_slot(struct strbuf *out, const struct diff_slot *slot);
/* "2 slots change; largest effect: android upgrade, 8.0.10: ≈ 15,000 → 30,000 devices" */
void words_summary(struct strbuf *out, const struct diff_app *app);
/* "12.5 % of devices → 8.0.10 (task share; other prompt)" */
void words_line(struct strbuf *out, const struct diff_line *line);
/* How many devices that is before, or after, or both: "≈ 15,000 → 30,000". */
void words_line_devices(struct strbuf *out, const struct diff_slot *slot, const struct diff_line *line, bool before,
			bool after);
/* A candidate that stays, and is not what the others get: short outputs leave it out. */
bool line_is_context(const struct diff_segment *s, const struct diff_line *line);
/* What estimates are made of, and what they do not know. */
void words_estimates(struct strbuf *out, const struct diff *diff);
/* "main (1a2b3c4d5e6f)" */
void words_revision(struct strbuf *out, const struct diff_side *side);

#define DIFF_NOTHING "No device gets anything else."
#define DIFF_SAME    "The definitions say the same."

#endif
