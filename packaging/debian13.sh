#!/usr/bin/env bash
# Builds on a bare Debian 13, with its compiler, Abseil, protobuf and re2, and converts a model:
#   sudo packaging/debian13.sh [TEST...]
# The first time it takes as long as building all. TEST: targets that are built and run there too.
# BAZEL_FLAGS: of builds there, such as -c fastbuild.
source "$(dirname "$0")/chroot.sh"
root=$(bare trixie)
open "$root"
mkdir -p "$root/src"
git -C "$repository" ls-files -z | tar -C "$repository" --null -T - -c | tar -C "$root/src" -x
within "$root" apt-get update -qq
within "$root" env PT2NNEF_PYTHON=none /src/setup.sh
bazel() { within "$root" bash -c 'cd /src && "$@"' bash bazel "$@"; }
bazel build ${BAZEL_FLAGS:-} //tools:pt2nnef
within "$root" /src/bazel-bin/tools/pt2nnef /src/testdata/models/residual.pt /src/residual.nnef.tgz
expect_model "$root" src/residual.nnef.tgz
echo "debian13: built and converted"
[ $# = 0 ] || bazel test ${BAZEL_FLAGS:-} "$@"
bazel shutdown
