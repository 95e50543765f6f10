#!/usr/bin/env bash
# No damage goes unnoticed: every file of trees of all shapes is flipped, cut, respelled, forged, swapped and taken away, and
# `verify` and `resolve` must refuse it by name. LONG=1: every byte of small files. Needs node.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
use_keys
example_repo "$work/example"
cp "$top/tests/keys/1.root.json" "$work/root.json"
cp "$MDSTATIC" "$work/mdstatic"
"$work/mdstatic" keys new "$work/other-keys" --root "$work/other-root" --now "$now" >/dev/null
node "$top/tests/system/tamper.mjs" "$work" "$now"
