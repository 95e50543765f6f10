/* cmd/hqf_join.c: modules into one file, and out of it: byte for byte, both ways. */
#include "base/instant.h"
#include "build/quickfixcheck.h"
#include "cmd/hqf.h"
#include "cmd/output.h"
#include "pack/appqf.h"

extern const struct command cmd_hqf_join, cmd_hqf_split;

#define DIR_MODE 0755

static const struct cms_query nobody = { .at = 0 };

/* --- rules -------------------------------------------------------------------------------------------------------------- */

/* What devices want of modules that they get together. The first one stands for the release. */
struct together {
	struct hqf_run *r;
	struct quickfix release;
	struct modules_check check;
};

static void begin(struct together *t, struct hqf_run *r, const char *path)
{
	*t = (struct together){ .r = r, .release = { .r = { .origin = { .path = path } } } };
	t->check = (struct modules_check){ .q = &t->release, .commit_time = instant_now(), .a = &r->mem, .d = &r->d };
}

static int see(struct together *t, const struct appqf_member *m)
{
	const struct module_input in = { "", arena_str(&t->r->mem, m->name), true, 0, m->bytes };
	struct hqf *hqf = ARENA_NEW(&t->r->mem, struct hqf);
	const char *why;

	if (hqf_read(hqf, &t->r->mem, m->bytes, &nobody, &why))
		return diag_error(&t->r->d, SRCPOS_FILE(t->release.r.origin.path), "%s: %s", in.label, why);
	if (!t->check.n) {
		t->release.bundle_name = hqf->patch.bundle_name;
		t->release.version_code = hqf->patch.version_code;
		t->release.patch_version_code = hqf->patch.patch_version_code;
		t->check.named = arena_printf(&t->r->mem, "that of %s is", in.label).p;
	}
	module_check(&t->check, &in, hqf);
	return 0;
}

/* -1: errors were recorded. */
static int see_all(struct hqf_run *r, const char *path, const struct appqf_member *v, size_t n)
{
	struct together t;

	begin(&t, r, path);
	for (size_t i = 0; i < n; i++)
		(void)see(&t, &v[i]);
	return r->d.errors ? -1 : 0;
}

/* --- join --------------------------------------------------------------------------------------------------------------- */

static int join(struct hqf_run *r, const struct cmd_args *a, struct strbuf *appqf)
{
	struct appqf_member *v = ARENA_ARRAY(&r->mem, struct appqf_member, a->npositional);
	const char *out = cmd_value(a, "out"), *why;
	bool there;

	for (size_t i = 0; i < a->npositional; i++) {
		v[i].name = slice_of(hqf_base_name(a->positional[i]));
		if (hqf_run_map(&v[i].bytes, r, a->positional[i]))
			return -1;
	}
	if (see_all(r, out, v, a->npositional))
		return -1;
	if (appqf_join(appqf, v, a->npositional, &why))
		return diag_error(&r->d, SRCPOS_FILE(out), "%s", why);
	if (output_write(&there, out, strbuf_slice(appqf), &r->d))
		return -1;
	return output_tell(there, out, strbuf_slice(appqf), r->digests, &r->d);
}

/* What every reader of zip archives takes for the same name. */
static bool is_plain(const char *name)
{
	while (*name > ' ' && *name < 0x7f && *name != '\\')
		name++;
	return !*name;
}

static int run_join(const struct cmd_args *a)
{
	CLEANUP(strbuf_release) struct strbuf appqf = STRBUF_INIT;
	struct hqf_run r;

	if (hqf_check_ending(a, "--out", cmd_value(a, "out"), ".appqf"))
		return EXIT_USAGE;
	for (size_t i = 0; i < a->npositional; i++) {
		if (hqf_check_ending(a, "HQF", a->positional[i], ".hqf"))
			return EXIT_USAGE;
		if (!is_plain(hqf_base_name(a->positional[i])))
			return cmd_usage(a, "HQF is \"%s\"; the name of the file must be printable ASCII",
					 a->positional[i]);
	}
	if (!hqf_run_open(&r))
		(void)join(&r, a, &appqf);
	return hqf_run_close(&r, a);
}

/* --- split -------------------------------------------------------------------------------------------------------------- */

static const char *member_path(struct hqf_run *r, const char *dir, const struct appqf_member *m)
{
	return arena_printf(&r->mem, "%s/" SLICE_FMT, dir, SLICE_ARG(m->name)).p;
}

static int split(struct hqf_run *r, const char *path, const char *dir)
{
	struct slice bytes;
	struct appqf all;
	const char *why;
	bool there;

	if (hqf_run_map(&bytes, r, path))
		return -1;
	if (appqf_read(&all, &r->mem, bytes, &nobody, &why))
		return diag_error(&r->d, SRCPOS_FILE(path), "%s", why);
	if (see_all(r, path, all.v, all.n))
		return -1;
	for (size_t i = 0; i < all.n; i++) { /* all or none */
		if (output_check(&there, member_path(r, dir, &all.v[i]), all.v[i].bytes, &r->d))
			return -1;
	}
	if (file_mkdirs(dir, DIR_MODE, &r->d))
		return -1;
	for (size_t i = 0; i < all.n; i++) {
		const char *to = member_path(r, dir, &all.v[i]);

		if (output_write(&there, to, all.v[i].bytes, &r->d) ||
		    output_tell(there, to, all.v[i].bytes, r->digests, &r->d))
			return -1;
	}
	return 0;
}

static int run_split(const struct cmd_args *a)
{
	struct hqf_run r;

	if (!hqf_run_open(&r))
		(void)split(&r, a->positional[0], cmd_value(a, "out"));
	return hqf_run_close(&r, a);
}

static const struct cmd_option join_options[] = {
	{ "out", "FILE", "the .appqf; one that is there already must have the same bytes", true, false },
	{ NULL, NULL, NULL, false, false },
};

static const struct cmd_option split_options[] = {
	{ "out", "DIR", "where the .hqf files go; those that are there already must have the same bytes", true, false },
	{ NULL, NULL, NULL, false, false },
};

const struct command cmd_hqf_join = {
	"hqf join",   "HQF...", 1, HQF_INPUTS_MAX, "the modules of a quick fix in one .appqf, byte for byte",
	join_options, run_join,
};

const struct command cmd_hqf_split = {
	"hqf split", "APPQF", 1, 1, "the modules in an .appqf as files, byte for byte", split_options, run_split,
};
