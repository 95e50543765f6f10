#include "format/zip_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/little.h"

#define END_SIZE     22u
#define END64_SIZE   56u
#define LOCATOR_SIZE 20u
#define CENTRAL_SIZE 46u
#define LOCAL_SIZE   30u
#define COMMENT_MAX  0xffffu
#define ALL_ONES     0xffffffffu /* zip64 has the number */
#define EXTRA_ZIP64  0x0001u
#define EXTRA_NAME   0x7075u /* a byte, the CRC-32 of the other name, and a name that some readers take instead */
#define FREE_BYTES   ((uint64_t)1 << 20) /* may be unpacked from whatever little */
#define RATIO_MAX    1032u               /* deflate does not go beyond it */
#define NAME_SHOWN   200u

#define FLAG_ENCRYPTED  0x2041u /* also strongly, also with a masked directory */
#define FLAG_DESCRIPTOR 0x0008u
#define FLAG_UTF8       0x0800u

int zip_fail_named(struct arena *a, struct slice name, const char **why, const char *reason)
{
	return refusef(why, a, "\"" SLICE_FMT "%s\" %s", SLICE_ARG(slice_sub(name, 0, NAME_SHOWN)),
		       name.n > NAME_SHOWN ? "…" : "", reason);
}

/* --- the end record --------------------------------------------------------------------------------------------------- */

static int find_end(struct zip *z, const char **why)
{
	const char *found = NULL;
	size_t last = z->bytes.n - END_SIZE;

	for (size_t comment = 0; z->bytes.n >= END_SIZE && comment <= last && comment <= COMMENT_MAX; comment++) {
		const char *at = z->bytes.p + last - comment;

		if (memcmp(at, "PK\5\6", 4) != 0 || little16(at + 20) != comment)
			continue;
		if (found)
			return refuse(why, "it has two end records");
		found = at;
	}
	if (!found)
		return refuse(why, "it is no zip archive, or is cut off: it has no end record");
	z->end = (uint64_t)(found - z->bytes.p);
	return 0;
}

struct end {
	uint64_t n, size, directory;
};

/* A number of the end record, of `width` bytes, and zip64's. */
static bool agree(uint64_t small, unsigned width, uint64_t large)
{
	return small == (width == 2 ? 0xffff : ALL_ONES) || small == large;
}

/* The record and its locator, right before the end record, which they replace. */
static int read_end64(struct zip *z, struct end *end, const char **why)
{
	static const char missing[] = "its end record refers to one of zip64, which is not there";
	const char *record, *locator;
	struct end large;

	if (z->end < LOCATOR_SIZE + END64_SIZE)
		return refuse(why, missing);
	z->end -= LOCATOR_SIZE + END64_SIZE;
	record = z->bytes.p + z->end;
	locator = record + END64_SIZE;
	if (memcmp(locator, "PK\6\7", 4) != 0 || memcmp(record, "PK\6\6", 4) != 0)
		return refuse(why, missing);
	large = (struct end){ little64(record + 32), little64(record + 40), little64(record + 48) };
	if (little32(locator + 4) || little64(locator + 8) != z->end || little32(locator + 16) != 1 ||
	    little64(record + 4) != END64_SIZE - 12 || little32(record + 16) || little32(record + 20) ||
	    little64(record + 24) != large.n || !agree(end->n, 2, large.n) || !agree(end->size, 4, large.size) ||
	    !agree(end->directory, 4, large.directory))
		return refuse(why, "its two end records do not say the same");
	*end = large;
	return 0;
}

static bool has_locator(const struct zip *z)
{
	return z->end >= LOCATOR_SIZE && !memcmp(z->bytes.p + z->end - LOCATOR_SIZE, "PK\6\7", 4);
}

static int read_end(struct zip *z, const struct zip_limits *limits, const char **why)
{
	const char *record;
	struct end end;

	if (find_end(z, why))
		return -1;
	record = z->bytes.p + z->end;
	end = (struct end){ little16(record + 10), little32(record + 12), little32(record + 16) };
	if (little16(record + 4) || little16(record + 6) || little16(record + 8) != end.n)
		return refuse(why, "it is one of several parts");
	if ((end.n == 0xffff || end.size == ALL_ONES || end.directory == ALL_ONES) && read_end64(z, &end, why))
		return -1;
	if (end.directory > z->end || z->end - end.directory != end.size)
		return refuse(why, has_locator(z) ? "it has a zip64 end record that nothing calls for"
						  : "its directory is not where its end record says");
	if (limits->entries && end.n > limits->entries)
		return refusef(why, z->a, "it holds more than %zu files and folders", limits->entries);
	if (end.n > end.size / CENTRAL_SIZE)
		return refuse(why, "its directory is damaged");
	z->n = (size_t)end.n;
	z->directory = end.directory;
	return 0;
}

