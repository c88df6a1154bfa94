"""What MODULE.bazel asks for, as tools/repositories.bzl is what a WORKSPACE asks for."""

load(":system.bzl", "system_libraries")

def _system_impl(_module_ctx):
    system_libraries(name = "pt2nnef_system")

system = module_extension(
    implementation = _system_impl,
    doc = "The libraries that a package manager installed, as the repository pt2nnef_system.",
)
