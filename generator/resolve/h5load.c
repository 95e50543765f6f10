/* mdr_h5_load(), mdr_h5_preload(): packages on their way into the device.
 *
 * Power      download() gives a package its name when it is whole; it is verified; the record names it; the old one is removed.
 *            Wherever that ends, the next call finds the old or the new one, and at worst a package that mdr_clean() removes.
 * Re-entry   the progress callback may use the service: the record is read again before it is written. */
#include <stdio.h>
#include <string.h>

#include "resolve/answer.h"
#include "resolve/download.h"
#include "resolve/h5offers.h"
#include "resolve/h5package.h"
#include "resolve/service.h"

/* One package. */
struct loading {
	struct h5_call *call;
	const char *id;
	const json_t *offer; /* of call->record */
	const struct mdr_download *how;
	struct mdr_got *got;
	bool thorough;  /* what is installed is hashed again */
	bool installed; /* by this call */
	char what[96];  /* for messages */
};

static enum mdr_code remove_package(const struct mdr_client *c, const char *package, struct mdr_error *err)
{
	if (c->storage.remove(c->storage.ctx, package))
		return MDR_OK;
	return fail(err, MDR_STORAGE, "\"%s\" cannot be removed", package);
}

/* --- what came of it ----------------------------------------------------------------------------------------------------- */

/* The record names the new package, then the old one goes. */
static enum mdr_code install(const struct loading *l, const struct zip_entry *tar, struct mdr_error *err)
{
	struct mdr_client *c = l->call->c;
	struct h5_installed before;
	char old[MDR_NAME] = "";
	json_t *record = NULL;
	enum mdr_code code = h5_record_load(&record, c, err);

	if (code)
		return code;
	if (h5_installed(&before, record, l->id) && strcmp(before.package, l->got->name) != 0)
		memcpy(old, before.package, strlen(before.package) + 1);
	code = h5_set_installed(record, l->id, l->offer, l->got, tar) ? fail_memory(err)
								      : h5_record_store(c, record, err);
	json_decref(record);
	return code || !old[0] ? code : remove_package(c, old, err);
}

/* The record says so, then the package goes (but where it is what is installed under another version). `err` holds the reason, and
 * keeps it. */
static enum mdr_code refuse_package(const struct loading *l, struct mdr_error *err)
{
	struct mdr_client *c = l->call->c;
	const struct mdr_error why = *err;
	json_t *record = NULL;
	enum mdr_code code = h5_record_load(&record, c, err);

	if (!code)
		code = h5_set_refused(record, l->id, l->offer, l->call->key, why.text)
			       ? fail_memory(err)
			       : h5_record_store(c, record, err);
	json_decref(record);
	if (!code)
		packages_drop(c, l->got->name);
	*l->got = (struct mdr_got){ .fetched = l->got->fetched };
	if (code)
		return code;
	return fail(err, MDR_REFUSED, "%s: the package is refused: %s", l->what, why.text);
}

/* --- loading one --------------------------------------------------------------------------------------------------------- */

/* Offers are kept, the tree's bases are not: an index that is at hand has them. Without one the package comes from its own address. */
static void need_bases(struct h5_call *call, enum platform platform)
{
	struct mdr_error ignored;
	json_t *answer = NULL;

	if (!call->c->programs[platform][KIND_H5] && !service_recall(&answer, call->c, call->ask, KIND_H5, 0, &ignored))
		json_decref(answer);
}

static enum mdr_code fetch(const struct loading *l, const struct h5_installed *base, bool deltas, struct mdr_error *err)
{
	struct mdr_client *c = l->call->c;
	enum platform platform;
	struct wanted w;
	enum mdr_code code = answer_platform(&platform, l->call->ask->device, err);

	if (code)
		return code;
	need_bases(l->call, platform);
	if (!wanted_read(&w, c, platform, KIND_H5, l->offer, "package_url", "fileSize"))
		return fail(err, MDR_REFUSED, "%s: its entry lacks what a download needs", l->what);
	w.attempt = l->what;
	w.deltas = deltas ? w.deltas : NULL;
	w.installed = base ? base->package : NULL;
	w.installed_version = base ? base->version : NULL;
	code = h5_package_fits(c, w.size, err);
	return code ? code : download(l->got, c, &w, l->how, err);
}

static enum mdr_code verify(struct zip_entry *tar, const struct loading *l, struct mdr_error *err)
{
	const struct h5_terms terms = { .id = l->id,
					.version = record_text(l->offer, "version"),
					.main_url = record_text(l->offer, "main_url"),
					.key = l->call->rules->public_key };

	return h5_package_verify(tar, l->call->c, l->got->name, l->got->size, &terms, err);
}

/* *bad: what came is whole, and no package to install; `err` has the reason. */
static enum mdr_code get(bool *bad, struct zip_entry *tar, const struct loading *l, const struct h5_installed *base,
			 bool deltas, struct mdr_error *err)
{
	enum mdr_code code = fetch(l, base, deltas, err);

	*bad = false;
	if (code)
		return code;
	code = verify(tar, l, err);
	*bad = code == MDR_REFUSED;
	return code;
}

/* In place of what a delta made: the package itself may be good all the same. */
static enum mdr_code get_full(bool *bad, struct zip_entry *tar, const struct loading *l, struct mdr_error *err)
{
	const struct mdr_error why = *err;
	const uint64_t fetched = l->got->fetched;
	enum mdr_code code = remove_package(l->call->c, l->got->name, err);

