#include <inttypes.h>
#include <string.h>

#include "base/fileio.h"
#include "base/relpath.h"
#include "emit/previous.h"
#include "emit/tree.h"
#include "format/buildinfo.h"
#include "format/paths.h"
#include "publish/apps.h"
#include "publish/place.h"
#include "publish/remote.h"

extern const struct command pull_command;

#define FILE_NAME_MAX 255
#define ATTEMPTS      3 /* of one app, where its pointer moves on meanwhile */

struct pull {
	struct session *session;
	struct dest *dest;
	struct outdir out;
	json_t *report;
};

/* One app, on its way from the destination into its folder. */
struct pulling {
	struct pull *pull;
	struct remote remote;
	struct dest_get pointer;
	struct tuf_file timestamp;
	struct dest_listing names; /* of metadata/ */
	struct dest_get *extras;   /* the roots, then build.json */
	struct slice *extra_paths;
	size_t nextras;
	struct tree tree;
	uint64_t bytes, files;
	bool changed;
};

/* --- what the pointer leads to ------------------------------------------------------------------------------------------- */
static int fetch_once(struct pulling *p, struct diags *d)
{
	struct remote_snapshot snapshot = { .needed = true };

	p->remote.d = d;
	snapshot.version = p->timestamp.metas.v[0].version;
	snapshot.expected = &p->timestamp.metas.v[0];
	return remote_read(&p->remote, &snapshot, 1);
}

/* 0; 1 nothing is published; -1 error. What is missing behind a pointer may have gone because there is a newer one. */
static int fetch_metadata(struct pulling *p)
{
	char seen[DEST_ETAG_MAX] = "";
	struct diags found = DIAGS_INIT;
	int result = -1;

	for (int i = 0; i < ATTEMPTS && result < 0; i++) {
		struct diags now = DIAGS_INIT;
		bool again;

		strbuf_release(&p->pointer.body);
		p->remote.d = &now;
		result = remote_pointer(&p->timestamp, &p->pointer, &p->remote);
		again = i == 0 || result || strcmp(seen, p->pointer.version.etag) != 0;
		memcpy(seen, p->pointer.version.etag, sizeof(seen));
		if (!result && again)
			result = fetch_once(p, &now);
		else if (!result)
			result = -1;
		if (again) {
			diags_release(&found);
			found = now;
		} else {
			diags_release(&now);
			break;
		}
	}
	p->remote.d = &p->pull->session->d;
	diags_add(&p->pull->session->d, &found);
	diags_release(&found);
	return result;
}

/* --- roots, build.json --------------------------------------------------------------------------------------------------- */
static void want(struct pulling *p, const char *path, uint64_t limit)
{
	struct arena *a = &p->remote.mem;
	struct dest_get *g = &p->extras[p->nextras];

	p->extra_paths[p->nextras++] = slice_of(path);
	*g = (struct dest_get){ .key = arena_printf(a, SLICE_FMT "/%s", SLICE_ARG(p->remote.app), path).p,
				.limit = limit };
	p->pull->dest->ops->queue_get(p->pull->dest, g);
}

/* "metadata/7.snapshot.json" of a key of the listing. Whoever writes to the bucket may call a key "metadata/7.x/../../y.json": what no file
 * in metadata/ can be called is passed over, because names become files here. */
static bool name_of(uint64_t *version, struct slice *role, const struct pulling *p, size_t i)
{
	struct slice path = slice_from(p->names.v[i].key, p->remote.app.n + 1 + strlen("metadata/"));

	return path.n <= FILE_NAME_MAX && !relpath_fault(path) && slice_find(path, '/') < 0 &&
	       metadata_name(version, role, path);
}

static bool has_root(const struct pulling *p, uint64_t n)
{
	struct slice role;
	uint64_t version;

	for (size_t i = 0; i < p->names.n; i++) {
		if (name_of(&version, &role, p, i) && version == n && slice_eqs(role, "root"))
			return true;
	}
	return false;
}

