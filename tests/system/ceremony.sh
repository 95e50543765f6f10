#!/usr/bin/env bash
# A root of three people with different keys, who sign at different times and places; then the life of that root: every role's key is replaced, with and
# without overlap, root keys are replaced and revoked, roots are renewed and expire. After each step the tree is taken by verify, by a device that was
# there from the beginning, by a new one that knows 1.root.json alone, and by tuf-js. Needs openssl and node.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$top/tests/system"
[ -d node_modules/tuf-js ] || npm ci --no-audit --no-fund --silent
app=DEMO01-default
cd "$work"
root() { echo "repo/keys/$1.root.json"; }

# --- people, each with a folder of their own; the one who makes the tree knows their public keys
key() { # FILE ALGORITHM…: a new private key
	openssl genpkey -out "$1" -algorithm "${@:2}" 2>"$work/openssl" || { cat "$work/openssl"; exit 1; }
	chmod 600 "$1"
}
mkdir -m 700 alice bob carol dave admin
key alice/plain ed25519
openssl pkcs8 -topk8 -v2 aes-256-cbc -in alice/plain -out alice/root.pem -passout pass:correct-horse
rm alice/plain
key bob/root.pem EC -pkeyopt ec_paramgen_curve:P-256
key carol/root.pem RSA -pkeyopt rsa_keygen_bits:2048
key dave/root.pem ed25519
chmod 600 alice/root.pem
for one in alice bob carol dave; do openssl pkey -in $one/root.pem -passin pass:correct-horse -pubout -out admin/$one.pem; done
for role in targets snapshot timestamp; do key admin/$role.pem ed25519; done
settings() { # THRESHOLD PERSON…: who keeps the root
	local i=0
	echo "[root]"
	echo "threshold = $1"
	for one in "${@:2}"; do echo "key$((i += 1)) = $one.pem"; done
}
settings 2 alice bob carol >admin/trust.ini
cp -R "$top/tests/cli/base/minimal" repo
git -C repo init -q -b main
echo '{"platform":"android","appVersion":"4.0.0","userId":"u-1"}' >device.json

# --- how people sign
alice() { MDSTATIC_PASSPHRASE=correct-horse "$MDSTATIC" sign add "$(root "$1")" --keys alice; }
dave() { "$MDSTATIC" sign add "$(root "$1")" --key dave/root.pem; }
elsewhere() { # PERSON N OPTION…: the payload goes to a machine without mdstatic, the signature comes back
	"$MDSTATIC" sign payload "$(root "$2")" >payload
	openssl pkeyutl -sign -rawin -digest sha256 "${@:3}" -inkey "$1/root.pem" -in payload -out signature
	"$MDSTATIC" sign attach "$(root "$2")" --signature signature --key "admin/$1.pem"
}
bob() { elsewhere bob "$1"; }
carol() { elsewhere carol "$1" -pkeyopt rsa_padding_mode:pss -pkeyopt rsa_pss_saltlen:32 -pkeyopt rsa_mgf1_md:sha256; }
new_root() { "$MDSTATIC" keys root repo/keys --keys admin --now "$now" "$@"; }
shows() { # N CODE: sign show says complete (0) or not (1)
	local got=0
	"$MDSTATIC" sign show "$(root "$1")" >/dev/null || got=$?
	[ "$got" = "$2" ] || { echo "sign show of $1 exits $got, not $2"; return 1; }
}
signed() { # N PERSON…: the root gets complete with the last of them, not before
	local n=$1
	for one in "${@:2}"; do
		shows "$n" 1 && "$one" "$n" || return 1
	done
	shows "$n" 0 && commit repo "root $n"
}

# --- what a tree must pass
build() { "$MDSTATIC" build repo --keys admin --out "$1" --now "$now"; }
resolve() { "$MDSTATIC" resolve "$1" --device device.json --root "$(root 1)" --now "$now" --state "$2"; }
good() { # TREE: taken by everybody
	"$MDSTATIC" verify "$1" --root "$(root 1)" --now "$now" && resolve "$1" old-device >old.json && rm -rf new-device &&
		resolve "$1" new-device >new.json && cmp old.json new.json && grep -q '"version"' new.json
}
step() { # NAME: the next build of the tree, after a change of roots
	check "$1" build tree
	check "$1: taken by verify, an old and a new device" good tree
}
client() { check "$1: tuf-js" node "$top/tests/system/tuf.mjs" "${@:2}"; }

