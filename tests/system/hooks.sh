#!/usr/bin/env bash
# The git hooks of templates/ci, and the loop that they share with CI files, with a stand-in for mdstatic-publish that fails as told:
# what is refused and why, lost races, a lock that is held, settings that are missing, a pusher who goes away. Scripts pass shellcheck.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
bin=$work/bin
fake=$work/fake # of the stand-in: calls, and the exit codes that it is to end with, one for each publish
online=$work/online
mkdir -p "$bin" "$fake" "$work/temp"
export TMPDIR=$work/temp FAKE=$fake NOW=$now PATH=$bin:$PATH
# The program of the test, at the test's time.
cat >"$bin/mdstatic" <<END
#!/bin/sh
case \$1 in build | verify | refresh | status) set -- "\$@" --now "\$NOW" ;; esac
exec '$MDSTATIC' "\$@"
END
cat >"$bin/mdstatic-publish" <<'END'
#!/bin/sh
echo "${AWS_ENDPOINT_URL:-}|$*" >>"$FAKE/calls"
case $1 in
pull)
	from=${2#file://}
	[ ! -e "$FAKE/pull" ] || exit "$(cat "$FAKE/pull")"
	rm -rf "${3:?}"
	if [ -e "$from" ]; then cp -R "$from" "$3"; else mkdir "$3"; fi
	[ ! -e "$FAKE/pulled" ] || sh "$FAKE/pulled"
	exit
	;;
esac
[ ! -e "$FAKE/slow" ] || sleep "$(cat "$FAKE/slow")"
code=$(head -n 1 "$FAKE/codes" 2>/dev/null)
sed -i 1d "$FAKE/codes" 2>/dev/null
if [ "${code:-0}" != 0 ]; then
	[ ! -e "$FAKE/meanwhile" ] || sh "$FAKE/meanwhile"
	exit "$code"
fi
tree=$1
for to; do
	case $to in
	file://*)
		rm -rf "${to#file://}"
		cp -R "$tree" "${to#file://}"
		;;
	esac
done
echo "published"
END
chmod +x "$bin"/*
forget() {
	rm -rf "$fake"
	mkdir "$fake"
}
# Runs a command and keeps what it says for said().
heard() {
	"$@" >"$work/said" 2>&1 && return
	local code=$?
	cat "$work/said"
	return $code
}
said() { check "$1" grep -qF -- "$2" "$work/said"; }
calls() { grep -c "|$1" "$fake/calls" 2>/dev/null || true; }

# --- the scripts themselves --------------------------------------------------------------------------------------------------
if command -v shellcheck >/dev/null; then
	check "shellcheck" shellcheck "$top"/templates/ci/{deploy,refresh,keys,install,comment} "$top"/templates/ci/hooks/*
else
	echo "skipped shellcheck: it is not installed"
fi

# --- mdstatic init --hooks ---------------------------------------------------------------------------------------------------
bare="$work/it's a \"repo\".git" # nothing may depend on a name
git init -q --bare -b main "$bare"
check "hooks are put into a repository" heard mdstatic init --hooks "$bare"
said "it says what is still needed" 'config mdstatic.keys /srv/keys'
check "they can be run" test -x "$bare/hooks/pre-receive" -a -x "$bare/hooks/post-receive" -a -x "$bare/hooks/mdstatic-deploy"
check "a second time" mdstatic init --hooks "$bare"
sed -i '$d' "$bare/hooks/pre-receive"
check "an older one is replaced" mdstatic init --hooks "$bare"
check "by the new one" cmp "$top/templates/ci/hooks/pre-receive" "$bare/hooks/pre-receive"
git init -q --bare "$work/other.git"
echo '#!/bin/sh' >"$work/other.git/hooks/post-receive"
refused "another program's hook" 3 "post-receive: error: is another program's" mdstatic init --hooks "$work/other.git"
check "then nothing is written" test ! -e "$work/other.git/hooks/pre-receive"
rm "$work/other.git/hooks/post-receive"
git -C "$work/other.git" config core.hooksPath /srv/hooks
refused "hooks that others may share" 3 "from /srv/hooks, by core.hooksPath" mdstatic init --hooks "$work/other.git"
refused "no repository" 3 "not a git repository" mdstatic init --hooks "$fake"

# --- pushes that are taken ---------------------------------------------------------------------------------------------------
repo=$work/repo
mdstatic init "$repo" --now 2026-11-20T08:00:00Z >/dev/null
release=$repo/apps/demo/upgrades/android/1.0.1/release.json
commit "$repo" "starter"
git -C "$repo" remote add origin "$bare"
push() { heard git -C "$repo" push -q origin "$@"; }
tip() { git -C "$bare" rev-parse main; }
online_commit() { grep -o '"commit":"[0-9a-f]*"' "$online/DEMO01-default/build.json" | cut -d'"' -f4; }
is_online() { test "$(online_commit)" = "$(git -C "$repo" rev-parse "$1")"; }
again() { (cd "$bare" && hooks/post-receive </dev/null); }
change() { # NAME VALUE: of the release, committed
	sed -i -E "0,/\"$1\"/s/(\"$1\": )[^,]*/\\1$2/" "$release"
	commit "$repo" "$1 $2"
}

