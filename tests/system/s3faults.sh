#!/usr/bin/env bash
# Publishing on bad days: servers that fail, stop in the middle, know no conditions or other ones, are full, read-only, missing, or have the
# wrong time. After each, a device sees the old or the new release, whole; a rerun completes. Ends with a table. LONG=1: more of each.
# Needs node; radosgw, nginx, Swift and a small disk where they can be had.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$top/tests/servers/use.sh"
use_keys
scale=${LONG:+10}
scale=${scale:-1}
table=()
lists=6

# row NAME RUNS CHECKS LOSSES: a line of the table, and a test
row() {
	table+=("$(printf '%-58s %5d %7d %7d' "$@")")
	if [ "$4" = 0 ] && [ "$3" -gt 0 ]; then ok "$1: $3 looks, no losses"; else not_ok "$1: $4 losses in $3 looks"; fi
}

# begin: of a fault: $runs $looks $losses
begin() { runs=0 looks=0 losses=0; }
lose() { losses=$((losses + 1)); sed "s/^/# $1: /" "${2:-$work/why}"; }
look() { # WHAT BASE NAME NUMBER…: what a device sees now
	local what=$1
	shift
	looks=$((looks + 1))
	sees "$@" >"$work/why" 2>&1 || lose "$what"
}
run() { # WHAT EXIT-CODE TREE PREFIX [OPTION…]
	local what=$1
	shift
	runs=$((runs + 1))
	exits "$1" publish "${@:2}" >"$work/why" 2>&1 || lose "$what"
}
stand() { # NAME MODE: a stand-in with releases NAME.0 (published), NAME.1 and NAME.2
	server "$1" standin "$2" || { cat "$work/$1.err"; return 1; }
	public=$S3_ENDPOINT/$S3_BUCKET
	releases "$1" 0 2 "$public"
}

# --- the stand-in itself, by curl's signatures -------------------------------------------------------------------------------------
asked() { # STATUS PATH ARGUMENT…: curl gets this status
	local wanted=$1 path=$2 got
	shift 2
	got=$(curl -s -o "$work/reply" -w '%{http_code}' --aws-sigv4 "aws:amz:$S3_REGION:s3" -u "$S3_ACCESS_KEY:$S3_SECRET_KEY" "$@" "$S3_ENDPOINT/$S3_BUCKET$path")
	[ "$got" = "$wanted" ] || { echo "$got, wanted $wanted: $*"; cat "$work/reply"; return 1; }
}
sum() { echo "x-amz-content-sha256: $(printf %s "$1" | sha256sum | cut -d' ' -f1)"; }
put() { # STATUS BODY ARGUMENT…
	local status=$1 body=$2
	shift 2
	asked "$status" "/a%20b/c" -X PUT --data-binary "$body" -H "$(sum "$body")" "$@"
}
strict() {
	local mode
	server strict standin aws
	check "stand-in: what is right is taken" put 200 one
	check "and given back" test "$(curl -s "$S3_ENDPOINT/$S3_BUCKET/a%20b/c")" = one
	check "a wrong secret" put 403 one -u "$S3_ACCESS_KEY:wrong"
	check "a wrong region" asked 400 / -H "$(sum "")" --aws-sigv4 aws:amz:eu-west-1:s3
	check "another user" put 403 one -u "$S3_OTHER_ACCESS_KEY:$S3_OTHER_SECRET_KEY"
	check "a wrong hash" asked 400 /a -X PUT -d one -H "$(sum two)"
	check "a wrong MD5" put 400 one -H 'content-md5: 1B2M2Y8AsgTpgAmY7PhCfg=='
	check "a query that is signed as it stands" asked 200 '?list-type=2&prefix=a%20b%2F' -H "$(sum "")"
	control '{"skew":3600}'
	check "a clock that is off" put 403 one
	"$top/tests/servers/standin.sh" stop "$work/strict"
	# over what is there: STATUS of If-None-Match: *, of a wrong If-Match, of x-oss-forbid-overwrite
	for mode in "aws 412 412 200" "r2 412 412 200" "oss 501 501 409" "gcs 200 200 200" "refuse 501 501 501" "ignore 200 200 200"; do
		# shellcheck disable=SC2086 # words
		set -- $mode
		server "strict$1" standin "$1"
		check "stand-in: $1" eval "put 200 one && put $2 one -H 'If-None-Match: *' && put $3 one -H 'If-Match: \"0\"' && put $4 one -H 'x-oss-forbid-overwrite: true'"
		"$top/tests/servers/standin.sh" stop "$work/strict$1"
	done
	running=()
}

