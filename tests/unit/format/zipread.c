/* The strict reader: every rule with its words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "zippieces.h"

/* --- the end record ------------------------------------------------------------------------------------------------------- */
#define PARTS   "it is one of several parts"
#define PLACE   "its directory is not where its end record says"
#define DAMAGED "its directory is damaged"
#define NO_64   "its end record refers to one of zip64, which is not there"
#define TWO_64  "its two end records do not say the same"

static const struct test_case ends[] = {
	{ "nothing", { { NOTHING } }, NULL },
	{ "no end", { { SET, END, 0, BYTES("x") } }, NO_END },
	{ "a comment", { { SET, END, 20, BYTES("\3") }, { ADD, END, 0, BYTES("abc") } }, NULL },
	{ "a comment that is not there", { { SET, END, 20, BYTES("\1") } }, NO_END },
	{ "a comment that is not all", { { SET, END, 20, BYTES("\2") }, { ADD, END, 0, BYTES("abc") } }, NO_END },
	{ "a comment with an end record that does not reach to the end",
	  { { SET, END, 20, BYTES("\x18") }, { ADD, END, 0, BYTES("PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0xx") } },
	  NULL },
	{ "a second end record in the comment",
	  { { SET, END, 20, BYTES("\x16") }, { ADD, END, 0, BYTES("PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0") } },
	  "it has two end records" },
	{ "another disk", { { SET, END, 4, BYTES("\1") } }, PARTS },
	{ "the directory on another disk", { { SET, END, 6, BYTES("\1") } }, PARTS },
	{ "two numbers of entries", { { SET, END, 8, BYTES("\1") } }, PARTS },
	{ "three entries", { { SET, END, 8, BYTES("\3\0\3") } }, DAMAGED },
	{ "one entry", { { SET, END, 8, BYTES("\1\0\1") } }, DAMAGED },
	{ "no entry", { { SET, END, 8, BYTES("\0\0\0") } }, DAMAGED },
	{ "more entries than there is room for", { { SET, END, 8, BYTES("\xfe\xff\xfe\xff") } }, DAMAGED },
	{ "a smaller directory", { { SET, END, 12, BYTES("\x5d") } }, PLACE },
	{ "a directory further on", { { SET, END, 16, BYTES("\x4a") } }, PLACE },
	{ "a directory behind the end", { { SET, END, 16, BYTES("\xff\xff") } }, PLACE },
	{ "a directory as large as there are numbers", { { SET, END, 12, BYTES("\xfe\xff\xff\xff") } }, PLACE },
	{ "bytes behind the directory", { { ADD, END64, 0, BYTES("x") } }, PLACE },
};

