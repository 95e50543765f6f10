#!/usr/bin/env bash
# examples/device, the example of a program on the device library: its command line, all of its commands against a server that counts
# bytes, and without a network. Needs node.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
device=$BUILD/device
use_keys
example_repo "$work/repo"
root=$work/repo/keys/1.root.json
: >"$work/none.json"
echo '{}' >"$work/empty.json"
echo '{"platform":"android"}' >"$work/bare.json"

# --- the command line ------------------------------------------------------------------------------------------------------
given=(http://127.0.0.1:1/DEMO01-default/ --root "$root" --state "$work/state")
phone=(--device "$work/bare.json")
check "--help" "$device" --help
refused "no arguments" 2 "give the URL" "$device"
refused "no command" 2 "give a command" "$device" "${given[@]}" "${phone[@]}"
refused "an unknown command" 2 'unknown command "chek"' "$device" "${given[@]}" "${phone[@]}" chek
refused "an unknown option" 2 "unknown option --quick" "$device" "${given[@]}" "${phone[@]}" check --quick
refused "a word too many" 2 "the command is: check" "$device" "${given[@]}" "${phone[@]}" check it
refused "no key" 2 "the command is: switch KEY" "$device" "${given[@]}" "${phone[@]}" switch
refused "no device" 2 "--device are needed" "$device" "${given[@]}" check
refused "an option without its value" 2 "--now needs a value" "$device" "${given[@]}" "${phone[@]}" check --now
refused "no time" 2 "must be a time" "$device" "${given[@]}" "${phone[@]}" check --now 2026-02-30T08:00:00Z
refused "a time with more behind it" 2 "must be a time" "$device" "${given[@]}" "${phone[@]}" check --now 2026-02-03T08:00:00ZZ
refused "a time with a fraction" 2 "must be a time" "$device" "${given[@]}" "${phone[@]}" check --at 2026-02-03T08:00:00.5Z
for time in 2026-1-2T8:0:0Z -123-01-01T00:00:00Z 2026-+1-02T00:00:00Z 2026-11-21T08:00:00+8:0 1969-12-31T23:59:59Z 9999-12-31T23:59:59-00:01; do
	refused "a time that mdstatic refuses too: $time" 2 "must be a time" "$device" "${given[@]}" "${phone[@]}" check --now "$time"
done
for time in 2026-11-21T08:00:00+08:00 2026-11-21t08:00:00z 9999-12-31T23:59:59Z; do
	refused "a time that mdstatic takes too: $time" 3 "timestamp.json" "$device" "${given[@]}" "${phone[@]}" check --now "$time"
done
refused "an option with one dash" 2 "unknown option -q; options begin with two dashes" "$device" "${given[@]}" "${phone[@]}" check -q
refused "plain http to another host" 2 "is no https address" "$device" http://cdn.example.com/DEMO01-default/ "${given[@]:1}" "${phone[@]}" check
refused "no http at all" 2 "is no https address" "$device" file:///etc/DEMO01-default/ "${given[@]:1}" "${phone[@]}" check
refused "an address without an appCode" 2 "name it with --app" "$device" http://127.0.0.1:1/ "${given[@]:1}" "${phone[@]}" check
refused "a device that is none" 1 "none.json" "$device" "${given[@]}" --device "$work/none.json" check
refused "a device without a platform" 1 "platform" "$device" "${given[@]}" --device "$work/empty.json" check
refused "a file that is not there" 3 "No such file" "$device" "${given[@]}" --device "$work/nowhere.json" check
refused "a root that is none" 1 "the trusted root" "$device" "${given[@]}" "${phone[@]}" --root "$work/empty.json" check
refused "nobody listens" 3 "timestamp.json" "$device" "${given[@]}" "${phone[@]}" answer
refused "a state that cannot be" 3 "the state" "$device" "${given[@]}" "${phone[@]}" --state "$work/bare.json" answer
mkdir -p "$work/state/DEMO01-default"
exec 9<"$work/state/DEMO01-default"
flock -s 9
refused "two at once" 3 "is in use by another process" "$device" "${given[@]}" "${phone[@]}" answer
exec 9<&-

# --- everything else -------------------------------------------------------------------------------------------------------
judge() { # PROGRAM FOLDER: lines of device.mjs, counted
	local line before=$passed
	mkdir -p "$2"
	while IFS= read -r line; do
		echo "$line"
		case $line in "ok "*) passed=$((passed + 1)) ;; "not ok "*) failed=$((failed + 1)) ;; esac
	done < <(node "$top/tests/system/device.mjs" "$MDSTATIC" "$1" "$work/repo" "$keys" "$root" "$2" "$now" "$BUILD/cache" 2>&1)
	[ "$((passed - before))" -gt 40 ] || not_ok "device.mjs ended early"
}
cp -R "$work/repo" "$work/again"
judge "$device" "$work/plain"
[ -x "$BUILD/bench/device" ] || make -s -C "$top" BUILD="$BUILD" "$BUILD/bench/device" >/dev/null
tree=$work/plain/before/DEMO01-default
check "a check takes at most 256 KiB of memory, and one request" "$BUILD/bench/device" "$tree" "$work/plain/tree/DEMO01-default" \
	DEMO01-default "$root" "$(date -d "$now" +%s)" "$top/examples/devices/1-tester.json"
if [ "${LONG:-}" ]; then
	make -s -C "$top" SAN=address,undefined build-address,undefined/device >/dev/null
	rm -rf "$work/repo"
	mv "$work/again" "$work/repo"
	judge "$top/build-address,undefined/device" "$work/sanitized"
fi
closing
