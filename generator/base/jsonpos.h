/* base/jsonpos.h: where a value stands in a JSON text.
 *
 * Purpose    jansson's values have no positions. On an error the kept text is scanned again for the value's JSON pointer
 *            (RFC 6901). Cost: one pass over the text for each question; who has many asks a base/jsontable.h.
 * Depth      at most 2048 arrays and objects in each other, as in jansson; deeper is no JSON.
 * Input      any bytes: a text that is no JSON gives "not found", never a hang or an overrun.
 * Columns    from 1, in code points. */
#ifndef BASE_JSONPOS_H
#define BASE_JSONPOS_H

#include "base/diag.h"
#include "base/slice.h"

struct jsonpos {
	uint32_t line, col; /* of the first byte of the value (or of the key, when asked for) */
	size_t offset;      /* the same, in bytes from the start */
	struct slice raw;   /* the value's text: `12.50`, `"a\u0041"`, `{…}` */
};

/* The value that `pointer` names ("" is the whole document). Of duplicate keys the last counts, as in jansson. */
bool jsonpos_value(struct jsonpos *out, struct slice text, struct slice pointer);
/* The key of the member that `pointer` names (its opening quote). */
bool jsonpos_key(struct jsonpos *out, struct slice text, struct slice pointer);
/* The value that `pointer` names, as a number in a table (base/jsontable.h). */
struct jsontable;
bool jsonpos_follow(size_t *value, const struct jsontable *t, struct slice pointer);
/* Line and column of a byte offset. */
void jsonpos_at(uint32_t *line, uint32_t *col, struct slice text, size_t offset);
/* Calls `each` for every object key that repeats an earlier key of the same object (compared after unescaping), in order.
 * `key` is unescaped and lives until `each` returns. Of a text that is no JSON the part before the first fault counts. */
void jsonpos_duplicates(struct slice text, void (*each)(void *ctx, struct slice key, uint32_t line, uint32_t col),
			void *ctx);

#endif