static int fetch_extras(struct pulling *p)
{
	struct arena *a = &p->remote.mem;
	struct diags *d = &p->pull->session->d;
	int bad;

	p->extras = ARENA_ARRAY(a, struct dest_get, TUF_ROOTS_MAX + 1);
	p->extra_paths = ARENA_ARRAY(a, struct slice, TUF_ROOTS_MAX + 1);
	for (uint64_t n = 1; n <= TUF_ROOTS_MAX && has_root(p, n); n++)
		want(p, arena_printf(a, "metadata/%" PRIu64 ".root.json", n).p, TUF_ROOT_MAX);
	want(p, BUILDINFO_NAME, BUILDINFO_MAX);
	bad = dest_run(&p->pull->dest, 1, d);
	for (size_t i = 0; i + 1 < p->nextras && !bad; i++) {
		if (p->extras[i].outcome == GET_ABSENT)
			bad = diag_error(d, SRCPOS_FILE(remote_name(&p->remote, p->extra_paths[i])),
					 "vanished while it was read");
	}
	return bad;
}

/* --- into the folder ----------------------------------------------------------------------------------------------------- */
static int put(struct pulling *p, struct slice path, struct slice bytes)
{
	p->files++;
	p->bytes += bytes.n;
	return tree_file(&p->tree, arena_str(&p->remote.mem, path), bytes, &p->pull->session->d);
}

/* The version of the role that the pointer leads to (an earlier attempt may have fetched older ones); 0: none. */
static uint64_t current(const struct pulling *p, struct slice role)
{
	uint64_t version;
	struct slice name;

	if (slice_eqs(role, "timestamp"))
		return p->timestamp.version;
	for (const struct remote_file *f = p->remote.first; f; f = f->next) {
		struct slice path = f->path;

		if (remote_keeps(&p->remote, path) && slice_starts(path, "metadata/") &&
		    metadata_name(&version, &name, slice_from(path, strlen("metadata/"))) && slice_eq(name, role))
			return version;
	}
	return 0;
}

/* Numbers that publishers have used up who died, or lost a race, before their pointer: the next build counts on above the highest.
 * Only the name counts, so the file is empty here; one that somebody planted far above is left to him. */
static int put_used_up(struct pulling *p)
{
	struct used {
		struct slice path, role;
		uint64_t version;
	} *v = ARENA_ARRAY(&p->remote.mem, struct used, p->names.n + 1);
	struct map roles = MAP_INIT;
	size_t n = 0;
	int bad = 0;

	for (size_t i = 0; i < p->names.n; i++) {
		struct used u = { .path = slice_from(p->names.v[i].key, p->remote.app.n + 1) }, *best;
		uint64_t now;

		if (!name_of(&u.version, &u.role, p, i) || slice_eqs(u.role, "root"))
			continue;
		now = current(p, u.role);
		if (u.version <= now || u.version - now > VERSION_LEAP_MAX)
			continue;
		best = map_get(&roles, u.role);
		if (!best) {
			v[n] = u;
			map_put(&roles, v[n].role, &v[n]);
			n++;
		} else if (u.version > best->version) {
			*best = u;
		}
	}
	map_release(&roles);
	for (size_t i = 0; i < n && !bad; i++)
		bad = put(p, v[i].path, SLICE(""));
	return bad;
}

static int write_tree(struct pulling *p)
{
	struct session *s = p->pull->session;
	const char *previous =
		arena_printf(&p->remote.mem, "%s/" SLICE_FMT, p->pull->out.path, SLICE_ARG(p->remote.app)).p;
	int bad = tree_begin(&p->tree, &p->pull->out, p->remote.app, file_exists(previous) ? previous : NULL, &s->d);

	if (!bad)
		bad = put(p, SLICE("metadata/timestamp.json"), strbuf_slice(&p->pointer.body));
	for (const struct remote_file *f = p->remote.first; f && !bad; f = f->next)
		bad = remote_keeps(&p->remote, f->path) && put(p, f->path, f->bytes);
	for (size_t i = 0; i < p->nextras && !bad; i++)
		bad = p->extras[i].outcome == GET_FOUND && put(p, p->extra_paths[i], strbuf_slice(&p->extras[i].body));
	if (!bad)
		bad = put_used_up(p);
	if (!bad && p->tree.previous)
		bad = tree_rest(&p->tree, &s->d);
	if (!bad)
		bad = tree_commit(&p->tree, &p->changed, &s->d);
	tree_end(&p->tree);
	arena_release(&p->tree.mem);
	return bad;
}

