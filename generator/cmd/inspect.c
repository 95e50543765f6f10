#include <stdlib.h>
#include <string.h>

#include "base/cmd.h"
#include "base/fileio.h"
#include "cmd/describe.h"

extern const struct command cmd_inspect;

#define FILES_MAX 10000 /* on one command line */
#define KEY_MAX   ((uint64_t)64 << 10)
#define KEY_WIDTH 24 /* of the left column */
#define ROW_MAX   4  /* members of an object that stand in one line */

/* --- printing ---------------------------------------------------------------------------------------------------------- */

static void print_value(const json_t *v)
{
	char *text;

	if (json_is_string(v)) {
		fputs(json_string_value(v), stdout);
		return;
	}
	text = json_dumps(v, JSON_ENCODE_ANY);
	fputs(text ? text : "", stdout);
	free(text);
}

static void print_facts(json_t *facts, int indent);

static void print_row(json_t *item, int indent)
{
	const char *key, *gap = "";
	json_t *value;

	printf("%*s", indent, "");
	json_object_foreach(item, key, value)
	{
		fputs(gap, stdout);
		print_value(value);
		gap = "  ";
	}
	printf("\n");
}

static void print_objects(json_t *array, int indent)
{
	for (size_t i = 0; i < json_array_size(array); i++) {
		json_t *item = json_array_get(array, i);

		if (json_object_size(item) <= ROW_MAX) {
			print_row(item, indent);
			continue;
		}
		fputs(i ? "\n" : "", stdout);
		print_facts(item, indent);
	}
}

static void print_texts(const json_t *array)
{
	for (size_t i = 0; i < json_array_size(array); i++)
		printf("%s%s", i ? ", " : "", json_string_value(json_array_get(array, i)));
	printf("%s\n", json_array_size(array) ? "" : "none");
}

static void print_facts(json_t *facts, int indent)
{
	const char *key;
	json_t *value;

	json_object_foreach(facts, key, value)
	{
		const bool objects = json_is_object(value) || json_is_object(json_array_get(value, 0));

		printf("%*s%-*s", indent, "", objects ? 0 : KEY_WIDTH - indent, key);
		fputs(objects ? "\n" : " ", stdout);
		if (json_is_object(value)) {
			print_facts(value, indent + 2);
		} else if (objects) {
			print_objects(value, indent + 2);
		} else if (json_is_array(value)) {
			print_texts(value);
		} else {
			print_value(value);
			printf("\n");
		}
	}
}

/* What a release.json names a package by that is kept elsewhere; its url has to be added. */
static void print_text(const char *path, const struct described *what, const json_t *package)
{
	CLEANUP(strbuf_release) struct strbuf name = STRBUF_INIT;
	char *paste = json_dumps(package, 0);

	diag_clean(&name, slice_of(path));
	printf("%s:%s\n", name.p ? name.p : "", strchr(what->noun, ' ')); /* without the article */
	print_facts(what->facts, 2);
	printf("  %-*s %s\n", KEY_WIDTH - 2, "package", paste ? paste : "");
	free(paste);
}

/* --- one file --------------------------------------------------------------------------------------------------------- */

struct inspecting {
	struct describe_input in; /* what all files share */
	json_t *all;              /* an array, of every file; NULL: printed as text */
	struct diags d;
};

static json_t *make_package(const struct describe_input *in)
{
	uint8_t sha256[SHA256_SIZE], md5[MD5_SIZE];
	json_t *package;

	if (digest_both(in->digests, sha256, md5, in->bytes))
		return NULL;
	package = json_object();
	say_uint(package, "size", in->bytes.n);
	say_hex(package, "sha256", sha256, sizeof(sha256));
	say_hex(package, "md5", md5, sizeof(md5));
	return package;
}

