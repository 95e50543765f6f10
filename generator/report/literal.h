/* report/literal.h: texts of definitions within a line, so that what is read is what is there.
 *
 * Form   a text stands as it is where it cannot be mistaken: it is not empty, begins and ends with no space, does not begin with `"`,
 *        and holds nothing that does not show (controls, marks that reorder, blanks other than the space, joiners). Any other is
 *        a JSON string in which what does not show is escaped. So a reader tells the two apart by the first byte. */
#ifndef REPORT_LITERAL_H
#define REPORT_LITERAL_H

#include "base/strbuf.h"

void literal_add(struct strbuf *out, struct slice text); /* valid UTF-8 */

#endif
