#include "sign/settings.h"

#include <string.h>
#include <sys/stat.h>

#include "base/fileio.h"
#include "base/inifile.h"
#include "base/relpath.h"

#define SETTINGS_MAX 65536
#define DAY          INT64_C(86400)
#define DAYS_MAX     3650

/* The keys of a section, in the order of `names`. */
enum { KEY_1, EXEC_1 = KEY_1 + ROLE_KEYS_MAX, THRESHOLD = EXEC_1 + ROLE_KEYS_MAX, EXPIRES, RESIGN, MINIMUM, NAMES };

static const char *const names[NAMES] = {
	"key1",  "key2",  "key3",  "key4",  "key5",  "key6",  "key7",  "key8",      "key9",    "exec1",  "exec2",
	"exec3", "exec4", "exec5", "exec6", "exec7", "exec8", "exec9", "threshold", "expires", "resign", "minimum",
};

static const struct {
	const char *name;
	int64_t days, minimum;
} roles[KEYS_ROLES] = {
	[KEYS_ROOT] = { "root", 365, DAY },        [KEYS_TARGETS] = { "targets", 365, DAY },
	[KEYS_SNAPSHOT] = { "snapshot", 30, DAY }, [KEYS_TIMESTAMP] = { "timestamp", 7, 0 },
	[KEYS_OBJECTS] = { "objects", 365, DAY },
};

const char *key_role_name(enum key_role r)
{
	return roles[r].name;
}

/* One section being read. */
struct section {
	struct settings *out;
	struct role_settings *role;
	const struct inifile *f;
	size_t first; /* number of its first key in the file */
};

static bool has(const struct section *s, size_t key)
{
	return inifile_has(s->f, s->first + key);
}

/* --- keys ------------------------------------------------------------------------------------------------------------- */

static const char *beside(const struct settings *s, struct arena *a, struct slice name)
{
	return slice_starts(name, "/") ? arena_str(a, name)
				       : arena_printf(a, "%s/" SLICE_FMT, s->dir, SLICE_ARG(name)).p;
}

static void read_key(struct section *s, size_t i)
{
	const struct inifile *f = s->f;
	struct slice name;
	const char *fault;

	if (!inifile_text(&name, f, s->first + KEY_1 + i))
		return;
	fault = slice_starts(name, "/") ? NULL : relpath_fault(name);
	if (fault) {
		inifile_error(f, s->first + KEY_1 + i, "%s; name a file beside " SETTINGS_NAME ", or an absolute path",
			      fault);
		return;
	}
	s->role->keys[i].path = beside(s->out, f->a, name);
	for (size_t k = 0; k < i; k++) {
		if (s->role->keys[k].path && !strcmp(s->role->keys[k].path, s->role->keys[i].path)) {
			inifile_error(f, s->first + KEY_1 + i, "is key%zu already; a key counts once", k + 1);
			return;
		}
	}
}

static void read_exec(struct section *s, size_t i)
{
	struct slice command;

	if (!inifile_text(&command, s->f, s->first + EXEC_1 + i))
		return;
	if (!has(s, KEY_1 + i)) /* without the command: there may be a secret in it */
		diag_error(s->f->d, inifile_pos(s->f, s->first + EXEC_1 + i),
			   "exec%zu signs for key%zu, and there is none; name the file of its public key", i + 1,
			   i + 1);
	s->role->keys[i].exec = arena_str(s->f->a, command);
}

/* How many keys the section names. */
static uint32_t read_keys(struct section *s)
{
	uint32_t n = 0;

	for (size_t i = 0; i < ROLE_KEYS_MAX; i++) {
		read_key(s, i);
		read_exec(s, i);
		n += has(s, KEY_1 + i);
	}
	s->role->named = n > 0;
	return n;
}

static void read_threshold(struct section *s, uint32_t nkeys)
{
	size_t key = s->first + THRESHOLD;
	uint64_t v;

	if (!inifile_uint(&v, s->f, key, 1, ROLE_KEYS_MAX))
		return;
	if (!nkeys && s->role == &s->out->roles[KEYS_OBJECTS])
		inifile_error(s->f, key,
			      "counts keys of its own, and [objects] names none: those of targets sign for it");
	else if (v > (nkeys ? nkeys : 1))
		inifile_error(s->f, key, "asks for more keys than [%s] names, which is %u", s->f->keys[key].section,
			      nkeys ? nkeys : 1);
	else
		s->role->threshold = (uint32_t)v;
}

