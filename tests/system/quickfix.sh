#!/usr/bin/env bash
# Quick fixes into the tree: ready modules and those of an .appqf byte for byte, those we build the same everywhere; what devices
# get of them; bad ones are refused (harmony.mjs has all of those). And the way of one from its parts through a signer into the tree.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
use_keys
repo=$work/repo bundle=com.example.demo
app=$repo/apps/demo
root=$repo/keys/1.root.json
archive() { node "$top/tests/system/packages.mjs" "$@"; }
harmony() { node "$top/tests/harmony.mjs" "$@"; }
build() { "$MDSTATIC" build "$repo" --keys "$keys" --now "$now" "$@"; }
tree=$work/tree/DEMO01-default
hash=$(printf x | sha256sum | cut -d' ' -f1)
task='{"id": "all", "type": "official", "publishedAt": "2026-11-01T00:00:00Z"}'

# patch NAME VERSION PATCHVERSION [TYPES [HASH]]: a patch.json on stdout
patch() {
	printf '{"app": {"bundleName": "%s", "versionCode": %s, "versionName": "1.0", "patchVersionCode": %s, "patchVersionName": "1.0.%s"},
	  "module": {"name": "%s", "type": "patch", "deviceTypes": [%s], "originalModuleHash": "%s"}}' \
		$bundle "$2" "$3" "$3" "$1" "${4:-\"phone\"}" "${5:-$hash}"
}
# release VERSION PATCHVERSION INPUTS
release() {
	printf '{%s, "tasks": [%s]}\n' "$3" "$task" >"$app/quickfixes/$bundle/$1/$2/release.json"
}
# where VERSION PATCHVERSION: the folder of a release, made
where() {
	mkdir -p "$app/quickfixes/$bundle/$1/$2"
	echo "$app/quickfixes/$bundle/$1/$2"
}
# answer VERSION TYPE ABI: what a device is told
answer() {
	printf '{"platform": "harmony", "bundleName": "%s", "versionCode": %s, "deviceType": "%s", "abi": "%s"}' $bundle "$1" "$2" "$3" |
		"$MDSTATIC" resolve "$work/tree" --root "$root" --now "$now" --kind quickfix --device -
}

mkdir -p "$app" "$repo/keys"
cp "$top/tests/keys/1.root.json" "$repo/keys"
printf '[app]\nappId = DEMO01\nworkspaceId = default\n[cdn]\nbaseUrl = https://cdn.example.com/DEMO01-default/\n[harmony]\naudience = 1000\nbundleName = %s\n' $bundle >"$app/app.ini"

ready=$(where 1 1)
patch entry 1 1 >"$work/entry.json"
patch player 1 1 '"phone", "tablet"' >"$work/player.json"
archive hqf "$work/entry.json" ets/modules.abc >"$ready/entry.hqf"
archive hqf "$work/player.json" ets/modules.abc libs/arm64-v8a/libp.so libs/x86_64/libp.so >"$ready/player.hqf"
release 1 1 '"hqf": ["entry.hqf", "player.hqf"]'

split=$(where 2 1)
for name in entry player; do
	patch $name 2 1 >"$work/$name.json"
	archive hqf "$work/$name.json" ets/modules.abc >"$work/$name.hqf"
done
archive appqf "$work/player.hqf" "$work/entry.hqf" >"$split/all.appqf"
release 2 1 '"appqf": "all.appqf"'

parts=$(where 3 1)
mkdir -p "$parts/ets/b" "$parts/libs/arm64-v8a"
echo code >"$parts/ets/modules.abc"
echo more >"$parts/ets/b/other.abc"
harmony elf arm64-v8a "$parts/libs/arm64-v8a/libx.so"
harmony hap "$parts/base.hap" "{ \"bundleName\": \"$bundle\", \"versionCode\": 3, \"versionName\": \"1.0\" }" \
	ets/modules.abc ets/b/other.abc libs/arm64-v8a/libx.so
patch entry 3 1 '"phone"' "$(sha256sum "$parts/base.hap" | cut -d' ' -f1)" >"$parts/entry.json"
release 3 1 '"modules": [{"patch": "entry.json", "base": "base.hap", "ets": "ets", "libs": "libs"}]'
git -C "$repo" init -q -b main
commit "$repo" "quick fixes"

