#!/usr/bin/env bash
# Real web pages (the mobile UI package weui, out of the npm registry) as offline packages: built from the folder and from an
# archive of it, read by openssl, unzip and tar, accepted by what an mPaaS client does; a global package of its styles, which the
# tree also has file by file; and what apps are shipped with.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
use_keys
repo=$work/repo id=20171228 shared=70000001 other=70000002
app=$repo/apps/demo h5=$repo/apps/demo/h5
dist=$top/tests/system/node_modules/weui/dist
root=$repo/keys/1.root.json
tree=$work/tree/DEMO01-default
host=cdn.example.com/DEMO01_default

# release ID VERSION MAINURL [STATUS]: an empty MAINURL is none
release() {
	mkdir -p "$h5/$1/$2"
	printf '{"version": "%s", %s "platform": "all", "tasks": [{"id": "all", "type": "official", %s}],\n%s}\n' "$2" "${3:+\"mainUrl\": \"$3\",}" \
		"\"status\": \"${4:-releasing}\", \"publishedAt\": \"2026-11-01T00:00:00Z\"" \
		'"clientVersion": {"android": {"min": "1.0"}, "ios": {"min": "1.0"}, "harmony": {"min": "1.0"}}' >"$h5/$1/$2/release.json"
}
build() { "$MDSTATIC" build "$repo" --keys "$keys" --now "$now" "$@"; }
verify() { "$MDSTATIC" verify "$1" --root "$root" --now "$now" --complete; }
listed() { # PREFIX: the paths below it that files.json has
	node -e '
		const fs = require("fs"), [tree, prefix] = process.argv.slice(1);
		const [file] = fs.readdirSync(`${tree}/targets/o`, { recursive: true }).filter((f) => f.endsWith(".files.json"));
		console.log(Object.keys(JSON.parse(fs.readFileSync(`${tree}/targets/o/${file}`)).files).filter((f) => f.startsWith(prefix)).join("\n"))' \
		"$tree" "$1"
}

mkdir -p "$app" "$repo/keys" "$h5/$id/1.0.0.1/www" "$h5/$shared/0.0.0.1/files"
cp "$top/tests/keys/1.root.json" "$repo/keys"
cat >"$app/app.ini" <<-INI
	[app]
	appId = DEMO01
	workspaceId = default
	[cdn]
	baseUrl = https://cdn.example.com/DEMO01-default/
	[android]
	audience = 1000
	[h5]
	vhost = h5app.com
	globalHost = cdn.example.com
INI
for each in "$id normal WeUI" "$shared global Styles" "$other global More"; do
	read -r which type name <<<"$each"
	mkdir -p "$h5/$which"
	echo "{\"name\": \"$name\", \"resourceType\": \"$type\"}" >"$h5/$which/app.json"
done
cp -R "$dist/." "$h5/$id/1.0.0.1/www"
release $id 1.0.0.1 /www/example/index.html
cp -R "$dist/style" "$h5/$shared/0.0.0.1/files"
release $shared 0.0.0.1 ''
git -C "$repo" init -q -b main
commit "$repo" "real pages"

# --- from a folder, and from an archive --------------------------------------------------------------------------------------
check "check finds nothing" "$MDSTATIC" check "$repo"
check "the tree is built" build --out "$work/tree"
check "it verifies" verify "$work/tree"
folder=$tree/h5/$id/1.0.0.1_all/nebula
amr=$folder/${id}_1.0.0.1.amr
mkdir "$work/unpacked" "$work/content"
check "unzip reads the package" unzip -q "$amr" -d "$work/unpacked"
check "tar reads what is in it" tar -xf "$work/unpacked/$id.tar" -C "$work/content"
check "it holds the pages" diff -r "$work/content/www" "$dist"
check "so does fallback/" diff -r "$work/content" "$folder/fallback"

git -C "$repo" archive --format=zip -o "$work/package.zip" "HEAD:apps/demo/h5/$id/1.0.0.1" www
cp -R "$repo" "$work/second"
rm -r "$work/second/apps/demo/h5/$id/1.0.0.1/www"
cp "$work/package.zip" "$work/second/apps/demo/h5/$id/1.0.0.1"
commit "$work/second" "the same as an archive"
check "an archive that git made of the folder" "$MDSTATIC" build "$work/second" --keys "$keys" --now "$now" --out "$work/archive"
check "gives the same package" cmp "$amr" "$work/archive/DEMO01-default/h5/$id/1.0.0.1_all/nebula/${id}_1.0.0.1.amr"

