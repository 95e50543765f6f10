/* report/diff.h: who gets what, before and after a change: what a reviewer approves.
 *
 * Purpose    two revisions of definitions, compared app by app. What was written differently is told definition by definition
 *            (`changes`; what must not be missed is marked), and what devices get differently is told slot by slot
 *            (`slots`), with an estimate of how many they are. Slots in which no device gets anything else are not there.
 * Time       both revisions are judged at the time of the later one's commit: a diff shows what definitions change, not what time
 *            does. Windows and times of publishing that are still to come count as open, ramps at their highest point; windows that
 *            are over count as nobody.
 * Segments   tell the candidates that change and those that are tried before them. What both revisions try after those is one line
 *            at the end, without a guard: "everybody else → as before: 8.0.9 or nothing".
 * Answers    compared by what definitions say of them. Deltas follow from the other releases, addresses from baseUrl: they make no
 *            slot differ.
 * Estimates  report/estimate.h, over HEAD's census (BASE's for an app that is gone). Buckets of different tasks are independent. A
 *            whitelist is at most as many devices as it has ids, of patterns and of the dev channel nothing is counted.
 * Secrets    no id of a whitelist is told, only how many come and go.
 * Texts      are one line each and as their authors wrote them: outputs escape.
 * Ownership  everything lives in `a`, and borrows both models. Threads: one.
 * Outputs    diff_text() for a terminal, diff_markdown() for a comment, diff_html() for a page, diff_json() for programs. */
#ifndef REPORT_DIFF_H
#define REPORT_DIFF_H

#include <jansson.h>

#include "base/filetree.h"
#include "model/model.h"
#include "report/estimate.h"

#define DIFF_SEGMENTS_MAX 500                      /* of one slot that are told one by one */
#define DIFF_LINES_MAX    10000                    /* in all segments of one slot: a segment more is not told */
#define DIFF_ITEM_MAX     1000                     /* bytes of a change in a comment */
#define DIFF_COMMENT_MAX  60000                    /* bytes of a comment */
#define DIFF_MARKER       "<!-- mdstatic diff -->" /* first line of a comment, by which it is found again */

struct diff_side {          /* one revision */
	const char *rev;    /* as it was asked for */
	const char *commit; /* 40 hex digits */
	const struct model *model;
	const struct filetree *tree;
};

/* What was written differently. */
struct diff_change {
	struct slice place; /* "android upgrade 8.0.10", "switch new_home", "whitelist testers", "app.ini", … */
	struct slice text;  /* "task share: 12.5 % → 25 % of devices; city: + Beijing" */
	bool attention;     /* must not be missed */
};

/* A candidate of a segment: who of its devices gets what, unless an earlier line took them. */
struct diff_line {
	bool before, after;   /* where it stands; both: it stays */
	struct slice who;     /* "12.5 % of devices", "everybody else" */
	struct slice what;    /* "8.0.10", "8.0.10, forced", "nothing" */
	struct slice task;    /* its name; empty: nobody's, for "nothing" */
	struct slice note;    /* what of the answer differs from the same task's other line: "prompt"; or empty */
	struct slice version; /* of the release; of a switch empty */
	struct slice rest;    /* rules that were too many to part devices by: also a condition; or empty */
	struct slice guard;   /* conditions that only the device judges, as a JSON object; empty for "nothing" */
	struct slice payload; /* what it gets, as a JSON object; empty for "nothing" */
	bool uncounted;       /* nobody knows how many: the dev channel, patterns, a list that is not at hand */
	struct estimate devices_before, devices_after;
};

/* Devices that are told the same, before and after. */
struct diff_segment {
	struct slice words; /* "appVersion below 8.0.9; city is 上海 or 北京" */
	struct slice where; /* the same as a JSON array of conditions, of which all hold */
	struct estimate devices;
	struct diff_line *lines; /* in the order in which they are tried; a line that goes before one that comes */
	size_t nlines;
};

/* How many devices get one answer, all segments of the slot together. */
struct diff_effect {
	struct slice what;
	struct slice whole; /* what `what` is cut of: the value of a switch; else the same */
	struct estimate before, after;
};

struct diff_slot {
	enum kind kind;
	bool platforms[PLATFORM_COUNT]; /* on which exactly this changes */
	struct slice slot;
	uint64_t devices; /* of these platforms; 0: not known */
	bool is_new, is_gone;
	struct diff_segment *segments; /* those of most devices first */
	size_t nsegments;
	uint64_t further;            /* segments that are not told */
	struct diff_effect *effects; /* of those that change; the largest change first */
	size_t neffects;
	bool uncounted; /* its segments are too many to add up: no effects */
};

enum diff_state { DIFF_CHANGED, DIFF_NEW, DIFF_GONE };

struct diff_app {
	const struct app *before, *after; /* NULL: it is new, or gone */
	enum diff_state state;
	struct diff_change *changes; /* in the order of places; equal places stand together */
	size_t nchanges, changes_cap;
	struct diff_slot *slots; /* by kind, slot */
	size_t nslots, slots_cap;
	bool has_census;
};

struct diff {
	struct diff_side base, head;
	struct diff_app *apps; /* those that differ, by appCode */
	size_t napps;
};

/* Texts of whitelists are read where they matter; one that cannot be read is a warning in `d`, and is not counted.
 * -1: an error was recorded. */
int diff_make(struct diff *out, struct arena *a, const struct diff_side *base, const struct diff_side *head,
	      struct diags *d) MUST_CHECK;

/* Whether definitions differ at all, be it only a memo. */
bool diff_is_empty(const struct diff *diff);

void diff_text(struct strbuf *out, const struct diff *diff);
/* At most DIFF_COMMENT_MAX bytes: what must not be missed of all apps first; what is left out is said at the end. */
void diff_markdown(struct strbuf *out, const struct diff *diff);
void diff_html(struct strbuf *out, const struct diff *diff);
/* Everything; counts are not rounded. New; NULL: memory. Keys that a thing has no value for are left out:
 *   {"base":{"rev","commit"}, "head":{…}, "apps":[{"app","name","state":"changed|new|removed",
 *     "changes":[{"place","text","attention"}],
 *     "slots":[{"kind","slot","platforms":[…],"devices",
 *       "effects":[{"what","before":{"from","to"},"after":{"from","to"}}],
 *       "segments":[{"words","where":[…],"devices":{"from","to"},"before":[candidate],"after":[candidate]}],"further"}]}]}
 *   condition: {"attribute","type":"text|fold|exact","is":[…] or "isNot":[…],"missing":bool}
 *              {"attribute","type":"version","ranges":[{"from","above","to","below"}],"missing":bool}
 *   candidate: {"who","what","task","version","rest","guard":{…},"payload":{…},"devices":{"from","to"}}, best first; the last
 *              one may be those whom no other takes: without task, guard and payload
 * Counts are devices; where nobody knows how many there are, thousandths of a percent ("unit" says which). */
json_t *diff_json(const struct diff *diff);

#endif
