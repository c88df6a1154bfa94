#!/usr/bin/env bash
# Two files are the same.
diff "$1" "$2"
