#include "inspect/profile.h"

#include "base/refuse.h"
#include "inspect/cms.h"
#include "inspect/plist.h"

/* A date; 0 where it is absent. */
static int read_date(int64_t *out, struct arena *a, const struct plist *p, const char *key, const char **why)
{
	const struct plist_node *node = plist_get(p, plist_root(p), key);

	*out = 0;
	if (node && node->type != PLIST_DATE)
		return refuse(why, arena_printf(a, "%s is no date of the years 1970 to 9999", key).p);
	if (node)
		*out = node->number;
	return 0;
}

static int read_bool(bool *out, struct arena *a, const struct plist *p, const struct plist_node *dict, const char *key,
		     const char **why)
{
	const struct plist_node *node = plist_get(p, dict, key);

	*out = false;
	if (node && node->type != PLIST_BOOL)
		return refuse(why, arena_printf(a, "%s is neither true nor false", key).p);
	if (node)
		*out = node->number != 0;
	return 0;
}

static int read_devices(struct profile *out, const struct plist *p, const char **why)
{
	const struct plist_node *node = plist_get(p, plist_root(p), "ProvisionedDevices");

	if (node && node->type != PLIST_ARRAY)
		return refuse(why, "ProvisionedDevices is no array");
	out->has_devices = node != NULL;
	out->ndevices = node ? node->n : 0;
	return 0;
}

static int read_entitlements(struct profile *out, struct arena *a, const struct plist *p, const char **why)
{
	const struct plist_node *dict = plist_get(p, plist_root(p), "Entitlements");

	if (plist_string(&out->app_id, a, p, dict, "application-identifier", why) ||
	    read_bool(&out->debuggable, a, p, dict, "get-task-allow", why))
		return -1;
	return out->app_id.n ? 0 : refuse(why, "it has no application-identifier among its Entitlements");
}

static int read_facts(struct profile *out, struct arena *a, const struct plist *p, const char **why)
{
	const struct plist_node *root = plist_root(p);

	if (plist_string(&out->name, a, p, root, "Name", why) ||
	    plist_string(&out->team_name, a, p, root, "TeamName", why) ||
	    read_date(&out->created, a, p, "CreationDate", why) ||
	    read_date(&out->expires, a, p, "ExpirationDate", why) ||
	    read_bool(&out->all_devices, a, p, root, "ProvisionsAllDevices", why) || read_devices(out, p, why) ||
	    read_entitlements(out, a, p, why))
		return -1;
	return plist_get(p, root, "ExpirationDate") ? 0 : refuse(why, "it has no ExpirationDate");
}

int profile_read(struct profile *out, struct arena *a, struct slice bytes, const char **why)
{
	static const struct cms_query query = { .detached = false };
	struct arena scratch = ARENA_INIT;
	struct plist list;
	struct cms cms;
	int result = -1;

	*out = (struct profile){ 0 };
	*why = NULL;
	if (!cms_read(&cms, a, bytes, &query, why)) {
		if (!plist_open(&list, &scratch, cms.content, why))
			result = read_facts(out, a, &list, why);
		else
			*why = arena_printf(a, "its content cannot be read as a property list: %s", *why).p;
	}
	arena_release(&scratch);
	return result;
}

bool profile_covers(const struct profile *p, struct slice bundle_id)
{
	ptrdiff_t point = slice_find(p->app_id, '.');
	struct slice id = slice_from(p->app_id, (size_t)(point + 1));

	if (point < 1 || !id.n)
		return false;
	if (id.p[id.n - 1] != '*')
		return slice_eq(id, bundle_id);
	id.n--;
	return bundle_id.n > id.n && slice_eq(slice_sub(bundle_id, 0, id.n), id);
}
