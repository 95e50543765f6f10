/* cmd/delta.c: deltas as a device sees them: what the head of one says, and what it makes of a base. By the device library. */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/cmd.h"
#include "base/digest.h"
#include "base/fileio.h"
#include "base/text.h"
#include "cmd/output.h"
#include "resolve/mdresolve.h"

extern const struct command cmd_delta_show, cmd_delta_apply;

static int finish(struct diags *d)
{
	int code = diags_exit(d);

	diags_print(d, DIAG_TEXT, stderr);
	diags_release(d);
	return code;
}

static int refuse(struct diags *d, const char *path, const struct mdr_error *err)
{
	return diag_error(d, SRCPOS_FILE(path), "%s", err->text);
}

/* --- show ------------------------------------------------------------------------------------------------------------- */

static const char *form_name(const struct mdr_delta *h)
{
	return h->form ? "tar" : "file";
}

static void print_json(json_t *o)
{
	json_dumpf(o, stdout, JSON_INDENT(2) | JSON_SORT_KEYS);
	printf("\n");
	json_decref(o);
}

static void show_json(const struct mdr_delta *h)
{
	char base[SHA256_HEX], result[SHA256_HEX], body[SHA256_HEX];

	digest_hex(base, h->base_sha256, SHA256_SIZE);
	digest_hex(result, h->result_sha256, SHA256_SIZE);
	digest_hex(body, h->body_sha256, SHA256_SIZE);
	print_json(json_pack("{s:s, s:s, s:I, s:s, s:I, s:s, s:I, s:s, s:I}", "method", "zstd", "baseForm",
			     form_name(h), "baseSize", (json_int_t)h->base_size, "baseSha256", base, "resultSize",
			     (json_int_t)h->result_size, "resultSha256", result, "memory", (json_int_t)h->memory,
			     "bodySha256", body, "size", (json_int_t)h->size));
}

static void show_line(const char *what, uint64_t size, const uint8_t hash[SHA256_SIZE], const char *more)
{
	char hex[SHA256_HEX];

	digest_hex(hex, hash, SHA256_SIZE);
	printf("%-7s %" PRIu64 " bytes, SHA-256 %s%s\n", what, size, hex, more);
}

static void show_text(const struct mdr_delta *h)
{
	show_line("base", h->base_size, h->base_sha256, h->form ? " (the tar in an .amr)" : "");
	show_line("result", h->result_size, h->result_sha256, h->form ? " (an .amr, stored)" : "");
	show_line("body", h->size - MDR_DELTA_HEAD, h->body_sha256, " (zstd)");
	printf("memory  %" PRIu64 " bytes beside base and result\n", h->memory);
}

static int show(const char *path, bool json, struct diags *d)
{
	struct file_map file = { 0 };
	struct mdr_delta h;
	struct mdr_error err;
	int bad = file_map(&file, path, d);

	if (!bad && mdr_delta_read(&h, file.data.p, file.data.n, &err))
		bad = refuse(d, path, &err);
	if (!bad && file.data.n != h.size && file.data.n != MDR_DELTA_HEAD)
		bad = diag_error(d, SRCPOS_FILE(path), "has %zu bytes; its head says %" PRIu64, file.data.n, h.size);
	if (!bad && json)
		show_json(&h);
	else if (!bad)
		show_text(&h);
	file_unmap(&file);
	return bad;
}

static int run_show(const struct cmd_args *a)
{
	struct diags d = DIAGS_INIT;

	(void)show(a->positional[0], cmd_flag(a, "json"), &d);
	return finish(&d);
}

/* --- apply ------------------------------------------------------------------------------------------------------------ */

struct applying {
	const char *delta_path, *base_path, *out;
	uint64_t limit;
	struct file_map delta, base;
	struct mdr_delta head;
	char *result; /* of head.result_size bytes */
	bool unchanged;
	struct diags d;
};

static int make(struct applying *x)
{
	struct mdr_error err;

	if (file_map(&x->delta, x->delta_path, &x->d) || file_map(&x->base, x->base_path, &x->d))
		return -1;
	if (mdr_delta_read(&x->head, x->delta.data.p, x->delta.data.n, &err))
		return refuse(&x->d, x->delta_path, &err);
	x->result = malloc((size_t)x->head.result_size);
	if (!x->result)
		return diag_environment(&x->d, x->delta_path, "out of memory");
	if (mdr_delta_apply(x->result, (size_t)x->head.result_size, x->delta.data.p, x->delta.data.n, x->base.data.p,
			    x->base.data.n, x->limit, &err))
		return refuse(&x->d, x->delta_path, &err);
	return 0;
}

static int write_out(struct applying *x)
{
	return output_write(&x->unchanged, x->out, slice_bytes(x->result, (size_t)x->head.result_size), &x->d);
}

static void tell(struct applying *x, bool json)
{
	char hex[SHA256_HEX];
	json_t *told;

	digest_hex(hex, x->head.result_sha256, SHA256_SIZE);
	if (!json) {
		printf("%s: %s, %" PRIu64 " bytes, SHA-256 %s\n", x->out, x->unchanged ? "unchanged" : "written",
		       x->head.result_size, hex);
		return;
	}
	told = json_pack("{s:s, s:b, s:I, s:s}", "file", x->out, "written", !x->unchanged, "size",
			 (json_int_t)x->head.result_size, "sha256", hex);
	if (told)
		print_json(told);
	else
		(void)diag_error(&x->d, SRCPOS_FILE(x->out), "has a name that JSON cannot hold: it is not UTF-8");
}

static int run_apply(const struct cmd_args *a)
{
	struct applying x = { .delta_path = a->positional[0],
			      .base_path = a->positional[1],
			      .out = cmd_value(a, "out"),
			      .limit = MDR_DELTA_MEMORY,
			      .d = DIAGS_INIT };
	const char *memory = cmd_value(a, "memory");

	if (memory && (!text_uint(&x.limit, slice_of(memory)) || !x.limit))
		return cmd_usage(a, "--memory is \"%s\"; it must be a number of bytes", memory);
	if (!make(&x) && !write_out(&x))
		tell(&x, cmd_flag(a, "json"));
	free(x.result);
	file_unmap(&x.delta);
	file_unmap(&x.base);
	return finish(&x.d);
}

static const struct cmd_option show_options[] = {
	{ "json", NULL, "the head as JSON", false, false },
	{ NULL, NULL, NULL, false, false },
};

static const struct cmd_option apply_options[] = {
	{ "out", "FILE", "what comes out; a file that is there already must have the same bytes", true, false },
	{ "memory", "BYTES", "what base, result and decoder may take together (default: 268435456)", false, false },
	{ "json", NULL, "what came out as JSON", false, false },
	{ NULL, NULL, NULL, false, false },
};

const struct command cmd_delta_show = {
	"delta show", "DELTA", 1, 1, "what a delta fits, and what comes out of it", show_options, run_show,
};

const struct command cmd_delta_apply = {
	"delta apply", "DELTA BASE", 2, 2, "the newer package from the older one, as a device makes it",
	apply_options, run_apply,
};
