#!/usr/bin/env bash
# H5 packages from real folders and archives into the tree: what comes out is read by other tools (openssl, unzip,
# tar), does not depend on the machine, never changes under a published name, and bad packages are refused.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
use_keys
repo=$work/repo id=20171228 global=70000001
app=$repo/apps/demo
root=$repo/keys/1.root.json
openssl rsa -in "$keys/h5.pem" -pubout -out "$work/h5.pub" 2>/dev/null

task='{"id": "all", "type": "official", "publishedAt": "2026-11-01T00:00:00Z"}'
# release ID VERSION MAINURL [PLATFORM [CLIENT]]: writes a release.json; an empty MAINURL is none
release() {
	local dir=$app/h5/$1/$2 main=${3:+\"mainUrl\": \"$3\",}
	local client=${5:-'{"android": {"min": "1.0"}, "ios": {"min": "1.0"}, "harmony": {"min": "1.0"}}'}
	mkdir -p "$dir"
	printf '{"version": "%s", %s "platform": %s, "clientVersion": %s, "tasks": [%s]}\n' \
		"$2" "$main" "${4:-\"all\"}" "$client" "$task" >"$dir/release.json"
}
archive() { node "$top/tests/system/packages.mjs" "$@"; }
build() { "$MDSTATIC" build "$repo" --keys "$keys" --now "$now" "$@"; }
verify() { "$MDSTATIC" verify "$1" --root "$root" --now "$now" --complete; }
tree=$work/tree/DEMO01-default
folder=h5/$id/1.0.0.1_all

# --- definitions -----------------------------------------------------------------------------------------------------------
mkdir -p "$app/h5/$id/1.0.0.1/www/js" "$app/h5/$global/0.0.0.1/files/lib" "$repo/keys"
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
echo '{"name": "Wallet", "resourceType": "normal"}' >"$app/h5/$id/app.json"
echo '{"name": "Shared", "resourceType": "global"}' >"$app/h5/$global/app.json"
echo '<script src="js/a.js"></script>' >"$app/h5/$id/1.0.0.1/www/index.html"
seq 1 2000 >"$app/h5/$id/1.0.0.1/www/js/a.js"
: >"$app/h5/$id/1.0.0.1/www/empty.txt"
echo 'shared' >"$app/h5/$global/0.0.0.1/files/lib/vue.js"
release $id 1.0.0.1 /www/index.html
release $global 0.0.0.1 ''
git -C "$repo" init -q -b main
commit "$repo" "h5 packages"

# --- what comes out --------------------------------------------------------------------------------------------------------
check "check finds nothing" "$MDSTATIC" check "$repo"
check "the tree is built" build --out "$work/tree"
check "it verifies" verify "$work/tree"
amr=$tree/$folder/nebula/${id}_1.0.0.1.amr
mkdir "$work/amr"
check "unzip reads the package" unzip -t "$amr"
(cd "$work/amr" && unzip -q "$amr")
check "three files, in their order" test "$(unzip -Z1 "$amr" | tr '\n' ' ')" = "Manifest.xml CERT.json $id.tar "
signed() { # FILE: CERT.json's signature of it holds
	node -e 'process.stdout.write(Buffer.from(JSON.parse(require("fs").readFileSync("CERT.json"))[process.argv[1]], "base64"))' "$1" >"$1.sig"
	openssl dgst -sha1 -verify ../h5.pub -signature "$1.sig" "$1"
}
check "CERT.json signs the tar" sh -c "cd '$work/amr' && $(declare -f signed) && signed $id.tar"
check "CERT.json signs Manifest.xml" sh -c "cd '$work/amr' && $(declare -f signed) && signed Manifest.xml"
check "CERT.json names nothing else" test "$(node -p "Object.keys(JSON.parse(require('fs').readFileSync('$work/amr/CERT.json'))).join()")" = "$id.tar,Manifest.xml"
check "Manifest.xml names app and version" grep -q "<uid>$id</uid>" "$work/amr/Manifest.xml"
listing=$(TZ=UTC tar -tvf "$work/amr/$id.tar" --numeric-owner | awk '{print $1, $2, $3, $4, $6}')
check "the tar holds what it should" test "$listing" = "-rw-r--r-- 0/0 $(stat -c %s "$tree/$folder/nebula/fallback/hpmfile.json") 1970-01-01 hpmfile.json
drwxr-xr-x 0/0 0 1970-01-01 www/
-rw-r--r-- 0/0 0 1970-01-01 www/empty.txt
-rw-r--r-- 0/0 32 1970-01-01 www/index.html
drwxr-xr-x 0/0 0 1970-01-01 www/js/
-rw-r--r-- 0/0 8893 1970-01-01 www/js/a.js"
mkdir "$work/unpacked"
tar -xf "$work/amr/$id.tar" -C "$work/unpacked"
check "fallback/ is what the tar holds" diff -r "$work/unpacked" "$tree/$folder/nebula/fallback"
check "hpmfile.json is JSON" node -e "JSON.parse(require('fs').readFileSync('$work/unpacked/hpmfile.json'))"
check "h5_json.json" node -e "
	const j = JSON.parse(require('fs').readFileSync('$tree/$folder/nebula_json/h5_json.json')), e = j.data[0], base = 'https://cdn.example.com/DEMO01-default/$folder/nebula/';
	const hash = require('crypto').createHash('sha256').update(require('fs').readFileSync('$amr')).digest('hex');
	const want = { app_id: '$id', version: '1.0.0.1', main_url: '/www/index.html', name: 'Wallet', vhost: 'https://$id.h5app.com', online: 1, sha256: hash,
	  package_url: base + '${id}_1.0.0.1.amr', fallback_base_url: base + 'fallback/', global_pack_url: '', installType: 0, auto_install: 0, patch: '' };
	for (const k of Object.keys(want)) if (e[k] !== want[k]) throw new Error(k + ': ' + e[k]);
	if (j.resultCode !== 100 || j.state !== 'success' || j.data.length !== 1) throw new Error('envelope');"
global_amr=$tree/h5/$global/0.0.0.1_all/nebula/${global}_0.0.0.1.amr
check "the global package" test "$(unzip -p "$global_amr" $global.tar | tar -tf - | grep -v '/$' | tr '\n' ' ')" = "cdn.example.com/DEMO01_default/lib/vue.js hpmfile.json "
check "has no fallback" test ! -e "$tree/h5/$global/0.0.0.1_all/nebula/fallback"
check "names its first file" grep -qF '"global_pack_url":"https://cdn.example.com/DEMO01_default/lib/vue.js"' "$tree/h5/$global/0.0.0.1_all/nebula_json/h5_json.json"
echo '{"platform": "ios", "appVersion": "2.0"}' >"$work/device.json"
"$MDSTATIC" resolve "$work/tree" --root "$root" --device "$work/device.json" --now "$now" >"$work/answer" 2>&1 || cat "$work/answer"
check "a device is led to the package" grep -qF "\"package_url\": \"https://cdn.example.com/DEMO01-default/$folder/nebula/${id}_1.0.0.1.amr\"" "$work/answer"

# --- the same bytes everywhere -----------------------------------------------------------------------------------------------
(umask 077 && TZ=Asia/Shanghai LC_ALL=C build --out "$work/again" >/dev/null)
check "another umask, time zone and locale" diff -r --exclude=.mdstatic.lock "$work/tree" "$work/again"
mkdir "$work/folder" && mv "$app/h5/$id/1.0.0.1/www" "$work/folder"
archive folder "$work/folder" $id >"$app/h5/$id/1.0.0.1/package.zip"
commit "$repo" "the same files as an archive"
check "an archive of the same files is the same package" build --out "$work/tree"
check "byte for byte" cmp "$amr" "$work/again/DEMO01-default/$folder/nebula/${id}_1.0.0.1.amr"

# --- published names ---------------------------------------------------------------------------------------------------------
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$work/other.pem" 2>/dev/null
cp "$keys/h5.pem" "$work/first.pem"
cp "$work/other.pem" "$keys/h5.pem" && chmod 600 "$keys/h5.pem"
sed -i 's/Wallet/Purse/' "$app/h5/$id/app.json"
commit "$repo" "another name"
check "another key and another name" build --out "$work/tree"
check "do not change what is published" diff -r --exclude=preset "$tree/h5" "$work/again/DEMO01-default/h5"
check "presets have the new name" grep -q Purse "$tree/h5/preset/ios/h5_json.json"
check "answers have the new name" sh -c "'$MDSTATIC' resolve '$work/tree' --root '$root' --device '$work/device.json' --now $now | grep -q Purse"
cp "$work/first.pem" "$keys/h5.pem" && chmod 600 "$keys/h5.pem"

cp -R "$work/tree" "$work/pulled"
rm -r "$work/pulled/DEMO01-default/h5"
build --previous "$work/pulled" --out "$work/rest" >"$work/report"
check "what is not at hand is made again" diff -r "$work/rest/DEMO01-default/h5/$global" "$tree/h5/$global"
check "or kept elsewhere" grep -q "kept elsewhere" "$work/report"
check "and verify knows" "$MDSTATIC" verify "$work/rest" --root "$root" --now "$now"

published="error: version 1.0.0.1 is published with other content; raise the version"
cp "$app/h5/$id/1.0.0.1/package.zip" "$work/package.zip"
echo changed >>"$work/folder/www/index.html"
archive folder "$work/folder" $id >"$app/h5/$id/1.0.0.1/package.zip"
commit "$repo" "other content"
refused "another content under the same version" 1 "apps/demo/h5/$id/1.0.0.1/release.json:1:13: $published" build --out "$work/tree"
check "leaves the tree alone" verify "$work/tree"
release $id 1.0.0.1 /www/index.html '["ios"]' '{"ios": {"min": "1.0"}}'
commit "$repo" "other content for other platforms"
refused "also for other platforms" 1 "$published" build --out "$work/tree"
mkdir -p "$app/h5/$id/1.0.0.2"
mv "$app/h5/$id/1.0.0.1/package.zip" "$app/h5/$id/1.0.0.2"
cp "$work/package.zip" "$app/h5/$id/1.0.0.1"
release $id 1.0.0.1 /www/index.html
release $id 1.0.0.2 /www/index.html
commit "$repo" "raise the version"
check "a new version" build --out "$work/tree"
check "takes the place of the old one" test "$(ls "$tree/h5/$id")" = 1.0.0.2_all
check "the tree verifies" verify "$work/tree"

# --- what verify finds -------------------------------------------------------------------------------------------------------
new=$tree/h5/$id/1.0.0.2_all
damaged() { # NAME TEXT COMMAND…
	rm -rf "$work/bad" && cp -R "$work/tree" "$work/bad"
	local name=$1 text=$2
	shift 2
	(cd "$work/bad/DEMO01-default/h5/$id/1.0.0.2_all" && "$@")
	refused "$name" 1 "$text" verify "$work/bad"
}
damaged "a file that is gone" "nebula/fallback/www/empty.txt: error: is missing" rm nebula/fallback/www/empty.txt
damaged "other bytes" "differs from its SHA-256 in the metadata" sed -i 's/src/SRC/' nebula/fallback/www/index.html
damaged "another length" "bytes; the metadata says" sh -c 'echo >>nebula_json/h5_json.json'
damaged "a file that nothing lists" "nothing in the tree's metadata lists this file" cp nebula_json/h5_json.json nebula/fallback
check "the damaged trees come from a good one" test -e "$new/nebula_json/h5_json.json"

# --- bad packages ------------------------------------------------------------------------------------------------------------
bad() { # NAME CASE TEXT
	archive "$2" >"$repo/$zip"
	refused "$1" 1 "$3" "$MDSTATIC" check "$repo" --worktree
}
mkdir "$app/h5/$id/1.0.0.3"
release $id 1.0.0.3 /www/index.html
zip=apps/demo/h5/$id/1.0.0.3/package.zip
bad "a path that leads out" traversal "$zip: error: \"www/../../x.html\" leads out of its folder (..)"
bad "an absolute path" absolute "$zip: error: \"/etc/x.html\" is absolute"
bad "a symlink" symlink "$zip: error: \"www/link\" is a symbolic link or a special file"
bad "a duplicate" duplicate "$zip: error: \"www/index.html\" is there twice"
bad "a folder in other letters" letters "differ in nothing but case"
bad "101 bytes" long "has 101 bytes; at most 100 are allowed"
bad "a name that is not ASCII" accent "$zip: error: "
bad "no page" nopage "release.json:1:35: error: the package holds no file \"www/index.html\"; did you mean \"/www/Index.html\"?"
bad "cut off" truncated "$zip: error: it is no zip archive, or is cut off"
bad "a file beside the folder" beside "www/index.html\" lies beside the folder $id/"
bad "a global package's files" host "belongs into a global package"
bad "nothing" empty "$zip: error: "
bad "a file that is a folder" file "the path \"www/index.html\" is a file and a folder"
for good in good longest; do
	archive $good >"$repo/$zip"
	check "a $good one" "$MDSTATIC" check "$repo" --worktree
done
rm "$keys/h5.pem"
refused "without the key" 3 "keys/h5.pem: error: cannot open the key" build --out "$work/none"
closing
