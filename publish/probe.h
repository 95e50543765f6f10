/* publish/probe.h: which conditional writes a destination honours.
 *
 * With the bytes of <appCode>/metadata/1.root.json, over themselves, so that nothing changes whatever the answer:
 *   If-None-Match: *         must be refused (412); ignored or 501: x-oss-forbid-overwrite: true must be (409)
 *   the right If-Match       must be taken: quoted, else without quotes (old Ceph, DigitalOcean)
 *   a wrong one              must be refused. Where the quoted one was refused and the one without quotes taken, that was it.
 * GCS tells a generation with every object: that takes the place of the ETag, and x-goog-if-generation-match: 0, which must be refused
 * (412), that of the other forms of a claim.
 * Absent     1.root.json is sent first, by the form of the claim that is tried: that it is there then is known from the answer, whatever
 *            the form is worth.
 * Races      somebody else may probe at the same time. Where a service makes up a new ETag for equal bytes, a refused right one
 *            proves nothing: what is there is read again, and only the answer to an unchanged one counts.
 * 501        to If-None-Match: If-Match is not tried.
 * Result     in dest->claim and dest->match. Claims without matches are enough (publish/protocol.h). Neither: the caller refuses. */
#ifndef PUBLISH_PROBE_H
#define PUBLISH_PROBE_H

#include "publish/dest.h"
#include "publish/tree.h"

struct probe_root {
	const struct tree_file *file;
	bool there; /* with our bytes; set when it was sent */
	struct dest_version
		neighbour; /* of any object there, which says whether there are generations; empty: none is known */
};

enum probe_result { PROBE_DONE, PROBE_RACE /* another root came meanwhile */, PROBE_FAILED /* recorded */ };
enum probe_result probe(struct dest *t, struct probe_root *root, struct diags *d) MUST_CHECK;

#endif
