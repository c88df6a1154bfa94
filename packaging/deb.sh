#!/usr/bin/env bash
# A Debian package of what install.sh installs: deb.sh OUT.deb INSTALL FILES...
set -euo pipefail
out=$PWD/$1 install=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
multiarch=$(dpkg-architecture -qDEB_HOST_MULTIARCH)
root=$work/root
"$install" "$@" --prefix /usr --libdir "lib/$multiarch" --destdir "$root"
program=$root/usr/bin/pt2nnef library=$root/usr/lib/$multiarch/libpt2nnef.so.1
version=$("$program" --version)
strip --strip-unneeded "$program" "$library"
gzip -9n "$root/usr/share/man/man1/pt2nnef.1"

# What both need of other packages, as the symbols that they use say.
mkdir "$work/debian" "$root/DEBIAN"
printf 'Source: pt2nnef\n\nPackage: pt2nnef\nArchitecture: any\n' >"$work/debian/control"
depends=$(cd "$work" && dpkg-shlibdeps -O --warnings=0 -e "$program" -e "$library")
cat >"$root/DEBIAN/control" <<EOF
Package: pt2nnef
Version: ${version#* }
Architecture: $(dpkg --print-architecture)
Maintainer: The authors of pt2nnef
Depends: ${depends#shlibs:Depends=}
Section: science
Priority: optional
Installed-Size: $(du -sk "$root/usr" | cut -f1)
Description: converts PyTorch archives to NNEF models
 Reads what torch.jit.save and torch.export.save wrote, and writes NNEF models
 that tract runs. Neither PyTorch nor Python is needed. With the command come
 its C library, a CMake function that makes conversions part of a build, a
 manual page and completions.
EOF
mv "$root/usr/share/doc/pt2nnef/LICENSE-MIT" "$root/usr/share/doc/pt2nnef/copyright"
echo 'The Apache License 2.0 (LICENSE-APACHE, /usr/share/common-licenses/Apache-2.0) does too.' \
  >>"$root/usr/share/doc/pt2nnef/copyright"
echo 'activate-noawait ldconfig' >"$root/DEBIAN/triggers"
echo 'libpt2nnef 1 pt2nnef' >"$root/DEBIAN/shlibs"
(cd "$root" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"
find "$root" -type d -exec chmod 755 {} +
find "$root" -exec touch -h -d @0 {} +
SOURCE_DATE_EPOCH=0 dpkg-deb --root-owner-group --build "$root" "$out" >/dev/null
