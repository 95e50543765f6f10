/* cmd/hqf_show.c: what a quick fix says of itself, and who signed it. Strict: what is shown holds. */
#include <inttypes.h>
#include <jansson.h>

#include "base/instant.h"
#include "cmd/describe.h"
#include "cmd/hqf.h"

extern const struct command cmd_hqf_show;

#define ANCHORS_MAX ((uint64_t)1 << 20)

struct showing {
	struct hqf_run run;
	const char *path;
	struct strbuf anchors;
	struct cms_query trust;
};

static json_t *texts(const struct slice *v, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, say_word(v[i]));
	return list;
}

/* --- as JSON ------------------------------------------------------------------------------------------------------------ */

static json_t *signature_json(const struct hapsig *sig)
{
	json_t *o = json_object(), *profile = json_object();

	say_text(o, "subject", sig->signer.subject);
	say_hex(o, "sha256", sig->signer.sha256, SHA256_SIZE);
	say_uint(o, "version", sig->version);
	say_flag(o, "codeSigned", sig->code_signed);
	say_text(profile, "type", sig->profile.type);
	say_happrofile(profile, &sig->profile);
	say_hex(profile, "certificateSha256", sig->profile.app.sha256, SHA256_SIZE);
	say_text(profile, "signer", sig->profile.signer.subject);
	json_object_set_new(o, "profile", profile);
	return o;
}

static json_t *module_json(const char *name, const struct hqf *hqf)
{
	const struct hqf_patch *p = &hqf->patch;
	json_t *o = json_object();

	say_text(o, "file", slice_of(name));
	say_text(o, "bundleName", p->bundle_name);
	say_uint(o, "versionCode", p->version_code);
	say_text(o, "versionName", p->version_name);
	say_uint(o, "patchVersionCode", p->patch_version_code);
	say_text(o, "patchVersionName", p->patch_version_name);
	say_text(o, "module", p->module);
	say_text(o, "originalModuleHash", p->module_hash);
	json_object_set_new(o, "deviceTypes", texts(p->device_types, p->ndevice_types));
	json_object_set_new(o, "abis", texts(hqf->abis, hqf->nabis));
	json_object_set_new(o, "code", texts(hqf->code, hqf->ncode));
	json_object_set_new(o, "signature", hqf->is_signed ? signature_json(&hqf->sig) : json_null());
	return o;
}

static void print_json(const json_t *o)
{
	json_dumpf(o, stdout, JSON_INDENT(2) | JSON_SORT_KEYS);
	printf("\n");
}

/* --- as text ------------------------------------------------------------------------------------------------------------ */

static void print_list(struct strbuf *out, const char *what, const struct slice *v, size_t n)
{
	strbuf_addf(out, "  %-9s", what);
	for (size_t i = 0; i < n; i++) {
		strbuf_adds(out, i ? ", " : "");
		diag_clean(out, v[i]);
	}
	strbuf_adds(out, n ? "\n" : "none\n");
}

static void add_word(struct strbuf *out, const char *before, struct slice word)
{
	strbuf_adds(out, before);
	diag_clean(out, word);
}

static void print_signature(struct strbuf *out, const struct hapsig *sig)
{
	char hex[SHA256_HEX], from[INSTANT_TEXT], to[INSTANT_TEXT];

	digest_hex(hex, sig->signer.sha256, SHA256_SIZE);
	instant_format(from, sig->profile.not_before);
	instant_format(to, sig->profile.not_after);
	add_word(out, "  signed   by ", sig->signer.subject);
	strbuf_addf(out, ", SHA-256 %s%s\n", hex, sig->code_signed ? ", code too" : "");
	add_word(out, "  profile  ", sig->profile.type);
	add_word(out, " of ", sig->profile.bundle_name);
	add_word(out, ", apl ", sig->profile.apl.n ? sig->profile.apl : SLICE("not said"));
	add_word(out, ", app-identifier ",
		 sig->profile.app_identifier.n ? sig->profile.app_identifier : SLICE("not said"));
	strbuf_addf(out, ", %s to %s\n", from, to);
}

