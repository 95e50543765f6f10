#include "publish/profile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fileio.h"
#include "base/secrecy.h"
#include "base/text.h"

static const struct {
	const char *name; /* as written in a file, in lower case; "sso_": all that begin so */
	enum profile_setting setting;
	bool of_s3; /* below "s3 =" */
} settings[] = {
	{ "aws_access_key_id", PROFILE_ID, false },
	{ "aws_secret_access_key", PROFILE_SECRET, false },
	{ "aws_session_token", PROFILE_TOKEN, false },
	{ "credential_process", PROFILE_PROCESS, false },
	{ "region", PROFILE_REGION, false },
	{ "endpoint_url", PROFILE_ENDPOINT, false },
	{ "services", PROFILE_SERVICES, false },
	{ "role_arn", PROFILE_ROLE, false },
	{ "source_profile", PROFILE_SOURCE, false },
	{ "credential_source", PROFILE_SOURCE, false },
	{ "sso_", PROFILE_SSO, false },
	{ "web_identity_token_file", PROFILE_IDENTITY, false },
	{ "login_session", PROFILE_IDENTITY, false },
	{ "endpoint_url", PROFILE_ENDPOINT, true },
	{ "addressing_style", PROFILE_ADDRESSING, true },
};

/* What a file says of one section. */
struct finding {
	bool found;
	struct profile_value v[PROFILE_SETTINGS];
};

struct reader {
	struct finding *out;
	const char *path;
	const char *kind, *name; /* the section "[kind name]"; kind "": "[name]" */
	uint32_t line;
	bool inside;         /* of it */
	bool begun;          /* a setting of it was read: */
	struct slice above;  /* its name, */
	bool above_empty;    /* whether it has no value, */
	size_t indent;       /* how far to the right it stands */
	struct arena *names; /* of the sections of that kind, for a better message; NULL: nobody asks */
	struct slice *v;
	size_t n, cap;
	struct diags *d;
};

static void finding_wipe(struct finding *f)
{
	for (size_t i = 0; i < PROFILE_SETTINGS; i++) {
		secret_free(f->v[i].text);
		f->v[i].text = NULL;
	}
}

static int fail(const struct reader *r, const char *what)
{
	return diag_environment(r->d, r->path, "line %u: %s", (unsigned)r->line, what);
}

/* --- lines ------------------------------------------------------------------------------------------------------------- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_comment(struct slice s)
{
	return slice_starts(s, "#") || slice_starts(s, ";");
}

/* Up to a blank with "#" or ";" behind it. */
static struct slice cut_comment(struct slice s)
{
	for (size_t i = 1; i < s.n; i++) {
		if (is_blank(s.p[i - 1]) && is_comment(slice_from(s, i)))
			return slice_trim(slice_sub(s, 0, i));
	}
	return s;
}

static struct slice unquote(struct slice s)
{
	bool quoted = s.n >= 2 && (s.p[0] == '"' || s.p[0] == '\'') && s.p[s.n - 1] == s.p[0];

	return quoted ? slice_sub(s, 1, s.n - 2) : s;
}

/* The name in "[kind name]", or the empty slice: it is of another kind. The default profile stands alone everywhere. */
static struct slice section_name(const char *kind, struct slice title)
{
	struct slice behind = slice_from(title, strlen(kind));

	if (!*kind || (slice_eqs(title, PROFILE_DEFAULT) && !strcmp(kind, "profile")))
		return title;
	if (!slice_starts(title, kind) || !behind.n || !is_blank(*behind.p))
		return (struct slice){ NULL, 0 };
	return unquote(slice_trim(behind));
}

static int read_title(struct reader *r, struct slice line)
{
	ptrdiff_t end = slice_find(line, ']');
	struct slice name, behind = slice_trim(slice_from(line, (size_t)(end + 1)));

	if (end < 0 || (behind.n && !is_comment(behind)))
		return fail(r, "begins with \"[\" and is no \"[section]\"");
	name = section_name(r->kind, slice_trim(slice_sub(line, 1, (size_t)end - 1)));
	r->inside = name.n && slice_eqs(name, r->name);
	r->begun = false;
	r->out->found = r->out->found || r->inside;
	if (r->names && name.n)
		ARENA_PUSH(r->names, r->v, r->n, r->cap, arena_copy(r->names, name));
	return 0;
}

/* --- settings ---------------------------------------------------------------------------------------------------------- */

/* PROFILE_SETTINGS: none of ours. */
static enum profile_setting find_setting(struct slice name, bool of_s3)
{
	for (size_t i = 0; i < COUNT(settings); i++) {
		if (settings[i].of_s3 == of_s3 &&
		    (slice_eq_nocase(name, slice_of(settings[i].name)) ||
		     (settings[i].setting == PROFILE_SSO &&
		      slice_eq_nocase(slice_sub(name, 0, 4), slice_of(settings[i].name)))))
			return settings[i].setting;
	}
	return PROFILE_SETTINGS;
}

