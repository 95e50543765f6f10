/* An edited text parses to what was parsed with that edit made to it, members keep their order, and what the edit does not
 * name keeps its bytes. Input: a line `s|p|a|r INDEX KEY AFTER` (set, put, append, remove; INDEX: which value of the text, in
 * its order), a line with the value, then the text. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/jsonedit.h"
#include "base/jsonpos.h"
#include "base/text.h"
#include "require.h"

#define FLAGS (JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL)

struct question {
	char operation;
	struct slice key, after, value, text;
	uint64_t index;
	struct strbuf pointer;
};

/* A place in the parsed text: a value, and where it hangs. */
struct place {
	json_t *value, *parent;
	const char *key; /* of a member */
	size_t item;     /* of an array */
};

static void add_key(struct strbuf *pointer, const char *key)
{
	strbuf_addch(pointer, '/');
	for (; *key; key++) {
		if (*key == '~' || *key == '/')
			strbuf_adds(pointer, *key == '~' ? "~0" : "~1");
		else
			strbuf_addch(pointer, *key);
	}
}

/* The value number *left below `at`, itself included; its pointer is in `pointer`. */
static bool find(struct place *out, struct place at, uint64_t *left, struct strbuf *pointer)
{
	size_t before = pointer->n;
	const char *key;
	json_t *child;

	if ((*left)-- == 0) {
		*out = at;
		return true;
	}
	for (size_t i = 0; i < json_array_size(at.value); i++, strbuf_truncate(pointer, before)) {
		strbuf_addf(pointer, "/%zu", i);
		if (find(out, (struct place){ json_array_get(at.value, i), at.value, NULL, i }, left, pointer))
			return true;
	}
	json_object_foreach(at.value, key, child)
	{
		add_key(pointer, key);
		if (find(out, (struct place){ child, at.value, key, 0 }, left, pointer))
			return true;
		strbuf_truncate(pointer, before);
	}
	return false;
}

static int edit(struct strbuf *out, const struct question *q)
{
	struct slice pointer = strbuf_slice(&q->pointer);

	switch (q->operation) {
	case 's':
		return jsonedit_set(out, q->text, pointer, q->value);
	case 'p':
		return jsonedit_put(out, q->text, pointer, q->key, q->value, q->after);
	case 'a':
		return jsonedit_append(out, q->text, pointer, q->value);
	default:
		return jsonedit_remove(out, q->text, pointer);
	}
}

/* The same edit of the parsed value: false where there can be none. */
static bool edit_parsed(json_t **root, const struct question *q, const struct place *p, json_t *value)
{
	char key[256] = "";

	memcpy(key, q->key.p ? q->key.p : "", q->key.n);
	switch (q->operation) {
	case 's':
		if (!p->parent)
			*root = value;
		return !p->parent || (p->key ? json_object_set(p->parent, p->key, value)
					     : json_array_set(p->parent, p->item, value)) == 0;
	case 'p':
		return json_object_set(p->value, key, value) == 0;
	case 'a':
		return json_array_append(p->value, value) == 0;
	default:
		return p->parent &&
		       (p->key ? json_object_del(p->parent, p->key) : json_array_remove(p->parent, p->item)) == 0;
	}
}

static size_t common_prefix(struct slice a, struct slice b)
{
	size_t n = 0;

	while (n < a.n && n < b.n && a.p[n] == b.p[n])
		n++;
	return n;
}

static size_t common_suffix(struct slice a, struct slice b)
{
	size_t n = 0;

	while (n < a.n && n < b.n && a.p[a.n - 1 - n] == b.p[b.n - 1 - n])
		n++;
	return n;
}

