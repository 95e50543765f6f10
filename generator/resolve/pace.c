#include "resolve/pace.h"

#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"

/* --- when ---------------------------------------------------------------------------------------------------------------- */

static bool is_over(int64_t since, int64_t wait, int64_t now)
{
	return now < since || (uint64_t)now - (uint64_t)since >= (uint64_t)wait;
}

static int64_t pause_of(const struct pace *p, int64_t interval)
{
	int64_t most = interval > PACE_PAUSE ? interval : PACE_PAUSE, pause = PACE_PAUSE;

	for (unsigned i = 1; i < p->failures && pause < most; i++)
		pause *= 2;
	return pause < most ? pause : most;
}

bool pace_due(const struct pace *p, int64_t now, int64_t interval, const char *device)
{
	if (p->failures && strcmp(p->tried, device) == 0 && !is_over(p->failed, pause_of(p, interval), now))
		return false;
	return !p->asked || strcmp(p->device, device) != 0 || is_over(p->at, interval, now);
}

static int64_t later(int64_t time, int64_t wait)
{
	return time > INT64_MAX - wait ? INT64_MAX : time + wait;
}

int64_t pace_next(const struct pace *p, int64_t interval)
{
	int64_t next = p->asked ? later(p->at, interval) : 0, paused;

	if (!p->failures)
		return next;
	paused = later(p->failed, pause_of(p, interval));
	return next > paused ? next : paused;
}

/* --- what happened ------------------------------------------------------------------------------------------------------- */

/* `device` is a pace_device(), or a text of a record, of any length. */
static void copy_device(char out[SHA256_HEX], const char *device)
{
	size_t n = strnlen(device, SHA256_HEX - 1);

	memcpy(out, device, n);
	out[n] = '\0';
}

void pace_answered(struct pace *p, int64_t now, const char *device)
{
	*p = (struct pace){ .asked = true, .at = now };
	copy_device(p->device, device);
}

void pace_failed(struct pace *p, int64_t now, const char *device)
{
	if (strcmp(p->tried, device) != 0)
		p->failures = 0;
	if (p->failures < 64)
		p->failures++;
	p->failed = now;
	copy_device(p->tried, device);
}

void pace_incomplete(struct pace *p, int64_t now, const char *device)
{
	p->asked = false;
	pace_failed(p, now, device);
}

void pace_load(struct pace *p, const json_t *record)
{
	const json_t *asked = json_object_get(record, "asked");
	const char *device = json_string_value(json_object_get(record, "device"));

	p->asked = json_is_integer(asked) && device;
	if (!p->asked)
		return;
	p->at = json_integer_value(asked);
	copy_device(p->device, device);
}

int pace_store(json_t *record, const struct pace *p)
{
	if (!p->asked)
		return 0;
	return json_object_set_new(record, "asked", json_integer(p->at)) ||
			       json_object_set_new(record, "device", json_string(p->device))
		       ? -1
		       : 0;
}

/* --- devices ------------------------------------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
	const struct mdr_attr *x = *(const struct mdr_attr *const *)a, *y = *(const struct mdr_attr *const *)b;
	int order = slice_cmp(slice_bytes(x->name, x->name_size), slice_bytes(y->name, y->name_size));

	return order ? order : slice_cmp(slice_bytes(x->value, x->value_size), slice_bytes(y->value, y->value_size));
}

/* With its length, so that no two lists of texts look alike. */
static void add_text(struct strbuf *out, const char *p, size_t n)
{
	strbuf_adduint(out, n);
	strbuf_addch(out, ':');
	strbuf_add(out, p, n);
}

static void add_number(struct strbuf *out, bool has, uint32_t number)
{
	strbuf_addch(out, has ? '+' : '-');
	if (has)
		strbuf_adduint(out, number);
}

int pace_device(char out[SHA256_HEX], struct digests *dg, const struct mdr_device *device)
{
	CLEANUP(strbuf_release) struct strbuf text = STRBUF_INIT;
	const struct mdr_attr **sorted = calloc(device->n ? device->n : 1, sizeof(const struct mdr_attr *));
	uint8_t hash[SHA256_SIZE];

	if (!sorted)
		return -1;
	for (size_t i = 0; i < device->n; i++)
		sorted[i] = &device->attrs[i];
	qsort(sorted, device->n, sizeof(const struct mdr_attr *), by_name);
	for (size_t i = 0; i < device->n; i++) {
		add_text(&text, sorted[i]->name, sorted[i]->name_size);
		add_text(&text, sorted[i]->value, sorted[i]->value_size);
	}
	free(sorted);
	add_number(&text, device->has_version_code, device->version_code);
	add_number(&text, device->has_patch_version_code, device->patch_version_code);
	if (text.failed || digest_sha256(dg, hash, strbuf_slice(&text)))
		return -1;
	digest_hex(out, hash, sizeof(hash));
	return 0;
}
