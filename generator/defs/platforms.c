/* defs/platforms.c: one word, or several. */
#include "defs/platforms.h"

static const char *const words[] = {
	[PLATFORM_ANDROID] = "android", [PLATFORM_IOS] = "ios", [PLATFORM_HARMONY] = "harmony", [PLATFORM_COUNT] = "all"
};

static bool read_word(bool *out, const struct node *n, enum platforms_form form)
{
	size_t word;

	if (!node_word(&word, n, words, COUNT(words)))
		return false;
	if (word != PLATFORM_COUNT && form == PLATFORMS_ALL_OR_ARRAY)
		return node_error(n, "\"platform\" is \"all\" or an array; write [\"%s\"]", words[word]);
	for (size_t p = 0; p < PLATFORM_COUNT; p++)
		out[p] = word == PLATFORM_COUNT || word == p;
	return true;
}

static bool read_array(bool *out, const struct array *items)
{
	bool ok = true;

	if (!items->n)
		return node_error(&items->at, "\"platform\" is empty; name at least one, or \"all\"");
	for (size_t i = 0; i < items->n; i++) {
		struct node n = array_item(items, i);
		size_t word;

		if (!node_word(&word, &n, words, PLATFORM_COUNT))
			ok = false;
		else if (out[word])
			ok = node_error(&n, "\"%s\" is repeated", words[word]);
		else
			out[word] = true;
	}
	return ok;
}

bool platforms_read(bool out[PLATFORM_COUNT], struct object *o, enum platforms_form form)
{
	struct node n;
	struct array items;

	if (!field_node(&n, o, "platform", REQUIRED))
		return false;
	if (node_is_string(&n))
		return read_word(out, &n, form);
	if (!node_is_array(&n))
		return node_wrong_type(&n, "a string or an array");
	return node_array(&items, &n) && read_array(out, &items);
}
