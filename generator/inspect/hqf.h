/* inspect/hqf.h: one module of a harmony quick fix, and several of them in an .appqf.
 *
 * Bytes      .hqf: a zip of patch.json (inspect/hqfpatch.h), and optionally ets/ (compiled code) and libs/<abi>/ (native libraries,
 *            or differences to those installed); .pages.info and a signing block (inspect/hapsig.h) where it is signed.
 *            .appqf: a zip of .hqf files, in no folder; it may have a signing block of its own.
 *            Source: the packing tool and bundle manager of OpenHarmony.
 * Checked    the zip as a whole, contents included; patch.json; the folders and contents below libs/ (inspect/nativelib.h);
 *            nothing in resources/, which devices ignore or refuse; the signing block where there is one. An .appqf: nothing but
 *            .hqf files, at least one; what is in them is hqf_read()'s matter.
 * Ownership  texts and reasons live in the arena, or are constant. */
#ifndef INSPECT_HQF_H
#define INSPECT_HQF_H

#include "inspect/hapsig.h"
#include "inspect/hqfpatch.h"

#define HQF_FILES_MAX 10000u
#define HQF_BYTES_MAX ((size_t)300 << 20) /* of an .hqf or .appqf, and of what it unpacks to */
#define HQF_RATIO_MAX 200u

struct hqf {
	struct hqf_patch patch;
	struct slice *abis; /* folders below libs/; sorted */
	size_t nabis;
	struct slice *code; /* paths that end in .abc, and all below libs/; sorted */
	size_t ncode;
	/* The first entry of each kind; empty: none. */
	struct slice deflated; /* code that is compressed, although devices want to map it */
	struct slice diff;     /* a .so.diff */
	struct slice other;    /* nothing that devices look at */
	bool is_signed;
	struct hapsig sig;
};

/* `trust` as hapsig_read() has it. */
int hqf_read(struct hqf *out, struct arena *a, struct slice bytes, const struct cms_query *trust,
	     const char **why) MUST_CHECK;

struct appqf_member {
	struct slice name;  /* "entry.hqf" */
	struct slice bytes; /* of a stored one borrowed, of a deflated one in the arena */
	bool deflated;
};

struct appqf {
	struct appqf_member *v; /* by name */
	size_t n;
	bool is_signed;
	struct hapsig sig;
};

int appqf_read(struct appqf *out, struct arena *a, struct slice bytes, const struct cms_query *trust,
	       const char **why) MUST_CHECK;

#endif
