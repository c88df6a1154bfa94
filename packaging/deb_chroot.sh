#!/usr/bin/env bash
# Installs the Debian package in a bare Debian 12, where it converts a model and is removed again:
#   bazel build //packaging:deb && sudo packaging/deb_chroot.sh bazel-bin/packaging/pt2nnef.deb
source "$(dirname "$0")/chroot.sh"
root=$(bare bookworm)
open "$root"
rm -rf "$root/try" && mkdir "$root/try"
cp "$1" "$root/try/pt2nnef.deb"
cp "$repository/testdata/models/residual.pt" "$root/try/"
before=$(within "$root" dpkg-query -f '${Package}\n' -W | wc -l)
within "$root" apt-get update -qq
within "$root" apt-get install -y -qq --no-install-recommends /try/pt2nnef.deb >/dev/null
within "$root" pt2nnef /try/residual.pt /try/residual.nnef.tgz
expect_model "$root" try/residual.nnef.tgz
known=$(within "$root" ldconfig -p)
grep -qF libpt2nnef.so.1 <<<"$known"
after=$(within "$root" dpkg-query -f '${Package}\n' -W | wc -l)
within "$root" apt-get purge -y -qq --autoremove pt2nnef >/dev/null
echo "deb: installed with $((after - before - 1)) other packages, converted, removed"
