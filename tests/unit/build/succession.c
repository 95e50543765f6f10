#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "build/succession.h"
#include "packageworld.h"

#define AT(version) "repo/up/" version "/release.json:3:24: "
#define A           "6161616161616161616161616161616161616161616161616161616161616161" /* "aaa…" as a certificate */
#define B           "6262626262626262626262626262626262626262626262626262626262626262"

struct says {
	int64_t code;     /* -1: nothing */
	const char *cert; /* a letter; NULL: nothing */
	const char *more; /* letters */
	bool over;
};

static struct task ended[] = { { .status = STATUS_ENDED } };
static struct task out[] = { { .status = STATUS_ENDED }, { .status = STATUS_PENDING } };

static void set_facts(struct world *w, struct package_facts *said, const struct says *s)
{
	char *more = arena_alloc(&w->mem, 32 * 4);

	said->has_version_code = s->code >= 0;
	said->version_code = s->code >= 0 ? (uint64_t)s->code : 0;
	said->has_cert = s->cert != NULL;
	if (s->cert)
		memset(said->cert, s->cert[0], 32);
	for (size_t i = 0; s->more && s->more[i]; i++) {
		memset(more + 32 * i, s->more[i], 32);
		said->more_certs = slice_bytes(more, 32 * (i + 1));
	}
}

static void set_tasks(struct release *r, bool over)
{
	r->tasks = over ? ended : out;
	r->ntasks = over ? COUNT(ended) : COUNT(out);
}