/* --- names ------------------------------------------------------------------------------------------------------------ */

static const char *name_fault(struct slice name)
{
	struct slice rest = name;

	if (!name.n)
		return "is empty";
	for (size_t i = 0; i < name.n; i++) {
		if ((unsigned char)name.p[i] < 0x20 || name.p[i] == 0x7f || name.p[i] == '\\')
			return "holds a control character or a backslash";
	}
	if (name.p[0] == '/')
		return "is absolute";
	while (rest.n) {
		struct slice part = slice_cut(&rest, '/');

		if (slice_eqs(part, ".."))
			return "leads out of its folder (..)";
	}
	return NULL;
}

static bool is_ascii(struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] > 0x7f)
			return false;
	}
	return true;
}

/* --- extra fields ------------------------------------------------------------------------------------------------------- */

/* The last record of an id, and how many there are. What alignment leaves at the end is none. */
static unsigned find_extra(struct slice *record, struct slice extra, uint32_t id)
{
	unsigned found = 0;

	*record = (struct slice){ NULL, 0 };
	while (extra.n >= 4 && little16(extra.p + 2) <= extra.n - 4) {
		size_t n = little16(extra.p + 2);

		if (little16(extra.p) == id) {
			*record = slice_sub(extra, 4, n);
			found++;
		}
		extra = slice_from(extra, 4 + n);
	}
	return found;
}

/* Replaces the numbers that are all ones by those of zip64's record, which holds these, in this order, and no more. */
static bool widen(uint64_t *const *v, size_t n, struct slice extra)
{
	struct slice record;
	unsigned records = find_extra(&record, extra, EXTRA_ZIP64);
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		if (*v[i] != ALL_ONES)
			continue;
		if (record.n - at < 8)
			return false;
		*v[i] = little64(record.p + at);
		at += 8;
	}
	return at == record.n && records == (at ? 1 : 0);
}

static bool has_other_name(const struct zip_entry *e, struct slice extra)
{
	struct slice record;
	unsigned records = find_extra(&record, extra, EXTRA_NAME);

	return records && (records > 1 || !slice_eq(slice_from(record, 5), e->name));
}

/* --- one entry ---------------------------------------------------------------------------------------------------------- */

struct reading {
	const struct zip *z;
	struct zip_entry *e;
	const char **why;
	struct slice extra; /* of the directory */
	uint32_t flags;
};

static int refuse_entry(const struct reading *r, const char *reason)
{
	return zip_fail_named(r->z->a, r->e->name, r->why, reason);
}

/* Unix modes stand in the upper half where the archive was made on such a system (3, 19). */
static bool is_link(const char *central)
{
	uint32_t system = little16(central + 4) >> 8, type = little32(central + 38) >> 28;

	return (system == 3 || system == 19) && type != 0 && type != 8 && type != 4;
}

static int read_central(struct reading *r, const char *central)
{
	struct zip_entry *e = r->e;
	uint32_t method = little16(central + 10);
	const char *fault = name_fault(e->name);

	if (fault)
		return refuse_entry(r, fault);
	if (r->flags & FLAG_ENCRYPTED)
		return refuse_entry(r, "is encrypted");
	if (method != 0 && method != 8)
		return refuse_entry(r, "is packed in a way that is not supported: neither stored nor deflated");
	e->deflated = method == 8;
	e->crc = little32(central + 16);
	e->packed = little32(central + 20);
	e->size = little32(central + 24);
	e->header = little32(central + 42);
	e->folder = e->name.p[e->name.n - 1] == '/';
	e->link = is_link(central);
	if (little16(central + 34))
		return refuse_entry(r, "lies in another part of the archive");
	if (!widen((uint64_t *[]){ &e->size, &e->packed, &e->header }, 3, r->extra))
		return refuse_entry(r, "has a zip64 record that is not what the directory calls for");
	return 0;
}

static int check_sizes(const struct reading *r)
{
	const struct zip_entry *e = r->e;
	char text[80];

	if (e->folder && e->size)
		return refuse_entry(r, "is a folder with content");
	if (!e->deflated && e->packed != e->size)
		return refuse_entry(r, "is stored, but its two lengths differ");
	if (e->size / RATIO_MAX > e->packed) {
		(void)snprintf(text, sizeof(text), "cannot be %" PRIu64 " bytes: it is packed into %" PRIu64, e->size,
			       e->packed);
		return refuse_entry(r, text);
	}
	if (has_other_name(e, r->extra))
		return refuse_entry(r, "has a second name");
	return 0;
}

