/* base/sigbus.h: mapped files that somebody cuts off.
 *
 * Packages are mapped, not copied: one that becomes shorter meanwhile, or whose disk fails, cannot be read to its end, and the system
 * raises SIGBUS. After sigbus_explain() the process says so and exits with 3; nothing of it was committed then. */
#ifndef BASE_SIGBUS_H
#define BASE_SIGBUS_H

void sigbus_explain(void);

#endif