static int keep(struct reader *r, enum profile_setting setting, struct slice value)
{
	struct profile_value *v = &r->out->v[setting];

	if (setting != PROFILE_PROCESS) /* which a shell reads */
		value = cut_comment(value);
	for (size_t i = 0; i < value.n; i++) {
		if ((unsigned char)value.p[i] < 0x20 && value.p[i] != '\t')
			return fail(r, "holds a control character");
	}
	secret_free(v->text);
	*v = (struct profile_value){ value.n ? strndup(value.p, value.n) : NULL, r->path, r->line };
	return value.n && !v->text ? fail(r, "out of memory") : 0;
}

/* A line that stands further to the right than the setting above it. */
static int read_nested(struct reader *r, struct slice name, struct slice value, bool complete)
{
	bool s3 = r->above_empty && slice_eq_nocase(r->above, SLICE("s3"));
	enum profile_setting setting = s3 && complete ? find_setting(name, true) : PROFILE_SETTINGS;

	if (!r->above_empty && find_setting(r->above, false) != PROFILE_SETTINGS)
		return fail(r, "is indented, as if it went on with the line above it");
	return setting == PROFILE_SETTINGS ? 0 : keep(r, setting, value);
}

static int read_setting(struct reader *r, struct slice line, size_t indent)
{
	struct slice value = line, name = slice_trim(slice_cut(&value, '='));
	bool complete = value.p != NULL;
	enum profile_setting setting;

	value = slice_trim(value);
	if (r->begun && indent > r->indent)
		return read_nested(r, name, value, complete);
	if (!complete || !name.n)
		return fail(r, "is no \"name = value\"");
	r->begun = true;
	r->indent = indent;
	r->above = name;
	r->above_empty = !cut_comment(value).n || is_comment(value);
	setting = find_setting(name, false);
	return setting == PROFILE_SETTINGS ? 0 : keep(r, setting, value);
}

static int read_line(struct reader *r, struct slice line)
{
	struct slice text = slice_trim(line);
	size_t indent = text.n ? (size_t)(text.p - line.p) : 0;

	if (!text.n || is_comment(text))
		return 0;
	if (text.p[0] == '[')
		return read_title(r, text);
	return r->inside ? read_setting(r, text, indent) : 0;
}

/* --- files ------------------------------------------------------------------------------------------------------------- */

/* A file that is not there, or in a folder that is closed to us (HOME of somebody else), or that was switched off with /dev/null. */
static bool is_absent(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return errno == ENOENT || errno == ENOTDIR || errno == EACCES;
	return S_ISCHR(st.st_mode);
}

static int read_file(struct reader *r)
{
	CLEANUP(strbuf_wipe) struct strbuf text = STRBUF_INIT;
	struct slice rest;

	if (!r->path || is_absent(r->path))
		return 0;
	if (file_read(&text, r->path, PROFILE_FILE_MAX, r->d))
		return -1;
	rest = strbuf_slice(&text);
	if (slice_starts(rest, "\xef\xbb\xbf"))
		rest = slice_from(rest, 3);
	while (rest.p) {
		struct slice line = slice_cut(&rest, '\n');

		r->line++;
		if (read_line(r, line))
			return -1;
	}
	return 0;
}

/* The path of a file of AWS, or NULL. The caller frees it. */
static char *file_path(const struct environment *e, const char *variable, const char *name)
{
	const char *given = environment_get(e, variable), *home = environment_get(e, "HOME");
	struct strbuf path = STRBUF_INIT;

	if (given && strncmp(given, "~/", 2) != 0)
		return strdup(given);
	if (!home)
		return NULL;
	strbuf_adds(&path, home);
	strbuf_adds(&path, given ? given + 1 : name);
	return strbuf_detach(&path);
}

/* The keys come from one file: those of the first, if it has any. */
static void merge(struct profile *out, struct finding *first, struct finding *second)
{
	bool keys = first->v[PROFILE_ID].text || first->v[PROFILE_SECRET].text;

	for (size_t i = 0; i < PROFILE_SETTINGS; i++) {
		bool is_key = i == PROFILE_ID || i == PROFILE_SECRET || i == PROFILE_TOKEN;
		struct finding *from = first->v[i].text || (keys && is_key) ? first : second;

		out->v[i] = from->v[i];
		from->v[i].text = NULL;
	}
}

