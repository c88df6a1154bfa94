"""The command `pt2nnef`."""

import os
import pathlib
import sys

_FOLDER = pathlib.Path(__file__).parent


def main() -> None:
    """Becomes the program, which finds the libraries that came with it."""
    before = os.environ.get("LD_LIBRARY_PATH")
    path = str(_FOLDER / "lib") + (os.pathsep + before if before else "")
    program = str(_FOLDER / "bin" / "pt2nnef")
    os.execve(program, [program, *sys.argv[1:]], {**os.environ, "LD_LIBRARY_PATH": path})
