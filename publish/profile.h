/* publish/profile.h: a profile of the AWS command line's files, and what the environment says instead.
 *
 * Files      AWS_CONFIG_FILE (~/.aws/config: "[profile x]", "[default]", "[services x]") and AWS_SHARED_CREDENTIALS_FILE
 *            (~/.aws/credentials: "[x]"). Neither need exist. Where both have a setting, that of the credentials file counts; the keys
 *            themselves (id, secret, token) come from one of them, together.
 * Lines      "name = value"; "#" or ";" at the start, or behind a blank, begin a comment; an indented line belongs to the setting above that
 *            has no value ("s3 ="). As long as they like, within PROFILE_FILE_MAX. What is not understood in a section that is not
 *            ours is none of our business; in ours it is an error with its line.
 * Name       the option, AWS_PROFILE, AWS_DEFAULT_PROFILE, "default". One that was named and is in neither file is an error.
 * Settings   the functions below know the order: option, environment, profile, default.
 * Secrets    no message shows a value of the keys or of credential_process. profile_release() wipes all that was read; no
 *            core file has it (profile_load() sees to it).
 * Errors     environment errors (exit 3): "path:line: …" is part of the text.
 * Threads    one profile, one thread. */
#ifndef PUBLISH_PROFILE_H
#define PUBLISH_PROFILE_H

#include "base/attr.h"
#include "base/diag.h"
#include "base/slice.h"

#define PROFILE_FILE_MAX ((uint64_t)1 << 20)
#define PROFILE_DEFAULT  "default"
#define REGION_DEFAULT   "us-east-1"

/* Where variables come from, so that tests need no setenv(). NULL: not set; set but empty counts as that too. */
struct environment {
	const char *(*get)(const void *ctx, const char *name);
	const void *ctx;
};
struct environment environment_of_process(void);
const char *environment_get(const struct environment *e, const char *name); /* never "" */

enum profile_setting {
	PROFILE_ID,
	PROFILE_SECRET,
	PROFILE_TOKEN,
	PROFILE_PROCESS, /* credential_process */
	PROFILE_REGION,
	PROFILE_ENDPOINT,   /* endpoint_url, of [services …] with its s3 first */
	PROFILE_ADDRESSING, /* addressing_style of s3 */
	PROFILE_SERVICES,
	PROFILE_ROLE,     /* role_arn */
	PROFILE_SOURCE,   /* source_profile, credential_source */
	PROFILE_SSO,      /* any sso_* */
	PROFILE_IDENTITY, /* web_identity_token_file, login_session */
	PROFILE_SETTINGS
};

struct profile_value {
	char *text; /* NULL: not there */
	const char *path;
	uint32_t line;
};

struct profile {
	char *name;
	bool by_option;             /* it was named on the command line, so the environment's keys do not count */
	char *config, *credentials; /* paths of the files; NULL: there is none (no HOME) */
	struct profile_value v[PROFILE_SETTINGS];
};
#define PROFILE_INIT                                                                                                   \
	{                                                                                                              \
		.name = NULL                                                                                           \
	}

/* `option`: of the command line, or NULL. */
int profile_load(struct profile *out, const struct environment *e, const char *option, struct diags *d) MUST_CHECK;
void profile_release(struct profile *p);

/* Borrowed from the option, the environment or the profile. */
const char *profile_region(const struct profile *p, const struct environment *e, const char *option);
/* AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, the profile's; NULL: AWS itself. */
const char *profile_endpoint(const struct profile *p, const struct environment *e, const char *option);
/* The option, or `addressing_style = path` of the profile. */
bool profile_path_style(const struct profile *p, bool option);

#endif
