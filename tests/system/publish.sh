#!/usr/bin/env bash
# mdstatic-publish on folders: what it sends and refuses, a publisher that is killed at 20 moments (LONG=1: 200), two at the same time.
# A device's eyes: `whole DEST TREE…` names the tree that timestamp.json of DEST leads to, and checks every file of it that never changes.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
use_keys
example_repo "$work/repo"
app=DEMO01-default
release=$work/repo/apps/demo/upgrades/android/8.0.10/release.json

build() { # NAME PREVIOUS REV
	"$MDSTATIC" build "$work/repo" --rev "$3" --app "$app" --out "$work/$1" ${2:+--previous "$work/$2"} --keys "$keys" --now "$now" >/dev/null 2>&1
}
percent() { # of a task, and a page that shows it
	sed -i -E "s/\"percent\": [0-9.]+,/\"percent\": $1,/" "$release"
	sed -i -E "s/\"name\": \"[^\"]*\"/\"name\": \"settings $1\"/" "$work/repo/apps/demo/h5/20171228/app.json"
	commit "$work/repo" "share $1"
	git -C "$work/repo" rev-parse HEAD
}
build one "" "$(git -C "$work/repo" rev-parse HEAD)"
build two one "$(percent 35)"
build other one "$(percent 45)"
build three two "$(percent 55)"

publish() { # TREE DEST OPTION…
	local tree=$1 dest=$2
	shift 2
	"$MDSTATIC_PUBLISH" "$work/$tree" "file://$work/$dest" --now "$now" "$@"
}
# What is below DEST/<appCode> is what is in the tree, and maybe more; `pages/`, presets and build.json do not count with "devices".
holds() { # DEST TREE [devices]
	local skip=()
	[ -z "${3:-}" ] || skip=(-x pages -x preset -x build.json)
	! diff -rq "${skip[@]}" "$work/$2/$app" "$work/$1/$app" | grep -v "^Only in $work/$1/"
}
whole() { # DEST TREE…
	local dest=$1 tree
	shift
	for tree in "$@"; do
		if cmp -s "$work/$dest/$app/metadata/timestamp.json" "$work/$tree/$app/metadata/timestamp.json"; then
			echo "$tree"
			holds "$dest" "$tree" devices
			return
		fi
	done
	echo "timestamp.json is of none of: $*"
	return 1
}
# field JSON PATH: "destinations.0.requests.put"
field() { node -e 'let v = JSON.parse(require("fs").readFileSync(0)); for (const k of process.argv[1].split(".")) v = v[k]; console.log(v)' "$1"; }
same() { # NAME WANTED GOT
	if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1: \"$3\", wanted \"$2\""; fi
}
fresh() { # a destination with tree one
	rm -rf "${work:?}/dest"
	publish one dest >/dev/null
}
unchanged() { # NAME COMMAND…: the destination is as it was
	local name=$1
	shift
	cp -a "$work/dest" "$work/before"
	"$@" >/dev/null 2>&1 || true
	check "$name" diff -r "$work/before" "$work/dest"
	rm -rf "$work/before"
}

# --- one after the other --------------------------------------------------------------------------------------------------
check "dry run" publish one dest --dry-run
check "a dry run writes nothing" test ! -e "$work/dest"
check "the first tree" publish one dest
check "it is there" holds dest one
check "as devices may read it" "$MDSTATIC" verify "$work/dest/$app" --root "$work/repo/keys/1.root.json" --now "$now"
json=$(publish one dest --json)
same "nothing new: state" nothingNew "$(field destinations.0.apps.0.state <<<"$json")"
same "nothing new: requests" "2 0 0" "$(for kind in get put list; do field destinations.0.requests.$kind <<<"$json"; done | xargs)"
publish two dest --dry-run --json >"$work/would"
json=$(publish two dest --json)
check "the next tree is there" holds dest two
same "as many files as the dry run said" "$(field destinations.0.apps.0.sent.files <"$work/would")" "$(field destinations.0.apps.0.sent.files <<<"$json")"
same "one PUT for each" "$(field destinations.0.apps.0.sent.files <<<"$json")" "$(field destinations.0.requests.put <<<"$json")"
same "what stood there" 1 "$(field destinations.0.apps.0.before.version <<<"$json")"
refused "an older tree" 4 "a later build is published already" publish one dest
refused "a tree of another line" 4 "somebody else published first" publish other dest
unchanged "neither changes anything" publish other dest
fresh
check "two builds later" publish three dest
check "is there" holds dest three

