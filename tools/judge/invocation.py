"""What the tools that `bazel run` starts need to know of where they are."""

import os


def built_tool():
    """//tools:pt2nnef, which lies beside this script's folder in Bazel's runfiles."""
    return os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "pt2nnef")


def enter_callers_folder():
    """Makes relative paths the caller's, who is not where `bazel run` starts us."""
    os.chdir(os.environ.get("BUILD_WORKING_DIRECTORY", "."))
