#!/usr/bin/env bash
# `make demo`, from the built program on: it succeeds, answers eight devices, and says the same each time.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
demo() { "$top/examples/demo.sh" 2>&1; }
# The development keys are new each time, and with them the signature inside an H5 package.
plain() { sed -E 's/commit [0-9a-f]+//; /expires/d; /"sha256": /{N; /"sub_url"/s/^.*\n//}'; }

if demo >"$work/first"; then ok "the demo runs"; else not_ok "the demo runs"; cat "$work/first"; fi
check "it answers eight devices" test "$(grep -c 'mdstatic resolve' "$work/first")" = 8
check "the tester must upgrade" grep -q '"resultStatus": 206' "$work/first"
demo >"$work/second"
check "it says the same each time" diff <(plain <"$work/first") <(plain <"$work/second")
closing
