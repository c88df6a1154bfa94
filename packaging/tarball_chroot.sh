#!/usr/bin/env bash
# Unpacks the tar in bare systems that have nothing but what their installer put there:
#   bazel build //packaging:tarball && sudo packaging/tarball_chroot.sh bazel-bin/packaging/pt2nnef.tar.gz
source "$(dirname "$0")/chroot.sh"
for suite in bookworm trixie; do
  root=$(bare "$suite")
  open "$root"
  rm -rf "$root/try" && mkdir "$root/try"
  tar -xzf "$1" -C "$root/try" --strip-components=1
  cp "$repository/testdata/models/residual.pt" "$root/try/"
  within "$root" /try/bin/pt2nnef /try/residual.pt /try/residual.nnef.tgz
  expect_model "$root" try/residual.nnef.tgz
  echo "tar: runs on $suite"
done
