#!/usr/bin/env bash
# A standard TUF client (tuf-js) reads our trees: everything arrives, and what must be refused is. Needs node and, once, `npm ci`.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$top/tests/system"
[ -d node_modules/tuf-js ] || npm ci --no-audit --no-fund --silent
use_keys
example_repo "$work/repo"
app=DEMO01-default root=$work/repo/keys/1.root.json
build() { "$MDSTATIC" build "$work/repo" --keys "$keys" "$@" >/dev/null; }
client() { # NAME ARGUMENTS…
	check "$1" node tuf.mjs "${@:2}"
}

build --out "$work/first" --now "$now"
client "every index and object" fetch "$work/first/$app" "$root" "$now"
client "a day before expiry" fetch "$work/first/$app" "$root" 2026-11-27T08:00:00Z
client "an expired timestamp" refused "$work/first/$app" "$root" 2026-11-28T08:00:01Z expired

build --out "$work/second" --previous "$work/first" --now 2026-11-27T08:00:00Z
client "a re-signed timestamp" fetch "$work/second/$app" "$root" 2026-11-28T08:00:01Z
client "a replayed timestamp" replay "$work/second/$app" "$work/first/$app" "$root" 2026-11-27T09:00:00Z

cp -R "$work/first" "$work/bad"
sed -i 's/"version":1}}$/"version":9}}/' "$work/bad/$app/metadata/timestamp.json"
client "a changed timestamp" refused "$work/bad/$app" "$root" "$now" sign
closing
