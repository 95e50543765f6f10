#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cmd.h"
#include "base/fileio.h"
#include "base/instant.h"
#include "base/span.h"
#include "cmd/rolestate.h"
#include "cmd/treeapps.h"
#include "format/wire.h"
#include "report/columns.h"

extern const struct command cmd_status;

struct run {
	const struct cmd_args *args;
	int64_t now;
	struct strbuf root; /* --root */
	struct treeapps apps;
	struct settings settings;
	struct digests *digests;
	struct diags d;
	bool due; /* something is, in one of the apps */
};

struct app {
	struct slice name;
	struct role_state roles[KEYS_ROLES];
	size_t n;
	bool lonely; /* one key alone can sign targets */
};

/* --- for people ------------------------------------------------------------------------------------------------------------- */

static void role_row(struct columns *t, const struct run *r, const struct role_state *s)
{
	int64_t left = s->file->expires - r->now;
	char expires[INSTANT_TEXT], span[SPAN_TEXT];
	struct strbuf cell = STRBUF_INIT;

	strbuf_adds(&cell, key_role_name(s->role));
	if (s->files > 1)
		strbuf_addf(&cell, " (%zu files)", s->files);
	columns_cell(t, strbuf_slice(&cell));
	strbuf_reset(&cell);
	strbuf_addf(&cell, "%" PRIu64, s->lowest);
	if (s->highest > s->lowest)
		strbuf_addf(&cell, " to %" PRIu64, s->highest);
	columns_cell(t, strbuf_slice(&cell));
	instant_format(expires, s->file->expires);
	columns_cells(t, expires);
	span_format(span, left);
	strbuf_reset(&cell);
	strbuf_addf(&cell, left > 0 ? "%s" : "%s ago", span);
	columns_cell(t, strbuf_slice(&cell));
	span_format(span, r->settings.roles[s->role].resign);
	columns_cells(t, span);
	strbuf_reset(&cell);
	strbuf_addf(&cell, "%" PRIu32 " of %zu", s->keys->threshold, s->keys->n);
	columns_cell(t, strbuf_slice(&cell));
	columns_cells(t, role_due_word(s->due));
	strbuf_release(&cell);
}

static void print_roles(struct strbuf *out, const struct run *r, const struct app *a)
{
	static const char *const heads[] = { "ROLE",      "VERSION", "EXPIRES", "LEFT", "RE-SIGNED BELOW",
					     "THRESHOLD", "STATE" };
	struct columns t;

	columns_init(&t, heads, COUNT(heads));
	for (size_t i = 0; i < a->n; i++)
		role_row(&t, r, &a->roles[i]);
	columns_print(out, &t);
	columns_release(&t);
}

static void print_keys(struct strbuf *out, const struct app *a)
{
	static const char *const heads[] = { "KEY OF", "KEY ID", "TYPE", "SIGNED" };
	struct columns t;
	char id[SHA256_HEX];

	columns_init(&t, heads, COUNT(heads));
	for (size_t i = 0; i < a->n; i++) {
		const struct role_state *s = &a->roles[i];

		for (size_t k = 0; k < s->keys->n; k++) {
			digest_hex(id, s->keys->ids[k], SHA256_SIZE);
			columns_cells(&t, key_role_name(s->role));
			columns_cells(&t, id);
			columns_cells(&t, pubkey_type_name(key_table_find(s->table, s->keys->ids[k])->type));
			columns_cells(&t, role_signed_by(s, s->keys->ids[k]) ? "yes" : "no");
		}
	}
	columns_print(out, &t);
	columns_release(&t);
}

/* What makes a role good again. */
static const char *next_command(enum key_role role)
{
	static const char *const next[KEYS_ROLES] = {
		[KEYS_ROOT] = "mdstatic keys root REPO/keys --keys KEYDIR --renew, then commit and build",
		[KEYS_TARGETS] = "mdstatic build REPO --out TREE --keys KEYDIR",
		[KEYS_OBJECTS] = "mdstatic build REPO --out TREE --keys KEYDIR",
		[KEYS_SNAPSHOT] = "mdstatic refresh TREE --keys KEYDIR, with the key of snapshot",
		[KEYS_TIMESTAMP] = "mdstatic refresh TREE --keys KEYDIR",
	};

	return next[role];
}

static void print_text(const struct run *r, const struct app *a)
{
	struct strbuf out = STRBUF_INIT;

	strbuf_addf(&out, SLICE_FMT "\n", SLICE_ARG(a->name));
	print_roles(&out, r, a);
	print_keys(&out, a);
	for (size_t i = 0; i < a->n; i++) {
		if (a->roles[i].due != ROLE_GOOD)
			strbuf_addf(&out, "%s: %s; next: %s\n", key_role_name(a->roles[i].role),
				    role_due_word(a->roles[i].due), next_command(a->roles[i].role));
	}
	printf("%s", out.p ? out.p : "");
	strbuf_release(&out);
}

/* --- as JSON ---------------------------------------------------------------------------------------------------------------- */

static json_t *keys_json(const struct role_state *s)
{
	json_t *keys = json_array();
	char id[SHA256_HEX];

	for (size_t i = 0; i < s->keys->n; i++) {
		digest_hex(id, s->keys->ids[i], SHA256_SIZE);
		json_array_append_new(keys, json_pack("{s:s, s:s, s:b}", "id", id, "type",
						      pubkey_type_name(key_table_find(s->table, s->keys->ids[i])->type),
						      "signed", role_signed_by(s, s->keys->ids[i])));
	}
	return keys;
}