# --- signatures, by another program -------------------------------------------------------------------------------------------
openssl rsa -in "$keys/h5.pem" -pubout -out "$work/h5.pub" 2>/dev/null
for file in "$id.tar" Manifest.xml; do
	node -e 'process.stdout.write(Buffer.from(JSON.parse(require("fs").readFileSync(process.argv[1]))[process.argv[2]], "base64"))' \
		"$work/unpacked/CERT.json" "$file" >"$work/signature"
	check "openssl verifies CERT.json's signature of $file" openssl dgst -sha1 -verify "$work/h5.pub" -signature "$work/signature" "$work/unpacked/$file"
	refused "and not as SHA-256" 1 "" openssl dgst -sha256 -verify "$work/h5.pub" -signature "$work/signature" "$work/unpacked/$file"
done

# --- what a client makes of them ------------------------------------------------------------------------------------------------
client() { # NAME PACKAGE ID VERSION FALLBACK
	node "$top/tests/system/amr.mjs" "$2" "$3" "$4" "$keys/h5.pem" "$work/h5.pub" "$5" >"$work/client" 2>&1 || echo "not ok - amr.mjs ended with $?" >>"$work/client"
	sed "s/^\(ok\|not ok\) - /&$1: /" "$work/client"
	passed=$((passed + $(grep -c '^ok - ' "$work/client" || true)))
	failed=$((failed + $(grep -c '^not ok - ' "$work/client" || true)))
}
client normal "$amr" $id 1.0.0.1 "$folder/fallback"
client global "$tree/h5/$shared/0.0.0.1_all/nebula/${shared}_0.0.0.1.amr" $shared 0.0.0.1 ''

