"""A family of operators: all sources of its folder, apart from its tests."""

load("//bazel:cc.bzl", "t2n_library")

def aten_family(name, deps = []):
    """A library of the folder.

    Args:
      name: the folder's.
      deps: what it needs beside what every operator does.
    """
    t2n_library(
        name = name,
        srcs = native.glob(["*.cc"]),
        hdrs = native.glob(["*.h"]),
        deps = deps + [
            "//t2n/aten/core:op_call",
            "//t2n/aten/core:op_entry",
            "@pt2nnef_system//:absl",
        ],
    )
