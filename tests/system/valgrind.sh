#!/usr/bin/env bash
# The device library under valgrind: what reads bytes that nobody wrote, or loses memory, is seen here and by no sanitizer.
# LONG=1: every unit test of the library; else those that take a few seconds.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$top"
nouns="record trust download packages"
[ -n "${LONG:-}" ] && nouns=$(basename -s .c tests/unit/resolve/*.c)
make --no-print-directory $(printf "$BUILD/unit/resolve/%s " $nouns) BUILD="$BUILD" >/dev/null
for noun in $nouns; do
	UNDER_VALGRIND=1 check "$noun" valgrind -q --error-exitcode=9 --leak-check=full "$BUILD/unit/resolve/$noun"
done
closing
