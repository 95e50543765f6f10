#!/usr/bin/env bash
# iOS packages of real tools: archives by zip and jar, property lists by plistutil, profiles by openssl. mdstatic reads the same out of
# them as they do; what becomes of package, icon and symbols in a tree; lists and profiles that are broken, or made to do harm.
# (Each mismatch with a definition: tests/cli/check/ipa.test.)
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
"$top/tests/deps" openssl zip libplist-utils
use_keys
ios() { node "$top/tests/ios.mjs" "$@"; }
helper() { node "$top/tests/system/ipa.mjs" "$@"; }

# pack FILE INFO [PROFILE]: an .ipa of an unpacked one, with another Info.plist, by Info-ZIP: folders, deflated, with extra fields.
mkdir "$work/app"
ios ipa '{ "bundleId": "com.example.demo" }' >"$work/good.ipa"
(cd "$work/app" && unzip -q ../good.ipa)
inside=$work/app/Payload/Demo.app
pack() {
	cp "$2" "$inside/Info.plist"
	cp "${3:-$work/good.mobileprovision}" "$inside/embedded.mobileprovision"
	rm -f "$1"
	(cd "$work/app" && zip -qr "$1" Payload)
}
cp "$inside/embedded.mobileprovision" "$work/good.mobileprovision"
cp "$inside/Info.plist" "$work/good.plist"
inspected() { "$MDSTATIC" inspect --json "$1" | node -e '
	const { bundleId, version, build, minimumOs } = JSON.parse(require("fs").readFileSync(0)).facts;
	console.log(JSON.stringify({ bundleId, version, build, minimumOs }));'; }

# --- plistutil as the oracle ---------------------------------------------------------------------------------------------
mkdir "$work/lists"
helper lists "$work/lists"
for xml in "$work"/lists/*.xml; do
	name=$(basename "$xml" .xml)
	plistutil -i "$xml" -f bin -o "$work/lists/$name.xml-by-plistutil.bin"
	plistutil -i "$work/lists/$name.bin" -f xml -o "$work/lists/$name.bin-by-plistutil.xml"
	helper facts "$work/lists/$name.bin-by-plistutil.xml" >"$work/want"
	for list in "$work/lists/$name".*; do
		pack "$work/list.ipa" "$list"
		inspected "$work/list.ipa" >"$work/got" || true
		check "$(basename "$list") is read as plistutil reads it" diff "$work/want" "$work/got"
	done
done

# --- other archives ------------------------------------------------------------------------------------------------------
pack "$work/zip.ipa" "$work/good.plist"
inspected "$work/good.ipa" >"$work/want"
inspected "$work/zip.ipa" >"$work/got"
check "a package by zip" diff "$work/want" "$work/got"
if command -v jar >/dev/null; then
	(cd "$work/app" && jar cMf ../jar.ipa Payload) # with data descriptors
	inspected "$work/jar.ipa" >"$work/got"
	check "a package by jar" diff "$work/want" "$work/got"
else
	echo "skipped jar"
fi

# --- what openssl signs --------------------------------------------------------------------------------------------------
signed() { # FILE CONTENT OPTION…
	local file=$1 content=$2
	shift 2
	openssl cms -sign -binary -outform DER -in "$content" -out "$file" -signer "$top/tests/keys/profile.pem" \
		-inkey "$keys/h5.pem" "$@"
}
openssl cms -verify -noverify -inform DER -in "$work/good.mobileprovision" -out "$work/content" 2>/dev/null
signed "$work/attributes" "$work/content" -nodetach
signed "$work/sha512" "$work/content" -nodetach -md sha512
signed "$work/pss" "$work/content" -nodetach -keyopt rsa_padding_mode:pss
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-384 -nodes -keyout "$work/ec.key" -out "$work/ec.pem" -subj /CN=EC 2>/dev/null
openssl cms -sign -binary -nodetach -outform DER -in "$work/content" -out "$work/ec" -signer "$work/ec.pem" -inkey "$work/ec.key"
for profile in attributes sha512 pss ec; do
	pack "$work/profile.ipa" "$work/good.plist" "$work/$profile"
	check "a profile signed with $profile" "$MDSTATIC" inspect "$work/profile.ipa"
done
signed "$work/detached" "$work/content"
signed "$work/no-certificate" "$work/content" -nodetach -nocerts
sed 's/2037-01-01/2038-01-01/' "$work/attributes" >"$work/another-date"
head -c 1500 "$work/attributes" >"$work/cut-off"
(cat "$work/attributes" && echo) >"$work/longer"
for profile in detached no-certificate another-date cut-off longer; do
	pack "$work/profile.ipa" "$work/good.plist" "$work/$profile"
	refused "a profile: $profile" 1 "embedded.mobileprovision: " "$MDSTATIC" inspect "$work/profile.ipa"
done

# --- in a tree -----------------------------------------------------------------------------------------------------------
folder=$work/repo/apps/demo/upgrades/ios/5.0.0
mkdir -p "$folder" "$work/repo/keys" "$work/repo/apps/demo/whitelists"
cp "$top/tests/keys/1.root.json" "$work/repo/keys"
echo staff-1 >"$work/repo/apps/demo/whitelists/staff.txt"
cat >"$work/repo/apps/demo/app.ini" <<-'END'
	[app]
	appId = DEMO01
	workspaceId = default
	name = Demo
	[cdn]
	baseUrl = https://cdn.example.com/DEMO01-default/
	[ios]
	audience = 1000
END
cat >"$folder/release.json" <<-'END'
	{
	  "platform": "ios",
	  "version": "5.0.0",
	  "distribution": { "type": "enterprise", "package": { "file": "demo.ipa" }, "icon": "icon.png" },
	  "symbols": "dsym.tgz",
	  "tasks": [
	    { "id": "staff", "type": "gray", "mode": "whitelist", "whitelists": ["staff"], "publishedAt": "2026-11-16T08:00:00Z", "upgradeMode": "once" }
	  ]
	}
END
cp "$work/zip.ipa" "$folder/demo.ipa"
ios png 180 >"$folder/icon.png"
ios symbols >"$folder/dsym.tgz"
git -C "$work/repo" init -q -b main
commit "$work/repo" "a package that names its app itself"
build() { "$MDSTATIC" build "$work/repo" --out "$work/tree" --keys "$keys" --now "$now" --json; }
check "a tree of it" build
tree=$work/tree/DEMO01-default
manifest=$(find "$tree/targets/o" -name '*.manifest.plist')
plistutil -i "$manifest" -f xml -o "$work/manifest.xml"
text() { sed -nE "/<key>$1<\/key>/{n;s/^\t*<string>(.*)<\/string>$/\1/p}" "$work/manifest.xml"; }
check "the install manifest names the package's app" test "$(text bundle-identifier)" = com.example.demo
check "and the version" test "$(text bundle-version)" = 5.0.0
check "and its assets" test "$(text kind | tr '\n' ' ')" = "software-package display-image full-size-image software "
i=0
for want in demo.ipa icon.png icon.png; do
	i=$((i + 1))
	url=$(text url | sed -n "${i}p")
	check "asset $i is $want" cmp "$folder/$want" "$tree/${url#https://cdn.example.com/DEMO01-default/}"
done
check "devices are led there" grep -q "itms-services://?action=download-manifest&url=https%3A%2F%2F.*$(basename "$manifest")" \
	<("$MDSTATIC" resolve "$work/tree" --root "$work/repo/keys/1.root.json" --now "$now" --device - \
		<<<'{ "platform": "ios", "appVersion": "4.0", "userId": "staff-1" }')
mkdir "$work/symbols"
tar xzf "$folder/dsym.tgz" -C "$work/symbols"
dwarf=$(find "$work/symbols" -path '*/DWARF/*')
check "the tree holds nothing of the symbols" helper holds "$work/tree" "$folder/dsym.tgz" "$(find "$work/symbols" -name Info.plist)"
refused "(which would be seen)" 1 demo.ipa helper holds "$work/tree" "$folder/demo.ipa"
check "(the symbols hold symbols)" test -s "$dwarf"
cp "$manifest" "$work/before.plist"
sed -i 's/"upgradeMode": "once"/"upgradeMode": "multiple"/' "$folder/release.json"
commit "$work/repo" "another task, the same package"
check "a tree after it, where the package is not read again" build
check "has the same install manifest" cmp "$work/before.plist" "$manifest"

# --- lists that do harm --------------------------------------------------------------------------------------------------
bounded() { (ulimit -v 150000 && exec timeout 5 "$MDSTATIC" inspect "$1"); }
mkdir "$work/broken"
helper broken "$work/broken"
check "the bomb has 425 bytes" test "$(stat -c %s "$work/broken/bomb.bin")" = 425
pack "$work/list.ipa" "$work/good.plist"
check "a good list fits the memory" bounded "$work/list.ipa"
while read -r name reason; do
	pack "$work/list.ipa" "$work/broken/$name.bin"
	refused "a list that is broken: $name" 1 "Info.plist: $reason" bounded "$work/list.ipa"
done <<-'END'
	bomb it refers to the same values too often
	itself a container holds itself
	pair a container holds itself
	nowhere an object refers to one that is not there
	number a key is no string
	twice a key stands twice in one dictionary
	size the size of an object cannot be read
	objects the number of objects does not fit the table of offsets
	table the table of offsets lies outside the file
	root the number of objects does not fit the table of offsets
	deep its containers are too deep in one another
END
pack "$work/list.ipa" "$work/broken/bomb.bin"
start=$(date +%s%N)
bounded "$work/list.ipa" >/dev/null 2>&1 || true
check "the bomb is refused at once" test $((($(date +%s%N) - start) / 1000000)) -lt 500
closing
