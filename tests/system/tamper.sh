#!/usr/bin/env bash
# No damage goes unnoticed: every file of trees of all shapes is flipped, cut, respelled, forged, swapped and taken away, and
# `verify` and `resolve` must refuse it by name. LONG=1: every byte of small files. Needs node.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
use_keys
example_repo "$work/example"
cp "$top/tests/keys/1.root.json" "$work/root.json"
cp "$MDSTATIC" "$work/mdstatic"
"$work/mdstatic" keys new "$work/other-keys" --root "$work/other-root" --now "$now" >/dev/null

# The test asks for one run after the other: the bound of its memory in KiB (0: none) on a line, its arguments in a file.
exec 3>&1
coproc TEST { exec node "$top/tests/system/tamper.mjs" "$work" "$now"; }
pid=$TEST_PID
while read -r memory; do
	mapfile -d '' -t arguments <"$work/args"
	code=0
	if [ "$memory" = 0 ]; then
		"$work/mdstatic" "${arguments[@]}" <"$work/in" >"$work/out" 2>"$work/err" || code=$?
	else
		(ulimit -v "$memory" && exec timeout 20 "$work/mdstatic" "${arguments[@]}") <"$work/in" >"$work/out" 2>"$work/err" || code=$?
	fi
	echo "$code" >&"${TEST[1]}"
done <&"${TEST[0]}"
wait "$pid"
