#!/bin/sh
# The agreement of schemas and program: tests/system/schemas.mjs. Needs node and, once, `npm ci` in this folder.
set -eu
cd "$(dirname "$0")"
[ -d node_modules/ajv ] || npm ci --no-audit --no-fund --silent
exec node schemas.mjs "$@"
