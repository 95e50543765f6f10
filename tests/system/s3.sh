#!/usr/bin/env bash
# Publishing to a real S3 server (Ceph's radosgw): what arrives there, what is asked of it, who may, races, and 20 kills (LONG=1: 200).
# Needs node, and radosgw: skipped where that cannot be installed.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$top/tests/servers/use.sh"
server_or_skip ceph radosgw tls
use_keys
example_repo "$work/repo"
build() { "$MDSTATIC" build "$work/repo" --out "$1" --keys "$keys" --now "$now" >"$work/build.log" 2>&1; } # TREE
share() { # PERCENT: of the example's upgrade, committed
	sed -i -E "s/\"percent\": [0-9.]+,/\"percent\": $1,/" "$work/repo/apps/demo/upgrades/android/8.0.10/release.json"
	commit "$work/repo" "share $1"
}
sed -i 's/^pointerMaxAge = .*/pointerMaxAge = 45/' "$work/repo/apps/demo/app.ini"
commit "$work/repo" "another age"
served() { # BASE TREE/<app>
	case $2 in */DEMO01-default) same "$1" "$2" 45 ;; *) same "$1" "$2" ;; esac
}
public=$S3_ENDPOINT/$S3_BUCKET
secrets=("$S3_SECRET_KEY" "$S3_OTHER_SECRET_KEY" "$S3_SESSION_SECRET_KEY" "$S3_SESSION_TOKEN" Signature= Credential=)
said() { # keeps what the last command said, for a look at it, and at all in the end
	cp "$work/out" "$work/last"
	cat "$work/out" >>"$work/said"
}
try() { # NAME EXIT-CODE COMMAND…
	local name=$1 bad=0
	shift
	exits "$@" >"$work/why" || bad=1
	said
	if [ $bad = 0 ]; then ok "$name"; else not_ok "$name"; sed 's/^/# /' "$work/why"; fi
}
says() { grep -qF -- "$1" "$work/last" || { echo "$1: not said in:"; cat "$work/last"; return 1; }; }
counted() { # NAME MOST SINCE: at most so many requests since
	local n=$(($(requests) - $3))
	if [ "$n" -le "$2" ]; then ok "$1: $n"; else not_ok "$1: $n, at most $2 expected"; fi
}

# --- what arrives -----------------------------------------------------------------------------------------------------------
build "$work/tree"
before=$(requests)
try "the example is published" 0 publish "$work/tree" main
files=$(find "$work/tree" -type f | wc -l)
counted "requests for $files files of two apps" $((files + 2 * 9)) "$before"
for app in DEMO01-default LITE01-default; do
	check "$app: every byte and header is there" served "$public/main/$app" "$work/tree/$app"
done
before=$(requests)
try "the same again" 0 publish "$work/tree/DEMO01-default" main
counted "requests for nothing new" 3 "$before"

cp -R "$work/tree" "$work/first"
share 40
build "$work/tree"
new=$(diff -rq "$work/first/DEMO01-default" "$work/tree/DEMO01-default" | grep -vc 'Only in .*/first' || true)
before=$(requests)
try "a change is published" 0 publish "$work/tree/DEMO01-default" main
counted "requests for $new new files" $((new + 9)) "$before"
check "the change is there" served "$public/main/DEMO01-default" "$work/tree/DEMO01-default"
check "nothing was sent twice" test "$(sent_again "/$S3_BUCKET/main" "$S3_LOG")" = 0
try "the release before it is not put over it" 4 publish "$work/first/DEMO01-default" main
check "and the change is still there" served "$public/main/DEMO01-default" "$work/tree/DEMO01-default"
try "a prefix of odd characters" 0 publish "$work/tree/LITE01-default" "a b/c+d=e&f/ü'(g)!*~;,:@\$%41"
check "arrives as it is written" served "$public/a%20b/c%2Bd%3De%26f/%C3%BC'(g)!*~%3B%2C%3A%40%24%2541/LITE01-default" "$work/tree/LITE01-default"

