#include "convert/mds.h"

#include <string.h>

#include "base/instant.h"

#define TIME_LENGTH (MDS_TIME_TEXT - 1)

enum mds_publish_mode mds_publish_mode(enum task_type t)
{
	static const enum mds_publish_mode modes[] = { [TASK_OFFICIAL] = PUBLISH_MODE_NONE,
						       [TASK_WHITELIST] = PUBLISH_WHITELIST,
						       [TASK_WINDOW] = PUBLISH_WINDOW,
						       [TASK_PERCENTAGE] = PUBLISH_PERCENTAGE,
						       [TASK_ROLLBACK] = PUBLISH_MODE_NONE };
	return modes[t];
}

enum mds_publish_type mds_publish_type(enum task_type t)
{
	return t == TASK_OFFICIAL ? PUBLISH_OFFICIAL : t == TASK_ROLLBACK ? PUBLISH_ROLLBACK : PUBLISH_GRAY;
}

/* --- status ------------------------------------------------------------------------------------------------------- */

static const enum task_status statuses[] = { STATUS_PENDING, STATUS_RELEASING, STATUS_ENDED, STATUS_PAUSED };

int mds_status(enum task_status s)
{
	int code = 0;

	while (statuses[code] != s)
		code++;
	return code;
}

bool mds_status_parse(enum task_status *out, int64_t code)
{
	if (code < 0 || code >= (int64_t)COUNT(statuses))
		return false;
	*out = statuses[code];
	return true;
}

const char *task_status_name(enum task_status s)
{
	static const char *const names[] = { [STATUS_PENDING] = "pending",
					     [STATUS_RELEASING] = "releasing",
					     [STATUS_PAUSED] = "paused",
					     [STATUS_ENDED] = "ended" };
	return names[s];
}

/* --- operations --------------------------------------------------------------------------------------------------- */

static const enum rule_op operations[] = { RULE_CONTAINS, RULE_EXCLUDES, RULE_IN, RULE_OUT }; /* 1, 2, 3, 4 */
static const char *const operators[] = { "contains", "excludes", "vLimitIn", "vLimitOut" };   /* the same */

static size_t operation_index(enum rule_op op)
{
	size_t i = 0;

	while (operations[i] != op)
		i++;
	return i;
}

int mds_operation(enum rule_op op)
{
	return (int)operation_index(op) + 1;
}

bool mds_operation_parse(enum rule_op *out, int64_t code)
{
	if (code < 1 || code > (int64_t)COUNT(operations))
		return false;
	*out = operations[code - 1];
	return true;
}

const char *mds_operator(enum rule_op op)
{
	return operators[operation_index(op)];
}

bool mds_operator_parse(enum rule_op *out, struct slice word)
{
	for (size_t i = 0; i < COUNT(operators); i++) {
		if (!slice_eqs(word, operators[i]))
			continue;
		*out = operations[i];
		return true;
	}
	return false;
}

/* --- platforms, ways to upgrade ------------------------------------------------------------------------------------ */

const char *mds_platform(enum platform p)
{
	static const char *const names[] = {
		[PLATFORM_ANDROID] = "Android", [PLATFORM_IOS] = "iOS", [PLATFORM_HARMONY] = "Harmony"
	};
	return names[p];
}

bool mds_platform_parse(enum platform *out, struct slice word)
{
	if (slice_eq_nocase(word, SLICE("HarmonyOS"))) {
		*out = PLATFORM_HARMONY;
		return true;
	}
	for (size_t p = 0; p < PLATFORM_COUNT; p++) {
		if (!slice_eq_nocase(word, slice_of(platform_name((enum platform)p))))
			continue;
		*out = (enum platform)p;
		return true;
	}
	return false;
}

static const struct {
	enum upgrade_mode mode;
	const char *name;
} upgrade_modes[] = { { MODE_ONCE, "once" }, { MODE_MULTIPLE, "multiple" }, { MODE_FORCED, "forced" } };

const char *upgrade_mode_name(enum upgrade_mode m)
{
	size_t i = 0;

	while (upgrade_modes[i].mode != m)
		i++;
	return upgrade_modes[i].name;
}

bool upgrade_mode_parse(enum upgrade_mode *out, struct slice word)
{
	for (size_t i = 0; i < COUNT(upgrade_modes); i++) {
		if (!slice_eqs(word, upgrade_modes[i].name))
			continue;
		*out = upgrade_modes[i].mode;
		return true;
	}
	return false;
}

/* --- times --------------------------------------------------------------------------------------------------------- */

/* `YYYY-MM-DD?hh:mm:ss` and the zone, as RFC 3339 has it. */
static bool parse_in_zone(int64_t *out, struct slice text, struct slice zone)
{
	char full[TIME_LENGTH + sizeof(MDS_ZONE)];

	if (text.n != TIME_LENGTH || !zone.n || zone.n >= sizeof(MDS_ZONE))
		return false;
	memcpy(full, text.p, TIME_LENGTH);
	memcpy(full + TIME_LENGTH, zone.p, zone.n);
	full[10] = 'T';
	return instant_parse(out, slice_bytes(full, TIME_LENGTH + zone.n));
}

bool mds_zone_ok(struct slice zone)
{
	int64_t t;

	return parse_in_zone(&t, SLICE("2026-01-01 00:00:00"), zone);
}

bool mds_time_parse(int64_t *out, struct slice text, struct slice zone)
{
	if (text.n == TIME_LENGTH && text.p[10] == ' ')
		return parse_in_zone(out, text, zone);
	return instant_parse(out, text);
}

void mds_time_format(char out[MDS_TIME_TEXT], int64_t t, struct slice zone)
{
	char text[INSTANT_TEXT];
	int64_t utc = 0, there = 0;

	parse_in_zone(&utc, SLICE("2026-01-01 00:00:00"), SLICE("Z"));
	parse_in_zone(&there, SLICE("2026-01-01 00:00:00"), zone);
	instant_format(text, t + utc - there);
	memcpy(out, text, TIME_LENGTH);
	out[10] = ' ';
	out[TIME_LENGTH] = '\0';
}
