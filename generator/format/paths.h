/* format/paths.h: the names of files in a tree, relative to <appCode>/ . Source: schemas/FORMAT.md "The tree". */
#ifndef FORMAT_PATHS_H
#define FORMAT_PATHS_H

#include "base/kinds.h"
#include "base/strbuf.h"

/* "targets/o/<h16>/<hash>.<name>": where a content-addressed object lies; name: "manifest.json", "package.apk", … */
void path_object(struct strbuf *out, const uint8_t hash[32], const char *name);
/* "o/<h16>/<name>": the same as a TUF target path (without the hash prefix of consistent snapshots). */
void path_object_target(struct strbuf *out, const uint8_t hash[32], const char *name);
/* "index/v1/<platform>-<kind>.json": a TUF target path. */
void path_index_target(struct strbuf *out, enum platform p, enum kind k);
/* The file of any TUF target path under consistent snapshots: "targets/" dir "/" hash "." base. */
void path_target_file(struct strbuf *out, struct slice target_path, const uint8_t hash[32]);
/* "metadata/[N.]<role>.json"; version 0: unversioned (timestamp). */
void path_metadata(struct strbuf *out, uint64_t version, const char *role);
/* Number and role of a name in metadata/: "7.snapshot.json", or "timestamp.json" with number 0. */
bool metadata_name(uint64_t *version, struct slice *role, struct slice name);
/* Bases and references: a whole reference (format/references.h) stands for itself, else base ‖ reference. */
void path_resolve(struct strbuf *out, struct slice base, struct slice reference);

#endif
