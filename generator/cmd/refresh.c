#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/cmd.h"
#include "base/fileio.h"
#include "base/instant.h"
#include "base/span.h"
#include "cmd/passphrase.h"
#include "cmd/treeapps.h"
#include "emit/metadata.h"
#include "emit/previous.h"
#include "emit/tree.h"
#include "format/wire.h"
#include "sign/roles.h"

extern const struct command cmd_refresh;

struct run {
	const struct cmd_args *args;
	int64_t now;
	struct strbuf root; /* --root */
	struct treeapps apps;
	struct settings settings;
	struct keyset keys;
	struct outdir out;
	struct digests *digests;
	struct diags d;
};

struct app { /* one of them */
	struct arena mem;
	const struct treeapp *at;
	struct tuf_chain chain;
	struct previous previous;
	bool due, snapshot; /* the snapshot's time has come; a new one is made */
	struct tuf_parts parts;
	struct strbuf build; /* build.json */
};

static const struct tuf_file *root_of(const struct app *a)
{
	return &a->chain.v[a->chain.n - 1];
}

static const char *in_metadata(struct app *a, const char *name)
{
	return arena_printf(&a->mem, "%s/metadata/%s", a->at->dir, name).p;
}

static const struct tuf_part *part_of(const struct tuf_parts *parts, const char *role)
{
	return tuf_part_find(parts, slice_of(role));
}

/* --- what is there -------------------------------------------------------------------------------------------------------- */

/* What has less than its minimum left is an error later on. */
static void warn_due(struct run *r, struct app *a, const struct tuf_part *p, enum key_role role)
{
	int64_t left = p->file->expires - r->now;
	char text[SPAN_TEXT];
	const char *path = arena_printf(&a->mem, "%s/metadata/%" PRIu64 "." SLICE_FMT ".json", a->at->dir, p->version,
					SLICE_ARG(p->role))
				   .p;

	span_format(text, left);
	if (left > 0 && left >= r->settings.roles[role].minimum)
		diag_warning(&r->d, SRCPOS_FILE(path), "expires in %s: run mdstatic build with the keys of this role",
			     text);
}

/* Whether the snapshot is due; targets and objects are a build's business. */
static void judge_parts(struct run *r, struct app *a)
{
	const struct tuf_parts *parts = &a->previous.parts;
	const struct tuf_file *root = root_of(a), *targets = part_of(parts, "targets")->file;

	for (size_t i = 0; i < parts->n; i++) {
		const struct tuf_part *p = &parts->v[i];
		enum key_role role = roles_key_role(p);
		bool stands = p->file && roles_stands(p, root, targets, &r->settings, r->now);

		if (role == KEYS_SNAPSHOT)
			a->due = !stands;
		else if (role != KEYS_TIMESTAMP && p->file && !stands)
			warn_due(r, a, p, role);
	}
}

static int open_app(struct run *r, struct app *a)
{
	const struct slice root = strbuf_slice(&r->root);
	const char *name = cmd_value(r->args, "root");

	if (metadata_roots(&a->chain, &a->mem, r->digests, a->at->dir, name ? &root : NULL, name, &r->d) ||
	    previous_load(&a->previous, a->at->dir, a->at->app, &a->chain, r->digests, &r->d) ||
	    roots_expiry(root_of(a), in_metadata(a, arena_printf(&a->mem, "%zu.root.json", a->chain.n).p), r->now,
			 &r->settings.roles[KEYS_ROOT], &r->d))
		return -1;
	if (a->previous.unusable)
		return diag_error(&r->d, SRCPOS_FILE(a->at->dir),
				  "%s: devices refuse it, whatever its timestamp; run mdstatic build",
				  a->previous.unusable);
	if (!a->previous.build_bytes.n)
		return diag_error(&r->d, SRCPOS_FILE(arena_printf(&a->mem, "%s/" BUILDINFO_NAME, a->at->dir).p),
				  "is missing: it says which timestamps came before; fetch it with mdstatic-publish "
				  "pull");
	judge_parts(r, a);
	return 0;
}