# --- what is in the way ---------------------------------------------------------------------------------------------------
fresh
object=$(cd "$work/two/$app" && find targets/o -type f | while read -r f; do [ -e "$work/one/$app/$f" ] || echo "$f"; done | sort | head -1)
mkdir -p "$(dirname "$work/dest/$app/$object")"
sed 's/./x/' "$work/two/$app/$object" >"$work/dest/$app/$object"
refused "a damaged object" 4 "is damaged there: its bytes do not fit its name; --repair" publish two dest
unchanged "is left as it is" publish two dest
check "and is repaired" publish two dest --repair
check "then everything is there" holds dest two
fresh
: >"$work/dest/$app/metadata/2.snapshot.json"
refused "a number that is taken" 4 "this version is taken by another build" publish two dest
fresh
frozen=$(cd "$work/one/$app" && find h5 -name '*.amr' | head -1)
echo other >"$work/dest/$app/$frozen"
refused "a package that is published with other bytes" 4 "raise the version" publish two dest
fresh
echo other >"$work/dest/$app/metadata/1.root.json"
refused "another repository's destination" 4 "is another root" publish two dest

# A tree that was built on what is elsewhere: without its objects.
mkdir -p "$work/lean"
cp -a "$work/one/$app" "$work/lean"
find "$work/lean/$app/targets/o" -type f ! -name '*.recipes.json' ! -name '*.files.json' -delete
rm -rf "$work/leaner"
build leaner lean "$(git -C "$work/repo" rev-parse HEAD~2)"
objects() { find "$work/$1/$app/targets/o" -type f | wc -l; }
check "there are objects elsewhere" test "$(objects leaner)" -lt "$(objects one)"
refused "objects that nobody has" 1 "is neither there nor in the tree" publish leaner empty
check "nothing is written then" test ! -e "$work/empty"
fresh
check "objects that are there" publish leaner dest
check "as devices see it" whole dest leaner

# --- expiry -----------------------------------------------------------------------------------------------------------------
fresh
refused "an expired tree" 1 "role timestamp has expired" "$MDSTATIC_PUBLISH" "$work/two" "file://$work/dest" --now 2026-12-01T00:00:00Z
refused "one that expires too soon" 1 "role timestamp expires in 7 days (2026-11-28T08:00:00Z), --valid-for wants 8 days; run mdstatic refresh" publish two dest --valid-for 8d
refused "less than a day left: a warning" 0 "warning: role timestamp expires in 20 hours" "$MDSTATIC_PUBLISH" "$work/two" "file://$work/dest" --now 2026-11-27T12:00:00Z

# --- the hook ---------------------------------------------------------------------------------------------------------------
fresh
check "a hook" publish two dest --hook "cat >'$work/hook'; echo \"\$MDSTATIC_DEST\" >>'$work/hook'; echo on stdout"
same "hears which keys changed" "$app/metadata/timestamp.json $app/build.json file://$work/dest" "$(grep -v "/pages/\|/preset/" "$work/hook" | xargs)"
publish two dest --hook "touch '$work/hook2'" >/dev/null
check "is not run where nothing is new" test ! -e "$work/hook2"
publish three dest --dry-run --hook "touch '$work/hook2'" >/dev/null
check "is not run by a dry run" test ! -e "$work/hook2"
refused "a hook that fails" 3 'the hook "exit 7" ended with exit code 7; everything is published' publish three dest --hook "exit 7"
check "and everything is published" holds dest three
fresh
json=$(publish two dest --json --hook "echo noise" 2>/dev/null)
same "its output is not ours" published "$(field destinations.0.apps.0.state <<<"$json")"

