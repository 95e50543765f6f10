/* Any bytes as a package of an h5 app: refused with a reason, or facts that fit each other and the file. The second half of the
 * inputs is for the parts behind the zip: `M` Manifest.xml, `C` CERT.json, `T` the tar follow, as one part each of a good
 * package. Where the whole is taken, a tar given in other pieces is taken as the same. */
#include "format/amr.h"
#include "base/relpath.h"
#include "base/text.h"
#include "format/zipread.h"
#include "format/zipwrite.h"
#include "require.h"

#define MANIFEST SLICE("<package><uid>1</uid><version>2</version></package>")
#define CERT     SLICE("{\"1.tar\":\"QUJD\",\"Manifest.xml\":\"QUJD\"}")

static void check_facts(const struct amr *amr)
{
	uint64_t bytes = 0;

	REQUIRE(amr->id.n && amr->version.n && amr->tar_name.n == amr->id.n + 4);
	REQUIRE(amr->nsignatures >= 2);
	for (size_t i = 0; i < amr->nsignatures; i++) {
		REQUIRE(amr->signatures[i].bytes.n > 0 && amr->signatures[i].bytes.n <= 1024);
		REQUIRE(i == 0 || slice_cmp(amr->signatures[i - 1].name, amr->signatures[i].name) < 0);
	}
	for (size_t i = 0; i < amr->nfiles; i++) {
		const struct ustar_file *f = &amr->files[i];

		REQUIRE(!relpath_fault(f->path) && f->path.n <= USTAR_NAME_MAX);
		REQUIRE(i == 0 || slice_cmp(amr->files[i - 1].path, f->path) < 0);
		REQUIRE(!f->folder || !f->size);
		bytes += f->size;
	}
	REQUIRE(bytes == amr->bytes && bytes + USTAR_BLOCK * (amr->nfiles + 1) <= amr->tar.size);
}

static void check_pieces(const struct amr *amr, struct arena *a, struct slice tar)
{
	struct ustar t = { .a = a };
	const char *why;

	for (size_t i = 0; i < tar.n; i += 7)
		REQUIRE(ustar_put(&t, slice_sub(tar, i, 7), &why) == 0);
	REQUIRE(ustar_end(&t, &why) == 0);
	REQUIRE(t.n == amr->nfiles && t.bytes == amr->bytes);
	for (size_t i = 0; i < t.n; i++)
		REQUIRE(slice_eq(t.v[i].path, amr->files[i].path) && t.v[i].size == amr->files[i].size);
}

static void make(struct strbuf *out, char part, struct slice bytes)
{
	static const char zeros[2 * USTAR_BLOCK];
	struct zip_writer z;
	const char *why;

	zip_begin(&z, out);
	zip_put(&z, SLICE("Manifest.xml"), part == 'M' ? bytes : MANIFEST);
	zip_put(&z, SLICE("CERT.json"), part == 'C' ? bytes : CERT);
	zip_put(&z, SLICE("1.tar"), part == 'T' ? bytes : slice_bytes(zeros, sizeof(zeros)));
	REQUIRE(zip_end(&z, &why) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strbuf made = STRBUF_INIT;
	struct arena a = ARENA_INIT;
	struct slice bytes = slice_bytes(data, size);
	const char *why = NULL;
	bool part = size && (*data == 'M' || *data == 'C' || *data == 'T');
	struct amr amr;

	if (part)
		make(&made, (char)*data, slice_from(bytes, 1));
	if (amr_read(&amr, &a, part ? strbuf_slice(&made) : bytes, &why)) {
		REQUIRE(why && *why);
	} else {
		check_facts(&amr);
		if (part && *data == 'T')
			check_pieces(&amr, &a, slice_from(bytes, 1));
	}
	arena_release(&a);
	strbuf_release(&made);
	return 0;
}
