#!/usr/bin/env bash
# What is in the tar is all that a machine with a C library alone needs: tarball_test.sh TAR MODEL.pt
set -euo pipefail
work=${TEST_TMPDIR:-$(mktemp -d)}
tar -xzf "$1" -C "$work" --strip-components=1
# Found in the tar, or parts of glibc: nothing else of this machine.
ldd "$work/bin/pt2nnef" >"$work/found"
if awk '{print $1, $3}' "$work/found" |
  grep -vE "^(linux-vdso|(/lib.*/)?ld-linux|lib(c|m|dl|rt|pthread)\.so)" | grep -vF " $work/"; then
  echo "not in the tar" >&2
  exit 1
fi
"$work/bin/pt2nnef" -q "$2" "$work/model"
grep -q 'graph network' "$work/model/graph.nnef"
grep -q '^Needs glibc 2\.' "$work/README"
