"""The project's C++ targets: warnings are errors."""

load("@pt2nnef_system//:libs.bzl", "EIGEN")

_INSIDE = ["-Wall", "-Wextra", "-Werror", "-Wno-sign-compare"]

# Another workspace has not our .bazelrc, its compiler warns of what ours does not, and its sandbox
# has no headers of @pt2nnef_system but those on the compiler's own path.
_OUTSIDE = ["-std=c++17", "-w", "-isystem" + EIGEN]

# What a library trusts about its own calls is asked, not assumed: an index behind the end of a vector
# ends the process instead of reading on. Sanitizers see more than these do and without them.
_HARDENED = [
    "-D_GLIBCXX_ASSERTIONS",
    "-U_FORTIFY_SOURCE",
    "-D_FORTIFY_SOURCE=2",
    "-fstack-protector-strong",
]

def project_copts():
    """Flags for all C++ of this repository, wherever it is built."""
    own = _INSIDE if native.repository_name() == "@" else _OUTSIDE
    return own + select({
        str(Label("//bazel:optimized_with_sanitizer")): [],
        str(Label("//bazel:optimized")): _HARDENED,
        "//conditions:default": [],
    })

# The system's static libraries cannot be spread over many shared objects: everything links statically.
def t2n_library(name, copts = [], **kwargs):
    native.cc_library(name = name, copts = project_copts() + copts, linkstatic = True, **kwargs)

def t2n_binary(name, copts = [], **kwargs):
    native.cc_binary(name = name, copts = project_copts() + copts, **kwargs)

def t2n_test(name, copts = [], deps = [], size = "small", **kwargs):
    native.cc_test(
        name = name,
        size = size,
        copts = project_copts() + copts,
        linkstatic = True,
        deps = deps + ["@pt2nnef_system//:gtest_main"],
        **kwargs
    )
