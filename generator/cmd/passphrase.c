#include "cmd/passphrase.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/secrecy.h"
#include "cmd/terminal.h"

#define PASSPHRASE_MAX 1024

/* The first is for every key. */
static const struct {
	const char *name, *role;
} variables[PASSPHRASE_VARIABLES] = {
	{ PASSPHRASE_VARIABLE, "" },
	{ PASSPHRASE_VARIABLE "_ROOT", "root" },
	{ PASSPHRASE_VARIABLE "_TARGETS", "targets" },
	{ PASSPHRASE_VARIABLE "_SNAPSHOT", "snapshot" },
	{ PASSPHRASE_VARIABLE "_TIMESTAMP", "timestamp" },
	{ PASSPHRASE_VARIABLE "_OBJECTS", "objects" },
	{ PASSPHRASE_VARIABLE "_H5", "h5" },
};

/* --- the environment --------------------------------------------------------------------------------------------------- */

/* NULL: it is not set, or to nothing. */
static char *take_variable(const char *name)
{
	char *value = getenv(name), *copy;

	if (!value)
		return NULL;
	copy = *value ? strdup(value) : NULL;
	explicit_bzero(value, strlen(value));
	unsetenv(name);
	return copy;
}

static const char *find(const struct passphrase_source *p, const char *role)
{
	for (size_t i = 1; i < PASSPHRASE_VARIABLES; i++) {
		if (!strcmp(variables[i].role, role) && p->values[i])
			return p->values[i];
	}
	return p->values[0];
}

static int too_long(const char *path, size_t cap, struct diags *d)
{
	return diag_environment(d, path, "the passphrase is too long; at most %zu bytes are read", cap);
}

/* --- asking ------------------------------------------------------------------------------------------------------------ */

static int ask_person(char *out, size_t cap, const char *question, const char *variable, const char *path,
		      struct diags *d)
{
	int n = terminal_ask(out, cap, question);

	if (n >= 0)
		return n;
	if (errno == ERANGE)
		return too_long(path, cap, d);
	return diag_environment(
		d, path, "a passphrase is needed, and there is no terminal to ask for it; set %s%s" PASSPHRASE_VARIABLE,
		variable, *variable ? " or " : "");
}

/* A passphrase of the environment; it goes without a NUL at its end. */
static int copy_known(char *out, size_t cap, struct slice known, const char *path, struct diags *d)
{
	if (known.n > cap)
		return too_long(path, cap, d);
	memcpy(out, known.p, known.n);
	return (int)known.n;
}

static int ask(void *ctx, char *out, size_t cap, const char *role, const char *path, struct diags *d)
{
	const struct passphrase_source *p = ctx;
	const char *known = find(p, role), *variable = "";
	CLEANUP(strbuf_release) struct strbuf question = STRBUF_INIT;

	if (known)
		return copy_known(out, cap, slice_of(known), path, d);
	for (size_t i = 1; i < PASSPHRASE_VARIABLES; i++)
		variable = strcmp(variables[i].role, role) ? variable : variables[i].name;
	strbuf_adds(&question, "passphrase of ");
	diag_clean(&question, slice_of(path));
	strbuf_adds(&question, ": ");
	if (question.failed)
		return diag_environment(d, path, "out of memory");
	return ask_person(out, cap, question.p, variable, path, d);
}

static int ask_twice(char *out, size_t cap, const char *path, struct diags *d)
{
	char again[PASSPHRASE_MAX];
	int n = ask_person(out, cap, "new passphrase: ", "", path, d), m;
	bool same;

	if (n < 0)
		return -1;
	if (n == 0)
		return diag_environment(d, path, "an empty passphrase protects nothing; leave --encrypt out");
	m = ask_person(again, sizeof(again), "the same again: ", "", path, d);
	same = m == n && !memcmp(out, again, (size_t)n);
	explicit_bzero(again, sizeof(again));
	if (m < 0)
		return -1;
	return same ? n : diag_environment(d, path, "the two passphrases differ");
}

static int ask_fresh(void *ctx, char *out, size_t cap, const char *role, const char *path, struct diags *d)
{
	const struct passphrase_source *p = ctx;

	return p->values[0] ? ask(ctx, out, cap, role, path, d) : ask_twice(out, cap, path, d);
}

/* --- life cycle -------------------------------------------------------------------------------------------------------- */

void passphrase_open(struct passphrase_source *out)
{
	secrecy_guard();
	out->keys = (struct passphrases){ ask, out };
	out->fresh = (struct passphrases){ ask_fresh, out };
	for (size_t i = 0; i < PASSPHRASE_VARIABLES; i++)
		out->values[i] = take_variable(variables[i].name);
}

void passphrase_close(struct passphrase_source *p)
{
	for (size_t i = 0; i < PASSPHRASE_VARIABLES; i++) {
		if (p->values[i])
			explicit_bzero(p->values[i], strlen(p->values[i]));
		free(p->values[i]);
		p->values[i] = NULL;
	}
}
