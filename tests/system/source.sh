#!/bin/bash
# Drives source/ with repositories that git itself made. BUILD: the build folder (default build).
set -euo pipefail

cd "$(dirname "$0")/../.."
build=${BUILD:-build}
case $build in /*) ;; *) build=$PWD/$build ;; esac
dump=$build/tests/source_dump
san=${build##*/build}
make -s "SAN=${san#-}" "build$san/tests/source_dump"

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
mkdir home
export HOME=$tmp/home XDG_CONFIG_HOME=$tmp/home/.config GIT_CONFIG_NOSYSTEM=1 LC_ALL=C.UTF-8
# libgit2 1.5 leaks in every look-up by regular expression: its own, of extensions and of `:/text`
echo leak:libpcre2 >home/leaks
export LSAN_OPTIONS=suppressions=$HOME/leaks:print_suppressions=0
unset GIT_DIR GIT_WORK_TREE GIT_CONFIG_GLOBAL SUDO_UID
git config --global user.name Test
git config --global user.email test@example.com
git config --global init.defaultBranch main
git config --global protocol.file.allow always
git config --global advice.detachedHead false
date=1767225600

passed=0 failed=0
pass() { echo "ok - $1"; passed=$((passed + 1)); }
fail() {
	echo "not ok - $1"; failed=$((failed + 1))
	printf '  exit %s\n' "$code"; sed 's/^/  out: /' <<<"$out"; sed 's/^/  err: /' <<<"$err"
}
run() { code=0; out=$("$dump" "$@" 2>err) || code=$?; err=$(<err); }
# reads NAME TEXT: the run was fine, printed TEXT as a line, and nothing on stderr
reads() { if [ "$code" = 0 ] && grep -qxF -- "$2" <<<"$out" && [ -z "$err" ]; then pass "$1"; else fail "$1"; fi; }
lacks() { if [ "$code" = 0 ] && ! grep -qF -- "$2" <<<"$out"; then pass "$1"; else fail "$1"; fi; }
# says NAME CODE TEXT: the run ended with CODE and stderr is this one line
says() { if [ "$code" = "$2" ] && [ "$err" = "$3" ]; then pass "$1"; else fail "$1"; fi; }
# hints NAME CODE TEXT: the run ended with CODE and stderr holds TEXT
hints() { if [ "$code" = "$2" ] && grep -qF -- "$3" <<<"$err"; then pass "$1"; else fail "$1"; fi; }
commit() { git -C "$1" add -A; GIT_COMMITTER_DATE="@$date +0000" git -C "$1" commit -qm "$2"; date=$((date + 60)); }
sum() { sha256sum "$1" | cut -c1-12; }
# The line that source_dump prints for a file: line FOLDER PATH [REL]
line() { echo "file $(stat -c %s "$1/$2") $(sum "$1/$2") $(git hash-object --no-filters "$1/$2") $2 ${3:-$2}"; }

# --- the repository that most cases read ---
git init -q plain
mkdir -p plain/apps/shop/upgrades/android plain/keys plain/other plain/team/apps/x
echo '[app]' >plain/apps/shop/app.ini
echo '{}' >plain/apps/shop/upgrades/android/release.json
: >plain/apps/empty
echo root >plain/keys/1.root.json
echo no >plain/other/file
echo no >plain/README.md
echo t1 >plain/team/apps/x/app.ini
commit plain first
first=$(git -C plain rev-parse HEAD)
git -C plain tag -a v1 -m v1
echo '[app] 2' >plain/apps/shop/app.ini
mkdir -p plain/late/apps
echo late >plain/late/apps/a
commit plain second
second=$(git -C plain rev-parse HEAD)
echo uncommitted >plain/apps/shop/app.ini
git -C plain branch side "$first"

