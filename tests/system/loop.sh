#!/usr/bin/env bash
# The git-ops loop with real parts: `git push` into a bare repository with the hooks of templates/ci → mdstatic-publish to radosgw and to a
# folder → nginx as templates/cdn has it → a device that polls, pointerMaxAge 1. Pushes that pause, roll back, raise a percentage, break the
# definitions, come two at once, go backwards, delete a whitelist; a second publisher. Seconds from push to the device's answer are printed.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$top/tests/servers/use.sh"
use_keys
bin=$work/bin
mkdir -p "$bin" "$work/www"
# The programs, at the test's time, with a note of how long each step took; copies, so that a build beside the test changes nothing.
mkdir "$work/programs"
cp "$BUILD/mdstatic" "$BUILD/mdstatic-publish" "$DEVICE" "$work/programs"
MDSTATIC=$work/programs/mdstatic DEVICE=$work/programs/device
for program in mdstatic mdstatic-publish; do
	cat >"$bin/$program" <<-END
		#!/bin/bash
		case \$1 in build | verify | refresh | status | /*) now=(--now "\$NOW") ;; *) now=() ;; esac
		step=\$1
		[ '$program' = mdstatic ] || [ \$1 = pull ] || step=publish
		while [ "\$step" = publish ] && [ -e "\${HOLD:-}" ]; do
			: >"\$HOLD.on"
			sleep 0.02
		done
		begin=\$(date +%s%N)
		code=0
		'$work/programs/$program' "\$@" "\${now[@]}" || code=\$?
		echo "\$step \$(((\$(date +%s%N) - begin) / 1000000))" >>'$work/steps'
		exit \$code
	END
done
chmod +x "$bin"/*
export NOW=$now PATH=$bin:$PATH

# --- the parts -----------------------------------------------------------------------------------------------------------------
repo=$work/repo
bare=$work/definitions.git
example_repo "$repo"
sed -i 's/^pointerMaxAge = .*/pointerMaxAge = 1/' "$repo/apps/demo/app.ini"
echo u-tester1 >"$repo/apps/demo/whitelists/pilots.txt"
echo '{ "values": [{ "id": "pilots", "value": "on", "platform": "all", "type": "whitelist", "whitelists": ["pilots"] }] }' >"$repo/apps/demo/switches/pilot.json"
commit "$repo" "pointers live for a second; a list of pilots"
git init -q --bare -b main "$bare"
cp -R "$repo/.git/lfs" "$bare/lfs"
git -C "$repo" remote add origin "$bare"
check "hooks" mdstatic init --hooks "$bare"
git -C "$bare" config mdstatic.keys "$keys"
cp "$top/examples/devices/1-tester.json" "$work/tester.json"
sed 's/"u-77"/"u-78"/' "$top/examples/devices/2-shanghai-wifi.json" >"$work/wifi.json" # not among the first eighth
git -C "$bare" config mdstatic.dest "file://$work/www"
server_or_skip edge-of-folder edge "$work/www" 1
edges=("$EDGE_URL")
code=0
server storage radosgw || code=$?
if [ $code = 0 ]; then
	git -C "$bare" config mdstatic.dest "s3://$S3_BUCKET/apps"
	git -C "$bare" config --add mdstatic.dest "file://$work/www"
	git -C "$bare" config mdstatic.endpoint "$S3_ENDPOINT"
	export AWS_ACCESS_KEY_ID=$S3_ACCESS_KEY AWS_SECRET_ACCESS_KEY=$S3_SECRET_KEY AWS_REGION=$S3_REGION
	server edge-of-bucket edge "$S3_ENDPOINT/$S3_BUCKET/apps"
	edges=("$EDGE_URL" "${edges[@]}")
elif [ $code = 3 ]; then
	echo "skipped - radosgw: $(tail -1 "$work/storage.err")"
else
	not_ok "radosgw starts"
	cat "$work/storage.err"
fi

# --- what people and devices do ---------------------------------------------------------------------------------------------------
# answer EDGE DEVICE: what it gets, in $work/answer
answer() {
	"$DEVICE" "$1/DEMO01-default/" --root "$root" --state "$work/state.${1##*:}.$2" --device "$work/$2.json" \
		answer --now "$NOW" >"$work/answer" 2>"$work/answer.err"
}
upgrade_task() { sed -n '/^  "upgrade": {/,$s/^    "task": "\(.*\)",*$/\1/p' "$work/answer"; }
pilot() { sed -n 's/^    "pilot": "\(.*\)",*$/\1/p' "$work/answer"; }
seconds() { printf '%d.%02d' $(($1 / 1000)) $(($1 % 1000 / 10)); }
milliseconds() { echo $(($(date +%s%N) / 1000000)); }

