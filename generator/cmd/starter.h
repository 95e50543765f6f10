/* cmd/starter.h: the files of templates/starter and the JSON Schemas: what a new repository begins with. */
#ifndef CMD_STARTER_H
#define CMD_STARTER_H

#include "base/embedded.h"

extern const struct embedded starter_files[]; /* paths are relative to the new repository */
extern const size_t nstarter_files;

#endif