# --- a server that fails now and then: radosgw behind nginx ---------------------------------------------------------------------
proxied() { # a share of requests fails, each time others
	local front i n=$((6 * scale)) again lists=40
	begin
	if ! { server ceph radosgw && front=$S3_ENDPOINT && server flaky flaky "$front"; }; then
		echo "skipped - no radosgw behind nginx here: $(cat "$work/ceph.err" "$work/flaky.err" 2>/dev/null | tail -1)"
		return
	fi
	releases flaky 0 "$n" "$front/$S3_BUCKET/flaky"
	S3_ENDPOINT=$FLAKY_ENDPOINT
	for ((i = 0; i <= n; i++)); do
		run "release $i" 0 "$work/flaky.$i" flaky
		look "release $i" "$front/$S3_BUCKET/flaky" flaky "$i"
	done
	S3_ENDPOINT=$front
	for ((i = 0; i <= n; i += 3)); do look "still release $n" "$front/$S3_BUCKET/flaky" flaky "$n"; done
	sleep 0.2
	again=$(sent_again "/$S3_BUCKET/flaky" "$S3_LOG" "$FLAKY_LOG" 2>"$work/why")
	[ "$again" = 0 ] || lose "$again objects were stored twice"
	row "3% SlowDown, 2% InternalError, 1% dropped, 5% late" "$runs" "$looks" "$losses"
	echo "# $(awk '{ n[$4]++ } END { for (f in n) printf "%s %d  ", f, n[f] }' "$FLAKY_LOG")of requests"
}

# --- each request of a publish fails once, in each way ---------------------------------------------------------------------------
every_request() {
	local variables way step=4
	[ $scale = 1 ] || step=1
	begin
	stand every aws
	run "the first release" 0 "$work/every.0" ""
	control '{"keep":true}'
	variables publisher
	node "$top/tests/system/s3.mjs" every "$(node -p 'const [control, log, base, tree, answer, step, device, root, phone, now, publish, dest, ...variables] = process.argv.slice(1)
		JSON.stringify({ control, log, base, tree, answer, step: Number(step), ways: ["503", "500", "429", "409", "drop", "late", "lost", "cut"],
			publish: ["env", ...variables, publish, tree, dest, "--now", now], device: [device, base + "/", "--root", root, "--device", phone, "answer", "--now", now] })' \
		"$S3_CONTROL" "$S3_LOG" "$public/MANY01-default" "$work/every.1/MANY01-default" "$work/every.1.answer" "$step" \
		"$DEVICE" "$root" "$work/phone.json" "$now" "$PUBLISH" "s3://$S3_BUCKET" "${variables[@]}")" >"$work/rows" 2>"$work/why" || true
	sed 's/^/# /' "$work/why"
	while read -r way runs looks losses; do row "one request fails once: $way" "$runs" "$looks" "$losses"; done <"$work/rows"
	check "in each of eight ways" test "$(wc -l <"$work/rows")" = 8
}

# --- what is wrong for good: nothing is broken, and a rerun completes when it is over ------------------------------------------------
refusals() { # NAME CONTROL OVER TEXT: with the control, exit 3 that says TEXT, the old release; after OVER the new one
	begin
	control '{"back":true,"faults":[]}'
	control "$2"
	run "$1" 3 "$work/every.1" ""
	grep -qi -- "$4" "$work/out" || lose "does not say $4" "$work/out"
	control "$3"
	look "$1" "$public" every 0
	run "$1, over" 0 "$work/every.1" ""
	look "$1, over" "$public" every 1
	row "$1" "$runs" "$looks" "$losses"
}
for_good() {
	refusals "a bucket that is read-only" '{"readonly":true}' '{"readonly":false}' denied
	refusals "a bucket that is missing" '{"missing":true}' '{"missing":false}' "no such bucket\|NoSuchBucket\|does not exist"
	refusals "a bucket that is full" '{"quota":20000}' '{"quota":null}' quota
	refusals "rights that end in the middle" '{"faults":[{"from":6,"method":"PUT","does":"403"}]}' '{"faults":[]}' denied
	begin
	for skew in -86400 -3600 3600 86400; do
		control '{"back":true,"faults":[],"skew":'$skew'}'
		run "$skew s" 0 "$work/every.1" ""
		look "$skew s" "$public" every 1
	done
	control '{"skew":0}'
	row "a clock that is an hour or a day off" "$runs" "$looks" "$losses"
}

