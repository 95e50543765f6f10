#!/bin/sh
# Export and import again: tests/system/interchange.mjs.
exec node "$(dirname "$0")/interchange.mjs"
