/* An environment made of pairs, and a folder with files of the AWS command line's form. */
#ifndef UNIT_PUBLISH_ENVIRONMENT_H
#define UNIT_PUBLISH_ENVIRONMENT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fileio.h"
#include "publish/credentials.h"

#define VARIABLES 16

struct home {
	char dir[64];
	const char *names[VARIABLES], *values[VARIABLES];
	size_t n;
	struct environment e;
	struct diags d;
	struct strbuf said;
};

static const char *home_get(const void *ctx, const char *name)
{
	const struct home *h = ctx;

	for (size_t i = 0; i < h->n; i++) {
		if (!strcmp(h->names[i], name))
			return h->values[i];
	}
	return NULL;
}

static void home_set(struct home *h, const char *name, const char *value)
{
	assert_true(h->n < VARIABLES);
	h->names[h->n] = name;
	h->values[h->n++] = value;
}

/* Files of NULL are not there. */
static void home_open(struct home *h, const char *config, const char *credentials)
{
	const struct {
		const char *name, *text;
	} files[] = { { "config", config }, { "credentials", credentials } };
	char path[128];

	*h = (struct home){ .dir = "/tmp/mdstatic-unit-XXXXXX", .d = DIAGS_INIT };
	assert_non_null(mkdtemp(h->dir));
	snprintf(path, sizeof(path), "%s/.aws", h->dir);
	assert_int_equal(mkdir(path, 0700), 0);
	for (size_t i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/.aws/%s", h->dir, files[i].name);
		if (files[i].text)
			assert_int_equal(file_create(path, slice_of(files[i].text), 0600, &h->d), 0);
	}
	h->e = (struct environment){ home_get, h };
	home_set(h, "HOME", h->dir);
}

/* What was recorded, with ~ for the folder. */
static const char *home_said(struct home *h)
{
	strbuf_reset(&h->said);
	diags_sort(&h->d);
	for (size_t i = 0; i < h->d.n; i++) {
		const struct diag *x = &h->d.v[i];
		struct strbuf line = STRBUF_INIT;

		strbuf_addf(&line, "%s%s%s", x->at.path ? x->at.path : "", x->at.path ? ": " : "", x->text);
		for (char *p = line.p, *at; *p; p = at ? at + strlen(h->dir) : p + strlen(p)) {
			at = strstr(p, h->dir);
			strbuf_add(&h->said, p, at ? (size_t)(at - p) : strlen(p));
			strbuf_adds(&h->said, at ? "~" : "");
		}
		strbuf_release(&line);
	}
	return h->said.p ? h->said.p : "";
}

static void home_close(struct home *h)
{
	assert_int_equal(file_remove_tree(h->dir, &h->d), 0);
	diags_release(&h->d);
	strbuf_release(&h->said);
}

#endif