/* --- the command --------------------------------------------------------------------------------------------------------- */
static void tell(struct pulling *p)
{
	char bytes[BYTES_TEXT];
	uint64_t version = p->timestamp.metas.v[0].version;

	if (p->pull->report) {
		json_array_append_new(p->pull->report,
				      json_pack("{s:s%, s:I, s:I, s:I, s:b}", "app", p->remote.app.p, p->remote.app.n,
						"snapshot", (json_int_t)version, "files", (json_int_t)p->files, "bytes",
						(json_int_t)p->bytes, "changed", p->changed));
		return;
	}
	bytes_format(bytes, p->bytes);
	printf(SLICE_FMT ": snapshot %" PRIu64 ", %" PRIu64 " files, %s%s\n", SLICE_ARG(p->remote.app), version,
	       p->files, bytes, p->changed ? "" : ": nothing new");
}

static int pull_app(struct pull *pull, struct slice app, bool named)
{
	struct session *s = pull->session;
	struct pulling p = { .pull = pull, .names = DEST_LISTING_INIT, .tree = TREE_INIT };
	const char *prefix = arena_printf(&s->mem, SLICE_FMT "/metadata/", SLICE_ARG(app)).p;
	int result;

	remote_open(&p.remote, pull->dest, app, s->digests, &s->d);
	result = fetch_metadata(&p);
	if (result > 0 && named && !pull->report)
		printf(SLICE_FMT ": nothing is published yet\n", SLICE_ARG(app));
	if (!result) {
		result = pull->dest->ops->list(pull->dest, &p.names, &prefix, 1, &s->d);
		if (!result)
			result = fetch_extras(&p);
		if (!result)
			result = write_tree(&p);
		if (!result)
			tell(&p);
	}
	for (size_t i = 0; i < p.nextras; i++)
		strbuf_release(&p.extras[i].body);
	strbuf_release(&p.pointer.body);
	dest_listing_release(&p.names);
	remote_close(&p.remote);
	return result < 0 ? -1 : 0;
}

static int pull_apps(struct pull *pull)
{
	struct apps apps;
	int code = apps_find(&apps, pull->session, pull->dest), bad = 0;

	if (code)
		return code;
	if (outdir_open(&pull->out, pull->session->args->positional[1], &pull->session->d))
		return EXIT_ENVIRONMENT;
	for (size_t i = 0; i < apps.n; i++)
		bad |= pull_app(pull, apps.v[i], apps.named);
	if (!bad && !apps.n && !pull->report)
		printf("%s: nothing is published yet\n", pull->dest->name);
	return 0; /* what went wrong is in the session's diagnostics */
}

static int run(const struct cmd_args *a)
{
	struct session s = SESSION_INIT;
	struct pull pull = { .session = &s, .out = OUTDIR_INIT };
	int code = session_open(&s, a, a->positional, 1);

	if (!code && s.ndests) {
		pull.dest = s.dests[0];
		pull.report = cmd_flag(a, "json") ? json_array() : NULL;
		session_progress(&s, "pull");
		code = pull_apps(&pull);
		if (pull.report)
			session_print(pull.report);
	}
	outdir_close(&pull.out);
	return session_close(&s, code);
}

static const struct cmd_option options[] = {
	APPS_OPTION,
	SESSION_OPTIONS,
	{ "json", NULL, "the result as JSON", false, false },
	{ NULL, NULL, NULL, false, false },
};

const struct command pull_command = {
	"pull",
	"DEST DIR",
	2,
	2,
	"what the next build continues: metadata, recipes and build.json, into DIR/<appCode>",
	options,
	run,
};
