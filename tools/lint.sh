#!/usr/bin/env bash
# How the code is laid out, and what clang-tidy says of it:
#   tools/lint.sh [--check] [--all] [--tidy]
# Formats the C++ and BUILD files that differ from `main` (--all: all of them, in five seconds). With
# --check nothing is written, and it fails with the names of what is not as it would be; CI runs
# --check --all. With --tidy clang-tidy looks at these C++ files too, after a build, some ten seconds
# a file. setup.sh installs clang-format and, where there is npm, buildifier; clang-tidy is a Debian
# package. What is not there is left out with a note.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

check=false all=false tidy=false
for flag in "$@"; do
  case $flag in
    --check) check=true ;;
    --all) all=true ;;
    --tidy) tidy=true ;;
    *) echo "lint: no such flag: $flag" >&2 && exit 2 ;;
  esac
done

# Names of files that match the patterns given.
files() {
  if $all; then
    git ls-files -- "$@"
  else
    local base
    base=$(git merge-base HEAD main 2>/dev/null || git rev-parse HEAD)
    git diff --name-only --diff-filter=d "$base" -- "$@"
    git ls-files --others --exclude-standard -- "$@"
  fi | sort -u
}

PATH=$PATH:$PWD/.venv/buildifier/node_modules/.bin

# have TOOL [VERSION]: whether it is there, and of this version; a note if not.
have() {
  if ! command -v "$1" >/dev/null; then
    echo "lint: no $1 here, its part is left out" >&2
    return 1
  fi
  [[ $("$1" --version 2>&1) == *"${2:-}"* ]] && return 0
  echo "lint: $1 is of another version than $2, its part is left out" >&2
  return 1
}

failed=false
mapfile -t sources < <(files '*.cc' '*.h')
mapfile -t builds < <(files '*BUILD.bazel' '*.bzl' WORKSPACE)
if [ ${#sources[@]} -gt 0 ] && have clang-format "version 14"; then
  if $check; then
    clang-format --dry-run -Werror "${sources[@]}" || failed=true
  else
    clang-format -i "${sources[@]}"
  fi
fi
if [ ${#builds[@]} -gt 0 ] && have buildifier; then
  if $check; then
    buildifier -mode=check "${builds[@]}" || failed=true
  else
    buildifier -mode=fix "${builds[@]}"
  fi
fi
if $tidy && [ ${#sources[@]} -gt 0 ] && have clang-tidy; then
  mapfile -t units < <(printf '%s\n' "${sources[@]}" | grep '\.cc$' || true)
  if [ ${#units[@]} -gt 0 ]; then
    clang-tidy --quiet "${units[@]}" -- -std=c++17 -I. -Ibazel-bin -isystem /usr/include/eigen3 \
      2>/dev/null || failed=true
  fi
fi
! $failed
