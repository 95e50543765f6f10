#include "pack/amr.h"

#include "format/zipwrite.h"
#include "pack/tar.h"

static int add_signature(struct strbuf *out, struct slice message, const struct signer *signer, struct diags *d)
{
	struct strbuf signature = STRBUF_INIT;
	int bad = signer->sign(signer->ctx, &signature, message, d);

	strbuf_addbase64(out, strbuf_slice(&signature));
	out->failed = out->failed || signature.failed;
	strbuf_release(&signature);
	return bad;
}

/* The blank and the line break at the end are those of the original. */
static int make_cert(struct strbuf *out, struct slice tar_name, struct slice tar, struct slice manifest,
		     const struct signer *signer, struct diags *d)
{
	strbuf_addf(out, "{\"" SLICE_FMT "\":\"", SLICE_ARG(tar_name));
	if (add_signature(out, tar, signer, d))
		return -1;
	strbuf_adds(out, "\",\"Manifest.xml\":\"");
	if (add_signature(out, manifest, signer, d))
		return -1;
	strbuf_adds(out, "\"} \n");
	return 0;
}

static void make_manifest(struct strbuf *out, const struct amr_input *in)
{
	strbuf_addf(out,
		    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		    "<package>\n"
		    "  <uid>" SLICE_FMT "</uid>\n"
		    "  <name>h5app</name>\n"
		    "  <version>" SLICE_FMT "</version>\n"
		    "</package>\n",
		    SLICE_ARG(in->id), SLICE_ARG(in->version));
}

static int make_tar(struct strbuf *out, const struct fileset *files)
{
	struct tar_writer tar;
	int bad = 0;

	tar_begin(&tar, out);
	for (size_t i = 0; i < files->n && !bad; i++)
		bad = tar_put(&tar, files->v[i].path, fileset_bytes(files, &files->v[i]));
	tar_end(&tar);
	return bad;
}

/* The three files, each in a buffer of its own. */
struct parts {
	struct strbuf manifest, cert, tar_name, tar;
};

static int pack(struct strbuf *out, struct parts *p, const struct amr_input *in, const struct signer *signer,
		struct srcpos at, struct diags *d)
{
	const struct zip_how deflated = { .deflate = true };
	struct zip_writer zip;
	const char *why;

	make_manifest(&p->manifest, in);
	strbuf_addf(&p->tar_name, SLICE_FMT ".tar", SLICE_ARG(in->id));
	if (make_tar(&p->tar, in->files))
		return diag_error(d, at, "the package holds a path of more than %d bytes", TAR_NAME_MAX);
	if (p->manifest.failed || p->tar_name.failed || p->tar.failed)
		return diag_environment(d, at.path, "out of memory");
	if (make_cert(&p->cert, strbuf_slice(&p->tar_name), strbuf_slice(&p->tar), strbuf_slice(&p->manifest), signer,
		      d))
		return -1;
	if (p->cert.failed)
		return diag_environment(d, at.path, "out of memory");
	zip_begin(&zip, out);
	zip_put_as(&zip, SLICE("Manifest.xml"), strbuf_slice(&p->manifest), deflated);
	zip_put_as(&zip, SLICE("CERT.json"), strbuf_slice(&p->cert), deflated);
	zip_put_as(&zip, strbuf_slice(&p->tar_name), strbuf_slice(&p->tar), deflated);
	/* Names are ours: what can go wrong is memory. */
	return zip_end(&zip, &why) ? diag_environment(d, at.path, "the package cannot be made: %s", why) : 0;
}

int amr_make(struct strbuf *out, const struct amr_input *in, const struct signer *signer, struct srcpos at,
	     struct diags *d)
{
	struct parts p = { STRBUF_INIT, STRBUF_INIT, STRBUF_INIT, STRBUF_INIT };
	int bad = pack(out, &p, in, signer, at, d);

	strbuf_release(&p.manifest);
	strbuf_release(&p.cert);
	strbuf_release(&p.tar_name);
	strbuf_release(&p.tar);
	return bad;
}
