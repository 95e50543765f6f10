/* A device that opens an h5 app from a tree in a folder; amr.sh drives it.
 *   h5pages TREE ROOT.json KEY.pub BASE NOW ID OUT    paths on stdin, one a line; each file is written below OUT
 * BASE is the tree's first baseUrl, NOW seconds. Prints `VERSION FETCHED BYTES`, or the error; exit 1 then. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fileio.h"
#include "cmd/treedir.h"

#define FILES 16

/* --- the device: storage in memory ----------------------------------------------------------------------------------------- */

struct file {
	char name[MDR_NAME];
	struct strbuf bytes;
};

struct phone {
	struct file v[FILES]; /* a name that is empty: free */
	struct treedir tree;
	const char *base;
};

static struct file *find(struct phone *p, const char *name)
{
	for (size_t i = 0; i < FILES; i++) {
		if (strcmp(p->v[i].name, name) == 0)
			return &p->v[i];
	}
	return NULL;
}

static struct file *need(struct phone *p, const char *name)
{
	struct file *f = find(p, name);

	if (f)
		return f;
	f = find(p, "");
	if (!f)
		abort();
	(void)snprintf(f->name, sizeof(f->name), "%s", name);
	strbuf_reset(&f->bytes);
	return f;
}

static enum mdr_fetched load(void *ctx, struct mdr_sink *sink, const char *name)
{
	const struct file *f = find(ctx, name);

	if (f)
		(void)mdr_sink_add(sink, f->bytes.p, f->bytes.n);
	return f ? MDR_FETCHED : MDR_ABSENT;
}

static bool write_at(void *ctx, const char *name, uint64_t offset, const void *bytes, size_t n)
{
	struct file *f = need(ctx, name);

	strbuf_truncate(&f->bytes, (size_t)offset);
	strbuf_add(&f->bytes, bytes, n);
	return !f->bytes.failed;
}

static bool store(void *ctx, const char *name, const void *bytes, size_t n)
{
	return write_at(ctx, name, 0, bytes, n);
}

static bool remove_file(void *ctx, const char *name)
{
	struct file *f = find(ctx, name);

	if (f)
		f->name[0] = '\0';
	return true;
}

static enum mdr_fetched size_of(void *ctx, const char *name, uint64_t *bytes)
{
	const struct file *f = find(ctx, name);

	*bytes = f ? f->bytes.n : 0;
	return f ? MDR_FETCHED : MDR_ABSENT;
}

static bool read_at(void *ctx, const char *name, uint64_t offset, void *out, size_t n)
{
	const struct file *f = find(ctx, name);

	if (!f || offset > f->bytes.n || n > f->bytes.n - offset)
		return false;
	memcpy(out, f->bytes.p + offset, n);
	return true;
}

static bool commit(void *ctx, const char *from, const char *to)
{
	struct file *f = find(ctx, from);

	if (!f)
		return false;
	(void)remove_file(ctx, to);
	(void)snprintf(f->name, sizeof(f->name), "%s", to);
	return true;
}

static enum mdr_fetched fetch(void *ctx, struct mdr_sink *sink, const char *path, uint64_t offset, uint64_t limit)
{
	struct phone *p = ctx;
	size_t n = strlen(p->base);

	return treedir_fetch(&p->tree, sink, strncmp(path, p->base, n) == 0 ? path + n : path, offset, limit);
}

/* --- what it does ---------------------------------------------------------------------------------------------------------- */

static enum mdr_code write_files(struct mdr_client *c, const char *id, const char *out, struct mdr_error *err)
{
	struct mdr_text text = { NULL, 0, 0 };
	struct diags d = DIAGS_INIT;
	enum mdr_code code = MDR_OK;
	char path[512], line[256];

	while (!code && fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		code = mdr_h5_read(c, id, line, &text, err);
		(void)snprintf(path, sizeof(path), "%s/%s", out, line);
		*strrchr(path, '/') = '\0';
		if (!code && file_mkdirs(path, 0755, &d))
			abort();
		path[strlen(path)] = '/';
		if (!code && file_replace(path, slice_bytes(text.p, text.n), 0644, &d))
			abort();
	}
	free(text.p);
	diags_release(&d);
	return code;
}

static enum mdr_code run(struct mdr_client *c, char **argv, const char *key, struct mdr_error *err)
{
	const struct mdr_attr attrs[] = { { "platform", "android", 8, 7 },
					  { "appVersion", "9.9", 10, 3 },
					  { "netType", "WIFI", 7, 4 } };
	const struct mdr_device device = { .attrs = attrs, .n = 3 };
	const struct mdr_ask ask = { &device, atoll(argv[5]), atoll(argv[5]) };
	const struct mdr_h5_rules rules = { .public_key = key };
	struct mdr_h5 list;
	struct mdr_got got;
	enum mdr_code code = mdr_h5_load(c, &ask, &rules, argv[6], NULL, &got, err);

	if (!code)
		code = mdr_h5_list(c, &ask, &rules, argv[6], false, &list, err);
	if (code)
		return code;
	printf("%s %" PRIu64 " %" PRIu64 "\n", list.apps[0].installed, got.fetched, got.size);
	mdr_h5_release(&list);
	return write_files(c, argv[6], argv[7], err);
}

int main(int argc, char **argv)
{
	static struct phone p;
	struct strbuf root = STRBUF_INIT, key = STRBUF_INIT, several = STRBUF_INIT;
	struct mdr_storage storage = { &p, load, store, remove_file, size_of, read_at, write_at, commit };
	struct mdr_config config = { .fetch = fetch, .fetch_ctx = &p, .storage = storage };
	struct diags d = DIAGS_INIT;
	struct mdr_client *c = NULL;
	struct mdr_error err;
	enum mdr_code code;

	if (argc != 8 || treedir_find(&p.tree, argv[1], NULL, NULL, &several, &d) ||
	    file_read(&root, argv[2], 1 << 20, &d) || file_read(&key, argv[3], 1 << 20, &d))
		return 3;
	p.base = argv[4];
	config.app = p.tree.app.p;
	config.root = root.p;
	config.root_size = root.n;
	code = mdr_open(&c, &config, &err);
	if (!code)
		code = run(c, argv, key.p, &err);
	if (code)
		fprintf(stderr, "%s\n", err.text);
	mdr_close(c);
	for (size_t i = 0; i < FILES; i++)
		strbuf_release(&p.v[i].bytes);
	treedir_release(&p.tree);
	strbuf_release(&root);
	strbuf_release(&key);
	strbuf_release(&several);
	diags_release(&d);
	return code != MDR_OK;
}