/* --- keys ------------------------------------------------------------------------------------------------------------------ */

static bool has_snapshot_key(const struct run *r)
{
	const struct role_settings *s = &r->settings.roles[KEYS_SNAPSHOT];

	for (size_t i = 0; i < ROLE_KEYS_MAX; i++) {
		if (s->keys[i].path && file_exists(s->keys[i].path))
			return true;
	}
	return false;
}

static int load_keys(struct run *r, const struct app *apps)
{
	CLEANUP(passphrase_close) struct passphrase_source pass = PASSPHRASE_SOURCE_INIT;
	unsigned needed = KEY_BIT(KEYS_TIMESTAMP);

	for (size_t i = 0; i < r->apps.n; i++) {
		if (apps[i].due && has_snapshot_key(r))
			needed |= KEY_BIT(KEYS_SNAPSHOT);
	}
	passphrase_open(&pass);
	return keys_load(&r->keys, cmd_value(r->args, "keys"), needed, &pass.keys, r->digests, &r->d);
}

static bool signed_by_ours(const struct run *r, const struct envelope *e, struct slice payload)
{
	const struct role_keyring *ring = &r->keys.roles[KEYS_TIMESTAMP];

	for (size_t i = 0; i < e->n; i++) {
		for (size_t k = 0; k < ring->n; k++) {
			const struct pubkey *key = &ring->v[k]->public;

			if (!memcmp(key->id, e->v[i].keyid, SHA256_SIZE) && pubkey_verify(key, payload, e->v[i].bytes))
				return true;
		}
	}
	return false;
}

/* Roots that nobody named may be those of whoever wrote the tree, with our key in them beside his own: what the new timestamp
 * continues must then come from a key that is here, or he would choose its number. (Where none of them is named, nothing is
 * signed.) */
static int check_origin(struct run *r, struct app *a)
{
	const struct tuf_file *old = part_of(&a->previous.parts, "timestamp")->file;
	const struct buildinfo *b = &a->previous.build;
	const char *path = in_metadata(a, "timestamp.json");

	if (cmd_value(r->args, "root") ||
	    !keyring_signer(&r->keys.roles[KEYS_TIMESTAMP], &root_of(a)->root.roles[TUF_TIMESTAMP]))
		return 0;
	if (old && signed_by_ours(r, &old->signatures, old->payload)) {
		if (signed_by_ours(r, &b->signatures, b->payload))
			return 0;
		path = arena_printf(&a->mem, "%s/" BUILDINFO_NAME, a->at->dir).p;
	}
	return diag_error(&r->d, SRCPOS_FILE(path),
			  "is signed by no timestamp key of %s, and nothing but the tree's own roots vouches for it; "
			  "name the root that you trust with --root",
			  r->settings.dir);
}

/* A due snapshot that nobody here can sign: an error where it ends before the new timestamp does. */
static int judge_old_snapshot(struct run *r, struct app *a)
{
	const struct role_settings *s = r->settings.roles;
	const struct tuf_part *p = part_of(&a->previous.parts, "snapshot");
	int64_t left = p->file ? p->file->expires - r->now : 0;
	const char *path = in_metadata(a, arena_printf(&a->mem, "%" PRIu64 ".snapshot.json", p->version).p);
	char text[SPAN_TEXT];

	span_format(text, left);
	if (!p->file)
		return diag_environment(
			&r->d, a->at->dir,
			"the snapshot is signed by keys that were replaced, and the new ones are not in %s",
			r->settings.dir);
	if (left <= 0)
		return diag_environment(&r->d, path, "has expired, and the keys of snapshot are not in %s",
					r->settings.dir);
	if (left < s[KEYS_TIMESTAMP].expires || left < s[KEYS_SNAPSHOT].minimum)
		return diag_environment(&r->d, path, "expires in %s, %s, and the keys of snapshot are not in %s", text,
					left < s[KEYS_TIMESTAMP].expires ? "before a new timestamp would"
									 : "which is below [snapshot] minimum",
					r->settings.dir);
	return diag_warning(&r->d, SRCPOS_FILE(path), "is due, it expires in %s, and its keys are not in %s", text,
			    r->settings.dir);
}

