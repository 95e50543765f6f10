#!/usr/bin/env bash
# `make demo`, from the built program on: it succeeds, answers eight devices, applies a delta, and says the same each time.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
demo() { "$top/examples/demo.sh" 2>&1; }
# The development keys are new each time, and with them the signature inside an H5 package, its size, and that of its delta.
plain() {
	sed -E 's/commit [0-9a-f]+//; s/\([0-9a-f]{12}\)//g; s/(published|unchanged) ([0-9]+ files), [0-9.]+ [kM]?B(ytes)?/\1 \2/g; s/, [0-9.]+ kB(ytes)?$//; s/; [0-9.]+ [kM]B sent//; s/, [0-9]+ objects of [0-9]+ bytes//; s/(DEMO01.* files, )[0-9]+ bytes/\1/
		/expires/d; /delta h5/d; /"fallback_base_url"/,/"sub_url"/{/"fileSize"|"sha256"/d}
		/"h5": /,/"hotpatch"/{/"fromSha256"|"sha256"|"size"|"url"/d}'
}

if demo >"$work/first"; then ok "the demo runs"; else not_ok "the demo runs"; cat "$work/first"; fi
check "it answers eight devices" test "$(grep -c 'mdstatic resolve' "$work/first")" = 8
check "the tester must upgrade" grep -q '"resultStatus": 206' "$work/first"
check "a delta is 100 times smaller than the package, and what comes out is inspected" \
	grep -q 'delta upgrade android 8.0.9 -> 8.0.10: 2[0-9]* of 30[0-9]* bytes' "$work/first"
check "the package that the delta leads to is the released one" grep -q 'versionName *8.0.10' "$work/first"
check "the in-house build has a page" grep -qE '^   pages/ios/[0-9a-f]{32}.html$' "$work/first"
check "a phone that finds nothing new makes one request" test "$(awk '/^}/ { n = 0 } /^   GET/ { n++ } /^(on|off)$/ { print n }' "$work/first")" = 1
demo >"$work/second"
check "it says the same each time" diff <(plain <"$work/first") <(plain <"$work/second")
closing
