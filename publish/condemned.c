#include "publish/condemned.h"

#include "base/refuse.h"
#include "base/relpath.h"
#include "format/json.h"
#include "format/wire.h"

#define FORMAT 1

int condemned_encode(struct strbuf *out, const struct condemned *c)
{
	json_auto_t *json = json_object();
	json_t *table = json_object();
	bool failed = false;

	for (size_t i = 0; i < c->n; i++)
		put_named(table, c->v[i].path, json_integer(c->v[i].since), &failed);
	put_member(json, "condemned", table, &failed);
	put_member(json, "deleting", json_integer(c->deleting), &failed);
	put_member(json, "v", json_integer(FORMAT), &failed);
	return failed ? -1 : json_write(out, json, JSON_WIRE);
}

static int read_time(struct wire *w, int64_t *out, const json_t *v, const char *why)
{
	return wire_int(w, out, v, 0, WIRE_TIME_MAX, why);
}

static int read_path(struct wire *w, void *out, const json_t *v)
{
	struct condemned_path *p = out; /* begins with the path, as wire_table() wants it */

	if (relpath_fault(p->path))
		return wire_fail(w, "a path is absolute, leads out of its folder, or is not printable ASCII");
	return read_time(w, &p->since, v, "a path is condemned at something that is no time");
}

static int read_condemned(struct wire *w, void *out, const json_t *v)
{
	struct condemned *c = out;

	if (json_is_object(v) && json_object_size(v) == 0)
		return 0;
	c->v = wire_table(w, &c->n, v, sizeof(*c->v), read_path, "condemned is not an object of paths and times");
	return c->v ? 0 : -1;
}

static int read_deleting(struct wire *w, void *out, const json_t *v)
{
	return read_time(w, &((struct condemned *)out)->deleting, v, "deleting is not a time");
}

static int read_format(struct wire *w, void *out, const json_t *v)
{
	int64_t format;

	(void)out;
	return wire_int(w, &format, v, FORMAT, FORMAT, "v is not 1");
}

static int check_encoding(const struct condemned *c, struct slice bytes, const char **why)
{
	CLEANUP(strbuf_release) struct strbuf again = STRBUF_INIT;

	if (condemned_encode(&again, c))
		return refuse(why, REFUSE_NO_MEMORY);
	return slice_eq(strbuf_slice(&again), bytes)
		       ? 0
		       : refuse(why,
				"is not in the one form that mdstatic-publish writes (order, white space, escapes)");
}

int condemned_decode(struct condemned *out, struct arena *a, struct slice bytes, const char **why)
{
	static const struct wire_member members[] = { { "condemned", read_condemned, "there is no condemned" },
						      { "deleting", read_deleting, "there is no deleting" },
						      { "v", read_format, "there is no v" } };
	static const struct wire_shape shape = { "file is not a JSON object",
						 "unknown key beside condemned, deleting and v", members,
						 COUNT(members) };
	struct wire w = { .a = a };
	struct condemned c = { 0 };
	json_auto_t *json = NULL;

	if (json_parse_wire(&json, bytes, CONDEMNED_MAX, why))
		return -1;
	if (wire_object(&w, &c, json, &shape))
		return refuse(why, w.why);
	if (check_encoding(&c, bytes, why))
		return -1;
	*out = c;
	return 0;
}

const struct condemned_path *condemned_find(const struct condemned *c, struct slice path)
{
	size_t at = c->n ? slice_rank(&c->v->path, c->n, sizeof(*c->v), path, false) : 0;

	return at < c->n && slice_eq(c->v[at].path, path) ? &c->v[at] : NULL;
}

bool condemned_deleting(const struct condemned *c, int64_t now)
{
	return c->deleting && c->deleting > now - DELETING_MAX;
}
