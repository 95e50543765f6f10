#!/usr/bin/env bash
# Large packages: from Git LFS and the work tree they are mapped, so that a package of 16 times the memory that the program may
# have needs no more than a small one; what git itself keeps has a limit, and a file that is cut off while it is read ends the
# program in words.
#   LONG=1 tests/system/large.sh      3 GiB in the same memory
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
use_keys
mib=$((1 << 20))
size=$((${LONG:+3 * }1024 * mib)) memory=65536 # bytes of the package; KiB that the program may have for its own
repo=$work/repo
app=$repo/apps/demo
release=$app/upgrades/android/5.0.0

# A sparse Android package of about that many bytes: after its manifest a stored file of zeros, of which nobody reads more
# than the digests do.
node --input-type=module - "$top" "$work/large.apk" "$size" <<'JS'
import fs from 'node:fs';
const [top, file, size] = process.argv.slice(2);
const { apk } = await import(`${top}/tests/apk.mjs`);
const small = apk('com.example.demo', '5.0.0', { signed: false });
const directory = small.readUInt32LE(small.length - 6), end = small.length - 22;
const name = Buffer.from('assets/large.bin');
const local = Buffer.alloc(30), central = Buffer.alloc(46), last = Buffer.from(small.subarray(end));
local.writeUInt32LE(0x04034b50), central.writeUInt32LE(0x02014b50);
for (const [header, at] of [[local, 18], [central, 20]]) {
	header.writeUInt32LE(Number(size), at);
	header.writeUInt32LE(Number(size), at + 4);
	header.writeUInt16LE(name.length, at + 8);
}
central.writeUInt32LE(directory, 42);
const where = directory + local.length + name.length + Number(size);
last.writeUInt16LE(2, 8), last.writeUInt16LE(2, 10);
last.writeUInt32LE(end - directory + central.length + name.length, 12), last.writeUInt32LE(where, 16);
const fd = fs.openSync(file, 'w');
fs.writeSync(fd, Buffer.concat([small.subarray(0, directory), local, name]), 0, undefined, 0);
const tail = Buffer.concat([small.subarray(directory, end), central, name, last]);
fs.writeSync(fd, tail, 0, tail.length, where);
fs.closeSync(fd);
JS
hash=$(openssl dgst -sha256 -r "$work/large.apk" | cut -d" " -f1) # faster than sha256sum
bytes=$(stat -c %s "$work/large.apk")
object=$repo/.git/lfs/objects/${hash:0:2}/${hash:2:2}/$hash

# run COMMAND…: with little memory of its own (RLIMIT_DATA counts what a process may write to, and not files that it maps)
run() { (ulimit -d $memory && exec "$MDSTATIC" "$@"); }
tree() { run build "$repo" --out "$work/tree" --keys "$keys" --now "$now"; }

mkdir -p "$release" "$repo/keys" "${object%/*}"
cp "$top/tests/keys/1.root.json" "$repo/keys"
printf '[app]\nappId = DEMO01\nworkspaceId = default\n[cdn]\nbaseUrl = https://cdn.example.com/DEMO01-default/\n' >"$app/app.ini"
printf '[android]\naudience = 1000\npackageName = com.example.demo\n' >>"$app/app.ini"
printf '{"platform": "android", "version": "5.0.0", "package": {"file": "demo.apk"}, "tasks": [%s]}\n' \
	'{"id": "all", "type": "official", "publishedAt": "2026-11-01T00:00:00Z", "upgradeMode": "once"}' >"$release/release.json"
printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %s\n' "$hash" "$bytes" >"$release/demo.apk"
git -C "$repo" init -q -b main
commit "$repo" "a large package"
ln "$work/large.apk" "$object"

# --- Git LFS ---------------------------------------------------------------------------------------------------------------
check "check reads $bytes bytes in $memory KiB" run check "$repo"
check "build does too" tree
placed=$work/tree/DEMO01-default/targets/o/${hash:0:16}/$hash.package.apk
check "the tree has the package" cmp "$work/large.apk" "$placed"
check "in a file of its own" test ! "$placed" -ef "$object"
check "of the usual mode" test "$(stat -c %a "$placed")" = 644

# --- a machine without the object ------------------------------------------------------------------------------------------------
mv "$object" "$work/object"
rm "$placed"
check "what an earlier build has read need not be at hand" tree
check "it is kept elsewhere" grep -qF "${placed#"$work/tree/DEMO01-default/"}" "$work/tree/DEMO01-default/build.json"
refused "but for checking it" 1 "the Git LFS object ${hash:0:12} ($bytes bytes) is not at hand; run: git lfs fetch origin HEAD" run check "$repo"
mv "$work/object" "$object"

# --- cut off meanwhile -------------------------------------------------------------------------------------------------------
truncated() { # as soon as it is mapped: all but its ends is still to be read
	local pid
	"$MDSTATIC" inspect "$work/large.apk" &
	pid=$!
	until grep -qsF "$work/large.apk" /proc/$pid/maps || ! kill -0 $pid 2>/dev/null; do sleep 0.01; done
	truncate -s $mib "$work/large.apk"
	wait $pid
}
refused "a file that is cut off meanwhile" 3 "mdstatic: error: a file became shorter, or its disk failed, while it was being read" truncated
refused "the object is another one now" 1 "the Git LFS object ${hash:0:12} at hand has other bytes" run check "$repo"

# --- the work tree -----------------------------------------------------------------------------------------------------------
head -c $((2 * memory * 1024)) /dev/zero >"$release/demo.apk"
refused "the work tree is mapped: $memory KiB do for twice that" 1 "demo.apk cannot be read as an Android package" run check --worktree "$repo"
mv "$release/demo.apk" "$release/demo.bin"
check "for inspect too" run inspect "$release/demo.bin"
git -C "$repo" checkout -q .

# --- git itself --------------------------------------------------------------------------------------------------------------
# stored MIB: a commit whose package is said to have that many bytes in git; only its header is there
stored() {
	local id
	id=$(printf '%040x' "$1")
	mkdir -p "$repo/.git/objects/${id:0:2}"
	printf 'blob %s\0' $(($1 * mib + 1)) | node -e 'process.stdout.write(require("zlib").deflateSync(require("fs").readFileSync(0)))' \
		>"$repo/.git/objects/${id:0:2}/${id:2}"
	git -C "$repo" update-index --cacheinfo "100644,$id,apps/demo/upgrades/android/5.0.0/demo.apk"
	git -C "$repo" commit -qm large
}
stored 512
refused "more than git is asked for" 1 "release.json:1:65: error: demo.apk has 513 MiB in git; at most 512 MiB are read from git itself: put it into Git LFS, or give its url, size and sha256" \
	run check "$repo"
stored 5000
refused "also far more" 1 "demo.apk has 5001 MiB in git" run check "$repo"
closing
