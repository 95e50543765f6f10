#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

#include "base/cmd.h"
#include "base/fileio.h"
#include "base/instant.h"
#include "emit/verify.h"
#include "format/tuf.h"
#include "format/wire.h"

extern const struct command cmd_verify;

static void print_text(const struct verify_result *r)
{
	for (size_t i = 0; i < r->napps; i++) {
		const struct verify_app *app = &r->apps[i];

		printf(SLICE_FMT ": %" PRIu64 " files, %" PRIu64 " bytes, %" PRIu64 " object%s", SLICE_ARG(app->app),
		       app->files, app->bytes, app->objects, app->objects == 1 ? "" : "s");
		if (app->elsewhere)
			printf(" (%" PRIu64 " kept elsewhere, %" PRIu64 " bytes)", app->elsewhere,
			       app->elsewhere_bytes);
		if (app->others)
			printf("; %" PRIu64 " other files", app->others);
		printf("\n");
		for (size_t k = 0; k < app->nroles; k++) {
			char expires[INSTANT_TEXT];

			instant_format(expires, app->roles[k].expires);
			printf("  %-12.*s version %-6" PRIu64 " expires %s\n", SLICE_ARG(app->roles[k].role),
			       app->roles[k].version, expires);
		}
	}
}

static json_t *role_json(const struct verify_role *role)
{
	char expires[INSTANT_TEXT];

	instant_format(expires, role->expires);
	return json_pack("{s:o, s:I, s:s}", "role", put_text(role->role), "version", (json_int_t)role->version,
			 "expires", expires);
}

static void print_json(const struct verify_result *r)
{
	json_t *apps = json_array();

	for (size_t i = 0; i < r->napps; i++) {
		const struct verify_app *app = &r->apps[i];
		json_t *roles = json_array();

		for (size_t k = 0; k < app->nroles; k++)
			json_array_append_new(roles, role_json(&app->roles[k]));
		json_array_append_new(apps, json_pack("{s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "app",
						      put_text(app->app), "commit", put_text(app->commit), "tool",
						      put_text(app->tool), "files", (json_int_t)app->files, "bytes",
						      (json_int_t)app->bytes, "objects", (json_int_t)app->objects,
						      "elsewhere", (json_int_t)app->elsewhere, "elsewhereBytes",
						      (json_int_t)app->elsewhere_bytes, "others",
						      (json_int_t)app->others, "roles", roles));
	}
	json_dumpf(apps, stdout, JSON_INDENT(2) | JSON_SORT_KEYS);
	printf("\n");
	json_decref(apps);
}

static int verify(const struct cmd_args *a, struct verify_options *o, struct diags *d)
{
	struct verify_result r = VERIFY_RESULT_INIT;
	struct strbuf root = STRBUF_INIT;
	struct digests *digests = NULL;
	int bad = -1;

	if (digests_new(&digests)) {
		diag_environment(d, NULL, "libcrypto gives no SHA-256 here");
	} else if (!file_read(&root, o->root_name, TUF_ROOT_MAX, d)) {
		o->root = strbuf_slice(&root);
		cmd_progress("verifying %s", a->positional[0]);
		bad = verify_tree(&r, a->positional[0], o, digests, d);
		cmd_progress_end();
		if (!bad && cmd_flag(a, "json"))
			print_json(&r);
		else if (!bad)
			print_text(&r);
	}
	digests_free(digests);
	strbuf_release(&root);
	verify_result_release(&r);
	return bad;
}

static int run(const struct cmd_args *a)
{
	struct diags d = DIAGS_INIT;
	struct verify_options o = { .root_name = cmd_value(a, "root"),
				    .complete = cmd_flag(a, "complete"),
				    .published = cmd_flag(a, "published") };
	int code = cmd_time(&o.now, a, "now");

	if (code)
		return code;
	if (verify(a, &o, &d) && !d.errors)
		diag_error(&d, SRCPOS_NONE, "the tree is not good");
	code = diags_exit(&d);
	diags_print(&d, DIAG_TEXT, stderr);
	diags_release(&d);
	return code;
}

static const struct cmd_option options[] = {
	{ "root", "ROOT.json", "the root that is trusted", true, false },
	{ "now", "TIME", "judges expiry (default: the clock)", false, false },
	{ "complete", NULL, "objects kept elsewhere must be in the tree too", false, false },
	{ "published", NULL, "what stands at a destination: files of earlier releases are counted, not refused", false,
	  false },
	{ "json", NULL, "the result as JSON", false, false },
	{ NULL, NULL, NULL, false, false },
};

const struct command cmd_verify = {
	"verify", "TREE", 1, 1, "every signature, hash and length of a tree", options, run,
};
