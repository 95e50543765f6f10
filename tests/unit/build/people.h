/* Who signs the harmony packages of a group of tests: made once, before the first one. */
#ifndef UNIT_BUILD_PEOPLE_H
#define UNIT_BUILD_PEOPLE_H

#include "../inspect/signer.h"

struct people {
	struct signer_id app, other, profile;
};

static inline int meet(void **state)
{
	static struct people p;

	p.app = signer_make("App", signer_key(0), NULL);
	p.other = signer_make("Other", signer_key(0), NULL);
	p.profile = signer_make("Profiles", signer_key(0), NULL);
	*state = &p;
	return 0;
}

static inline int leave(void **state)
{
	struct people *p = *state;

	signer_release(&p->app);
	signer_release(&p->other);
	signer_release(&p->profile);
	return 0;
}

#endif
