#include <inttypes.h>
#include <string.h>

#include "base/instant.h"
#include "base/span.h"
#include "base/text.h"
#include "publish/apps.h"
#include "publish/prune.h"

extern const struct command prune_command;

#define KEEP_DEFAULT  "30d"
#define GRACE_DEFAULT "1d"
#define MAX_DEFAULT   1000

struct prune {
	struct session *session;
	struct dest *dest;
	struct prune_options o;
	json_t *report;
};

static json_t *count_json(const struct prune_count *c)
{
	return json_pack("{s:I, s:I}", "files", (json_int_t)c->files, "bytes", (json_int_t)c->bytes);
}

static void tell_json(struct prune *p, const struct prune_report *r)
{
	json_array_append_new(p->report, json_pack("{s:s%, s:b, s:I, s:o, s:o, s:o, s:I}", "app", r->app.p, r->app.n,
						   "published", r->published, "snapshots", (json_int_t)r->snapshots,
						   "kept", count_json(&r->kept), "waiting", count_json(&r->waiting),
						   "deleted", count_json(&r->deleted), "parts", (json_int_t)r->parts));
}

static void tell(struct prune *p, const struct prune_report *r)
{
	char kept[BYTES_TEXT], waiting[BYTES_TEXT], deleted[BYTES_TEXT], grace[SPAN_TEXT];
	const char *would = p->o.dry_run ? "would be " : "";

	if (!r->published) {
		printf(SLICE_FMT ": nothing is published there; nothing was touched\n", SLICE_ARG(r->app));
		return;
	}
	bytes_format(kept, r->kept.bytes);
	bytes_format(waiting, r->waiting.bytes);
	bytes_format(deleted, r->deleted.bytes);
	printf(SLICE_FMT ": %" PRIu64 " snapshots and %" PRIu64 " files (%s) are kept; %" PRIu64
			 " files (%s) %sdeleted",
	       SLICE_ARG(r->app), r->snapshots, r->kept.files, kept, r->deleted.files, deleted, would);
	if (r->waiting.files) {
		span_format(grace, p->o.grace);
		printf("; %" PRIu64 " files (%s) %scondemned, to go with a run after %s", r->waiting.files, waiting,
		       would, grace);
	}
	if (r->parts)
		printf("; %" PRIu64 " unfinished uploads %sgiven up", r->parts, would);
	printf("\n");
}

static int prune_apps(struct prune *p)
{
	struct session *s = p->session;
	const int64_t began = instant_now(), now = p->o.now;
	struct apps apps;
	int code = apps_find(&apps, s, p->dest);

	for (size_t i = 0; i < apps.n && code != EXIT_USAGE; i++) {
		struct prune_report r;
		int result;

		p->o.now = now +
			   (instant_now() - began); /* each deletion is dated when it begins: publishers look at that */
		result = prune_app(&r, p->dest, apps.v[i], &p->o, s->digests, &s->d);

		if (result > 0)
			code = EXIT_RACE;
		if (p->report)
			tell_json(p, &r);
		else if (!result && (r.published || apps.named))
			tell(p, &r);
	}
	return code;
}

static int read_options(struct prune_options *o, const struct cmd_args *a)
{
	const char *max = cmd_value(a, "max");
	int code = cmd_time(&o->now, a, "now");

	o->dry_run = cmd_flag(a, "dry-run");
	o->max = MAX_DEFAULT;
	if (!code)
		code = session_span(&o->keep, a, "keep", KEEP_DEFAULT);
	if (!code)
		code = session_span(&o->grace, a, "grace", GRACE_DEFAULT);
	if (!code && max && !text_uint(&o->max, slice_of(max)))
		code = cmd_usage(a, "--max is \"%s\"; it must be a number of files", max);
	return code;
}

static int run(const struct cmd_args *a)
{
	struct session s = SESSION_INIT;
	struct prune p = { .session = &s };
	int code = read_options(&p.o, a);

	if (code)
		return code;
	code = session_open(&s, a, a->positional, 1);
	if (!code && s.ndests) {
		p.dest = s.dests[0];
		p.report = cmd_flag(a, "json") ? json_array() : NULL;
		code = prune_apps(&p);
		if (p.report)
			session_print(p.report);
	}
	return session_close(&s, code);
}

static const struct cmd_option options[] = {
	APPS_OPTION,
	{ "keep", "SPAN", "what was current within this time is kept (default: " KEEP_DEFAULT ")", false, false },
	{ "grace", "SPAN",
	  "between naming a file and deleting it, longer than any publisher runs (default: " GRACE_DEFAULT ")", false,
	  false },
	{ "max", "N", "delete nothing where it would be more files than this (default: 1000)", false, false },
	{ "dry-run", NULL, "only say what would go", false, false },
	SESSION_OPTIONS,
	{ "now", "TIME", "the time that ages are counted from (default: the clock)", false, false },
	{ "json", NULL, "the result as JSON", false, false },
	{ NULL, NULL, NULL, false, false },
};

const struct command prune_command = {
	"prune", "DEST", 1, 1, "delete what no release of the last days leads to, in two runs a grace apart",
	options, run,
};
