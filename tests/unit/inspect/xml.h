/* Compiled AndroidManifest.xml files, made by hand: as aapt makes them, and odder than it ever would. */
#ifndef UNIT_BUILD_XML_H
#define UNIT_BUILD_XML_H

#include <stdlib.h>

#include "base/strbuf.h"
#include "base/text.h"

#define XML_VERSION_CODE 0x0101021bu
#define XML_VERSION_NAME 0x0101021cu
#define XML_VERSION_HIGH 0x01010576u
#define XML_MIN_SDK      0x0101020cu
#define XML_TARGET_SDK   0x01010270u
#define XML_NONE         0xffffffffu
#define XML_TEXT(v)      0x03, v, 0
#define XML_INT(v)       0x10, NULL, v
#define XML_REFERENCE(v) 0x01, NULL, v

struct xml_attr {
	const char *name; /* NULL: the list ends */
	uint32_t id;      /* resource id; 0: none */
	uint32_t type;
	const char *text; /* a string's value; else NULL */
	uint32_t data;
};

struct xml {
	const char *element; /* NULL: "manifest" */
	struct xml_attr attrs[8];
	bool utf16;
	bool namespaced;        /* `package`, too, lies in a namespace */
	bool bare;              /* nothing lies in a namespace */
	bool extra;             /* chunks that nobody knows, before, between and after */
	struct xml_attr sdk[3]; /* of a <uses-sdk> inside, between others that say otherwise; values are no texts */
	bool unclosed;          /* what stands before it is cut off */
	uint32_t wider;         /* so many bytes (a multiple of 4) are added to every header, and to every attribute */
};

/* Where things lie in the file that was made last. */
struct xml_places {
	size_t pool, map, element, attrs;
};

static inline void xml_u16(struct strbuf *out, uint32_t v)
{
	strbuf_addch(out, (char)(v & 0xff));
	strbuf_addch(out, (char)(v >> 8 & 0xff));
}

static inline void xml_u32(struct strbuf *out, uint32_t v)
{
	xml_u16(out, v & 0xffff);
	xml_u16(out, v >> 16);
}

static inline void xml_put32(struct strbuf *out, size_t at, uint32_t v)
{
	for (size_t i = 0; i < 4; i++)
		out->p[at + i] = (char)(v >> 8 * i & 0xff);
}

static inline void xml_put16(struct strbuf *out, size_t at, uint32_t v)
{
	out->p[at] = (char)(v & 0xff);
	out->p[at + 1] = (char)(v >> 8 & 0xff);
}

static inline void xml_fill(struct strbuf *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		strbuf_addch(out, (char)0xee);
}

/* Begins a chunk, whose size xml_end() fills in. */
static inline size_t xml_begin(struct strbuf *out, uint32_t type, uint32_t header)
{
	size_t at = out->n;

	xml_u16(out, type);
	xml_u16(out, header);
	xml_u32(out, 0);
	return at;
}

static inline void xml_end(struct strbuf *out, size_t at)
{
	while (out->n % 4)
		strbuf_addch(out, 0);
	xml_put32(out, at + 4, (uint32_t)(out->n - at));
}

static inline void xml_extra(struct strbuf *out, const struct xml *x)
{
	size_t at;

	if (!x->extra)
		return;
	at = xml_begin(out, 0x0100, 16 + x->wider); /* a namespace begins */
	xml_fill(out, 16 + x->wider);
	xml_end(out, at);
	xml_end(out, xml_begin(out, 0x7777, 8));
}

static inline size_t xml_units(struct slice s)
{
	size_t units = 0;
	uint32_t c;

	for (size_t i = 0; i < s.n; i += text_next(&c, slice_from(s, i))) {
		if (!text_next(&c, slice_from(s, i)))
			abort();
		units += c >= 0x10000 ? 2 : 1;
	}
	return units;
}

