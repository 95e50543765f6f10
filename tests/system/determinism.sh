#!/usr/bin/env bash
# Two builds of one commit with one --now are byte-identical: in another folder, from a bare clone, with another time zone, locale,
# umask, number of jobs, from a cold start and over an existing tree.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
use_keys
example_repo "$work/repo"
build() { "$MDSTATIC" build "$@" --keys "$keys" --now "$now"; }
same() { # NAME TREE
	check "$1" diff -r --exclude=.mdstatic.lock "$work/first" "$2"
}

build "$work/repo" --out "$work/first" >/dev/null
mkdir -p "$work/else/where"
(cd "$work/else/where" && TZ=Asia/Shanghai LC_ALL=C LANG=de_DE.UTF-8 build ../../repo --out tree >/dev/null)
same "another folder, time zone and locale" "$work/else/where/tree"
(umask 077 && build "$work/repo" --out "$work/umask" --jobs 1 >/dev/null)
same "another umask, one job" "$work/umask"
check "modes do not depend on the umask" test -z "$(find "$work/umask/DEMO01-default" -type f ! -perm 644 -o -type d ! -perm 755)"
build "$work/repo" --out "$work/jobs" --jobs 7 >/dev/null
same "seven jobs" "$work/jobs"
git clone -q --bare "$work/repo" "$work/bare.git"
cp -R "$work/repo/.git/lfs" "$work/bare.git/lfs"
build "$work/bare.git" --out "$work/bare" >/dev/null
same "a bare clone" "$work/bare"
build "$work/repo" --worktree --out "$work/worktree" >/dev/null
check "the work tree gives the same indexes" diff -r "$work/first/DEMO01-default/targets/index" "$work/worktree/DEMO01-default/targets/index"
before=$(cd "$work/first" && find . -type f -exec stat -c '%n %Y %i' {} + | sort)
build "$work/repo" --out "$work/first" >/dev/null
check "a build over its own output touches nothing" test "$before" = "$(cd "$work/first" && find . -type f -exec stat -c '%n %Y %i' {} + | sort)"

# One edit: unchanged objects and roles keep their bytes, versions go on.
sed -i 's/"percent": 12.5/"percent": 25/' "$work/repo/apps/demo/upgrades/android/8.0.10/release.json"
commit "$work/repo" "a larger share"
build "$work/repo" --out "$work/first" --json >"$work/report"
check "versions go on" grep -q '"timestamp": 2' "$work/report"
check "the edited tree verifies" "$MDSTATIC" verify "$work/first" --root "$work/repo/keys/1.root.json" --now "$now"
check "packages of the previous tree are kept" test -n "$(find "$work/first" -name '*.package.apk')"
closing
