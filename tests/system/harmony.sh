#!/bin/sh
# Quick fixes and harmony packages, signed and spoilt in every way that devices refuse: each has its own message.
exec node "$(dirname "$0")/harmony.mjs"
