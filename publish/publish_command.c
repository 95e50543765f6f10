#include <inttypes.h>
#include <string.h>

#include "format/wire.h"
#include "publish/hook.h"
#include "publish/protocol.h"
#include "publish/session.h"

extern const struct command publish_command;

#define DESTS_MAX 16

struct command_run {
	struct session *session;
	struct publish_options o;
	struct pub_tree tree;
	struct publish_report *reports; /* of app i at destination k: [i * ndests + k] */
	size_t nreports;
};

/* --- text --------------------------------------------------------------------------------------------------------------- */

static void add_amount(struct strbuf *out, uint64_t files, uint64_t bytes)
{
	char text[BYTES_TEXT];

	bytes_format(text, bytes);
	strbuf_addf(out, "%" PRIu64 " file%s, %s", files, files == 1 ? "" : "s", text);
}

static void add_before(struct strbuf *out, const struct publish_report *r)
{
	if (!r->version) {
		strbuf_adds(out, "nothing was there before");
		return;
	}
	strbuf_addf(out, "%s version %" PRIu64, r->state == PUBLISH_NOTHING_NEW ? "there is" : "before it was",
		    r->version);
	if (r->commit.n)
		strbuf_addf(out, " (commit " SLICE_FMT ")", SLICE_ARG(slice_sub(r->commit, 0, 12)));
}

static void print_report(const struct publish_report *r)
{
	static const char *const words[] = { "nothing new",   "published",     "would publish",
					     "lost the race", "not published", "not published" };
	CLEANUP(strbuf_release) struct strbuf line = STRBUF_INIT;

	strbuf_addf(&line, SLICE_FMT " to %s: %s", SLICE_ARG(r->app->app), r->dest->name, words[r->state]);
	if (r->state == PUBLISH_DONE || r->state == PUBLISH_WOULD || r->files) {
		strbuf_addch(&line, ' ');
		add_amount(&line, r->files, r->bytes);
	}
	if (r->state <= PUBLISH_WOULD) {
		strbuf_adds(&line, "; unchanged ");
		add_amount(&line, r->there, r->there_bytes);
		strbuf_adds(&line, "; ");
		add_before(&line, r);
	}
	printf("%s\n", line.p);
}

/* PUTs that a dry run would be followed by: one for each file. */
static uint64_t puts_to_come(const struct command_run *r, const struct dest *t)
{
	uint64_t n = 0;

	for (size_t i = 0; i < r->nreports; i++) {
		if (r->reports[i].dest == t && r->reports[i].state == PUBLISH_WOULD)
			n += r->reports[i].files;
	}
	return n;
}

static void print_requests(const struct command_run *r, const struct dest *t)
{
	CLEANUP(strbuf_release) struct strbuf line = STRBUF_INIT;
	char text[BYTES_TEXT];

	counts_text(&line, &t->counts);
	bytes_format(text, t->counts.sent);
	printf("%s: %s; %s sent", t->name, line.p, text);
	if (r->o.dry_run)
		printf("; would be followed by %" PRIu64 " PUT and a few to see how conditions work there",
		       puts_to_come(r, t));
	printf("\n");
}

static void print_text(const struct command_run *r)
{
	for (size_t i = 0; i < r->nreports; i++)
		print_report(&r->reports[i]);
	for (size_t i = 0; i < r->session->ndests; i++)
		print_requests(r, r->session->dests[i]);
}

/* --- JSON --------------------------------------------------------------------------------------------------------------- */

static json_t *amount_json(uint64_t files, uint64_t bytes)
{
	return json_pack("{s:I, s:I}", "files", (json_int_t)files, "bytes", (json_int_t)bytes);
}

static json_t *report_json(const struct publish_report *r)
{
	static const char *const words[] = { "nothingNew", "published", "wouldPublish", "lost", "bad", "failed" };
	json_t *changed = json_array(), *before = json_null();

	for (size_t i = 0; i < r->nchanged; i++)
		json_array_append_new(changed, json_string(r->changed[i]));
	if (r->version)
		before = json_pack("{s:I, s:o}", "version", (json_int_t)r->version, "commit", put_text(r->commit));
	return json_pack("{s:o, s:s, s:i, s:o, s:o, s:o, s:o}", "app", put_text(r->app->app), "state", words[r->state],
			 "exit", publish_exit(r->state), "sent", amount_json(r->files, r->bytes), "unchanged",
			 amount_json(r->there, r->there_bytes), "before", before, "changed", changed);
}

