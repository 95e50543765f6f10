/* Any bytes as an h5 package on a device. An input that begins with `M`, `C` or `T` is that part of a good package (Manifest.xml, CERT.json,
 * the tar); one with `R` four numbers of a record, 8 bytes each, and the file that they speak of; any other the whole package. What is
 * taken for good is installed in a storage in memory, and every file of it is read as apps do: the same bytes as in the tar; what is not
 * listed is absent. A record's numbers may say anything: the file is read or not, within bounds. */
#include <string.h>

#include "base/little.h"
#include "format/zipwrite.h"
#include "require.h"
#include "resolve/h5package.h"
#include "resolve/h5record.h"

#define ID      "1"
#define VERSION "2"
#define NAME    MDR_PACKAGE "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

struct world {
	struct mdr_client c;
	struct slice package;
	struct strbuf record;
};

static enum mdr_fetched load(void *ctx, struct mdr_sink *sink, const char *name)
{
	const struct world *w = ctx;

	(void)name;
	(void)mdr_sink_add(sink, w->record.p, w->record.n);
	return MDR_FETCHED;
}

static bool store(void *ctx, const char *name, const void *bytes, size_t n)
{
	struct world *w = ctx;

	(void)name;
	strbuf_reset(&w->record);
	strbuf_add(&w->record, bytes, n);
	return true;
}

static enum mdr_fetched size_of(void *ctx, const char *name, uint64_t *bytes)
{
	const struct world *w = ctx;

	(void)name;
	*bytes = w->package.n;
	return MDR_FETCHED;
}

static bool read_at(void *ctx, const char *name, uint64_t offset, void *out, size_t n)
{
	const struct world *w = ctx;

	(void)name;
	REQUIRE(offset <= w->package.n && n <= w->package.n - offset);
	memcpy(out, w->package.p + offset, n);
	return true;
}

static void install(struct world *w, const struct zip_entry *tar)
{
	struct mdr_got got = { .name = NAME, .size = w->package.n };
	json_t *offer = json_pack("{s:s, s:s}", "version", VERSION, "sha256", "00"), *record;
	struct mdr_error err;

	REQUIRE(h5_record_load(&record, &w->c, &err) == MDR_OK);
	REQUIRE(h5_set_installed(record, ID, offer, &got, tar) == 0);
	REQUIRE(h5_record_store(&w->c, record, &err) == MDR_OK);
	json_decref(record);
	json_decref(offer);
}

/* Looks for the file that `ctx` names in the tar, by the simplest means. */
static struct slice find(struct slice tar, struct slice path)
{
	for (size_t at = 0; at + USTAR_BLOCK <= tar.n;) {
		struct ustar_header h;
		uint64_t size = 0;

		memcpy(&h, tar.p + at, sizeof(h));
		for (size_t i = 0; i < sizeof(h.size); i++)
			size = h.size[i] >= '0' && h.size[i] <= '7' ? size << 3 | (uint64_t)(h.size[i] - '0') : size;
		at += USTAR_BLOCK;
		if (h.type != '5' && slice_eq(slice_bytes(h.name, strnlen(h.name, sizeof(h.name))), path))
			return slice_sub(tar, at, size);
		at += (size + USTAR_BLOCK - 1) / USTAR_BLOCK * USTAR_BLOCK;
	}
	return (struct slice){ NULL, SIZE_MAX };
}

