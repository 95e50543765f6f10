#include "options.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mdresolve.h"

#define PATIENCE  20
#define LAST_TIME INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

struct option {
	const char *name;
	const char **text; /* where its value goes; NULL: it has none */
	bool *flag;
};

int options_refuse(const char *fmt, ...)
{
	va_list args;

	fputs("device: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputs("; see device --help\n", stderr);
	return EXIT_USAGE;
}

/* --- values --------------------------------------------------------------------------------------------------------------- */

/* Each d of `shape` stands for a digit; a capital letter also for the small one. */
static bool is_shaped(const char *text, size_t n, const char *shape)
{
	bool same = strlen(shape) == n;

	for (size_t i = 0; same && i < n; i++) {
		if (shape[i] == 'd')
			same = text[i] >= '0' && text[i] <= '9';
		else
			same = text[i] == shape[i] ||
			       (shape[i] >= 'A' && shape[i] <= 'Z' && text[i] == shape[i] - 'A' + 'a');
	}
	return same;
}

/* Seconds of "Z", "+hh:mm" or "-hh:mm". */
static bool read_offset(int64_t *out, const char *text)
{
	int hours = 0, minutes = 0;

	*out = 0;
	if (is_shaped(text, strlen(text), "Z"))
		return true;
	if ((*text != '+' && *text != '-') || !is_shaped(text + 1, strlen(text + 1), "dd:dd") ||
	    sscanf(text + 1, "%2d:%2d", &hours, &minutes) != 2 || hours > 23 || minutes > 59)
		return false;
	*out = (*text == '-' ? -1 : 1) * (hours * INT64_C(3600) + minutes * INT64_C(60));
	return true;
}

/* RFC 3339, with an offset or Z, without fractions; 1970 to 9999. */
static bool read_time(int64_t *out, const char *text)
{
	static const char date[] = "dddd-dd-ddTdd:dd:dd";
	const size_t n = sizeof(date) - 1;
	struct tm t = { .tm_isdst = 0 }, again;
	int64_t offset;

	if (strlen(text) < n || !is_shaped(text, n, date) || !read_offset(&offset, text + n) ||
	    sscanf(text, "%4d-%2d-%2d%*c%2d:%2d:%2d", &t.tm_year, &t.tm_mon, &t.tm_mday, &t.tm_hour, &t.tm_min,
		   &t.tm_sec) != 6)
		return false;
	t.tm_year -= 1900;
	t.tm_mon -= 1;
	again = t;
	*out = (int64_t)timegm(&again) - offset;
	return again.tm_mon == t.tm_mon && again.tm_mday == t.tm_mday && again.tm_hour == t.tm_hour &&
	       again.tm_min == t.tm_min && again.tm_sec == t.tm_sec && /* else 30 February, 25 o'clock */
	       *out >= 0 && *out <= LAST_TIME;
}

static int read_times(struct options *o, const char *now, const char *at)
{
	o->now = (int64_t)time(NULL);
	if (now && !read_time(&o->now, now))
		return options_refuse("--now is \"%s\"; it must be a time like 2026-11-21T08:00:00Z", now);
	o->at = o->now;
	if (at && strcmp(at, "none") == 0)
		o->at = MDR_NO_TIME;
	else if (at && !read_time(&o->at, at))
		return options_refuse("--at is \"%s\"; it must be a time like 2026-11-21T08:00:00Z, or none", at);
	return EXIT_DONE;
}

/* The last part of the URL's path. */
static int read_app(struct options *o)
{
	size_t n = strlen(o->url), begin;

	if (o->app)
		return EXIT_DONE;
	while (n > 0 && o->url[n - 1] == '/')
		n--;
	for (begin = n; begin > 0 && o->url[begin - 1] != '/'; begin--)
		;
	if (n - begin == 0 || n - begin >= sizeof(o->app_text) || (begin >= 2 && o->url[begin - 2] == '/'))
		return options_refuse("%s ends in no appCode; name it with --app", o->url);
	memcpy(o->app_text, o->url + begin, n - begin);
	o->app = o->app_text;
	return EXIT_DONE;
}

static int read_patience(struct options *o, const char *text)
{
	char *end = NULL;

	o->patience = text ? strtol(text, &end, 10) : PATIENCE;
	if (text && (end == text || *end || o->patience < 1 || o->patience > 3600))
		return options_refuse("--patience is \"%s\"; it must be 1..3600 (seconds)", text);
	return EXIT_DONE;
}

/* --- the line ------------------------------------------------------------------------------------------------------------- */

static int read_word(struct options *o, const char *word)
{
	if (!o->url)
		o->url = word;
	else if (o->nwords < WORDS_MAX)
		o->words[o->nwords++] = word;
	else
		return options_refuse("\"%s\" is one word too many", word);
	return EXIT_DONE;
}

/* `*i` is at the option, and goes on to its value. */
static int read_option(const struct option *options, int *i, int argc, char **argv)
{
	const char *name = argv[*i] + 2, *value = strchr(name, '=');
	size_t n = value ? (size_t)(value - name) : strlen(name);

	for (const struct option *p = options; p->name; p++) {
		if (strlen(p->name) != n || memcmp(p->name, name, n) != 0)
			continue;
		if (p->flag && value)
			return options_refuse("--%s has no value", p->name);
		if (p->flag) {
			*p->flag = true;
			return EXIT_DONE;
		}
		if (!value && *i + 1 >= argc)
			return options_refuse("--%s needs a value", p->name);
		*p->text = value ? value + 1 : argv[++*i];
		return EXIT_DONE;
	}
	return options_refuse("unknown option --%.*s", (int)n, name);
}

static int complete(struct options *o)
{
	if (!o->url)
		return options_refuse("give the URL of <appCode>/");
	if (!o->nwords)
		return options_refuse("give a command");
	if (!o->root || !o->state || !o->device)
		return options_refuse("--root, --state and --device are needed");
	return read_app(o);
}

int options_read(struct options *o, int argc, char **argv)
{
	const char *now = NULL, *at = NULL, *patience = NULL;
	const struct option options[] = {
		{ "root", &o->root, NULL },
		{ "state", &o->state, NULL },
		{ "device", &o->device, NULL },
		{ "app", &o->app, NULL },
		{ "base", &o->base, NULL },
		{ "now", &now, NULL },
		{ "at", &at, NULL },
		{ "patience", &patience, NULL },
		{ "dev", NULL, &o->dev },
		{ "force", NULL, &o->force },
		{ "json", NULL, &o->json },
		{ "verbose", NULL, &o->verbose },
		{ "help", NULL, &o->help },
		{ NULL, NULL, NULL },
	};
	bool words_only = false;
	int code = EXIT_DONE;

	for (int i = 1; i < argc && !code; i++) {
		if (!words_only && strcmp(argv[i], "--") == 0)
			words_only = true;
		else if (!words_only && strcmp(argv[i], "-h") == 0)
			o->help = true;
		else if (!words_only && strncmp(argv[i], "--", 2) == 0)
			code = read_option(options, &i, argc, argv);
		else if (!words_only && argv[i][0] == '-')
			code = options_refuse("unknown option %s; options begin with two dashes", argv[i]);
		else
			code = read_word(o, argv[i]);
	}
	if (code || o->help)
		return code;
	code = complete(o);
	if (!code)
		code = read_patience(o, patience);
	return code ? code : read_times(o, now, at);
}
