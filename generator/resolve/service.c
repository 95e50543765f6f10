#include "resolve/service.h"

#include <stdlib.h>

#include "format/json.h"
#include "resolve/answer.h"

enum mdr_code service_recall(json_t **answer, struct mdr_client *c, const struct mdr_ask *ask, enum kind kind,
			     unsigned flags, struct mdr_error *err)
{
	struct slice text;
	json_t *json = NULL;
	const char *why;
	enum mdr_code code = answer_one(&text, c, ask->device, ask->at, kind, flags, err);

	if (code)
		return code;
	if (json_parse_wire(&json, text, text.n, &why))
		return fail_memory(err);
	*answer = json;
	return MDR_OK;
}

enum mdr_code service_ask(json_t **answer, struct mdr_client *c, const struct mdr_ask *ask, enum kind kind,
			  unsigned flags, struct mdr_error *err)
{
	enum mdr_code code = mdr_refresh(c, ask->now, err);

	return code ? code : service_recall(answer, c, ask, kind, flags, err);
}

bool service_attr(struct slice *out, const struct mdr_device *device, const char *name)
{
	for (size_t i = 0; i < device->n; i++) {
		const struct mdr_attr *a = &device->attrs[i];

		if (!slice_eqs(slice_bytes(a->name, a->name_size), name))
			continue;
		*out = slice_trim(slice_bytes(a->value, a->value_size));
		return out->n > 0;
	}
	return false;
}

struct mdr_held *held_new(const struct mdr_client *c)
{
	struct mdr_held *h = calloc(1, sizeof(*h));

	if (h)
		h->mem.limit = (size_t)c->terms.limits.memory;
	return h;
}

void held_free(struct mdr_held *h)
{
	if (!h)
		return;
	json_decref(h->answer);
	arena_release(&h->mem);
	free(h);
}

int held_text(const char **out, struct mdr_held *h, const json_t *text)
{
	struct slice copy;

	*out = NULL;
	if (!json_is_string(text))
		return 0;
	if (!arena_try_copy(&copy, &h->mem, slice_bytes(json_string_value(text), json_string_length(text))))
		return -1;
	*out = copy.p;
	return 0;
}
