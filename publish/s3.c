#include "publish/s3.h"

#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "publish/place.h"
#include "publish/s3job.h"

#define CONNECTIONS 32
#define AGENT       "mdstatic-publish/" MDSTATIC_VERSION

void s3_job_queue(struct s3 *t, struct s3_job *j)
{
	*t->jobs_end = j;
	t->jobs_end = &j->next;
	t->queued++;
}

/* Jobs that are started queue others, of requests, and not of jobs. */
static void start_jobs(struct s3 *t)
{
	struct s3_job *j = t->jobs;

	t->jobs = NULL;
	t->jobs_end = &t->jobs;
	for (struct s3_job *next; j; j = next) {
		next = j->next;
		j->start(j);
	}
}

static int s3_run(struct dest *const *v, size_t n, struct diags *d)
{
	size_t errors = d->errors;

	for (size_t i = 0; i < n; i++) {
		struct s3 *t = (struct s3 *)v[i]; /* its first member */

		s3_begin(t, d);
		start_jobs(t);
	}
	for (size_t i = 0; i < n; i++)
		http_run(((struct s3 *)v[i])->http); /* the first one runs all that share it */
	for (size_t i = 0; i < n; i++)
		s3_finish((struct s3 *)v[i]);
	return d->errors > errors ? -1 : 0;
}

static void s3_close(struct dest *dest)
{
	struct s3 *t = (struct s3 *)dest; /* its first member */

	http_lane_free(t->lane);
	for (size_t i = 0; i < COUNT(t->keys); i++)
		sigv4_key_wipe(&t->keys[i]);
	credentials_release(&t->credentials);
	digests_free(t->digests);
	arena_release(&t->scratch);
	arena_release(&t->batch);
	arena_release(&t->mem);
	free(t);
}

static const struct dest_ops s3_ops = {
	.list = s3_list,
	.folders = s3_folders,
	.queue_put = s3_queue_put,
	.queue_get = s3_queue_get,
	.run = s3_run,
	.remove = s3_remove,
	.remove_parts = s3_remove_parts,
	.close = s3_close,
};

/* --- opening --------------------------------------------------------------------------------------------------------------- */

static enum endpoint_style style_of(const struct profile *p, const struct dest_settings *s)
{
	if (s->custom_domain)
		return STYLE_DOMAIN;
	return profile_path_style(p, s->path_style) ? STYLE_PATH : STYLE_AUTO;
}

static int find_bucket(struct s3 *t, const char *url, const struct profile *p, const struct environment *e,
		       const struct dest_settings *s, struct diags *d)
{
	const char *why = NULL;

	t->region = arena_str(&t->mem, slice_of(profile_region(p, e, s->region)));
	if (!endpoint_make(&t->endpoint, &t->mem, url, profile_endpoint(p, e, s->endpoint), t->region, style_of(p, s),
			   &why))
		return 0;
	return diag_error(d, SRCPOS_NONE, "%s %s", url, why);
}

/* What a destination with a profile of its own sees of the environment: where the files are. */
static const char *only_files(const void *ctx, const char *name)
{
	static const char *const names[] = { "HOME", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE" };
	const struct environment *all = ctx;

	for (size_t i = 0; i < COUNT(names); i++) {
		if (strcmp(name, names[i]) == 0)
			return environment_get(all, name);
	}
	return NULL;
}

static int find_access(struct s3 *t, const char *url, const struct dest_settings *s, struct diags *d)
{
	struct environment all = environment_of_process(), e = { only_files, &all };
	const struct dest_settings own = { .profile = arena_str(&t->mem, endpoint_profile(url)) };
	struct profile p = PROFILE_INIT;
	int bad;

	t->profile = own.profile;
	if (*own.profile) /* options and variables are about other destinations */
		s = &own;
	else
		e = all;
	bad = profile_load(&p, &e, s->profile, d) || find_bucket(t, url, &p, &e, s, d) ||
	      credentials_load(&t->credentials, &e, &p, instant_now(), d);
	profile_release(&p);
	return bad ? -1 : 0;
}

int s3_open(struct dest **out, const char *url, const struct dest_settings *settings, struct http *http,
	    struct diags *d)
{
	struct s3 *t = calloc(1, sizeof(*t));
	const char *agent = settings->program ? settings->program : AGENT;

	if (!t)
		return diag_environment(d, url, "cannot be opened: out of memory");
	t->http = http;
	t->jobs_end = &t->jobs;
	t->dest = (struct dest){ .ops = &s3_ops, .name = arena_str(&t->mem, slice_of(url)) };
	t->checksums = settings->checksums;
	t->attempts = settings->attempts ? settings->attempts : RETRY_ATTEMPTS;
	if (find_access(t, url, settings, d)) {
		s3_close(&t->dest);
		return -1;
	}
	if (digests_new(&t->digests) ||
	    http_lane_new(&t->lane, http, settings->connections ? settings->connections : CONNECTIONS,
			  arena_str(&t->mem, slice_of(agent)))) {
		s3_close(&t->dest);
		return diag_environment(d, url, "cannot be opened: out of memory");
	}
	*out = &t->dest;
	return 0;
}
