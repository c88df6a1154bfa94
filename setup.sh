#!/usr/bin/env bash
# Installs what building and testing need on Debian 12 or 13; nothing happens when it is all there.
#   ./setup.sh
# Debian packages come by name from apt (as root, or through sudo). The Python packages of the tests
# go to .venv/ in this checkout, and a server for one of them; set PT2NNEF_PYTHON to an interpreter
# that has the packages to skip those.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

packages=(
  bazel-bootstrap bazel-platforms bazel-rules-java bazel-rules-proto bazel-skylib
  g++ git ca-certificates python3-venv
  clang-format cmake dpkg-dev pkgconf
  chromium chromium-driver graphviz
  libabsl-dev libarchive-dev libcli11-dev libdeflate-dev libeigen3-dev libgmock-dev
  libgoogle-perftools-dev libgtest-dev libmd-dev libprotobuf-dev libre2-dev
  libseccomp-dev libsimdjson-dev libzip-dev protobuf-compiler zlib1g-dev
)

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

missing_packages() {
  local installed
  installed=$(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' "${packages[@]}" 2>/dev/null |
    sed -n 's/^ii *//p') || true
  printf '%s\n' "${packages[@]}" | grep -vxF -e "$installed" || true
}

install_packages() {
  local missing
  mapfile -t missing < <(missing_packages)
  [ ${#missing[@]} -gt 0 ] || return 0
  echo "setup: installing ${missing[*]}" >&2
  local install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq
    --no-install-recommends "${missing[@]}")
  # The package lists may be absent or too old: only then are they fetched.
  as_root "${install[@]}" >/dev/null 2>&1 && return 0
  as_root apt-get update -qq
  as_root "${install[@]}" >/dev/null
}

install_python() {
  [ -z "${PT2NNEF_PYTHON:-}" ] || return 0
  local wanted=tools/judge/requirements.txt have=.venv/requirements.txt
  ! cmp -s "$wanted" "$have" || return 0
  echo "setup: Python packages of the tests into .venv" >&2
  rm -rf .venv
  /usr/bin/python3 -m venv .venv
  .venv/bin/pip install --quiet --disable-pip-version-check -r "$wanted"
  cp "$wanted" "$have"
}

# For //packaging:fleet_test. Unpacked, not installed: that would start a server.
install_nginx() {
  local folder=.venv/nginx
  [ ! -x /usr/sbin/nginx ] && [ ! -x "$folder/usr/sbin/nginx" ] || return 0
  echo "setup: nginx of a test into $folder" >&2
  mkdir -p "$folder"
  (
    cd "$folder"
    apt-get download -qq nginx 2>/dev/null || { as_root apt-get update -qq && apt-get download -qq nginx; }
    dpkg-deb -x nginx_*.deb .
    rm nginx_*.deb
  )
}

# For tools/lint.sh. Debian has none; without npm, or without its registry, BUILD files stay as they are.
install_buildifier() {
  local folder=.venv/buildifier
  [ ! -e "$folder" ] && command -v npm >/dev/null && ! command -v buildifier >/dev/null || return 0
  echo "setup: buildifier into $folder" >&2
  npm install --silent --prefix "$folder" @bazel/buildifier@8.2.1 >/dev/null 2>&1 && return 0
  echo "setup: npm has not given it: tools/lint.sh does without" >&2
  rm -rf "$folder"
}

install_packages
install_python
install_buildifier
install_nginx
