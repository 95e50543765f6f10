#!/usr/bin/env bash
# What a fresh machine fetches for the next build, and what is deleted when nothing leads to it any more; on a folder, whose times are set.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
publish=${MDSTATIC_PUBLISH:-$BUILD/mdstatic-publish}
use_keys
repo=$work/repo cdn=$work/cdn app=DEMO01-default
example_repo "$repo"
root=$repo/keys/1.root.json
release=$repo/apps/demo/upgrades/android/8.0.10/release.json

build() { "$MDSTATIC" build "$repo" --out "$1" --keys "$keys" --now "$now" "${@:2}"; } # OUT [OPTION…]
send() { "$publish" "$1" "file://$cdn" --now "$now" "${@:2}"; }                        # TREE [OPTION…]
pull() { "$publish" pull "file://$cdn" "$@"; }                                         # DIR [OPTION…]
good() { "$MDSTATIC" verify "$1" --root "$root" --now "$now" --complete --published; }
count() { find "$1" -type f | wc -l; }
told() { if grep -qF -- "$2" "$work/out"; then ok "$1"; else not_ok "$1"; cat "$work/out"; fi; } # NAME TEXT: the last command said it
change() { sed -i -E "s/\"percent\": [0-9.]+,/\"percent\": $1,/" "$release" && commit "$repo" "share $1"; }

# --- pull ------------------------------------------------------------------------------------------------------------------------
check "an empty destination" pull "$work/none"
told "nothing is there to be pulled" "nothing is published yet"
check "an empty destination, one app" pull "$work/none" --app $app
told "that app is not there" "$app: nothing is published yet"

build "$work/a" >/dev/null
check "the first tree" send "$work/a"
check "it is complete" good "$cdn"
check "pull" pull "$work/previous"
told "it says what it fetched" "$app: snapshot 1, "
check "both apps" test -f "$work/previous/LITE01-default/metadata/timestamp.json"
check "no package is fetched" test -z "$(find "$work/previous" -name '*package*' -o -name '*.amr')"
check "pull again" pull "$work/previous"
told "there is nothing new" ": nothing new"
check "as JSON" pull "$work/previous" --json --app $app
told "JSON: unchanged" '"changed": false'

change 30
check "a build on a fresh machine" build "$work/b" --previous "$work/previous"
check "its tree verifies" "$MDSTATIC" verify "$work/b" --root "$root" --now "$now"
check "it holds less" test "$(count "$work/b/$app")" -lt "$(count "$work/a/$app")"
echo "# $(count "$work/b/$app") of $(count "$work/a/$app") files"
check "it is published" send "$work/b"
check "the destination is complete" good "$cdn"

# Numbers that somebody used up who died before his pointer.
echo '{}' >"$cdn/$app/metadata/7.snapshot.json"
echo '{}' >"$cdn/$app/metadata/5.snapshot.json"
echo '{}' >"$cdn/$app/metadata/9007199254740991.targets.json"
echo '{}' >"$cdn/$app/metadata/3.unknown-role.json"
mkdir "$cdn/$app/metadata/9.x" && echo '{}' >"$cdn/$app/metadata/9.x/y.json"
check "pull beside orphans" pull "$work/previous"
check "a name that leads elsewhere is no metadata" test ! -e "$work/previous/$app/metadata/9.x"
rm -r "$cdn/$app/metadata/9.x"
change 35
check "a build on it" build "$work/c" --previous "$work/previous"
check "it counts on above the orphan" test -f "$work/c/$app/metadata/8.snapshot.json"
check "and not above one that is planted far away" test ! -e "$work/previous/$app/metadata/9007199254740991.targets.json"
check "and is published" send "$work/c"
rm "$cdn/$app/metadata/7.snapshot.json" "$cdn/$app/metadata/5.snapshot.json" "$cdn/$app/metadata/9007199254740991.targets.json"

