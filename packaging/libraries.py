"""The shared libraries that a program needs, to be put beside it."""

import re
import subprocess

# What every Linux with a C library new enough has.
GLIBC = re.compile(r"(ld-linux.*|lib(c|m|dl|rt|pthread|util))\.so")


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def needed(path, system):
    """The libraries of `path` by name, and where this machine has them, but for those of `system`."""
    names = re.findall(r"NEEDED.*\[(.*)\]", run("readelf", "-d", path))
    found = dict(re.findall(r"(\S+) => (\S+) \(", run("ldd", path)))
    return {name: found[name] for name in names if not system.match(name)}


def with_dependencies(paths, system=GLIBC):
    """What `paths` need and what that needs, each behind its own dependencies: {name: path}."""
    order = {}

    def visit(path):
        for name, where in needed(path, system).items():
            if name not in order:
                visit(where)
                order[name] = where

    for path in paths:
        visit(path)
    return order


def glibc_of(paths):
    """The oldest C library that has all symbols that `paths` use, such as (2, 36)."""
    versions = {(2, 17)}
    for path in paths:
        for major, minor in re.findall(r"GLIBC_(\d+)\.(\d+)", run("readelf", "--version-info", path)):
            versions.add((int(major), int(minor)))
    return max(versions)
