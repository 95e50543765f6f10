#!/usr/bin/env bash
# The CI files of templates/ci: tests/system/ci.mjs runs their jobs as the services would, on definitions that `mdstatic init` makes.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
[ -d "$top/tests/system/node_modules/yaml" ] || (cd "$top/tests/system" && npm ci --no-audit --no-fund --silent)
mkdir "$work/programs" # copies: a build beside the test changes nothing
cp "$MDSTATIC" "$BUILD/mdstatic-publish" "$work/programs"
node "$top/tests/system/ci.mjs" "$top/templates" "$work" "$now"
