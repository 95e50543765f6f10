/* What devices load, fetch by fetch: each device in turn asks for a first answer in TREE, from nothing, and then, for each
 * LATER tree, for an answer there: with what the first answer left in its storage.
 *   load APPCODE ROOT.json NOW-SECONDS KIND-MASK DEVICES.jsonl TREE/<appCode> [LATER/<appCode>]…
 * Prints a line of tabs for each request that leaves the device: number of the tree (0: the first), number of the device,
 * offset, bytes (0 also where there is no such file), path. Exit 3 when a device gets no answer. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/fileio.h"
#include "resolve/mdresolve.h"

#define FILE_MAX ((uint64_t)64 << 20)

struct blob {
	const char *name;
	struct slice bytes;
};

struct memory { /* of a device; a copy of it is that moment again, as nothing that `v` leads to is ever changed */
	const struct blob *v;
	size_t n;
};

struct phone {
	struct arena mem;
	struct memory has;
	const char *tree;
	int tree_number, number;
};

/* --- the library's callbacks -------------------------------------------------------------------------------------------- */

static enum mdr_fetched fetch(void *ctx, struct mdr_sink *sink, const char *path, uint64_t offset, uint64_t limit)
{
	struct phone *p = ctx;
	struct diags d = DIAGS_INIT;
	struct strbuf bytes = STRBUF_INIT;
	int got = file_read_optional(&bytes, arena_printf(&p->mem, "%s/%s", p->tree, path).p, FILE_MAX, &d);
	size_t most = limit < FILE_MAX ? (size_t)limit : (size_t)FILE_MAX;
	struct slice part = slice_sub(strbuf_slice(&bytes), (size_t)offset, most);

	if (got >= 0)
		printf("%d\t%d\t%" PRIu64 "\t%zu\t%s\n", p->tree_number, p->number, offset, part.n, path);
	mdr_sink_add(sink, part.p, part.n);
	strbuf_release(&bytes);
	diags_release(&d);
	return got == 0 ? MDR_FETCHED : got == 1 ? MDR_ABSENT : MDR_FAILED;
}

static enum mdr_fetched load(void *ctx, struct mdr_sink *sink, const char *name)
{
	const struct phone *p = ctx;

	for (size_t i = 0; i < p->has.n; i++) {
		if (strcmp(p->has.v[i].name, name) != 0)
			continue;
		mdr_sink_add(sink, p->has.v[i].bytes.p, p->has.v[i].bytes.n);
		return MDR_FETCHED;
	}
	return MDR_ABSENT;
}

static bool drop(void *ctx, const char *name)
{
	struct phone *p = ctx;
	struct blob *rest = ARENA_ARRAY(&p->mem, struct blob, p->has.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < p->has.n; i++) {
		if (strcmp(p->has.v[i].name, name) != 0)
			rest[n++] = p->has.v[i];
	}
	p->has = (struct memory){ rest, n };
	return true;
}

static bool store(void *ctx, const char *name, const void *bytes, size_t n)
{
	struct phone *p = ctx;
	struct blob *all;

	drop(p, name);
	all = ARENA_ARRAY(&p->mem, struct blob, p->has.n + 1);
	if (p->has.n)
		memcpy(all, p->has.v, p->has.n * sizeof(*all));
	all[p->has.n] = (struct blob){ arena_str(&p->mem, slice_of(name)), arena_copy(&p->mem, slice_bytes(bytes, n)) };
	p->has = (struct memory){ all, p->has.n + 1 };
	return true;
}

/* --- devices ------------------------------------------------------------------------------------------------------------ */

static int answer(struct mdr_config *config, struct phone *p, const struct mdr_device *device, int64_t now,
		  unsigned kinds)
{
	struct mdr_client *client = NULL;
	struct mdr_text text = { 0 };
	struct mdr_error err;
	int bad = 0;

	config->fetch_ctx = config->storage.ctx = p;
	if (mdr_open(&client, config, &err) || mdr_refresh(client, now, &err) ||
	    mdr_answer(client, device, now, kinds, 0, &text, &err)) {
		fprintf(stderr, "load: device %d: %s\n", p->number, err.text);
		bad = 3;
	}
	mdr_close(client);
	free(text.p);
	return bad;
}

static int visit(struct mdr_config *config, int number, struct slice line, char **argv)
{
	struct phone p = { .mem = ARENA_INIT, .number = number };
	struct memory first = { 0 };
	struct mdr_device device;
	struct mdr_parsed *keep = NULL;
	struct mdr_error err;
	int bad = 0;

	if (mdr_device_parse(&device, &keep, line.p, line.n, &err)) {
		fprintf(stderr, "load: %s\n", err.text);
		return 3;
	}
	for (int i = 0; argv[6 + i] && !bad; i++) {
		p.has = first;
		p.tree = argv[6 + i];
		p.tree_number = i;
		bad = answer(config, &p, &device, strtoll(argv[3], NULL, 10), (unsigned)strtoul(argv[4], NULL, 0));
		if (i == 0)
			first = p.has;
	}
	mdr_device_release(keep);
	arena_release(&p.mem);
	return bad;
}

int main(int argc, char **argv)
{
	struct mdr_config config = { .fetch = fetch, .storage = { .load = load, .store = store, .remove = drop } };
	struct diags d = DIAGS_INIT;
	struct strbuf root = STRBUF_INIT, devices = STRBUF_INIT;
	int number = 0, bad = 0;

	if (argc < 7)
		return 2;
	if (file_read(&root, argv[2], FILE_MAX, &d) || file_read(&devices, argv[5], FILE_MAX, &d)) {
		diags_print(&d, DIAG_TEXT, stderr);
		bad = 3;
	}
	config.app = argv[1];
	config.root = root.p;
	config.root_size = root.n;
	for (struct slice rest = strbuf_slice(&devices), line; rest.p && !bad; number++) {
		line = slice_cut(&rest, '\n');
		if (line.n)
			bad = visit(&config, number, line, argv);
	}
	strbuf_release(&root);
	strbuf_release(&devices);
	diags_release(&d);
	return bad;
}
