"""libpt2nnef.so: the C interface as a shared library."""

load("@pt2nnef_system//:libs.bzl", "ABSL_SHARED")

# Debian's static Abseil, protobuf and re2 are not position independent (their thread-local variables
# are those of a program), so that here the shared ones serve. Named first, they leave nothing for the
# static ones that the libraries below name. bzip2 is of a part of the static libarchive that gold keeps.
_SHARED = ["-Wl,--no-as-needed", "-lprotobuf", "-lre2"] + ABSL_SHARED + [
    "-Wl,--as-needed",
    "-lstdc++",
    "-l:libbz2.so.1.0",
]

def shared_library(name, soname, version_script, deps):
    """A shared library that shows what its version script names and nothing else.

    Args:
      name: of the file.
      soname: what programs that are linked with it ask for.
      version_script: for the linker.
      deps: what it holds, linked whole where they are alwayslink.
    """
    native.cc_binary(
        name = name,
        # gold also shows what a library that is linked asks for by name; this one keeps to the script.
        linkopts = [
            "-fuse-ld=bfd",
            "-Wl,-soname," + soname,
            "-Wl,--version-script=$(location %s)" % version_script,
        ] + _SHARED,
        features = ["-supports_start_end_lib"],
        linkshared = True,
        deps = deps + [version_script],
    )
