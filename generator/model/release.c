/* model/release.c: releases as one kind of thing. */
#include "base/arena.h"
#include "model/model.h"

static const struct release **list_releases(struct arena *a, const void *v, size_t n, size_t size)
{
	const struct release **list = ARENA_ARRAY(a, const struct release *, n);

	for (size_t i = 0; i < n; i++)
		list[i] = (const struct release *)((const char *)v + i * size);
	return list;
}

void app_list_releases(struct app *app, struct arena *a)
{
	app->nreleases[KIND_UPGRADE] = app->nupgrades;
	app->releases[KIND_UPGRADE] = list_releases(a, app->upgrades, app->nupgrades, sizeof(*app->upgrades));
	app->nreleases[KIND_HOTPATCH] = app->nhotpatches;
	app->releases[KIND_HOTPATCH] = list_releases(a, app->hotpatches, app->nhotpatches, sizeof(*app->hotpatches));
	app->nreleases[KIND_H5] = app->nh5;
	app->releases[KIND_H5] = list_releases(a, app->h5, app->nh5, sizeof(*app->h5));
	app->nreleases[KIND_QUICKFIX] = app->nquickfixes;
	app->releases[KIND_QUICKFIX] = list_releases(a, app->quickfixes, app->nquickfixes, sizeof(*app->quickfixes));
}

bool release_has(const struct release *r, enum task_status status)
{
	for (size_t i = 0; i < r->ntasks; i++) {
		if (r->tasks[i].status == status)
			return true;
	}
	return false;
}