# --- the ceremony
check "nobody's key is at hand: a root without signatures" new_root
check "it is not complete" shows 1 1
commit repo "root 1, to be signed"
refused "the pull request is red" 1 'keys/1.root.json: error: is signed by 0 of the 2 keys that version 1 wants' "$MDSTATIC" check repo
refused "and nothing is built" 1 'sign it (mdstatic sign add, sign attach)' build tree
refused "an encrypted key without its passphrase" 3 alice/root.pem "$MDSTATIC" sign add "$(root 1)" --keys alice
check "alice signs, with an encrypted key" alice 1
refused "still red" 1 'is signed by 1 of the 2 keys' "$MDSTATIC" check repo --worktree
check "alice again: nothing happens" alice 1
if has_terminals; then
	refused "no payload on a terminal" 2 'the payload is not for a terminal' script -qec "$MDSTATIC sign payload $(root 1)" /dev/null
else
	echo "skipped the payload on a terminal: there are no pseudo-terminals here"
fi
check "carol signs on another machine, RSA" carol 1
check "two of three: complete" shows 1 0
commit repo "root 1"
check "and green" "$MDSTATIC" check repo
refused "what is complete does not change any more" 1 'does not change any more' bob 1
step "the first tree"
client "the first tree" fetch "tree/$app" "$(root 1)" "$now"

# --- online keys: the new key signs from root N+1 on; with overlap what the old key signed stays good
replace() { # ROLE N: makes root N for a new key of the role, and root N+1 that drops the old one
	local role=$1 n=$2
	cp -R tree before-tree
	key "admin/$role.pem" ed25519
	check "$role: a new key, the old one stays" new_root --overlap "$role"
	check "$role: signed by bob and alice" signed "$n" bob alice
	cp "$(root "$n")" "before-tree/$app/metadata/"
	check "$role: what the old key signed is good under root $n" resolve before-tree old-device
	step "$role: signed by the new key"
	check "$role: the old key goes" new_root
	check "$role: signed by carol and bob" signed "$((n + 1))" carol bob
	cp "$(root "$((n + 1))")" "before-tree/$app/metadata/"
	rm -rf new-device
	refused "$role: what the old key signed is refused under root $((n + 1))" 1 "is not signed by enough of the keys" resolve before-tree new-device
	step "$role: under root $((n + 1))"
	rm -rf before-tree
}
replace timestamp 2
replace snapshot 4
replace targets 6
client "all online keys are new" fetch "tree/$app" "$(root 1)" "$now"

# --- the root's keys
settings 2 alice dave carol >admin/trust.ini
check "bob's key is revoked, dave comes" new_root
check "dave signs his own coming" dave 8
refused "which says nothing to devices that do not know him" 1 'keys/8.root.json: error: is signed by 0 of the 2 keys that version 7 wants' \
	"$MDSTATIC" check repo --worktree
refused "two of the new keys are not two of the old" 1 'keys/8.root.json: error: is signed by 1 of the 2 keys that version 7 wants' \
	sh -c "$MDSTATIC sign add $(root 8) --keys bob >/dev/null; $MDSTATIC check repo --worktree"
check "alice and bob, old keys, and dave, a new one" alice 8
check "complete" shows 8 0
commit repo "root 8"
step "without bob"
check "renewed" new_root --renew
refused "bob has nothing to say any more" 1 'it is no root key of version 8 or version 9' bob 9
refused "nor has a folder with his key" 1 'bob has no key that may sign this' "$MDSTATIC" sign add "$(root 9)" --keys bob
check "signed by dave and carol" signed 9 dave carol
step "renewed"
settings 3 alice dave carol >admin/trust.ini
check "all three must sign from now on" new_root
check "two of the old, three of the new" signed 10 dave alice carol
step "three of three"

# --- a changed draft, and one that is made again
check "a draft" new_root --renew
check "dave signs it" dave 11
sed -i 's/"threshold":3/"threshold":1/' "$(root 11)"
refused "a threshold that somebody lowered afterwards" 1 'does not hold: the file was changed after it was signed' alice 11
refused "is seen by show" 1 'does not hold' "$MDSTATIC" sign show "$(root 11)"
refused "and in the pull request" 1 'keys/11.root.json: error: the signature' "$MDSTATIC" check repo --worktree
refused "a root that is not complete is in the way" 1 'make it anew with --again' new_root
printf 'expires = 2\nresign = 1\n' >>admin/trust.ini
check "one for two days in its place" new_root --again
check "signed by all" signed 11 carol dave alice
step "a root for two days"

# --- time
now=2026-11-24T08:00:00Z
refused "an expired root at the end" 1 'the root expired at 2026-11-23T08:00:00Z' build tree
settings 3 alice dave carol >admin/trust.ini
check "the root after it" new_root
check "signed by the keys of the expired one" signed 12 alice carol dave
step "an expired root in the middle of the chain"
client "a chain of twelve" fetch "tree/$app" "$(root 1)" "$now"
cp -R tree cut
rm "cut/$app/metadata/12.root.json"
client "without its end" refused "cut/$app" "$(root 1)" "$now" expired
closing
