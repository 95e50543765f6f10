/* Quick fixes that we build: the order and the places of their files, and that the same parts give the same bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "format/zipread.h"
#include "pack/hqf.h"

static const char patch[] =
	"{\"app\": {\"bundleName\": \"com.example.demo\", \"versionCode\": 1, \"versionName\": \"1.0\",\n"
	"  \"patchVersionCode\": 2, \"patchVersionName\": \"1.0.1\"},\n"
	" \"module\": {\"name\": \"entry\", \"type\": \"patch\", \"deviceTypes\": [\"phone\"],\n"
	"  \"originalModuleHash\": \"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}}";

static const char *const parts[] = { "ets/modules.abc",        "ets/sourceMaps.map",   "ets/a.abc",   "ets/modules.an",
				     "libs/arm64-v8a/libx.so", "libs/armeabi-v7a/abc", "ets/abc.txt", "readme" };

/* As they stand in the archive. */
static const struct {
	const char *name;
	uint32_t align;
} files[] = {
	{ "ets/a.abc", 4096 },
	{ "ets/modules.abc", 4096 },
	{ "ets/modules.an", 4096 },
	{ "libs/arm64-v8a/libx.so", 4096 },
	{ "libs/armeabi-v7a/abc", 4096 },
	{ "ets/abc.txt", 4096 },
	{ "ets/sourceMaps.map", 4 },
	{ "patch.json", 4 },
	{ "readme", 4 },
};

/* The parts from the first on, or from another one. */
static void build(struct strbuf *out, size_t from)
{
	struct fileset set = FILESET_INIT;
	struct arena a = ARENA_INIT;
	const char *why = "";

	for (size_t i = 0; i < COUNT(parts); i++) {
		const char *name = parts[(i + from) % COUNT(parts)];

		assert_int_equal(fileset_begin(&set, slice_of(name), &why), 0);
		strbuf_adds(&set.bytes, name);
		assert_int_equal(fileset_end(&set, &why), 0);
	}
	assert_int_equal(hqf_build(out, &a, slice_of(patch), &set, &why), 0);
	fileset_release(&set);
	arena_release(&a);
}

static void test_places(void **state)
{
	static const struct zip_limits none = { 0 };
	struct strbuf hqf = STRBUF_INIT, text = STRBUF_INIT;
	struct arena a = ARENA_INIT;
	const char *why = "";
	struct zip zip;

	(void)state;
	build(&hqf, 0);
	assert_int_equal(zip_open(&zip, &a, strbuf_slice(&hqf), &none, &why), 0);
	assert_int_equal(zip.n, COUNT(files));
	assert_int_equal(zip.block.n, 0);
	for (size_t i = 0; i < zip.n; i++) {
		const struct zip_entry *e = &zip.v[i];

		print_message("%s\n", files[i].name);
		assert_true(slice_eqs(e->name, files[i].name));
		assert_false(e->deflated);
		assert_int_equal(e->data % files[i].align, 0);
		assert_true(i == 0 || e->header > zip.v[i - 1].header);
		strbuf_reset(&text);
		assert_int_equal(zip_read(&text, &zip, e, 1000, &why), 0);
		if (slice_eqs(e->name, "patch.json"))
			assert_true(
				slice_starts(strbuf_slice(&text), "{\"app\":{\"bundleName\":\"com.example.demo\","));
		else
			assert_string_equal(text.p, files[i].name);
	}
	strbuf_release(&text);
	strbuf_release(&hqf);
	arena_release(&a);
}

static void test_any_order(void **state)
{
	struct strbuf first = STRBUF_INIT;

	(void)state;
	build(&first, 0);
	for (size_t from = 1; from < COUNT(parts); from++) {
		struct strbuf other = STRBUF_INIT;

		build(&other, from);
		assert_int_equal(other.n, first.n);
		assert_memory_equal(other.p, first.p, first.n);
		strbuf_release(&other);
	}
	strbuf_release(&first);
}

static void test_empty(void **state)
{
	struct fileset set = FILESET_INIT;
	struct strbuf out = STRBUF_INIT;
	struct arena a = ARENA_INIT;
	const char *why = "";

	(void)state;
	assert_int_equal(hqf_build(&out, &a, slice_of(patch), &set, &why), -1);
	assert_string_equal(why, "there is nothing in it: it names neither ets nor libs, or they are empty");
	fileset_release(&set);
	strbuf_release(&out);
	arena_release(&a);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_any_order),
		cmocka_unit_test(test_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
