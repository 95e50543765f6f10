# For tests that publish: source it after tests/lib.sh. Servers that are stopped at the end, a chain of releases, and what a device sees.
# shellcheck shell=bash
PUBLISH=${MDSTATIC_PUBLISH:-$BUILD/mdstatic-publish}
DEVICE=$BUILD/device
root=$top/tests/keys/1.root.json
running=()
trap 'stop_servers; rm -rf "$work"' EXIT
unset "${!AWS_@}" # of whoever runs the tests
export AWS_CONFIG_FILE=$work/none AWS_SHARED_CREDENTIALS_FILE=$work/none AWS_EC2_METADATA_DISABLED=true no_proxy=127.0.0.1,localhost

stop_servers() {
	local each
	for each in "${running[@]}"; do "$top/tests/servers/${each%% *}.sh" stop "${each#* }"; done
	running=()
}

# server NAME KIND [ARGUMENT…]: starts tests/servers/KIND.sh in $work/NAME, and sets the variables that it prints. 3: it cannot be had here.
server() {
	local name=$1 kind=$2 key value
	shift 2
	running+=("$kind $work/$name")
	"$top/tests/servers/$kind.sh" start "$work/$name" "$@" >"$work/$name.env" 2>"$work/$name.err" || return
	while IFS='=' read -r key value; do declare -g "$key=$value"; done <"$work/$name.env"
}

# server_or_skip …: where it cannot be had, says so and ends the test
server_or_skip() {
	local code=0
	server "$@" || code=$?
	if [ $code = 3 ]; then
		echo "skipped - no $2 here: $(tail -1 "$work/$1.err")"
		closing
		exit 0
	elif [ $code != 0 ]; then
		cat "$work/$1.err"
		not_ok "$2 starts"
		closing
		exit 1
	fi
}

# variables publisher|other|session: $variables, as env takes them: with these credentials, to the server that was started last
variables() {
	local access=S3_ACCESS_KEY secret=S3_SECRET_KEY
	case $1 in
	other) access=S3_OTHER_ACCESS_KEY secret=S3_OTHER_SECRET_KEY ;;
	session) access=S3_SESSION_ACCESS_KEY secret=S3_SESSION_SECRET_KEY ;;
	esac
	variables=(AWS_ENDPOINT_URL="$S3_ENDPOINT" AWS_REGION="$S3_REGION" AWS_ACCESS_KEY_ID="${!access}" AWS_SECRET_ACCESS_KEY="${!secret}")
	[ "$1" != session ] || variables+=(AWS_SESSION_TOKEN="$S3_SESSION_TOKEN")
}

as() { # publisher|other|session COMMAND…
	local variables
	variables "$1"
	shift
	env "${variables[@]}" "$@"
}

# publish TREE PREFIX [OPTION…]: to the bucket of the server that was started last
publish() {
	local tree=$1 prefix=$2
	shift 2
	as publisher "$PUBLISH" "$tree" "s3://$S3_BUCKET/$prefix" --now "$now" "$@"
}

control() { curl -sf -o "$work/control" -d "$1" "$S3_CONTROL"; } # of a stand-in: what is to go wrong

# exits WITH COMMAND…: its exit code is WITH; what it says is in $work/out
exits() {
	local wanted=$1 got=0
	shift
	"$@" >"$work/out" 2>&1 || got=$?
	[ "$got" = "$wanted" ] && return
	echo "exit $got, wanted $wanted: $*"
	cat "$work/out"
	return 1
}

lists=40 # of a release

# release REPO TREE NUMBER BASE: definitions of that number, built on top of what TREE holds for BASE/MANY01-default/. Each number has
# $lists objects that no other has, and a device that is told the number.
release() {
	node "$top/tests/system/s3.mjs" definitions "$1" "$3" "$4" "$lists"
	if [ ! -d "$1/.git" ]; then
		mkdir -p "$1/keys"
		cp "$root" "$1/keys"
		git -C "$1" init -q -b main
	fi
	commit "$1" "release $3"
	"$MDSTATIC" build "$1" --out "$2" --keys "$keys" --now "$now" >"$work/build.log" 2>&1 || { cat "$work/build.log"; return 1; }
}

# releases NAME FIRST LAST BASE: trees $work/NAME.FIRST … $work/NAME.LAST, each continuing the one before
releases() {
	local i
	for ((i = $2; i <= $3; i++)); do
		[ ! -d "$work/$1.$((i - 1))" ] || cp -R "$work/$1.$((i - 1))" "$work/$1.$i"
		release "$work/$1.repo" "$work/$1.$i" "$i" "$4" || return
		"$MDSTATIC" resolve "$work/$1.$i" --device "$work/phone.json" --root "$root" --now "$now" >"$work/$1.$i.answer"
	done
}
echo '{"platform":"ios","appVersion":"1.0","userId":"user-3","deviceId":"d"}' >"$work/phone.json"

same() { node "$top/tests/system/s3.mjs" same "$@"; } # BASE TREE/<app> [MAX-AGE]: all files are served as they are, with their headers

# sees BASE NAME NUMBER…: one of these releases is there, whole, and a new device gets its answer; $seen is its number
sees() {
	local base=$1 name=$2 number trees=()
	shift 2
	for number in "$@"; do trees+=("$work/$name.$number/MANY01-default"); done
	seen=$(node "$top/tests/system/s3.mjs" seen "$base/MANY01-default" "${trees[@]}" 2>"$work/seen") || { cat "$work/seen"; return 1; }
	seen=$(basename "${seen%/MANY01-default}")
	seen=${seen##*.}
	rm -rf "$work/state"
	"$DEVICE" "$base/MANY01-default/" --root "$root" --state "$work/state" --device "$work/phone.json" answer --now "$now" >"$work/answer" || return
	cmp "$work/answer" "$work/$name.$seen.answer"
}

# sent_again BASE-PATH LOG [FLAKY_LOG]: how many objects that never change were stored more than once, by radosgw's log
sent_again() { node "$top/tests/system/s3.mjs" again "$@"; }
requests() { sleep 0.2; grep -c ' beast: ' "$S3_LOG" || true; } # that radosgw has had; it writes a little later