# arrives DEVICE WHAT VALUE: at every edge the device's WHAT becomes VALUE within ten seconds
arrives() {
	local edge limit=$((SECONDS + 10))
	for edge in "${edges[@]}"; do
		until answer "$edge" "$1" && [ "$($2)" = "$3" ]; do
			if [ $SECONDS -ge $limit ]; then
				echo "$edge: $1 has $2 \"$($2)\", not \"$3\""
				cat "$work/answer.err"
				return 1
			fi
			sleep 0.05
		done
	done
}

push() { git -C "$repo" push -q origin "$@" >"$work/said" 2>&1 || { cat "$work/said"; return 1; }; }
said() { check "$1" grep -qF -- "$2" "$work/said"; }

# released NAME DEVICE WHAT VALUE: what is committed is pushed, and gets to the device
released() {
	local begin pushed
	: >"$work/steps"
	begin=$(milliseconds)
	check "$1: pushed" push main
	pushed=$(($(milliseconds) - begin))
	check "$1: the device has it" arrives "$2" "$3" "$4"
	echo "# $1: $(seconds $(($(milliseconds) - begin))) s from push to the device at ${#edges[@]} edges; push $(seconds $pushed): $(awk \
		'{ printf "%s%s %.2f", (NR > 1 ? ", " : ""), $1, $2 / 1000 }' "$work/steps")"
}

task() { "$MDSTATIC" task "$1" "$repo" "${@:2}" >"$work/task" 2>&1 || cat "$work/task"; }

# untouched NAME: neither the branch nor what is online has changed since keep()
keep() { git -C "$bare" rev-parse main >"$work/kept" && cat "$work/www/DEMO01-default/metadata/timestamp.json" >>"$work/kept"; }
untouched() {
	{ git -C "$bare" rev-parse main && cat "$work/www/DEMO01-default/metadata/timestamp.json"; } >"$work/found"
	check "$1: branch and devices are as before" cmp "$work/kept" "$work/found"
}

