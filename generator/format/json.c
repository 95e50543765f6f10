#include "format/json.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

struct writer {
	struct strbuf *out;
	struct arena scratch; /* sorted members of the objects */
	enum json_form form;
};

struct member {
	struct slice key;
	const json_t *value;
};

static int write_value(struct writer *w, const json_t *value, unsigned depth);

static void write_escape(struct strbuf *out, unsigned char c)
{
	static const char shorts[] = "\bb\ff\nn\rr\tt\"\"\\\\";

	for (size_t i = 0; i + 1 < sizeof(shorts); i += 2) {
		if (shorts[i] == (char)c) {
			strbuf_add(out, (char[]){ '\\', shorts[i + 1] }, 2);
			return;
		}
	}
	strbuf_adds(out, "\\u00");
	strbuf_addhex(out, &c, 1);
}

static void write_string(struct writer *w, struct slice s)
{
	unsigned char escape_below = w->form == JSON_WIRE ? 0x20 : 0;
	size_t start = 0;

	strbuf_addch(w->out, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c >= escape_below && c != '"' && c != '\\')
			continue;
		strbuf_add(w->out, s.p + start, i - start);
		write_escape(w->out, c);
		start = i + 1;
	}
	strbuf_add(w->out, s.p + start, s.n - start);
	strbuf_addch(w->out, '"');
}

static void write_integer(struct strbuf *out, json_int_t v)
{
	if (v < 0)
		strbuf_addch(out, '-');
	strbuf_adduint(out, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

json_t *json_iterable(const json_t *value)
{
	union {
		const json_t *given;
		json_t *wanted;
	} same = { .given = value };

	return same.wanted;
}

static int member_cmp(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	return slice_cmp(x->key, y->key);
}

static int write_object(struct writer *w, const json_t *object, unsigned depth)
{
	json_t *walk = json_iterable(object);
	size_t n = json_object_size(object), i = 0;
	struct member *v = arena_try(&w->scratch, n ? n : 1, sizeof(*v));
	bool sorted = true;

	if (!v)
		return -1;
	for (void *it = json_object_iter(walk); it; it = json_object_iter_next(walk, it), i++) {
		v[i] = (struct member){ { json_object_iter_key(it), json_object_iter_key_len(it) },
					json_object_iter_value(it) };
		sorted = sorted && (i == 0 || slice_cmp(v[i - 1].key, v[i].key) < 0);
	}
	if (!sorted)
		qsort(v, n, sizeof(*v), member_cmp);
	strbuf_addch(w->out, '{');
	for (i = 0; i < n; i++) {
		if (i)
			strbuf_addch(w->out, ',');
		write_string(w, v[i].key);
		strbuf_addch(w->out, ':');
		if (write_value(w, v[i].value, depth + 1))
			return -1;
	}
	strbuf_addch(w->out, '}');
	return 0;
}

static int write_array(struct writer *w, const json_t *array, unsigned depth)
{
	strbuf_addch(w->out, '[');
	for (size_t i = 0; i < json_array_size(array); i++) {
		if (i)
			strbuf_addch(w->out, ',');
		if (write_value(w, json_array_get(array, i), depth + 1))
			return -1;
	}
	strbuf_addch(w->out, ']');
	return 0;
}

static int write_value(struct writer *w, const json_t *value, unsigned depth)
{
	if (!value)
		return -1;
	if ((json_is_object(value) || json_is_array(value)) && depth > JSON_DEPTH_MAX)
		return -1;
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return write_object(w, value, depth);
	case JSON_ARRAY:
		return write_array(w, value, depth);
	case JSON_STRING:
		write_string(w, (struct slice){ json_string_value(value), json_string_length(value) });
		return 0;
	case JSON_INTEGER:
		write_integer(w->out, json_integer_value(value));
		return 0;
	case JSON_TRUE:
		strbuf_adds(w->out, "true");
		return 0;
	case JSON_FALSE:
		strbuf_adds(w->out, "false");
		return 0;
	case JSON_NULL:
		strbuf_adds(w->out, "null");
		return 0;
	case JSON_REAL:
		break;
	}
	return -1;
}

int json_write(struct strbuf *out, const json_t *value, enum json_form form)
{
	struct writer w = { .out = out, .scratch = ARENA_INIT, .form = form };
	int failed = write_value(&w, value, 1);

	arena_release(&w.scratch);
	return failed || out->failed ? -1 : 0;
}

/* What the parser would not refuse, or only after it has gone deep: nesting, and numbers with a fraction or an
 * exponent. Outside of strings a '.' stands in no other place of a JSON text, and an 'e' behind a digit in no other
 * either. */
static const char *scan(struct slice s)
{
	unsigned depth = 0;
	bool digit = false;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '"') {
			for (i++; i < s.n && s.p[i] != '"'; i++)
				i += s.p[i] == '\\';
		} else if (c == '[' || c == '{') {
			if (++depth > JSON_DEPTH_MAX)
				return "JSON is nested too deep";
		} else if (c == ']' || c == '}') {
			depth -= depth > 0;
		} else if (c == '.' || (digit && (c == 'e' || c == 'E'))) {
			return "a number is not an integer";
		}
		digit = c >= '0' && c <= '9';
	}
	return NULL;
}

int json_parse_wire(json_t **out, struct slice bytes, size_t limit, const char **why)
{
	const char *bad = bytes.n > limit ? "file is larger than allowed" : scan(bytes);
	json_error_t error;
	json_t *value;

	if (bad) {
		*why = bad;
		return -1;
	}
	value = json_loadb(bytes.p ? bytes.p : "", bytes.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (!value) {
		*why = json_error_code(&error) == json_error_duplicate_key ? "a key stands twice in one JSON object"
									   : "not valid JSON";
		return -1;
	}
	*out = value;
	return 0;
}
