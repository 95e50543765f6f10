#!/usr/bin/env bash
# Real Android packages: mdstatic reads the same names, versions and signers out of them as Debian's aapt and apksigner; a damaged
# one is an error at the definition's line. A real .jar, signed by the JDK's jarsigner, is taken as a hotpatch.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
example_repo "$work/repo"
rm -r "$work/repo/apps/demo/quickfixes" # has warnings of its own
apks=("$BUILD"/cache/*.apk)
upgrades=$work/repo/apps/demo/upgrades/android
line=4:24 # of the file's name in what release() writes

# The only release is FILE, said to be that VERSION of that PACKAGE.
release() { # PACKAGE VERSION FILE
	rm -rf "$upgrades"
	mkdir -p "$upgrades/$2"
	sed -i "s/^packageName = .*/packageName = $1/" "$work/repo/apps/demo/app.ini"
	cp "$3" "$upgrades/$2/settings.apk"
	cat >"$upgrades/$2/release.json" <<-END
		{
		  "platform": "android",
		  "version": "$2",
		  "package": { "file": "settings.apk" },
		  "tasks": [{ "id": "full", "type": "official", "status": "pending", "upgradeMode": "once" }]
		}
	END
}
check_repo() { "$MDSTATIC" check "$work/repo" --worktree; }
errors() { check_repo 2>/dev/null | sed -n "s|^.*/$1/release.json:$line: error: ||p" || true; }

# --- aapt as the oracle --------------------------------------------------------------------------------------------------
if "$top/tests/deps" aapt >"$work/aapt" 2>&1; then
	for apk in "${apks[@]}"; do
		badging=$(aapt dump badging "$apk" | sed -n 1p)
		name=$(sed -E "s/.* name='([^']*)'.*/\1/" <<<"$badging")
		version=$(sed -E "s/.* versionName='([^']*)'.*/\1/" <<<"$badging")
		code=$(sed -E "s/.* versionCode='([^']*)'.*/\1/" <<<"$badging")
		sdks=$(aapt dump badging "$apk" | sed -nE "s/^(sdk|targetSdk)Version:'(.*)'/\2/p" | paste -sd" ")
		release com.example.wrong 99.9 "$apk"
		cat >"$work/want" <<-END
			settings.apk (AndroidManifest.xml) has versionName "$version"; this release is version 99.9
			the package in settings.apk (AndroidManifest.xml) is "$name"; [android] packageName in app.ini is "com.example.wrong"
		END
		errors 99.9 >"$work/got"
		check "$name $version is read as aapt reads it" diff "$work/want" "$work/got"
		release "$name" "$version" "$apk"
		check "$name $version is as it is said to be" check_repo
		"$MDSTATIC" inspect "$apk" --json >"$work/facts"
		check "versionCode $code, SDKs $sdks" test "$code $sdks" = "$(node -p '
			const { facts } = JSON.parse(fs.readFileSync(process.argv[1])); [facts.versionCode, facts.minSdk, facts.targetSdk].join(" ")' "$work/facts")"
	done
else
	echo "skipped aapt"
fi

