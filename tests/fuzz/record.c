/* What lies in storage, and what services make of it: the first byte chooses the record, the second whether the rest is the whole blob or what
 * comes under a good checksum. Whatever it is, storage is asked for nothing but names of its form, and what is stored is a record again. */
#include <stdlib.h>
#include <string.h>

#include "require.h"
#include "resolve/blob.h"
#include "resolve/record.h"
#include "resolve/switches.h"

static const char *const names[] = { "hotpatch", "upgrade", "packages", "h5", "quickfix", "ship", "switches" };

/* One blob, and packages that are all there, of 7 bytes. */
struct shelf {
	const char *name;
	struct strbuf blob;
};

static void check_name(const char *name)
{
	REQUIRE(strlen(name) < MDR_NAME);
	REQUIRE(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-") == strlen(name));
}

static enum mdr_fetched load(void *ctx, struct mdr_sink *sink, const char *name)
{
	const struct shelf *s = ctx;

	check_name(name);
	if (strcmp(name, s->name) != 0)
		return MDR_ABSENT;
	mdr_sink_add(sink, s->blob.p, s->blob.n);
	return MDR_FETCHED;
}

static bool store(void *ctx, const char *name, const void *bytes, size_t n)
{
	struct shelf *s = ctx;

	check_name(name);
	if (strcmp(name, s->name) == 0) {
		strbuf_reset(&s->blob);
		strbuf_add(&s->blob, bytes, n);
	}
	return true;
}

static bool forget(void *ctx, const char *name)
{
	(void)ctx;
	check_name(name);
	return true;
}

static enum mdr_fetched size_of(void *ctx, const char *name, uint64_t *bytes)
{
	(void)ctx;
	check_name(name);
	*bytes = 7;
	return strncmp(name, MDR_PACKAGE, strlen(MDR_PACKAGE)) == 0 ? MDR_FETCHED : MDR_ABSENT;
}

static bool read_at(void *ctx, const char *name, uint64_t offset, void *out, size_t n)
{
	(void)ctx;
	check_name(name);
	if (offset > 7 || n > 7 - offset)
		return false;
	memset(out, 'x', n);
	return true;
}

/* A patch that never says that it started is named twice, and then another one or none: never for ever. */
static void start_patches(struct mdr_client *c)
{
	struct mdr_error err;
	char name[MDR_NAME], last[MDR_NAME] = "";
	size_t same = 0;

	for (size_t i = 0; i < 6; i++) {
		REQUIRE(mdr_hotpatch_current(c, "5.0.0", name, &err) == MDR_OK);
		same = strcmp(name, last) == 0 ? same + 1 : 0;
		memcpy(last, name, sizeof(last));
	}
	REQUIRE(same > 0); /* a good one, or none */
	REQUIRE(mdr_hotpatch_started(c, &err) == MDR_OK);
}

static void use(struct mdr_client *c)
{
	struct mdr_text text = { NULL, 0, 0 };
	struct mdr_error err;
	const char *keep = "package-x";

	start_patches(c);
	REQUIRE(mdr_upgrade_declined(c, "5.0.0", 7, &err) == MDR_OK);
	REQUIRE(mdr_upgrade_declined(c, "5.0.1", 8, &err) == MDR_OK);
	(void)mdr_switch_value(c, "KEY", "");
	(void)mdr_switches_due(c);
	(void)mdr_h5_read(c, "20171228", "/www/index.html", &text, &err);
	REQUIRE(mdr_clean(c, &keep, 1, &err) == MDR_OK);
	free(text.p);
}

/* What is there comes back unchanged when it is stored. */
static void store_again(struct mdr_client *c, const char *name)
{
	json_t *first = NULL, *second = NULL;
	struct mdr_error err;

	if (record_load(&first, c, name, &err))
		return;
	REQUIRE(json_is_object(first));
	REQUIRE(record_store(c, name, first, &err) == MDR_OK);
	REQUIRE(record_load(&second, c, name, &err) == MDR_OK);
	REQUIRE(json_equal(first, second));
	json_decref(first);
	json_decref(second);
	use(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char magic[] = "mdresolve record 1\n";
	struct shelf shelf = { .blob = STRBUF_INIT };
	struct mdr_client c = { .storage = { &shelf, load, store, forget, size_of, read_at, NULL, NULL } };

	if (size < 2)
		return 0;
	shelf.name = names[data[0] % COUNT(names)];
	REQUIRE(!digests_new(&c.terms.fetch.digests) && !switches_new(&c.switches));
	c.terms.limits.memory = 64u << 20;
	if (data[1] % 2)
		blob_begin(&shelf.blob, magic);
	strbuf_add(&shelf.blob, data + 2, size - 2);
	REQUIRE(!(data[1] % 2) || !blob_seal(&shelf.blob, magic, c.terms.fetch.digests));
	store_again(&c, shelf.name);
	switches_free(c.switches);
	digests_free(c.terms.fetch.digests);
	strbuf_release(&shelf.blob);
	return 0;
}