run plain
reads 'HEAD, commit and committer date' "commit $second 1767225660"
reads 'first parent' "parent $first"
reads 'content comes from the commit' "file 8 $(git -C plain show HEAD:apps/shop/app.ini | sha256sum | cut -c1-12) $(git -C plain rev-parse HEAD:apps/shop/app.ini) apps/shop/app.ini apps/shop/app.ini"
reads 'an empty file' "$(line plain apps/empty)"
reads 'keys' "$(line plain keys/1.root.json)"
lacks 'nothing outside apps and keys' other
run --list plain
if [ "$(sed -n '/^file/p' <<<"$out")" = "$(sed -n '/^file/p' <<<"$out" | sort)" ]; then pass 'sorted'; else fail 'sorted'; fi
run plain/
reads 'a slash behind REPO' "commit $second 1767225660"
run plain/.git
reads 'the .git folder itself' "commit $second 1767225660"
run --rev v1 plain
reads 'an annotated tag' "commit $first 1767225600"
reads 'no parent of the first commit' 'parent -'
run --rev side plain
reads 'a branch' "commit $first 1767225600"
run --rev "${first:0:10}" plain
reads 'a short hash' "commit $first 1767225600"
run --rev HEAD~1 plain
reads 'HEAD~1' "commit $first 1767225600"
run --rev ':/first' plain
reads 'by message' "commit $first 1767225600"
run --parent plain
reads 'source_open_parent' "commit $first 1767225600"
run --parent plain/late
if [ "$code$out$err" = 0 ]; then pass 'a folder that the parent lacks has no parent'; else fail 'a folder that the parent lacks has no parent'; fi
for rev in nothing 'v1..HEAD' '' HEAD~9 '^'; do
	run --rev "$rev" plain
	says "unknown revision '$rev'" 3 "mdstatic: error: unknown revision \"$rev\""
done
run --rev HEAD:apps plain
says 'a tree is no commit' 3 'mdstatic: error: revision "HEAD:apps" is not a commit'
git -C plain checkout -q --detach -f v1
run plain
reads 'detached HEAD' "commit $first 1767225600"
git -C plain checkout -qf main
GIT_DIR=/nowhere run plain
reads 'GIT_DIR is not looked at' "commit $second 1767225660"

# --- where REPO may be ---
run plain/team
reads 'a folder: path and rel' "$(line plain team/apps/x/app.ini apps/x/app.ini)"
lacks 'a folder: nothing above it' keys/1.root.json
ln -s plain/team link
run link
reads 'a folder through a symlink' "$(line plain team/apps/x/app.ini apps/x/app.ini)"
run --rev v1 plain/late
says 'a folder that the revision lacks' 3 'mdstatic: error: revision "v1" has no folder "late"'
run --rev v1 plain/other
reads 'a folder without apps is empty' "commit $first 1767225600"
mkdir nowhere
run nowhere
says 'no repository' 3 'mdstatic: error: cannot open nowhere: not a git repository (nor a folder in one)'
run missing
says 'no such folder' 3 'mdstatic: error: cannot open missing: there is no such folder'
run plain/README.md
says 'REPO is a file' 3 'mdstatic: error: cannot open plain/README.md: not a folder'
git clone -q --bare plain bare.git
run bare.git
reads 'a bare repository' "commit $second 1767225660"
run bare.git/refs
says 'a folder inside a bare repository' 3 'mdstatic: error: cannot open bare.git/refs: not a git repository (nor a folder in one)'
run --worktree bare.git
says 'no work tree of a bare repository' 3 'mdstatic: error: bare.git is a bare repository: it has no work tree to read; give a revision instead'
git -C plain worktree add -q ../linked v1
run linked
reads 'a linked work tree' "commit $first 1767225600"
run linked/team
reads 'a folder in a linked work tree' "$(line linked team/apps/x/app.ini apps/x/app.ini)"
echo changed >linked/team/apps/x/app.ini
run --worktree linked/team
reads 'the work tree of a linked work tree' "$(line linked team/apps/x/app.ini apps/x/app.ini)"
mkdir -p plain/inner/lost
echo 'gitdir: /nowhere' >plain/inner/lost/.git
run plain/inner/lost
hints 'a .git file that leads nowhere' 3 '/plain/inner/lost/.git names a repository that is not there'
git init -q plain/inner/own
run plain/inner/own
says 'a repository within a repository; no commit yet' 3 'mdstatic: error: the repository has no commit yet'
rm -rf plain/inner