check "a push without settings is taken" push main
said "and the pusher reads what is missing" 'git config mdstatic.keys is missing'
git -C "$bare" config mdstatic.keys "$repo/.mdstatic/keys"
refused "by hand it says so as well" 3 "git config mdstatic.dest is missing" again
git -C "$bare" config mdstatic.dest "file://$online"
check "by hand, when that is mended" again
check "the commit is online" is_online main
change percent 6
check "a push" push main
check "its commit is online" is_online main
said "the pusher reads it" "published"
check "what is online was pulled first" test "$(calls pull)" = 2
commit "$repo" "nothing"
forget
check "another branch passes" push main:topic
check "and is not published" test ! -e "$fake/calls"
refused "by hand, elsewhere" 3 "this is for a repository" env -C "$work" "$bare/hooks/post-receive" </dev/null
git -C "$bare" config mdstatic.endpoint http://127.0.0.1:9
git -C "$bare" config mdstatic.hook 'purge "all"'
git -C "$bare" config --add mdstatic.dest "file://$work/second"
check "several destinations, endpoint and hook" push main
check "reach mdstatic-publish" grep -qxF "http://127.0.0.1:9|$bare/mdstatic/tree file://$online file://$work/second --hook purge \"all\"" "$fake/calls"
git -C "$bare" config --unset mdstatic.endpoint
git -C "$bare" config --unset mdstatic.hook
git -C "$bare" config --unset mdstatic.dest second

# --- pushes that are refused -------------------------------------------------------------------------------------------------
before=$(tip)
forget
change percent 130
refused "definitions that are bad" 1 "apps/demo/upgrades/android/1.0.1/release.json:26:18: error: percent is 130" push main
check "the branch is as it was" test "$(tip)" = "$before"
check "nothing is published" test ! -e "$fake/calls"
check "no folder is left behind" test -z "$(ls "$TMPDIR")"
check "they may go to another branch" push main:topic
git -C "$repo" reset -q --hard "$before"
change percent 7
push main >/dev/null 2>&1
git -C "$repo" reset -q --hard HEAD~1
change percent 8
refused "a push that goes backwards" 1 "this push goes backwards" push -f main
said "it says what would go" 'percent 7'
said "and what to do" 'git revert COMMIT'
fake_parent=$(git -C "$repo" commit-tree -p "$(tip)" -m "its history, or so it says" 'HEAD^{tree}')
git -C "$repo" push -q origin "$fake_parent:refs/replace/$(git -C "$repo" rev-parse HEAD)" >/dev/null 2>&1
git -C "$repo" push -q origin HEAD:topic -f >/dev/null 2>&1
refused "a push that goes backwards, behind a replaced commit" 1 "this push goes backwards" push -f main
git -C "$bare" update-ref -d "refs/replace/$(git -C "$repo" rev-parse HEAD)"
refused "a branch that is deleted" 1 "it cannot be deleted" push --delete main
git -C "$bare" config mdstatic.allowForce true
check "with allowForce it is taken" push -f main
check "and its commit is online" is_online main
git -C "$bare" config --unset mdstatic.allowForce
git -C "$repo" revert --no-edit HEAD >/dev/null
check "a revert" push main
# A task that has ended must stay so; the commit before the last one wakes it, so the last step alone looks harmless.
sed -i '0,/"type": "gray",/s//"type": "gray", "status": "ended",/' "$release"
commit "$repo" "the testers' task ends"
check "a task ends" push main
sed -i 's/ "status": "ended",//' "$release"
commit "$repo" "it wakes"
commit "$repo" "nothing"
refused "two commits in one push are one step" 1 "release.json" push main
git -C "$repo" reset -q --hard origin/main
commit "$repo" "nothing"
refused "without the program nothing is taken" 1 "main stays as it was" env PATH="/usr/bin:/bin" git -C "$repo" push -q origin main
git -C "$repo" reset -q --hard origin/main

