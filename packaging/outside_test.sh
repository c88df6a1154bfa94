#!/usr/bin/env bash
# A workspace of its own that names this repository and converts a model, with a program that was
# built before: outside_test.sh PT2NNEF MODEL.pt [--from_source]
#
# With --from_source the program is built by that workspace instead, which takes as long as building
# it here; PT2NNEF is not used then.
pt2nnef=$(realpath "$1") model=$(realpath "$2")
source "$(dirname "$0")/outside.sh"
workspace "$pt2nnef" "${3:-}"
cp "$model" models/one.pt
cp "$model" models/two.pt
cat >>BUILD.bazel <<'EOF'

load("@pt2nnef//tools:pt2nnef.bzl", "nnef_model")
load(":described.bzl", "described")

nnef_model(name = "net", model = "models/one.pt", format = "folder", output_names = ["scores"])

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

build //:net //:each //:described
expect 'graph network(input) -> (scores)' bazel-bin/net/graph.nnef
expect '"operation_list"' bazel-bin/described
for name in each_models_one each_models_two; do
  tar -xzOf "bazel-bin/$name.nnef.tgz" graph.nnef >"$work/graph"
  expect 'graph network(input) -> (output)' "$work/graph"
done
links=$(find "$(bazel info output_base)/external/rules_cc" -type l)
if [ -n "$links" ]; then
  echo "what was fetched points into a checkout, which may be moved: $links" >&2
  exit 1
fi
bazel aquery --noshow_progress --nosandbox_debug '//:net + //:each' >"$work/actions" 2>/dev/null
expect 'Mnemonic: Pt2Nnef' "$work/actions"
if [ "${3:-}" != --from_source ] && grep -q CppCompile "$work/actions"; then
  echo "a prebuilt program was compiled all the same" >&2
  exit 1
fi
echo "outside: converted by another workspace"
