#!/usr/bin/env bash
# A second device library, written from schemas/FORMAT.md alone, answers as `mdstatic resolve` does: from the example's tree, from
# generated ones, and from several hundred that no compiler writes. Needs node.
#   SEEDS=1,2 tests/system/format.sh     other generated definitions
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
use_keys
example_repo "$work/repo"
mkdir "$work/format"
export MDSTATIC
node "$top/tests/property/format.mjs" "$work/format" "$work/repo" "$keys" "$top/tests/keys/1.root.json"
