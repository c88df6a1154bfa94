#!/usr/bin/env bash
# What nnef_model builds: bzl_test.sh FOLDER TGZ
set -eu
grep -q 'graph network(input) -> (output)' "$1/graph.nnef"
names=$(tar -tzf "$2")
grep -qx 'graph.nnef' <<<"$names"
grep -q '\.dat$' <<<"$names"
text=$(tar -xzOf "$2" graph.nnef)
grep -qF 'shape = [B, 3, 8, 8]' <<<"$text"
grep -q 'tract_assert B <= 4;' <<<"$text"
grep -q 'graph network(image) -> (scores)' <<<"$text"
