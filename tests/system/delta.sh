#!/usr/bin/env bash
# Deltas between real packages: two APKs out of npm, versions of an h5 app, hotpatches. What a device makes of a base is the newer
# package; what does not fit is refused; nothing is made twice; the machine does not matter.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
use_keys
repo=$work/repo app=$work/repo/apps/demo id=20171228 tree=$work/tree/DEMO01-default
root=$repo/keys/1.root.json
cp "$MDSTATIC" "$work/mdstatic" && MDSTATIC=$work/mdstatic # another build beside the test changes nothing under it
build() { "$MDSTATIC" build "$repo" --keys "$keys" --now "$now" "$@"; }
apply() { "$MDSTATIC" delta apply "$@"; }
# answer DEVICE EXPRESSION: `a` is what the device gets
answer() {
	"$MDSTATIC" resolve "$tree" --root "$root" --now "$now" --device - <<<"$1" >"$work/answer" 2>/dev/null
	node -p "const a = JSON.parse(require('fs').readFileSync('$work/answer')); $2"
}
at() { echo "$tree/${1#https://cdn.example.com/DEMO01-default/}"; } # a file of the tree, by its URL
hash_of() { sha256sum <"$1" | cut -d' ' -f1; }

# --- definitions: the example, more text in its h5 app, and hotpatches that lie in the repository ---------------------------
example_repo "$repo"
for version in 1 2; do
	mkdir -p "$app/h5/$id/1.0.0.$version/www"
	cp "$top/schemas/FORMAT.md" "$app/h5/$id/1.0.0.$version/www/format.txt"
	sed "s/a device/device $version/" "$top/schemas/INTERCHANGE.md" >"$app/h5/$id/1.0.0.$version/www/other.txt"
done
cat >"$app/h5/$id/1.0.0.2/release.json" <<-'JSON'
	{"version": "1.0.0.2", "mainUrl": "/www/index.html", "platform": ["android", "ios"],
	 "clientVersion": {"android": {"min": "8.0.9"}, "ios": {"min": "8.0.9"}},
	 "tasks": [{"id": "all", "type": "official", "publishedAt": "2026-11-18T00:00:00Z"}]}
JSON
for number in 1 2; do
	dir=$app/hotpatches/ios/8.0.10/$number
	mkdir -p "$dir"
	sed "s/^# .*/& $number/" "$top/schemas/FORMAT.md" >"$dir/patch.js"
	echo '{"platform": "ios", "productVersion": "8.0.10", "patchNumber": '"$number"', "package": {"file": "patch.js"},
		"tasks": [{"id": "all", "type": "official", "publishedAt": "2026-11-01T00:00:00Z"}]}' >"$dir/release.json"
done
commit "$repo" "h5 packages and hotpatches"
logged() { build "${@:2}" >"$work/$1" 2>/dev/null; } # the report goes to a file
check "the tree is built" logged report --out "$work/tree"
check "it verifies" "$MDSTATIC" verify "$work/tree" --root "$root" --now "$now" --complete

# --- an upgrade ---------------------------------------------------------------------------------------------------------------
device='{"platform": "android", "appVersion": "8.0.9", "userId": "u-tester1", "osVersion": "14", "city": "Beijing", "deviceId": "d-1"}'
old=$BUILD/cache/$(sed -n 's/^oid sha256://p' "$app/upgrades/android/8.0.9/settings.apk").apk
new=$BUILD/cache/$(sed -n 's/^oid sha256://p' "$app/upgrades/android/8.0.10/settings.apk").apk
check "a device with 8.0.9 is led to 8.0.10" test "$(answer "$device" a.upgrade.version)" = 8.0.10
check "and to a delta from what it has" test "$(answer "$device" "a.upgrade.deltas.map((d) => d.from + ' ' + d.fromSha256).join()")" = "8.0.9 $(hash_of "$old")"
delta=$(at "$(answer "$device" 'a.upgrade.deltas[0].url')")
check "of the size and hash that it is told" test "$(stat -c %s "$delta") $(hash_of "$delta")" = "$(answer "$device" "a.upgrade.deltas[0].size + ' ' + a.upgrade.deltas[0].sha256")"
check "less than a hundredth of the package" test "$(($(stat -c %s "$delta") * 100))" -lt "$(stat -c %s "$new")"
check "it is applied" apply "$delta" "$old" --out "$work/new.apk"
check "what comes out is the package" cmp "$work/new.apk" "$new"
check "which aapt reads" sh -c "aapt dump badging '$work/new.apk' | grep -q versionName=.8.0.10"
check "zstd reads the body" sh -c "tail -c +141 '$delta' | zstd -q -d --patch-from='$old' --memory=256MB - -o '$work/zstd.apk' && cmp '$work/zstd.apk' '$new'"