# --- races at servers with other conditions, or none ---------------------------------------------------------------------------------
race() { # WHAT NAME: six publishers with builds on NAME.0 at once: one wins, the others exit 4
	local i code won round pids
	begin
	for i in {1..6}; do
		cp -R "$work/$2.0" "$work/$2.r$i"
		release "$work/$2.repo" "$work/$2.r$i" "1$i" "$public" || return
		"$MDSTATIC" resolve "$work/$2.r$i" --device "$work/phone.json" --root "$root" --now "$now" >"$work/$2.r$i.answer"
	done
	for ((round = 1; round <= 3 * scale; round++)); do
		control '{"back":true,"faults":[]}'
		won=0 pids=()
		for i in {1..6}; do
			publish "$work/$2.r$i" "" >"$work/race.$i" 2>&1 &
			pids+=($!)
		done
		for i in {1..6}; do
			code=0
			wait "${pids[i - 1]}" || code=$?
			runs=$((runs + 1))
			case $code in
			0) won=$((won + 1)) ;;
			4) ;;
			*) lose "exit $code" "$work/race.$i" ;;
			esac
		done
		[ $won = 1 ] || { echo "$won win" >"$work/why"; lose "race $round"; }
		look "race $round" "$public" "$2" r1 r2 r3 r4 r5 r6
	done
	row "$1: 6 publishers at once" "$runs" "$looks" "$losses"
}
claims() { # MODE WHAT OPTION…: publishes, publishes on top, refuses the older, races
	local mode=$1 what=$2
	shift 2
	begin
	stand "$mode" "$mode"
	run "the first" 0 "$work/$mode.0" "" "$@"
	look "the first" "$public" "$mode" 0
	control '{"keep":true}'
	run "the second" 0 "$work/$mode.1" "" "$@"
	run "nothing new" 0 "$work/$mode.1" "" "$@"
	look "the second" "$public" "$mode" 1
	run "the first again" 4 "$work/$mode.0" "" "$@"
	look "the first again" "$public" "$mode" 1
	run "the third" 0 "$work/$mode.2" "" "$@"
	look "the third" "$public" "$mode" 2
	row "$what" "$runs" "$looks" "$losses"
}
unconditional() { # NAME WHAT: exit 3, nothing written; not with --unsafe-single-publisher
	begin
	run "refused" 3 "$work/$1.0" "$3"
	grep -q -- --unsafe-single-publisher "$work/out" || lose "does not name the option" "$work/out"
	run "on one's own risk" 0 "$work/$1.0" "$3" --unsafe-single-publisher
	look "on one's own risk" "$public" "$1" 0
	run "the next" 0 "$work/$1.1" "$3" --unsafe-single-publisher
	look "the next" "$public" "$1" 1
	row "$2" "$runs" "$looks" "$losses"
}
swift() {
	local code=0
	server swift swift || code=$?
	if [ $code = 3 ]; then
		echo "skipped - no Swift here: $(tail -1 "$work/swift.err")"
		return
	fi
	public=$S3_PUBLIC
	releases swift 0 1 "$public"
	unconditional swift "Swift: 501 to every condition" ""
}
versioned() {
	stand versioned aws
	control '{"versioned":true}'
	begin
	for i in 0 1 2; do
		run "release $i" 0 "$work/versioned.$i" ""
		look "release $i" "$public" versioned "$i"
	done
	row "a bucket that keeps every version" "$runs" "$looks" "$losses"
}

# --- a folder on a disk that fills up: needs a namespace of our own -----------------------------------------------------------------------
full_disk() {
	local code extra
	unshare -rm mount -t tmpfs -o size=1m none /mnt 2>/dev/null || { echo "skipped - no small disk here: no user namespaces"; return; }
	begin
	mkdir "$work/disk"
	cp -R "$work/every.0" "$work/full.0"
	cp -R "$work/every.1" "$work/full.1"
	for extra in 20 30 40; do
		code=0
		unshare -rm bash -c '
			mount -t tmpfs -o size=1m none "$1/disk"
			"$2" "$1/full.0" "file://$1/disk" --now "$3" >"$1/out" 2>&1 || exit 9
			mount -o remount,size=$(($(du -sk "$1/disk" | cut -f1) + $4))k "$1/disk"
			code=0
			"$2" "$1/full.1" "file://$1/disk" --now "$3" >"$1/out" 2>&1 || code=$?
			cp -R "$1/disk" "$1/after"
			mount -o remount,size=9m "$1/disk"
			"$2" "$1/full.1" "file://$1/disk" --now "$3" >"$1/again" 2>&1 || exit 8
			cp -R "$1/disk" "$1/over"
			exit $code' - "$work" "$PUBLISH" "$now" "$extra" >"$work/why" 2>&1 || code=$?
		runs=$((runs + 2)) looks=$((looks + 2))
		[ $code = 3 ] || { cat "$work/out" >>"$work/why"; lose "exit $code"; }
		[ "$(stale "$work/after" "$work/full.0")" = 0 ] || lose "the old release is gone" "$work/stale"
		[ "$(stale "$work/over" "$work/full.1")" = 0 ] || lose "the new release is not whole" "$work/stale"
		rm -rf "$work/after" "$work/over"
	done
	row "a disk that is full" "$runs" "$looks" "$losses"
}
stale() { # FOLDER TREE: how many files of the tree the folder has not, or other ones
	(cd "$2" && find . -type f ! -name '.*' -exec sh -c 'cmp -s "$1" "$2/$1" || echo "$1"' - {} "$1" \;) | tee "$work/stale" | wc -l
}

strict
proxied
every_request
for_good
race "If-None-Match, If-Match" every
claims oss "Alibaba OSS: x-oss-forbid-overwrite"
race "Alibaba OSS" oss
claims gcs "Google Cloud Storage: x-goog-if-generation-match"
race "Google Cloud Storage" gcs
claims r2 "Cloudflare R2"
swift
stand refuse refuse && unconditional refuse "501 to every condition" ""
stand ignore ignore && unconditional ignore "every condition ignored" ""
stand versionedoss oss && control '{"versioned":true}' && unconditional versionedoss "Alibaba OSS with versions: no claims" ""
versioned
full_disk

printf '# %-58s %5s %7s %7s\n' fault runs looks losses
printf '# %s\n' "${table[@]}"
closing
