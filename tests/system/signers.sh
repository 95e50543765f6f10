#!/usr/bin/env bash
# Who signs: keys of every type, encrypted ones, commands in place of keys (a PKCS #11 token, the example scripts), and that what is
# secret appears nowhere. Needs softhsm2 and opensc for the token (else skipped), node and, once, `npm ci` for the standard client.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$top/tests/system"
[ -d node_modules/tuf-js ] || npm ci --no-audit --no-fund --silent
app=DEMO01-default
passphrase='Aa1 correct horse' pin=728193

# --- a repository with keys of its own -----------------------------------------------------------------------------------------
# world NAME: $k is an empty folder of keys, $repo a small repository, $tree where it is built.
world() {
	k=$work/$1/k repo=$work/$1/repo tree=$work/$1/tree root=$work/$1/repo/keys/1.root.json
	mkdir -p "$k" "$repo"
	chmod 700 "$k"
	cp -R "$top/tests/cli/base/minimal/." "$repo"
	git -C "$repo" init -q -b main
}
make_key() { "$MDSTATIC" keys make "$k/$1.pem" "${@:2}" >/dev/null; }
seal() { # NAME: the key is encrypted from now on; with few rounds, to save time
	openssl pkcs8 -topk8 -v2 aes-256-cbc -in "$k/$1.pem" -out "$k/$1.new" -passout "pass:$passphrase"
	chmod 600 "$k/$1.new"
	mv "$k/$1.new" "$k/$1.pem"
}
make_root() {
	"$MDSTATIC" keys root "$repo/keys" --keys "$k" --now "$now" >/dev/null
	commit "$repo" definitions
}
build() { "$MDSTATIC" build "$repo" --out "$tree" --keys "$k" --now "$now"; }
good() { "$MDSTATIC" verify "$tree" --root "$root" --now "$now"; }
client() { node tuf.mjs fetch "$tree/$app" "$root" "$now"; }
sums() { (cd "$tree" && find . -type f -exec sha256sum {} + | sort); }

# the_same NAME: a build that changes nothing leaves every byte, so every signature, also of those keys that sign differently each time.
the_same() {
	sums >"$work/before"
	build >/dev/null
	check "$1" diff "$work/before" <(sums)
}

# --- keys of every type --------------------------------------------------------------------------------------------------------
world types
make_key root
make_key targets --type ecdsa
make_key snapshot --type rsa
make_key timestamp --type ecdsa
make_root
check "ECDSA and RSA-PSS: a build" build
check "ECDSA and RSA-PSS: verify" good
check "ECDSA and RSA-PSS: a standard client" client
the_same "ECDSA and RSA-PSS: signatures that need not change are kept"

# --- commands ------------------------------------------------------------------------------------------------------------------
# A key that only the command's side has: $work/far/NAME.pem.
mkdir "$work/far" "$work/bin"
far_key() { openssl genpkey -quiet "${@:2}" -out "$work/far/$1.pem" 2>/dev/null || openssl genpkey "${@:2}" -out "$work/far/$1.pem"; }
far_key p256 -algorithm EC -pkeyopt ec_paramgen_curve:P-256
far_key rsa -algorithm RSA -pkeyopt rsa_keygen_bits:2048
far_key ed25519 -algorithm ED25519