# --- an h5 app ----------------------------------------------------------------------------------------------------------------
check "a device is led to an h5 package" test "$(answer "$device" "a.h5['$id'].version")" = 1.0.0.2
check "and to a delta" test "$(answer "$device" "a.h5['$id'].deltas[0].from")" = 1.0.0.1
delta=$(at "$(answer "$device" "a.h5['$id'].deltas[0].url")")
amr=$(at "$(answer "$device" "a.h5['$id'].package_url")")
# what a device has: the package of the version before, from a tree of its time
git -C "$repo" rm -rq "$app/h5/$id/1.0.0.2"
commit "$repo" "as it was before"
build --out "$work/before" >/dev/null 2>&1
git -C "$repo" revert --no-edit -n HEAD && commit "$repo" "as it was"
base=$work/before/DEMO01-default/h5/$id/1.0.0.1_all/nebula/${id}_1.0.0.1.amr
check "the delta names the package that was published then" test "$(answer "$device" "a.h5['$id'].deltas[0].fromSha256")" = "$(hash_of "$base")"
check "it is applied" apply "$delta" "$base" --out "$work/new.amr"
for file in Manifest.xml CERT.json "$id.tar"; do
	check "$file is that of the package" cmp <(unzip -p "$work/new.amr" "$file") <(unzip -p "$amr" "$file")
done
check "three files, in their order" test "$(unzip -Z1 "$work/new.amr" | tr '\n' ' ')" = "Manifest.xml CERT.json $id.tar "
check "stored" test "$(unzip -v "$work/new.amr" | grep -c Stored)" = 3
# the next version, for a device that came to this one by a delta
cp -R "$app/h5/$id/1.0.0.2" "$app/h5/$id/1.0.0.3"
sed -i 's/1\.0\.0\.2/1.0.0.3/' "$app/h5/$id/1.0.0.3/release.json"
echo "and more" >>"$app/h5/$id/1.0.0.3/www/other.txt"
commit "$repo" "a third version"
build --previous "$work/tree" --out "$work/third" >/dev/null 2>&1
tree=$work/third/DEMO01-default
third=$(at "$(answer "$device" "a.h5['$id'].deltas[0].url")")
amr3=$(at "$(answer "$device" "a.h5['$id'].package_url")")
tree=$work/tree/DEMO01-default
check "what came out of a delta is a base too" apply "$third" "$work/new.amr" --out "$work/third.amr"
check "as good as the package" apply "$third" "$amr" --out "$work/third.amr"
check "of the third version" cmp <(unzip -p "$work/third.amr" CERT.json) <(unzip -p "$amr3" CERT.json)
git -C "$repo" revert --no-edit HEAD >/dev/null
refused "the newer package is no base" 1 "the base is not the file that this delta was made from" apply "$delta" "$amr" --out "$work/none"
refused "a file that is no package neither" 1 "the base cannot be read as an .amr: " apply "$delta" "$old" --out "$work/none"

# --- a hotpatch ---------------------------------------------------------------------------------------------------------------
device='{"platform": "ios", "appVersion": "8.0.10", "userId": "u-1", "deviceId": "d-1"}'
check "a device is led to a hotpatch by a delta" test "$(answer "$device" 'a.hotpatch.deltas[0].from')" = 8.0.10/1
delta=$(at "$(answer "$device" 'a.hotpatch.deltas[0].url')")
check "it is applied" apply "$delta" "$app/hotpatches/ios/8.0.10/1/patch.js" --out "$work/patch.js"
check "what comes out is the hotpatch" cmp "$work/patch.js" "$app/hotpatches/ios/8.0.10/2/patch.js"