# --- what the edges do ---------------------------------------------------------------------------------------------------------------
# caches EDGE: how long each file of the app may be kept, one a line
caches() {
	(cd "$work/www" && find DEMO01-default -type f | LC_ALL=C sort) | while read -r file; do printf 'url = "%s/%s"\n' "$1" "$file"; done |
		curl -sI -K - | tr -d '\r' | sed -n 's/^[Cc]ache-[Cc]ontrol: //p'
}
cached() { curl -so "$work/body" -w '%{http_code} ' "$@" && curl -sI "$1" | tr -d '\r' | sed -n 's/^X-Cache: //p'; }
edge_keeps_to_the_rules() {
	local edge=${edges[-1]} object
	check "no newer root: known for a moment" test "$(cached "$edge/DEMO01-default/metadata/9.root.json")" = "404 HIT"
	object=$(cd "$work/www" && find DEMO01-default/targets/o -name '*.apk' | head -n 1)
	check "5 KB of a large file" test "$(cached "$edge/$object" -r 1048000-1053119)" = "206 HIT"
	check "are its bytes" cmp "$work/body" <(tail -c +1048001 "$work/www/$object" | head -c 5120)
	check "of which two slices were fetched" test "$(grep -c "206 1048576 GET /$object" "$work/edge-of-folder/access.log")" = 2
	mkdir -p "$work/www/trial/h5"
	head -c 2000000 /dev/zero >"$work/www/trial/h5/a.amr"
	check "a name that looks like the key of a slice is missing" test "$(cached "$edge/trial/h5/a.amrbytes=0-1048575")" = "404 HIT"
	check "the slice is not" test "$(cached "$edge/trial/h5/a.amr" -r 0-99)" = "206 HIT"
	touch -d '1 hour ago' "$work/www/trial/h5/a.amr"
	check "deleted and published again: slices of both fit together" curl -sfo "$work/body" "$edge/trial/h5/a.amr"
	check "they are its bytes" cmp "$work/body" "$work/www/trial/h5/a.amr"
	rm -r "$work/www/trial"
	check "a query makes no other object" test "$(cached "$edge/DEMO01-default/metadata/1.root.json?acl")" = "200 HIT"
	check "nothing is compressed" test "$(curl -s -H 'Accept-Encoding: gzip' "$edge/DEMO01-default/pages/index.html" | sha256sum)" = "$(sha256sum <"$work/www/DEMO01-default/pages/index.html")"
	[ ${#edges[@]} = 1 ] || check "the origin of a folder says what objects of a bucket say" diff <(caches "${edges[0]}") <(caches "$edge")
}

# --- releases -----------------------------------------------------------------------------------------------------------------------
released "the first release" tester upgrade_task testers
check "the pilot switch is on" test "$(pilot)" = on
edge_keeps_to_the_rules
task pause upgrade/android/8.0.10 testers
commit "$repo" "pause the testers"
released "a task is paused" tester upgrade_task ""
git -C "$repo" revert --no-edit HEAD >/dev/null
released "that is taken back" tester upgrade_task testers
check "before the percentage is raised" arrives wifi upgrade_task everybody
task percent upgrade/android/8.0.10 wifi-cities 100
commit "$repo" "everybody on Wi-Fi in three cities"
released "a percentage is raised" wifi upgrade_task wifi-cities
git -C "$repo" revert --no-edit HEAD >/dev/null
released "rolled back" wifi upgrade_task everybody
env -C "$bare" hooks/post-receive </dev/null >"$work/said" 2>&1 || not_ok "by hand"
said "by hand: nothing new" "DEMO01-default to file://$work/www: nothing new"

# --- what is refused ------------------------------------------------------------------------------------------------------------------
keep
sed -i 's/"percent": 12.5/"percnt": 12.5/' "$repo/apps/demo/upgrades/android/8.0.10/release.json"
commit "$repo" "a slip of the pen"
refused "broken definitions" 1 'apps/demo/upgrades/android/8.0.10/release.json:38:7: error: unknown key "percnt"; did you mean "percent"?' push main
untouched "broken definitions"
git -C "$repo" reset -q --hard origin/main
git -C "$repo" rm -q apps/demo/whitelists/pilots.txt
commit "$repo" "the list goes, the switch that names it stays"
refused "a whitelist that is still named" 1 'apps/demo/switches/pilot.json:1:' push main
untouched "a whitelist that is still named"
git -C "$repo" rm -q apps/demo/switches/pilot.json
commit "$repo" "the switch goes too"
released "a deleted whitelist" tester pilot ""
keep
git -C "$repo" reset -q --hard HEAD~3
commit "$repo" "history begins again here"
refused "a force-push backwards" 1 "this push goes backwards" push -f main
untouched "a force-push backwards"
git -C "$repo" reset -q --hard origin/main

# --- two at once -------------------------------------------------------------------------------------------------------------------------
task percent upgrade/android/8.0.10 wifi-cities 100
commit "$repo" "the first of two"
first=$(git -C "$repo" rev-parse HEAD)
task pause upgrade/android/8.0.10 testers
commit "$repo" "the second of two"
git clone -q "$bare" "$work/other"
git -C "$work/other" fetch -q "$repo" main
git -C "$work/other" push -q origin "$first:main" >"$work/first" 2>&1 &
until [ "$(git -C "$bare" rev-parse main)" = "$first" ]; do sleep 0.02; done
check "a push while another one is being published" push main
check "the first one succeeds as well" wait $!
said "the second one waits" "waiting for it"
check "the first one's change" arrives wifi upgrade_task wifi-cities
check "the second one's change" arrives tester upgrade_task ""

# A CI job elsewhere has built what the branch said, and is slow to publish it; meanwhile a push gets online.
deploy() { "$top/templates/ci/deploy" "$work/other" origin/main "$work/ci" "$keys" "${dests[@]}" >"$work/deployed" 2>&1 || { cat "$work/deployed"; return 1; }; }
mapfile -t dests < <(git -C "$bare" config --get-all mdstatic.dest)
cp -R "$repo/.git/lfs" "$work/other/.git/lfs"
[ -z "${S3_ENDPOINT:-}" ] || export AWS_ENDPOINT_URL=$S3_ENDPOINT
commit "$repo" "what the job builds"
push main
: >"$work/hold"
HOLD=$work/hold deploy &
until [ -e "$work/hold.on" ]; do sleep 0.02; done
task resume upgrade/android/8.0.10 testers
commit "$repo" "what gets online meanwhile"
check "a push while a job has yet to publish" push main
rm "$work/hold"
check "the job ends well" wait $!
check "it lost the race once" grep -qF "somebody else published first (attempt 1 of 3)" "$work/deployed"
check "the device has the last commit" arrives tester upgrade_task testers
check "the job published it as well" cmp <(git -C "$bare" rev-parse main) "$work/ci/published"

# --- signatures end ----------------------------------------------------------------------------------------------------------------------
mkdir -m 700 "$work/online-keys"
cp "$keys/snapshot.pem" "$keys/timestamp.pem" "$work/online-keys"
NOW=2026-11-28T07:00:00Z
refresh() { "$top/templates/ci/refresh" "$work/other" origin/main "$work/ci" "$work/online-keys" "${dests[@]}"; }
check "a refresh, with the keys of snapshot and timestamp alone" refresh
NOW=2026-12-02T08:00:00Z
check "days later devices trust what they get" arrives tester upgrade_task testers
closing
