/* report/words.h: definitions in a few words for people: "12.5 % of devices; city is 上海 or 北京".
 *
 * Purpose    one vocabulary for list, diff and whatever else tells people who gets what.
 * Form       one line without a full stop, names as definitions write them, nothing quoted. Conditions that all must hold are
 *            joined by "; ". Of many values the first few are named, and the rest counted.
 * Time       `now` (seconds) is what is compared with publishedAt and windows: the commit's time.
 * Appends to `out`; a failed append sticks there. */
#ifndef REPORT_WORDS_H
#define REPORT_WORDS_H

#include "base/strbuf.h"
#include "model/model.h"

/* What the console of MDS calls the state of a release. The first that fits:
 *   rolled back      a rollback task is releasing
 *   official         an official task of the prod channel is releasing
 *   gray             another task is releasing: a gray one, or an official one of the dev channel, which is not for everybody
 *   paused           a task is paused
 *   ended            a task has ended
 *   to be released   none of its tasks is anything but pending, or it has none */
enum release_state {
	RELEASE_ROLLED_BACK,
	RELEASE_OFFICIAL,
	RELEASE_GRAY,
	RELEASE_PAUSED,
	RELEASE_ENDED,
	RELEASE_TO_BE_RELEASED
};
enum release_state release_state(const struct release *r);

const char *words_state(enum release_state s);       /* "to be released", … */
const char *words_status(enum task_status s);        /* "releasing", …: as definitions write it */
const char *words_task_type(enum task_type t);       /* "official", "gray", "rollback" */
const char *words_task_mode(enum task_type t);       /* "whitelist", "timeWindow", "percentage"; NULL: it has none */
const char *words_switch_type(enum switch_type t);   /* "full", "whitelist", "percentage" */
const char *words_upgrade_mode(enum upgrade_mode m); /* "once", "multiple", "forced" */

/* "city is 上海 or 北京", "osVersion from 10 to 12 (or not known)", "netType is neither 2g nor 3g" */
void words_rule(struct strbuf *out, const struct rule *rule);

/* Whom a task that is releasing reaches: its type, rules, channel, and what its times say at `now`. */
void words_task(struct strbuf *out, const struct task *t, int64_t now);
/* Whom a value of a switch reaches, its platforms apart. */
void words_value(struct strbuf *out, const struct switch_value *v);
/* What a device must be like for the release to be any of its business, beyond what the kind asks of every release: platforms
 * and app versions of an h5 package, a versionKey, exceptions ("unless …"). Nothing is appended where there is no such thing. */
void words_release(struct strbuf *out, const struct release *r);
/* "all", or names joined by ", ". */
void words_platforms(struct strbuf *out, const bool platforms[PLATFORM_COUNT]);

#endif
