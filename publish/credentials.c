#include "publish/credentials.h"

#include <stdlib.h>
#include <string.h>

#include "base/external.h"
#include "base/jsonstring.h"
#include "base/jsontable.h"
#include "base/secrecy.h"
#include "base/text.h"
#include "publish/httpdate.h"

#define EARLY_SECONDS 300 /* before they end */
#define PAUSE_SECONDS 60  /* between two runs of a process */
#define WAY_OUT       "credential_process = aws configure export-credentials --profile %s --format process"

static void wipe(struct credentials *c)
{
	secret_free(c->id);
	secret_free(c->secret);
	secret_free(c->token);
	c->id = c->secret = c->token = NULL;
}

void credentials_release(struct credentials *c)
{
	wipe(c);
	secret_free(c->process);
	free(c->source);
	*c = (struct credentials)CREDENTIALS_INIT;
}

/* --- form -------------------------------------------------------------------------------------------------------------- */

/* Of a secret nothing may be shown, so the message says where to look. */
static int check(struct slice value, const char *name, const char *place, struct diags *d)
{
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] <= ' ' || value.p[i] > '~')
			return diag_environment(
				d, place, "%s holds %s, which no key does: character %zu of its %zu", name,
				slice_find(SLICE(" \t\r\n"), value.p[i]) >= 0 ? "a blank or a line break"
									      : "something else than printable ASCII",
				i + 1, value.n);
	}
	return 0;
}

static int duplicate(char **out, const char *value, struct diags *d)
{
	*out = value ? strdup(value) : NULL;
	return value && !*out ? diag_environment(d, NULL, "out of memory") : 0;
}

struct keys {
	const char *id, *secret, *token;
	const char *id_name, *secret_name, *token_name; /* for messages */
	const char *place;                              /* NULL: the environment */
};

static int take(struct credentials *out, const struct keys *k, const char *source, struct diags *d)
{
	if (!k->id || !k->secret)
		return diag_environment(d, k->place, "%s is set, but %s is not", k->id ? k->id_name : k->secret_name,
					k->id ? k->secret_name : k->id_name);
	if (check(slice_of(k->id), k->id_name, k->place, d) ||
	    check(slice_of(k->secret), k->secret_name, k->place, d) ||
	    check(slice_of(k->token), k->token_name, k->place, d))
		return -1;
	return duplicate(&out->id, k->id, d) || duplicate(&out->secret, k->secret, d) ||
			       duplicate(&out->token, k->token, d) || duplicate(&out->source, source, d)
		       ? -1
		       : 0;
}

/* --- credential_process ------------------------------------------------------------------------------------------------ */

/* What stands in the output of a process, to be wiped. */
struct output {
	struct strbuf text;
	struct jsontable table;
	const char *name; /* of the profile, for messages */
	struct diags *d;
};

static void output_release(struct output *o)
{
	strbuf_wipe(&o->text);
	jsontable_release(&o->table);
}

static struct slice raw_member(const struct output *o, const char *name)
{
	size_t value;

	if (!jsontable_member(&value, &o->table, o->table.root, slice_of(name)))
		return (struct slice){ NULL, 0 };
	return slice_sub(o->table.text, o->table.v[value].from, o->table.v[value].to - o->table.v[value].from);
}

/* A string of the object; NULL: it is not there, or null. */
static int member(char **out, const struct output *o, const char *name)
{
	CLEANUP(strbuf_wipe) struct strbuf room = STRBUF_INIT;
	struct slice raw = raw_member(o, name), text;

	*out = NULL;
	if (!raw.n || slice_eqs(raw, "null"))
		return 0;
	if (raw.p[0] != '"')
		return diag_environment(o->d, o->name, "the credential_process gave %s that is no text", name);
	strbuf_grow(&room, raw.n);
	text = jsonstring_meaning(&room, slice_sub(raw, 1, raw.n - 2));
	if (check(text, name, o->name, o->d))
		return -1;
	*out = room.failed ? NULL : strndup(text.n ? text.p : "", text.n);
	return *out ? 0 : diag_environment(o->d, o->name, "out of memory");
}

static int read_expiry(int64_t *out, const struct output *o)
{
	char *text;
	int result = member(&text, o, "Expiration");

	*out = 0;
	if (!result && text && !httpdate_parse_iso(out, slice_of(text)))
		result = diag_environment(
			o->d, o->name,
			"the credential_process gave an Expiration that is no time like \"2026-11-21T08:00:00Z\"");
	free(text);
	return result;
}

static int read_output(struct credentials *out, struct output *o)
{
	struct slice text = slice_trim(strbuf_slice(&o->text)), version;

	if (!text.n)
		return diag_environment(o->d, o->name, "the credential_process wrote nothing");
	if (!jsontable_make(&o->table, text) || text.p[0] != '{')
		return diag_environment(o->d, o->name,
					"the credential_process wrote something else than a JSON object");
	version = raw_member(o, "Version");
	if (!slice_eqs(version, "1"))
		return diag_environment(o->d, o->name, "the credential_process gave %s; \"Version\": 1 is known",
					version.n ? "a Version that is not known" : "no Version");
	if (member(&out->id, o, "AccessKeyId") || member(&out->secret, o, "SecretAccessKey") ||
	    member(&out->token, o, "SessionToken") || read_expiry(&out->expires, o))
		return -1;
	if (!out->id || !*out->id || !out->secret || !*out->secret)
		return diag_environment(o->d, o->name, "the credential_process gave no %s",
					out->id && *out->id ? "SecretAccessKey" : "AccessKeyId");
	return 0;
}

