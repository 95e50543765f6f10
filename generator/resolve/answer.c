/* mdr_answer(): a device's questions, one kind after the other, and their answers as one JSON text. */
#include <stdio.h>
#include <stdlib.h>

#include "resolve/answer.h"
#include "resolve/explain.h"
#include "resolve/guard.h"
#include "resolve/jsontext.h"

/* One answer on its way. */
struct answering {
	struct mdr_client *c;
	struct question q;
	const struct mdr_device *device;
	enum platform platform;
	bool explain, strict;
	struct mdr_error *err;
};

/* Appends the answer for one kind; and to client->explain why, where that is asked for. */
typedef enum mdr_code answer_fn(struct answering *a, struct program *p, struct strbuf *out);
static answer_fn answer_single, answer_many, answer_quickfix;

struct kind_row {
	const char *key;     /* in the answer */
	const char *nothing; /* what stands there when nothing is offered */
	answer_fn *answer;
	enum kind kind;
};

static const struct kind_row rows[KIND_COUNT] = {
	/* sorted by key */
	{ "h5", "{}", answer_many, KIND_H5 },
	{ "hotpatch", "null", answer_single, KIND_HOTPATCH },
	{ "quickfix", "null", answer_quickfix, KIND_QUICKFIX },
	{ "switches", "{}", answer_many, KIND_SWITCH },
	{ "upgrade", "null", answer_single, KIND_UPGRADE },
};

_Static_assert(MDR_UPGRADE == 1u << KIND_UPGRADE && MDR_HOTPATCH == 1u << KIND_HOTPATCH && MDR_H5 == 1u << KIND_H5 &&
		       MDR_QUICKFIX == 1u << KIND_QUICKFIX && MDR_SWITCH == 1u << KIND_SWITCH,
	       "the public masks are the kinds");

/* --- the device ---------------------------------------------------------------------------------------------------------- */

static struct slice attr_name(const struct mdr_attr *a)
{
	return (struct slice){ a->name, a->name_size };
}

enum mdr_code answer_platform(enum platform *out, const struct mdr_device *device, struct mdr_error *err)
{
	static const char allowed[] = "it must be android, ios or harmony";

	for (size_t i = 0; i < device->n; i++) {
		struct slice value = { device->attrs[i].value, device->attrs[i].value_size };

		if (!slice_eqs(attr_name(&device->attrs[i]), "platform"))
			continue;
		if (platform_parse(out, value))
			return MDR_OK;
		return fail(err, MDR_DEVICE, "platform \"" SLICE_FMT "\" is unknown; %s",
			    SLICE_ARG(slice_sub(value, 0, 64)), allowed);
	}
	return fail(err, MDR_DEVICE, "platform is missing; %s", allowed);
}

/* Puts the device's values where rules look for them. Attributes that no rule names are passed over. */
static enum mdr_code bind_device(struct mdr_client *c, const struct mdr_device *device, struct mdr_error *err)
{
	if (c->nvalues < c->names.n) {
		struct value *values = realloc(c->values, c->names.cap * sizeof(*values));

		if (!values)
			return fail_memory(err);
		c->values = values;
		c->nvalues = c->names.cap;
	}
	for (uint32_t i = 0; i < c->names.n; i++)
		c->values[i].present = false;
	for (size_t i = 0; i < device->n; i++) {
		uint32_t number = names_find(&c->names, attr_name(&device->attrs[i]));

		if (number != NAME_NONE)
			value_set(&c->values[number],
				  (struct slice){ device->attrs[i].value, device->attrs[i].value_size });
	}
	return MDR_OK;
}

/* A device's number, or -1. */
static int64_t number_of(bool has, uint32_t value)
{
	return has && value <= INT32_MAX ? (int64_t)value : -1;
}

/* --- kinds --------------------------------------------------------------------------------------------------------------- */

/* The first choice that holds; NULL: none does. */
static struct choice *choose(struct answering *a, struct table *t, const struct slot *slot)
{
	struct refusal why;

	for (size_t i = 0; i < slot->n; i++) {
		if (guard_holds(&a->q, t, &slot->v[i], &why))
			return &slot->v[i];
	}
	return NULL;
}

static bool value_of(void *ctx, struct slice attribute, struct slice *value)
{
	const struct mdr_client *c = ctx;
	uint32_t number = names_find(&c->names, attribute);

	if (number == NAME_NONE || !c->values[number].present)
		return false;
	*value = c->values[number].raw;
	return true;
}

static enum mdr_code answer_single(struct answering *a, struct program *p, struct strbuf *out)
{
	struct mdr_client *c = a->c;
	uint32_t segment = p->index.inline_manifest ? 0 : index_segment(&p->index, value_of, c);
	struct slice name = slice_of(platform_name(a->platform));
	struct table *t = NULL;
	struct choice *chosen = NULL;
	const struct slot *slot;
	enum mdr_code code = program_table(&t, p, &c->terms.fetch, &c->terms.limits, segment, a->err);

