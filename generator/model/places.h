/* model/places.h: places in definitions, for whoever asks for many.
 *
 * Purpose    origin_pos() scans the whole file for each question. This keeps where the values of a file are until
 *            another file is asked for, so that thousands of questions about one file, or one about each of
 *            thousands, stay cheap.
 * Ownership  borrows the text of the file asked last, which must live until the next question or places_release().
 * Threads    one struct, one thread. */
#ifndef MODEL_PLACES_H
#define MODEL_PLACES_H

#include "base/jsontable.h"
#include "model/model.h"

struct places {
	struct slice text; /* of the file asked last */
	bool json;         /* it is one: `table` is whole */
	struct jsontable table;
};

#define PLACES_INIT                                                                                                    \
	{                                                                                                              \
		.table = JSONTABLE_INIT                                                                                \
	}

/* As origin_pos(). */
struct srcpos places_pos(struct places *p, const struct origin *o, const char *pointer);
void places_release(struct places *p);

#endif
