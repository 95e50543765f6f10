/* session.h: a client of the library with all that it needs, for one command.
 *
 * Errors     a line on standard error with what the library said and why the callback failed; the exit code comes back. */
#ifndef SESSION_H
#define SESSION_H

#include "folder.h"
#include "http.h"
#include "options.h"

struct session {
	const struct options *options;
	struct http http;
	struct folder folder;
	char *root, *json; /* the files' bytes */
	size_t root_size, json_size;
	struct mdr_parsed *parsed;
	struct mdr_device device;
	struct mdr_client *client;
	struct mdr_ask ask;
	struct mdr_error err; /* of the last call */
};

/* Reads the files, makes the folder of the state, opens the client. EXIT_DONE, or what went wrong; session_close() in any case. */
int session_open(struct session *s, const struct options *o);
void session_close(struct session *s);

/* A new client, which knows what is stored. */
int session_reopen(struct session *s);

/* Tells of s->err; the exit code that belongs to it. EXIT_DONE without a word where there is none. */
int session_report(struct session *s);
int session_exit_code(enum mdr_code code);

/* A text of the device, as the caller's to free; NULL: it has none, or memory ended. */
char *session_attribute(const struct session *s, const char *name);

#endif
