#!/usr/bin/env bash
# A repository over years: the key of every role is replaced, with and without overlap; keys are stolen, used, and revoked; targets come to need
# two people; the timestamp is refreshed. Devices (resolve --state) and standard TUF clients (tuf-js) that keep their state accept the next
# good tree each time, and refuse the thief's.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
keys=$work/keys repo=$work/repo app=DEMO01-default last=none
mkdir -m 700 "$keys"
mkdir -p "$repo/apps/demo/switches" "$repo/keys" "$work/clients" "$work/state"
printf '[app]\nappId = DEMO01\nworkspaceId = default\n[cdn]\nbaseUrl = https://cdn.example.com/\n[android]\naudience = 1000\n' >"$repo/apps/demo/app.ini"
printf '{"platform": "android"}' >"$work/device"
git -C "$repo" init -q -b main
for role in root targets snapshot timestamp; do "$MDSTATIC" keys make "$keys/$role.pem" >/dev/null; done
at=2026-11-21T08:00:00Z
days() { at=$(date -u -d "$at + $1 days" +%Y-%m-%dT%H:%M:%SZ); }

# new_root [OPTION…]: the next root of the repository, by the keys that lie in $keys.
new_root() {
	check "keys root $*" "$MDSTATIC" keys root "$repo/keys" --keys "$keys" --now "$at" "$@"
	commit "$repo" root
}
new_key() { # ROLE…
	for role in "$@"; do
		mv "$keys/$role.pem" "$work/old.$role.pem"
		rm -f "$keys/$role.pem.pub"
		"$MDSTATIC" keys make "$keys/$role.pem" >/dev/null
	done
}
# write VALUE: what every device is to get.
write() {
	printf '{"values": [{"value": "%s", "platform": "android", "type": "full"}]}' "$1" >"$repo/apps/demo/switches/WORD.json"
	commit "$repo" "$1"
}
build() { # OUT PREVIOUS [OPTION…]
	"$MDSTATIC" build "$repo" --out "$work/$1" --previous "$work/$2" --keys "$keys" --now "$at" "${@:3}"
}
verify() { "$MDSTATIC" verify "$work/$1" --root "$repo/keys/1.root.json" --now "$at"; }
resolve() { # TREE WHO
	"$MDSTATIC" resolve "$work/$1" --root "$repo/keys/1.root.json" --state "$work/state/$2" --device "$work/device" --now "$at" --kind switch
}
value_of() { resolve "$@" | sed -n 's/.*"WORD": "\(.*\)".*/\1/p'; }
has() { # TREE FILE…: of metadata/
	for file in "${@:2}"; do test -e "$work/$1/$app/metadata/$file"; done
}
pointer() { # TREE VERSION: of its timestamp
	grep -q ",\"version\":$2}}\$" "$work/$1/$app/metadata/timestamp.json"
}
accepts() { # TREE VALUE WHO…
	local who
	for who in "${@:3}"; do
		check "$who accepts $1" test "$(value_of "$1" "$who" 2>&1)" = "$2"
		echo "$who accepts $work/$1/$app $at" >>"$work/plan"
	done
}
refuses() { # TREE WHO…
	local who before
	for who in "${@:2}"; do
		before=$(cat "$work/state/$who/$app"/* | sha256sum)
		refused "$who refuses $1" 1 "error: " resolve "$1" "$who"
		check "and keeps what it trusted" test "$before" = "$(cat "$work/state/$who/$app"/* | sha256sum)"
		echo "$who refuses $work/$1/$app $at" >>"$work/plan"
	done
}
# next NAME TEXT: writes NAME, builds it as the tree NAME from the last one; TEXT must be said (empty: nothing).
next() {
	write "$1"
	if build "$1" "$last" >"$work/build.log" 2>"$work/said"; then ok "build $1"; else not_ok "build $1"; fi
	if [ -n "$2" ]; then check "and says: $2" grep -qF "$2" "$work/said"; else check "and says nothing" test ! -s "$work/said"; fi
	check "$1 verifies" verify "$1"
	last=$1
}
theft() { # NAME MODE ARGUMENT…: a copy of the last tree after the thief was at it
	cp -R "$work/$last" "$work/$1"
	node "$top/tests/system/rotation.mjs" "$2" "$work/$1/$app" "${@:3}"
}
mkdir "$work/none"

# --- every role, with and without overlap -----------------------------------------------------------------------------------
new_root
next first ""
accepts first first each early
days 1
new_key timestamp
new_root
check "a new key of timestamp, nothing else" build again first
check "makes a new timestamp" pointer again 2
check "and nothing else" test "$(cd "$work/again/$app/metadata" && echo *)" = \
	"1.objects.json 1.root.json 1.snapshot.json 1.targets.json 2.root.json timestamp.json"
next second ""
accepts second second each
days 1
new_key snapshot
new_root --overlap snapshot
check "both keys of snapshot are good for a while" build again second
check "so the old one's file stays" cmp "$work/again/$app/metadata/2.snapshot.json" "$work/second/$app/metadata/2.snapshot.json"
next third ""
accepts third third each
new_root
check "without overlap" build again third
check "the new one's stays too" cmp "$work/again/$app/metadata/3.snapshot.json" "$work/third/$app/metadata/3.snapshot.json"
next fourth ""
accepts fourth fourth each
days 1
new_key targets
new_root
next fifth "no longer names: nothing of it is reused, and everything is made again"
accepts fifth fifth each
check "versions go on" has fifth 5.targets.json 2.objects.json 5.snapshot.json
days 1
new_key root
new_root --old "$work/old.root.pem"
next sixth ""
accepts sixth sixth each early

# --- a thief of snapshot and timestamp ----------------------------------------------------------------------------------------
top_version=9007199254740990
theft driven forge "$keys" $top_version
accepts driven sixth each saw
write more
check "a build goes on above" build above driven
check "with the last number" pointer above 9007199254740991
write most
refused "then there is none left" 1 "has used up its version numbers" build none above
check "and nothing is written" test -z "$(ls "$work/none")"
cp -R "$work/sixth" "$work/planted"
for n in 9007199254740990 1048583 1000000; do echo junk >"$work/planted/$app/metadata/$n.snapshot.json"; done
refused "a planted number that is too large is not believed" 0 "9007199254740990.snapshot.json: warning: its number is not believed" build unplanted planted
check "a smaller one may be of a publisher that died" has unplanted 1000001.snapshot.json
days 1
new_key snapshot timestamp
new_root
last=driven
next seventh "above 2^52 and vouched for by nobody but keys that were replaced since, is not continued"
check "the numbers begin again above the names" has seventh 7.snapshot.json
check "those of the timestamp from 1" pointer seventh 1
accepts seventh seventh each saw early
refuses driven each saw early
mkdir "$work/thief"
for role in snapshot timestamp; do cp "$work/old.$role.pem" "$work/thief/$role.pem"; done
theft lies promise "$work/thief" $top_version
last=lies
next eighth "and does not hold together"
rm -r "$work/eighth"
last=seventh
next eighth ""
accepts eighth eighth each saw

# --- a thief of everything that is online, targets too --------------------------------------------------------------------------
theft evil forge "$keys" $top_version evil
accepts evil evil each
days 1
new_key targets snapshot timestamp
new_root
last=evil
next ninth "nothing of it is reused"
accepts ninth ninth each saw early
refuses evil each saw early

# --- two people sign targets -----------------------------------------------------------------------------------------------------
mkdir -m 700 "$work/bob"
"$MDSTATIC" keys make "$work/bob/bob.pem" >/dev/null
cp "$work/bob/bob.pem.pub" "$keys/bob.pub"
printf '[targets]\nkey1 = targets.pem\nkey2 = bob.pub\nthreshold = 2\n' >"$keys/trust.ini"
days 1
new_root
write tenth
signed() { build tenth ninth --signatures "$work/waiting"; }
refused "one key is too few" 3 "$keys: error: the role targets needs 2 signatures (keys/9.root.json), and the keys here make 1; with --signatures DIR" \
	build tenth ninth
refused "--signatures keeps what lacks one" 1 "10.targets.json: error: lacks 1 signature, by one of" signed
check "nothing is written" test -z "$(ls "$work/tenth")"
waiting=$work/waiting/$app
check "targets, objects and the root lie there" test "$(cd "$waiting" && echo *)" = "10.targets.json 4.objects.json root.json"
before=$(cat "$waiting"/* | sha256sum)
days 2
refused "who runs the same build later" 1 "4.objects.json: error: lacks 1 signature" signed
check "changes nothing there" test "$before" = "$(cat "$waiting"/* | sha256sum)"
"$MDSTATIC" sign add "$waiting/4.objects.json" --key "$work/bob/bob.pem" >/dev/null
refused "one of two files is signed" 1 "10.targets.json: error: lacks 1 signature" signed
check "the other one no longer waits" test "$(grep -c 'lacks 1' "$work/out")" = 1
"$MDSTATIC" sign add "$waiting/10.targets.json" --key "$work/bob/bob.pem" >/dev/null
check "the tree is made" signed
check "with both signatures" test "$(grep -o '"sig"' "$work/tenth/$app/metadata/10.targets.json" | wc -l)" = 2
check "nothing waits any more" test ! -e "$waiting"
check "it verifies" verify tenth
last=tenth
accepts tenth tenth each saw early
check "where targets stay as they are nobody must sign" build calm tenth
theft alone forge "$keys" 20 evil
accepts tenth tenth bystander
refuses alone bystander

# --- refresh ------------------------------------------------------------------------------------------------------------------------
mkdir -m 700 "$work/online"
cp "$keys/timestamp.pem" "$work/online"
refresh() { "$MDSTATIC" refresh "$@" --now "$at"; }
cp -R "$work/tenth" "$work/fresh"
days 5
check "the timestamp key alone refreshes" refresh "$work/fresh" --keys "$work/online" --root "$repo/keys/1.root.json"
check "the tree verifies" verify fresh
check "everything but timestamp and build.json is as it was" diff -r -x timestamp.json -x build.json "$work/tenth/$app" "$work/fresh/$app"
cp -R "$work/fresh" "$work/refreshed"
accepts refreshed tenth each saw early
refuses tenth each
days 30
refused "a snapshot that is due needs its key" 3 "and the keys of snapshot are not in" refresh "$work/fresh" --keys "$work/online"
check "with it there is a new one" refresh "$work/fresh" --keys "$keys"
cp -R "$work/fresh" "$work/renewed"
accepts renewed tenth each saw
check "a build continues from there" build after fresh
# killed at moments spread over its length: the old tree or the new one
rounds=${LONG:+300}
rounds=${rounds:-30} bad=0 old=0
start=$(date +%s%N)
refresh "$work/after" --keys "$keys" >/dev/null 2>&1
length=$((($(date +%s%N) - start) / 1000))
for ((i = 0; i < rounds; i++)); do
	days 1
	before=$(sha256sum <"$work/fresh/$app/metadata/timestamp.json")
	"$MDSTATIC" refresh "$work/fresh" --keys "$keys" --now "$at" >/dev/null 2>&1 &
	delay=$((length * (i + 1) / rounds))
	sleep "$(printf '%d.%06d' $((delay / 1000000)) $((delay % 1000000)))"
	kill -9 $! 2>/dev/null || true
	wait $! 2>/dev/null || true
	"$MDSTATIC" verify "$work/fresh" --root "$repo/keys/1.root.json" --now 2026-12-01T08:00:00Z >"$work/out" 2>&1 || bad=$((bad + 1))
	if [ "$before" = "$(sha256sum <"$work/fresh/$app/metadata/timestamp.json")" ]; then old=$((old + 1)); fi
done
check "$rounds refreshes were killed, $old before the new tree was there; every tree verifies" test "$bad" = 0
check "the next one succeeds" refresh "$work/fresh" --keys "$keys"
check "and leaves nothing behind" test -z "$(find "$work/fresh" -maxdepth 1 -name '.DEMO*')"

# --- what expires too soon ------------------------------------------------------------------------------------------------------------
printf '[root]\nresign = 300\nminimum = 299\n' >>"$keys/trust.ini"
days 60
refused "a root with less than its minimum" 1 "[root] minimum is 299 days: nothing is published under it; sign the next version, 10.root.json" build late fresh
refused "is no more refreshed" 1 "[root] minimum is 299 days" refresh "$work/fresh" --keys "$keys"

node "$top/tests/system/rotation.mjs" clients "$work/plan" "$work/clients" "$repo/keys/1.root.json" >"$work/clients.log" || true
cat "$work/clients.log"
passed=$((passed + $(grep -c '^ok ' "$work/clients.log"))) failed=$((failed + $(grep -c '^not ok ' "$work/clients.log" || true)))
check "the TUF clients went through all of it" test "$(grep -cE '^(not )?ok ' "$work/clients.log")" = "$(wc -l <"$work/plan")"
closing
