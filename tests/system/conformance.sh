#!/usr/bin/env bash
# Every tree that the conformance tests of the device library make is given to a standard TUF client (tuf-js), which decides alike,
# but where the test says why not. Needs node and, once, `npm ci`.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
[ -d "$top/tests/system/node_modules/tuf-js" ] || (cd "$top/tests/system" && npm ci --no-audit --no-fund --silent)
for program in conformance conformance_keys conformance_files; do
	make -s -C "$top" BUILD="$BUILD" "$BUILD/unit/resolve/$program" >/dev/null
	check "$program" "$BUILD/unit/resolve/$program" --dump "$work/dump"
done
node "$top/tests/system/conformance.mjs" "$work/dump"
closing
