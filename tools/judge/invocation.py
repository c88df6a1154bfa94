"""What the tools that `bazel run` starts need to know of where they are."""

import os
import sys


def built_tool():
    """//tools:pt2nnef, which lies beside the script's folder in Bazel's runfiles."""
    script = os.path.abspath(sys.argv[0])  # __file__ may be resolved to the source tree
    return os.path.join(os.path.dirname(os.path.dirname(script)), "pt2nnef")


def enter_callers_folder():
    """Makes relative paths the caller's, who is not where `bazel run` starts us."""
    os.chdir(os.environ.get("BUILD_WORKING_DIRECTORY", "."))
