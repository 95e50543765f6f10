/* A pattern of any bytes: what is taken is taken again as it is, PCRE2 compiles it, and matching a short id ends soon; what is
 * not taken has a place and a reason. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/text.h"
#include "defs/pattern.h"
#include "require.h"

/* PCRE2 walks through every branch that it follows, for every byte: at most as many as its workspace holds. */
#define ROOM      3000 /* ints */
#define BRANCHES  (ROOM / 6)
#define STEPS_MAX (64 * BRANCHES)

static int count_step(pcre2_callout_block *block, void *steps)
{
	unsigned *n = steps;

	(void)block;
	++*n;
	return 0;
}

/* PCRE2_AUTO_CALLOUT calls before every item that a branch comes to. */
static void require_end(struct slice pattern, struct slice id)
{
	static const uint32_t options = PCRE2_UTF | PCRE2_DOTALL | PCRE2_ANCHORED | PCRE2_ENDANCHORED;
	pcre2_match_data *found = pcre2_match_data_create(1, NULL);
	pcre2_match_context *context = pcre2_match_context_create(NULL);
	int room[ROOM], error;
	unsigned steps = 0;
	PCRE2_SIZE where;
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern.p, pattern.n, options, &error, &where, NULL);

	REQUIRE(code && found && context);
	pcre2_code_free(code);
	code = pcre2_compile((PCRE2_SPTR)pattern.p, pattern.n, options | PCRE2_AUTO_CALLOUT, &error, &where, NULL);
	if (code) { /* callouts take room: some patterns are too large with them */
		pcre2_set_callout(context, count_step, &steps);
		(void)pcre2_dfa_match(code, (PCRE2_SPTR)id.p, id.n, 0, 0, found, context, room, ROOM);
		REQUIRE(steps <= STEPS_MAX * (id.n + 1));
	}
	pcre2_code_free(code);
	pcre2_match_context_free(context);
	pcre2_match_data_free(found);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct slice ids[] = { SLICE(""), SLICE("u-1"), SLICE("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"),
					    SLICE("\xe7\x94\xa8@example.com") };
	struct slice text = slice_bytes(data, size), out, again;
	struct arena a = ARENA_INIT;
	struct pattern_fault fault = { 0, NULL };

	if (!text.n || !text_is_utf8(text))
		return 0;
	if (pattern_read(&out, &fault, text, &a)) {
		REQUIRE(out.n && out.n <= text.n && text_is_utf8(out));
		REQUIRE(pattern_read(&again, &fault, out, &a) && slice_eq(out, again));
		for (size_t i = 0; i < COUNT(ids); i++)
			require_end(out, ids[i]);
	} else {
		REQUIRE(fault.offset <= text.n && fault.why && *fault.why);
		REQUIRE(text_is_utf8(slice_sub(text, 0, fault.offset))); /* between two code points */
	}
	arena_release(&a);
	return 0;
}
