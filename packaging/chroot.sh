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

# open ROOT: /proc is there until the script ends; the loader asks it where a program lies.
opened=()
open() {
  opened+=("$1")
  mkdir -p "$1/proc"
  mountpoint -q "$1/proc" || mount -t proc proc "$1/proc"
}
close_all() {
  local root
  for root in "${opened[@]}"; do umount "$root/proc" || true; done
}
trap close_all EXIT

within() {
  local root=$1
  shift
  chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
    DEBIAN_FRONTEND=noninteractive "$@"
}

# expect_model ROOT NAME.nnef.tgz: it is the model of residual.pt.
expect_model() {
  local graph
  graph=$(tar -xzOf "$1/$2" graph.nnef)
  grep -qF 'graph network(input) -> (output)' <<<"$graph"
}
