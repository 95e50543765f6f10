/* report/list.h: what is released to whom, of a whole model or of the part that somebody asked for.
 *
 * Order      apps by appCode; in each releases by kind and slot, the newest first; switches by key, whitelists and resources
 *            by name.
 * Search     `match` is looked for, ASCII letters without regard to case, in slots, versions, memos, names and ids of h5 apps;
 *            in ids and memos of tasks, and names of whitelists that they name; in keys and notes of switches, ids of their
 *            values and names of their whitelists; in names of whitelists and resources. What has it somewhere is listed whole.
 * States     report/words.h.
 * Ownership  a list points into the model, and its arrays live in the arena. */
#ifndef REPORT_LIST_H
#define REPORT_LIST_H

#include <jansson.h>

#include "base/arena.h"
#include "base/strbuf.h"
#include "model/model.h"

/* What can be asked for: the kinds, and what belongs to none. */
enum list_topic { LIST_WHITELISTS = KIND_COUNT, LIST_RESOURCES, LIST_TOPICS };

/* "upgrade", "hotpatch", "h5", "quickfix", "switch", "whitelist", "resource", and their folders' names: "upgrades", … */
bool list_topic_parse(size_t *out, struct slice word);
extern const struct slice list_topics[LIST_TOPICS]; /* the first of the two, for messages */

struct list_query {
	bool topics[LIST_TOPICS]; /* none: all */
	struct slice match;       /* empty: everything */
	const char *app;          /* appCode; NULL: all apps */
};

struct list_app {
	const struct app *app;
	const struct release **releases;
	size_t nreleases;
	const struct switch_def **switches;
	size_t nswitches;
	const struct whitelist **whitelists;
	size_t *uses; /* of each whitelist: tasks and switch values that name it, whatever was asked for */
	size_t nwhitelists;
	const struct element **resources;
	size_t nresources;
};

struct list {
	struct list_app *apps;
	size_t napps;
	int64_t now; /* the commit's time */
};

void list_select(struct list *out, const struct model *m, const struct list_query *q, struct arena *a);

json_t *list_json(const struct list *l);                  /* an array, an object for each app; new; NULL: memory */
void list_text(struct strbuf *out, const struct list *l); /* tables; nothing for an app of which nothing is listed */

#endif