static void read_all(struct world *w, struct arena *a)
{
	struct strbuf tar = STRBUF_INIT;
	struct mdr_text text = { NULL, 0, 0 };
	struct mdr_error err;
	const char *why;
	struct zip zip;
	struct amr amr;

	REQUIRE(amr_read(&amr, a, w->package, &why) == 0);
	REQUIRE(zip_open(&zip, a, w->package, &(struct zip_limits){ 0 }, &why) == 0);
	REQUIRE(zip_read(&tar, &zip, zip_find(&zip, amr.tar_name), UINT64_MAX, &why) == 0);
	for (size_t i = 0; i < amr.nfiles && i < 100; i++) {
		enum mdr_code code = mdr_h5_read(&w->c, ID, amr.files[i].path.p, &text, &err);

		REQUIRE(code == (amr.files[i].folder ? MDR_ABSENT_HERE : MDR_OK));
		if (!code)
			REQUIRE(slice_eq(find(strbuf_slice(&tar), amr.files[i].path), slice_bytes(text.p, text.n)));
	}
	REQUIRE(mdr_h5_read(&w->c, ID, "not there", &text, &err) == MDR_ABSENT_HERE);
	free(text.p);
	strbuf_release(&tar);
}

static void check_package(struct world *w, struct arena *a)
{
	const struct h5_terms terms = { .id = ID, .version = VERSION };
	struct zip_entry tar;
	const char *why = NULL;

	if (h5_package_check(&tar, a, w->package, &terms, &why)) {
		REQUIRE(why && *why);
		return;
	}
	REQUIRE(tar.data <= w->package.n && tar.packed <= w->package.n - tar.data);
	install(w, &tar);
	read_all(w, a);
}

static void check_record(struct world *w, struct slice numbers)
{
	const struct zip_entry tar = { .data = little64(numbers.p) & INT64_MAX,
				       .packed = little64(numbers.p + 8) & INT64_MAX,
				       .size = little64(numbers.p + 16) & INT64_MAX,
				       .crc = little32(numbers.p + 24),
				       .deflated = numbers.p[28] & 1 };
	struct mdr_text text = { NULL, 0, 0 };
	struct mdr_error err;
	enum mdr_code code;

	install(w, &tar);
	code = mdr_h5_read(&w->c, ID, "a", &text, &err);
	REQUIRE(code == MDR_OK || code == MDR_ABSENT_HERE || code == MDR_STORAGE || code == MDR_MEMORY);
	REQUIRE(text.n <= (code ? 0 : w->c.terms.limits.memory));
	free(text.p);
}

static void make(struct strbuf *out, char part, struct slice bytes)
{
	static const char manifest[] = "<package><uid>" ID "</uid><version>" VERSION "</version></package>";
	static const char cert[] = "{\"" ID ".tar\":\"QUJD\",\"Manifest.xml\":\"QUJD\"}";
	static const char zeros[2 * USTAR_BLOCK];
	const struct zip_how how = { .deflate = bytes.n & 1 };
	struct zip_writer z;
	const char *why;

	zip_begin(&z, out);
	zip_put_as(&z, SLICE("Manifest.xml"), part == 'M' ? bytes : slice_of(manifest), how);
	zip_put_as(&z, SLICE("CERT.json"), part == 'C' ? bytes : slice_of(cert), how);
	zip_put_as(&z, SLICE(ID ".tar"), part == 'T' ? bytes : slice_bytes(zeros, sizeof(zeros)), how);
	REQUIRE(zip_end(&z, &why) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world w = { .package = slice_bytes(data, size) };
	struct strbuf made = STRBUF_INIT;
	struct arena a = ARENA_INIT;

	w.c.storage = (struct mdr_storage){ .ctx = &w, .load = load, .store = store, .size = size_of, .read = read_at };
	w.c.terms.limits.memory = 1 << 20;
	REQUIRE(digests_new(&w.c.terms.fetch.digests) == 0);
	if (size > 32 && *data == 'R') {
		struct slice numbers = slice_sub(w.package, 1, 32);

		w.package = slice_from(w.package, 33);
		check_record(&w, numbers);
	} else {
		if (size && (*data == 'M' || *data == 'C' || *data == 'T')) {
			make(&made, (char)*data, slice_from(w.package, 1));
			w.package = strbuf_slice(&made);
		}
		check_package(&w, &a);
	}
	digests_free(w.c.terms.fetch.digests);
	strbuf_release(&w.record);
	strbuf_release(&made);
	arena_release(&a);
	return 0;
}