/* --- periods ----------------------------------------------------------------------------------------------------------- */

static bool read_days(int64_t *out, struct section *s, size_t key, uint64_t min)
{
	uint64_t v;

	if (!inifile_uint(&v, s->f, s->first + key, min, DAYS_MAX))
		return false;
	*out = (int64_t)v * DAY;
	return true;
}

static void read_periods(struct section *s)
{
	struct role_settings *r = s->role;

	if (read_days(&r->expires, s, EXPIRES, 1))
		r->resign = r->expires / 3;
	if (read_days(&r->resign, s, RESIGN, 1) && r->resign >= r->expires)
		inifile_error(s->f, s->first + RESIGN, "must be below expires, which is %lld",
			      (long long)(r->expires / DAY));
	if (r->minimum > r->resign)
		r->minimum = r->resign;
	if (read_days(&r->minimum, s, MINIMUM, 0) && r->minimum > r->resign)
		inifile_error(s->f, s->first + MINIMUM, "must not be above resign, which is %lld days%s",
			      (long long)(r->resign / DAY), r->resign % DAY ? " and some hours" : "");
}

/* --- the file ---------------------------------------------------------------------------------------------------------- */

void settings_default(struct settings *out)
{
	*out = (struct settings){ .dir = NULL };
	for (size_t i = 0; i < KEYS_ROLES; i++) {
		struct role_settings *r = &out->roles[i];

		*r = (struct role_settings){ .threshold = 1, .expires = roles[i].days * DAY };
		r->resign = r->expires / 3;
		r->minimum = roles[i].minimum;
	}
}

/* What holds for a role whose section names no key. */
static void set_unnamed(struct settings *s, struct arena *a)
{
	for (size_t i = 0; i < KEYS_ROLES; i++) {
		struct role_settings *r = &s->roles[i];

		if (!r->named && i != KEYS_OBJECTS)
			r->keys[0].path = arena_printf(a, "%s/%s.pem", s->dir, roles[i].name).p;
	}
	if (!s->roles[KEYS_OBJECTS].named)
		s->roles[KEYS_OBJECTS].threshold = s->roles[KEYS_TARGETS].threshold;
}

static struct ini_key *known_keys(struct arena *a)
{
	struct ini_key *keys = ARENA_ARRAY(a, struct ini_key, (size_t)KEYS_ROLES * NAMES);

	for (size_t r = 0; r < KEYS_ROLES; r++) {
		for (size_t i = 0; i < NAMES; i++)
			keys[r * NAMES + i] = (struct ini_key){ roles[r].name, names[i] };
	}
	return keys;
}

static void read_sections(struct settings *out, struct arena *a, struct slice text, struct diags *d)
{
	struct inifile f;

	inifile_read(&f, a, d, (struct origin){ out->path, text }, known_keys(a), (size_t)KEYS_ROLES * NAMES);
	for (size_t r = 0; r < KEYS_ROLES; r++) {
		struct section s = { out, &out->roles[r], &f, r * NAMES };

		read_threshold(&s, read_keys(&s));
		read_periods(&s);
	}
}

/* Who can write there names keys, and commands that run here. What is not there is reported by who needs it. */
static int check_mode(const char *path, struct diags *d)
{
	struct stat st;

	if (stat(path, &st) || !(st.st_mode & (S_IWGRP | S_IWOTH)))
		return 0;
	return diag_environment(d, path,
				"group or others may write here (mode %04o) and so say what signs; run: chmod go-w %s",
				(unsigned)(st.st_mode & 07777), path);
}

int settings_load(struct settings *out, struct arena *a, const char *dir, struct diags *d)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;
	size_t errors = d->errors;
	int absent;

	settings_default(out);
	out->dir = arena_str(a, slice_of(dir));
	out->path = arena_printf(a, "%s/" SETTINGS_NAME, dir).p;
	if (check_mode(out->dir, d) | check_mode(out->path, d))
		return -1;
	absent = file_read_optional(&text, out->path, SETTINGS_MAX, d);
	if (absent < 0)
		return -1;
	if (absent && file_exists(out->path)) /* not the defaults: they may ask for fewer signatures */
		return diag_environment(d, out->path, "is a link that leads nowhere");
	if (!absent)
		read_sections(out, a, arena_copy(a, strbuf_slice(&text)), d);
	set_unnamed(out, a);
	return d->errors == errors ? 0 : -1;
}
