/* publish/remote.h: an app as it is published: everything that one of its snapshots leads to, read back from a destination.
 *
 * Purpose    `pull` fetches it for the next build; `prune` keeps what the snapshots of the last days lead to.
 * Reading    three batches, whatever the number of snapshots: snapshots, then targets and delegated roles, then recipes.json and
 *            files.json. Each file is fetched once, however many snapshots share it. Packages and the like are never fetched.
 * Trust      none: hashes and versions are compared from file to file so that damage shows; signatures are the business of builds and
 *            devices, who have a root.
 * Broken     a snapshot that does not lead everywhere (a publisher died, or somebody lost the race, before it was whole) is left
 *            out and counted, unless it is `needed`: then that is an error (exit 1) that names the file.
 * Errors     what cannot be read: of the environment.
 * Ownership  everything lives in `mem`; the destination is borrowed. */
#ifndef PUBLISH_REMOTE_H
#define PUBLISH_REMOTE_H

#include "base/digest.h"
#include "base/map.h"
#include "format/tuf.h"
#include "publish/dest.h"

struct remote_file { /* that was fetched */
	struct remote_file *next;
	struct slice path; /* relative to <appCode>/ */
	struct slice bytes;
	uint8_t hash[SHA256_SIZE];
	struct tuf_file *decoded; /* metadata, as soon as somebody asked; many snapshots share a file */
	bool kept;                /* what it leads to is */
};

struct remote_snapshot { /* what is to be read */
	uint64_t version;
	bool needed;
	const struct tuf_meta *expected; /* what the pointer says of it; NULL: nothing is known */
	bool whole;                      /* set by remote_read() */
	unsigned lists;                  /* recipes.json and files.json: one each */
};

struct remote {
	struct arena mem;
	struct dest *dest;
	struct slice app;
	struct digests *digests;
	struct diags *d;
	struct map files;                 /* path → struct remote_file */
	struct remote_file *first, **end; /* in the order of fetching */
	struct map kept;                  /* paths: all that whole snapshots lead to */
	struct slice *paths;
	size_t npaths, paths_cap;
};

void remote_open(struct remote *r, struct dest *dest, struct slice app, struct digests *digests, struct diags *d);
void remote_close(struct remote *r);

/* timestamp.json: 0 read, 1 there is none, -1 error. */
int remote_pointer(struct tuf_file *out, struct dest_get *get, struct remote *r) MUST_CHECK;
int remote_read(struct remote *r, struct remote_snapshot *v, size_t n) MUST_CHECK;

/* The path is led to by a whole snapshot. */
bool remote_keeps(const struct remote *r, struct slice path);
/* A file that was fetched; NULL: it was not. */
const struct remote_file *remote_file(const struct remote *r, struct slice path);
/* "s3://bucket/prefix/DEMO01-default/PATH", for messages. */
const char *remote_name(struct remote *r, struct slice path);

#endif
