"""The floors of the house: a library is visible to the floors below its own, and to no other.

So an include upwards or sideways does not build. What stands open to everyone are the doors: they
say so one by one in their BUILD files.
"""

# From the top. Packages on one floor do not see each other, but for those below one folder (`...`).
_FLOORS = [
    ("base", ["//t2n/base"]),
    ("proto", ["//proto"]),
    ("parsers", ["//parsers/..."]),
    ("ir", ["//t2n/ir"]),
    ("blocks", ["//t2n/blocks"]),
    ("kernels", ["//t2n/kernels"]),
    ("builder", ["//t2n/builder"]),
    ("aten_core", ["//t2n/aten/core"]),
    ("aten_families", ["//t2n/aten/" + family for family in [
        "linalg",
        "math",
        "nn",
        "quantized",
        "reduce",
        "shape",
        "signal",
    ]]),
    ("aten", ["//t2n/aten"]),
    ("alias", ["//t2n/alias"]),
    ("values", ["//t2n/values"]),
    ("sizes", ["//t2n/sizes"]),
    ("program", ["//t2n/program"]),
    ("reference", ["//t2n/reference"]),
    ("state", ["//t2n/state"]),
    ("readers", [
        "//t2n/exported",
        "//t2n/torchscript",
    ]),
    ("passes", ["//t2n/passes"]),
    ("emit", ["//emit/..."]),
    ("extend", ["//t2n/extend"]),
    ("convert", ["//t2n/convert"]),
    ("doors", ["//t2n"]),
    ("inspect", ["//t2n/inspect"]),
    ("preview", ["//t2n/preview"]),
    ("runtime", ["//t2n/runtime"]),
    ("verify", ["//t2n/verify"]),
    ("tools", [
        "//docs",
        "//packaging/...",
        "//tools/...",
    ]),
]

def floors():
    """Declares a package group `below_NAME` for each floor: who may use what stands on it."""
    for i in range(len(_FLOORS)):
        name, packages = _FLOORS[i]
        native.package_group(
            name = "below_" + name,
            packages = [p for p in packages if p.endswith("/...")] +
                       [p for _, below in _FLOORS[i + 1:] for p in below],
        )