# --- a large object: sent in parts -----------------------------------------------------------------------------------------------
hotpatch=$work/repo/apps/demo/hotpatches/ios/8.1.0/9
mkdir -p "$hotpatch"
head -c 40000000 /dev/zero | openssl enc -aes-128-ctr -K 00 -iv 00 2>/dev/null >"$hotpatch/large.sot"
cat >"$hotpatch/release.json" <<-JSON
	{ "platform": "ios", "productVersion": "8.1.0", "patchNumber": 9, "package": { "file": "large.sot" },
	  "tasks": [{ "id": "all", "type": "official", "publishedAt": "2026-11-20T00:00:00Z" }] }
JSON
commit "$work/repo" "a large hotpatch"
cp -R "$work/tree" "$work/large"
build "$work/large"
try "40 MB are published" 0 publish "$work/large/DEMO01-default" main
check "in parts" grep -q 'PUT [^"]*sot?.*partNumber=2' "$S3_LOG"
check "all of them are there" served "$public/main/DEMO01-default" "$work/large/DEMO01-default"
before=$(requests)
try "and are known to be there" 0 publish "$work/large/DEMO01-default" main
counted "requests for nothing new" 3 "$before"
rm -r "$hotpatch"
commit "$work/repo" "no large hotpatch"

# --- who may --------------------------------------------------------------------------------------------------------------------
lite=$work/tree/LITE01-default
mkdir -p "$work/home"
clean() { env -i PATH="$PATH" HOME="$work/home" no_proxy=127.0.0.1,localhost "$@"; } # COMMAND…: with nothing that is around us
dest() { echo "s3://$S3_BUCKET/$1 --now $now --endpoint $S3_ENDPOINT --region $S3_REGION"; }
cat >"$work/home/credentials" <<-INI
	[default]
	aws_access_key_id = $S3_OTHER_ACCESS_KEY
	aws_secret_access_key = $S3_OTHER_SECRET_KEY
	[release]
	aws_access_key_id = $S3_ACCESS_KEY
	aws_secret_access_key = $S3_SECRET_KEY
INI
cat >"$work/home/process" <<-SH
	#!/bin/sh
	echo '{"Version":1,"AccessKeyId":"$S3_SESSION_ACCESS_KEY","SecretAccessKey":"$S3_SESSION_SECRET_KEY","SessionToken":"$S3_SESSION_TOKEN","Expiration":"2099-01-01T00:00:00Z"}'
SH
chmod +x "$work/home/process"
printf '[profile asked]\nregion = us-east-1\nendpoint_url = %s\ncredential_process = "%s"\n' "$S3_ENDPOINT" "$work/home/process" >"$work/home/config"
profile() { clean AWS_SHARED_CREDENTIALS_FILE="$work/home/credentials" AWS_CONFIG_FILE="$work/home/config" "$@"; }
# shellcheck disable=SC2046 # words
{
	try "no credentials" 3 clean "$PUBLISH" "$lite" $(dest nobody)
	try "a wrong secret" 3 as publisher env AWS_SECRET_ACCESS_KEY=wrong "$PUBLISH" "$lite" $(dest wrong)
	check "is named" says "answered 403"
	try "a stranger" 3 as other "$PUBLISH" "$lite" $(dest strange)
	try "temporary credentials" 0 as session "$PUBLISH" "$lite" $(dest session)
	check "publish as well" served "$public/session/LITE01-default" "$lite"
	try "a bucket that is not there" 3 as publisher "$PUBLISH" "$lite" "s3://no-such-bucket/x" --now "$now"
	check "is named" says "no-such-bucket"
	try "the default profile: a stranger's" 3 profile "$PUBLISH" "$lite" $(dest profile)
	try "AWS_PROFILE" 0 profile AWS_PROFILE=release "$PUBLISH" "$lite" $(dest profile)
	try "credential_process" 0 profile AWS_PROFILE=asked "$PUBLISH" "$lite" "s3://$S3_BUCKET/process" --now "$now"
	check "its endpoint too" served "$public/process/LITE01-default" "$lite"
	try "a profile that is not there" 3 profile AWS_PROFILE=relaese "$PUBLISH" "$lite" $(dest profile)
	try "TLS to a server that nobody vouches for" 3 as publisher "$PUBLISH" "$lite" "s3://$S3_BUCKET/tls" --now "$now" --endpoint "$S3_TLS_ENDPOINT"
	try "TLS with AWS_CA_BUNDLE" 0 as publisher env AWS_CA_BUNDLE="$S3_CA" "$PUBLISH" "$lite" "s3://$S3_BUCKET/tls" --now "$now" --endpoint "$S3_TLS_ENDPOINT"
	try "the bucket in the host name" 0 as publisher "$PUBLISH" "$lite" "s3://$S3_BUCKET/virtual" --now "$now" --endpoint "http://$S3_DOMAIN:${S3_ENDPOINT##*:}"
	check "and not in the path" grep -q '"PUT /virtual/LITE01-default/' "$S3_LOG"
	try "--path-style" 0 as publisher "$PUBLISH" "$lite" "s3://$S3_BUCKET/path" --now "$now" --endpoint "http://$S3_DOMAIN:${S3_ENDPOINT##*:}" --path-style
	check "puts it there" grep -q "\"PUT /$S3_BUCKET/path/LITE01-default/" "$S3_LOG"
	try "--checksums" 0 as publisher "$PUBLISH" "$lite" $(dest sums) --checksums
}
for name in tls virtual path sums; do check "$name: all is there" served "$public/$name/LITE01-default" "$lite"; done
for name in nobody wrong strange; do
	check "$name: nothing is there" test "$(curl -s -o "$work/list" "$public?list-type=2&prefix=$name/" && grep -c '<Key>' "$work/list")" = 0
