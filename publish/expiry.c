#include "publish/expiry.h"

#include "base/instant.h"
#include "base/span.h"

/* What gives the role a new end. */
static const char *renewal(struct slice role)
{
	if (slice_eqs(role, "timestamp") || slice_eqs(role, "snapshot"))
		return "run mdstatic refresh";
	return slice_eqs(role, "root") ? "sign a new root, and build" : "run mdstatic build";
}

static int check_role(const struct app_tree *t, const struct tree_role *r, int64_t now, int64_t valid_for,
		      struct diags *d)
{
	char span[SPAN_TEXT], wanted[SPAN_TEXT], until[INSTANT_TEXT];
	int64_t left = r->expires - now;
	struct srcpos at = SRCPOS_FILE(t->dir);

	instant_format(until, r->expires);
	span_format(span, left);
	span_format(wanted, valid_for);
	if (left <= 0)
		return diag_error(d, at, "role " SLICE_FMT " has expired (%s): devices refuse it; %s",
				  SLICE_ARG(r->role), until, renewal(r->role));
	if (left < valid_for)
		return diag_error(d, at, "role " SLICE_FMT " expires in %s (%s), --valid-for wants %s; %s",
				  SLICE_ARG(r->role), span, until, wanted, renewal(r->role));
	if (left < EXPIRY_WARNING)
		diag_warning(d, at, "role " SLICE_FMT " expires in %s (%s); %s", SLICE_ARG(r->role), span, until,
			     renewal(r->role));
	return 0;
}

int expiry_check(const struct pub_tree *t, int64_t now, int64_t valid_for, struct diags *d)
{
	int bad = 0;

	for (size_t i = 0; i < t->napps; i++) {
		for (size_t k = 0; k < t->apps[i].nroles; k++) {
			if (check_role(&t->apps[i], &t->apps[i].roles[k], now, valid_for, d))
				bad = -1;
		}
	}
	return bad;
}