# --- what does not fit ----------------------------------------------------------------------------------------------------------
from=$app/hotpatches/ios/8.0.10/1/patch.js
damaged() { # NAME OFFSET BYTES TEXT: one place of the delta is another one
	cp "$delta" "$work/bad"
	printf "$3" | dd of="$work/bad" bs=1 seek="$2" conv=notrunc 2>/dev/null
	refused "$1" 1 "$4" apply "$work/bad" "$from" --out "$work/none"
}
damaged "another magic" 0 M "it is no delta, or is cut off"
damaged "version 2 of the head" 8 '\002' "it is a delta of another version"
damaged "method 9" 9 '\011' "it is made by a method that is not known here"
damaged "form 2" 10 '\002' "its base has a form that is not known here"
damaged "a byte that must be 0" 11 '\001' "a byte of its head that must be 0 is not"
damaged "a base of 2^56 bytes" 12 '\001' "it takes more than 256 MiB to apply"
damaged "another length of the base" 19 '\377' "the base is not the file that this delta was made from"
damaged "another length of the result" 27 '\377' "its body is not one frame of the result's size"
damaged "another length of the body" 35 '\377' "its head says"
damaged "other memory" 43 '\001' "the memory in its head is not that of its method"
damaged "another base" 44 '....' "the base is not the file that this delta was made from"
damaged "another result" 76 '....' "its result has another SHA-256"
damaged "another hash of the body" 108 '....' "its body has another SHA-256"
damaged "another body" 145 '....' "its body has another SHA-256"
head -c -1 "$delta" >"$work/bad"
refused "cut off" 1 "its head says" apply "$work/bad" "$from" --out "$work/none"
head -c 100 "$delta" >"$work/bad"
refused "cut off in its head" 1 "it is no delta, or is cut off" apply "$work/bad" "$from" --out "$work/none"
(cat "$delta" && echo) >"$work/bad"
refused "extended" 1 "its head says" apply "$work/bad" "$from" --out "$work/none"
refused "more memory than is allowed" 1 "bytes to apply; at most 300000 are allowed" apply "$delta" "$from" --memory 300000 --out "$work/none"
check "nothing of all that was written" test ! -e "$work/none" -a ! -e "$work/none.tmp"
device='{"platform": "android", "appVersion": "8.0.9", "userId": "u-tester1", "osVersion": "14", "city": "Beijing", "deviceId": "d-1"}'
delta=$(at "$(answer "$device" 'a.upgrade.deltas[0].url')")
check "256 MiB of address space are enough for an upgrade" bash -c "ulimit -v 262144; '$MDSTATIC' delta apply '$delta' '$old' --out '$work/small.apk'"

# --- the next build -------------------------------------------------------------------------------------------------------------
cp -R "$work/tree" "$work/pulled"
find "$work/pulled" -name '*.delta.bin' -delete
commit "$repo" "nothing"
check "the next build" logged next.report --previous "$work/pulled" --out "$work/next"
check "makes no delta again" test -z "$(find "$work/next" -name '*.delta.bin')"
check "but tells of them" diff <(grep "delta " "$work/report") <(grep "delta " "$work/next.report")
check "and knows that they are elsewhere" grep -q "3 of them kept elsewhere" "$work/next.report"
check "as verify does" "$MDSTATIC" verify "$work/next" --root "$root" --now "$now"
recipes=$(ls "$work"/tree/DEMO01-default/targets/o/*/*.recipes.json)
sed -i 's/^\[delta\]/&\nmaxRatio = 0.000001/; /^maxRatio = 0\.[1-9]/d' "$app/app.ini"
commit "$repo" "hardly any delta is worth it"
check "with another maxRatio" logged ratio.report --previous "$work/tree" --out "$work/none"
check "they are gone" test -z "$(find "$work/none" -name '*.delta.bin')"
check "with a reason each" grep -q "no delta upgrade android 8.0.9 -> 8.0.10: it has .* bytes; \[delta\] maxRatio allows 3 of the package's" "$work/ratio.report"
check "that is remembered" sh -c "grep -q '\"size\":\"' '$work'/none/DEMO01-default/targets/o/*/*.recipes.json"
check "the first tree told of no size" sh -c "! grep -q '\"size\":\"' '$recipes'"
check "the tree verifies" "$MDSTATIC" verify "$work/none" --root "$root" --now "$now" --complete
git -C "$repo" revert --no-edit HEAD >/dev/null

# --- the same bytes everywhere ----------------------------------------------------------------------------------------------------
git clone -q "$repo" "$work/elsewhere" 2>/dev/null
cp -R "$repo/.git/lfs" "$work/elsewhere/.git/lfs"
(umask 077 && cd "$work/elsewhere" && TZ=Asia/Shanghai LC_ALL=C "$MDSTATIC" build . --keys "$keys" --now "$now" --jobs 1 --out "$work/second" >/dev/null)
(cd "$work/tree" && find . -name '*.delta.bin' -exec sha256sum {} + | sort) >"$work/first.sums"
(cd "$work/second" && find . -name '*.delta.bin' -exec sha256sum {} + | sort) >"$work/second.sums"
check "there are deltas" test "$(wc -l <"$work/first.sums")" -ge 3
check "another folder, umask, time zone, locale and number of threads" cmp "$work/first.sums" "$work/second.sums"
closing
