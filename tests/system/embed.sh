#!/usr/bin/env bash
# libmdresolve.a as apps get it: one object with mdr_* as its only names, that asks of the system memory and nothing else; mdresolve.h in C and
# C++; programs, static programs and shared libraries on what `make install` installs; 32-bit devices. With LONG=1 also by clang and lld.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
packages=(libcrypto jansson libpcre2-8 libzstd zlib)
header=$top/generator/resolve/mdresolve.h

# --- the archive -----------------------------------------------------------------------------------------------------------
lib=$BUILD/libmdresolve.a
names() { # ARCHIVE: what it defines for others
	nm -g --defined-only "$1" | awk 'NF == 3 { print $3 }' | sort
}
declared() { # by the eye of another program: ctags-like, from the text without its comments
	node -e 'const text = fs.readFileSync(process.argv[1], "utf8").replace(/\/\*[^]*?\*\//g, "")
		console.log([...text.matchAll(/^[a-z][^;{}()=]*?\b(mdr_\w+)\([^;]*\);/gm)].map((m) => m[1]).sort().join("\n"))' "$header"
}
check "one member" test "$(ar t "$lib")" = mdresolve.o
declared >"$work/declared"
check "what the header declares is found" test "$(wc -l <"$work/declared")" -gt 30
names "$lib" >"$work/names"
check "they are its only names, and all are there" diff "$work/declared" "$work/names"

# What it needs: of the five libraries anything, of libc this and no more: memory, strings, numbers. No file, network, clock, locale,
# environment, thread, and nothing that ends the process.
cat >"$work/allowed" <<'END'
_GLOBAL_OFFSET_TABLE_
__stack_chk_fail
bsearch calloc free malloc realloc qsort
memchr memcmp memcpy memmem memmove memrchr memset
snprintf vsnprintf
strchr strcmp strdup strlen strncmp strnlen strrchr strstr
timegm
END
tr ' ' '\n' <"$work/allowed" >"$work/may"
for package in "${packages[@]}"; do
	for flag in $(pkg-config --libs-only-l "$package"); do
		nm -D --defined-only "$(gcc -print-file-name="lib${flag#-l}.so")" | awk '{ sub(/@.*/, "", $3); print $3 }'
	done
done >>"$work/may"
sort -u "$work/may" -o "$work/may"
nm -u "$lib" | awk 'NF == 2 { print $2 }' | sort -u | comm -23 - "$work/may" >"$work/forbidden"
check "it needs memory, strings and the five libraries" diff /dev/null "$work/forbidden"
objdump -h "$lib" | awk '$2 ~ /^\.(data|bss|tdata|tbss)/ && $2 !~ /^\.data\.rel\.ro/ && $3 !~ /^0+$/ { print $2, $3 }' >"$work/writable"
check "nothing in it can be written: no globals" diff /dev/null "$work/writable"

# --- the header ------------------------------------------------------------------------------------------------------------
strict=(-Wall -Wextra -pedantic -Wconversion -Wshadow -Werror -fsyntax-only)
printf '#include "%s"\n' "$header" >"$work/alone.c"
check "C11" gcc -std=c11 "${strict[@]}" "$work/alone.c"
check "C++17" g++ -std=c++17 "${strict[@]}" -x c++ "$work/alone.c"
check "C++98 with stdint.h" g++ -std=c++98 -Wall -Werror -fsyntax-only -x c++ "$work/alone.c"

# --- apps ------------------------------------------------------------------------------------------------------------------
check "make install" make -s -C "$top" install BUILD="$BUILD" PREFIX="$work/prefix"
export PKG_CONFIG_PATH=$work/prefix/lib/pkgconfig
cat >"$work/app.c" <<'C'
#include <mdresolve.h>
#include <stdio.h>

/* Names that the library uses inside; an app may have its own. */
int strbuf_add, slice_of, arena_try, digest_sha256, fail, names, program_free;

static enum mdr_fetched fetch(void *ctx, struct mdr_sink *sink, const char *path, uint64_t offset, uint64_t limit)
{
	(void)ctx, (void)sink, (void)path, (void)offset, (void)limit;
	return MDR_FAILED;
}

int main(int argc, char **argv)
{
	static char root[1 << 20];
	FILE *f = fopen(argv[argc - 1], "rb");
	struct mdr_config config = { .app = "DEMO01-default", .root = root, .fetch = fetch };
	struct mdr_client *client = NULL;
	struct mdr_error err;

	config.root_size = f ? fread(root, 1, sizeof(root), f) : 0;
	if (!mdr_open(&client, &config, &err))
		(void)mdr_refresh(client, 1795248000, &err);
	mdr_close(client);
	puts(err.text);
	return err.code != MDR_UNREACHABLE;
}
C
sed 's/struct mdr_config config = .*/mdr_config config = {}; config.app = "DEMO01-default"; config.root = root; config.fetch = fetch;/
	s/NULL/nullptr/' "$work/app.c" >"$work/app.cc"
root=$top/tests/keys/1.root.json
read -ra flags < <(pkg-config --cflags --libs mdresolve)
read -ra whole < <(pkg-config --static --cflags --libs mdresolve)
check "a program, by pkg-config" gcc -std=c11 -Wall -Werror -o "$work/app" "$work/app.c" "${flags[@]}"
check "runs" "$work/app" "$root"
check "a C++ program" g++ -std=c++17 -Wall -Werror -o "$work/app" "$work/app.cc" "${flags[@]}"
check "runs" "$work/app" "$root"
check "a static program" gcc -std=c11 -static -w -o "$work/app" "$work/app.c" "${whole[@]}" -Wl,--no-warnings
check "runs" "$work/app" "$root"
check "a shared library, as Android loads it" gcc -shared -fPIC -Wl,--no-undefined -o "$work/libapp.so" "$work/app.c" "${flags[@]}"

# --- other machines --------------------------------------------------------------------------------------------------------
# Objects of 32-bit devices, with every warning an error: no number is cut when size_t has 32 bits.
check "for 32-bit devices" make -s -C "$top" CC="gcc -m32" LD="ld -m elf_i386" OPT=-O0 BUILD="$work/32" \
	CPPFLAGS="-isystem /usr/include/$(gcc -print-multiarch)" "$work/32/libmdresolve.a"
names "$work/32/libmdresolve.a" >"$work/names"
check "with the same names" diff "$work/declared" "$work/names"
if [ -z "${LONG:-}" ]; then
	:
elif "$top/tests/deps" clang lld llvm >/dev/null 2>&1; then
	check "by clang, lld and llvm-objcopy, for size" make -s -C "$top" CC=clang LD=ld.lld AR=llvm-ar OBJCOPY=llvm-objcopy OPT=-Os \
		BUILD="$work/clang" "$work/clang/libmdresolve.a"
	names "$work/clang/libmdresolve.a" >"$work/names"
	check "with the same names" diff "$work/declared" "$work/names"
else
	echo "skipped clang and lld: they are not installed"
fi
closing