# --- kinds of repositories ---
git clone -q --depth 1 "file://$tmp/plain" shallow
run shallow
reads 'a shallow clone' "commit $second 1767225660"
reads 'a parent that is not at hand' 'parent -'
run --rev HEAD~1 shallow
says 'an unknown revision of a shallow clone' 3 'mdstatic: error: unknown revision "HEAD~1"; the repository is a shallow clone; fetch more history (git fetch --unshallow, or fetch-depth: 0 in CI)'
git -C plain config uploadpack.allowFilter true
git clone -q --no-checkout --filter=blob:none "file://$tmp/plain" partial
run partial
hints 'a partial clone: blobs' 1 'apps/shop/app.ini: error: this object is not in the repository (a partial clone?); fetch it, e.g. git clone without --filter, or git fetch --refetch --no-filter'
git -C partial config extensions.partialClone origin
run --list partial
reads 'a partial clone opens' 'file apps/shop/app.ini apps/shop/app.ini'
git -C partial fetch -q --refetch --no-filter
run partial
reads 'a partial clone after what the message says' "commit $second 1767225660"
git clone -q --no-checkout --filter=tree:0 "file://$tmp/plain" treeless
run treeless
hints 'a partial clone: trees' 1 'error: this object is not in the repository (a partial clone?)'
git init -q --object-format=sha256 sha256
git -C sha256 commit -q --allow-empty -m x
run sha256
hints 'SHA-256 names' 3 'sha256 uses SHA-256 object names, which libgit2 here cannot read;'
git init -q sha1
git -C sha256 fast-export --all | git -C sha1 fast-import --quiet
run sha1
reads 'SHA-256 names, after what the message says' 'parent -'
git clone -q plain sparse
git -C sparse sparse-checkout set keys 2>/dev/null
if git -C sparse config extensions.worktreeConfig >/dev/null; then
	run sparse
	reads 'extensions.worktreeConfig' "$(line plain keys/1.root.json)"
	run --worktree sparse
	lacks 'a sparse work tree holds what it holds' apps/
fi
git init -q unborn
run unborn
says 'no commit yet' 3 'mdstatic: error: the repository has no commit yet'
mkdir -p unborn/apps
echo a >unborn/apps/a
run --worktree unborn
reads 'a work tree without a commit' "$(line unborn apps/a)"
if [[ $out =~ ^commit\ -\ ([0-9]+) ]] && [ $(($(date +%s) - BASH_REMATCH[1])) -lt 60 ]; then pass 'its time is the clock'; else fail 'its time is the clock'; fi

if [ "$(id -u)" = 0 ]; then
	way='the repository belongs to another user; pass --any-owner to read it all the same, or name its folder as safe.directory in the git configuration'
	cp -a plain foreign
	chown -R 65534:65534 foreign
	run foreign
	says "another user's repository" 3 "mdstatic: error: cannot open foreign: $way"
	run foreign/team
	says "a folder in another user's repository" 3 "mdstatic: error: cannot open foreign/team: $way"
	run --any-owner foreign/team
	reads 'any owner' "parent $first"
	git config --global --add safe.directory "$tmp/elsewhere"
	run foreign
	says 'another safe.directory' 3 "mdstatic: error: cannot open foreign: $way"
	git config --global --add safe.directory "$tmp/foreign"
	run foreign
	reads 'safe.directory' "commit $second 1767225660"
	git config --global --unset-all safe.directory
else
	echo '# another owner: not run, needs root'
fi

# --- kinds of entries ---
git init -q kinds
mkdir -p kinds/apps/a kinds/keys
ln -s /etc/passwd kinds/apps/a/link
printf x >kinds/apps/a-b
printf x >kinds/apps/a/run
chmod +x kinds/apps/a/run
git clone -q plain kinds/apps/sub 2>/dev/null
git -C kinds submodule --quiet add "$tmp/plain" apps/module
commit kinds kinds 2>/dev/null
for from in '' --worktree; do
	run --list ${from:+$from} kinds
	reads "symlink $from" 'symlink apps/a/link apps/a/link'
	reads "submodule $from" 'submodule apps/module apps/module'
	reads "embedded repository $from" 'submodule apps/sub apps/sub'
	reads "executable $from" 'file apps/a/run apps/a/run'
	if [ "$(sed 1,2d <<<"$out")" = $'file apps/a-b apps/a-b\nsymlink apps/a/link apps/a/link\nfile apps/a/run apps/a/run\nsubmodule apps/module apps/module\nsubmodule apps/sub apps/sub' ]; then
		pass "order $from"
	else
		fail "order $from"
	fi