# --- what fails behind a push that was taken -----------------------------------------------------------------------------------
was=$(online_commit)
for step in pull publish; do
	forget
	if [ $step = pull ]; then echo 3 >"$fake/pull"; else echo 3 >"$fake/codes"; fi
	change percent $((${#step} + 10))
	check "$step fails: the push is taken" push main
	said "the pusher reads what failed" "failed (exit 3); what devices see stays whole"
	said "and what to do" "devices may not have it yet; when that is mended: cd $bare && hooks/post-receive </dev/null"
	check "devices keep what they have" test "$(online_commit)" = "$was"
done
forget
check "the next run makes up for it" again
check "that is the last commit" is_online main
mv "$repo/.mdstatic/keys" "$work/away"
refused "keys that are not there" 3 "build failed (exit 3)" again
mv "$work/away" "$repo/.mdstatic/keys"
printf 'x' >>"$online/DEMO01-default/metadata/1.root.json"
refused "a root at the destination that is not the commit's" 1 "1.root.json" again
cp "$repo/keys/1.root.json" "$online/DEMO01-default/metadata"

# --- races -------------------------------------------------------------------------------------------------------------------
forget
printf '4\n4\n4\n' >"$fake/codes"
change percent 20
refused "three lost races" 4 "(attempt 3 of 3)" env -C "$bare" hooks/mdstatic-deploy . refs/heads/main "$work/ci" "$repo/.mdstatic/keys" "file://$online"
check "each time all was done again" test "$(calls pull)" = 3
forget
printf '4\n' >"$fake/codes"
git -C "$bare" config --add mdstatic.dest "file://$work/second"
commit "$repo" "comes meanwhile"
git -C "$repo" push -q origin main:incoming
echo "git -C '$work/link' update-ref refs/heads/main refs/heads/incoming" >"$fake/meanwhile"
ln -s "$bare" "$work/link"
check "a race is lost, and a commit comes meanwhile" push HEAD~1:main
check "the second attempt builds it" grep -q "$(git -C "$repo" rev-parse main)" "$work/second/DEMO01-default/build.json"
check "both attempts name all destinations, the one that leads first" \
	test "$(grep -v '|pull' "$fake/calls" | grep -o 'file:[^ ]*' | tr '\n' ' ')" = "file://$online file://$work/second file://$online file://$work/second "
git -C "$bare" config --unset mdstatic.dest second
forget
commit "$repo" "comes while what is online is pulled"
git -C "$repo" push -q origin main:incoming
echo "git -C '$work/link' update-ref refs/heads/main refs/heads/incoming" >"$fake/pulled"
check "a commit comes while what is online is pulled" again
check "it is what is built: an older one could replace it" is_online main
git -C "$repo" fetch -q

# --- two at once ---------------------------------------------------------------------------------------------------------------
forget
change percent 21
exec 8>"$bare/mdstatic/lock"
flock 8
git -C "$bare" config mdstatic.wait 1
check "another run holds the lock: the push is taken" push main
said "the pusher reads why it is not online, and what to do" 'it goes on for long; later: cd'
check "nothing was published" test ! -e "$fake/calls"
git -C "$bare" config --unset mdstatic.wait
change percent 22
: >"$work/waiting"
git -C "$repo" push -q origin main >"$work/waiting" 2>&1 &
until grep -q 'waiting for it' "$work/waiting"; do sleep 0.05; done
tip >"$bare/mdstatic/published"
flock -u 8
wait $!
check "what the other run published as well is not published again" grep -q "that published $(tip) as well" "$work/waiting"
check "it was not" test ! -e "$fake/calls"
check "later" again

# What keeps a run from locking is named (root may write everywhere, so a folder stands where the lock should be).
mv "$bare/mdstatic" "$work/mdstatic"
mkdir -p "$bare/mdstatic/lock"
refused "a lock that cannot be written" 3 "mdstatic/lock: all who push must be one user of this system" again
rm -r "$bare/mdstatic"
mv "$work/mdstatic" "$bare/mdstatic"
mkdir "$work/nothing"
for tool in sh git mkdir cat; do ln -s "$(command -v $tool)" "$work/nothing"; done
refused "no flock" 3 "nothing is published: flock is missing" env -C "$bare" PATH="$work/nothing" hooks/post-receive </dev/null

# --- a pusher who goes away ----------------------------------------------------------------------------------------------------
forget
echo 0.3 >"$fake/slow"
git -C "$bare" config --add mdstatic.dest "file://$work/second"
git -C "$bare" config --add mdstatic.dest "file://$work/third"
change percent 23
setsid git -C "$repo" push -q origin main >/dev/null 2>&1 &
pusher=$!
until [ "$(calls "$bare")" = 1 ]; do sleep 0.05; done
kill -INT -- "-$pusher"
kill -KILL "$pusher" 2>/dev/null || true
wait "$pusher" 2>/dev/null || true
exec 8>"$bare/mdstatic/lock"
flock -w 10 8
check "the pusher goes away: the commit is online all the same" is_online main
check "the log has it, and what came after it" test "$(grep -c '^published' "$bare/mdstatic/log")" = 1
exec 8>&-
again 2> >(true) || true
check "nobody reads what it says: the log has it all the same" test "$(grep -c '^published' "$bare/mdstatic/log")" = 1
git -C "$bare" config --unset mdstatic.dest second
git -C "$bare" config --unset mdstatic.dest third

# --- an app comes and goes -----------------------------------------------------------------------------------------------------
mkdir -p "$repo/apps/more/switches"
sed 's/DEMO01/MORE01/' "$repo/apps/demo/app.ini" >"$repo/apps/more/app.ini"
cp "$repo/apps/demo/switches/Load_Config_Interval.json" "$repo/apps/more/switches"
commit "$repo" "one more app"
check "a second app" push main
check "is online" test -e "$online/MORE01-default/build.json"
git -C "$repo" rm -qr apps/more
commit "$repo" "it is gone"
check "an app that is gone" push main
check "is not published again" test ! -e "$online/MORE01-default"

# --- CI, which looks up origin/main -------------------------------------------------------------------------------------------
forget
git clone -q "$bare" "$work/job"
git -C "$work/job" tag origin/main HEAD~1
git -C "$work/job" branch origin/main HEAD~1
check "a tag and a branch that have the name of what is built" \
	"$top/templates/ci/deploy" "$work/job" origin/main "$work/ci" "$repo/.mdstatic/keys" "file://$online"
check "are not what is built" is_online main

# --- refresh -------------------------------------------------------------------------------------------------------------------
forget
mkdir -m 700 "$work/online-keys"
cp "$repo/.mdstatic/keys/snapshot.pem" "$repo/.mdstatic/keys/timestamp.pem" "$work/online-keys"
refresh() { "$top/templates/ci/refresh" "$repo" origin/main "$work/refresh" "$work/online-keys" "file://$online"; }
check "nothing is due" refresh
check "then nothing is published" test "$(calls "$work")" = 0
NOW=2026-11-27T08:00:00Z
cp "$online/DEMO01-default/metadata/timestamp.json" "$work/timestamp"
check "a timestamp is due" refresh
check "it is published, signed anew" test "$(cmp -s "$work/timestamp" "$online/DEMO01-default/metadata/timestamp.json"; echo $?)" = 1
check "it verifies" mdstatic verify "$online" --root "$repo/keys/1.root.json"
mdstatic init "$work/stranger" --now 2026-11-20T08:00:00Z >/dev/null
commit "$work/stranger" "starter"
mdstatic build "$work/stranger" --out "$work/strange" --keys "$work/stranger/.mdstatic/keys" >/dev/null
refused "a tree under another root is not signed" 1 "is no root of commit" \
	"$top/templates/ci/refresh" "$repo" origin/main "$work/refresh" "$work/online-keys" "file://$work/strange"
NOW=2027-09-01T08:00:00Z
refused "what people must sign: the job fails" 1 "mdstatic:" refresh
refused "wrong use" 2 "usage: deploy" "$top/templates/ci/refresh" a b c d
closing