/* New keys into *out, which has none yet. */
static int run_process(struct credentials *out, const char *command, const char *source, struct diags *d)
{
	CLEANUP(output_release)
	struct output o = { .text = STRBUF_INIT, .table = JSONTABLE_INIT, .name = source, .d = d };
	const struct external x = {
		.command = command,
		.dir = ".",
		.name = source,
		.what = "credential_process",
		.limit = CREDENTIALS_OUTPUT_MAX,
		.time_ms = CREDENTIALS_TIME_MS,
	};

	strbuf_grow(&o.text, CREDENTIALS_OUTPUT_MAX + EXTERNAL_SLACK);
	if (external_run(&o.text, &x, SLICE(""), d))
		return -1;
	return read_output(out, &o);
}

bool credentials_stale(const struct credentials *c, int64_t now)
{
	return c->process && c->expires && now >= c->expires - EARLY_SECONDS && now - c->obtained >= PAUSE_SECONDS;
}

int credentials_refresh(struct credentials *c, int64_t now, struct diags *d)
{
	struct credentials fresh = CREDENTIALS_INIT;

	if (!c->process)
		return diag_environment(
			d, NULL, "the credentials of %s have expired, and nothing is there to renew them", c->source);
	if (run_process(&fresh, c->process, c->source, d)) {
		wipe(&fresh);
		return -1;
	}
	wipe(c);
	c->id = fresh.id;
	c->secret = fresh.secret;
	c->token = fresh.token;
	c->expires = fresh.expires;
	c->obtained = now;
	c->generation++;
	return 0;
}

/* --- where they come from ---------------------------------------------------------------------------------------------- */

static int from_environment(struct credentials *out, const struct environment *e, struct diags *d)
{
	struct keys k = { .id_name = "AWS_ACCESS_KEY_ID",
			  .secret_name = "AWS_SECRET_ACCESS_KEY",
			  .token_name = "AWS_SESSION_TOKEN" };

	k.id = environment_get(e, k.id_name);
	k.secret = environment_get(e, k.secret_name);
	k.token = environment_get(e, k.token_name);
	if (!k.id && !k.secret)
		return 0;
	return take(out, &k, "the environment", d);
}

static int from_profile(struct credentials *out, const struct profile *p, const char *source, struct diags *d)
{
	const struct profile_value *at = &p->v[p->v[PROFILE_ID].text ? PROFILE_ID : PROFILE_SECRET];
	struct keys k = { p->v[PROFILE_ID].text,
			  p->v[PROFILE_SECRET].text,
			  p->v[PROFILE_TOKEN].text,
			  "aws_access_key_id",
			  "aws_secret_access_key",
			  "aws_session_token",
			  at->path };

	return take(out, &k, source, d);
}

static int from_process(struct credentials *out, const struct profile *p, const char *source, int64_t now,
			struct diags *d)
{
	if (duplicate(&out->process, p->v[PROFILE_PROCESS].text, d) || duplicate(&out->source, source, d))
		return -1;
	return credentials_refresh(out, now, d);
}

/* What takes a conversation with a service that is none of our business. */
static const char *detour(const struct profile *p)
{
	bool keys = p->v[PROFILE_ID].text || p->v[PROFILE_SECRET].text;

	if (p->v[PROFILE_ROLE].text)
		return "assumes a role (role_arn)";
	if (keys)
		return NULL;
	if (p->v[PROFILE_SSO].text)
		return "signs on (sso_…)";
	if (p->v[PROFILE_SOURCE].text)
		return "has its credentials from somewhere else (source_profile, credential_source)";
	return p->v[PROFILE_IDENTITY].text ? "signs on (web_identity_token_file, login_session)" : NULL;
}

static int nothing(const struct environment *e, const struct profile *p, struct diags *d)
{
	const char *elsewhere = environment_get(e, "AWS_WEB_IDENTITY_TOKEN_FILE");

	elsewhere = elsewhere ? elsewhere : environment_get(e, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	elsewhere = elsewhere ? elsewhere : environment_get(e, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
	if (elsewhere && !p->by_option)
		return diag_environment(d, NULL,
					"there are no credentials but what AWS's own tool can ask for; give them with "
					"eval \"$(aws configure export-credentials --format env)\"");
	return diag_environment(
		d, NULL,
		"there are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give "
		"profile \"%s\" an aws_access_key_id and an aws_secret_access_key, or a credential_process, "
		"in %s",
		p->name, p->credentials ? p->credentials : "~/.aws/credentials");
}

static int load(struct credentials *out, const struct environment *e, const struct profile *p, const char *source,
		int64_t now, struct diags *d)
{
	const char *other = detour(p);

	if (!p->by_option && from_environment(out, e, d))
		return -1;
	if (out->id)
		return 0;
	if (other && !p->v[PROFILE_PROCESS].text)
		return diag_environment(d, source, "%s, which only AWS's own tool does; add " WAY_OUT, other, p->name);
	if (!other && (p->v[PROFILE_ID].text || p->v[PROFILE_SECRET].text))
		return from_profile(out, p, source, d);
	if (p->v[PROFILE_PROCESS].text)
		return from_process(out, p, source, now, d);
	return nothing(e, p, d);
}

int credentials_load(struct credentials *out, const struct environment *e, const struct profile *p, int64_t now,
		     struct diags *d)
{
	CLEANUP(strbuf_release) struct strbuf source = STRBUF_INIT;
	int result;

	*out = (struct credentials)CREDENTIALS_INIT;
	secrecy_guard();
	strbuf_addf(&source, "profile \"%s\"", p->name);
	result = source.failed ? diag_environment(d, NULL, "out of memory") : load(out, e, p, source.p, now, d);
	if (result)
		credentials_release(out);
	return result;
}
