# For scripts that try a bare Debian; sourced as root. Debian package debootstrap.
set -euo pipefail
repository=$(realpath "$(dirname "${BASH_SOURCE[0]}")/..")
[ "$(id -u)" = 0 ] || { echo "chroots are made by root" >&2; exit 1; }

# bare SUITE: the folder of a new minbase system, or the one that CHROOTS (a folder) keeps from before.
bare() {
  local root=${CHROOTS:-/var/tmp/pt2nnef-chroots}/$1
  if [ ! -e "$root/.made" ]; then
    rm -rf "$root"
    mkdir -p "$root"
    debootstrap --variant=minbase "$1" "$root" "${DEBIAN_MIRROR:-http://deb.debian.org/debian}" >&2
    touch "$root/.made"
  fi
  echo "$root"
}

within() {
  local root=$1
  shift
  chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
    DEBIAN_FRONTEND=noninteractive "$@"
}