done

# --- other buckets, and more than one ----------------------------------------------------------------------------------------------
signed() { # STATUS METHOD PATH BODY: curl, as the publisher
	local got
	got=$(curl -s -o "$work/reply" -w '%{http_code}' -X "$2" --aws-sigv4 "aws:amz:$S3_REGION:s3" -u "$S3_ACCESS_KEY:$S3_SECRET_KEY" \
		-H "x-amz-content-sha256: $(printf %s "$4" | sha256sum | cut -d' ' -f1)" -H 'content-type: application/xml' --data-binary "$4" "$S3_ENDPOINT/$3")
	[ "$got" = "$1" ] || { echo "$got"; cat "$work/reply"; return 1; }
}
check "a bucket that keeps every version" signed 200 PUT versions ''
check "does so" signed 200 PUT 'versions?versioning=' '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'
versioned() { as publisher "$PUBLISH" "$1/DEMO01-default" s3://versions/x --now "$now" "${@:2}"; } # there, radosgw ignores If-None-Match and refuses every If-Match
try "is refused: no condition holds there" 3 versioned "$work/first"
check "for that reason" says "--unsafe-single-publisher"
try "for one publisher it will do" 0 versioned "$work/first" --unsafe-single-publisher
try "the next release too" 0 versioned "$work/tree" --unsafe-single-publisher
try "not the first one again" 4 versioned "$work/first" --unsafe-single-publisher
check "of what changes, both are kept" test "$(signed 200 GET 'versions?prefix=x%2FDEMO01-default%2Fmetadata%2Ftimestamp.json&versions=' '' && grep -o '<VersionId>' "$work/reply" | wc -l)" = 2
mkdir "$work/folder"
try "a bucket, a folder, and a bucket that is not there" 3 as publisher "$PUBLISH" "$lite" "s3://$S3_BUCKET/several" s3://no-such-bucket/x "file://$work/folder" --now "$now"
check "the bucket has it" served "$public/several/LITE01-default" "$lite"
check "the folder too" diff -r "$lite" "$work/folder/LITE01-default"

# --- two who publish, and a machine that knows nothing ----------------------------------------------------------------------------
build "$work/tree"
publish "$work/tree/DEMO01-default" race >"$work/out" 2>&1 || true
pids=()
for i in {1..16}; do
	share "$i"
	cp -R "$work/tree" "$work/race.$i"
	build "$work/race.$i"
done
for i in {1..16}; do
	publish "$work/race.$i/DEMO01-default" race >"$work/race.$i.out" 2>&1 &
	pids+=($!)
done
won=() lost=0
for i in {1..16}; do
	code=0
	wait "${pids[$((i - 1))]}" || code=$?
	cat "$work/race.$i.out" >>"$work/said"
	case $code in
	0) won+=("$i") ;;
	4) lost=$((lost + 1)) ;;
	*) sed "s/^/# $i, exit $code: /" "$work/race.$i.out" ;;
	esac