# signed_by NAME EXEC PUBLIC: a tree whose targets are signed by EXEC; the example scripts lie in the folder of keys.
signed_by() {
	world "$1"
	make_key root
	make_key snapshot
	make_key timestamp
	cp "$top"/examples/signers/* "$k"
	cp "$3" "$k/targets.pub"
	chmod 644 "$k/targets.pub"
	printf '[targets]\nkey1 = targets.pub\nexec1 = %s\n' "$2" >"$k/trust.ini"
	make_root
	check "$1: a build" build
	check "$1: verify" good
	the_same "$1: signatures that need not change are kept"
}
public() { openssl pkey -in "$work/far/$1.pem" -pubout -out "$work/far/$1.pub"; }
public p256
public rsa
public ed25519

# Stand-ins for the programs of two clouds: they want exactly the arguments of the script, and sign a digest.
cat >"$work/bin/aws" <<STAND_IN
#!/bin/sh
[ "\$*" = "kms sign --key-id alias/mdstatic-targets --message-type DIGEST --message \$8 --signing-algorithm ECDSA_SHA_256 --query Signature --output text" ] || {
	echo "aws: unexpected: \$*" >&2
	exit 2
}
file=\${8#fileb://}
[ "\$(wc -c <"\$file")" = 32 ] || exit 3
openssl pkeyutl -sign -inkey "$work/far/p256.pem" -in "\$file" | openssl base64 -A
echo
STAND_IN
cat >"$work/bin/aliyun" <<STAND_IN
#!/bin/sh
[ "\$*" = "kms AsymmetricSign --KeyId key-1 --KeyVersionId version-2 --Algorithm ECDSA_SHA_256 --Digest \${10}" ] || {
	echo "aliyun: unexpected: \$*" >&2
	exit 2
}
value=\$(printf '%s' "\${10}" | openssl base64 -d -A | openssl pkeyutl -sign -inkey "$work/far/p256.pem" | openssl base64 -A)
printf '{\n\t"KeyId": "key-1",\n\t"KeyVersionId": "version-2",\n\t"RequestId": "4bd5",\n\t"Value": "%s"\n}\n' "\$value"
STAND_IN
chmod +x "$work/bin/aws" "$work/bin/aliyun"
PATH=$work/bin:$PATH
signed_by aws-kms './aws-kms alias/mdstatic-targets' "$work/far/p256.pub"
signed_by alibaba-kms './alibaba-kms key-1 version-2' "$work/far/p256.pub"
for type in ed25519 rsa; do
	signed_by "openssl-key $type" "./openssl-key $type $work/far/$type.pem" "$work/far/$type.pub"
done
signed_by "openssl-key ecdsa" "./openssl-key ecdsa $work/far/p256.pem" "$work/far/p256.pub"
check "openssl-key ecdsa: a standard client" client
sed -i 's/ecdsa/rsa/' "$k/trust.ini"
rm -r "$tree"
refused "a command that fails" 3 "targets.pub: error: the command that signs for it ended with exit code" build
sed -i "s|^exec1.*|exec1 = ./openssl-key rsa $work/far/rsa.pem|" "$k/trust.ini"
refused "a command that signs with another key" 3 "bytes, which are no signature by this key of what it was given" build
if [ ! -e "$tree/$app" ]; then ok "nothing is written without a good signature"; else not_ok "nothing is written without a good signature"; fi

# --- a PKCS #11 token ----------------------------------------------------------------------------------------------------------
module=/usr/lib/softhsm/libsofthsm2.so
token() { pkcs11-tool --module "$module" --token-label mdstatic "$@"; }
if command -v pkcs11-tool >/dev/null && [ -e "$module" ]; then
	mkdir "$work/tokens"
	printf 'directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n' "$work/tokens" >"$work/softhsm2.conf"
	export SOFTHSM2_CONF=$work/softhsm2.conf PKCS11_PIN=$pin
	{
		softhsm2-util --init-token --free --label mdstatic --pin "$pin" --so-pin 4321
		token --login --pin env:PKCS11_PIN --keypairgen --key-type EC:prime256v1 --label targets --usage-sign
		token --read-object --type pubkey --label targets | openssl pkey -pubin -inform DER -out "$work/far/token.pub"
	} >"$work/token.log" 2>&1
	signed_by pkcs11 "./pkcs11 $module mdstatic targets" "$work/far/token.pub"
	check "pkcs11: a standard client" client
	rm -r "$tree"
	export PKCS11_PIN=000000
	refused "pkcs11: a wrong PIN, in the token's words" 3 "$k/targets.pub: error: PKCS11 function C_Login failed" build
	unset PKCS11_PIN
else
	echo "skipped pkcs11: softhsm2 and opensc are not installed"
fi

# --- encrypted keys ------------------------------------------------------------------------------------------------------------
world encrypted
for role in root targets snapshot timestamp; do
	make_key $role
	seal $role
done
export MDSTATIC_PASSPHRASE=$passphrase
make_root
check "encrypted keys: a build" build
unset MDSTATIC_PASSPHRASE
check "encrypted keys: verify" good
rm -r "$tree"
refused "no passphrase" 3 "a passphrase is needed, and there is no terminal to ask for it; set MDSTATIC_PASSPHRASE_TARGETS or MDSTATIC_PASSPHRASE" \
	setsid "$MDSTATIC" build "$repo" --out "$tree" --keys "$k" --now "$now"
refused "a wrong passphrase" 3 "targets.pem: error: the passphrase does not open this key, or the file is damaged" \
	env MDSTATIC_PASSPHRASE=wrong "$MDSTATIC" build "$repo" --out "$tree" --keys "$k" --now "$now"
check "a passphrase for each role" env MDSTATIC_PASSPHRASE=wrong MDSTATIC_PASSPHRASE_TARGETS="$passphrase" \
	MDSTATIC_PASSPHRASE_SNAPSHOT="$passphrase" MDSTATIC_PASSPHRASE_TIMESTAMP="$passphrase" \
	"$MDSTATIC" build "$repo" --out "$tree" --keys "$k" --now "$now"

# --- at the terminal -----------------------------------------------------------------------------------------------------------
# typed TEXT COMMAND…: the shell command line with a terminal; TEXT is typed when it asks. What was seen is in $work/seen.
typed() {
	local text=$1 code=0
	shift
	rm -f "$work/over"
	: >"$work/seen"
	# a suite runs in the background, where a shell makes its children ignore the interrupt: a person's terminal does not
	env --default-signal=INT,QUIT script -qefc "($*); code=\$?; : >$work/over; exit \$code" "$work/seen" >/dev/null < <(
		wait_for() { # 20 s at most
			for ((i = 0; i < 400; i++)); do
				if "$@"; then break; fi
				sleep 0.05
			done
		}
		wait_for grep -qa ': $' "$work/seen"
		sleep 0.1
		printf '%b' "$text"
		wait_for [ -e "$work/over" ] # what is typed must not end before: its end would end the session, and script goes on until then
	) || code=$?
	return "$code"
}
seen() { grep -qaF -- "$1" "$work/seen"; }
at_the_terminal() {
	check "a passphrase that is typed" typed "$passphrase\n" "$MDSTATIC keys show $k/targets.pem"
	check "the question names the file" seen "passphrase of $k/targets.pem: "
	check "and the key was opened" seen "ed25519, private key"
	if seen "$passphrase"; then not_ok "what is typed is not shown"; else ok "what is typed is not shown"; fi
	# Control-C while it asks: the program ends, and the terminal shows again what is typed.
	typed '\003' "bash -c 'trap : INT; $MDSTATIC keys show $k/targets.pem; echo code \$?; stty -a'" || true
	check "an interrupted question" seen "code 130"
	if grep -qaE '(^| )echo ' "$work/seen" && ! grep -qaE -- '-echo ' "$work/seen"; then
		ok "the terminal is as it was"
	else
		not_ok "the terminal is as it was"
		sed 's/^/# /' "$work/seen"
	fi
	# Control-D in place of a passphrase.
	typed '\004' "$MDSTATIC keys show $k/targets.pem" || true
	check "no answer" seen "a passphrase is needed"
	# A command that asks for itself, as a token does for its PIN: it has the terminal meanwhile.
	world asks
	make_key root
	make_key snapshot
	make_key timestamp
	cp "$work/far/ed25519.pub" "$k/targets.pub"
	cat >"$k/asks" <<ASKS
#!/bin/sh
printf 'PIN: ' >/dev/tty
stty -echo </dev/tty
IFS= read -r pin </dev/tty
stty echo </dev/tty
[ "\$pin" = $pin ] || exit 9
exec openssl pkeyutl -sign -rawin -inkey "$work/far/ed25519.pem" -in /dev/stdin
ASKS
	chmod +x "$k/asks"
	cat >"$k/once" <<ONCE
#!/bin/sh
[ -e asked ] && exec openssl pkeyutl -sign -rawin -inkey "$work/far/ed25519.pem" -in /dev/stdin
touch asked
exec ./asks
ONCE
	chmod +x "$k/once"
	printf '[targets]\nkey1 = targets.pub\nexec1 = ./once\n' >"$k/trust.ini"
	make_root
	check "a command that asks for a PIN" typed "$pin\n" "$MDSTATIC build $repo --out $tree --keys $k --now $now; stty sane && echo back"
	check "a command that asks for a PIN: verify" good
	check "the terminal came back" seen back
	rm -rf "$tree"
	printf '[targets]\nkey1 = targets.pub\nexec1 = stty -echo </dev/tty; printf "PIN: " >/dev/tty; sleep 0.2; kill -9 $$\n' >"$k/trust.ini"
	typed '' "$MDSTATIC build $repo --out $tree --keys $k --now $now; stty -a"
	if seen "was killed by signal 9" && grep -qaE '(^| )echo ' "$work/seen"; then
		ok "a command that dies while it asks: the terminal is as it was"
	else
		not_ok "a command that dies while it asks: the terminal is as it was"
	fi
}
if has_terminals; then at_the_terminal; else echo "skipped what is asked at a terminal: there are no pseudo-terminals here"; fi

# --- nothing secret is seen ----------------------------------------------------------------------------------------------------
world secrets
make_key root
make_key targets
make_key snapshot --type ecdsa
cp "$work/far/ed25519.pub" "$k/timestamp.pub"
cat >"$k/pause" <<PAUSE
#!/bin/sh
env >&2
touch "$work/secrets/paused"
while [ ! -e "$work/secrets/go" ]; do sleep 0.05; done
exec openssl pkeyutl -sign -rawin -inkey "$work/far/ed25519.pem" -in /dev/stdin
PAUSE
chmod +x "$k/pause"
printf '[timestamp]\nkey1 = timestamp.pub\nexec1 = ./pause\n' >"$k/trust.ini"
make_root
seal targets

# Every form in which a secret could be printed: words, lines of PEM, hex with and without colons.
{
	echo "$passphrase"
	for file in "$k/root.pem" "$k/snapshot.pem" "$k/targets.pem"; do
		grep -v -- '^---' "$file"
		openssl pkey -in "$file" -passin "pass:$passphrase" | grep -v -- '^---'
		openssl pkey -in "$file" -passin "pass:$passphrase" -noout -text | sed -n '/^priv:/,/^pub:/s/^ *\([0-9a-f:]*\)$/\1/p' |
			tee >(tr -d ':' >&3)
	done
} 3>>"$work/hex" >"$work/words"
sleep 0.1
sort -u "$work/words" "$work/hex" | awk 'length > 8' >"$work/patterns"
leaks() { grep -raqF -f "$work/patterns" "$@"; }
blind=0
while IFS= read -r line; do
	printf 'error: %s\n' "$line" | leaks - || blind=1
done <"$work/patterns"
if [ "$blind" = 0 ] && [ "$(wc -l <"$work/patterns")" -ge 12 ]; then
	ok "what would be a secret is recognized ($(wc -l <"$work/patterns") forms)"
else
	not_ok "what would be a secret is recognized"
fi

# As another user where we are root: the owner of its files in /proc tells who may look into a process.
run=() chown=true
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	run=(setpriv --reuid=65534 --regid=65534 --clear-groups) chown="chown -R 65534:65534"
	chmod 755 "$work"
	chmod 644 "$work/far/ed25519.pem"
fi
cp "$MDSTATIC" "$work/secrets/mdstatic"
$chown "$work/secrets"
cd "$work/secrets"
ulimit -c unlimited 2>/dev/null || true
HOME=$work/secrets MDSTATIC_PASSPHRASE_TARGETS=$passphrase MDSTATIC_PASSPHRASE=other "${run[@]}" "$work/secrets/mdstatic" build "$repo" --worktree --out "$tree" --keys "$k" --now "$now" >"$work/said" 2>&1 &
pid=$!
for ((i = 0; i < 200; i++)); do
	[ -e paused ] && break
	sleep 0.05
done
check "the build waits for a command" test -e paused
if kill -0 "$pid" && ! tr '\0' '\n' <"/proc/$pid/environ" 2>/dev/null | grep -q -e "$passphrase" -e other; then
	ok "no passphrase in the environment of the build"
else
	not_ok "no passphrase in the environment of the build"
fi
check "no core file" grep -qE '^Max core file size +0 +0 ' "/proc/$pid/limits"
check "no other process looks into it" test "$(stat -c %u "/proc/$pid/environ")" = 0
touch go
if wait "$pid"; then ok "a build with an encrypted key and a command"; else not_ok "a build with an encrypted key and a command"; cat "$work/said"; fi
check "the command's environment was printed" grep -q "timestamp.pub: PATH=" "$work/said"
if leaks "$work/said" "$tree" || grep -q MDSTATIC_PASSPHRASE "$work/said"; then not_ok "nothing secret in the output and the tree"; else ok "nothing secret in the output and the tree"; fi
MDSTATIC_PASSPHRASE=$passphrase "$MDSTATIC" keys show "$k" "$k"/*.pem >"$work/shown" 2>&1 &&
	MDSTATIC_PASSPHRASE=$passphrase "$MDSTATIC" keys show "$k" "$k"/*.pem --json >>"$work/shown" 2>&1
if leaks "$work/shown"; then not_ok "nothing secret in what keys show prints"; else ok "nothing secret in what keys show prints"; fi
closing
