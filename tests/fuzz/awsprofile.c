/* Any bytes as the files of the AWS command line: read, or refused with one error. What was read are clean texts, and where they name a
 * place for a bucket, they name one or there is a reason. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "publish/endpoint.h"
#include "publish/profile.h"
#include "require.h"

struct fake {
	char path[64];
};

static const char *fake_get(const void *ctx, const char *name)
{
	const struct fake *f = ctx;

	return !strcmp(name, "AWS_CONFIG_FILE") || !strcmp(name, "AWS_SHARED_CREDENTIALS_FILE") ? f->path : NULL;
}

static bool is_clean(const char *text)
{
	for (const char *p = text; *p; p++) {
		if ((unsigned char)*p < 0x20 && *p != '\t')
			return false;
	}
	return *text && slice_trim(slice_of(text)).n == strlen(text);
}

static void check_place(const struct profile *p, const struct environment *e)
{
	struct arena a = ARENA_INIT;
	struct endpoint where;
	const char *why = NULL;

	if (endpoint_make(&where, &a, "s3://bucket/prefix", profile_endpoint(p, e, NULL), profile_region(p, e, NULL),
			  profile_path_style(p, false), &why))
		REQUIRE(why && *why);
	else
		REQUIRE(*where.host && !strpbrk(where.host, " \t/?#@%") && !strpbrk(where.base, " \t?#@%"));
	arena_release(&a);
}

static void load(const struct environment *e, const char *option)
{
	struct diags d = DIAGS_INIT;
	struct profile p;

	if (profile_load(&p, e, option, &d)) {
		REQUIRE(d.errors == 1 && d.v[0].text[0]);
	} else {
		REQUIRE(d.n == 0);
		for (size_t i = 0; i < PROFILE_SETTINGS; i++)
			REQUIRE(!p.v[i].text || (is_clean(p.v[i].text) && p.v[i].line));
		check_place(&p, e);
	}
	profile_release(&p);
	diags_release(&d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("config", MFD_CLOEXEC);
	struct fake fake;
	struct environment e = { fake_get, &fake };

	REQUIRE(fd >= 0 && (!size || write(fd, data, size) == (ssize_t)size));
	snprintf(fake.path, sizeof(fake.path), "/proc/self/fd/%d", fd);
	load(&e, NULL);
	load(&e, "ci");
	close(fd);
	return 0;
}
