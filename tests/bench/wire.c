/* What devices load: for each device a first answer, from nothing, and then a look when nothing is new. Counted at the device
 * library's fetch callback, over a tree on disk.
 *   wire TREE/<appCode> APPCODE ROOT.json NOW-SECONDS KIND-MASK DEVICE.json…
 * Exit 1 when a look that finds nothing new takes more than one file of 640 bytes, or a first answer more than 6 small files
 * beside root probes and one page for each whitelist. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "resolve/mdresolve.h"

#define QUIET_BYTES 640
#define SMALL_FILES 6

struct counter {
	const char *tree;
	bool quiet;
	unsigned roots, files, pages;
	uint64_t file_bytes, page_bytes;
};

static void count(struct counter *c, const char *path, uint64_t got)
{
	bool root = strstr(path, ".root.json") != NULL, filter = strstr(path, ".filter.bin") != NULL;

	c->roots += root;
	c->pages += filter;
	c->files += !root && !filter;
	*(filter ? &c->page_bytes : &c->file_bytes) += got;
	if (!c->quiet)
		printf("    %8" PRIu64 " bytes  %s\n", got, path);
}

static enum mdr_fetched fetch(void *ctx, struct mdr_sink *sink, const char *path, uint64_t offset, uint64_t limit)
{
	struct counter *c = ctx;
	char full[4096], block[4096];
	uint64_t got = 0;
	FILE *f;

	snprintf(full, sizeof(full), "%s/%s", c->tree, path);
	f = fopen(full, "rb");
	if (f && fseek(f, (long)offset, SEEK_SET) == 0) {
		while (got < limit) {
			size_t want = limit - got < sizeof(block) ? (size_t)(limit - got) : sizeof(block);
			size_t n = fread(block, 1, want, f);

			got += n;
			if (n == 0 || !mdr_sink_add(sink, block, n))
				break;
		}
	}
	count(c, path, got);
	if (!f)
		return MDR_ABSENT;
	fclose(f);
	return MDR_FETCHED;
}

static char *read_file(const char *path, size_t *n)
{
	FILE *f = fopen(path, "rb");
	char *p = malloc(1 << 20);

	*n = f && p ? fread(p, 1, 1 << 20, f) : 0;
	if (f)
		fclose(f);
	return p;
}

static int fail(const struct mdr_error *err)
{
	fprintf(stderr, "wire: %s\n", err->text);
	return 3;
}

static int measure(struct counter *c, struct mdr_client *client, int64_t now, unsigned kinds, const char *path)
{
	struct mdr_error err;
	struct mdr_device device;
	struct mdr_parsed *keep = NULL;
	struct mdr_text text = { 0 };
	size_t n;
	char *json = read_file(path, &n);
	int bad = 0;

	if (mdr_device_parse(&device, &keep, json, n, &err) || mdr_refresh(client, now, &err) ||
	    mdr_answer(client, &device, now, kinds, 0, &text, &err)) {
		bad = fail(&err);
	} else {
		printf("  first answer: %u small files, %" PRIu64 " bytes; %u root probe; %u whitelist pages, %" PRIu64
		       " bytes\n",
		       c->files, c->file_bytes, c->roots, c->pages, c->page_bytes);
		bad = c->files > SMALL_FILES;
		c->files = c->roots = c->pages = 0;
		c->file_bytes = c->page_bytes = 0;
		if (mdr_refresh(client, now, &err) || mdr_answer(client, &device, now, kinds, 0, &text, &err))
			bad = fail(&err);
		printf("  nothing new: %u file, %" PRIu64 " bytes\n", c->files, c->file_bytes);
		bad = bad || c->files != 1 || c->roots || c->pages || c->file_bytes > QUIET_BYTES;
	}
	mdr_device_release(keep);
	free(text.p);
	free(json);
	return bad;
}

int main(int argc, char **argv)
{
	struct mdr_config config = { 0 };
	struct mdr_error err;
	size_t n;
	char *root;
	int bad = 0;

	if (argc < 7)
		return 2;
	root = read_file(argv[3], &n);
	config.app = argv[2];
	config.root = root;
	config.root_size = n;
	config.fetch = fetch;
	for (int i = 6; i < argc && bad != 3; i++) {
		struct counter c = { .tree = argv[1] };
		struct mdr_client *client = NULL;
		int one = 3;

		config.fetch_ctx = &c;
		printf("%s\n", argv[i]);
		if (mdr_open(&client, &config, &err))
			fail(&err);
		else
			one = measure(&c, client, strtoll(argv[4], NULL, 10), (unsigned)strtoul(argv[5], NULL, 0),
				      argv[i]);
		mdr_close(client);
		bad = one > bad ? one : bad;
	}
	free(root);
	return bad;
}