/* The header before the file; name and extra field lie in the archive. */
static bool same_story(const struct reading *r, const char *local, struct slice extra)
{
	const struct zip_entry *e = r->e;
	uint64_t packed = little32(local + 18), size = little32(local + 22);
	uint32_t crc = little32(local + 14);
	bool later = r->flags & FLAG_DESCRIPTOR, later_sizes = later && e->deflated; /* 0 here */
	uint32_t same = FLAG_ENCRYPTED | FLAG_DESCRIPTOR | (is_ascii(e->name) ? 0 : FLAG_UTF8);

	if (memcmp(local + LOCAL_SIZE, e->name.p, e->name.n) != 0 || little16(local + 8) != (e->deflated ? 8 : 0) ||
	    (little16(local + 6) & same) != (r->flags & same) || has_other_name(e, extra))
		return false;
	if ((packed == ALL_ONES) != (size == ALL_ONES) || !widen((uint64_t *[]){ &size, &packed }, 2, extra))
		return false;
	return (crc == e->crc || (later && !crc)) && (packed == e->packed || (later_sizes && !packed)) &&
	       (size == e->size || (later_sizes && !size));
}

static int read_local(const struct reading *r)
{
	static const char other[] = "is not the same in the directory and in the header before the file";
	const struct zip *z = r->z;
	struct zip_entry *e = r->e;
	const char *local;
	size_t extra;

	if (e->header > z->directory || z->directory - e->header < LOCAL_SIZE + e->name.n)
		return refuse_entry(r, other);
	local = z->bytes.p + e->header;
	if (memcmp(local, "PK\3\4", 4) != 0 || little16(local + 26) != e->name.n)
		return refuse_entry(r, other);
	extra = little16(local + 28);
	e->data = e->header + LOCAL_SIZE + e->name.n + extra;
	if (e->data > z->directory || z->directory - e->data < e->packed)
		return refuse_entry(r, "reaches into the directory");
	if ((r->flags & FLAG_DESCRIPTOR) && !e->deflated && e->packed && !little32(local + 18))
		return refuse_entry(r, "is stored, and its length stands behind it");
	return same_story(r, local, zip_part(z, e->data - extra, extra)) ? 0 : refuse_entry(r, other);
}

static int read_entry(struct reading *r, const char *central)
{
	return read_central(r, central) || check_sizes(r) || read_local(r) ? -1 : 0;
}

static int read_directory(struct zip *z, const char **why)
{
	struct slice rest = zip_part(z, z->directory, z->end - z->directory);

	z->v = arena_try(z->a, z->n, sizeof(*z->v));
	z->by_name = arena_try(z->a, z->n, sizeof(const struct zip_entry *));
	if (z->n && (!z->v || !z->by_name))
		return refuse(why, ZIP_NO_MEMORY);
	for (size_t i = 0; i < z->n; i++) {
		struct reading r = { .z = z, .e = &z->v[i], .why = why };
		size_t name, extra, length;

		if (rest.n < CENTRAL_SIZE || memcmp(rest.p, "PK\1\2", 4) != 0)
			return refuse(why, "its directory is damaged");
		name = little16(rest.p + 28);
		extra = little16(rest.p + 30);
		length = CENTRAL_SIZE + name + extra + little16(rest.p + 32);
		if (length > rest.n)
			return refuse(why, "its directory is damaged");
		r.e->name = slice_sub(rest, CENTRAL_SIZE, name);
		r.extra = slice_sub(rest, CENTRAL_SIZE + name, extra);
		r.flags = little16(rest.p + 8);
		if (read_entry(&r, rest.p))
			return -1;
		rest = slice_from(rest, length);
	}
	return rest.n ? refuse(why, "its directory is damaged") : 0;
}

/* --- every byte has a place --------------------------------------------------------------------------------------------- */

static int by_offset(const void *a, const void *b)
{
	const struct zip_entry *x = *(const struct zip_entry *const *)a, *y = *(const struct zip_entry *const *)b;

	return x->header < y->header ? -1 : x->header > y->header;
}

static int by_name(const void *a, const void *b)
{
	return slice_cmp((*(const struct zip_entry *const *)a)->name, (*(const struct zip_entry *const *)b)->name);
}