done
run kinds/apps/module
reads 'a submodule as REPO' "commit $second 1767225660"
git -C kinds submodule --quiet deinit -f apps/module
run --list --worktree kinds
reads 'a submodule that is not checked out' 'submodule apps/module apps/module'
git init -q tops
ln -s elsewhere tops/apps
echo file >tops/keys
commit tops tops
run --list tops
reads 'apps is a symlink' 'symlink apps apps'
reads 'keys is a file' 'file keys keys'
blob=$(git -C tops rev-parse HEAD:keys)
tree=$(printf "100644 blob $blob\tb\n" | git -C tops mktree)
tree=$(printf "040000 tree $tree\tapps\n" | git -C tops mktree)
git -C tops hash-object -t tree -w --literally --stdin < <(
	for name in z a a; do printf '100644 %s\0' $name; printf "$(sed 's/../\\x&/g' <<<"$blob")"; done
) >id
tree=$(printf "040000 tree $(<id)\tapps\n" | git -C tops mktree)
run --list --rev "$(git -C tops commit-tree -m odd "$tree")" tops
says 'an unsorted tree with a name twice' 1 'apps/a: error: the folder names this file twice; see git fsck'
tree=$(printf "100644 blob $blob\tf\n" | git -C tops mktree)
for i in {1..30}; do
	tree=$(for n in a b c d e f g h; do printf "040000 tree $tree\t$n\n"; done | git -C tops mktree)
done
tree=$(printf "040000 tree $tree\tapps\n" | git -C tops mktree)
run --list --rev "$(git -C tops commit-tree -m bomb "$tree")" tops
hints 'a tree that names itself without end' 1 'error: more than 1000000 files and folders in one tree'
tree=$(printf "100644 blob $blob\tf\n" | git -C tops mktree)
for i in {1..130}; do tree=$(printf "040000 tree $tree\td\n" | git -C tops mktree); done
tree=$(printf "040000 tree $tree\tapps\n" | git -C tops mktree)
run --list --rev "$(git -C tops commit-tree -m deep "$tree")" tops
hints 'a tree that is too deep' 1 'error: folders are nested more than 128 deep'
old=$(printf 'tree %s\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 253402300800 +0000\n\nx\n' "$(git -C tops rev-parse 'HEAD^{tree}')" |
	git -C tops hash-object -t commit -w --literally --stdin)
run --rev "$old" tops
hints 'a committer date past the year 9999' 3 "committer's date lies outside the years 1970 to 9999"
run --limit 7 plain
hints 'larger than the limit' 1 'apps/shop/app.ini: error: the file has 8 bytes; at most 7 are allowed'
run --limit 8 plain
reads 'as large as the limit' "commit $second 1767225660"
run --limit 7 --worktree plain
hints 'larger than the limit, work tree' 1 'apps/shop/app.ini: error: the file has 8 bytes; at most 7 are allowed'
head -c 5000 /dev/zero >kinds/apps/large
commit kinds large 2>/dev/null
run --limit 4999 kinds
hints 'a large one above the limit' 1 'apps/large: error: the file has 5000 bytes; at most 4999 are allowed'
cp -a tops damaged
object=damaged/.git/objects/${blob:0:2}/${blob:2}
chmod u+w "$object"
other=$(printf 'filX\n' | git -C damaged hash-object -w --stdin)
cp "damaged/.git/objects/${other:0:2}/${other:2}" "$object"
run damaged
hints 'an object with other bytes than its id' 3 'keys: error: cannot read: '

