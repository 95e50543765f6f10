#!/usr/bin/env bash
# `make install`: everything lands below DESTDIR, and a program builds on the device library through pkg-config alone.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
dest=$work/dest
check "make install" make -C "$top" --no-print-directory install DESTDIR="$dest" PREFIX=/opt/mdstatic
for file in bin/mdstatic lib/libmdresolve.a include/mdresolve.h lib/pkgconfig/mdresolve.pc share/mdstatic/FORMAT.md share/mdstatic/upgrade.schema.json; do
	check "$file" test -f "$dest/opt/mdstatic/$file"
done
cat >"$work/app.c" <<'C'
#include <mdresolve.h>
#include <stdio.h>
int main(void)
{
	struct mdr_config config = { .app = "DEMO01-default", .root = "{}", .root_size = 2 };
	struct mdr_client *client = NULL;
	struct mdr_error err;
	char result[1];
	enum mdr_code code = mdr_open(&client, &config, &err);
	mdr_close(client);
	if (puts(code ? err.text : "opened") < 0 || !code)
		return 1;
	code = mdr_delta_apply(result, sizeof(result), "no delta", 8, "", 0, 0, &err);
	return puts(code ? err.text : "applied") < 0 || !code;
}
C
export PKG_CONFIG_PATH=$dest/opt/mdstatic/lib/pkgconfig
# PREFIX is where it will live; from here it is below DESTDIR
flags=$(pkg-config --define-variable=prefix="$dest/opt/mdstatic" --cflags --libs mdresolve)
# shellcheck disable=SC2086
check "a program links with what pkg-config says" gcc -std=c11 -Wall -Werror -o "$work/app" "$work/app.c" $flags
check "and refuses a root and a delta that are none" "$work/app"
check "the header stands alone" gcc -std=c11 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -x c "$dest/opt/mdstatic/include/mdresolve.h"
closing