/* Whether `rest` begins with a descriptor of the entry, of this form. */
static bool is_descriptor(struct slice rest, const struct zip_entry *e, size_t mark, size_t width)
{
	const char *p = rest.p + mark;

	if (rest.n < mark + 4 + 2 * width || (mark && memcmp(rest.p, "PK\7\10", 4) != 0) || little32(p) != e->crc)
		return false;
	if (width == 4)
		return little32(p + 4) == e->packed && little32(p + 8) == e->size;
	return little64(p + 4) == e->packed && little64(p + 12) == e->size;
}

/* The bytes of the descriptor behind an entry; -1: it must have one, and what follows is none. */
static int descriptor_length(const struct zip *z, const struct zip_entry *e)
{
	static const struct {
		size_t mark, width;
	} forms[] = { { 4, 8 }, { 0, 8 }, { 4, 4 }, { 0, 4 } }; /* the longest first */
	struct slice rest = zip_part(z, e->data + e->packed, z->directory - e->data - e->packed);

	if (!(little16(z->bytes.p + e->header + 6) & FLAG_DESCRIPTOR))
		return 0;
	for (size_t i = 0; i < COUNT(forms); i++) {
		if (is_descriptor(rest, e, forms[i].mark, forms[i].width))
			return (int)(forms[i].mark + 4 + 2 * forms[i].width);
	}
	return -1;
}

/* The length of a header without a name and content that `gap` begins with; 0: there is none. */
static size_t empty_header(struct slice gap)
{
	static const char zeros[12]; /* CRC-32 and sizes */
	size_t length;

	if (gap.n < LOCAL_SIZE || memcmp(gap.p, "PK\3\4", 4) != 0 || little16(gap.p + 6) || little16(gap.p + 8) ||
	    memcmp(gap.p + 14, zeros, sizeof(zeros)) != 0 || little16(gap.p + 26))
		return 0;
	length = LOCAL_SIZE + little16(gap.p + 28);
	return length <= gap.n ? length : 0;
}

static bool is_padding(struct slice gap)
{
	for (size_t n = empty_header(gap); n; n = empty_header(gap))
		gap = slice_from(gap, n);
	for (size_t i = 0; i < gap.n; i++) {
		if (gap.p[i])
			return false;
	}
	return true;
}

/* `order` is by offset. */
static int account(struct zip *z, const struct zip_entry *const *order, const char **why)
{
	uint64_t at = 0;

	for (size_t i = 0; i < z->n; i++) {
		const struct zip_entry *e = order[i];
		int descriptor = descriptor_length(z, e);

		if (e->header < at)
			return zip_fail_named(z->a, e->name, why, "overlaps another entry");
		if (!is_padding(zip_part(z, at, e->header - at)))
			return zip_fail_named(z->a, e->name, why, "stands behind bytes that belong to no entry");
		if (descriptor < 0)
			return zip_fail_named(z->a, e->name, why, "is not followed by its sizes, as it says");
		at = e->data + e->packed + (size_t)descriptor;
	}
	z->block = zip_part(z, at, z->directory - at);
	if (is_padding(z->block))
		z->block.n = 0;
	return 0;
}

static int check_places(struct zip *z, const char **why)
{
	for (size_t i = 0; i < z->n; i++)
		z->by_name[i] = &z->v[i];
	if (z->n)
		qsort(z->by_name, z->n, sizeof(const struct zip_entry *), by_offset);
	if (account(z, z->by_name, why))
		return -1;
	if (z->n)
		qsort(z->by_name, z->n, sizeof(const struct zip_entry *), by_name);
	for (size_t i = 1; i < z->n; i++) {
		if (slice_eq(z->by_name[i - 1]->name, z->by_name[i]->name))
			return zip_fail_named(z->a, z->by_name[i]->name, why, "is there twice");
	}
	return 0;
}

/* No entry overlaps another, so that the sum is less than RATIO_MAX + 1 times what lies in memory. */
static int check_limits(const struct zip *z, const struct zip_limits *limits, const char **why)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < z->n; i++)
		bytes += z->v[i].size;
	if (limits->bytes && bytes > limits->bytes)
		return refusef(why, z->a, "it unpacks to more than %" PRIu64 " bytes", limits->bytes);
	if (limits->ratio && bytes > FREE_BYTES && (bytes - FREE_BYTES) / limits->ratio > z->bytes.n)
		return refusef(why, z->a, "it unpacks to more than %u times its size", limits->ratio);
	return 0;
}

int zip_open(struct zip *out, struct arena *a, struct slice bytes, const struct zip_limits *limits, const char **why)
{
	*out = (struct zip){ .bytes = bytes, .a = a };
	return read_end(out, limits, why) || read_directory(out, why) || check_places(out, why) ||
			       check_limits(out, limits, why)
		       ? -1
		       : 0;
}