# --- what our own library makes of them -------------------------------------------------------------------------------------------
san=${BUILD##*/build}
make -s -C "$top" "SAN=${san#-}" "build$san/tests/h5pages"
opened() { # ID OUT [KEY]: paths on stdin
	"$BUILD/tests/h5pages" "$work/tree" "$root" "${3:-$work/h5.pub}" https://cdn.example.com/DEMO01-default/ "$(date -d "$now" +%s)" "$1" "$2"
}
(cd "$dist/.." && find dist -type f | sed 's,^dist,www,') >"$work/paths"
check "the device library loads, verifies and reads every page" opened $id "$work/device" <"$work/paths"
check "as they are" diff -r "$work/device/www" "$dist"
(cd "$tree" && find "$host" -type f) >"$work/paths"
check "and the files of the global package" opened $shared "$work/device" <"$work/paths"
check "as they are, too" diff -r "$work/device/$host" "$tree/$host"
openssl genrsa 2048 2>/dev/null | openssl rsa -pubout -out "$work/other.pub" 2>/dev/null
refused "not under another key" 1 "h5 $id 1.0.0.1: the package is refused: the signature of $id.tar is not one by this key" \
	opened $id "$work/device" "$work/other.pub" </dev/null

# --- global packages, file by file -----------------------------------------------------------------------------------------------
check "its files lie where pages refer to them" diff -r "$tree/$host/style" "$dist/style"
check "and nothing else does" test "$(cd "$tree/cdn.example.com" && find . -type f | sort | tr '\n' ' ')" = "./DEMO01_default/style/weui.css ./DEMO01_default/style/weui.min.css "
check "files.json lists them" test "$(listed cdn.example.com/ | tr '\n' ' ')" = "$host/style/weui.css $host/style/weui.min.css "
check "the package has them in the same folder" test "$(unzip -p "$tree/h5/$shared/0.0.0.1_all/nebula/${shared}_0.0.0.1.amr" $shared.tar | tar -tf - | grep -v '/$' | tr '\n' ' ')" = \
	"$host/style/weui.css $host/style/weui.min.css hpmfile.json "
cp -R "$work/tree" "$work/bad"
echo >"$work/bad/DEMO01-default/$host/style/stray.css"
refused "verify finds a file that nothing lists" 1 "$host/style/stray.css: error: nothing in the tree's metadata lists this file" verify "$work/bad"
rm "$work/bad/DEMO01-default/$host/style/stray.css" "$work/bad/DEMO01-default/$host/style/weui.css"
refused "and one that is gone" 1 "$host/style/weui.css: error: is missing" verify "$work/bad"
check "the next build puts it back" build --out "$work/bad"
check "as it was" diff -r --exclude=.mdstatic.lock "$work/bad" "$work/tree"

# a second package with one file in common
mkdir -p "$h5/$other/0.0.0.1/files/style"
cp "$dist/style/weui.css" "$h5/$other/0.0.0.1/files/style"
echo 'body {}' >"$h5/$other/0.0.0.1/files/style/more.css"
release $other 0.0.0.1 ''
commit "$repo" "a file in common"
check "two packages may share a file" build --out "$work/tree"
check "which is listed once" test "$(listed "$host" | tr '\n' ' ')" = "$host/style/more.css $host/style/weui.css $host/style/weui.min.css "
check "the tree verifies" verify "$work/tree"
(umask 077 && TZ=Asia/Shanghai LC_ALL=C build --out "$work/again" >/dev/null)
check "a build from nothing has the same files" diff -r "$work/again/DEMO01-default/h5" "$tree/h5"
check "of global packages too" diff -r "$work/again/DEMO01-default/cdn.example.com" "$tree/cdn.example.com"
cp -R "$work/tree" "$work/pulled"
rm -r "$work/pulled/DEMO01-default/h5" "$work/pulled/DEMO01-default/cdn.example.com"
check "what is not at hand is made again" build --previous "$work/pulled" --out "$work/rest"
check "each file once" diff -r "$work/rest/DEMO01-default/cdn.example.com" "$tree/cdn.example.com"
check "and that tree verifies" verify "$work/rest"

at=apps/demo/h5/$other/0.0.0.1/release.json:1:13
echo '/* changed */' >>"$h5/$other/0.0.0.1/files/style/weui.css"
refused "the same path with other bytes" 1 "$at: error: the path \"$host/style/weui.css\" has other content in version 0.0.0.1 of $shared; pages find both by one URL: give the file another name" \
	"$MDSTATIC" check "$repo" --worktree
commit "$repo" "the same path with other bytes"
refused "is not built" 1 "$at: error: " build --out "$work/tree"
check "and leaves the tree alone" verify "$work/tree"
release $shared 0.0.0.1 '' ended
commit "$repo" "not if the other one is ended"
refused "nor when the other version has ended" 1 "has other content in version 0.0.0.1 of $shared" "$MDSTATIC" check "$repo"
rm -r "${h5:?}/$shared"
commit "$repo" "nor if it is gone"
check "nothing in the definitions speaks against it when that version is gone" "$MDSTATIC" check "$repo"
refused "but what is published does" 1 "$at: error: version 0.0.0.1 is published with other content" build --out "$work/tree"
mkdir -p "$h5/$other/0.0.0.2"
mv "$h5/$other/0.0.0.1/files" "$h5/$other/0.0.0.2"
rm -r "$h5/$other/0.0.0.1"
release $other 0.0.0.2 ''
commit "$repo" "another version"
refused "of another version too" 1 "has other content in what is published" build --out "$work/tree"
mv "$h5/$other/0.0.0.2/files/style/weui.css" "$h5/$other/0.0.0.2/files/style/weui-2.css"
commit "$repo" "another name"
check "another name is another file" build --out "$work/tree"
check "what nobody has any more is listed no more" test "$(listed "$host" | tr '\n' ' ')" = "$host/style/more.css $host/style/weui-2.css "
check "nor in the tree" test "$(ls "$tree/$host/style" | tr '\n' ' ')" = "more.css weui-2.css "
check "which verifies" verify "$work/tree"

# --- what apps are shipped with -----------------------------------------------------------------------------------------------------
preset() { node -p "JSON.parse(require('fs').readFileSync('$tree/h5/preset/$1/h5_json.json')).data.map((e) => e.app_id + ' ' + e.version).join()"; }
for platform in android ios harmony; do
	check "presets of $platform" test "$(preset $platform)" = "$id 1.0.0.1,$other 0.0.0.2"
done
check "are the entries of the packages" node -e "
	const read = (path) => JSON.parse(require('fs').readFileSync('$tree/h5/' + path));
	require('assert').deepStrictEqual(read('preset/ios/h5_json.json'), { ...read('$id/1.0.0.1_all/nebula_json/h5_json.json'),
		data: [...read('$id/1.0.0.1_all/nebula_json/h5_json.json').data, ...read('$other/0.0.0.2_all/nebula_json/h5_json.json').data] });"
mkdir -p "$h5/$id/1.0.0.2"
cp "$work/package.zip" "$h5/$id/1.0.0.2"
release $id 1.0.0.2 /www/example/index.html
sed -i 's/"all", "tasks"/["ios"], "tasks"/; s/"android": {"min": "1.0"}, //; s/, "harmony": {"min": "1.0"}//' "$h5/$id/1.0.0.2/release.json"
commit "$repo" "a version for ios"
check "a newer version of one platform" build --out "$work/tree"
check "takes its place there" test "$(preset ios)" = "$id 1.0.0.2,$other 0.0.0.2"
check "and nowhere else" test "$(preset android)" = "$id 1.0.0.1,$other 0.0.0.2"
check "the tree verifies" verify "$work/tree"
"$MDSTATIC" export h5 "$repo" --platform ios >"$work/export"
check "export h5 says the same, without sizes and hashes" node -e "
	const preset = JSON.parse(require('fs').readFileSync('$tree/h5/preset/ios/h5_json.json'));
	for (const e of preset.data) { delete e.fileSize; delete e.sha256; }
	require('assert').deepStrictEqual(JSON.parse(require('fs').readFileSync('$work/export')), preset);"
rm -r "${h5:?}/$id" "${h5:?}/$other"
commit "$repo" "no app"
check "without apps" build --out "$work/tree"
check "there is no preset" test ! -e "$tree/h5"
closing
