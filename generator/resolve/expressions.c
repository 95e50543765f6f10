#define PCRE2_CODE_UNIT_WIDTH 8
#include "resolve/expressions.h"

#include <pcre2.h>
#include <stdlib.h>

#define ROOM_MIN 20 /* ints; PCRE2 takes no less */

/* For patterns that no build writes: our subset neither recurses nor looks around. */
#define CALLS_MAX 1000
#define DEPTH_MAX 20
#define HEAP_MAX  1024 /* KiB */

struct matcher {
	pcre2_match_context *limits;
	pcre2_match_data *data;
	int room[MATCH_ROOM];
};

/* --- memory --------------------------------------------------------------------------------------------------------------- */

static void *take(PCRE2_SIZE n, void *arena)
{
	return arena_try(arena, 1, n);
}

static void leave(void *p, void *arena) /* until the arena dies */
{
	(void)p, (void)arena;
}

void matcher_free(struct matcher *m)
{
	if (!m)
		return;
	pcre2_match_data_free(m->data);
	pcre2_match_context_free(m->limits);
	free(m);
}

static struct matcher *matcher_new(void)
{
	struct matcher *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->limits = pcre2_match_context_create(NULL);
	m->data = pcre2_match_data_create(1, NULL);
	if (!m->limits || !m->data) {
		matcher_free(m);
		return NULL;
	}
	pcre2_set_match_limit(m->limits, CALLS_MAX);
	pcre2_set_depth_limit(m->limits, DEPTH_MAX);
	pcre2_set_heap_limit(m->limits, HEAP_MAX);
	return m;
}

/* --- compiling ------------------------------------------------------------------------------------------------------------ */

static int compile_all(void **codes, struct arena *a, const struct mf_whitelist *list)
{
	static const uint32_t options = PCRE2_UTF | PCRE2_DOTALL | PCRE2_ANCHORED | PCRE2_NEVER_BACKSLASH_C;
	pcre2_general_context *memory = pcre2_general_context_create(take, leave, a);
	pcre2_compile_context *context = memory ? pcre2_compile_context_create(memory) : NULL;

	if (!context)
		return -1;
	for (size_t i = 0; i < list->npatterns; i++) {
		struct slice pattern = list->patterns[i];
		PCRE2_SIZE where;
		int error;

		codes[i] = pcre2_compile((PCRE2_SPTR)pattern.p, pattern.n, options, &error, &where, context);
		if (!codes[i] && error == PCRE2_ERROR_HEAP_FAILED)
			return -1;
	}
	return 0;
}

/* -1: memory; the next one may try again. */
static int compile(struct expressions *e, struct arena *a, const struct mf_whitelist *list)
{
	void **codes = arena_try(a, list->npatterns, sizeof(*codes));

	if (!codes || compile_all(codes, a, list))
		return -1;
	e->codes = codes;
	return 0;
}

/* --- matching ------------------------------------------------------------------------------------------------------------- */

/* Ints of workspace for an id of `n` bytes; below ROOM_MIN: none, it is too long for any pattern. */
static size_t room_for(size_t n)
{
	size_t room = MATCH_ROOM;

	while (room >= ROOM_MIN && (uint64_t)room * room > MATCH_WORK / (n ? n : 1))
		room -= room / 8 + 1;
	return room;
}

/* The longest match stands first, so it is the whole id or none is. (PCRE2_ENDANCHORED is not to be relied on with
 * pcre2_dfa_match(): 10.42 finds the 6 of 63 by [0-9]*[02468].) */
static bool matches(struct matcher *m, const pcre2_code *code, struct slice id)
{
	size_t room = room_for(id.n);

	/* 0: there are more ways to match than the data has room for. Below: none, no UTF-8, or given up. */
	if (room < ROOM_MIN ||
	    pcre2_dfa_match(code, (PCRE2_SPTR)id.p, id.n, 0, 0, m->data, m->limits, m->room, room) < 0)
		return false;
	return pcre2_get_ovector_pointer(m->data)[1] == id.n;
}

static enum listed look_up(const struct expressions *e, struct matcher *m, size_t n, struct slice id)
{
	enum listed result = LISTED_NO;

	for (size_t i = 0; i < n; i++) {
		if (!e->codes[i])
			result = LISTED_UNKNOWN;
		else if (matches(m, e->codes[i], id))
			return LISTED_YES;
	}
	return result;
}

enum listed expressions_look_up(struct expressions *e, struct arena *a, struct matcher **matcher,
				const struct mf_whitelist *list, struct slice id, uint64_t device)
{
	if (e->device == device)
		return e->verdict;
	if (!*matcher)
		*matcher = matcher_new();
	if (!*matcher || (!e->codes && compile(e, a, list)))
		return LISTED_UNKNOWN;
	e->verdict = look_up(e, *matcher, list->npatterns, id);
	e->device = device;
	return e->verdict;
}
