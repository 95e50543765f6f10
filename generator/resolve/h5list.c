/* mdr_h5_list(): what is offered and what is installed, and from where a page opens. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "format/json.h"
#include "resolve/h5offers.h"
#include "resolve/h5package.h"
#include "resolve/service.h"

/* --- texts --------------------------------------------------------------------------------------------------------------- */

static int copy_text(const char **out, struct mdr_held *held, const json_t *entry, const char *key)
{
	return held_text(out, held, json_object_get(entry, key));
}

static int hand_out(const char **out, struct mdr_held *held, struct strbuf *text)
{
	struct slice copy;
	int bad = text->failed || !arena_try_copy(&copy, &held->mem, strbuf_slice(text)) ? -1 : 0;

	if (!bad)
		*out = copy.p;
	strbuf_release(text);
	return bad;
}

/* The page below the folder of fallback pages; NULL where there is none. */
static int make_fallback(const char **out, struct mdr_held *held, const json_t *entry)
{
	const char *folder = record_text(entry, "fallback_base_url"), *page = record_text(entry, "main_url");
	struct slice path = h5_path_of(page ? page : "");
	struct strbuf url = STRBUF_INIT;

	if (!folder || !*folder)
		return 0;
	strbuf_adds(&url, folder);
	for (size_t i = 0; i < path.n; i++) {
		if (text_is_url_path_byte(path.p[i]))
			strbuf_addch(&url, path.p[i]);
		else
			strbuf_addf(&url, "%%%02X", (unsigned)(unsigned char)path.p[i]);
	}
	return hand_out(out, held, &url);
}

static int make_json(const char **out, struct mdr_held *held, const json_t *entry)
{
	struct strbuf text = STRBUF_INIT;

	if (json_write(&text, entry, JSON_WIRE))
		text.failed = true;
	return hand_out(out, held, &text);
}

/* --- one app ------------------------------------------------------------------------------------------------------------- */

/* The version that a page opens from: the installed one where it is the offered one, or where that cannot be had. */
static const json_t *opened(const struct h5_call *call, const char *id, const json_t *offer,
			    const struct h5_installed *installed)
{
	if (!installed)
		return offer;
	if (!offer || h5_is_current(installed, offer) || h5_refusal(call->record, id, offer, call->key) ||
	    !h5_network_allows(call, offer))
		return installed->entry;
	return offer;
}

static int describe(struct mdr_h5_app *out, struct mdr_held *held, const struct h5_call *call, const char *id,
		    const struct h5_installed *installed)
{
	const json_t *offer = h5_offer(call->record, id), *entry = opened(call, id, offer, installed);
	const json_t *facts = offer ? offer : entry;
	struct slice own_id;

	*out = (struct mdr_h5_app){ .wifi_only = h5_wifi_only(facts),
				    .preload = h5_preloads(facts),
				    .global = h5_is_global(facts),
				    .refused = h5_refusal(call->record, id, offer, call->key) != NULL,
				    .size = (uint64_t)record_int(facts, "fileSize", 0) };
	if (!arena_try_copy(&own_id, &held->mem, slice_of(id)))
		return -1;
	out->id = own_id.p;
	if (copy_text(&out->version, held, offer, "version") || copy_text(&out->name, held, facts, "name") ||
	    (installed && copy_text(&out->installed, held, installed->entry, "version")))
		return -1;
	if (copy_text(&out->opens, held, entry, "version") || copy_text(&out->main_url, held, entry, "main_url") ||
	    copy_text(&out->vhost, held, entry, "vhost") || make_fallback(&out->fallback_url, held, entry))
		return -1;
	return make_json(&out->json, held, entry);
}

/* Appends it, where anything is known of it. */
static enum mdr_code add_app(struct mdr_h5 *out, const struct h5_call *call, const char *id, struct mdr_error *err)
{
	struct h5_installed installed;
	bool there;
	enum mdr_code code = h5_present(&there, &installed, call->c, call->record, id, err);

	if (code || (!there && !h5_offer(call->record, id)))
		return code;
	if (describe(&out->apps[out->n], out->held, call, id, there ? &installed : NULL))
		return fail_memory(err);
	out->n++;
	return MDR_OK;
}

/* --- all of them --------------------------------------------------------------------------------------------------------- */

static int by_id(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Ids that are offered or installed, sorted, each once, borrowed from the record. -1: memory. */
static int collect_ids(const char ***out, size_t *n, const struct h5_call *call)
{
	json_t *offers = h5_offers(call->record), *installs = h5_installs(call->record), *value;
	const char **ids = calloc(json_object_size(offers) + json_object_size(installs) + 1, sizeof(const char *));
	const char *id;

	*out = ids;
	*n = 0;
	if (!ids)
		return -1;
	json_object_foreach(offers, id, value)
	{
		ids[(*n)++] = id;
	}
	json_object_foreach(installs, id, value)
	{
		if (!json_object_get(offers, id))
			ids[(*n)++] = id;
	}
	qsort(ids, *n, sizeof(const char *), by_id);
	return 0;
}

static enum mdr_code list(struct mdr_h5 *out, const struct h5_call *call, const char *const *ids, size_t n,
			  struct mdr_error *err)
{
	enum mdr_code code = MDR_OK;

	out->held = held_new(call->c);
	out->apps = out->held ? arena_try(&out->held->mem, n, sizeof(*out->apps)) : NULL;
	if (!out->apps)
		return fail_memory(err);
	for (size_t i = 0; i < n && !code; i++)
		code = add_app(out, call, ids[i], err);
	return code;
}

static enum mdr_code list_known(struct mdr_h5 *out, const struct h5_call *call, const char *id, struct mdr_error *err)
{
	const char **ids = NULL;
	size_t n = 0;
	enum mdr_code code;

	if (id)
		return list(out, call, &id, 1, err);
	code = collect_ids(&ids, &n, call) ? fail_memory(err) : list(out, call, ids, n, err);
	free(ids);
	return code;
}

enum mdr_code mdr_h5_list(struct mdr_client *c, const struct mdr_ask *ask, const struct mdr_h5_rules *rules,
			  const char *id, bool force, struct mdr_h5 *out, struct mdr_error *err)
{
	struct h5_call call;
	struct mdr_error later;
	enum mdr_code code, known;

	*out = (struct mdr_h5){ .n = 0 };
	code = h5_begin(&call, c, ask, rules, err);
	if (code) {
		h5_end(&call);
		return code;
	}
	code = h5_ask(&call, id, force, err);
	known = list_known(out, &call, id, &later);
	out->asked = call.asked;
	h5_end(&call);
	if (known) {
		mdr_h5_release(out);
		*err = later;
		return known;
	}
	return code == MDR_UNREACHABLE ? MDR_OK : code;
}

void mdr_h5_release(struct mdr_h5 *h)
{
	held_free(h->held);
	*h = (struct mdr_h5){ .n = 0 };
}
