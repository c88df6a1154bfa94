"""A pass: NAME.h, NAME.cc and, where there is one, NAME_test.cc."""

load("//bazel:cc.bzl", "t2n_library", "t2n_test")

def t2n_pass(name, parts = [], deps = [], test_deps = []):
    """A pass on the rewriter, and its test.

    Args:
      name: the pass.
      parts: sources beside NAME.cc that are nobody else's.
      deps: what it needs beside the rewriter, the builder and graphs.
      test_deps: what its test needs beside the pass and the builder.
    """
    t2n_library(
        name = name,
        srcs = [name + ".cc"] + parts,
        hdrs = [name + ".h"],
        deps = deps + [
            ":rewriter",
            "//t2n/builder",
            "//t2n/ir:graph",
            "@pt2nnef_system//:absl",
        ],
    )
    tests = native.glob([name + "_test.cc"])
    if tests:
        t2n_test(
            name = name + "_test",
            srcs = tests,
            deps = test_deps + [
                ":" + name,
                "//t2n/builder",
            ],
        )
