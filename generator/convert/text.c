#include "convert/text.h"

#include <stdlib.h>

#include "base/strbuf.h"

#define STEP 2

static void add_scalar(struct strbuf *out, const json_t *v)
{
	char *text = json_dumps(v, JSON_ENCODE_ANY | JSON_REAL_PRECISION(6));

	strbuf_adds(out, text ? text : "null");
	free(text);
}

static void add_key(struct strbuf *out, const char *key)
{
	json_t *k = json_string(key);

	add_scalar(out, k);
	strbuf_adds(out, ": ");
	json_decref(k);
}

static void add_line(struct strbuf *out, json_t *v)
{
	const char *key;
	json_t *item;
	size_t i, n = 0;

	if (json_is_object(v)) {
		json_object_foreach(v, key, item)
		{
			strbuf_adds(out, n++ ? ", " : "{ ");
			add_key(out, key);
			add_line(out, item);
		}
		strbuf_adds(out, n ? " }" : "{}");
	} else if (json_is_array(v)) {
		strbuf_addch(out, '[');
		json_array_foreach(v, i, item)
		{
			strbuf_adds(out, i ? ", " : "");
			add_line(out, item);
		}
		strbuf_addch(out, ']');
	} else {
		add_scalar(out, v);
	}
}

/* An array with an object in it, or something that holds one. */
static bool has_rows(json_t *v)
{
	const char *key;
	json_t *item;
	size_t i;

	json_array_foreach(v, i, item)
	{
		if (json_is_object(item) || has_rows(item))
			return true;
	}
	json_object_foreach(v, key, item)
	{
		if (has_rows(item))
			return true;
	}
	return false;
}

static void add_break(struct strbuf *out, size_t indent)
{
	strbuf_addf(out, "\n%*s", (int)indent, "");
}

static void add_value(struct strbuf *out, json_t *v, size_t indent);

static void add_spread(struct strbuf *out, json_t *v, size_t indent)
{
	bool object = json_is_object(v);
	const char *key;
	json_t *item;
	size_t i, n = 0;

	strbuf_addch(out, object ? '{' : '[');
	json_object_foreach(v, key, item)
	{
		strbuf_adds(out, n++ ? "," : "");
		add_break(out, indent + STEP);
		add_key(out, key);
		add_value(out, item, indent + STEP);
	}
	json_array_foreach(v, i, item)
	{
		strbuf_adds(out, i ? "," : "");
		add_break(out, indent + STEP);
		add_value(out, item, indent + STEP);
	}
	add_break(out, indent);
	strbuf_addch(out, object ? '}' : ']');
}

static size_t column(const struct strbuf *out)
{
	struct slice s = strbuf_slice(out);

	return s.n - (size_t)(slice_rfind(s, '\n') + 1);
}

static void add_value(struct strbuf *out, json_t *v, size_t indent)
{
	CLEANUP(strbuf_release) struct strbuf line = STRBUF_INIT;
	bool container = json_is_object(v) || json_is_array(v);

	add_line(&line, v);
	if (container && (has_rows(v) || column(out) + line.n > TEXT_WIDTH))
		add_spread(out, v, indent);
	else
		strbuf_addslice(out, strbuf_slice(&line));
}

struct slice definition_text(struct arena *a, json_t *v)
{
	CLEANUP(strbuf_release) struct strbuf out = STRBUF_INIT;

	if ((json_is_object(v) && json_object_size(v)) || (json_is_array(v) && json_array_size(v)))
		add_spread(&out, v, 0);
	else
		add_line(&out, v);
	strbuf_addch(&out, '\n');
	return arena_copy(a, strbuf_slice(&out));
}
