#!/usr/bin/env python3
"""Makes a Python wheel of the command, the C library and the package that calls it.

    bazel run //packaging:wheel -- DIR

The wheel depends on nothing: the system's libraries that it needs are inside, but for those that
every Linux has (as in manylinux's policies). Its tag is that of the C library it was built against.
"""

import base64
import hashlib
import os
import pathlib
import platform
import re
import sys
import zipfile

from libraries import glibc_of, run, with_dependencies

# Of PEP 600's policies: what is never put inside.
SYSTEM = re.compile(r"(ld-linux.*|lib(c|m|dl|rt|pthread|util|stdc\+\+|gcc_s|z))\.so")

METADATA = """Metadata-Version: 2.1
Name: pt2nnef
Version: {version}
Summary: Converts PyTorch archives to NNEF models that tract runs
License: Apache-2.0 OR MIT
Requires-Python: >=3.8
"""


class Wheel:
    def __init__(self, path):
        self.zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED)
        self.records = []

    def add(self, name, data, mode=0o644):
        data = data.encode() if isinstance(data, str) else data
        info = zipfile.ZipInfo(name)  # of 1980: the wheel is a function of what it holds
        info.external_attr = (0o100000 | mode) << 16
        info.compress_type = zipfile.ZIP_DEFLATED
        self.zip.writestr(info, data)
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        self.records.append(f"{name},sha256={digest},{len(data)}")

    def close(self, folder):
        record = f"{folder}/RECORD"
        self.records.append(f"{record},,")
        self.zip.writestr(zipfile.ZipInfo(record), "\n".join(self.records) + "\n")
        self.zip.close()


def main():
    *files, folder = sys.argv[1:]
    files = {pathlib.Path(f).name: f for f in files}
    program, library = files.pop("pt2nnef"), files.pop("libpt2nnef.so.1")
    licences = {name: files.pop(name) for name in list(files) if name.startswith("LICENSE-")}
    folder = pathlib.Path(os.environ.get("BUILD_WORKING_DIRECTORY", "."), folder)
    version = run(program, "--version").split()[1]
    libraries = with_dependencies([program, library], SYSTEM)
    glibc = glibc_of([program, library, *libraries.values()])
    tag = f"py3-none-manylinux_{glibc[0]}_{glibc[1]}_{platform.machine()}"

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"pt2nnef-{version}-{tag}.whl"
    wheel = Wheel(path)
    for name, file in sorted(files.items()):
        wheel.add(f"pt2nnef/{name}", pathlib.Path(file).read_bytes())
    wheel.add("pt2nnef/_libraries.py", f"# In the order in which they are loaded.\nNAMES = {list(libraries)!r}\n")
    wheel.add("pt2nnef/bin/pt2nnef", pathlib.Path(program).read_bytes(), 0o755)
    for name, where in {**libraries, "libpt2nnef.so.1": library}.items():
        wheel.add(f"pt2nnef/lib/{name}", pathlib.Path(where).read_bytes(), 0o755)
    info = f"pt2nnef-{version}.dist-info"
    for name, file in licences.items():
        wheel.add(f"{info}/{name}", pathlib.Path(file).read_bytes())
    wheel.add(f"{info}/METADATA", METADATA.format(version=version))
    wheel.add(f"{info}/WHEEL", f"Wheel-Version: 1.0\nGenerator: pt2nnef\nRoot-Is-Purelib: false\nTag: {tag}\n")
    wheel.add(f"{info}/entry_points.txt", "[console_scripts]\npt2nnef = pt2nnef._command:main\n")
    wheel.close(info)
    print(path)


if __name__ == "__main__":
    main()
