#include "build/zipdir.h"

#include <string.h>

#define END_SIZE     22u
#define CENTRAL_SIZE 46u
#define LOCAL_SIZE   30u
#define COMMENT_MAX  0xffffu

static uint32_t get16(const char *p)
{
	const uint8_t *b = (const uint8_t *)p;

	return (uint32_t)b[0] | (uint32_t)b[1] << 8;
}

static uint32_t get32(const char *p)
{
	return get16(p) | get16(p + 2) << 16;
}

/* The record whose comment reaches to the archive's end; NULL: there is none. */
static const char *find_end(struct slice zip)
{
	size_t last = zip.n - END_SIZE;

	for (size_t comment = 0; zip.n >= END_SIZE && comment <= last && comment <= COMMENT_MAX; comment++) {
		const char *at = zip.p + last - comment;

		if (!memcmp(at, "PK\5\6", 4) && get16(at + 20) == comment)
			return at;
	}
	return NULL;
}

/* The header that an entry of the directory leads to. */
static bool same_story(struct slice zip, const char *central)
{
	size_t offset = get32(central + 42), name = get16(central + 28);
	const char *local;

	if (offset > zip.n || zip.n - offset < LOCAL_SIZE + name)
		return false;
	local = zip.p + offset;
	return !memcmp(local, "PK\3\4", 4) && get16(local + 26) == name &&
	       !memcmp(local + LOCAL_SIZE, central + CENTRAL_SIZE, name) &&
	       get16(local + 8) == get16(central + 10); /* method */
}

/* The entry that `directory` begins with: its length; 0: it is damaged. */
static size_t entry_length(struct slice directory)
{
	size_t length;

	if (directory.n < CENTRAL_SIZE || memcmp(directory.p, "PK\1\2", 4) != 0)
		return 0;
	length = CENTRAL_SIZE + get16(directory.p + 28) + get16(directory.p + 30) + get16(directory.p + 32);
	return length <= directory.n ? length : 0;
}

static int check_entries(struct slice zip, struct slice directory, size_t entries, const char **why)
{
	size_t length = 1;

	for (size_t i = 0; i < entries && length; i++) {
		length = entry_length(directory);
		if (length && !same_story(zip, directory.p)) {
			*why = "its directory and the headers before its files do not say the same";
			return -1;
		}
		directory = slice_from(directory, length);
	}
	if (length && directory.n == 0)
		return 0;
	*why = "its directory is damaged";
	return -1;
}

int zipdir_check(struct slice zip, size_t max, const char **why)
{
	const char *end = find_end(zip);
	size_t entries, size, offset;

	if (!end) {
		*why = "it is no zip archive, or is cut off: it has no end record";
		return -1;
	}
	entries = get16(end + 10);
	size = get32(end + 12);
	offset = get32(end + 16);
	if (get16(end + 4) || get16(end + 6) || get16(end + 8) != entries || entries == 0xffff ||
	    offset == 0xffffffff) {
		*why = "it is split, or of the zip64 format, which is not supported";
		return -1;
	}
	if (entries > max) {
		*why = "it holds too many files and folders";
		return -1;
	}
	if (offset > (size_t)(end - zip.p) || (size_t)(end - zip.p) - offset != size) {
		*why = "its directory is not where its end record says";
		return -1;
	}
	return check_entries(zip, slice_sub(zip, offset, size), entries, why);
}