done
if [ "${#won[@]}" = 1 ] && [ $lost = 15 ]; then ok "of 16 who publish at once, one wins"; else not_ok "of 16 who publish at once, ${#won[@]} win, $lost lose"; fi
check "and what it published is there" served "$public/race/DEMO01-default" "$work/race.${won[0]:-1}/DEMO01-default"
try "a machine that knows nothing pulls" 0 as publisher "$PUBLISH" pull "s3://$S3_BUCKET/race" "$work/fresh"
share 77
check "builds on it" build "$work/fresh"
try "and publishes" 0 publish "$work/fresh/DEMO01-default" race
version() { grep -o '"version":[0-9]*}*$' "$1/DEMO01-default/metadata/timestamp.json" | grep -o '[0-9]*'; }
check "the next version" test "$(version "$work/fresh")" = $(($(version "$work/race.${won[0]:-1}") + 1))
check "what it did not have was there" "$MDSTATIC" verify "$work/fresh" --root "$root" --now "$now"

# --- killed ------------------------------------------------------------------------------------------------------------------------
rounds=${LONG:+200}
rounds=${rounds:-20}
releases kill 0 $((rounds + 1)) "$public/kill"
publish "$work/kill.0" kill >"$work/out" 2>&1 || not_ok "the first release"
start=$(date +%s%N)
publish "$work/kill.1" kill >"$work/out" 2>&1 || not_ok "the second release"
length=$((($(date +%s%N) - start) / 1000)) # of one, in microseconds
old=0 new=0 lost=0 incomplete=0
variables publisher
for ((i = 1; i <= rounds; i++)); do
	delay=$((length * (i * 618 % 1000) / 667)) # the golden section: even, whatever their number
	[ $((i % 5)) != 0 ] || delay=$((delay + length)) # and some after its end, if it is not slower than the first
	env "${variables[@]}" "$PUBLISH" "$work/kill.$((i + 1))" "s3://$S3_BUCKET/kill" --now "$now" >"$work/out" 2>&1 &
	sleep "$(printf '%d.%06d' $((delay / 1000000)) $((delay % 1000000)))"
	kill -9 $! 2>/dev/null || true
	wait $! 2>/dev/null || true
	sleep 0.05 # what it sent with its last breath
	if sees "$public/kill" kill "$i" "$((i + 1))" >"$work/why"; then
		if [ "$seen" = "$i" ]; then old=$((old + 1)); else new=$((new + 1)); fi
	else
		lost=$((lost + 1))
		sed "s/^/# kill $i after $delay us: /" "$work/why"
	fi
	if ! { exits 0 publish "$work/kill.$((i + 1))" kill && sees "$public/kill" kill "$((i + 1))"; } >"$work/why"; then
		incomplete=$((incomplete + 1))
		sed "s/^/# rerun $i: /" "$work/why"
	fi
	said
done
again=$(sent_again "/$S3_BUCKET/kill" "$S3_LOG" 2>"$work/why")
echo "# $rounds kills within $length us: a device saw the old release $old times, the new one $new times"
if [ $lost = 0 ]; then ok "a device sees the old or the new release, whole"; else not_ok "$lost kills broke something"; fi
if [ $incomplete = 0 ]; then ok "a rerun completes"; else not_ok "$incomplete reruns did not complete"; fi
if [ "$again" = 0 ]; then ok "nothing is sent again that was there"; else not_ok "$again objects were sent again"; head -5 "$work/why"; fi
check "kills came before and after the pointer" test "$old" -gt 0 -a "$new" -gt 0

for secret in "${secrets[@]}"; do
	check "no message holds ${secret:0:6}…" test "$(grep -cF -- "$secret" "$work/said" || true)" = 0
done
closing
