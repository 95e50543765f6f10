/* A patch.json of any bytes: read or refused, and what is said has a place in it. */
#include "defs/patchjson.h"
#include "../unit/defs/world.h"
#include "base/text.h"
#include "places.h"

static int read_text(void *ctx, struct blob *out, const struct file_entry *e, uint64_t limit, struct diags *d)
{
	const struct slice *text = ctx;

	(void)e, (void)limit, (void)d;
	*out = (struct blob){ .data = *text };
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct file_entry file = { WORLD_PATH, { WORLD_PATH, sizeof(WORLD_PATH) - 1 }, FILE_REGULAR, "" };
	const struct quickfix fix = { .bundle_name = SLICE("com.example.demo"),
				      .version_code = 1,
				      .patch_version_code = 2 };
	const struct patchjson first = { .path = "first",
					 .version_name = SLICE("1.0"),
					 .patch_version_name = SLICE("1.1") };
	struct slice text = slice_bytes(data, size);
	struct patchjson out;
	struct world w;

	world_init(&w);
	w.tree = (struct filetree){ .v = &file, .n = 1, .ctx = &text, .read = read_text };
	patchjson_read(&out, &w.s, &file, &fix, &first);
	check_places(&w.d, NULL, text, 1);
	if (!w.d.errors) {
		REQUIRE(slice_eq(out.version_name, first.version_name));
		REQUIRE(slice_eq(out.patch_version_name, first.patch_version_name));
		REQUIRE(out.module.n && slice_find(out.module, '/') < 0 && out.ntypes > 0);
	}
	world_release(&w);
	return 0;
}