static int not_found(const struct profile *p, const struct reader *r, struct arena *a)
{
	struct slice name = slice_of(p->name);
	struct slice near = text_nearest(name, r->v, r->n);

	return diag_environment(r->d, NULL, "there is no profile %s in %s (\"[profile %s]\"), nor in %s (\"[%s]\")%s",
				quote(a, name), p->config ? p->config : "~/.aws/config", p->name,
				p->credentials ? p->credentials : "~/.aws/credentials", p->name, hint(a, near));
}

/* The endpoint that "services = NAME" leads to comes before the profile's own. */
static int read_services(struct profile *p, struct diags *d)
{
	CLEANUP(finding_wipe) struct finding found = { .found = false };
	const struct profile_value *name = &p->v[PROFILE_SERVICES];
	struct reader r = { .out = &found, .path = p->config, .kind = "services", .name = name->text, .d = d };

	if (!name->text)
		return 0;
	if (read_file(&r))
		return -1;
	if (!found.found)
		return diag_environment(d, name->path, "line %u: there is no \"[services %s]\" in %s",
					(unsigned)name->line, name->text, p->config ? p->config : "~/.aws/config");
	if (found.v[PROFILE_ENDPOINT].text) {
		secret_free(p->v[PROFILE_ENDPOINT].text);
		p->v[PROFILE_ENDPOINT] = found.v[PROFILE_ENDPOINT];
		found.v[PROFILE_ENDPOINT].text = NULL;
	}
	return 0;
}

static int read_both(struct profile *p, bool named, struct diags *d)
{
	CLEANUP(arena_release) struct arena names = ARENA_INIT;
	CLEANUP(finding_wipe) struct finding credentials = { .found = false };
	CLEANUP(finding_wipe) struct finding config = { .found = false };
	struct reader r = {
		.out = &credentials, .path = p->credentials, .kind = "", .name = p->name, .names = &names, .d = d
	};

	if (read_file(&r))
		return -1;
	r = (struct reader){ .out = &config,
			     .path = p->config,
			     .kind = "profile",
			     .name = p->name,
			     .names = &names,
			     .v = r.v,
			     .n = r.n,
			     .cap = r.cap,
			     .d = d };
	if (read_file(&r))
		return -1;
	if (named && !credentials.found && !config.found)
		return not_found(p, &r, &names);
	merge(p, &credentials, &config);
	return read_services(p, d);
}

/* --- the whole --------------------------------------------------------------------------------------------------------- */

int profile_load(struct profile *out, const struct environment *e, const char *option, struct diags *d)
{
	const char *name = option;

	*out = (struct profile)PROFILE_INIT;
	secrecy_guard();
	name = name ? name : environment_get(e, "AWS_PROFILE");
	name = name ? name : environment_get(e, "AWS_DEFAULT_PROFILE");
	out->name = strdup(name ? name : PROFILE_DEFAULT);
	if (!out->name)
		return diag_environment(d, NULL, "out of memory");
	out->by_option = option != NULL;
	out->config = file_path(e, "AWS_CONFIG_FILE", "/.aws/config");
	out->credentials = file_path(e, "AWS_SHARED_CREDENTIALS_FILE", "/.aws/credentials");
	return read_both(out, name && strcmp(name, PROFILE_DEFAULT) != 0, d);
}

void profile_release(struct profile *p)
{
	for (size_t i = 0; i < PROFILE_SETTINGS; i++)
		secret_free(p->v[i].text);
	free(p->name);
	free(p->config);
	free(p->credentials);
	*p = (struct profile)PROFILE_INIT;
}

const char *profile_region(const struct profile *p, const struct environment *e, const char *option)
{
	const char *region = option;

	region = region ? region : environment_get(e, "AWS_REGION");
	region = region ? region : environment_get(e, "AWS_DEFAULT_REGION");
	region = region ? region : p->v[PROFILE_REGION].text;
	return region ? region : REGION_DEFAULT;
}

const char *profile_endpoint(const struct profile *p, const struct environment *e, const char *option)
{
	const char *ignore = environment_get(e, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), *url = option;

	if (url || (ignore && slice_eq_nocase(slice_of(ignore), SLICE("true"))))
		return url;
	url = environment_get(e, "AWS_ENDPOINT_URL_S3");
	url = url ? url : environment_get(e, "AWS_ENDPOINT_URL");
	return url ? url : p->v[PROFILE_ENDPOINT].text;
}

bool profile_path_style(const struct profile *p, bool option)
{
	const char *style = p->v[PROFILE_ADDRESSING].text;

	return option || (style && slice_eq_nocase(slice_of(style), SLICE("path")));
}

const char *environment_get(const struct environment *e, const char *name)
{
	const char *value = e->get(e->ctx, name);

	return value && *value ? value : NULL;
}

static const char *of_process(const void *ctx, const char *name)
{
	(void)ctx;
	return getenv(name);
}

struct environment environment_of_process(void)
{
	return (struct environment){ of_process, NULL };
}
