# Shared by the shell tests: source it. Gives a temp folder $work that is removed at the end, ok/not_ok, and the closing line.
# shellcheck shell=bash
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BUILD=${BUILD:-$top/build}
MDSTATIC=${MDSTATIC:-$BUILD/mdstatic}
MDSTATIC_PUBLISH=${MDSTATIC_PUBLISH:-$BUILD/mdstatic-publish}
now=2026-11-21T08:00:00Z # of every build in the tests
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=test GIT_AUTHOR_EMAIL=test@example.com GIT_COMMITTER_NAME=test GIT_COMMITTER_EMAIL=test@example.com
export GIT_AUTHOR_DATE=2026-11-20T08:00:00Z GIT_COMMITTER_DATE=2026-11-20T08:00:00Z
work=$(mktemp -d)
passed=0 failed=0
trap 'rm -rf "$work"' EXIT

ok() { passed=$((passed + 1)); echo "ok - $*"; }
not_ok() { failed=$((failed + 1)); echo "not ok - $*"; }

# check NAME COMMAND…: the command succeeds.
check() {
	local name=$1
	shift
	if "$@" >"$work/out" 2>&1; then ok "$name"; else not_ok "$name"; sed 's/^/# /' "$work/out"; fi
}

# refused NAME CODE TEXT COMMAND…: the command exits with CODE and says TEXT.
refused() {
	local name=$1 code=$2 text=$3 got=0
	shift 3
	"$@" >"$work/out" 2>&1 || got=$?
	if [ "$got" = "$code" ] && grep -qF -- "$text" "$work/out"; then
		ok "$name"
	else
		not_ok "$name (exit $got, wanted $code and \"$text\")"
		sed 's/^/# /' "$work/out"
	fi
}

# use_keys: $keys is a folder of private keys that only we can read.
use_keys() {
	keys=$work/keys
	mkdir -p "$keys"
	cp "$top"/tests/keys/private/*.pem "$keys"
	chmod 700 "$keys"
	chmod 600 "$keys"/*.pem
}

# example_repo DIR: the example definitions, with the tests' root and the real packages in the Git LFS store, committed.
example_repo() {
	local dir=$1 version hash
	mkdir -p "$dir"
	cp -R "$top/examples/definitions/." "$dir"
	mkdir -p "$dir/keys"
	cp "$top/tests/keys/1.root.json" "$dir/keys"
	git -C "$dir" init -q -b main
	BUILD=$BUILD "$top/examples/demo.sh" fetch >/dev/null
	for file in "$dir"/apps/demo/upgrades/android/*/settings.apk; do
		hash=$(sed -n 's/^oid sha256://p' "$file")
		mkdir -p "$dir/.git/lfs/objects/${hash:0:2}/${hash:2:2}"
		cp "$BUILD/cache/$hash.apk" "$dir/.git/lfs/objects/${hash:0:2}/${hash:2:2}/$hash"
	done
	commit "$dir" "example definitions"
}

# has_terminals: script(1) can make one; not where /dev/pts is not mounted.
has_terminals() { script -qec true /dev/null >/dev/null 2>&1; }

commit() { git -C "$1" add -A && git -C "$1" commit -qm "$2" --allow-empty; }

closing() {
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ]
}