/* Takes over facts and package. */
static void tell(struct inspecting *w, const char *path, struct described *what, json_t *package)
{
	json_t *file;

	if (!w->all) {
		print_text(path, what, package);
		json_decref(what->facts);
		json_decref(package);
		return;
	}
	file = json_object();
	say_text(file, "file", slice_of(path));
	say_text(file, "form", slice_of(what->form));
	json_object_set_new(file, "facts", what->facts);
	json_object_set_new(file, "package", package);
	json_array_append_new(w->all, file);
}

static void refuse_file(struct inspecting *w, const char *path, const struct described *what, const char *why)
{
	json_t *file;

	diag_error(&w->d, SRCPOS_FILE(path), "cannot be read as %s: %s", what->noun, why);
	if (!w->all)
		return;
	file = json_object();
	say_text(file, "file", slice_of(path));
	say_text(file, "form", slice_of(what->form));
	say_text(file, "error", slice_of(why));
	json_array_append_new(w->all, file);
}

static void inspect_bytes(struct inspecting *w, const struct describe_input *in, const char *path)
{
	struct described what;
	const char *why = "";
	json_t *package;

	if (describe(&what, in, &why)) {
		refuse_file(w, path, &what, why);
		return;
	}
	package = make_package(in);
	if (package) {
		tell(w, path, &what, package);
		return;
	}
	json_decref(what.facts);
	diag_environment(&w->d, path, "cannot hash");
}

static void inspect_file(struct inspecting *w, const char *path)
{
	CLEANUP(arena_release) struct arena mem = ARENA_INIT;
	struct describe_input in = w->in;
	struct file_map map;

	if (file_map(&map, path, &w->d))
		return;
	in.name = slice_of(path);
	in.bytes = map.data;
	in.a = &mem;
	inspect_bytes(w, &in, path);
	file_unmap(&map);
}

/* --- the command ------------------------------------------------------------------------------------------------------- */

/* Of several files an array, also where only one of them could be opened. */
static void print_all(struct inspecting *w, bool several)
{
	const json_t *shown = several ? w->all : json_array_get(w->all, 0);

	if (shown) {
		json_dumpf(shown, stdout, JSON_INDENT(2));
		printf("\n");
	}
	json_decref(w->all);
}

/* An empty one would be as if none were given. */
static int read_key(struct strbuf *out, const char *path, struct diags *d)
{
	if (file_read(out, path, KEY_MAX, d))
		return -1;
	return out->n ? 0 : diag_error(d, SRCPOS_FILE(path), "is empty; it must hold an RSA public key in PEM");
}

static void inspect_all(struct inspecting *w, const struct cmd_args *a)
{
	CLEANUP(strbuf_release) struct strbuf key = STRBUF_INIT;
	const char *key_path = cmd_value(a, "h5-key");

	if (digests_new(&w->in.digests)) {
		diag_environment(&w->d, NULL, "libcrypto gives no SHA-256 here");
		return;
	}
	if (key_path && read_key(&key, key_path, &w->d))
		return;
	w->in.h5_key = strbuf_slice(&key);
	w->all = cmd_flag(a, "json") ? json_array() : NULL;
	for (size_t i = 0; i < a->npositional; i++)
		inspect_file(w, a->positional[i]);
	if (w->all)
		print_all(w, a->npositional > 1);
}

static int run(const struct cmd_args *a)
{
	struct inspecting w = { .in = { .list = cmd_flag(a, "list") }, .d = DIAGS_INIT };
	int code;

	inspect_all(&w, a);
	code = diags_exit(&w.d);
	diags_print(&w.d, DIAG_TEXT, stderr);
	digests_free(w.in.digests);
	diags_release(&w.d);
	return code;
}

static const struct cmd_option options[] = {
	{ "h5-key", "FILE", "the public key (PEM) that must have signed h5 packages", false, false },
	{ "list", NULL, "also the files inside", false, false },
	{ "json", NULL, "an object as JSON, of several files an array", false, false },
	{ NULL, NULL, NULL, false, false },
};

const struct command cmd_inspect = {
	"inspect",
	"FILE...",
	1,
	FILES_MAX,
	"what packages say of themselves, and how release.json names them by size and hash",
	options,
	run,
};
