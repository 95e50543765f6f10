/* A destination that is a folder below /tmp, and what tests ask of it. */
#ifndef TESTS_PUBLISH_FOLDER_H
#define TESTS_PUBLISH_FOLDER_H

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fileio.h"
#include "publish/dest.h"
#include "publish/dir.h"

struct folder {
	char base[40];  /* holds all of it */
	char dir[64];   /* DEST */
	char local[64]; /* a file of the tree */
	char url[96];
	struct arena mem;
	struct dest *dest;
	struct digests *dg;
	struct diags d;
};

static inline int folder_setup(void **state)
{
	struct folder *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	strcpy(f->base, "/tmp/mdstatic-publish-XXXXXX");
	assert_non_null(mkdtemp(f->base));
	snprintf(f->dir, sizeof(f->dir), "%s/dest", f->base);
	snprintf(f->local, sizeof(f->local), "%s/local", f->base);
	snprintf(f->url, sizeof(f->url), "file://%s/", f->dir);
	assert_int_equal(mkdir(f->dir, 0755), 0);
	assert_int_equal(digests_new(&f->dg), 0);
	assert_int_equal(dir_open(&f->dest, f->url, &f->d), 0);
	*state = f;
	return 0;
}

static inline int folder_teardown(void **state)
{
	struct folder *f = *state;
	int bad = f->d.n ? -1 : 0; /* an error that no test expected */

	diags_print(&f->d, DIAG_TEXT, stderr);
	dest_close(f->dest);
	bad |= file_remove_tree(f->base, &f->d);
	diags_release(&f->d);
	digests_free(f->dg);
	arena_release(&f->mem);
	free(f);
	return bad;
}

static inline const char *folder_in(struct folder *f, const char *key)
{
	return arena_printf(&f->mem, "%s/%s", f->dir, key).p;
}

static inline struct dest_put folder_put(struct folder *f, const char *key, const char *bytes)
{
	struct dest_put p = { .key = key, .body = slice_of(bytes), .length = strlen(bytes), .settle = true };

	assert_int_equal(digest_sha256(f->dg, p.sha256, p.body), 0);
	return p;
}

static inline void folder_make(const char *path)
{
	struct diags d = DIAGS_INIT;

	assert_int_equal(file_mkdirs(path, 0755, &d), 0);
}

static inline void folder_mkdir(struct folder *f, const char *key)
{
	folder_make(folder_in(f, key));
}

static inline void folder_file(const char *path, const char *bytes)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(bytes, file);
	assert_int_equal(fclose(file), 0);
}

static inline void folder_write(struct folder *f, const char *key, const char *bytes)
{
	struct slice parent = slice_of(folder_in(f, key));

	parent.n = (size_t)slice_rfind(parent, '/');
	folder_make(arena_str(&f->mem, parent));
	folder_file(folder_in(f, key), bytes);
}

static inline void folder_local(struct folder *f, const char *bytes)
{
	folder_file(f->local, bytes);
}

/* NULL: there is no such file. The caller frees. */
static inline char *folder_read(struct folder *f, const char *key)
{
	struct strbuf out = STRBUF_INIT;
	struct diags d = DIAGS_INIT;
	int result = file_read_optional(&out, folder_in(f, key), 1 << 20, &d);

	assert_true(result >= 0);
	return result ? NULL : strbuf_detach(&out);
}

static inline unsigned folder_mode(struct folder *f, const char *key)
{
	struct stat st;

	assert_int_equal(lstat(folder_in(f, key), &st), 0);
	return st.st_mode & 07777;
}

/* Unfinished files in a folder, which may be absent. */
static inline size_t folder_temps(struct folder *f, const char *key)
{
	DIR *dir = opendir(folder_in(f, key));
	size_t n = 0;

	for (struct dirent *e; dir && (e = readdir(dir));)
		n += !strncmp(e->d_name, DIR_OWN_PREFIX, strlen(DIR_OWN_PREFIX)) &&
		     strcmp(e->d_name, DIR_OWN_PREFIX "lock") != 0;
	if (dir)
		closedir(dir);
	return n;
}

/* As if their publishers had been killed long ago. */
static inline void folder_age_temps(struct folder *f, const char *key)
{
	struct timespec then[2] = { { 1000000000, 0 }, { 1000000000, 0 } };
	DIR *dir = opendir(folder_in(f, key));

	assert_non_null(dir);
	for (struct dirent *e; (e = readdir(dir));) {
		if (!strncmp(e->d_name, DIR_OWN_PREFIX, strlen(DIR_OWN_PREFIX)))
			assert_int_equal(utimensat(dirfd(dir), e->d_name, then, 0), 0);
	}
	closedir(dir);
}

static inline void folder_replace(struct strbuf *text, const char *name, const char *by)
{
	struct strbuf out = STRBUF_INIT;
	const char *at = text->p;

	for (const char *hit; (hit = strstr(at, name)); at = hit + strlen(name)) {
		strbuf_add(&out, at, (size_t)(hit - at));
		strbuf_adds(&out, by);
	}
	strbuf_adds(&out, at);
	strbuf_release(text);
	*text = out;
}

/* What was recorded, with DEST for the URL and LOCAL for the tree's file; nothing is recorded then. */
static inline void folder_errors(struct folder *f, int code, const char *expected)
{
	char *text = NULL;
	size_t n = 0;
	FILE *memory = open_memstream(&text, &n);
	struct strbuf got = STRBUF_INIT, url = STRBUF_INIT;

	diags_print(&f->d, DIAG_TEXT, memory);
	fclose(memory);
	strbuf_adds(&got, text);
	strbuf_addf(&url, "file://%s", f->dir);
	if (got.n) {
		folder_replace(&got, url.p, "DEST");
		folder_replace(&got, f->local, "LOCAL");
	}
	assert_string_equal(got.p ? got.p : "", expected);
	assert_int_equal(diags_exit(&f->d), code);
	strbuf_release(&got);
	strbuf_release(&url);
	free(text);
	diags_release(&f->d);
}

#endif