static inline void xml_length(struct strbuf *out, size_t n, bool utf16)
{
	if (utf16 && n > 0x7fff)
		xml_u16(out, (uint32_t)(0x8000 | n >> 16));
	if (utf16) {
		xml_u16(out, (uint32_t)(n & 0xffff));
		return;
	}
	if (n > 0x7f)
		strbuf_addch(out, (char)(0x80 | n >> 8));
	strbuf_addch(out, (char)(n & 0xff));
}

static inline void xml_string(struct strbuf *out, struct slice s, bool utf16)
{
	uint32_t c;

	xml_length(out, xml_units(s), utf16);
	if (!utf16) {
		xml_length(out, s.n, false);
		strbuf_addslice(out, s);
		strbuf_addch(out, 0);
		return;
	}
	for (size_t i = 0; i < s.n; i += text_next(&c, slice_from(s, i))) {
		(void)text_next(&c, slice_from(s, i));
		if (c >= 0x10000)
			xml_u16(out, 0xd800 + ((c - 0x10000) >> 10));
		xml_u16(out, c >= 0x10000 ? 0xdc00 + (c & 0x3ff) : c);
	}
	xml_u16(out, 0);
}

static inline void xml_pool(struct strbuf *out, const struct xml *x, const struct slice *strings, size_t n)
{
	uint32_t header = 28 + x->wider;
	size_t at = xml_begin(out, 0x0001, header), first;

	xml_u32(out, (uint32_t)n);
	xml_u32(out, 0);                     /* styles */
	xml_u32(out, x->utf16 ? 0 : 0x0100); /* flags */
	xml_u32(out, header + 4 * (uint32_t)n);
	xml_u32(out, 0);
	xml_fill(out, x->wider);
	for (size_t i = 0; i < n; i++)
		xml_u32(out, 0);
	first = out->n;
	for (size_t i = 0; i < n; i++) {
		xml_put32(out, at + header + 4 * i, (uint32_t)(out->n - first));
		xml_string(out, strings[i], x->utf16);
	}
	xml_end(out, at);
}

static inline void xml_element(struct strbuf *out, const struct xml *x, size_t n, struct xml_places *places)
{
	size_t at = xml_begin(out, 0x0102, 16 + x->wider);

	xml_u32(out, 1);        /* line */
	xml_u32(out, XML_NONE); /* comment */
	xml_fill(out, x->wider);
	xml_u32(out, XML_NONE);        /* namespace */
	xml_u32(out, 2 * (uint32_t)n); /* name */
	xml_u16(out, 20 + x->wider);   /* attributes start here, … */
	xml_u16(out, 20 + x->wider);   /* … have this size … */
	xml_u16(out, (uint32_t)(n));   /* … and number */
	xml_u16(out, 0);               /* id, class, style */
	xml_u32(out, 0);
	xml_fill(out, x->wider);
	places->attrs = out->n;
	for (size_t i = 0; i < n; i++) {
		const struct xml_attr *a = &x->attrs[i];

		xml_u32(out, (a->id && !x->bare) || x->namespaced ? 2 * (uint32_t)n + 1 : XML_NONE);
		xml_u32(out, (uint32_t)i);
		xml_u32(out, a->text ? (uint32_t)(n + i) : XML_NONE);
		xml_u16(out, 8);
		xml_u16(out, a->type << 8);
		xml_u32(out, a->text ? (uint32_t)(n + i) : a->data);
		xml_fill(out, x->wider);
	}
	xml_end(out, at);
}

static inline size_t xml_count(const struct xml_attr *v, size_t max)
{
	size_t n = 0;

	while (n < max && v[n].name)
		n++;
	return n;
}