check "check finds nothing" "$MDSTATIC" check "$repo"
check "the tree is built" build --out "$work/tree"
check "it verifies" "$MDSTATIC" verify "$work/tree" --root "$root" --now "$now" --complete
object() { echo "$tree"/targets/o/*/"$(sha256sum "$1" | cut -d' ' -f1)".package.hqf; }
check "a ready module, byte for byte" cmp "$ready/player.hqf" "$(object "$ready/player.hqf")"
check "of an .appqf too" cmp "$work/entry.hqf" "$(object "$work/entry.hqf")"
answer 3 phone arm64-v8a >"$work/answer"
url=$(sed -n 's/.*"url": "https:\/\/cdn.example.com\/DEMO01-default\/\(.*\)".*/\1/p' "$work/answer")
built=$tree/$url
check "what we build" unzip -tq "$built"
check "its files, sorted" test "$(unzip -Z1 "$built" | tr '\n' ' ')" = "ets/b/other.abc ets/modules.abc libs/arm64-v8a/libx.so patch.json "
check "none of them compressed" test -z "$(unzip -v "$built" | awk '$2 == "Defl:N"')"
check "patch.json without white space" sh -c "unzip -p '$built' patch.json | grep -q '^{\"app\":{\"bundleName\":\"$bundle\",'"
(umask 077 && TZ=Asia/Shanghai LC_ALL=C build --out "$work/again" >/dev/null 2>&1)
check "the same everywhere" diff -r --exclude=.mdstatic.lock "$work/tree" "$work/again"
modules() { answer "$@" | sed -n 's/.*"module": "\(.*\)".*/\1/p' | tr '\n' ' '; }
check "a phone gets both modules" test "$(modules 1 phone arm64-v8a)" = "entry player "
check "a tablet one" test "$(modules 1 TABLET x86_64)" = "player "
check "an abi that is not there: none" test "$(modules 1 phone x86)" = "entry "
check "a watch nothing" grep -q '"quickfix": null' <(answer 1 watch arm64-v8a)

# --- bad ones ----------------------------------------------------------------------------------------------------------------
next=$(where 1 2)
at=apps/demo/quickfixes/$bundle/1/2/release.json
# bad NAME TEXT INPUTS: both modules lie there
bad() {
	release 1 2 "$3"
	refused "$1" 1 "$2" "$MDSTATIC" check "$repo" --worktree
}
one() { # PATCHJSON PATH…: as one.hqf
	cat >"$work/patch.json"
	archive hqf "$work/patch.json" "$@" >"$next/one.hqf"
}
patch entry 1 2 | one ets/a.abc
release 1 2 '"hqf": ["one.hqf"]'
check "a good one" "$MDSTATIC" check "$repo" --worktree
patch entry 9 2 | one
bad "another versionCode" "$at:1:10: error: one.hqf: patch.json says versionCode 9; the folder's name is 1" '"hqf": ["one.hqf"]'
patch entry 1 3 | one
bad "another patchVersionCode" "one.hqf: patch.json says patchVersionCode 3; the folder's name is 2" '"hqf": ["one.hqf"]'
patch entry 1 2 | sed 's/example/other/' | one
bad "another bundleName" "one.hqf: patch.json says bundleName \"com.other.demo\"" '"hqf": ["one.hqf"]'
patch entry 1 2 | sed 's/"patch",/"hotreload",/' | one
bad "a debug build" "module.type is hotreload" '"hqf": ["one.hqf"]'
patch ../entry 1 2 | one
bad "a name that is a path" "module.name must be no path" '"hqf": ["one.hqf"]'
patch entry 1 2 | one resources/rawfile/a
bad "resources" "one.hqf: \"resources/rawfile/a\": a quick fix cannot change resources" '"hqf": ["one.hqf"]'
patch entry 1 2 | one libs/arm64/liba.so
bad "no abi" "\"libs/arm64/liba.so\" does not lie in libs/<abi>/" '"hqf": ["one.hqf"]'
echo none >"$next/one.hqf"
bad "no archive" "one.hqf: it is no zip archive, or is cut off" '"hqf": ["one.hqf"]'
patch entry 1 2 | one
patch entry 1 2 '"tablet", "Phone"' >"$work/patch.json"
archive hqf "$work/patch.json" >"$next/two.hqf"
bad "a module twice" "two.hqf: another module is named \"entry\" too, for the device type phone" '"hqf": ["one.hqf", "two.hqf"]'
patch other 1 2 | sed 's/"versionName": "1.0"/"versionName": "1.1"/' >"$work/patch.json"
archive hqf "$work/patch.json" >"$next/two.hqf"
bad "another versionName" "two.hqf: patch.json says versionName \"1.1\"; that of one.hqf is \"1.0\"" '"hqf": ["one.hqf", "two.hqf"]'
rm "$next"/*.hqf
archive appqf "$work/entry.json" >"$next/all.appqf"
bad "an appqf of other files" "all.appqf: entry.json: an appqf holds .hqf files and nothing else" '"appqf": "all.appqf"'
archive empty >"$next/all.appqf"
bad "an empty appqf" "all.appqf: " '"appqf": "all.appqf"'
rm "$next/all.appqf"
patch entry 1 2 '"phone"' 11223344556677889900 | one
release 1 2 '"hqf": ["one.hqf"]'
"$MDSTATIC" check "$repo" --worktree >"$work/said" 2>&1 || true
check "a short hash is a warning" grep -q "release.json:1:10: warning: one.hqf: module.originalModuleHash" "$work/said"

# --- from parts to devices -----------------------------------------------------------------------------------------------------
rm "$next/one.hqf"
patch entry 1 2 >"$work/patch.json"
sign="node '$top/tests/harmony.mjs' sign {in} {out}"
check "built" "$MDSTATIC" hqf build "$work/patch.json" --ets "$parts/ets" --libs "$parts/libs" --out "$work/unsigned.hqf"
check "signed" "$MDSTATIC" hqf sign "$work/unsigned.hqf" --exec "$sign" --out "$work/signed.hqf"
check "joined" "$MDSTATIC" hqf join "$work/signed.hqf" --out "$next/all.appqf"
check "split" "$MDSTATIC" hqf split "$next/all.appqf" --out "$work/split"
check "byte for byte" cmp "$work/signed.hqf" "$work/split/signed.hqf"
release 1 2 '"appqf": "all.appqf"'
"$MDSTATIC" check "$repo" --worktree >"$work/said" 2>&1 || true
check "nothing is said of it" sh -c "! grep -q '/1/2/release.json' '$work/said'"
commit "$repo" "a signed one"
check "it is built" build --out "$work/tree"
check "a device gets the signed bytes" cmp "$work/signed.hqf" "$(object "$work/signed.hqf")"
closing
