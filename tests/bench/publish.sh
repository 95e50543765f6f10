#!/usr/bin/env bash
# Publishing 10,000 files of 4 KB and 20 of 5 MB, a tree that mdstatic built, to radosgw; beside it a bare libcurl loop (s3put), rclone and
# awscli with as many connections, in turn, each time into a new server. Exit 1 when a limit is not met; 0 with a line without radosgw.
#   BUILD=build tests/bench/publish.sh [RUNS] [LISTS]     default: 3 10000
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$top/tests/servers/use.sh"
runs=${1:-3}
lists=${2:-10000}
connections=32
use_keys

# --- figures -----------------------------------------------------------------------------------------------------------

verdict() { # WHAT VALUE LIMIT COMMAND…: the command says whether the limit is met
	local line word=
	line=$(printf '%-48s %8s, %s' "$1" "$2" "$3")
	shift 3
	if ! "$@"; then
		word=': NOT MET'
		failed=$((failed + 1))
	fi
	echo "$line$word"
}
no_more() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a <= b) }'; }
at_most() { verdict "$1" "$2" "limit $3" no_more "$2" "$3"; }
exactly() { verdict "$1" "$2" "wanted $3" [ "$2" = "$3" ]; }

# median TOOL COLUMN: over its runs; a line of $work/TOOL.spent is: seconds, of CPU, MB of memory, requests
median() { cut -d' ' -f"$2" "$work/$1.spent" | sort -n | sed -n "$(((runs + 1) / 2))p"; }
wall() { median "$1" 1; }
cpu() { median "$1" 2; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }

told() { jq -r ".destinations[0].requests | $1" "$work/ours.out"; } # by the last run of ours
all='.put + .get + .head + .list + .delete + .post'

# since WANTED: requests that the server has had since it had $before. It writes them down a little later: at least as many are waited for.
since() {
	local n=0
	for _ in {1..25}; do
		n=$(($(requests) - before))
		[ "$n" -lt "$1" ] || break
	done
	echo $n
}

# --- who is measured: each sets $variables and $line --------------------------------------------------------------------

ours() {
	variables publisher
	line=("$PUBLISH" "$work/tree/BENCH-default" "s3://$S3_BUCKET/" --now "$now" --json --connections "$connections")
}
bare() {
	variables publisher
	line=("$BUILD/bench/s3put" "$S3_ENDPOINT" "$S3_BUCKET/BENCH-default" "$S3_REGION" "$connections" "$work/tree/BENCH-default")
}
rclone() {
	variables=(RCLONE_CONFIG_R_TYPE=s3 RCLONE_CONFIG_R_PROVIDER=Ceph RCLONE_CONFIG_R_ENDPOINT="$S3_ENDPOINT"
		RCLONE_CONFIG_R_ACCESS_KEY_ID="$S3_ACCESS_KEY" RCLONE_CONFIG_R_SECRET_ACCESS_KEY="$S3_SECRET_KEY")
	line=(/usr/bin/rclone copy "$work/tree/BENCH-default" "R:$S3_BUCKET/BENCH-default" --config /dev/null
		--transfers "$connections" --checkers "$connections")
}
awscli() {
	printf '[default]\ns3 =\n  max_concurrent_requests = %s\n' "$connections" >"$work/aws"
	variables publisher
	variables+=(AWS_CONFIG_FILE="$work/aws" AWS_DEFAULT_REGION="$S3_REGION")
	line=(/usr/bin/aws --endpoint-url "$S3_ENDPOINT" s3 sync "$work/tree/BENCH-default" "s3://$S3_BUCKET/BENCH-default" --only-show-errors)
}

# spend TOOL NAME: runs it once; adds a line to $work/NAME.spent
spend() {
	local before wanted=0
	before=$(requests)
	if ! env "${variables[@]}" /usr/bin/time -o "$work/time" -f '%e %U %S %M' "${line[@]}" >"$work/$1.out" 2>"$work/$1.err"; then
		cat "$work/$1.out" "$work/$1.err"
		exit 1
	fi
	[ "$1" != ours ] || wanted=$(told "$all")
	awk -v requests="$(since "$wanted")" '{ print $1, $2 + $3, int($4 / 1024), requests }' "$work/time" >>"$work/$2.spent"
}