	if (code)
		return code;
	slot = t ? table_slot(t, name) : NULL;
	if (slot)
		chosen = choose(a, t, slot);
	if (chosen)
		code = program_answer(chosen, t, p, &c->terms.fetch, &c->terms.limits, a->err);
	if (code)
		return code;
	if (a->explain)
		explain_single(&c->explain, &a->q, p, segment, t, slot);
	strbuf_addslice(out, chosen ? chosen->text : SLICE("null"));
	return MDR_OK;
}

/* h5 and switches: an object of the slots that have an answer. */
static enum mdr_code answer_many(struct answering *a, struct program *p, struct strbuf *out)
{
	struct mdr_client *c = a->c;
	enum mdr_code code = program_all(p, &c->terms.fetch, &c->terms.limits, a->err);
	size_t written;

	if (code)
		return code;
	strbuf_addch(out, '{');
	written = out->n;
	for (size_t i = 0; i < p->nentries; i++) {
		const struct entry *e = &p->entries[i];
		struct choice *chosen = choose(a, e->table, e->slot);

		if (!chosen)
			continue;
		if (!chosen->text.n && program_member(chosen, e->table, p, e->slot->name))
			return fail_memory(a->err);
		if (out->n > written)
			strbuf_addch(out, ',');
		strbuf_addslice(out, chosen->text);
	}
	strbuf_addch(out, '}');
	if (a->explain)
		explain_many(&c->explain, &a->q, p);
	return MDR_OK;
}

/* `<bundleName>/<versionCode>`; empty: the device lacks one. */
static struct strbuf slot_of_quickfix(const struct answering *a)
{
	int64_t code = number_of(a->device->has_version_code, a->device->version_code);
	struct strbuf name = STRBUF_INIT;
	struct slice bundle;

	if (question_id(&a->q, NAME_BUNDLE_NAME, &bundle) && code >= 0) {
		strbuf_addslice(&name, bundle);
		strbuf_addch(&name, '/');
		strbuf_adduint(&name, (uint64_t)code);
	}
	return name;
}

static enum mdr_code answer_quickfix(struct answering *a, struct program *p, struct strbuf *out)
{
	struct mdr_client *c = a->c;
	struct strbuf name = slot_of_quickfix(a);
	struct entry e = { NULL, NULL };
	struct choice *chosen = NULL;
	enum mdr_code code = MDR_OK;
	int given = 0;

	if (name.n)
		code = program_slot(&e, p, &c->terms.fetch, &c->terms.limits, strbuf_slice(&name), a->err);
	if (!code && e.slot)
		chosen = choose(a, e.table, e.slot);
	if (chosen)
		given = program_quickfix(out, chosen, e.table, p, c->values);
	if (name.failed || given < 0)
		code = fail_memory(a->err);
	if (!given)
		strbuf_adds(out, "null");
	if (!code && a->explain)
		explain_quickfix(&c->explain, &a->q, &e, strbuf_slice(&name), given > 0);
	strbuf_release(&name);
	return code;
}

/* Asks for a ship: the hotpatch of a versionKey, whatever appVersion the device has. */
static enum mdr_code answer_ship(struct answering *a, struct program *p, struct strbuf *out)
{
	uint32_t number = names_find(&a->c->names, SLICE("appVersion"));
	struct value *version = number == NAME_NONE ? NULL : &a->c->values[number];
	bool present = version && version->present;
	enum mdr_code code;

	if (version)
		version->present = false;
	a->q.strict = true;
	code = answer_single(a, p, out);
	a->q.strict = false;
	if (version)
		version->present = present;
	return code;
}

static enum mdr_code answer_kind(struct answering *a, const struct kind_row *row, struct strbuf *out)
{
	struct program *p = a->c->programs[a->platform][row->kind];
	struct strbuf *explain = &a->c->explain;

	if (a->explain) {
		if (explain->n)
			strbuf_addch(explain, ',');
		strbuf_addf(explain, "\"%s\":", row->key);
	}
	if (p) {
		a->q.patterns = &p->mem;
		return a->strict && row->kind == KIND_HOTPATCH ? answer_ship(a, p, out) : row->answer(a, p, out);
	}
	if (a->explain)
		explain_nothing(explain, a->platform, row->kind);
	strbuf_adds(out, row->nothing);
	return MDR_OK;
}

/* --- the whole ----------------------------------------------------------------------------------------------------------- */

static enum mdr_code update_programs(struct answering *a, unsigned kinds)
{
	struct mdr_client *c = a->c;
	const struct tuf_targets *targets = &c->trust.roles[TUF_TARGETS]->file.targets;

	for (size_t i = 0; i < COUNT(rows); i++) {
		enum kind kind = rows[i].kind;
		enum mdr_code code;

		if (!(kinds & 1u << kind))
			continue;
		code = program_update(&c->programs[a->platform][kind], &c->names, &c->terms.fetch, &c->terms.limits,
				      c->terms.app, targets, a->platform, kind, a->err);
		if (code)
			return code;
	}
	return MDR_OK;
}