/* --- signing ---------------------------------------------------------------------------------------------------------------- */

static int make_buildinfo(struct run *r, struct app *a)
{
	uint8_t now[SHA256_SIZE], lineage[BUILDINFO_LINEAGE][SHA256_SIZE];
	struct buildinfo info = a->previous.build;

	if (digest_sha256(r->digests, now, part_of(&a->parts, "timestamp")->bytes))
		return diag_environment(&r->d, NULL, "cannot hash timestamp.json");
	info.lineage = lineage;
	info.nlineage = buildinfo_lineage(lineage, &a->previous.build, a->previous.timestamp, now);
	return roles_buildinfo(&a->build, &a->mem, &info, SLICE(""), &r->keys, root_of(a), &r->d);
}

static int sign_app(struct run *r, struct app *a)
{
	struct roles_input in = {
		.app = a->previous.app,
		.now = r->now,
		.root = root_of(a),
		.roots_dir = arena_printf(&a->mem, "%s/metadata", a->at->dir).p,
		.keys = &r->keys,
		.previous = &a->previous.parts,
	};
	const struct role_keys *role = &in.root->root.roles[TUF_SNAPSHOT];

	if (check_origin(r, a))
		return -1;
	a->snapshot = a->due && keyring_signer(&r->keys.roles[KEYS_SNAPSHOT], role);
	if (a->due && !a->snapshot && judge_old_snapshot(r, a))
		return -1;
	if (a->snapshot && a->previous.replaced[TUF_SNAPSHOT])
		diag_warning(&r->d, SRCPOS_FILE(a->at->dir),
			     "the snapshot was signed by keys that were replaced since; what it lists is taken from "
			     "it: if one "
			     "of them was stolen, run mdstatic build instead");
	if (roles_refresh(&a->parts, &a->mem, r->digests, &in, a->snapshot, &r->d))
		return -1;
	return make_buildinfo(r, a);
}

/* --- writing ---------------------------------------------------------------------------------------------------------------- */

/* The folder is exchanged as a whole: whatever kills the process, the tree is the old one or the new one. */
static int write_app(struct run *r, struct app *a)
{
	struct tree t = TREE_INIT;
	int bad = tree_begin(&t, &r->out, a->at->folder, a->at->dir, &r->d) ||
		  tree_metadata(&t, &a->chain, &a->parts, &r->d) ||
		  tree_file(&t, BUILDINFO_NAME, strbuf_slice(&a->build), &r->d) || tree_rest(&t, &r->d) ||
		  tree_commit(&t, NULL, &r->d);

	tree_end(&t);
	return bad ? -1 : 0;
}

/* --- the result ------------------------------------------------------------------------------------------------------------- */

static void print_text(const struct app *a)
{
	const struct tuf_part *t = part_of(&a->parts, "timestamp"), *s = part_of(&a->parts, "snapshot");
	char until[INSTANT_TEXT];

	instant_format(until, t->file->expires);
	printf(SLICE_FMT ": timestamp version %" PRIu64 " until %s", SLICE_ARG(a->previous.app), t->version, until);
	instant_format(until, s->file->expires);
	printf("; snapshot version %" PRIu64 " until %s%s\n", s->version, until, a->snapshot ? ", new" : ", kept");
}

static json_t *part_json(const struct tuf_part *p, bool made)
{
	char until[INSTANT_TEXT];

	instant_format(until, p->file->expires);
	return json_pack("{s:I, s:s, s:b}", "version", (json_int_t)p->version, "expires", until, "new", made);
}