# A destination that is damaged.
damaged() { # NAME CODE TEXT: $cdn/$app/$file is not as it was
	refused "$1" "$2" "$3" pull "$work/fresh"
	check "$1: nothing is left behind" test ! -e "$work/fresh/$app"
	rm -rf "$work/fresh"
}
file=$(ls "$cdn/$app/metadata" | grep -E '^[0-9]+\.targets\.json$' | sort -n | tail -1)
cp "$cdn/$app/metadata/$file" "$work/kept"
printf ' ' >>"$cdn/$app/metadata/$file"
damaged "a changed targets" 1 "$app/metadata/$file: error: differs from what the file that leads to it says"
rm "$cdn/$app/metadata/$file"
damaged "a missing targets" 1 "$app/metadata/$file: error: is missing, although what leads to it is there"
cp "$work/kept" "$cdn/$app/metadata/$file"
cp "$cdn/$app/metadata/timestamp.json" "$work/kept"
echo '{' >"$cdn/$app/metadata/timestamp.json"
damaged "a broken pointer" 1 "$app/metadata/timestamp.json: error: "
cp "$cdn/LITE01-default/metadata/timestamp.json" "$cdn/$app/metadata/timestamp.json"
damaged "another app's pointer" 1 "belongs to the app LITE01-default"
cp "$work/kept" "$cdn/$app/metadata/timestamp.json"
rm "$cdn/$app/metadata/1.root.json"
check "no root there" pull "$work/fresh" --app $app
refused "a build on it" 1 "metadata/ has no root.json" build "$work/d" --previous "$work/fresh"
cp "$work/c/$app/metadata/1.root.json" "$cdn/$app/metadata/"
refused "no such scheme" 2 "the destination must be s3://bucket/prefix or file:///path" "$publish" pull ftp://x "$work/fresh"
refused "no folder given" 2 "something is missing" "$publish" pull "file://$cdn"
refused "an app that cannot be one" 2 '--app is "../x"; it must be an appCode' pull "$work/fresh" --app ../x

# --- prune -----------------------------------------------------------------------------------------------------------------------
# Times of the destination: what was there up to now, and what came with the next publishing.
age() { find "$cdn" -type f ${2:+-newer "$2"} -exec touch -d "$1" {} +; } # TIME [NEWER-THAN]
prune() { "$publish" prune "file://$cdn" --app $app "$@"; }
age 2026-06-01T00:00:00Z
touch -d 2026-06-02T00:00:00Z "$work/june"
echo 'not ours' >"$cdn/$app/robots.txt"
mkdir -p "$cdn/$app/logs" && echo 'not ours' >"$cdn/$app/logs/1"
touch -d 2026-01-01T00:00:00Z "$cdn/$app/robots.txt" "$cdn/$app/logs/1"
pull "$work/previous" >/dev/null
rm -r "$repo/apps/demo/h5/20171228/1.0.0.2"
sed -i -E 's/"percent": 35,/"percent": 36,/' "$release"
commit "$repo" "without a package"
build "$work/e" --previous "$work/previous" >/dev/null
check "a tree that leads to less" send "$work/e"
age 2026-07-01T00:00:00Z "$work/june"
old_amr=$(find "$cdn/$app/h5" -name '20171228_1.0.0.2.amr')
check "the package is still there" test -f "$old_amr"

check "what was current within the time is kept" prune --now 2026-07-20T00:00:00Z
told "nothing is condemned" "; 0 files (0 bytes) deleted"
check "the package is not condemned" test -z "$(grep -o 20171228_1.0.0.2.amr "$cdn/$app/prune.json")"
rm "$cdn/$app/prune.json"
before=$(count "$cdn/$app")
check "a dry run" prune --now 2026-09-01T00:00:00Z --dry-run
told "it says what would go" "would be condemned, to go with a run after 1 day"
check "and writes nothing" test ! -e "$cdn/$app/prune.json"
check "the first run condemns" prune --now 2026-09-01T00:00:00Z
check "it is written down" grep -q 'nebula/20171228_1.0.0.2.amr' "$cdn/$app/prune.json"
check "nothing is deleted" test "$(count "$cdn/$app")" = $((before + 1))
check "a second run too early" prune --now 2026-09-01T23:00:00Z
check "still nothing is deleted" test "$(count "$cdn/$app")" = $((before + 1))
check "a device's tree is complete all the time" good "$cdn/$app"
refused "more than --max" 1 "files would be deleted, more than --max 3; nothing was" prune --now 2026-09-02T01:00:00Z --max 3
check "so nothing is deleted" test "$(count "$cdn/$app")" = $((before + 1))

