#!/usr/bin/env bash
# A workspace of its own that names this repository and converts a model, with a program that was
# built before: outside_test.sh PT2NNEF MODEL.pt [--from_source]
#
# With --from_source the program is built by that workspace instead, which takes as long as building
# it here; PT2NNEF is not used then. OUTSIDE_BAZEL_FLAGS: further flags, such as --disk_cache=DIR.
set -euo pipefail
pt2nnef=$(realpath "$1") model=$(realpath "$2")
# Below bazel-bin and in runfiles sources are links into the checkout.
repository=$(dirname "$(realpath "$(dirname "$0")/../WORKSPACE")")
work=$(mktemp -d "${TEST_TMPDIR:-/tmp}/outside.XXXXXX")
startup=(--nohome_rc --output_user_root="$work/bazel" --max_idle_secs=60 --host_jvm_args=-Xmx600m)
bazel() { command bazel "${startup[@]}" "$@"; }
cleanup() {
  (cd "$work/workspace" && bazel shutdown) >/dev/null 2>&1 || true
  chmod -R u+w "$work" && rm -rf "$work"
}
trap cleanup EXIT

mkdir -p "$work/workspace/models"
cd "$work/workspace"
cp "$model" models/one.pt
cp "$model" models/two.pt
cp "$pt2nnef" pt2nnef

prebuilt='register_toolchains("//:prebuilt")'
[ "${3:-}" != --from_source ] || prebuilt=
cat >WORKSPACE <<EOF
local_repository(name = "pt2nnef", path = "$repository")
load("@pt2nnef//tools:repositories.bzl", "pt2nnef_repositories")
$prebuilt
pt2nnef_repositories()
EOF
cat >BUILD.bazel <<'EOF'
load("@pt2nnef//tools:pt2nnef.bzl", "nnef_model", "nnef_models", "pt2nnef_toolchain")
load(":described.bzl", "described")

pt2nnef_toolchain(name = "prebuilt", tool = "pt2nnef")

nnef_model(name = "net", model = "models/one.pt", format = "folder", output_names = ["scores"])

nnef_models(name = "each", models = glob(["models/*.pt"]))

described(name = "described", model = ":net")
EOF
cat >described.bzl <<'EOF'
load("@pt2nnef//tools:pt2nnef.bzl", "NnefModelInfo")

def _impl(ctx):
    info = ctx.attr.model[NnefModelInfo]
    out = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.run_shell(
        outputs = [out],
        inputs = [info.model, info.report],
        command = "cat %s/graph.nnef %s > %s" % (info.model.path, info.report.path, out.path),
    )
    return [DefaultInfo(files = depset([out]))]

described = rule(
    implementation = _impl,
    attrs = {"model": attr.label(providers = [NnefModelInfo])},
)
EOF

bazel build --nosandbox_debug --noshow_progress --ui_event_filters=-info,-debug --curses=no ${OUTSIDE_BAZEL_FLAGS:-} \
  //:net //:each //:described
expect() { grep -qF -- "$1" "$2" || { echo "no '$1' in $2:" >&2; cat "$2" >&2; exit 1; }; }
expect 'graph network(input) -> (scores)' bazel-bin/net/graph.nnef
expect '"operation_list"' bazel-bin/described
for name in each_models_one each_models_two; do
  tar -xzOf "bazel-bin/$name.nnef.tgz" graph.nnef >"$work/graph"
  expect 'graph network(input) -> (output)' "$work/graph"
done
bazel aquery --noshow_progress --nosandbox_debug '//:net + //:each' >"$work/actions" 2>/dev/null
expect 'Mnemonic: Pt2Nnef' "$work/actions"
if [ "${3:-}" != --from_source ] && grep -q CppCompile "$work/actions"; then
  echo "a prebuilt program was compiled all the same" >&2
  exit 1
fi
echo "outside: converted by another workspace"
