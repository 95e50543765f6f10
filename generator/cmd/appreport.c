/* cmd/appreport.c: what a build says of the apps that it made. */
#include "cmd/appbuild.h"
#include "report/plan.h"

static void report_text(const struct appbuild *b, const struct build_run *run)
{
	const struct tuf_part *timestamp = tuf_part_find(&b->parts, SLICE("timestamp"));
	struct strbuf line = STRBUF_INIT;

	printf(SLICE_FMT ": %s, timestamp version %llu, %zu object%s of %llu bytes", SLICE_ARG(b->app->app_code),
	       b->changed ? "written" : "unchanged", (unsigned long long)timestamp->version, b->objects.n,
	       b->objects.n == 1 ? "" : "s", (unsigned long long)b->bytes);
	if (b->nelsewhere)
		printf(", %zu of them kept elsewhere", b->nelsewhere);
	printf(" (commit %.12s)\n", *source_commit(run->load->source) ? source_commit(run->load->source) : "none");
	for (size_t i = 0; i < b->compiled.n; i++) {
		strbuf_reset(&line);
		report_index_line(&line, &b->compiled.v[i]);
		printf("  %s\n", line.p);
	}
	strbuf_reset(&line);
	appdeltas_text(&line, &b->deltas);
	if (line.n)
		printf("%s", line.p);
	strbuf_reset(&line);
	pages_text(&line, &b->pages);
	if (line.n)
		printf("  %s\n", line.p);
	strbuf_release(&line);
}

static json_t *report_json(const struct appbuild *b)
{
	json_t *indexes = json_array(), *roles = json_object();

	for (size_t i = 0; i < b->compiled.n; i++)
		json_array_append_new(indexes, report_index(&b->compiled.v[i]));
	for (size_t i = 0; i < b->parts.n; i++)
		json_object_setn_new(roles, b->parts.v[i].role.p, b->parts.v[i].role.n,
				     json_integer((json_int_t)b->parts.v[i].version));
	return json_pack("{s:s%, s:b, s:I, s:I, s:I, s:o, s:o, s:o, s:o}", "app", b->app->app_code.p,
			 b->app->app_code.n, "changed", b->changed, "objects", (json_int_t)b->objects.n, "objectBytes",
			 (json_int_t)b->bytes, "elsewhere", (json_int_t)b->nelsewhere, "versions", roles, "indexes",
			 indexes, "deltas", appdeltas_json(&b->deltas), "pages", pages_json(&b->pages));
}

void appbuild_report(const struct appbuild *v, size_t n, const struct build_run *run)
{
	json_t *apps;

	if (!run->json) {
		for (size_t i = 0; i < n; i++)
			report_text(&v[i], run);
		return;
	}
	apps = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(apps, report_json(&v[i]));
	apps = json_pack("{s:s, s:s, s:o}", "commit", source_commit(run->load->source), "tool", MDSTATIC_VERSION,
			 "apps", apps);
	json_dumpf(apps, stdout, JSON_INDENT(2) | JSON_SORT_KEYS);
	printf("\n");
	json_decref(apps);
}
