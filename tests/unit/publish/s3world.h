/* A bucket on a canned server: include after canned.h. */
#ifndef UNIT_PUBLISH_S3WORLD_H
#define UNIT_PUBLISH_S3WORLD_H

#include "base/fileio.h"
#include "publish/http.h"
#include "publish/s3.h"

struct s3_world {
	struct canned_server server;
	struct diags d;
	struct http *http;
	struct digests *digests;
	struct dest *t;
	struct file_class class;
	char dir[64], endpoint[64];
};

static inline void s3_world_second(struct s3_world *w, struct dest **out, const char *url)
{
	struct dest_settings settings = { .endpoint = w->endpoint, .connections = 4, .attempts = 4 };

	assert_int_equal(dest_open(out, url, &settings, w->http, &w->d), 0);
}

/* `wanted` NULL: 4 connections, 4 attempts. */
static inline void s3_world_start(struct s3_world *w, const struct dest_settings *wanted)
{
	const struct http_settings fast = { .seed = 7, .stall_s = 2, .first_ms = 1 };
	struct dest_settings settings = wanted ? *wanted : (struct dest_settings){ .attempts = 4 };

	canned_start(&w->server);
	w->d = (struct diags)DIAGS_INIT;
	w->class = (struct file_class){ FILE_MUTABLE, "text/plain", "gzip", "max-age=1" };
	snprintf(w->endpoint, sizeof(w->endpoint), "http://127.0.0.1:%d", w->server.port);
	if (!settings.endpoint)
		settings.endpoint = w->endpoint;
	if (!settings.connections)
		settings.connections = 4;
	assert_int_equal(digests_new(&w->digests), 0);
	assert_int_equal(http_new(&w->http, &fast, &w->d), 0);
	assert_int_equal(dest_open(&w->t, "s3://bucket/pre", &settings, w->http, &w->d), 0);
}

static inline void s3_world_folder(struct s3_world *w)
{
	snprintf(w->dir, sizeof(w->dir), "/tmp/s3world.XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	setenv("AWS_CONFIG_FILE", "/nonexistent/config", 1);
	setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/credentials", 1);
	setenv("AWS_REGION", "us-east-1", 1);
}

static inline void s3_world_open(struct s3_world *w, const struct dest_settings *wanted)
{
	s3_world_folder(w);
	setenv("AWS_ACCESS_KEY_ID", "AKID", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "secretsecret", 1);
	unsetenv("AWS_SESSION_TOKEN");
	unsetenv("AWS_PROFILE");
	s3_world_start(w, wanted);
}

/* The line has two %s, each becomes the world's folder. */
static inline void s3_world_open_profile(struct s3_world *w, const char *line)
{
	struct strbuf text = STRBUF_INIT;
	char path[80];

	s3_world_folder(w);
	unsetenv("AWS_ACCESS_KEY_ID");
	unsetenv("AWS_SECRET_ACCESS_KEY");
	unsetenv("AWS_SESSION_TOKEN");
	unsetenv("AWS_PROFILE");
	w->d = (struct diags)DIAGS_INIT;
	snprintf(path, sizeof(path), "%s/config", w->dir);
	strbuf_adds(&text, "[default]\n");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	strbuf_addf(&text, line, w->dir, w->dir);
#pragma GCC diagnostic pop
	strbuf_adds(&text, "\n");
	assert_int_equal(file_create(path, strbuf_slice(&text), 0600, &w->d), 0);
	strbuf_release(&text);
	setenv("AWS_CONFIG_FILE", path, 1);
	s3_world_start(w, NULL);
}

static inline void s3_world_close(struct s3_world *w)
{
	dest_close(w->t);
	http_free(w->http);
	digests_free(w->digests);
	canned_stop(&w->server);
	assert_int_equal(file_remove_tree(w->dir, &w->d), 0);
	diags_release(&w->d);
}

static inline struct dest_put s3_put_of(struct s3_world *w, const char *key, struct slice body)
{
	struct dest_put p = { .key = key, .body = body, .length = body.n, .class = &w->class, .settle = true };

	assert_int_equal(digest_sha256(w->digests, p.sha256, body), 0);
	return p;
}

#endif