/* An element of strings[`name`], whose attributes' names follow that string. */
static inline void xml_child(struct strbuf *out, const struct xml_attr *v, size_t n, uint32_t name, uint32_t more)
{
	size_t at = xml_begin(out, 0x0102, 16);
	uint32_t head[] = { 1, XML_NONE, XML_NONE, name, 20 | 20 << 16, (uint32_t)n, 0 };

	for (size_t i = 0; i < COUNT(head); i++)
		xml_u32(out, head[i]);
	for (size_t i = 0; i < n; i++) {
		uint32_t attr[] = { XML_NONE, name + 1 + (uint32_t)i, XML_NONE, 8 | v[i].type << 24, v[i].data + more };

		for (size_t k = 0; k < COUNT(attr); k++)
			xml_u32(out, attr[k]);
	}
	xml_end(out, at);
}

static inline void xml_close(struct strbuf *out)
{
	size_t at = xml_begin(out, 0x0103, 16);

	for (int i = 0; i < 4; i++)
		xml_u32(out, XML_NONE);
	xml_end(out, at);
}

/* An element that is none of ours, with a <uses-sdk> of other numbers, which nobody means. */
static inline void xml_application(struct strbuf *out, const struct xml *x, size_t n, uint32_t name)
{
	xml_child(out, x->sdk, n, name - 1, 0);
	xml_child(out, x->sdk, n, name, 100);
	xml_close(out);
	xml_close(out);
}

static inline void xml_children(struct strbuf *out, const struct xml *x, size_t n, uint32_t name)
{
	xml_application(out, x, n, name);
	if (x->unclosed)
		strbuf_truncate(out, out->n - 4);
	xml_child(out, x->sdk, n, name, 0);
	xml_close(out);
	xml_application(out, x, n, name);
	xml_close(out);
}

/* Appends the file. Strings: the names of the attributes, their values, the element's name, the namespace,
 * and where there are children "uses-sdk" and the names of its attributes. */
static inline struct xml_places xml_make(struct strbuf *out, const struct xml *x)
{
	struct slice strings[22] = { { NULL, 0 } };
	size_t n = xml_count(x->attrs, COUNT(x->attrs)), nsdk = xml_count(x->sdk, COUNT(x->sdk));
	size_t file = xml_begin(out, 0x0003, 8 + x->wider), map, nstrings = 2 * n + 2;
	struct xml_places places;

	for (size_t i = 0; i < n; i++) {
		strings[i] = slice_of(x->attrs[i].name);
		strings[n + i] = slice_of(x->attrs[i].text);
	}
	strings[2 * n] = slice_of(x->element ? x->element : "manifest");
	strings[2 * n + 1] = SLICE("http://schemas.android.com/apk/res/android");
	for (size_t i = 0; i < nsdk; i++)
		strings[nstrings + 1 + i] = slice_of(x->sdk[i].name);
	if (nsdk) {
		strings[nstrings] = SLICE("uses-sdk");
		nstrings += 1 + nsdk;
	}
	xml_fill(out, x->wider);
	xml_extra(out, x);
	places.pool = out->n;
	xml_pool(out, x, strings, nstrings);
	xml_extra(out, x);
	places.map = map = xml_begin(out, 0x0180, 8 + x->wider);
	xml_fill(out, x->wider);
	for (size_t i = 0; i < n; i++)
		xml_u32(out, x->attrs[i].id);
	for (size_t i = n; nsdk && i < nstrings; i++)
		xml_u32(out, i >= nstrings - nsdk ? x->sdk[i - (nstrings - nsdk)].id : 0);
	xml_end(out, map);
	xml_extra(out, x);
	places.element = out->n;
	xml_element(out, x, n, &places);
	xml_extra(out, x);
	if (nsdk)
		xml_children(out, x, nsdk, 2 * (uint32_t)n + 2);
	xml_end(out, file);
	if (out->failed)
		abort();
	return places;
}

/* The usual file: package and versionName, as aapt writes them. */
static inline void xml_usual(struct strbuf *out, const char *package, const char *version)
{
	struct xml x = { .attrs = { { "versionCode", XML_VERSION_CODE, XML_INT(7) },
				    { "versionName", XML_VERSION_NAME, XML_TEXT(version) },
				    { "package", 0, XML_TEXT(package) } } };

	(void)xml_make(out, &x);
}

#endif
