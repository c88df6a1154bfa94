#!/usr/bin/env bash
# What the package names and holds, and that its program runs: deb_test.sh PT2NNEF.deb MODEL.pt
set -euo pipefail
work=${TEST_TMPDIR:-$(mktemp -d)}
depends=$(dpkg-deb --field "$1" Depends)
for package in libc6 libprotobuf libabsl libre2; do
  grep -q "$package" <<<"$depends" || { echo "no $package in: $depends" >&2; exit 1; }
done
dpkg-deb --extract "$1" "$work/root"
"$work/root/usr/bin/pt2nnef" -q "$2" "$work/model"
grep -q 'graph network' "$work/model/graph.nnef"
for path in share/man/man1/pt2nnef.1.gz share/bash-completion/completions/pt2nnef \
  include/pt2nnef/c_api.h 'lib/*/cmake/pt2nnef/pt2nnefConfig.cmake' 'lib/*/pkgconfig/pt2nnef.pc'; do
  compgen -G "$work/root/usr/$path" >/dev/null || { echo "no $path" >&2; exit 1; }
done