static const struct test_case ends64[] = {
	{ "called for by the entries", { WITH_64, { SET, END, 8, BYTES("\xff\xff\xff\xff") } }, NULL },
	{ "by the size", { WITH_64, { SET, END, 12, BYTES("\xff\xff\xff\xff") } }, NULL },
	{ "by the offset", { WITH_64, { SET, END, 16, BYTES("\xff\xff\xff\xff") } }, NULL },
	{ "by all", { WITH_64, { SET, END, 8, BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff") } }, NULL },
	{ "by none", { WITH_64 }, "it has a zip64 end record that nothing calls for" },
	{ "absent: entries", { { SET, END, 8, BYTES("\xff\xff\xff\xff") } }, NO_64 },
	{ "absent: size", { { SET, END, 12, BYTES("\xff\xff\xff\xff") } }, NO_64 },
	{ "absent: offset", { { SET, END, 16, BYTES("\xff\xff\xff\xff") } }, NO_64 },
	{ "no locator",
	  { WITH_64, { SET, END, 12, BYTES("\xff\xff\xff\xff") }, { SET, END64, 56, BYTES("x") } },
	  NO_64 },
	{ "no record", { WITH_64, { SET, END, 12, BYTES("\xff\xff\xff\xff") }, { SET, END64, 0, BYTES("x") } }, NO_64 },
	{ "a record further in front",
	  { WITH_64, { SET, END, 12, BYTES("\xff\xff\xff\xff") }, { SET, END64, 64, BYTES("\1") } },
	  TWO_64 },
	{ "a record somewhere",
	  { WITH_64, { SET, END, 12, BYTES("\xff\xff\xff\xff") }, { SET, END64, 68, BYTES("\1") } },
	  TWO_64 },
	{ "two disks",
	  { WITH_64, { SET, END, 12, BYTES("\xff\xff\xff\xff") }, { SET, END64, 72, BYTES("\2") } },
	  TWO_64 },
	{ "the record on another disk",
	  { WITH_64, { SET, END, 12, BYTES("\xff\xff\xff\xff") }, { SET, END64, 60, BYTES("\1") } },
	  TWO_64 },
	{ "on another disk",
	  { WITH_64, { SET, END, 12, BYTES("\xff\xff\xff\xff") }, { SET, END64, 16, BYTES("\1") } },
	  TWO_64 },
	{ "the directory on another disk",
	  { WITH_64, { SET, END, 12, BYTES("\xff\xff\xff\xff") }, { SET, END64, 20, BYTES("\1") } },
	  TWO_64 },
	{ "a longer record",
	  { WITH_64, { SET, END, 12, BYTES("\xff\xff\xff\xff") }, { SET, END64, 4, BYTES("\x2d") } },
	  TWO_64 },
	{ "two numbers of entries",
	  { WITH_64, { SET, END, 12, BYTES("\xff\xff\xff\xff") }, { SET, END64, 24, BYTES("\3") } },
	  TWO_64 },
	{ "another number of entries",
	  { WITH_64, { SET, END, 12, BYTES("\xff\xff\xff\xff") }, { SET, END64, 24, BYTES("\3\0\0\0\0\0\0\0\3") } },
	  TWO_64 },
	{ "2^32 entries",
	  { WITH_64,
	    { SET, END, 8, BYTES("\xff\xff\xff\xff") },
	    { SET, END64, 24, BYTES("\0\0\0\0\1\0\0\0\0\0\0\0\1") } },
	  DAMAGED },
	{ "another size",
	  { WITH_64, { SET, END, 16, BYTES("\xff\xff\xff\xff") }, { SET, END64, 40, BYTES("\1") } },
	  TWO_64 },
	{ "another offset",
	  { WITH_64, { SET, END, 12, BYTES("\xff\xff\xff\xff") }, { SET, END64, 48, BYTES("\1") } },
	  TWO_64 },
	{ "a size beyond all",
	  { WITH_64, { SET, END, 12, BYTES("\xff\xff\xff\xff") }, { SET, END64, 47, BYTES("\xff") } },
	  PLACE },
	{ "an offset beyond all",
	  { WITH_64, { SET, END, 16, BYTES("\xff\xff\xff\xff") }, { SET, END64, 55, BYTES("\xff") } },
	  PLACE },
	{ "an offset behind the end, and a size that leads back",
	  { WITH_64,
	    { SET, END, 12, BYTES("\xff\xff\xff\xff\xff\xff\xff\xff") },
	    { SET, END64, 40, BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xa8\0\0\0\0\0\0\0") } },
	  PLACE },
};

static void test_ends(void **state)
{
	(void)state;
	check_cases(ends, COUNT(ends));
	check_cases(ends64, COUNT(ends64));
}

/* --- entries -------------------------------------------------------------------------------------------------------------- */
#define OTHER "is not the same in the directory and in the header before the file"
#define A_64  "\"a\" has a zip64 record that is not what the directory calls for"
#define STRAY "stands behind bytes that belong to no entry"

#define NAME(bytes)                                                                                                    \
	{ SET, LOCAL0, 30, BYTES(bytes) },                                                                             \
	{                                                                                                              \
		SET, CENTRAL0, 46, BYTES(bytes)                                                                        \
	}
static const struct test_case entries[] = {
	{ "time", { { SET, LOCAL0, 10, BYTES("\1\1") } }, NULL },
	{ "no directory", { { SET, CENTRAL0, 2, BYTES("xx") } }, DAMAGED },
	{ "the second entry is none", { { SET, CENTRAL1, 2, BYTES("xx") } }, DAMAGED },
	{ "a long name", { { SET, CENTRAL0, 29, BYTES("\xff") } }, DAMAGED },
	{ "an entry shorter than one can be",
	  { { SET, CENTRAL0, 32, BYTES("\x25") }, { SET, CENTRAL1, 37, BYTES("PK\1\2") } },
	  DAMAGED },
	{ "a long comment", { { SET, CENTRAL1, 32, BYTES("\1") } }, DAMAGED },
	{ "a comment", { { SET, CENTRAL1, 32, BYTES("\2") }, { ADD, CENTRAL1, 0, BYTES("hi") } }, NULL },
	{ "no name",
	  { { SET, LOCAL0, 26, BYTES("\0\0\1") }, { SET, CENTRAL0, 28, BYTES("\0\0\1") } },
	  "\"\" is empty" },
	{ "a control character", { NAME("\1") }, "\"\1\" holds a control character or a backslash" },
	{ "DEL", { NAME("\x7f") }, "\"\x7f\" holds a control character or a backslash" },
	{ "a backslash", { NAME("\\") }, "\"\\\" holds a control character or a backslash" },
	{ "an absolute path", { NAME("/") }, "\"/\" is absolute" },
	{ "a dot", { NAME(".") }, NULL },
	{ "two dots", { NAME("."), LONGER(".", "\2") }, "\"..\" leads out of its folder (..)" },
	{ "two dots within", { LONGER("/../x", "\6") }, "\"a/../x\" leads out of its folder (..)" },
	{ "two dots at the end", { LONGER("/..", "\4") }, "\"a/..\" leads out of its folder (..)" },
	{ "two dots in a name", { LONGER("..b", "\4") }, NULL },
	{ "not ASCII", { NAME("\xe9") }, NULL },
	{ "a folder with content", { LONGER("/", "\2") }, "\"a/\" is a folder with content" },
	{ "twice", { NAME("b") }, "\"b\" is there twice" },
	{ "another name", { { SET, LOCAL0, 30, BYTES("c") } }, "\"a\" " OTHER },
	{ "a shorter name", { { SET, LOCAL0, 26, BYTES("\0") } }, "\"a\" " OTHER },
	{ "a longer name", { { SET, LOCAL0, 26, BYTES("\2") } }, "\"a\" " OTHER },
	{ "encrypted", { { SET, LOCAL0, 6, BYTES("\1") }, { SET, CENTRAL0, 8, BYTES("\1") } }, "\"a\" is encrypted" },
	{ "strongly encrypted", { { SET, CENTRAL0, 8, BYTES("\x40") } }, "\"a\" is encrypted" },
	{ "a masked directory", { { SET, CENTRAL0, 9, BYTES("\x20") } }, "\"a\" is encrypted" },
	{ "encrypted, says the header alone", { { SET, LOCAL0, 6, BYTES("\1") } }, "\"a\" " OTHER },
	{ "UTF-8, says the header alone", { { SET, LOCAL0, 7, BYTES("\x08") } }, NULL },
	{ "UTF-8, says the header alone, of another name",
	  { NAME("\xe9"), { SET, LOCAL0, 7, BYTES("\x08") } },
	  "\"\xe9\" " OTHER },
	{ "another method", { { SET, LOCAL0, 8, BYTES("\10") } }, "\"a\" " OTHER },
	{ "an unknown method",
	  { { SET, LOCAL0, 8, BYTES("\x0c") }, { SET, CENTRAL0, 10, BYTES("\x0c") } },
	  "\"a\" is packed in a way that is not supported: neither stored nor deflated" },
	{ "another disk", { { SET, CENTRAL0, 34, BYTES("\1") } }, "\"a\" lies in another part of the archive" },
	{ "another CRC-32", { { SET, LOCAL0, 14, BYTES("\1") } }, "\"a\" " OTHER },
	{ "no CRC-32", { { SET, LOCAL0, 14, BYTES("\0\0\0\0") } }, "\"a\" " OTHER },
	{ "another size", { { SET, LOCAL0, 22, BYTES("\4") } }, "\"a\" " OTHER },
	{ "another packed size", { { SET, LOCAL1, 18, BYTES("\7") } }, "\"b\" " OTHER },
	{ "stored, with two sizes",
	  { { SET, CENTRAL0, 24, BYTES("\4") }, { SET, LOCAL0, 22, BYTES("\4") } },
	  "\"a\" is stored, but its two lengths differ" },
	{ "the most that deflate can",
	  { { SET, CENTRAL1, 24, BYTES("\x47\x24") }, { SET, LOCAL1, 22, BYTES("\x47\x24") } },
	  "\"b\" is 9287 bytes; at most 1000 are read" },
	{ "more than deflate can",
	  { { SET, CENTRAL1, 24, BYTES("\x48\x24") }, { SET, LOCAL1, 22, BYTES("\x48\x24") } },
	  "\"b\" cannot be 9288 bytes: it is packed into 8" },
	{ "no header", { { SET, LOCAL1, 0, BYTES("x") } }, "\"b\" " OTHER },
	{ "the other header", { { SET, CENTRAL0, 42, BYTES("\x22") } }, "\"a\" " OTHER },
	{ "the same header", { NAME("b"), { SET, CENTRAL0, 42, BYTES("\x22") } }, "\"b\" " OTHER },
	{ "a header behind the end", { { SET, CENTRAL0, 42, BYTES("\xfe\xff\xff\xff") } }, "\"a\" " OTHER },
	{ "a header at the end of the directory", { { SET, CENTRAL0, 42, BYTES("\x49") } }, "\"a\" " OTHER },
	{ "a header that reaches into the directory", { { SET, CENTRAL0, 42, BYTES("\x30") } }, "\"a\" " OTHER },
	{ "data that reaches into the directory",
	  { { SET, CENTRAL1, 20, BYTES("\x09") }, { SET, LOCAL1, 18, BYTES("\x09") } },
	  "\"b\" reaches into the directory" },
	{ "an extra field that reaches into the directory",
	  { { SET, LOCAL1, 28, BYTES("\x09") } },
	  "\"b\" reaches into the directory" },
	{ "an extra field that is data", { { SET, LOCAL0, 28, BYTES("\1") } }, "\"b\" overlaps another entry" },
	{ "overlap by size",
	  { { SET, LOCAL0, 18, BYTES("\4\0\0\0\4") }, { SET, CENTRAL0, 20, BYTES("\4\0\0\0\4") } },
	  "\"b\" overlaps another entry" },
};

static void test_entries(void **state)
{
	(void)state;
	check_cases(entries, COUNT(entries));
}

/* --- extra fields --------------------------------------------------------------------------------------------------------- */
#define THREE "\3\0\0\0\0\0\0\0"
#define ZERO  "\0\0\0\0\0\0\0\0"

static const struct test_case extras[] = {
	{ "zeros, as alignment leaves them", { { EXTRA, LOCAL0, 0, BYTES("\0\0\0\0\0\0\0") } }, NULL },
	{ "a byte", { { EXTRA, LOCAL0, 0, BYTES("x") }, { EXTRA, CENTRAL0, 0, BYTES("y") } }, NULL },
	{ "records, cut off", { { EXTRA, CENTRAL0, 0, BYTES("UT\1\0xUT\2\0x") } }, NULL },
	{ "the same second name",
	  { { EXTRA, LOCAL0, 0, BYTES("up\6\0\1\0\0\0\0a") }, { EXTRA, CENTRAL0, 0, BYTES("up\6\0\1\0\0\0\0a") } },
	  NULL },
	{ "a second name", { { EXTRA, CENTRAL0, 0, BYTES("up\6\0\1\0\0\0\0c") } }, "\"a\" has a second name" },
	{ "a second name in the header alone", { { EXTRA, LOCAL0, 0, BYTES("up\6\0\1\0\0\0\0c") } }, "\"a\" " OTHER },
	{ "a third name",
	  { { EXTRA, CENTRAL0, 0, BYTES("up\6\0\1\0\0\0\0aup\6\0\1\0\0\0\0a") } },
	  "\"a\" has a second name" },
	{ "zip64: the size",
	  { { SET, CENTRAL0, 24, BYTES(ONES) }, { EXTRA, CENTRAL0, 0, BYTES("\1\0\10\0" THREE) } },
	  NULL },
	{ "zip64: the packed size",
	  { { SET, CENTRAL0, 20, BYTES(ONES) }, { EXTRA, CENTRAL0, 0, BYTES("\1\0\10\0" THREE) } },
	  NULL },
	{ "zip64: the place",
	  { { SET, CENTRAL0, 42, BYTES(ONES) }, { EXTRA, CENTRAL0, 0, BYTES("UT\0\0\1\0\10\0" ZERO) } },
	  NULL },
	{ "zip64: all",
	  { { SET, CENTRAL0, 20, BYTES(ONES ONES) },
	    { SET, CENTRAL0, 42, BYTES(ONES) },
	    { EXTRA, CENTRAL0, 0, BYTES("\1\0\x18\0" THREE THREE ZERO) } },
	  NULL },
	{ "zip64: in the header too",
	  { { SET, LOCAL0, 18, BYTES(ONES ONES) }, { EXTRA, LOCAL0, 0, BYTES("\1\0\x10\0" THREE THREE) } },
	  NULL },
	{ "zip64: another size",
	  { { SET, LOCAL0, 18, BYTES(ONES ONES) },
	    { EXTRA, LOCAL0, 0, BYTES("\1\0\x10\0\4\0\0\0\0\0\0\0\3\0\0\0\0\0\0") } },
	  "\"a\" " OTHER },
	{ "zip64: another large size",
	  { { SET, LOCAL0, 18, BYTES(ONES ONES) },
	    { EXTRA, LOCAL0, 0, BYTES("\1\0\x10\0\3\0\0\0\1\0\0\0\3\0\0\0\0\0\0\0") } },
	  "\"a\" " OTHER },
	{ "zip64: one size in the header",
	  { { SET, LOCAL0, 18, BYTES(ONES) }, { EXTRA, LOCAL0, 0, BYTES("\1\0\10\0" THREE) } },
	  "\"a\" " OTHER },
	{ "zip64: nothing calls for it", { { EXTRA, CENTRAL0, 0, BYTES("\1\0\10\0" THREE) } }, A_64 },
	{ "zip64: empty", { { EXTRA, CENTRAL0, 0, BYTES("\1\0\0\0") } }, A_64 },
	{ "zip64: nothing in the header calls for it",
	  { { EXTRA, LOCAL0, 0, BYTES("\1\0\x10\0" THREE THREE) } },
	  "\"a\" " OTHER },
	{ "zip64: absent", { { SET, CENTRAL0, 24, BYTES(ONES) } }, A_64 },
	{ "zip64: absent in the header", { { SET, LOCAL0, 18, BYTES(ONES ONES) } }, "\"a\" " OTHER },
	{ "zip64: short",
	  { { SET, CENTRAL0, 24, BYTES(ONES) }, { EXTRA, CENTRAL0, 0, BYTES("\1\0\7\0\3\0\0\0\0\0\0") } },
	  A_64 },
	{ "zip64: cut off",
	  { { SET, CENTRAL0, 24, BYTES(ONES) }, { EXTRA, CENTRAL0, 0, BYTES("\1\0\10\0\3\0\0\0\0\0\0") } },
	  A_64 },
	{ "zip64: more than is called for",
	  { { SET, CENTRAL0, 24, BYTES(ONES) }, { EXTRA, CENTRAL0, 0, BYTES("\1\0\x10\0" THREE THREE) } },
	  A_64 },
	{ "zip64: twice",
	  { { SET, CENTRAL0, 24, BYTES(ONES) }, { EXTRA, CENTRAL0, 0, BYTES("\1\0\10\0" THREE "\1\0\10\0" THREE) } },
	  A_64 },
	{ "zip64: a place beyond all",
	  { { SET, CENTRAL0, 42, BYTES(ONES) }, { EXTRA, CENTRAL0, 0, BYTES("\1\0\10\0\0\0\0\0\0\0\0\xff") } },
	  "\"a\" " OTHER },
	{ "zip64: a size beyond all",
	  { { SET, CENTRAL0, 20, BYTES(ONES ONES) },
	    { EXTRA, CENTRAL0, 0,
	      BYTES("\1\0\x10\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff") } },
	  "\"a\" reaches into the directory" },
};

static void test_extras(void **state)
{
	(void)state;
	check_cases(extras, COUNT(extras));
}

/* --- descriptors ------------------------------------------------------------------------------------------------------------ */
#define MISSING "\"b\" is not followed by its sizes, as it says"
#define NO_NUMBERS                                                                                                     \
	{                                                                                                              \
		SET, LOCAL1, 14, BYTES("\0\0\0\0\0\0\0\0\0\0\0\0")                                                     \
	}
#define EIGHT "\10\0\0\0\0\0\0\0"

static const struct test_case descriptors[] = {
	{ "12 bytes", { FLAG, NO_NUMBERS, { ADD, DESC1, 0, BYTES(CRC1 "\10\0\0\0\3\0\0\0") } }, NULL },
	{ "16 bytes", { FLAG, NO_NUMBERS, { ADD, DESC1, 0, BYTES("PK\7\10" CRC1 "\10\0\0\0\3\0\0\0") } }, NULL },
	{ "20 bytes", { FLAG, NO_NUMBERS, { ADD, DESC1, 0, BYTES(CRC1 EIGHT THREE) } }, NULL },
	{ "24 bytes", { FLAG, NO_NUMBERS, { ADD, DESC1, 0, BYTES("PK\7\10" CRC1 EIGHT THREE) } }, NULL },
	{ "the numbers in front too", { FLAG, { ADD, DESC1, 0, BYTES(CRC1 "\10\0\0\0\3\0\0\0") } }, NULL },
	{ "zip64 in front, without numbers",
	  { FLAG,
	    { SET, LOCAL1, 14, BYTES("\0\0\0\0" ONES ONES) },
	    { EXTRA, LOCAL1, 0, BYTES("\1\0\x10\0" ZERO ZERO) },
	    { ADD, DESC1, 0, BYTES("PK\7\10" CRC1 EIGHT THREE) } },
	  NULL },
	{ "other numbers in front",
	  { FLAG, { SET, LOCAL1, 22, BYTES("\4") }, { ADD, DESC1, 0, BYTES(CRC1 "\10\0\0\0\3\0\0\0") } },
	  "\"b\" " OTHER },
	{ "another CRC-32 in front",
	  { FLAG, { SET, LOCAL1, 14, BYTES("\4") }, { ADD, DESC1, 0, BYTES(CRC1 "\10\0\0\0\3\0\0\0") } },
	  "\"b\" " OTHER },
	{ "none", { FLAG }, MISSING },
	{ "none, without numbers", { FLAG, NO_NUMBERS }, MISSING },
	{ "the flag in the directory alone", { { SET, CENTRAL1, 8, BYTES("\10") } }, "\"b\" " OTHER },
	{ "the flag in the header alone",
	  { { SET, LOCAL1, 6, BYTES("\10") }, { ADD, DESC1, 0, BYTES(CRC1 "\10\0\0\0\3\0\0\0") } },
	  "\"b\" " OTHER },
	{ "another size", { FLAG, { ADD, DESC1, 0, BYTES(CRC1 "\10\0\0\0\4\0\0\0") } }, MISSING },
	{ "another packed size", { FLAG, { ADD, DESC1, 0, BYTES(CRC1 "\7\0\0\0\3\0\0\0") } }, MISSING },
	{ "another CRC-32", { FLAG, { ADD, DESC1, 0, BYTES("PK\7\10" CRC0 "\10\0\0\0\3\0\0\0") } }, MISSING },
	{ "cut off", { FLAG, { ADD, DESC1, 0, BYTES("PK\7\10" CRC1 "\10\0\0\0\3\0\0") } }, MISSING },
	{ "a large size", { FLAG, { ADD, DESC1, 0, BYTES("PK\7\10" CRC1 EIGHT "\3\0\0\0\1\0\0\0") } }, MISSING },
	{ "with zeros behind it",
	  { FLAG, NO_NUMBERS, { ADD, DESC1, 0, BYTES("PK\7\10" CRC1 "\10\0\0\0\3\0\0\0\0\0\0\0\0") } },
	  NULL },
	{ "stored, with its size in front",
	  { { SET, LOCAL0, 6, BYTES("\10") },
	    { SET, CENTRAL0, 8, BYTES("\10") },
	    { SET, LOCAL0, 14, BYTES("\0\0\0\0") },
	    { ADD, DESC0, 0, BYTES("PK\7\10" CRC0 "\3\0\0\0\3\0\0\0") } },
	  NULL },
	{ "stored, with its size behind it",
	  { { SET, LOCAL0, 6, BYTES("\10") },
	    { SET, CENTRAL0, 8, BYTES("\10") },
	    { SET, LOCAL0, 14, BYTES("\0\0\0\0\0\0\0\0\0\0\0\0") },
	    { ADD, DESC0, 0, BYTES("PK\7\10" CRC0 "\3\0\0\0\3\0\0\0") } },
	  "\"a\" is stored, and its length stands behind it" },
	{ "where there should be none", { { ADD, DESC0, 0, BYTES(CRC0 "\3\0\0\0\3\0\0\0") } }, "\"b\" " STRAY },
};

static void test_descriptors(void **state)
{
	(void)state;
	check_cases(descriptors, COUNT(descriptors));
}

/* --- bytes between -------------------------------------------------------------------------------------------------------- */
#define EMPTY_HEADER "PK\3\4\x14\0\0\0\0\0\0\0\x21\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"

static const struct test_case gaps[] = {
	{ "zeros", { { ADD, GAP0, 0, BYTES("\0\0\0") }, { ADD, GAP1, 0, BYTES("\0") } }, NULL },
	{ "zeros before the directory", { { ADD, BLOCK, 0, BYTES("\0\0\0") } }, NULL },
	{ "a header of nothing", { { ADD, GAP1, 0, BYTES(EMPTY_HEADER "\0\0") } }, NULL },
	{ "two, padded, and zeros",
	  { { ADD, GAP1, 0, BYTES(EMPTY_HEADER "\6\0\x35\xd9\2\0xx" EMPTY_HEADER "\0\0\0\0") } },
	  NULL },
	{ "its padding reaches into an entry", { { ADD, GAP1, 0, BYTES(EMPTY_HEADER "\1\0") } }, "\"b\" " STRAY },
	{ "a byte", { { ADD, GAP1, 0, BYTES("x") } }, "\"b\" " STRAY },
	{ "a byte in front", { { ADD, GAP0, 0, BYTES("x") } }, "\"a\" " STRAY },
	{ "a header of something",
	  { { ADD, GAP1, 0, BYTES("PK\3\4\x14\0\0\0\0\0\0\0\x21\0\0\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0x") } },
	  "\"b\" " STRAY },
	{ "a header of what follows",
	  { { ADD, GAP1, 0, BYTES("PK\3\4\x14\0\10\0\0\0\0\0\x21\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0") } },
	  "\"b\" " STRAY },
	{ "a header with a name",
	  { { ADD, GAP1, 0, BYTES("PK\3\4\x14\0\0\0\0\0\0\0\x21\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0") } },
	  "\"b\" " STRAY },
	{ "a header of zeros",
	  { { ADD, GAP1, 0, BYTES("PK\3\4\x14\0\0\0\0\0\0\0\x21\0\0\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0\0") } },
	  "\"b\" " STRAY },
	{ "a header with a CRC-32",
	  { { ADD, GAP1, 0, BYTES("PK\3\4\x14\0\0\0\0\0\0\0\x21\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0") } },
	  "\"b\" " STRAY },
};

static void test_gaps(void **state)
{
	static const struct zip_limits none = { 0 };
	static const struct {
		const char *what;
		struct change changes[CHANGES];
		const char *block;
	} blocks[] = {
		{ "none", { { NOTHING } }, "" },
		{ "zeros", { { ADD, BLOCK, 0, BYTES("\0\0\0") } }, "" },
		{ "a block", { { ADD, BLOCK, 0, BYTES("block") } }, "block" },
		{ "behind a descriptor",
		  { FLAG, { ADD, DESC1, 0, BYTES(CRC1 "\10\0\0\0\3\0\0\0") }, { ADD, BLOCK, 0, BYTES("block") } },
		  "block" },
	};

	(void)state;
	check_cases(gaps, COUNT(gaps));
	for (size_t i = 0; i < COUNT(blocks); i++) {
		struct strbuf bytes = STRBUF_INIT;
		struct arena a = ARENA_INIT;
		const char *why;
		struct zip zip;

		print_message("%s\n", blocks[i].what);
		make(&bytes, blocks[i].changes);
		assert_int_equal(zip_open(&zip, &a, strbuf_slice(&bytes), &none, &why), 0);
		assert_true(slice_eqs(zip.block, blocks[i].block));
		strbuf_release(&bytes);
		arena_release(&a);
	}
}

/* --- many and large ------------------------------------------------------------------------------------------------------- */

/* 60000 entries of one file: the names differ, so do the headers before the file; or they do not. */
static void test_overlap(void **state)
{
	static const struct zip_limits none = { 0 };
	struct strbuf bytes = STRBUF_INIT;
	struct arena a = ARENA_INIT;
	const char *why;
	struct zip zip;
	uint32_t directory;

	(void)state;
	strbuf_addslice(&bytes, usual[LOCAL0]);
	strbuf_addslice(&bytes, usual[DATA0]);
	directory = (uint32_t)bytes.n;
	for (size_t i = 0; i < 60000; i++)
		strbuf_addslice(&bytes, usual[CENTRAL0]);
	strbuf_addslice(&bytes, usual[END]);
	memcpy(bytes.p + bytes.n - 22 + 8, "\x60\xea\x60\xea", 4);
	little32_put(bytes.p + bytes.n - 22 + 12, (uint32_t)(60000 * usual[CENTRAL0].n));
	little32_put(bytes.p + bytes.n - 22 + 16, directory);
	assert_int_equal(zip_open(&zip, &a, strbuf_slice(&bytes), &none, &why), -1);
	assert_string_equal(why, "\"a\" overlaps another entry");
	strbuf_release(&bytes);
	arena_release(&a);
}

/* A long name is not repeated whole. */
static void test_long_name(void **state)
{
	static const struct zip_limits none = { 0 };
	static const struct change changes[CHANGES] = { LONGER(
		"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
		"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
		"/../",
		"\xcd") };
	struct strbuf bytes = STRBUF_INIT;
	const char *why;

	(void)state;
	make(&bytes, changes);
	why = read_exact(strbuf_slice(&bytes), &none);
	assert_int_equal(strlen(why), 1 + 200 + strlen("…\" leads out of its folder (..)"));
	strbuf_release(&bytes);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends),        cmocka_unit_test(test_entries), cmocka_unit_test(test_extras),
		cmocka_unit_test(test_descriptors), cmocka_unit_test(test_gaps),    cmocka_unit_test(test_overlap),
		cmocka_unit_test(test_long_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