static void print_module(struct strbuf *out, const char *name, const struct hqf *hqf)
{
	const struct hqf_patch *p = &hqf->patch;

	add_word(out, "", slice_of(name));
	add_word(out, ": module ", p->module);
	add_word(out, " of ", p->bundle_name);
	strbuf_addf(out, " %" PRIu32 " (", p->version_code);
	add_word(out, "", p->version_name);
	strbuf_addf(out, "), patch %" PRIu32 " (", p->patch_version_code);
	add_word(out, "", p->patch_version_name);
	strbuf_adds(out, ")\n");
	print_list(out, "devices", p->device_types, p->ndevice_types);
	print_list(out, "abis", hqf->abis, hqf->nabis);
	print_list(out, "code", hqf->code, hqf->ncode);
	add_word(out, "  base     SHA-256 ", p->module_hash);
	strbuf_adds(out, "\n");
	if (hqf->is_signed)
		print_signature(out, &hqf->sig);
	else
		strbuf_adds(out, "  signed   by nobody\n");
}

/* --- files -------------------------------------------------------------------------------------------------------------- */

/* Shows a module: into `list`, or on stdout where that is NULL. */
static int show_module(struct showing *s, json_t *list, const char *name, struct slice bytes)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;
	const char *why;
	struct hqf hqf;

	if (hqf_read(&hqf, &s->run.mem, bytes, &s->trust, &why))
		return diag_error(&s->run.d, SRCPOS_FILE(s->path), "%s%s%s", name == s->path ? "" : name,
				  name == s->path ? "" : ": ", why);
	if (list) {
		json_array_append_new(list, module_json(name, &hqf));
		return 0;
	}
	print_module(&text, name, &hqf);
	fputs(text.p, stdout);
	return 0;
}

static int show_all(struct showing *s, json_t *list, json_t *whole, struct slice bytes)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;
	const char *why;
	struct appqf all;

	if (appqf_read(&all, &s->run.mem, bytes, &s->trust, &why))
		return diag_error(&s->run.d, SRCPOS_FILE(s->path), "%s", why);
	for (size_t i = 0; i < all.n; i++) {
		if (show_module(s, list, arena_str(&s->run.mem, all.v[i].name), all.v[i].bytes))
			return -1;
	}
	if (whole) {
		json_object_set_new(whole, "signature", all.is_signed ? signature_json(&all.sig) : json_null());
	} else if (all.is_signed) {
		strbuf_addf(&text, "%s: %zu modules\n", s->path, all.n);
		print_signature(&text, &all.sig);
		fputs(text.p, stdout);
	}
	return 0;
}

static int show(struct showing *s, bool appqf, bool json)
{
	json_t *list = json ? json_array() : NULL, *whole = json && appqf ? json_object() : NULL;
	struct slice bytes;
	int bad = hqf_run_map(&bytes, &s->run, s->path);

	if (!bad)
		bad = appqf ? show_all(s, list, whole, bytes) : show_module(s, list, s->path, bytes);
	if (!bad && whole) {
		json_object_set(whole, "modules", list);
		print_json(whole);
	} else if (!bad && list) {
		print_json(json_array_get(list, 0));
	}
	json_decref(whole);
	json_decref(list);
	return bad;
}

/* Empty ones would be as if none were given. */
static int read_anchors(struct showing *s, const char *path)
{
	if (file_read(&s->anchors, path, ANCHORS_MAX, &s->run.d))
		return -1;
	return s->anchors.n ? 0
			    : diag_error(&s->run.d, SRCPOS_FILE(path), "is empty; it must hold certificates in PEM");
}

static int run(const struct cmd_args *a)
{
	struct showing s = { .path = a->positional[0] };
	const char *trust = cmd_value(a, "trust");
	bool appqf = slice_ends(slice_of(s.path), ".appqf");
	int bad = hqf_run_open(&s.run);

	if (!bad && trust)
		bad = read_anchors(&s, trust);
	s.trust = (struct cms_query){ .anchors = strbuf_slice(&s.anchors), .at = instant_now() };
	if (!bad)
		(void)show(&s, appqf, cmd_flag(a, "json"));
	strbuf_release(&s.anchors);
	return hqf_run_close(&s.run, a);
}

static const struct cmd_option options[] = {
	{ "trust", "FILE", "certificates (PEM), one of which must vouch for the signers, today", false, false },
	{ "json", NULL, "the facts as JSON", false, false },
	{ NULL, NULL, NULL, false, false },
};

const struct command cmd_hqf_show = {
	"hqf show", "FILE", 1, 1, "what an .hqf or .appqf says of itself, and who signed it", options, run,
};
