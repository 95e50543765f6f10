#!/usr/bin/env bash
# The download pages in a real browser: tests/system/pages.mjs. Needs node, chromium and zbar-tools.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
for tool in chromium zbarimg; do
	command -v $tool >/dev/null && continue
	echo "skipped - $tool is not installed: make deps-test"
	exit 0
done
use_keys
example_repo "$work/repo"
cp "$MDSTATIC" "$work/mdstatic"
node "$top/tests/system/pages.mjs" "$work" "$now"
