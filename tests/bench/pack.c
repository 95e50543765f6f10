/* A package from a folder of files, as the generator makes it: read, packed, signed (amr), hashed, written.
 *   pack amr FOLDER OUT KEYDIR     FOLDER's files below www/
 *   pack hqf FOLDER OUT            FOLDER's files below ets/
 * OUT is replaced. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fileio.h"
#include "pack/amr.h"
#include "pack/hqf.h"
#include "sign/h5key.h"

static const char patch[] =
	"{\"app\":{\"bundleName\":\"com.example.demo\",\"versionCode\":1,\"versionName\":\"1.0\",\"patchVersionCode\":"
	"1,"
	"\"patchVersionName\":\"1.0.1\"},\"module\":{\"name\":\"entry\",\"type\":\"patch\",\"deviceTypes\":[\"phone\"],"
	"\"originalModuleHash\":\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}}";

struct packing {
	struct fileset files;
	struct arena mem;
	struct digests *digests;
	struct diags d;
	const char *folder, *out, *keys;
};

static int read_folder(struct packing *p, const char *prefix)
{
	struct file_list list = { .n = 0 };
	int bad = file_walk(&list, p->folder, &p->d);
	const char *why = "";

	for (size_t i = 0; i < list.n && !bad; i++) {
		const char *from = arena_printf(&p->mem, "%s/%s", p->folder, list.path[i].p).p;
		struct slice path = arena_printf(&p->mem, "%s%s", prefix, list.path[i].p);

		bad = fileset_begin(&p->files, path, &why) ||
		      file_read(&p->files.bytes, from, FILESET_BYTES_MAX, &p->d) || fileset_end(&p->files, &why);
	}
	file_list_release(&list);
	return bad ? diag_error(&p->d, SRCPOS_FILE(p->folder), "cannot be packed: %s", why) : 0;
}

static int make_amr(struct packing *p, struct strbuf *out)
{
	struct amr_input in = { SLICE("20171228"), SLICE("1.0.0.1"), &p->files };
	struct h5key key = H5KEY_INIT;
	const char *why;
	int bad;

	bad = read_folder(p, "www/") || h5key_load(&key, p->keys, NULL, p->digests, &p->d) ||
	      fileset_close(&p->files, &why) || amr_make(out, &in, &key.signer, SRCPOS_FILE(p->folder), &p->d);
	h5key_release(&key);
	return bad;
}

static int make_hqf(struct packing *p, struct strbuf *out)
{
	const char *why;

	return read_folder(p, "ets/") || hqf_build(out, &p->mem, slice_of(patch), &p->files, &why);
}

static int write_out(struct packing *p, const struct strbuf *out)
{
	uint8_t sha256[SHA256_SIZE];
	char hex[SHA256_HEX];

	(void)unlink(p->out);
	if (digest_sha256(p->digests, sha256, strbuf_slice(out)) || file_create(p->out, strbuf_slice(out), 0644, &p->d))
		return -1;
	digest_hex(hex, sha256, SHA256_SIZE);
	printf("%s  %s\n", hex, p->out);
	return 0;
}

int main(int argc, char **argv)
{
	struct packing p = { .files = FILESET_INIT, .mem = ARENA_INIT, .d = DIAGS_INIT };
	bool amr = argc == 5 && !strcmp(argv[1], "amr"), hqf = argc == 4 && !strcmp(argv[1], "hqf");
	struct strbuf out = STRBUF_INIT;
	int bad;

	if (!amr && !hqf)
		return 2;
	p.folder = argv[2];
	p.out = argv[3];
	p.keys = amr ? argv[4] : NULL;
	bad = digests_new(&p.digests) || (amr ? make_amr(&p, &out) : make_hqf(&p, &out)) || write_out(&p, &out);
	diags_print(&p.d, DIAG_TEXT, stderr);
	strbuf_release(&out);
	fileset_release(&p.files);
	digests_free(p.digests);
	arena_release(&p.mem);
	diags_release(&p.d);
	return bad ? 1 : 0;
}
