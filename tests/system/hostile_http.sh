#!/usr/bin/env bash
# Web servers that are slow, broken or hostile: examples/device refuses them or survives, and keeps what it has. Needs node.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
use_keys
example_repo "$work/repo"
while IFS= read -r line; do
	echo "$line"
	case $line in "ok "*) passed=$((passed + 1)) ;; "not ok "*) failed=$((failed + 1)) ;; esac
done < <(node "$top/tests/system/hostile_http.mjs" "$MDSTATIC" "$BUILD/device" "$work/repo" "$keys" "$work/repo/keys/1.root.json" "$work" "$now" 2>&1)
[ "$passed" -gt 70 ] || not_ok "hostile_http.mjs ended early"
closing
