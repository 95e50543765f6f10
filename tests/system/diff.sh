#!/bin/sh
# What `diff --format json` says of random devices over random pairs of definitions; LONG=1: 1,000 pairs.
exec node "$(dirname "$0")/../property/diff.mjs"