# --- Git LFS ---
pointer() { printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %s\n' "$1" "$2"; }
git init -q lfs
mkdir -p lfs/apps
printf 'the package' >package
oid=$(sha256sum package | cut -d' ' -f1)
store() { mkdir -p "$1/${oid:0:2}/${oid:2:2}"; cp package "$1/${oid:0:2}/${oid:2:2}/$oid"; }
pointer "$oid" 11 >lfs/apps/p.apk
commit lfs lfs
id=$(git -C lfs rev-parse HEAD:apps/p.apk)
want="file 11 ${oid:0:12} $id apps/p.apk apps/p.apk"
for from in '' --worktree; do
	run ${from:+$from} lfs
	says "LFS: not at hand $from" 1 "apps/p.apk: error: the Git LFS object ${oid:0:12} (11 bytes) is not at hand; run: git lfs fetch origin HEAD"
	store lfs/.git/lfs/objects
	run ${from:+$from} lfs
	reads "LFS: at hand $from" "$want"
	run --limit 10 ${from:+$from} lfs
	says "LFS: larger than the limit $from" 1 'apps/p.apk: error: the file has 11 bytes; at most 10 are allowed'
	run --limit 11 ${from:+$from} lfs
	reads "LFS: as large as the limit $from" "$want"
	rm -rf lfs/.git/lfs
done
run --rev main lfs
hints 'LFS: the revision to fetch' 1 'run: git lfs fetch origin main'
git -C lfs worktree add -q ../lfs-linked HEAD --detach
store lfs/.git/lfs/objects
run lfs-linked
reads 'LFS: linked work tree' "$want"
printf 'the pockage' >"lfs/.git/lfs/objects/${oid:0:2}/${oid:2:2}/$oid"
run lfs
hints 'LFS: other bytes' 1 "apps/p.apk: error: the Git LFS object ${oid:0:12} at hand has other bytes than its name and size say"
: >"lfs/.git/lfs/objects/${oid:0:2}/${oid:2:2}/$oid"
run lfs
hints 'LFS: an empty object file' 1 "apps/p.apk: error: the Git LFS object ${oid:0:12} at hand has other bytes"
rm -rf lfs/.git/lfs
git -C lfs config lfs.storage store
store lfs/.git/store/objects
run lfs-linked
reads 'LFS: lfs.storage, relative' "$want"
git -C lfs config lfs.storage "$tmp/absolute"
run lfs
hints 'LFS: lfs.storage, absolute, empty' 1 'is not at hand'
store absolute/objects
run lfs
reads 'LFS: lfs.storage, absolute' "$want"
git -C lfs config --unset lfs.storage
git clone -q --bare lfs lfs.git
store lfs.git/lfs/objects
run lfs.git
reads 'LFS: bare repository' "$want"
pointer "$oid" 12 >lfs/apps/p.apk
commit lfs size
store lfs/.git/lfs/objects
run lfs
hints 'LFS: another size' 1 'apps/p.apk: error: the Git LFS object'
pointer "$oid" 11 | sed 's/$/\r/' >lfs/apps/p.apk
commit lfs crlf
run lfs
hints 'LFS: malformed' 1 'apps/p.apk: error: malformed Git LFS pointer;'

# --- the work tree ---
git init -q wt
mkdir -p wt/apps/x/build wt/apps/x/deep/er wt/keys wt/.mdstatic/keys
printf '*.tmp\n/apps/x/build/\n.mdstatic/\n!keep.tmp\n' >wt/.gitignore
echo 'local*' >>wt/.git/info/exclude
echo tracked >wt/apps/x/tracked
echo gone >wt/apps/x/gone
echo forced >wt/apps/x/forced.tmp
git -C wt add -f apps/x/forced.tmp
commit wt one
rm wt/apps/x/gone
echo changed >wt/apps/x/tracked
echo new >wt/apps/x/deep/er/untracked
echo forced >wt/apps/x/build/forced
git -C wt add -f apps/x/build/forced
touch wt/apps/x/{a.tmp,keep.tmp,local.json} wt/apps/x/build/out
echo '*.log' >wt/apps/x/.gitignore
touch wt/apps/x/deep/{a.log,b.txt} wt/keys/c.log
mkfifo wt/apps/x/pipe
run --worktree wt
reads 'a changed file' "$(line wt apps/x/tracked)"
reads 'an untracked file' "$(line wt apps/x/deep/er/untracked)"
reads 'HEAD of the work tree' "commit $(git -C wt rev-parse HEAD) $(git -C wt log -1 --format=%ct)"
reads 'its parent is HEAD' "parent $(git -C wt rev-parse HEAD)"
lacks 'a deleted file' gone
git -C wt ls-files -co --exclude-standard -- apps keys | sort -u | grep -v gone >want
if diff <(awk '/^file/{print $5}' <<<"$out") want; then pass 'the files that git counts'; else fail 'the files that git counts'; fi
run wt
lacks 'HEAD does not see the work tree' untracked
if [ "$(id -u)" != 0 ]; then
	chmod 0 wt/apps/x/deep
	run --worktree wt
	hints 'a folder that cannot be read' 3 'cannot read'
	chmod 755 wt/apps/x/deep
fi

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
