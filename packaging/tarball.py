#!/usr/bin/env python3
"""A tar of the command that runs on a machine with nothing but a C library:

    tarball.py OUT.tar.gz PT2NNEF LICENSE...

bin/pt2nnef finds lib/ beside its folder (it is linked so); lib/ holds what the program needs but glibc.
"""

import gzip
import io
import pathlib
import sys
import tarfile

from libraries import glibc_of, run, with_dependencies

README = """pt2nnef {version}: PyTorch archives to NNEF models.

    bin/pt2nnef MODEL.pt2 MODEL.nnef.tgz

Needs glibc {glibc} or newer and nothing else. lib/ holds, as Debian built them:
{libraries}
"""


def main():
    out, program, *licences = sys.argv[1:]
    libraries = with_dependencies([program])
    glibc = ".".join(map(str, glibc_of([program, *libraries.values()])))
    version = run(program, "--version").split()[1]
    root = f"pt2nnef-{version}"
    names = "\n".join(f"  {name}" for name in sorted(libraries))
    readme = README.format(version=version, glibc=glibc, libraries=names)
    entries = {"README": (readme.encode(), 0o644)}
    for path in licences:
        entries[pathlib.Path(path).name] = (pathlib.Path(path).read_bytes(), 0o644)
    entries["bin/pt2nnef"] = (pathlib.Path(program).read_bytes(), 0o755)
    for name, path in libraries.items():
        entries[f"lib/{name}"] = (pathlib.Path(path).read_bytes(), 0o644)
    # A function of what it holds: no times, no owners.
    with open(out, "wb") as file, gzip.GzipFile("", "wb", 9, file, 0) as packed:
        with tarfile.open(fileobj=packed, mode="w") as tar:
            for name, (data, mode) in sorted(entries.items()):
                info = tarfile.TarInfo(f"{root}/{name}")
                info.size, info.mode = len(data), mode
                tar.addfile(info, io.BytesIO(data))


if __name__ == "__main__":
    main()
