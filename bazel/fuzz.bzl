"""Fuzz targets: functions LLVMFuzzerTestOneInput, run by libFuzzer or by a driver of our own."""

load("//bazel:cc.bzl", "t2n_binary", "t2n_library")

def t2n_fuzz(name, srcs, deps, runs, seeds = [], size = "small"):
    """The program NAME, and NAME_test, which runs it on its seeds and on changes of them.

    `bazel run --config=fuzz //PACKAGE:NAME -- FOLDER` fuzzes with libFuzzer (Debian package clang),
    as long as it is left to; FOLDER collects the inputs that reached something new. What is worth to
    be kept of them lies in testdata/fuzz/NAME, and is run in each test.

    Args:
      name: of the program, NAME_fuzz by custom.
      srcs: with the function.
      deps: of srcs.
      runs: changed inputs that the test tries; always the same ones.
      seeds: files to begin with.
      size: of the test.
    """
    seeds = seeds + ["//testdata/fuzz:" + name]
    t2n_library(name = name + "_lib", testonly = True, srcs = srcs, deps = deps, alwayslink = True)
    t2n_binary(
        name = name,
        deps = [":" + name + "_lib"] + select({
            "//tools/fuzz:libfuzzer": [],
            "//conditions:default": ["//tools/fuzz:driver"],
        }),
        testonly = True,
    )
    native.sh_test(
        name = name + "_test",
        size = size,
        srcs = ["//tools/fuzz:run.sh"],
        args = ["$(location :%s)" % name, "--runs=%d" % runs] + ["$(locations %s)" % s for s in seeds],
        data = [":" + name] + seeds,
    )
