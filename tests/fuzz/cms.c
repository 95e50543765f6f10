/* Any bytes as a CMS structure, and as a certificate: refused with a reason, or what was read is whole; and OpenSSL's queue of errors
 * is empty afterwards. Where it verifies, it does so again with its content apart, and not with another content. */
#include <openssl/err.h>
#include <string.h>

#include "inspect/cms.h"
#include "require.h"

static void check_again(struct slice bytes, const struct cms *cms, struct arena *a)
{
	struct cms_query query = { .detached = true, .content = cms->content };
	struct cms again;
	const char *why = NULL;

	REQUIRE(cms_read(&again, a, bytes, &query, &why) == 0);
	REQUIRE(slice_eq(again.content, cms->content) && slice_eq(again.signer.der, cms->signer.der));
	query.content = SLICE("something else");
	REQUIRE(slice_eq(cms->content, query.content) || cms_read(&again, a, bytes, &query, &why) == -1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct cms_query nobody = { .at = 0 };
	struct slice bytes = slice_bytes(data, size);
	struct arena a = ARENA_INIT;
	struct certificate c;
	const char *why = NULL;
	struct cms cms;

	if (cms_read(&cms, &a, bytes, &nobody, &why)) {
		REQUIRE(why && *why);
	} else {
		REQUIRE(size <= CMS_MAX && cms.digest && cms.signer.der.n &&
			cms.signer.subject.n <= CERTIFICATE_SUBJECT_MAX);
		check_again(bytes, &cms, &a);
	}
	if (certificate_read(&c, &a, bytes, &why))
		REQUIRE(why && *why);
	else
		REQUIRE(c.der.n <= CERTIFICATE_MAX && c.subject.n <= CERTIFICATE_SUBJECT_MAX);
	REQUIRE(ERR_peek_error() == 0);
	arena_release(&a);
	return 0;
}
