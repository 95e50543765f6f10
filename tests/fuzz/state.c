/* What lies in a device's storage, in the place of what the library wrote there. The first byte chooses: f floor, t trusted, o the list of
 * objects, v verdicts, x every object; with a capital the rest of the input is given its head and checksum, so that what stands behind
 * them is reached.
 * Opening never fails; nothing that was refused before is taken, whatever the one blob says; and bytes that do not even have a checksum
 * change nothing for the good tree. */
#include "require.h"
#include "resolve/blob.h"

/* The tests' tree and storage are written for cmocka. */
#define assert_true(x)         REQUIRE(x)
#define assert_null(x)         REQUIRE(!(x))
#define assert_non_null(x)     REQUIRE(x)
#define assert_int_equal(a, b) REQUIRE((a) == (b))
#define print_message(...)     ((void)0)
#include "../unit/resolve/visit.h"

static const struct {
	char chosen;
	const char *name, *magic;
} blobs[] = {
	{ 'f', "floor", "mdresolve floor 1\n" },
	{ 't', "trusted", "mdresolve trust 1\n" },
	{ 'o', "objects", "mdresolve objects 1\n" },
	{ 'v', "verdicts", "mdresolve verdicts 1\n" },
};

/* A device that trusts the second edition, and the timestamp of the first one. Made once: signing takes time. */
struct fixture {
	struct tree t;
	struct store whole;
	struct slice old, now;
};

static struct fixture *fixture(void)
{
	static struct fixture *made;
	struct mdr_error err;

	if (made)
		return made;
	made = calloc(1, sizeof(*made));
	REQUIRE(made);
	demo_tree(&made->t);
	made->old = tree_find(&made->t, "metadata/timestamp.json")->data;
	REQUIRE(visit(&made->t, T0, &err) == MDR_OK);
	tree_publish_next(&made->t);
	made->now = tree_find(&made->t, "metadata/timestamp.json")->data;
	REQUIRE(visit(&made->t, T0, &err) == MDR_OK);
	store_copy(&made->whole, &made->t.store);
	return made;
}

static void replace(struct fixture *f, const char *name, struct slice bytes)
{
	struct store_entry *e = store_make(&f->t.store, name);

	strbuf_reset(&e->bytes);
	strbuf_addslice(&e->bytes, bytes);
}

static void plant(struct fixture *f, char chosen, struct slice bytes)
{
	struct strbuf blob = STRBUF_INIT;

	for (size_t i = 0; i < COUNT(blobs); i++) {
		if (chosen == blobs[i].chosen) {
			replace(f, blobs[i].name, bytes);
		} else if (chosen == blobs[i].chosen - 'a' + 'A') {
			blob_begin(&blob, blobs[i].magic);
			strbuf_addslice(&blob, bytes);
			REQUIRE(blob_seal(&blob, blobs[i].magic, f->t.dg) == 0);
			replace(f, blobs[i].name, strbuf_slice(&blob));
		}
	}
	for (size_t i = 0; chosen == 'x' && i < STORE_ENTRIES; i++) {
		if (f->t.store.v[i].there && strncmp(f->t.store.v[i].name, "object-", 7) == 0)
			replace(f, f->t.store.v[i].name, bytes);
	}
	strbuf_release(&blob);
}

static enum mdr_code visit_with(struct fixture *f, struct slice timestamp)
{
	struct mdr_error err;

	tree_find(&f->t, "metadata/timestamp.json")->data = timestamp;
	return visit(&f->t, T0, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fixture *f = fixture();
	struct slice bytes = slice_bytes(data + 1, size ? size - 1 : 0);
	enum mdr_code code;

	if (!size)
		return 0;
	store_copy(&f->t.store, &f->whole);
	plant(f, (char)data[0], bytes);
	code = visit_with(f, f->old);
	REQUIRE(code == MDR_OLDER || code == MDR_EXPIRED);
	code = visit_with(f, f->now);
	REQUIRE(code == MDR_OK || code == MDR_OLDER || code == MDR_EXPIRED);
	if (data[0] >= 'a' && !(bytes.n && slice_starts(bytes, "mdresolve ")))
		REQUIRE(code == MDR_OK);
	if (code == MDR_OK)
		REQUIRE(visit_with(f, f->old) == MDR_OLDER);
	return 0;
}
