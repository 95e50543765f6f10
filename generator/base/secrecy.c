#include "base/secrecy.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

void secrecy_guard(void)
{
	struct rlimit none = { 0, 0 };

	/* Neither can fail in a way that the caller could do anything about. */
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

void secret_free(char *secret)
{
	if (secret)
		OPENSSL_cleanse(secret, strlen(secret));
	free(secret);
}

void strbuf_wipe(struct strbuf *sb)
{
	if (sb->p)
		OPENSSL_cleanse(sb->p, sb->cap);
	strbuf_release(sb);
}
