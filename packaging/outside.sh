# For tests in a workspace that is not ours; sourced. Defines what they need and makes $work, a folder
# that goes with the test. OUTSIDE_BAZEL_FLAGS: further flags of builds, such as --disk_cache=DIR.
set -euo pipefail
# Below bazel-bin and in runfiles sources are links into the checkout.
repository=$(dirname "$(realpath "$(dirname "${BASH_SOURCE[0]}")/../WORKSPACE")")
work=$(mktemp -d "${TEST_TMPDIR:-/tmp}/outside.XXXXXX")

bazel() {
  command bazel --nohome_rc --output_user_root="$work/bazel" --max_idle_secs=60 \
    --host_jvm_args=-Xmx600m "$@"
}
build() {
  bazel build --nosandbox_debug --noshow_progress --show_result=0 --ui_event_filters=-info,-debug --curses=no \
    ${OUTSIDE_BAZEL_FLAGS:-} "$@"
}
expect() { grep -qF -- "$1" "$2" || { echo "no '$1' in $2:" >&2; head -c 2000 "$2" >&2; exit 1; }; }

stop_server=:
cleanup() {
  (cd "$work/workspace" && bazel shutdown) >/dev/null 2>&1 || true
  "$stop_server"
  # Servers that were told to end may still take away files of their own.
  chmod -R u+w "$work" 2>/dev/null || true
  rm -rf "$work" 2>/dev/null || { sleep 2; rm -rf "$work" || true; }
}
trap cleanup EXIT

# The workspace, with a program that was built before; with --from_source it builds that itself.
workspace() {
  local prebuilt='register_toolchains("//:prebuilt")'
  [ "${2:-}" != --from_source ] || prebuilt=
  mkdir -p "$work/workspace/models"
  cp "$1" "$work/workspace/pt2nnef"
  cd "$work/workspace"
  cat >WORKSPACE <<EOT
local_repository(name = "pt2nnef", path = "$repository")
load("@pt2nnef//tools:repositories.bzl", "pt2nnef_repositories")
$prebuilt
pt2nnef_repositories()
EOT
  cat >BUILD.bazel <<'EOT'
load("@pt2nnef//tools:pt2nnef.bzl", "nnef_models", "pt2nnef_toolchain")

pt2nnef_toolchain(name = "prebuilt", tool = "pt2nnef")

nnef_models(name = "each", models = glob(["models/*.pt"]))
EOT
}
