/* Any bytes as compiled XML: read or refused with a reason; what was read is text, and lies in the file or is converted from
 * what lies there. Cut off anywhere before its end an accepted file is refused. */
#include "inspect/axml.h"
#include "base/text.h"
#include "require.h"

/* The file's own size: what lies behind it does not matter. */
static size_t file_size(const uint8_t *data)
{
	return (size_t)data[4] | (size_t)data[5] << 8 | (size_t)data[6] << 16 | (size_t)data[7] << 24;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct axml_manifest m, again;
	struct arena a = ARENA_INIT;
	const char *why = NULL;

	if (axml_manifest_read(&m, &a, slice_bytes(data, size), &why)) {
		REQUIRE(why && *why);
	} else {
		size_t n = file_size(data);

		REQUIRE(!why && n <= size);
		REQUIRE(m.package.n > 0 && text_is_utf8(m.package) && text_is_utf8(m.version_name));
		REQUIRE(m.package.n <= 3 * 1024 && m.version_name.n <= 3 * 1024);
		REQUIRE(m.has_version_name || (!m.version_name_is_reference && !m.version_name.n));
		REQUIRE(m.has_version_code || !(uint32_t)m.version_code);
		REQUIRE(m.has_version_code_major || !(m.version_code >> 32));
		REQUIRE(text_is_utf8(m.split) && m.split.n <= 3 * 1024);
		REQUIRE(axml_manifest_read(&again, &a, slice_bytes(data, n), &why) == 0);
		REQUIRE(slice_eq(m.package, again.package) && slice_eq(m.version_name, again.version_name));
		REQUIRE(axml_manifest_read(&again, &a, slice_bytes(data, n - 1), &why) != 0);
	}
	arena_release(&a);
	return 0;
}
