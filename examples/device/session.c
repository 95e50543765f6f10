#include "session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plain.h"

#define FILE_MAX ((size_t)1 << 20) /* of a root and of a device */

static int environment(const char *what, const char *why)
{
	fprintf(stderr, "device: error: %s: %s\n", what, why);
	return EXIT_ENVIRONMENT;
}

static int read_file(char **out, size_t *n, const char *path)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rbe");
	bool bad;

	if (!f)
		return environment(path, strerror(errno));
	*out = malloc(FILE_MAX + 1);
	*n = *out ? fread(*out, 1, FILE_MAX + 1, f) : 0;
	bad = ferror(f) != 0;
	if (f != stdin)
		fclose(f);
	if (!*out || bad)
		return environment(path, bad ? "cannot be read" : "out of memory");
	return *n > FILE_MAX ? environment(path, "is longer than 1 MiB") : EXIT_DONE;
}

int session_exit_code(enum mdr_code code)
{
	switch (code) {
	case MDR_OK:
		return EXIT_DONE;
	case MDR_REFUSED:
	case MDR_OLDER:
	case MDR_EXPIRED:
	case MDR_DEVICE:
	case MDR_ABSENT_HERE:
		return EXIT_BAD;
	case MDR_UNREACHABLE:
	case MDR_STORAGE:
	case MDR_STATELESS:
	case MDR_MEMORY:
	case MDR_CANCELLED:
		break;
	}
	return EXIT_ENVIRONMENT;
}

int session_report(struct session *s)
{
	const char *why = s->err.code == MDR_UNREACHABLE ? s->http.why
			  : s->err.code == MDR_STORAGE   ? s->folder.why
							 : "";

	if (s->err.code == MDR_OK)
		return EXIT_DONE;
	plain(s->err.text); /* it may quote a file that nobody signed */
	if (s->err.code == MDR_DEVICE)
		fprintf(stderr, "device: error: %s: %s\n", s->options->device, s->err.text);
	else
		fprintf(stderr, "device: error: %s%s%s%s\n", s->err.text, *why ? " (" : "", why, *why ? ")" : "");
	return session_exit_code(s->err.code);
}

int session_reopen(struct session *s)
{
	struct mdr_config config = { .app = s->options->app,
				     .root = s->root,
				     .root_size = s->root_size,
				     .fetch = http_fetch,
				     .fetch_ctx = &s->http,
				     .storage = folder_storage(&s->folder) };

	mdr_close(s->client);
	s->client = NULL;
	s->err.code = mdr_open(&s->client, &config, &s->err);
	return session_report(s);
}

/* <state>/<appCode>, so that apps can share a state. */
static int open_folder(struct session *s)
{
	const struct options *o = s->options;
	size_t n = strlen(o->state) + strlen(o->app) + 2;
	char *path = malloc(n);
	bool ok = false;

	if (!path)
		return environment(o->state, "out of memory");
	if (strchr(o->app, '/') || o->app[0] == '.' || o->app[0] == '\0') {
		free(path);
		return options_refuse("\"%s\" is no appCode", o->app);
	}
	snprintf(path, n, "%s/%s", o->state, o->app);
	ok = folder_open(&s->folder, path);
	free(path);
	return ok ? EXIT_DONE : environment("the state", s->folder.why);
}

int session_open(struct session *s, const struct options *o)
{
	int code;

	*s = (struct session){ .options = o, .folder = { .fd = -1 } };
	code = read_file(&s->root, &s->root_size, o->root);
	if (!code)
		code = read_file(&s->json, &s->json_size, o->device);
	if (code)
		return code;
	s->err.code = mdr_device_parse(&s->device, &s->parsed, s->json, s->json_size, &s->err);
	code = session_report(s);
	if (code)
		return code;
	if (!http_open(&s->http, o->url, o->patience, o->verbose))
		return options_refuse("%s", s->http.why);
	s->ask = (struct mdr_ask){ .device = &s->device, .now = o->now, .at = o->at };
	code = open_folder(s);
	return code ? code : session_reopen(s);
}

void session_close(struct session *s)
{
	mdr_close(s->client);
	mdr_device_release(s->parsed);
	http_close(&s->http);
	folder_close(&s->folder);
	free(s->root);
	free(s->json);
}

char *session_attribute(const struct session *s, const char *name)
{
	for (size_t i = 0; i < s->device.n; i++) {
		const struct mdr_attr *a = &s->device.attrs[i];

		if (a->name_size == strlen(name) && memcmp(a->name, name, a->name_size) == 0)
			return strndup(a->value, a->value_size);
	}
	return NULL;
}