static void test_upgrades(void **state)
{
	static const struct {
		const char *name;
		struct says v[3]; /* of 4.9, 5.0, 5.1 */
		const char *said;
	} cases[] = {
		{ "rising",
		  { { 1, "a", NULL, false }, { 2, "a", NULL, false }, { 0x100000000, "a", NULL, false } },
		  "" },
		{ "silent", { { -1, NULL, NULL, false }, { -1, NULL, NULL, false }, { -1, NULL, NULL, false } }, "" },
		{ "falling",
		  { { 1, "a", NULL, false }, { 3, "a", NULL, false }, { 2, "a", NULL, false } },
		  AT("5.1") "error: app.apk has versionCode 2, version 5.0 has 3: phones refuse to go back; a higher "
			    "version needs a higher versionCode\n" },
		{ "falling behind a silent one",
		  { { 3, "a", NULL, false }, { -1, NULL, NULL, false }, { 2, "a", NULL, false } },
		  AT("5.1") "error: app.apk has versionCode 2, version 4.9 has 3: phones refuse to go back; a higher "
			    "version needs a higher versionCode\n" },
		{ "falling, and over",
		  { { 1, "a", NULL, false }, { 3, "a", NULL, false }, { 2, "a", NULL, true } },
		  "" },
		{ "below one that is over",
		  { { 1, "a", NULL, false }, { 3, "a", NULL, true }, { 2, "a", NULL, false } },
		  AT("5.1") "error: app.apk has versionCode 2, version 5.0 has 3: phones refuse to go back; a higher "
			    "version needs a higher versionCode\n" },
		{ "equal",
		  { { 1, "a", NULL, false }, { 1, "a", NULL, false }, { 2, "a", NULL, false } },
		  AT("5.0") "warning: app.apk has versionCode 1, as version 4.9 has; a higher version needs a higher "
			    "versionCode\n" },
		{ "another signer",
		  { { 1, "a", NULL, false }, { 2, "b", NULL, false }, { 3, "b", NULL, false } },
		  AT("5.0") "warning: app.apk is signed by another certificate (SHA-256 " B ") than version 4.9 (" A
			    "): phones that have that one refuse the update\n" },
		{ "another signer, and over",
		  { { 1, "a", NULL, false }, { 2, "b", NULL, true }, { -1, NULL, NULL, false } },
		  "" },
		{ "a rotation", { { 1, "a", NULL, false }, { 2, "b", "ca", false }, { 3, "b", NULL, false } }, "" },
		{ "back from a rotation",
		  { { 1, "b", "a", false }, { 2, "a", NULL, false }, { -1, NULL, NULL, false } },
		  AT("5.0") "warning: app.apk is signed by another certificate (SHA-256 " A ") than version 4.9 (" B
			    "): phones that have that one refuse the update\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		static const char *const versions[] = { "4.9", "5.0", "5.1" };
		struct world w;

		print_message("%s\n", cases[i].name);
		world_init(&w);
		for (size_t k = 0; k < 3; k++) {
			struct upgrade *u = package_release(&w, versions[k]);

			set_facts(&w, &u->package.said, &cases[i].v[k]);
			set_tasks(&u->r, cases[i].v[k].over);
		}
		succession_check(&w.app, &w.d);
		assert_string_equal(world_said(&w), cases[i].said);
		world_release(&w);
	}
}

/* Of harmony nothing of this is asked. */
static void test_platforms(void **state)
{
	const struct says high = { 9, "a", NULL, false }, low = { 1, "b", NULL, false };
	struct world w;

	(void)state;
	world_init(&w);
	set_facts(&w, &package_release(&w, "4.9")->package.said, &high);
	set_facts(&w, &package_release(&w, "5.0")->package.said, &low);
	w.app.upgrades[1].platform = PLATFORM_HARMONY;
	succession_check(&w.app, &w.d);
	assert_string_equal(world_said(&w), "");
	world_release(&w);
}

static void test_hotpatches(void **state)
{
#define PATCH_AT "repo/hot/release.json:3:24: "
	static const struct {
		const char *name, *product;
		struct says apk[2]; /* 5.0, 5.1 */
		struct says jar;
		const char *said;
	} cases[] = {
		{ "the app's",
		  "5.0",
		  { { -1, "a", NULL, false }, { -1, "b", "a", false } },
		  { -1, "a", NULL, false },
		  "" },
		{ "the app's, among others",
		  "5.0",
		  { { -1, "a", NULL, false }, { -1, "b", "a", false } },
		  { -1, "c", "da", false },
		  "" },
		{ "the app's before a rotation",
		  "5.1",
		  { { -1, "c", NULL, true }, { -1, "b", "a", true } },
		  { -1, "a", NULL, false },
		  "" },
		{ "another",
		  "5.0",
		  { { -1, "a", NULL, false }, { -1, "b", "a", false } },
		  { -1, "b", NULL, false },
		  PATCH_AT "error: p.jar is signed by another certificate (SHA-256 " B ") than the app, version 5.0 (" A
			   "): clients refuse the patch\n" },
		{ "another, and over",
		  "5.0",
		  { { -1, "a", NULL, false }, { -1, "b", "a", false } },
		  { -1, "b", NULL, true },
		  "" },
		{ "of a version that is not here",
		  "4",
		  { { -1, "b", NULL, false }, { -1, "a", "b", false } },
		  { -1, "b", NULL, false },
		  "" },
		{ "another, of a version that is not here",
		  "4",
		  { { -1, "b", NULL, false }, { -1, "a", NULL, false } },
		  { -1, "b", NULL, false },
		  PATCH_AT "error: p.jar is signed by another certificate (SHA-256 " B ") than the app, version 5.1 (" A
			   "): clients refuse the patch\n" },
		{ "no app that says",
		  "5.0",
		  { { -1, NULL, NULL, false }, { -1, NULL, NULL, false } },
		  { -1, "b", NULL, false },
		  "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct hotpatch h = { .r = { .kind = KIND_HOTPATCH,
					     .origin = { "repo/hot/release.json", SLICE(PACKAGE_RELEASE) } },
				      .package = { .file = SLICE("p.jar") } };
		struct world w;

		print_message("%s\n", cases[i].name);
		world_init(&w);
		for (size_t k = 0; k < 2; k++) {
			struct upgrade *u = package_release(&w, k ? "5.1" : "5.0");

			set_facts(&w, &u->package.said, &cases[i].apk[k]);
			set_tasks(&u->r, true);
		}
		assert_true(version_parse(&h.product, slice_of(cases[i].product)));
		set_facts(&w, &h.package.said, &cases[i].jar);
		set_tasks(&h.r, cases[i].jar.over);
		w.app.hotpatches = &h;
		w.app.nhotpatches = 1;
		succession_check(&w.app, &w.d);
		assert_string_equal(world_said(&w), cases[i].said);
		world_release(&w);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_upgrades),
		cmocka_unit_test(test_platforms),
		cmocka_unit_test(test_hotpatches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
