#!/usr/bin/env bash
# Packages that are damaged, or made to do harm, are refused in words: no crash, no endless loop, no memory without bounds. The
# sanitized program is asked too where it has been built, with LONG=1 always, and then ten times as much. Needs node.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
sanitized=$top/build-address,undefined/mdstatic
memory=$((512 * 1024)) # KiB of addresses

# judge NAME PROGRAM: lines of hostile.mjs, counted
judge() {
	local line
	while IFS= read -r line; do
		echo "${line/ - / - $1: }"
		case $line in "ok "*) passed=$((passed + 1)) ;; "not ok "*) failed=$((failed + 1)) ;; esac
	done < <(node "$top/tests/system/hostile.mjs" "$2" "$work")
}
# Node itself takes more addresses than that, so the limit is the program's own.
printf '#!/bin/sh\nulimit -v %s\nexec "%s" "$@"\n' $memory "$MDSTATIC" >"$work/bounded"
chmod +x "$work/bounded"
judge plain "$work/bounded"
if [ "${LONG:-}" ]; then make -s -C "$top" SAN=address,undefined "${sanitized#"$top/"}"; fi
if [ -x "$sanitized" ] && ! [ "$sanitized" -ot "$top/build/mdstatic" ]; then
	judge sanitized "$sanitized"
else
	echo "skipped the sanitized program: it is not built, or older than the other"
fi
[ "$passed" -gt 20 ] || not_ok "hostile.mjs ended early"
closing
