"""The project's C++ targets: warnings are errors."""

_COPTS = ["-Wall", "-Wextra", "-Werror", "-Wno-sign-compare"]

# The system's static libraries cannot be spread over many shared objects: everything links statically.
def t2n_library(name, copts = [], **kwargs):
    native.cc_library(name = name, copts = _COPTS + copts, linkstatic = True, **kwargs)

def t2n_binary(name, copts = [], **kwargs):
    native.cc_binary(name = name, copts = _COPTS + copts, **kwargs)

def t2n_test(name, copts = [], deps = [], size = "small", **kwargs):
    native.cc_test(
        name = name,
        size = size,
        copts = _COPTS + copts,
        linkstatic = True,
        deps = deps + ["@system//:gtest_main"],
        **kwargs
    )