cp -a "$cdn" "$work/copy"
check "a grace later it goes" prune --now 2026-09-02T01:00:00Z
check "the package is gone" test ! -e "$old_amr"
check "its empty folders are, too" test ! -e "$(dirname "$(dirname "$old_amr")")"
check "the tree is complete" good "$cdn/$app"
check "what is not ours stays" test -f "$cdn/$app/robots.txt" -a -f "$cdn/$app/logs/1"
check "roots stay" test -f "$cdn/$app/metadata/1.root.json"
check "an unknown role's highest number stays" test -f "$cdn/$app/metadata/3.unknown-role.json"
check "old metadata is gone" test ! -e "$cdn/$app/metadata/1.snapshot.json"
check "the list is empty" test "$(cat "$cdn/$app/prune.json")" = '{"condemned":{},"deleting":0,"v":1}'
files=$(count "$cdn/$app")
check "once more" prune --now 2026-12-02T01:00:00Z
check "nothing more goes" test "$(count "$cdn/$app")" = "$files"
check "as JSON" prune --now 2026-12-02T01:00:00Z --json
told "JSON: counts" '"published": true'
check "the next pull" pull "$work/after"
check "is good for a build" build "$work/f" --previous "$work/after"

# What is condemned and comes back is new.
rm -rf "$cdn" && cp -a "$work/copy" "$cdn"
git -C "$repo" revert --no-edit HEAD >/dev/null
pull "$work/back" >/dev/null
build "$work/g" --previous "$work/back" >/dev/null
check "the package is released again, although condemned" send "$work/g"
check "it was written anew" test "$old_amr" -nt "$work/june"
check "the later run" prune --now 2026-09-02T01:00:00Z
check "spares it" test -f "$old_amr"
check "the tree with it is complete" good "$cdn/$app"

# While somebody deletes.
rm -rf "$cdn" && cp -a "$work/copy" "$cdn"
sed -i -E 's/"deleting":0/"deleting":1788220800/' "$cdn/$app/prune.json" # 2026-09-01
refused "two pruners" 4 "somebody else is pruning since 1 hour" prune --now 2026-09-01T01:00:00Z
check "one that died does not hold up others" prune --now 2026-09-01T03:00:00Z
sed -i -E "s/\"deleting\":0/\"deleting\":$(date -d "$now" +%s)/" "$cdn/$app/prune.json"
refused "a publisher while a pruner deletes" 4 "prune" send "$work/g"
check "no grace: one run does both" prune --now 2026-11-30T00:00:00Z --grace 0 --keep 0
check "the package is gone" test ! -e "$old_amr"
check "the tree is complete" good "$cdn/$app"

# What is not whole keeps nothing, and holds up nothing; what the pointer leads to must be.
rm -rf "$cdn" && cp -a "$work/copy" "$cdn"
rm "$cdn/$app/prune.json"
file=$(ls "$cdn/$app/metadata" | grep -E '^[0-9]+\.targets\.json$' | sort -n | tail -1)
rm "$cdn/$app/metadata/$file"
refused "the pointer leads nowhere" 1 "is missing, although what leads to it is there" prune --now 2026-09-01T00:00:00Z
check "nothing is condemned then" test ! -e "$cdn/$app/prune.json"
refused "a bad grace" 2 '--grace is "1w"; it must be a length of time like 12h or 30d' prune --grace 1w
refused "a bad maximum" 2 '--max is "many"; it must be a number of files' prune --max many
check "an app that is not published" "$publish" prune "file://$cdn" --app NOBODY-default --now 2026-09-01T00:00:00Z
told "it is said" "NOBODY-default: nothing is published there; nothing was touched"
closing
