#!/usr/bin/env bash
# Real Android packages: mdstatic reads the same name and version out of them as Debian's aapt; a damaged one is an error at the
# definition's line.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
example_repo "$work/repo"
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
		release com.example.wrong 99.9 "$apk"
		cat >"$work/want" <<-END
			settings.apk (AndroidManifest.xml) has versionName "$version"; this release is version 99.9
			the package in settings.apk (AndroidManifest.xml) is "$name"; [android] packageName in app.ini is "com.example.wrong"
		END
		errors 99.9 >"$work/got"
		check "$name $version is read as aapt reads it" diff "$work/want" "$work/got"
		release "$name" "$version" "$apk"
		check "$name $version is as it is said to be" check_repo
	done
else
	echo "skipped aapt"
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
closing
