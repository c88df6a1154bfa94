#!/usr/bin/env bash
# A workspace of its own that builds the command with an operator and a module of its own
# (pt2nnef_binary), and converts a model with it: outside_binary.sh. By hand: it builds all from
# source. OUTSIDE_BAZEL_FLAGS are further flags of the build: --copt=-O0, or --nobuild to see
# whether it loads.
source "$(dirname "$0")/outside.sh"
custom=$repository/examples/custom
workspace /dev/null --from_source
cp "$custom/ssm.cc" .
cp "$custom/models/ssm_traced.pt" "$custom/models/fused_norm_exported.pt2" models
cp "$custom"/fused_norm.{nnef,textproto} .
cat >WORKSPACE <<EOF
local_repository(name = "pt2nnef", path = "$repository")
load("@pt2nnef//tools:repositories.bzl", "pt2nnef_repositories")
register_toolchains("//:own")
pt2nnef_repositories()
EOF
cat >BUILD.bazel <<'EOF'
load("@pt2nnef//tools:pt2nnef.bzl", "nnef_model", "pt2nnef_binary", "pt2nnef_toolchain")

pt2nnef_binary(name = "my_pt2nnef", extensions = ["ssm.cc"])

pt2nnef_toolchain(name = "own", tool = ":my_pt2nnef")

nnef_model(name = "ssm", model = "models/ssm_traced.pt", format = "folder")

nnef_model(
    name = "norm",
    extend = ["fused_norm.textproto", "fused_norm.nnef"],
    format = "folder",
    model = "models/fused_norm_exported.pt2",
)
EOF
build //:ssm //:norm
[[ ${OUTSIDE_BAZEL_FLAGS:-} != *--nobuild* ]] || { echo "outside: it loads" && exit 0; }
expect 'tract_core_scan(' bazel-bin/ssm/graph.nnef
expect 'fragment fused_norm(' bazel-bin/norm/graph.nnef
echo "outside: a command with extensions was built and used by another workspace"
