#!/usr/bin/env bash
# The demo of `make demo`: example definitions with real packages → commit → signed tree → what eight devices get, and why; a delta
# that one of them takes, the pages for people, and a device that asks over HTTP.
# Needs: git, npm (for the packages), the built program in $BUILD. Everything it makes lies below $BUILD/demo.
set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
build=${BUILD:-$top/build}
mdstatic=$build/mdstatic
publish=$build/mdstatic-publish
demo=$build/demo
cache=$build/cache
now=2026-11-21T08:00:00Z # fixed, so that the demo prints the same every time

# version, SHA-256 of the package inside: also in the Git LFS pointers of examples/definitions
packages="8.0.9 bcfc5e6c2547d83beb3202c43c54cd0a0d3fe48511c87e43585db214259e11f8
8.0.10 4c5d60ab5ae56502857dc625e1dde2996fa6d9e64c479bbce59214774e2129dd"

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }

# A real Android package out of the npm package io.appium.settings, kept in the cache under its hash.
fetch() { # VERSION SHA256
	local version=$1 hash=$2 tmp
	[ -f "$cache/$hash.apk" ] && return
	mkdir -p "$cache"
	tmp=$(mktemp -d "$cache/fetch.XXXXXX")
	(cd "$tmp" && npm pack --silent "io.appium.settings@$version" >/dev/null)
	tar xzf "$tmp"/*.tgz -C "$tmp" package/apks/settings_apk-debug.apk
	echo "$hash  $tmp/package/apks/settings_apk-debug.apk" | sha256sum -c --quiet
	mv "$tmp/package/apks/settings_apk-debug.apk" "$cache/$hash.apk"
	rm -rf "$tmp"
}

say "1. Packages: two releases of a real app, from npm"
while read -r version hash; do
	fetch "$version" "$hash"
	printf '   %-7s %s\n' "$version" "$(stat -c '%s bytes' "$cache/$hash.apk")"
done <<<"$packages"
[ "${1:-}" = fetch ] && exit 0

say "2. Definitions: a copy of examples/definitions, with development keys, committed to git"
rm -rf "$demo"
mkdir -p "$demo/definitions"
cp -R "$top/examples/definitions/." "$demo/definitions"
cd "$demo/definitions"
git init -q -b main .
while read -r version hash; do # the store in which Git LFS keeps what the pointers name
	mkdir -p ".git/lfs/objects/${hash:0:2}/${hash:2:2}"
	cp "$cache/$hash.apk" ".git/lfs/objects/${hash:0:2}/${hash:2:2}/$hash"
done <<<"$packages"
"$mdstatic" keys new "$demo/keys" --root keys
git add -A
GIT_AUTHOR_DATE=2026-11-20T08:00:00Z GIT_COMMITTER_DATE=2026-11-20T08:00:00Z \
	git -c user.name=demo -c user.email=demo@example.com commit -qm "demo definitions"
git log --format='   commit %h of %cI: %s'

say "3. mdstatic check: what a pull request shows"
"$mdstatic" check .

say "4. mdstatic build: the signed tree"
"$mdstatic" build . --out "$demo/tree" --keys "$demo/keys" --now "$now"

say "5. mdstatic verify: every signature, hash and length"
"$mdstatic" verify "$demo/tree" --root keys/1.root.json --now "$now"

for device in "$top"/examples/devices/*.json; do
	say "6. mdstatic resolve: $(basename "$device" .json)"
	"$mdstatic" resolve "$demo/tree" --app DEMO01-default --device "$device" --root keys/1.root.json --now "$now" --explain
done

say "7. A delta: the tester has 8.0.9 and loads what is new in 8.0.10"
tree=$demo/tree/DEMO01-default
url=$("$mdstatic" resolve "$demo/tree" --app DEMO01-default --device "$top/examples/devices/1-tester.json" --root keys/1.root.json \
	--now "$now" --kind upgrade | node -p 'JSON.parse(require("fs").readFileSync(0)).upgrade.deltas[0].url')
delta=$tree/${url#https://cdn.example.com/DEMO01-default/} # what the CDN serves under this address
read -r _ old < <(grep '^8\.0\.9 ' <<<"$packages")
read -r _ new < <(grep '^8\.0\.10 ' <<<"$packages")
"$mdstatic" delta show "$delta"
rm -f "$demo/8.0.10.apk"
"$mdstatic" delta apply "$delta" "$cache/$old.apk" --out "$demo/8.0.10.apk"
cmp "$demo/8.0.10.apk" "$cache/$new.apk" # byte for byte the package that was released
"$mdstatic" inspect "$demo/8.0.10.apk"

say "8. Pages for people: what is out for everybody is listed; the others have addresses that nobody guesses"
(cd "$tree" && grep -o 'href="[^"]*html"' pages/index.html | sed 's/href="\(.*\)"/   pages\/\1/')
echo "   of the in-house build, for its testers:"
(cd "$tree" && grep -l 'itms-services' pages/ios/*.html | sed 's/^/   /')

say "9. mdstatic-publish: to a folder here, to object storage elsewhere"
"$publish" "$demo/tree" "file://$demo/cdn" --now "$now"

say "10. A phone: examples/device on the device library, over HTTP. First contact, then nothing new: one request"
coproc server { exec node -e '
	const http = require("http"), fs = require("fs")
	const server = http.createServer((request, response) => fs.readFile(process.argv[1] + request.url, (error, bytes) =>
		error ? response.writeHead(404).end() : response.end(bytes)))
	server.listen(0, "127.0.0.1", () => console.log(server.address().port))' "$demo/cdn"; }
node=$server_PID # coproc sets it
trap 'kill "$node"' EXIT
read -r port <&"${server[0]}"
phone() { # COMMAND…: what it prints, then its requests
	"$build/device" "http://127.0.0.1:$port/DEMO01-default/" --root keys/1.root.json --state "$demo/state" \
		--device "$top/examples/devices/4-developer.json" --now "$now" --verbose "$@" 2>"$demo/requests"
	sed "s|http://127.0.0.1:$port||; s|^|   |" "$demo/requests"
}
phone check
phone check
phone switch new_home off

say "11. A change: what its reviewers read, and what a fresh machine does when it is merged"
sed -i 's/"percent": 12.5,/"percent": 25,/' apps/demo/upgrades/android/8.0.10/release.json
git commit -qam "a quarter of the Wi-Fi users"
"$mdstatic" diff . HEAD~1 HEAD
echo
"$publish" pull "file://$demo/cdn" "$demo/previous"
"$mdstatic" build . --out "$demo/next" --keys "$demo/keys" --previous "$demo/previous" --now "$now" >"$demo/build.log" 2>&1
"$publish" "$demo/next" "file://$demo/cdn" --now "$now"
phone check
