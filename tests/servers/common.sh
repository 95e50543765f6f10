# Shared by the servers of this folder: source it, set `programs` and `packages`, define start(), then call `serve "$@"`.
#   NAME.sh start DIR [ARGUMENT…]   prints KEY=VALUE lines, which stay in DIR/env; a server that is up already is not started again
#   NAME.sh stop DIR                ends what was started there, and nothing else
# Everything listens on 127.0.0.1 at free ports, keeps its files below DIR, and needs neither root nor systemd.
# Exit codes: 0; 1 it did not start; 2 usage; 3 a program is missing and cannot be installed.
# shellcheck shell=bash
set -euo pipefail
servers=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export PATH=$PATH:/usr/sbin:/sbin no_proxy=127.0.0.1,localhost

bucket=mdstatic
access_key=publisherAccessKey secret_key=publisherSecretKey0123456789abcdefghijk
other_access_key=strangerAccessKey other_secret_key=strangerSecretKey0123456789abcdefghijkl

# born PID: when it was started, in ticks since the boot: with the pid this names one process for ever. Nothing for one that is gone.
born() {
	local stat
	{ read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
	# shellcheck disable=SC2086 # what follows the name are numbers and the state
	set -- ${stat##*) }
	[ "$1" != Z ] && echo "${20}"
}

# ours: the pids of what was started in $dir and still runs
ours() {
	local name pid tick
	[ -e "$dir/processes" ] || return 0
	while read -r name pid tick; do
		[ "$(born "$pid")" != "$tick" ] || echo "$pid"
	done <"$dir/processes"
}

all_up() { [ -s "$dir/processes" ] && [ "$(ours | wc -l)" = "$(wc -l <"$dir/processes")" ]; }

# free_port: of the range that no kernel gives out by itself
free_port() {
	local port
	for _ in {1..100}; do
		port=$((20000 + RANDOM % 12000))
		if ! (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
			echo "$port"
			return
		fi
	done
	return 1
}

# spawn NAME COMMAND…: in a session of its own, so that its children end with it; output goes to $dir/NAME.log
spawn() {
	local name=$1 pid
	shift
	setsid "$@" >>"$dir/$name.log" 2>&1 </dev/null &
	pid=$!
	echo "$name $pid $(born $pid)" >>"$dir/processes"
}

# quietly NAME COMMAND…: what it says goes to $dir/NAME.log, and is shown when it fails
quietly() {
	local name=$1
	shift
	"$@" >"$dir/$name.log" 2>&1 </dev/null && return
	echo "$name failed:" >&2
	tail -5 "$dir/$name.log" >&2
	return 1
}

complain() { # the last words of all that was started
	local name rest
	while read -r name rest; do tail -n 3 "$dir/$name.log" | sed "s/^/$name: /"; done <"$dir/processes"
}

# await SECONDS COMMAND…: until it succeeds; not longer than the processes live
await() {
	local limit=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		if ! all_up || [ "$SECONDS" -gt "$limit" ]; then
			echo "not ready: $*" >&2
			complain >&2
			return 1
		fi
		sleep 0.03
	done
}

listens() { (: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
answers() { curl -sf -m 2 -o "$dir/answer" "$1"; }

# stop_all: asks (with $farewell, where a server has nothing worth saving), and insists after five seconds
stop_all() {
	local pid
	for pid in $(ours); do kill -"${farewell:-TERM}" -- "-$pid" 2>/dev/null || true; done
	for _ in {1..250}; do
		[ -n "$(ours)" ] || break
		sleep 0.02
	done
	for pid in $(ours); do kill -KILL -- "-$pid" 2>/dev/null || true; done
	while [ -n "$(ours)" ]; do sleep 0.02; done
	rm -f "$dir/processes" "$dir/env"
}

# have_programs: of $programs, installed through $packages where we may
have_programs() {
	local program
	for program in "${programs[@]}"; do
		command -v "$program" >/dev/null && continue
		"$servers/../deps" "${packages[@]}" >&2 || return 3
		break
	done
}

# user_line: for nginx, which would change its user as root and could not read our folders then
user_line() { [ "$(id -u)" != 0 ] || echo 'user root;'; }

# temp_paths: for nginx, which would want folders of the system
temp_paths() {
	local kind
	for kind in client_body proxy fastcgi uwsgi scgi; do echo "${kind}_temp_path $dir/temp/$kind;"; done
}

# nginx_up PORT: with $dir/nginx.conf
nginx_up() {
	quietly nginx-check nginx -t -q -e "$dir/nginx.err" -p "$dir" -c "$dir/nginx.conf"
	spawn nginx nginx -e "$dir/nginx.err" -p "$dir" -c "$dir/nginx.conf" -g 'daemon off;'
	await 10 listens "$1"
}

# signed SERVICE ARGUMENT…: curl as the publisher; $region must be set
signed() {
	local service=$1
	shift
	curl -sSf -m 20 --aws-sigv4 "aws:amz:$region:$service" -u "$access_key:$secret_key" "$@"
}

# make_bucket ENDPOINT NAME
make_bucket() {
	signed s3 -o "$dir/answer" -X PUT -H "x-amz-content-sha256: $(sha256sum </dev/null | cut -d' ' -f1)" "$1/$2"
}

# everybody_reads ENDPOINT NAME: names too, so that a missing key is 404 and not 403
everybody_reads() {
	local policy='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::'$2'/*"]},
		{"Effect":"Allow","Principal":"*","Action":["s3:ListBucket"],"Resource":["arn:aws:s3:::'$2'"]}]}'
	signed s3 -o "$dir/answer" -X PUT -H "x-amz-content-sha256: $(printf %s "$policy" | sha256sum | cut -d' ' -f1)" \
		-H "content-md5: $(printf %s "$policy" | openssl md5 -binary | base64)" --data-binary "$policy" -H "content-type: application/json" "$1/$2?policy="
}

serve() {
	local command=${1:-} code
	if [ $# -lt 2 ] || { [ "$command" != start ] && [ "$command" != stop ]; }; then
		sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$0" >&2
		exit 2
	fi
	mkdir -p "$2"
	dir=$(cd "$2" && pwd)
	shift 2
	if [ "$command" = stop ]; then
		stop_all
		return
	fi
	if [ -s "$dir/env" ] && all_up; then
		cat "$dir/env"
		return
	fi
	have_programs || exit 3
	for _ in 1 2 3; do # a port may be taken between our look at it and its use
		stop_all
		set +e # which an `if` around it would turn off inside
		(set -e; start "$@" >"$dir/env.new")
		code=$?
		set -e
		if [ $code = 0 ]; then
			mv "$dir/env.new" "$dir/env"
			cat "$dir/env"
			return
		fi
	done
	stop_all
	exit 1
}
