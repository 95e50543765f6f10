#!/usr/bin/env bash
# A build never writes what devices would refuse: an index above 16 MiB is an error that says which, and the old tree stays. What
# limits it is the plan's outcome, not any one definition, so `check` does not see it.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
use_keys
repo=$work/repo
mkdir -p "$repo"
cp -R "$top/tests/cli/base/minimal/." "$repo"
mkdir -p "$repo/keys"
cp "$top/tests/keys/1.root.json" "$repo/keys"
git -C "$repo" init -q -b main
commit "$repo" small
build() { "$MDSTATIC" build "$repo" --out "$work/tree" --keys "$keys" --now "$now"; }
build >/dev/null
cp -R "$work/tree" "$work/before"

# two releases whose rules name 400,000 models each
for version in 9.1.0 9.2.0; do
	mkdir -p "$repo/apps/demo/upgrades/android/$version"
	awk -v version="$version" 'BEGIN {
		printf "{\"platform\":\"android\",\"version\":\"%s\",\"package\":{\"url\":\"https://d.example.com/a.apk\",\"size\":1,", version
		printf "\"sha256\":\"%064d\"},\"tasks\":[{\"id\":\"a\",\"type\":\"gray\",\"mode\":\"percentage\",\"percent\":50,", 0
		printf "\"publishedAt\":\"2026-01-01T00:00:00Z\",\"upgradeMode\":\"once\",\"rules\":[{\"element\":\"mobileModel\",\"operation\":\"contains\",\"value\":["
		for (i = 0; i < 400000; i++) printf "%s\"model number %d of %s\"", i ? "," : "", i, version
		print "]}]}]}"
	}' >"$repo/apps/demo/upgrades/android/$version/release.json"
done
commit "$repo" huge
refused "an index that devices would not read" 1 "apps/demo/app.ini: error: the index of android upgrade takes" build
check "the old tree stays" diff -r "$work/before" "$work/tree"
check "and check has nothing against the definitions" "$MDSTATIC" check "$repo"
closing