# --- apksigner as the oracle, and as the maker of what registries do not have ------------------------------------------------
# key NAME OPENSSL-OPTION…: $work/NAME.p12, password "password"
key() {
	openssl req -x509 -nodes -keyout "$work/$1.pem" -out "$work/$1.crt" -subj "/CN=$1" -days 3650 "${@:2}" 2>/dev/null
	openssl pkcs12 -export -in "$work/$1.crt" -inkey "$work/$1.pem" -out "$work/$1.p12" -name "$1" -passout pass:password
}
# resign NAME ARGUMENT…: $work/NAME.apk, with the schemes that the arguments leave on
resign() { apksigner sign --ks-pass pass:password --v4-signing-enabled false "${@:2}" --out "$work/$1.apk" "${apks[0]}"; }
# FILE [OPTION…]: schemes, then the first signer's certificate.
by_apksigner() {
	apksigner verify --print-certs -v "${@:2}" "$1" >"$work/verified" 2>&1 || true
	echo "$(sed -nE 's/^Verified using (v[123]) .*: true$/\1/p' "$work/verified" | paste -sd" ")" \
		"$(sed -nE 's/^Signer #1 certificate SHA-256 digest: //p' "$work/verified")"
}
by_us() {
	"$MDSTATIC" inspect "$1" --json >"$work/facts" && node -p '
		const { facts } = JSON.parse(fs.readFileSync(process.argv[1])); [...facts.signatures, facts.certificateSha256].join(" ")' "$work/facts"
}
if "$top/tests/deps" apksigner default-jdk-headless >"$work/deps" 2>&1; then
	key rsa -newkey rsa:2048
	key ec -newkey ec -pkeyopt ec_paramgen_curve:P-256
	resign v1 --ks "$work/rsa.p12" --min-sdk-version 19 --v2-signing-enabled false --v3-signing-enabled false
	resign v2 --ks "$work/rsa.p12" --next-signer --ks "$work/ec.p12" --ks-pass pass:password --v1-signing-enabled false --v3-signing-enabled false
	resign v3 --ks "$work/ec.p12" --v1-signing-enabled false --v2-signing-enabled false
	resign all --ks "$work/ec.p12" --min-sdk-version 21
	same() { # FILE [OPTION…]
		local want
		want=$(by_apksigner "$@")
		check "as apksigner says: $want" test "${#want}" -gt 66 -a "$(by_us "$1")" = "$want"
	}
	same "${apks[0]}"
	same "$work/v2.apk"
	same "$work/v3.apk"
	same "$work/all.apk" --min-sdk-version 21
	rsa=$(openssl x509 -in "$work/rsa.crt" -outform DER | sha256sum | cut -d" " -f1)
	check "v1 alone, which apksigner refuses for targetSdkVersion 35" test "$(by_us "$work/v1.apk")" = "v1 $rsa"
	release io.appium.settings 8.0.10 "$work/v1.apk"
	refused "and we warn of" 0 "phones with Android 11 and later refuse it, as its targetSdkVersion is 35" check_repo

	# The signing block is cut out: the v1 signature still names the other schemes.
	node -e '
		const [from, to] = process.argv.slice(1), b = fs.readFileSync(from), end = b.length - 22, at = b.readUInt32LE(end + 16);
		const block = at - Number(b.readBigUInt64LE(at - 24)) - 8;
		b.writeUInt32LE(block, end + 16);
		fs.writeFileSync(to, Buffer.concat([b.subarray(0, block), b.subarray(at)]));' "$work/all.apk" "$upgrades/8.0.10/settings.apk"
	refused "a block that was cut out" 1 "its v1 signature names the schemes 2, 3, which are gone" check_repo

	# --- a hotpatch: a real .jar with a .dex file and a PATCH.MF -----------------------------------------------------------
	hot=$work/repo/apps/demo/hotpatches/android/8.0.10/1
	rm -rf "$work/repo/apps/demo/hotpatches"
	mkdir -p "$hot" "$work/jar/META-INF"
	cat >"$hot/release.json" <<-END
		{
		  "platform": "android",
		  "productVersion": "8.0.10",
		  "patchNumber": 1,
		  "package": { "file": "patch.jar" },
		  "tasks": [{ "id": "full", "type": "official", "status": "pending" }]
		}
	END
	unzip -qo "${apks[0]}" classes.dex -d "$work/jar"
	printf 'Manifest-Version: 1.0\r\nTarget-C-Version: 8.0.10\r\na-PatchType: dexpatch\r\n\r\n' >"$work/jar/META-INF/PATCH.MF"
	cp /usr/share/java/apksig.jar "$work/base.jar"
	(cd "$work/jar" && jar uf "$work/base.jar" classes.dex META-INF/PATCH.MF 2>/dev/null)
	# sign_jar KEY [OPTION…]
	sign_jar() {
		cp "$work/base.jar" "$hot/patch.jar"
		jarsigner -keystore "$work/$1.p12" -storepass password "${@:2}" "$hot/patch.jar" "$1" >/dev/null
	}
	release io.appium.settings 8.0.10 "$work/v2.apk"
	sign_jar rsa
	check "a hotpatch that jarsigner signed with the app's key" check_repo
	check "nothing is said about it" test -z "$(check_repo 2>/dev/null)"
	(cd "$work/jar" && printf more >>classes.dex && zip -q "$hot/patch.jar" classes.dex)
	refused "another .dex" 1 '"classes.dex" was changed after it was signed' check_repo
	sign_jar ec -sectionsonly -sigalg SHA512withECDSA -digestalg SHA-512
	refused "another key" 1 "patch.jar is signed by another certificate (SHA-256 $(openssl x509 -in "$work/ec.crt" -outform DER | sha256sum | cut -d" " -f1)) than the app, version 8.0.10 ($rsa): clients refuse the patch" check_repo
	release io.appium.settings 8.0.10 "$work/v3.apk"
	check "the digests of sections alone, SHA-512, ECDSA: of the app that this key signed" check_repo
	rm -r "$work/repo/apps/demo/hotpatches"
else
	echo "skipped apksigner and jarsigner"
fi

# --- damage --------------------------------------------------------------------------------------------------------------
apk=${apks[0]}
size=$(stat -c %s "$apk")
name=$(grep -obUaF -m1 AndroidManifest.xml "$apk" | sed -n '1s/:.*//p') # in the local header; its data follows
located="apps/demo/upgrades/android/99.9/release.json:$line: error: settings.apk cannot be read as an Android package: "
release com.example.wrong 99.9 "$apk"
damaged=$upgrades/99.9/settings.apk

for n in 0 1 4096 $((size / 2)) $((size - 1000)) $((size - 1)); do
	head -c "$n" "$apk" >"$damaged"
	refused "the first $n of $size bytes" 1 "$located" check_repo
done

flip() { # OFFSET
	local byte
	byte=$(od -An -tu1 -j "$1" -N1 "$apk")
	cp "$apk" "$damaged"
	printf "\\x$(printf %02x $((byte ^ 0x10)))" | dd of="$damaged" bs=1 seek="$1" conv=notrunc status=none
}
for at in $((name + 100)) $((name + 1000)) $((name + 2000)); do
	flip "$at"
	refused "a bit of the manifest, at $at" 1 "$located" check_repo
done
for at in $((name - 30)) $((name - 12)) $((name - 8)) "$name" $((size - 22)) $((size - 6)) $((size - 12)) $((size - 100)); do
	flip "$at"
	code=0
	check_repo >"$work/out" 2>&1 || code=$?
	check "a bit elsewhere, at $at: nothing but errors at the definition's line" \
		test "$code" = 1 -a -z "$(grep -v -e "release.json:$line: error: " -e ' errors\?, ' "$work/out")"
done
# Of everything that is signed not a bit may change; nothing else may stand where a signature was.
directory=$(od -An -tu4 -j $((size - 6)) -N4 "$apk" | tr -d ' ')
block=$((directory - 8 - $(od -An -tu8 -j $((directory - 24)) -N8 "$apk" | tr -d ' ')))
for at in 14 $((block - 1)) "$block" $((block + 8)) $((block + 100)) $((directory - 24)) $((directory - 1)) $((directory + 12)); do
	flip "$at"
	check "a bit of what is signed, at $at" grep -qE "error: (the signature of settings.apk does not hold|settings.apk cannot be read)" <(check_repo 2>/dev/null)
done
closing
