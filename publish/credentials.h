/* publish/credentials.h: who signs.
 *
 * Order      AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN of the environment, unless --profile is given; then the keys
 *            of the profile (publish/profile.h); then its credential_process. A profile that assumes a role or signs on (role_arn, sso_*)
 *            is an error that names the way out: credential_process with `aws configure export-credentials`.
 * Process    a line for /bin/sh, CREDENTIALS_TIME_MS of time, CREDENTIALS_OUTPUT_MAX bytes of JSON {"Version":1,"AccessKeyId",
 *            "SecretAccessKey","SessionToken"?,"Expiration"?}; its standard error goes to ours.
 * Form       keys are printable ASCII without blanks: a stray newline or blank is an error here and no wrong signature there.
 * Secrets    are wiped when they are released or replaced, in no message, and in no core file (credentials_load() sees to it).
 * Threads    one credentials, one thread. */
#ifndef PUBLISH_CREDENTIALS_H
#define PUBLISH_CREDENTIALS_H

#include "base/attr.h"
#include "base/diag.h"
#include "publish/profile.h"

#define CREDENTIALS_TIME_MS    60000
#define CREDENTIALS_OUTPUT_MAX 65536

struct credentials {
	char *id, *secret;
	char *token;         /* x-amz-security-token; NULL: none */
	int64_t expires;     /* 0: not known, or never */
	int64_t obtained;    /* when the process gave them; 0: they are no process's */
	uint64_t generation; /* another one after every refresh */
	char *process;       /* NULL: there is none to run again */
	char *source;        /* for messages: "the environment", "profile \"x\" of /home/…/.aws/credentials" */
};
#define CREDENTIALS_INIT                                                                                               \
	{                                                                                                              \
		.id = NULL                                                                                             \
	}

/* `now` in seconds. Environment errors (exit 3). */
int credentials_load(struct credentials *out, const struct environment *e, const struct profile *p, int64_t now,
		     struct diags *d) MUST_CHECK;
void credentials_release(struct credentials *c);

/* Whether they end within five minutes and a process may give better ones (asked once a minute at most). */
bool credentials_stale(const struct credentials *c, int64_t now);
/* Runs the process again. -1: an error was recorded and the old ones stay; without a process too: "… have expired; …". */
int credentials_refresh(struct credentials *c, int64_t now, struct diags *d) MUST_CHECK;

#endif
