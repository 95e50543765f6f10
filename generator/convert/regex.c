#include "convert/regex.h"

#define DIGITS "0-9"
#define WORDS  "A-Za-z0-9_"

struct scan {
	struct strbuf *out;
	struct slice s;
	size_t i;
	unsigned depth; /* of groups */
	bool in_class;
	bool at_start; /* of a branch of the whole pattern */
};

static bool branch_ends(const struct scan *c, size_t i)
{
	return i == c->s.n || c->s.p[i] == '|';
}

/* A backslash and what follows it. */
static void escape(struct scan *c)
{
	int next = c->i + 1 < c->s.n ? c->s.p[c->i + 1] : 0;
	const char *members = next == 'd' ? DIGITS : next == 'w' ? WORDS : NULL;

	if (!members) {
		strbuf_add(c->out, c->s.p + c->i, c->i + 1 < c->s.n ? 2 : 1);
	} else {
		strbuf_adds(c->out, c->in_class ? "" : "[");
		strbuf_adds(c->out, members);
		strbuf_adds(c->out, c->in_class ? "" : "]");
	}
	c->i += 2;
}

static bool is_outer_anchor(const struct scan *c)
{
	char ch = c->s.p[c->i];

	if (c->in_class || c->depth)
		return false;
	return (ch == '^' && c->at_start) || (ch == '$' && branch_ends(c, c->i + 1));
}

static void plain(struct scan *c)
{
	char ch = c->s.p[c->i++];

	strbuf_addch(c->out, ch);
	if (c->in_class) {
		c->in_class = ch != ']';
	} else if (ch == '[') {
		c->in_class = true;
	} else if (ch == '(') {
		c->depth++;
	} else if (ch == ')' && c->depth) {
		c->depth--;
	}
	c->at_start = ch == '|' && !c->in_class && !c->depth;
}

void regex_rewrite(struct strbuf *out, struct slice pattern)
{
	struct scan c = { .out = out, .s = slice_trim(pattern), .at_start = true };

	while (c.i < c.s.n) {
		if (is_outer_anchor(&c)) {
			c.i++;
		} else if (c.s.p[c.i] == '\\') {
			escape(&c);
			c.at_start = false;
		} else {
			plain(&c);
		}
	}
}