# --- several destinations -----------------------------------------------------------------------------------------------------
fresh
: >"$work/file"
refused "the first of two is broken" 3 "file://$work/file" "$MDSTATIC_PUBLISH" "$work/two" "file://$work/file/below" "file://$work/dest" --now "$now"
check "the second one does not get ahead of it" holds dest one
refused "the second of two is broken" 3 "file://$work/file" "$MDSTATIC_PUBLISH" "$work/two" "file://$work/dest" "file://$work/file/below" --now "$now"
check "the first one is published" holds dest two
fresh
publish other dest2 >/dev/null
refused "the first of two is another's" 4 "file://$work/dest2/$app" "$MDSTATIC_PUBLISH" "$work/two" "file://$work/dest2" "file://$work/dest" --now "$now"
refused "it is said why the second one waits" 4 "not published, because file://$work/dest2, the first destination, was not" "$MDSTATIC_PUBLISH" "$work/two" "file://$work/dest2" "file://$work/dest" --now "$now"
check "the second one does not get ahead of it" holds dest one
refused "the second of two is another's" 4 "file://$work/dest2/$app" "$MDSTATIC_PUBLISH" "$work/two" "file://$work/dest" "file://$work/dest2" --now "$now"
check "the first one is published" holds dest two
refused "no tree" 3 "nothing" publish nothing dest
refused "a tree that is damaged" 1 "metadata" env -C "$work" sh -c 'cp -a two bad && echo >>bad/'"$app"'/metadata/timestamp.json && exec "$0" bad "file://$1/dest"' "$MDSTATIC_PUBLISH" "$work"

# --- killed -------------------------------------------------------------------------------------------------------------------
rounds=${LONG:+200}
rounds=${rounds:-20}
fresh
cp -a "$work/dest" "$work/base"
start=$(date +%s%N)
publish two dest >/dev/null
length=$((($(date +%s%N) - start) / 1000)) # microseconds
killed() {
	local bad=0 seen old=0 delay
	for ((i = 0; i < rounds; i++)); do
		rm -rf "${work:?}/dest"
		cp -a "$work/base" "$work/dest"
		delay=$((length * 5 / 4 * (i + 1) / rounds)) # no two runs take as long
		"$MDSTATIC_PUBLISH" "$work/two" "file://$work/dest" --now "$now" >/dev/null 2>&1 &
		sleep "$(printf '%d.%06d' $((delay / 1000000)) $((delay % 1000000)))"
		kill -9 $! 2>/dev/null || true
		wait $! 2>/dev/null || true
		seen=$(whole dest one two) || { bad=$((bad + 1)); echo "$seen"; }
		[ "$seen" != one ] || old=$((old + 1))
		find "$work/dest" -type f ! -name '.mdstatic*' -newer "$work/base" -printf '%T@ %P\n' | sort >"$work/sent"
		publish two dest >/dev/null || bad=$((bad + 1))
		holds dest two || bad=$((bad + 1))
		# what the dead one had sent of files that never change is as it was
		grep "/\(targets\|h5/[0-9]\)" "$work/sent" | while read -r at path; do
			[ "$(stat -c %.10Y "$work/dest/$path")" = "$at" ] || echo "$path was sent again"
		done | { ! grep .; } || bad=$((bad + 1))
	done
	echo "# $rounds kills, $old before the pointer, $bad things wrong"
	[ "$bad" -eq 0 ]
}
if killed; then ok "killed at $rounds moments: whole, and completed"; else not_ok "killed at $rounds moments"; fi

# --- two at once ----------------------------------------------------------------------------------------------------------------
raced() {
	local codes winner bad=0 first second a b
	for ((i = 0; i < 4; i++)); do
		rm -rf "${work:?}/dest"
		cp -a "$work/base" "$work/dest"
		a=0 b=0
		publish two dest >"$work/first" 2>&1 &
		first=$!
		publish other dest >"$work/second" 2>&1 &
		second=$!
		wait $first || a=$?
		wait $second || b=$?
		codes="$a $b"
		winner=$(whole dest two other) || { bad=$((bad + 1)); echo "$winner"; }
		case "$codes $winner" in
		"0 4 two" | "4 0 other") holds dest "$winner" || bad=$((bad + 1)) ;;
		*) bad=$((bad + 1)); echo "codes $codes, the pointer is that of $winner"; cat "$work/first" "$work/second" ;;
		esac
	done
	[ "$bad" -eq 0 ]
}
if raced; then ok "two at once: one wins, the other learns so"; else not_ok "two at once"; fi
closing
