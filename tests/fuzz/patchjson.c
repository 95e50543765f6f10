/* A patch.json of any bytes: read or refused, and what is said has a place in it. */

#include "defs/patchjson.h"
#include "../unit/defs/world.h"
#include "base/text.h"
#include "require.h"

static int read_text(void *ctx, struct blob *out, const struct file_entry *e, uint64_t limit, struct diags *d)
{
	const struct slice *text = ctx;

	(void)e, (void)limit, (void)d;
	*out = (struct blob){ .data = *text };
	return 0;
}

static void check_places(const struct diags *d, struct slice text)
{
	uint32_t lines = 1;

	for (size_t i = 0; i < text.n; i++)
		lines += text.p[i] == '\n';
	for (size_t i = 0; i < d->n; i++) {
		REQUIRE(d->v[i].at.line >= 1 && d->v[i].at.line <= lines && d->v[i].at.col >= 1);
		REQUIRE(*d->v[i].text && text_is_utf8(slice_of(d->v[i].text)));
	}
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
	check_places(&w.d, text);
	if (!w.d.errors) {
		REQUIRE(slice_eq(out.version_name, first.version_name));
		REQUIRE(slice_eq(out.patch_version_name, first.patch_version_name));
		REQUIRE(out.module.n && slice_find(out.module, '/') < 0 && out.ntypes > 0);
	}
	world_release(&w);
	return 0;
}