static json_t *role_json(const struct run *r, const struct role_state *s)
{
	char expires[INSTANT_TEXT];
	json_t *json;

	instant_format(expires, s->file->expires);
	json = json_pack("{s:s, s:I, s:I, s:s, s:I, s:I, s:I, s:o, s:s}", "role", key_role_name(s->role), "files",
			 (json_int_t)s->files, "version", (json_int_t)s->highest, "expires", expires, "secondsLeft",
			 (json_int_t)(s->file->expires - r->now), "resignSeconds",
			 (json_int_t)r->settings.roles[s->role].resign, "threshold", (json_int_t)s->keys->threshold,
			 "keys", keys_json(s), "state", role_due_word(s->due));
	if (s->due != ROLE_GOOD)
		json_object_set_new(json, "next", json_string(next_command(s->role)));
	return json;
}

static json_t *app_json(const struct run *r, const struct app *a)
{
	json_t *roles = json_array();

	for (size_t i = 0; i < a->n; i++)
		json_array_append_new(roles, role_json(r, &a->roles[i]));
	return json_pack("{s:o, s:o, s:b}", "app", put_text(a->name), "roles", roles, "oneKeySignsTargets", a->lonely);
}

/* --- the run ---------------------------------------------------------------------------------------------------------------- */

/* Adds to `list`, or prints where that is NULL. */
static void judge_app(struct run *r, const struct treeapp *at, struct arena *mem, json_t *list)
{
	const struct slice root = strbuf_slice(&r->root);
	const char *name = cmd_value(r->args, "root");
	struct tuf_chain chain;
	struct metadata m;
	const struct metadata_terms terms = { .dir = at->dir, .chain = &chain, .app = at->app, .replaced = true };
	struct app a = { .n = 0 };

	if (metadata_roots(&chain, mem, r->digests, at->dir, name ? &root : NULL, name, &r->d) ||
	    metadata_load(&m, mem, r->digests, &terms, &r->d))
		return;
	a.name = m.app;
	a.n = role_states(a.roles, &chain, &m, &r->settings, r->now);
	a.lonely = chain.v[chain.n - 1].root.roles[TUF_TARGETS].threshold == 1;
	for (size_t i = 0; i < a.n; i++)
		r->due = r->due || a.roles[i].due != ROLE_GOOD;
	if (a.lonely)
		diag_warning(&r->d, SRCPOS_FILE(at->dir),
			     "one key alone can sign targets: whoever has it can ship until the root revokes it");
	if (list)
		json_array_append_new(list, app_json(r, &a));
	else
		print_text(r, &a);
}

static void judge_apps(struct run *r)
{
	json_t *list = cmd_flag(r->args, "json") ? json_array() : NULL;

	for (size_t i = 0; i < r->apps.n; i++) {
		struct arena mem = ARENA_INIT;

		if (!list && i)
			printf("\n");
		judge_app(r, &r->apps.v[i], &mem, list);
		arena_release(&mem);
	}
	if (!list)
		return;
	list = json_pack("{s:o}", "apps", list);
	json_dumpf(list, stdout, JSON_INDENT(2) | JSON_SORT_KEYS);
	printf("\n");
	json_decref(list);
}

static int load_settings(struct run *r)
{
	const char *dir = cmd_value(r->args, "keys");

	settings_default(&r->settings);
	if (!dir)
		return 0;
	if (!file_exists(dir))
		return diag_environment(&r->d, dir, "there is no such folder");
	return settings_load(&r->settings, &r->apps.mem, dir, &r->d);
}

static void status(struct run *r)
{
	const char *root = cmd_value(r->args, "root");

	if (digests_new(&r->digests)) {
		diag_environment(&r->d, NULL, "libcrypto gives no SHA-256 here");
		return;
	}
	if ((root && file_read(&r->root, root, TUF_ROOT_MAX, &r->d)) || load_settings(r) ||
	    treeapps_find(&r->apps, r->args->positional[0], cmd_value(r->args, "app"), &r->d))
		return;
	judge_apps(r);
}

static int run(const struct cmd_args *a)
{
	struct run r = { .args = a };
	int code = cmd_time(&r.now, a, "now");

	if (code)
		return code;
	status(&r);
	code = diags_exit(&r.d);
	if (!code && r.due)
		code = EXIT_BAD;
	diags_print(&r.d, DIAG_TEXT, stderr);
	treeapps_release(&r.apps);
	strbuf_release(&r.root);
	digests_free(r.digests);
	diags_release(&r.d);
	return cmd_finish(a, code);
}

static const struct cmd_option options[] = {
	{ "app", "APPCODE", "only this app (default: all)", false, false },
	{ "root", "ROOT.json", "the tree's roots must have this one (default: they are believed)", false, false },
	{ "keys", "DIR", "the folder of keys, for the periods in its trust.ini; no key is read", false, false },
	{ "now", "TIME", "the time that is compared (default: the clock)", false, false },
	{ "json", NULL, "the result as JSON", false, false },
	{ NULL, NULL, NULL, false, false },
};

const struct command cmd_status = {
	"status", "TREE", 1, 1, "when each role expires, who signs it, and what is due (exit 1: something is)",
	options,  run,
};
