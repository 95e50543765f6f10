#include "pack/appqf.h"

#include <stdlib.h>

#include "format/zipwrite.h"

static int by_name(const void *a, const void *b)
{
	return slice_cmp(((const struct appqf_member *)a)->name, ((const struct appqf_member *)b)->name);
}

int appqf_join(struct strbuf *out, struct appqf_member *v, size_t n, const char **why)
{
	struct zip_writer zip;

	if (n)
		qsort(v, n, sizeof(*v), by_name);
	for (size_t i = 1; i < n; i++) {
		*why = "two of the files have the same name";
		if (slice_eq(v[i - 1].name, v[i].name))
			return -1;
	}
	zip_begin(&zip, out);
	for (size_t i = 0; i < n; i++)
		zip_put(&zip, v[i].name, v[i].bytes);
	return zip_end(&zip, why);
}
