#!/usr/bin/env bash
# A build that is killed anywhere leaves the old tree or none: 20 kills (LONG=1: 200) at moments spread over a build's length, each
# followed by verify; the next build succeeds and clears what was left behind.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
use_keys
example_repo "$work/repo"
root=$work/repo/keys/1.root.json
rounds=${LONG:+200}
rounds=${rounds:-20}
commits=()
for percent in 25 50; do
	sed -i -E "s/\"percent\": [0-9.]+,/\"percent\": $percent,/" "$work/repo/apps/demo/upgrades/android/8.0.10/release.json"
	commit "$work/repo" "share $percent"
	commits+=("$(git -C "$work/repo" rev-parse HEAD)")
done
build() { # COMMIT OUT
	"$MDSTATIC" build "$work/repo" --rev "$1" --out "$2" --keys "$keys" --now "$now"
}
good() { "$MDSTATIC" verify "$1" --root "$root" --now "$now"; }

start=$(date +%s%N)
build "${commits[0]}" "$work/timing" >/dev/null
length=$((($(date +%s%N) - start) / 1000)) # of one build, in microseconds

# killed OUT: kills builds of both commits in turn at the round's share of a build's length.
killed() {
	local out=$1 bad=0 absent=0 delay
	for ((i = 0; i < rounds; i++)); do
		delay=$((length * (i + 1) / rounds))
		# not the function: the kill must hit the program, not a shell around it
		"$MDSTATIC" build "$work/repo" --rev "${commits[$((i % 2))]}" --out "$out" --keys "$keys" --now "$now" >/dev/null 2>&1 &
		sleep "$(printf '%d.%06d' $((delay / 1000000)) $((delay % 1000000)))"
		kill -9 $! 2>/dev/null || true
		wait $! 2>/dev/null || true
		if [ ! -e "$out/DEMO01-default" ]; then
			absent=$((absent + 1))
		elif ! good "$out" >"$work/verify" 2>&1; then
			bad=$((bad + 1))
			cat "$work/verify"
		fi
	done
	echo "# $rounds kills, $absent before there was a tree, $bad trees that do not verify"
	[ "$bad" -eq 0 ]
}

if killed "$work/fresh"; then ok "killed into an empty folder"; else not_ok "killed into an empty folder"; fi
build "${commits[0]}" "$work/over" >/dev/null
if killed "$work/over"; then ok "killed over an existing tree"; else not_ok "killed over an existing tree"; fi
check "the next build succeeds" build "${commits[1]}" "$work/over"
check "its tree verifies" good "$work/over"
check "leftovers are gone" test -z "$(find "$work/over" -maxdepth 1 -name '.DEMO*')"
closing
