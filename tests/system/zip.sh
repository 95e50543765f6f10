#!/usr/bin/env bash
# Zip archives, ours and others': Java (by the directory, and from the front) and unzip read what we write, we read what Android's build
# tools, jarsigner, Info-ZIP and git write, and the same files give the same bytes everywhere. LONG=1: an archive beyond 4 GiB.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
use_keys
san=${BUILD##*/build}
make -s -C "$top" "SAN=${san#-}" "build$san/tests/archive" "build$san/bench/pack"
archive=$BUILD/tests/archive pack=$BUILD/bench/pack
tools=yes
"$top/tests/deps" default-jdk-headless zip unzip >"$work/deps" 2>&1 || tools=
[ ! "$tools" ] || javac -d "$work" "$top/tests/system/Zips.java"

# we_read NAME FILE: our reader takes it; what it saw is in $work/ours.
we_read() {
	check "$1: our reader" sh -c '"$1" list "$2" >"$3"' sh "$archive" "$2" "$work/ours"
}

# read_by_all NAME FILE: all readers see the same files.
read_by_all() {
	we_read "$1" "$2"
	[ "$tools" ] || { echo "skipped $1: no java, unzip"; return; }
	check "$1: unzip" unzip -tqq "$2"
	sed -i '/^block /d' "$work/ours"
	LC_ALL=C sort -o "$work/ours" "$work/ours"
	for way in file stream; do
		java -Xshare:auto -XX:TieredStopAtLevel=1 -cp "$work" Zips $way "$2" 2>&1 | LC_ALL=C sort >"$work/theirs"
		check "$1: Java, $way" diff "$work/ours" "$work/theirs"
	done
}

# --- what we write -----------------------------------------------------------------------------------------------------------
files=$work/files
mkdir -p "$files/js" "$files/libs/arm64-v8a"
seq 1 20000 >"$files/js/numbers.js"
head -c 300000 "$archive" >"$files/libs/arm64-v8a/liba.so"
head -c 100 /dev/zero >"$files/libs/arm64-v8a/libb.so"
echo abc >"$files/modules.abc"
: >"$files/empty"
for name in a ab abc abcd abcde; do echo "$name" >"$files/$name"; done
for how in "stored 4" "stored 4096" "deflated 0" "deflated 4096"; do
	# shellcheck disable=SC2086 # two words
	"$archive" folder $how "$files" "$work/folder.zip"
	read_by_all "a folder, $how" "$work/folder.zip"
done
"$pack" amr "$files" "$work/a.amr" "$keys" >/dev/null
read_by_all "an .amr" "$work/a.amr"
"$pack" hqf "$files" "$work/a.hqf" >/dev/null
read_by_all "an .hqf" "$work/a.hqf"
"$archive" many 70000 "$work/many.zip"
read_by_all "70000 files" "$work/many.zip"
if [ "${LONG:-}" ]; then
	"$archive" large "$work/large.zip"
	read_by_all "more than 4 GiB" "$work/large.zip"
	rm "$work/large.zip"
fi

# --- the same everywhere -----------------------------------------------------------------------------------------------------
mkdir -p "$work/else/where"
(cd "$files" && find . -type f | LC_ALL=C sort -r | tar -cf - -T -) | (umask 077 && tar -xf - -C "$work/else/where")
find "$work/else/where" -exec touch -d 2001-02-03 {} +
"$archive" folder deflated 4096 "$files" "$work/here.zip"
(umask 077 && cd "$work/else" && TZ=Asia/Shanghai LC_ALL=C LANG=de_DE.UTF-8 "$archive" folder deflated 4096 where there.zip)
check "another folder, order, time, time zone, locale and umask: an archive" cmp "$work/here.zip" "$work/else/there.zip"
for kind in amr hqf; do
	(umask 077 && cd "$work/else" && TZ=Asia/Shanghai LC_ALL=C LANG=de_DE.UTF-8 "$pack" $kind where there.$kind \
		$([ $kind = hqf ] || echo "$keys") >/dev/null)
	check "the same: an .$kind" cmp "$work/a.$kind" "$work/else/there.$kind"
done

# --- what others write -------------------------------------------------------------------------------------------------------
BUILD=$BUILD "$top/examples/demo.sh" fetch >/dev/null
for apk in "$BUILD"/cache/*.apk; do
	we_read "an APK, $(basename "$apk" | cut -c1-8)" "$apk"
	check "it has a signing block" grep -q '^block [1-9]' "$work/ours"
done
git -C "$files" init -q
git -C "$files" add -A
git -C "$files" commit -qm files
git -C "$files" archive --format=zip -o "$work/git.zip" HEAD
we_read "git archive" "$work/git.zip"
check "it has all files" test "$(grep -c '^stored\|^deflated' "$work/ours")" -ge 10
rm -rf "$files/.git"
if [ "$tools" ]; then
	(cd "$files" && zip -qr "$work/zip.zip" .)
	we_read "Info-ZIP" "$work/zip.zip"
	(cd "$files" && zip -qr - . | cat >"$work/pipe.zip")
	we_read "Info-ZIP, into a pipe" "$work/pipe.zip"
	(cd "$files" && zip -qr0 - . | cat >"$work/pipe0.zip")
	we_read "Info-ZIP, stored, into a pipe" "$work/pipe0.zip"
	jar cf "$work/plain.jar" -C "$files" .
	we_read "jar" "$work/plain.jar"
	keytool -genkeypair -keystore "$work/store" -storepass password -alias a -keyalg RSA -keysize 2048 -dname CN=a 2>/dev/null
	jarsigner -keystore "$work/store" -storepass password "$work/plain.jar" a >/dev/null 2>&1
	we_read "a signed JAR" "$work/plain.jar"
	check "its files" grep -q 'deflated [0-9]* [0-9a-f]* META-INF/MANIFEST.MF' "$work/ours"
	jarsigner -keystore "$work/store" -storepass password "$work/folder.zip" a >/dev/null 2>&1
	we_read "our archive, signed by jarsigner" "$work/folder.zip"
else
	echo "skipped Info-ZIP and jarsigner: not installed"
fi
head -c 100000 "$work/many.zip" >"$work/half.zip"
refused "a part of an archive" 1 "it is no zip archive, or is cut off: it has no end record" "$archive" list "$work/half.zip"
closing
