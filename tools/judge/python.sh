#!/usr/bin/env bash
# Runs Python with the packages of requirements.txt: $PT2NNEF_PYTHON, or the checkout's .venv that
# setup.sh makes. The checkout is found from this file's own place, through Bazel's symlinks.
set -eu
root=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../..
python=${PT2NNEF_PYTHON:-$root/.venv/bin/python}
if [ ! -x "$python" ]; then
  echo "no Python for the tests at $python: run ./setup.sh (or set PT2NNEF_PYTHON)" >&2
  exit 1
fi
export OPENBLAS_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=1 RUST_BACKTRACE=0
exec "$python" "$@"
