/* base/version.h: dotted version numbers, as definitions and devices write them.
 *
 * Form   `digits(.digits)*`, 1 to 8 parts, each below 2^31; compared part by part as numbers, missing parts are 0.
 * Value  a struct version is normalised: trailing zero parts are dropped, so that equal versions are equal structs. */
#ifndef BASE_VERSION_H
#define BASE_VERSION_H

#include "base/slice.h"
#include "base/strbuf.h"

#define VERSION_PARTS 8

struct version {
	uint32_t part[VERSION_PARTS]; /* unused parts are 0 */
	uint8_t n;                    /* parts up to the last that is not 0; "0" has 0 parts */
};

bool version_parse(struct version *out, struct slice s); /* the strict form of definitions */
bool version_parse_device(struct version *out,
			  struct slice s); /* trimmed, one leading v or V allowed; else false: counts as missing */
int version_cmp(const struct version *a, const struct version *b);
void version_format(struct strbuf *out, const struct version *v); /* the shortest text: "1.2" for 1.2.0, "0" for 0 */

#endif