static void print_json(const struct app *apps, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list,
				      json_pack("{s:o, s:o, s:o}", "app", put_text(apps[i].previous.app), "timestamp",
						part_json(part_of(&apps[i].parts, "timestamp"), true), "snapshot",
						part_json(part_of(&apps[i].parts, "snapshot"), apps[i].snapshot)));
	list = json_pack("{s:o}", "apps", list);
	json_dumpf(list, stdout, JSON_INDENT(2) | JSON_SORT_KEYS);
	printf("\n");
	json_decref(list);
}

static void print(const struct run *r, const struct app *apps)
{
	if (cmd_flag(r->args, "json"))
		print_json(apps, r->apps.n);
	for (size_t i = 0; i < r->apps.n && !cmd_flag(r->args, "json"); i++)
		print_text(&apps[i]);
}

/* --- the run ---------------------------------------------------------------------------------------------------------------- */

/* Everything that can be wrong with any of the apps is found before the first byte is written. */
static void refresh_apps(struct run *r, struct app *apps)
{
	size_t n = r->apps.n;

	bool good = true;

	for (size_t i = 0; i < n; i++)
		good = !open_app(r, &apps[i]) && good;
	if (!good || load_keys(r, apps))
		return;
	for (size_t i = 0; i < n; i++) {
		if (sign_app(r, &apps[i]) && !r->d.errors)
			diag_environment(&r->d, apps[i].at->dir, "cannot sign");
	}
	for (size_t i = 0; i < n && !r->d.errors; i++) {
		if (write_app(r, &apps[i]) && !r->d.errors)
			diag_environment(&r->d, apps[i].at->dir, "cannot write");
	}
	if (!r->d.errors)
		print(r, apps);
}

static void refresh(struct run *r)
{
	const char *root = cmd_value(r->args, "root");
	struct app *apps;

	if (digests_new(&r->digests)) {
		diag_environment(&r->d, NULL, "libcrypto gives no SHA-256 here");
		return;
	}
	if ((root && file_read(&r->root, root, TUF_ROOT_MAX, &r->d)) ||
	    settings_load(&r->settings, &r->apps.mem, cmd_value(r->args, "keys"), &r->d) ||
	    treeapps_find(&r->apps, r->args->positional[0], cmd_value(r->args, "app"), &r->d) ||
	    outdir_open(&r->out, r->apps.out, &r->d))
		return;
	apps = ARENA_ARRAY(&r->apps.mem, struct app, r->apps.n);
	for (size_t i = 0; i < r->apps.n; i++)
		apps[i] = (struct app){ .at = &r->apps.v[i] };
	refresh_apps(r, apps);
	for (size_t i = 0; i < r->apps.n; i++) {
		strbuf_release(&apps[i].build);
		previous_release(&apps[i].previous);
		arena_release(&apps[i].mem);
	}
}

static int run(const struct cmd_args *a)
{
	struct run r = { .args = a, .keys = KEYSET_INIT, .out = OUTDIR_INIT };
	int code = cmd_time(&r.now, a, "now");

	if (code)
		return code;
	refresh(&r);
	code = diags_exit(&r.d);
	diags_print(&r.d, DIAG_TEXT, stderr);
	outdir_close(&r.out);
	keyset_release(&r.keys);
	treeapps_release(&r.apps);
	strbuf_release(&r.root);
	digests_free(r.digests);
	diags_release(&r.d);
	return cmd_finish(a, code);
}

static const struct cmd_option options[] = {
	{ "keys", "DIR", "private keys: timestamp.pem, and snapshot.pem for when the snapshot is due", true, false },
	{ "app", "APPCODE", "only this app (default: all)", false, false },
	{ "root", "ROOT.json",
	  "the tree's roots must have this one (default: the keys in DIR must have signed its timestamp)", false,
	  false },
	{ "now", "TIME", "the time that signatures begin (default: the clock)", false, false },
	{ "json", NULL, "the result as JSON", false, false },
	{ NULL, NULL, NULL, false, false },
};

const struct command cmd_refresh = {
	"refresh", "TREE", 1, 1, "a new timestamp, and a new snapshot where it is due and its key is here",
	options,   run,
};
