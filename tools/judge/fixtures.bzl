"""Tests of archives that torch made, against what it recorded."""

def fixture_tests(folder, pt2nnef, runtimes, data):
    """NAME_test for each of `runtimes` (tract, reference, strict): see fixture_test.py.

    Args:
      folder: of archives, from the root of the repository.
      pt2nnef: the program that converts.
      runtimes: in what the models run, or are judged.
      data: the archives, and what their NAME.flags name.
    """
    for runtime in runtimes:
        native.sh_test(
            name = runtime + "_test",
            size = "medium",
            srcs = ["//tools/judge:python.sh"],
            args = [
                "$(location //tools/judge:fixture_test.py)",
                "--pt2nnef=$(location %s)" % pt2nnef,
                "--" + runtime,
                folder,
            ],
            data = data + [
                pt2nnef,
                "//tools/judge:fixture_test.py",
                "//tools/judge:scripts",
            ],
            tags = ["local"],
        )