over() { # the server's work is
	stop_servers
	rm -rf "$work/ceph" "$work/proxy"
}

# --- what is measured ---------------------------------------------------------------------------------------------------

in_turn() {
	local tool
	for tool in $tools; do
		server ceph radosgw
		$tool
		spend "$tool" "$tool"
		if [ "$tool" = ours ]; then
			told "$all" >"$work/told"
			told .connections >"$work/used"
			listings=$(grep -c ' beast: .*"GET [^"]*list-type=2' "$S3_LOG")
			spend ours again
			[ -e "$work/looked" ] || check "all files are there, as they are" same "$S3_ENDPOINT/$S3_BUCKET/BENCH-default" "$work/tree/BENCH-default"
			touch "$work/looked"
		fi
		over
	done
}

# as_asked N: through a proxy, whose log numbers connections; N.counted: by the log, by us
as_asked() {
	server ceph radosgw
	server proxy flaky "$S3_ENDPOINT" ""
	S3_ENDPOINT=$FLAKY_ENDPOINT
	connections=$1 ours
	spend ours counted
	echo "$(grep -o 'connection=.*' "$FLAKY_LOG" | sort -u | wc -l) $(told .connections)" >"$work/$1.counted"
	over
}

[ -x /usr/bin/time ] || "$top/tests/deps" time
server_or_skip ceph radosgw
over
node "$top/tests/bench/definitions.mjs" publish "$work/repo" "$lists"
mkdir -p "$work/repo/keys"
cp "$root" "$work/repo/keys"
git -C "$work/repo" init -q -b main
git -C "$work/repo" add -A apps keys
git -C "$work/repo" -c gc.auto=0 commit -qm bench
"$MDSTATIC" build "$work/repo" --out "$work/tree" --keys "$keys" --now "$now" >"$work/out"
rm -rf "$work/repo"
files=$(find "$work/tree/BENCH-default" -type f | wc -l)
echo "$files files, $(find "$work/tree/BENCH-default" -type f -printf '%s\n' | awk '{ n += $1 } END { printf "%.1f", n / 1e6 }') MB"

tools="ours bare"
[ ! -x /usr/bin/rclone ] || tools="$tools rclone"
[ ! -x /usr/bin/aws ] || tools="$tools awscli"
for ((i = 0; i < runs; i++)); do in_turn; done
for n in 8 "$connections"; do as_asked "$n"; done

for tool in $tools again; do
	printf '%-7s %7.2f s, CPU %5.2f s, %3d MB of memory, %5d requests   (' "$tool" "$(wall "$tool")" "$(cpu "$tool")" \
		"$(median "$tool" 3)" "$(median "$tool" 4)"
	awk '{ printf "%s%.2f/%.2f", space, $1, $2; space = " " } END { print ")" }' "$work/$tool.spent"
done
at_most "requests ($files files, $listings listings), by the log" "$(median ours 4)" $((files + listings + 8))
exactly "the same, by our summary" "$(cat "$work/told")" "$(median ours 4)"
exactly "connections, of $connections" "$(cat "$work/used")" "$connections"
for n in 8 "$connections"; do exactly "connections, of $n, by a proxy and by us" "$(cat "$work/$n.counted")" "$n $n"; done
at_most "requests for nothing new" "$(median again 4)" 3
at_most "CPU, to that of a bare libcurl loop" "$(ratio "$(cpu ours)" "$(cpu bare)")" 1.5
for each in "rclone 0.75" "awscli 0.5"; do
	tool=${each% *}
	if [ -e "$work/$tool.spent" ]; then
		at_most "time, to that of $tool" "$(ratio "$(wall ours)" "$(wall "$tool")")" "${each#* }"
	else
		echo "skipped: no $tool here"
	fi
done
echo "again: make bench, or BUILD=$BUILD tests/bench/run publish"
[ "$failed" = 0 ]
