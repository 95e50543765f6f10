/* build/warnings.h: definitions that are allowed and seldom meant, as far as the plan or the whole app shows them.
 *
 * Given for an app without errors (`check` and `build` alike), each at its place:
 *
 * Hidden     a releasing task that reaches nobody, because a better one takes every device that it could reach. Not every such
 *            task is worth a word: it is normal that the official task of a new release puts an end to those of older ones, and
 *            that a lower release takes over from one that is rolled back. A warning is given
 *              - within a release: a gray task beside the official one does nothing any more;
 *              - behind an official task of a higher release, where it was published after that: it never reached anybody;
 *              - behind a gray task of a higher release (100 %): one warning, at the best task that it hides, with the number of
 *                the others. A release that everybody gets should be official.
 *            A task or value of several platforms counts as hidden when it is on all of them. Percentages of 0 are on purpose.
 * Never      a releasing task or a switch value whose rules contradict each other, or leave no device that the release is for.
 *            (Of a rule that alone leaves nobody the definitions tell.)
 * Values     a switch value that is never reached, because an earlier one serves all its devices.
 * Rules      build/rulecheck.h.
 * Forced     a releasing official task of the channel prod with upgradeMode `forced`, while no gray task of its release was
 *            published before it (in any status but pending).
 * Rollbacks  a quick fix that is rolled back while a higher one of its slot is out: nothing applies to a device that has the
 *            higher one (it is not greater than itself), so it is told to roll back, and then offered it again.
 * Lower      a quick fix that came out after a higher one of its slot, which is out no more and was not rolled back: a device that
 *            has the higher one takes no lower one.
 * Audience   a platform without [<platform>] audience that an upgrade, a hotpatch or a quick fix is for; or no audience at all
 *            where there are h5 releases or switches. */
#ifndef BUILD_WARNINGS_H
#define BUILD_WARNINGS_H

#include "model/model.h"

void warnings_check(const struct app *app, int64_t commit_time, struct diags *d);

#endif
