#include "cmd/treedir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fileio.h"

#define CHUNK 16384

static void join(struct strbuf *out, const char *folder, const char *name)
{
	strbuf_reset(out);
	strbuf_adds(out, folder);
	strbuf_addch(out, '/');
	strbuf_adds(out, name);
}

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* An app's folder is one with metadata in it. */
static bool holds_app(struct treedir *t, const char *tree, const char *name)
{
	join(&t->path, tree, name);
	strbuf_adds(&t->path, "/metadata");
	return !t->path.failed && is_folder(t->path.p);
}

/* --- finding the app ------------------------------------------------------------------------------------------------------ */

/* The only app's name in t->app. Several: 1, and their names, sorted as the system gives them to scandir. */
static int only_app(struct treedir *t, const char *tree, struct strbuf *several, struct diags *d)
{
	struct dirent **names = NULL;
	int n = scandir(tree, &names, NULL, alphasort), found = 0;

	if (n < 0)
		return diag_environment(d, tree, "cannot open: %s", strerror(errno));
	for (int i = 0; i < n; i++) {
		const char *name = names[i]->d_name;

		if (name[0] != '.' && holds_app(t, tree, name)) {
			strbuf_addf(several, "%s%s", found++ ? ", " : "", name);
			if (found == 1)
				strbuf_adds(&t->app, name);
		}
		free(names[i]);
	}
	free(names);
	if (found == 0)
		return diag_error(d, SRCPOS_FILE(tree), "holds no app: there is no <appCode>/metadata in it");
	return found > 1;
}

/* TREE is an app's folder: its own name is the appCode, unless --app says so. */
static int own_app(struct treedir *t, const char *tree, const char *app, struct diags *d)
{
	char *whole = app ? NULL : realpath(tree, NULL);

	if (!app && !whole)
		return diag_environment(d, tree, "cannot open: %s", strerror(errno));
	strbuf_adds(&t->app, app ? app : strrchr(whole, '/') + 1);
	strbuf_adds(&t->folder, tree);
	free(whole);
	return 0;
}

/* The error names the apps that are there. */
static int no_such_app(struct treedir *t, const char *tree, const char *app, struct strbuf *several, struct diags *d)
{
	if (only_app(t, tree, several, d) < 0)
		return -1;
	return diag_error(d, SRCPOS_FILE(tree), "holds no app \"%s\"; it holds %s", app, several->p ? several->p : "");
}

static int find(struct treedir *t, const char *tree, const char *app, struct strbuf *several, struct diags *d)
{
	int result;

	if (!is_folder(tree)) {
		return diag_environment(d, tree, "cannot open: %s",
					errno == 0 || errno == ENOTDIR ? "is no folder" : strerror(errno));
	}
	if (holds_app(t, tree, "."))
		return own_app(t, tree, app, d);
	if (!app) {
		result = only_app(t, tree, several, d);
		if (result)
			return result;
	} else if (strchr(app, '/') || app[0] == '.' || !holds_app(t, tree, app)) {
		return no_such_app(t, tree, app, several, d);
	} else {
		strbuf_adds(&t->app, app);
	}
	join(&t->folder, tree, t->app.p ? t->app.p : "");
	return 0;
}

int treedir_find(struct treedir *t, const char *tree, const char *app, const char *state, struct strbuf *several,
		 struct diags *d)
{
	int result;

	errno = 0;
	result = find(t, tree, app, several, d);
	if (result)
		return result;
	if (state)
		join(&t->state, state, t->app.p);
	if (t->app.failed || t->folder.failed || t->state.failed)
		return diag_environment(d, NULL, "out of memory");
	return state ? file_mkdirs(t->state.p, 0700, d) : 0;
}

void treedir_release(struct treedir *t)
{
	strbuf_release(&t->app);
	strbuf_release(&t->folder);
	strbuf_release(&t->state);
	strbuf_release(&t->path);
	strbuf_release(&t->why);
}

/* --- callbacks ------------------------------------------------------------------------------------------------------------ */

static enum mdr_fetched failed(struct treedir *t)
{
	int reason = errno;

	strbuf_reset(&t->why);
	strbuf_addf(&t->why, "%s: %s", t->path.p ? t->path.p : "", strerror(reason));
	return MDR_FAILED;
}

static enum mdr_fetched copy(struct treedir *t, struct mdr_sink *sink, int fd, uint64_t offset, uint64_t limit)
{
	char chunk[CHUNK];

	while (limit > 0) {
		size_t want = limit < sizeof(chunk) ? (size_t)limit : sizeof(chunk);
		ssize_t got = pread(fd, chunk, want, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return failed(t);
		if (got == 0 || !mdr_sink_add(sink, chunk, (size_t)got))
			break;
		offset += (uint64_t)got;
		limit -= (uint64_t)got;
	}
	return MDR_FETCHED;
}

static enum mdr_fetched read_from(struct treedir *t, struct mdr_sink *sink, uint64_t offset, uint64_t limit)
{
	enum mdr_fetched result;
	struct stat st;
	int fd;

	if (t->path.failed || offset > INT64_MAX || limit > INT64_MAX - offset)
		return MDR_FAILED;
	fd = open(t->path.p, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? MDR_ABSENT : failed(t);
	if (fstat(fd, &st))
		result = failed(t);
	else
		result = S_ISREG(st.st_mode) ? copy(t, sink, fd, offset, limit) : MDR_ABSENT;
	close(fd);
	return result;
}

enum mdr_fetched treedir_fetch(void *ctx, struct mdr_sink *sink, const char *path, uint64_t offset, uint64_t limit)
{
	struct treedir *t = ctx;

	join(&t->path, t->folder.p, path);
	return read_from(t, sink, offset, limit);
}

enum mdr_fetched treedir_load(void *ctx, struct mdr_sink *sink, const char *name)
{
	struct treedir *t = ctx;

	join(&t->path, t->state.p, name);
	return read_from(t, sink, 0, INT64_MAX);
}

bool treedir_store(void *ctx, const char *name, const void *bytes, size_t n)
{
	struct treedir *t = ctx;
	struct diags d = DIAGS_INIT;
	bool ok;

	join(&t->path, t->state.p, name);
	ok = !t->path.failed && !file_replace(t->path.p, slice_bytes(bytes, n), 0600, &d);
	if (!ok && d.n) {
		strbuf_reset(&t->why);
		strbuf_addf(&t->why, "%s: %s", t->path.p, d.v[0].text);
	}
	diags_release(&d);
	return ok;
}

bool treedir_remove(void *ctx, const char *name)
{
	struct treedir *t = ctx;

	join(&t->path, t->state.p, name);
	if (!t->path.failed && (unlink(t->path.p) == 0 || errno == ENOENT))
		return true;
	(void)failed(t);
	return false;
}