static void write_time(struct strbuf *out, struct answering *a)
{
	struct mdr_client *c = a->c;
	char text[INSTANT_TEXT];

	if (!a->q.timed) {
		strbuf_adds(out, "null");
		return;
	}
	if (!c->at_text[0] || c->at_of_text != a->q.at) {
		instant_format(text, a->q.at);
		(void)snprintf(c->at_text, sizeof(c->at_text), "\"%s\"", text);
		c->at_of_text = a->q.at;
	}
	strbuf_adds(out, c->at_text);
}

/* Keys in order: app at explain h5 hotpatch incomplete quickfix switches upgrade. */
static void assemble(struct strbuf *out, struct answering *a, unsigned kinds)
{
	struct mdr_client *c = a->c;

	strbuf_adds(out, "{\"app\":");
	jsontext_string(out, c->terms.app);
	strbuf_adds(out, ",\"at\":");
	write_time(out, a);
	if (a->explain) {
		strbuf_adds(out, ",\"explain\":{");
		strbuf_addslice(out, strbuf_slice(&c->explain));
		strbuf_addch(out, '}');
	}
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (rows[i].kind == KIND_QUICKFIX && a->q.incomplete)
			strbuf_adds(out, ",\"incomplete\":true");
		if (!(kinds & 1u << rows[i].kind))
			continue;
		strbuf_adds(out, ",\"");
		strbuf_adds(out, rows[i].key);
		strbuf_adds(out, "\":");
		strbuf_addslice(out, strbuf_slice(&c->parts[i]));
	}
	strbuf_addch(out, '}');
}

static enum mdr_code answer_all(struct answering *a, const struct mdr_device *device, unsigned kinds)
{
	struct mdr_client *c = a->c;
	enum mdr_code code = answer_platform(&a->platform, device, a->err);

	if (!code)
		code = update_programs(a, kinds);
	if (!code)
		code = bind_device(c, device, a->err);
	a->q.number = ++c->devices;
	strbuf_reset(&c->explain);
	for (size_t i = 0; i < COUNT(rows) && !code; i++) {
		strbuf_reset(&c->parts[i]);
		if (kinds & 1u << rows[i].kind)
			code = answer_kind(a, &rows[i], &c->parts[i]);
		if (!code && (c->parts[i].failed || c->explain.failed))
			code = fail_memory(a->err);
	}
	return code;
}

/* Hands a strbuf's bytes to the caller, indented if wanted. */
static enum mdr_code finish(struct mdr_text *out, struct strbuf *compact, unsigned flags, struct mdr_error *err)
{
	struct strbuf indented = STRBUF_INIT;

	if (flags & MDR_INDENT) {
		jsontext_indent(&indented, strbuf_slice(compact));
		indented.failed = indented.failed || compact->failed;
		strbuf_release(compact);
		*compact = indented;
	}
	if (compact->failed) {
		strbuf_release(compact);
		*out = (struct mdr_text){ NULL, 0, 0 };
		return fail_memory(err);
	}
	*out = (struct mdr_text){ compact->p, compact->n, compact->cap };
	return MDR_OK;
}

/* Answers into a->c->parts, and keeps what was verified. */
static enum mdr_code answer(struct answering *a, const struct mdr_device *device, int64_t at, unsigned kinds)
{
	enum mdr_code code;

	a->device = device;
	a->q = (struct question){ .client = a->c, .timed = at != MDR_NO_TIME, .at = at };
	a->q.patch = number_of(device->has_patch_version_code, device->patch_version_code);
	if (!trust_complete(&a->c->trust))
		return fail(a->err, MDR_STATELESS, "nothing has been verified yet");
	code = answer_all(a, device, kinds);
	a->c->incomplete = !code && a->q.incomplete;
	return code ? code : client_keep(a->c, a->err);
}

enum mdr_code mdr_answer(struct mdr_client *c, const struct mdr_device *device, int64_t at, unsigned kinds,
			 unsigned flags, struct mdr_text *out, struct mdr_error *err)
{
	struct strbuf text = { out->p, out->n, out->cap, false };
	struct answering a = { .c = c, .explain = flags & MDR_EXPLAIN, .strict = flags & MDR_STRICT, .err = err };
	enum mdr_code code = answer(&a, device, at, kinds);

	strbuf_reset(&text);
	if (!code)
		assemble(&text, &a, kinds);
	if (!code)
		return finish(out, &text, flags, err);
	*out = (struct mdr_text){ text.p, 0, text.cap };
	return code;
}

enum mdr_code answer_one(struct slice *out, struct mdr_client *c, const struct mdr_device *device, int64_t at,
			 enum kind kind, unsigned flags, struct mdr_error *err)
{
	struct answering a = { .c = c, .strict = flags & MDR_STRICT, .err = err };
	enum mdr_code code = answer(&a, device, at, 1u << kind);

	for (size_t i = 0; i < COUNT(rows) && !code; i++) {
		if (rows[i].kind == kind)
			*out = strbuf_slice(&c->parts[i]);
	}
	return code;
}
