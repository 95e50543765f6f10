#include "report/list.h"

#include "base/text.h"
#include "cmd/load.h"

extern const struct command cmd_list;

#define TOPICS_MAX 64 /* KIND arguments */

static int unknown_topic(const struct cmd_args *a, const char *word)
{
	struct slice near = text_nearest(slice_of(word), list_topics, LIST_TOPICS);

	if (near.n)
		return cmd_usage(a, "unknown kind \"%s\"; did you mean \"" SLICE_FMT "\"?", word, SLICE_ARG(near));
	return cmd_usage(
		a, "unknown kind \"%s\"; it must be upgrade, hotpatch, h5, quickfix, switch, whitelist or resource",
		word);
}

static int read_query(struct list_query *q, const struct cmd_args *a)
{
	*q = (struct list_query){ .match = slice_of(cmd_value(a, "match")), .app = cmd_value(a, "app") };
	for (size_t i = 1; i < a->npositional; i++) {
		size_t topic;

		if (!list_topic_parse(&topic, slice_of(a->positional[i])))
			return unknown_topic(a, a->positional[i]);
		q->topics[topic] = true;
	}
	return 0;
}

static void print_list(struct load *l, const struct list_query *q, bool as_json)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;
	struct list list;

	list_select(&list, &l->model, q, &l->mem);
	if (as_json) {
		json_t *apps = list_json(&list);

		if (!apps || json_dumpf(apps, stdout, JSON_INDENT(2) | JSON_SORT_KEYS | JSON_REAL_PRECISION(6)))
			diag_environment(&l->d, NULL, "out of memory");
		json_decref(apps);
		puts("");
		return;
	}
	list_text(&text, &list);
	if (text.failed)
		diag_environment(&l->d, NULL, "out of memory");
	else if (text.n > 0)
		fputs(text.p, stdout);
	else
		fprintf(stderr, "nothing is defined%s\n", q->match.n ? " that matches" : "");
}

static int run(const struct cmd_args *a)
{
	struct load l = LOAD_INIT;
	struct list_query q;
	int code = load_usage(a);

	if (!code)
		code = read_query(&q, a);
	if (code)
		return code;
	if (!load_open(&l, a) && !l.d.errors && !load_need_app(&l, q.app))
		print_list(&l, &q, cmd_flag(a, "json"));
	code = diags_exit(&l.d);
	if (code)
		diags_print(&l.d, DIAG_TEXT, stderr);
	load_close(&l);
	return code;
}

static const struct cmd_option options[] = {
	LOAD_OPTIONS,
	{ "app", "APPCODE", "only this app (default: all)", false, false },
	{ "match", "TEXT", "only what has this text in its key, id, version, memo, note or whitelists", false, false },
	{ "json", NULL, "print the list as JSON", false, false },
	{ NULL, NULL, NULL, false, false },
};

const struct command cmd_list = {
	"list",
	"REPO [KIND]...",
	1,
	TOPICS_MAX,
	"what is released to whom: releases, switches, whitelists, resources",
	options,
	run,
};