	*bad = false;
	if (code)
		return code;
	code = get(bad, tar, l, NULL, false, err);
	l->got->fetched += fetched;
	(void)snprintf(l->got->why_full, sizeof(l->got->why_full), "%.*s", (int)sizeof(l->got->why_full) - 1, why.text);
	return code;
}

/* `base`: what is installed of the app, another version; NULL: nothing. */
static enum mdr_code replace(struct loading *l, const struct h5_installed *base, struct mdr_error *err)
{
	struct zip_entry tar;
	bool bad;
	enum mdr_code code = get(&bad, &tar, l, base, true, err);

	if (bad && l->got->by_delta)
		code = get_full(&bad, &tar, l, err);
	if (bad)
		return refuse_package(l, err);
	if (!code)
		code = install(l, &tar, err);
	l->installed = !code;
	return code;
}

/* Whether the offered package is installed, and its file as it was; one that is not goes, or it would be taken for it again. */
static enum mdr_code is_current(bool *out, const struct loading *l, const struct h5_installed *installed,
				struct mdr_error *err)
{
	const struct mdr_client *c = l->call->c;
	enum mdr_code code = MDR_OK;

	*out = h5_is_current(installed, l->offer);
	if (*out && l->thorough)
		code = h5_package_whole(out, c, installed->package, installed->size, err);
	if (code || *out || !h5_is_current(installed, l->offer))
		return code;
	return remove_package(c, installed->package, err);
}

static enum mdr_code load_one(struct loading *l, struct mdr_error *err)
{
	const struct h5_call *call = l->call;
	const char *refusal = h5_refusal(call->record, l->id, l->offer, call->key);
	struct h5_installed installed;
	bool there, current = false;
	enum mdr_code code;

	*l->got = (struct mdr_got){ .size = 0 };
	(void)snprintf(l->what, sizeof(l->what), "h5 %s %s", l->id, record_text(l->offer, "version"));
	code = h5_present(&there, &installed, call->c, call->record, l->id, err);
	if (!code && there)
		code = is_current(&current, l, &installed, err);
	if (code)
		return code;
	if (current) {
		memcpy(l->got->name, installed.package, strlen(installed.package) + 1);
		l->got->size = installed.size;
		return MDR_OK;
	}
	if (refusal)
		return fail(err, MDR_REFUSED, "%s: the package was refused before: %s", l->what, refusal);
	if (!h5_network_allows(call, l->offer))
		return fail(err, MDR_CANCELLED, "%s: the package waits for Wi-Fi", l->what);
	there = there && !h5_is_current(&installed, l->offer);
	return replace(l, there ? &installed : NULL, err);
}

/* --- the calls ----------------------------------------------------------------------------------------------------------- */

/* What is known will do where the tree cannot be reached. */
static enum mdr_code begin(struct h5_call *call, struct mdr_client *c, const struct mdr_ask *ask,
			   const struct mdr_h5_rules *rules, const char *id, struct mdr_error *err)
{
	enum mdr_code code = h5_begin(call, c, ask, rules, err);
	bool known;

	if (code)
		return code;
	known = json_object_get(call->record, "asked");
	code = h5_ask(call, id, !known, err);
	return code == MDR_UNREACHABLE && known ? MDR_OK : code;
}

enum mdr_code mdr_h5_load(struct mdr_client *c, const struct mdr_ask *ask, const struct mdr_h5_rules *rules,
			  const char *id, const struct mdr_download *how, struct mdr_got *got, struct mdr_error *err)
{
	struct h5_call call;
	struct loading l = { .call = &call, .id = id, .how = how, .got = got, .thorough = true };
	enum mdr_code code = begin(&call, c, ask, rules, id, err);

	l.offer = code ? NULL : h5_offer(call.record, id);
	if (l.offer)
		code = load_one(&l, err);
	else if (!code)
		code = fail(err, MDR_ABSENT_HERE, "h5 %s: nothing is offered", id);
	h5_end(&call);
	return code;
}

/* Whether an offer is one to be loaded ahead, here and now. */
static bool wants_preload(const struct h5_call *call, const char *id, const json_t *offer)
{
	return offer && h5_preloads(offer) && h5_network_allows(call, offer) &&
	       !h5_refusal(call->record, id, offer, call->key);
}

static enum mdr_code preload_all(struct h5_call *call, const struct mdr_download *how, size_t *loaded,
				 struct mdr_error *err)
{
	enum mdr_code first = MDR_OK;
	json_t *each;
	const char *id;

	json_object_foreach(h5_offers(call->record), id, each)
	{
		struct mdr_got got;
		struct mdr_error later;
		struct loading l = {
			.call = call, .id = id, .offer = h5_offer(call->record, id), .how = how, .got = &got
		};
		enum mdr_code code = wants_preload(call, id, l.offer) ? load_one(&l, first ? &later : err) : MDR_OK;

		*loaded += l.installed;
		first = first ? first : code;
		if (code == MDR_CANCELLED)
			break;
	}
	return first;
}

enum mdr_code mdr_h5_preload(struct mdr_client *c, const struct mdr_ask *ask, const struct mdr_h5_rules *rules,
			     const struct mdr_download *how, size_t *loaded, struct mdr_error *err)
{
	struct h5_call call;
	enum mdr_code code = begin(&call, c, ask, rules, NULL, err);

	*loaded = 0;
	if (!code)
		code = preload_all(&call, how, loaded, err);
	h5_end(&call);
	return code;
}