static json_t *dest_json(const struct command_run *r, const struct dest *t)
{
	json_t *apps = json_array();

	for (size_t i = 0; i < r->nreports; i++) {
		if (r->reports[i].dest == t)
			json_array_append_new(apps, report_json(&r->reports[i]));
	}
	return json_pack("{s:s, s:o, s:o}", "destination", t->name, "apps", apps, "requests", counts_json(&t->counts));
}

static void print_json(const struct command_run *r)
{
	json_t *dests = json_array();

	for (size_t i = 0; i < r->session->ndests; i++)
		json_array_append_new(dests, dest_json(r, r->session->dests[i]));
	session_print(json_pack("{s:b, s:o}", "dryRun", r->o.dry_run, "destinations", dests));
}

/* --- the run -------------------------------------------------------------------------------------------------------------- */

/* The keys of all apps that changed there. A hook that fails is told when everything is done. */
static void run_hook(struct command_run *r, const char *command, const struct dest *t)
{
	struct session *s = r->session;
	const char **keys = NULL;
	size_t n = 0, cap = 0;

	for (size_t i = 0; i < r->nreports; i++) {
		for (size_t k = 0; k < r->reports[i].nchanged && r->reports[i].dest == t; k++)
			ARENA_PUSH(&s->mem, keys, n, cap, r->reports[i].changed[k]);
	}
	if (n && hook_run(command, t->name, keys, n, &s->d))
		s->code = EXIT_ENVIRONMENT;
}

static int publish_tree(struct command_run *r)
{
	struct session *s = r->session;
	const char *hook = cmd_value(s->args, "hook");
	int code;

	if (pub_tree_open(&r->tree, s->args->positional[0], s->digests, &s->d))
		return diags_exit(&s->d);
	r->nreports = r->tree.napps * s->ndests;
	r->reports = ARENA_ARRAY(&s->mem, struct publish_report, r->nreports);
	session_progress(s, "publish");
	code = publish(r->reports, &s->mem, &r->tree, s->dests, s->ndests, &r->o, s->digests, &s->d);
	cmd_progress_end();
	for (size_t i = 0; i < s->ndests && hook; i++)
		run_hook(r, hook, s->dests[i]);
	if (cmd_flag(s->args, "json"))
		print_json(r);
	else
		print_text(r);
	return code;
}

static int read_options(struct publish_options *o, const struct cmd_args *a)
{
	int code = cmd_time(&o->now, a, "now");

	o->dry_run = cmd_flag(a, "dry-run");
	o->unsafe = cmd_flag(a, "unsafe-single-publisher");
	o->full = cmd_flag(a, "full");
	o->repair = cmd_flag(a, "repair");
	return code ? code : session_span(&o->valid_for, a, "valid-for", "0");
}

static int run(const struct cmd_args *a)
{
	struct session s = SESSION_INIT;
	struct command_run r = { .session = &s, .tree = PUB_TREE_INIT };
	int code = read_options(&r.o, a);

	if (code)
		return code;
	code = session_open(&s, a, a->positional + 1, a->npositional - 1);
	if (!code)
		code = publish_tree(&r);
	pub_tree_release(&r.tree);
	return session_close(&s, code);
}

static const struct cmd_option options[] = {
	{ "dry-run", NULL, "write nothing, say what would be", false, false },
	SESSION_OPTIONS,
	{ "unsafe-single-publisher", NULL, "also where there are no conditional writes: nobody else publishes there",
	  false, false },
	{ "full", NULL, "look for every file, even where nothing is new", false, false },
	{ "repair", NULL, "send objects again whose bytes there do not fit their names", false, false },
	{ "valid-for", "SPAN", "metadata that ends earlier than that is not published (default: 0)", false, false },
	{ "hook", "COMMAND",
	  "run when names have got other bytes: their keys on standard input, MDSTATIC_DEST in the environment", false,
	  false },
	{ "now", "TIME", "judges expiry (default: the clock)", false, false },
	{ "json", NULL, "the result as JSON", false, false },
	{ NULL, NULL, NULL, false, false },
};

const struct command publish_command = {
	"", "TREE DEST...", 2, 1 + DESTS_MAX, "put a signed tree where devices find it", options, run,
};
