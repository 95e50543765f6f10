/* An app.json and a release.json of any bytes: read or refused; what is said has a place in the text, and what is taken keeps the
 * model's promises: extendInfo above all, which must be what the wire's own writer makes of it. */
#include "defs/h5.h"
#include "../unit/defs/world.h"
#include "base/text.h"
#include "defs/extendinfo.h"
#include "format/json.h"
#include "places.h"

static void check_info(struct slice info)
{
	CLEANUP(strbuf_release) struct strbuf again = STRBUF_INIT;
	json_t *value = NULL;
	const char *why;

	REQUIRE(json_parse_wire(&value, info, info.n, &why) == 0 && json_is_object(value));
	REQUIRE(json_write(&again, value, JSON_WIRE) == 0 && slice_eq(strbuf_slice(&again), info));
	json_decref(value);
}

static void check_release(const struct h5_release *h)
{
	bool with = false, without = false;

	REQUIRE(slice_eqs(h->r.version_text, "1.0.0.1") && slice_eqs(h->r.slot, "20171228"));
	REQUIRE(slice_ends(h->main_url, ".html") && slice_starts(h->main_url, "/"));
	REQUIRE(!h->repeat_nebula && h->is_folder && slice_ends(h->input, "/www"));
	for (size_t p = 0; p < PLATFORM_COUNT; p++) {
		const struct client_range *range = &h->client[p];

		if (!h->r.platforms[p])
			continue;
		*(range->has_max ? &with : &without) = true;
		REQUIRE(!range->has_max || version_cmp(&range->min, &range->max) <= 0);
	}
	REQUIRE(with != without);
	if (h->extend_info.n)
		check_info(h->extend_info);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct file_entry page = {
		"r/h5/20171228/1.0.0.1/www/index.html", { "h5/20171228/1.0.0.1/www/index.html", 34 }, FILE_REGULAR, ""
	};
	struct slice text = slice_bytes(data, size);
	struct origin origin = { WORLD_PATH, text };
	struct h5_app app, shop = { .name = SLICE("shop") };
	struct h5_release h;
	struct world w;

	world_init(&w);
	w.tree = (struct filetree){ .v = &page, .n = 1 };
	if (h5_app_read(&app, &w.s, origin, SLICE("20171228")) == 0 && !w.d.errors)
		REQUIRE(slice_trim(app.name).n && !app.global); /* there is no globalHost */
	check_places(&w.d, NULL, text, 0);
	world_release(&w);

	world_init(&w);
	w.tree = (struct filetree){ .v = &page, .n = 1 };
	int result = h5_read(&h, &w.s, origin, SLICE("h5/20171228/1.0.0.1/release.json"), &shop);
	check_places(&w.d, NULL, text, 0);
	if (!w.d.errors) {
		REQUIRE(result == 0);
		check_release(&h);
	}
	world_release(&w);
	return 0;
}
