#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands.h"
#include "print.h"

static const char *state_name(enum mdr_upgrade_state state)
{
	switch (state) {
	case MDR_UPGRADE_NEWEST:
		return "newest";
	case MDR_UPGRADE_OFFERED:
		return "offered";
	case MDR_UPGRADE_SILENT:
		return "silent";
	case MDR_UPGRADE_DOWNLOADED:
		return "downloaded";
	case MDR_UPGRADE_UPDATING:
		return "updating";
	case MDR_UPGRADE_LIMIT:
		return "limit";
	case MDR_UPGRADE_INVALID:
		return "invalid";
	case MDR_UPGRADE_ERROR:
		break;
	}
	return "error";
}

static json_t *net_types(const struct mdr_upgrade *u)
{
	json_t *list = u->n_net_types ? json_array() : NULL;

	for (size_t i = 0; i < u->n_net_types; i++)
		json_array_append_new(list, json_string(u->net_types[i]));
	return list;
}

/* The names of an answer; what there is no value for is left out. */
static json_t *describe(const struct session *s, const struct mdr_upgrade *u)
{
	return json_pack("{s:s, s:o*, s:s*, s:s*, s:s*, s:s*, s:s*, s:s*, s:o*, s:o*, s:o*, s:o*, s:s*}", "state",
			 state_name(u->state), "resultStatus", u->result_status ? json_integer(u->result_status) : NULL,
			 "version", u->version, "task", u->task, "downloadUrl", u->download_url, "guideMemo",
			 u->guide_memo, "sha256", u->sha256, "md5", u->md5, "fileSize",
			 u->file_size ? json_integer((json_int_t)u->file_size) : NULL, "needClientNetType",
			 net_types(u), "silentUntil",
			 u->state == MDR_UPGRADE_SILENT ? json_integer(u->silent_until) : NULL, "file",
			 u->file[0] ? print_file(s, u->file) : NULL, "error", s->err.code ? s->err.text : NULL);
}

int command_check(struct session *s, const char *const *args, int n)
{
	struct mdr_upgrade u = { .held = NULL };
	int code;

	(void)args;
	(void)n;
	s->err.code = mdr_upgrade_check(s->client, &s->ask, -1, &u, &s->err);
	code = session_report(s);
	code = print_result(describe(s, &u), code);
	mdr_upgrade_release(&u);
	return code;
}

int command_decline(struct session *s, const char *const *args, int n)
{
	(void)n;
	s->err.code = mdr_upgrade_declined(s->client, args[0], s->ask.now, &s->err);
	return session_report(s);
}

/* --- download ------------------------------------------------------------------------------------------------------------- */

/* A file's bytes, the caller's to munmap(). */
static int map_file(void **out, size_t *n, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	*out = MAP_FAILED;
	if (fd >= 0 && fstat(fd, &st) == 0) {
		*n = (size_t)st.st_size;
		*out = mmap(NULL, *n, PROT_READ, MAP_PRIVATE, fd, 0);
	}
	if (*out == MAP_FAILED)
		fprintf(stderr, "device: error: %s: %s\n", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return *out == MAP_FAILED ? EXIT_ENVIRONMENT : EXIT_DONE;
}

static int load_with(struct session *s, const struct mdr_upgrade *u, const void *base, size_t base_size)
{
	struct mdr_download how = print_download();
	struct mdr_got got = { .size = 0 };
	json_t *result;
	int code;

	how.base = base;
	how.base_size = base_size;
	s->err.code = mdr_upgrade_download(s->client, u, &how, &got, &s->err);
	code = session_report(s);
	if (code)
		return code;
	result = json_pack("{s:s*}", "version", u->version);
	if (print_add_got(result, s, &got))
		code = EXIT_ENVIRONMENT;
	return print_result(result, code);
}

/* With the installed package as what a delta may start from, where --base names it. */
static int load(struct session *s, const struct mdr_upgrade *u)
{
	void *base = NULL;
	size_t n = 0;
	int code;

	if (!s->options->base)
		return load_with(s, u, NULL, 0);
	code = map_file(&base, &n, s->options->base);
	if (code)
		return code;
	code = load_with(s, u, base, n);
	munmap(base, n);
	return code;
}

static int download_upgrade(struct session *s)
{
	struct mdr_upgrade u = { .held = NULL };
	int code;

	s->err.code = mdr_upgrade_check(s->client, &s->ask, -1, &u, &s->err);
	code = session_report(s);
	if (!code && u.sha256)
		code = load(s, &u);
	else if (!code)
		code = print_result(describe(s, &u), code); /* nothing to load: a store has it, or nothing is newer */
	mdr_upgrade_release(&u);
	return code;
}

static int download_h5(struct session *s, const char *id)
{
	const struct mdr_h5_rules rules = { .public_key = NULL };
	struct mdr_download how = print_download();
	struct mdr_got got = { .size = 0 };
	json_t *result;
	int code;

	s->err.code = mdr_h5_load(s->client, &s->ask, &rules, id, &how, &got, &s->err);
	code = session_report(s);
	if (code)
		return code;
	result = json_pack("{s:s}", "id", id);
	if (print_add_got(result, s, &got))
		code = EXIT_ENVIRONMENT;
	return print_result(result, code);
}

int command_download(struct session *s, const char *const *args, int n)
{
	if (n == 1 && strcmp(args[0], "upgrade") == 0)
		return download_upgrade(s);
	if (n == 2 && strcmp(args[0], "h5") == 0)
		return download_h5(s, args[1]);
	return options_refuse("download what? upgrade, or h5 ID");
}