/* One run of bytes is another: the value that was set, something added at one place, something removed at one place. */
static void check_bytes(const struct question *q, struct slice result)
{
	size_t same = common_prefix(q->text, result) + common_suffix(q->text, result);
	struct strbuf member = STRBUF_INIT;
	struct jsonpos at;

	REQUIRE(jsonpos_value(&at, q->text, strbuf_slice(&q->pointer)));
	strbuf_addslice(&member, strbuf_slice(&q->pointer));
	if (q->operation == 'p') {
		char key[256] = "";

		memcpy(key, q->key.p ? q->key.p : "", q->key.n);
		add_key(&member, key);
	}
	if (q->operation == 's' || (q->operation == 'p' && jsonpos_value(&at, q->text, strbuf_slice(&member)))) {
		REQUIRE(common_prefix(q->text, result) >= at.offset);
		REQUIRE(common_suffix(q->text, result) >= q->text.n - at.offset - at.raw.n);
	} else if (q->operation == 'r') {
		REQUIRE(same >= result.n);
	} else if (slice_trim(slice_sub(at.raw, 1, at.raw.n - 2)).n > 0) {
		REQUIRE(same >= q->text.n);
	} else {
		REQUIRE(same >= q->text.n - (at.raw.n - 2)); /* the space inside an empty container may go */
	}
	strbuf_release(&member);
}

/* How many members the object number `index` has. */
static size_t member_count(json_t *root, uint64_t index)
{
	struct place p = { NULL, NULL, NULL, 0 };
	struct strbuf pointer = STRBUF_INIT;

	find(&p, (struct place){ root, NULL, NULL, 0 }, &index, &pointer);
	strbuf_release(&pointer);
	return json_object_size(p.value);
}

/* Members stand in the order that they had: without the new one they are written as before. */
static void check_order(const struct question *q, const json_t *before, json_t *after)
{
	struct place p = { NULL, NULL, NULL, 0 };
	struct strbuf pointer = STRBUF_INIT;
	char key[256] = "", *was, *is;
	uint64_t left = q->index;

	memcpy(key, q->key.p ? q->key.p : "", q->key.n);
	if (q->operation == 'p' && find(&p, (struct place){ after, NULL, NULL, 0 }, &left, &pointer))
		json_object_del(p.value, key);
	was = json_dumps(before, JSON_ENCODE_ANY);
	is = json_dumps(after, JSON_ENCODE_ANY);
	REQUIRE(was && is && strcmp(was, is) == 0);
	free(was);
	free(is);
	strbuf_release(&pointer);
}

/* What jansson would not read back is nested too deeply; nothing else may be refused. */
static void check_refusal(const json_t *edited)
{
	char *text = json_dumps(edited, JSON_ENCODE_ANY);
	json_t *again = text ? json_loads(text, FLAGS, NULL) : NULL;

	REQUIRE(!again);
	free(text);
}

static void check(struct question *q, json_t *root, json_t *value)
{
	json_t *original = json_deep_copy(root), *edited = root, *got;
	struct strbuf out = STRBUF_INIT;
	struct place p;
	uint64_t left = q->index;
	bool can;

	if (find(&p, (struct place){ root, NULL, NULL, 0 }, &left, &q->pointer)) {
		can = edit_parsed(&edited, q, &p, value);
		if (edit(&out, q)) {
			REQUIRE(out.n == 0);
			if (can)
				check_refusal(edited);
		} else {
			got = json_loadb(out.p, out.n, FLAGS, NULL);
			REQUIRE(can && got && json_equal(got, edited));
			check_bytes(q, strbuf_slice(&out));
			if (q->operation == 'p' && json_object_size(p.value) > member_count(original, q->index))
				check_order(q, original, got);
			json_decref(got);
		}
	}
	strbuf_release(&out);
	json_decref(original);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = slice_bytes(data, size), head = slice_cut(&rest, '\n'), operation = slice_cut(&head, ' '),
		     index = slice_cut(&head, ' ');
	struct question q = { .pointer = STRBUF_INIT };
	json_t *root, *value;

	q.key = slice_cut(&head, ' ');
	q.after = head;
	q.value = slice_cut(&rest, '\n');
	q.text = rest;
	q.operation = 'r';
	if (operation.n == 1 && slice_find(SLICE("spa"), *operation.p) >= 0)
		q.operation = *operation.p;
	if (!text_uint(&q.index, index) || q.key.n > 255 || slice_find(q.key, '\0') >= 0 || !text_is_utf8(q.key))
		return 0;
	root = json_loadb(q.text.p ? q.text.p : "", q.text.n, FLAGS, NULL);
	value = json_loadb(q.value.p ? q.value.p : "", q.value.n, FLAGS, NULL);
	if (root && value && slice_find(q.text, '\0') < 0 && slice_find(q.value, '\0') < 0)
		check(&q, root, value);
	json_decref(root);
	json_decref(value);
	strbuf_release(&q.pointer);
	return 0;
}
