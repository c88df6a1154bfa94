"""What a workspace that uses pt2nnef has to have."""

load("//bazel:system.bzl", "system_libraries")

def _folder_impl(ctx):
    for file, path in ctx.attr.files.items():
        ctx.template(path, file)

# Copies, not links: what is fetched lies in an output base, which may outlive this checkout's place.
_folder = repository_rule(
    implementation = _folder_impl,
    doc = "Files of this repository as a repository of its own.",
    attrs = {"files": attr.label_keyed_string_dict(
        mandatory = True,
        doc = "Each file's path in the repository.",
    )},
)

# Debian's Bazel (bazel-bootstrap) brings none of the repositories that it needs itself: these are
# its packages bazel-rules-java, bazel-rules-proto, bazel-platforms and bazel-skylib.
_INSTALLED = {
    "bazel_skylib": "/usr/share/bazel/tools/skylib",
    "platforms": "/usr/share/bazel/tools/platforms",
    "rules_java": "/usr/share/bazel/rules/java",
    "rules_proto": "/usr/share/bazel/rules/proto",
}

# Shims: Debian's rules_cc is for newer Bazels, and it has no coverage tools.
_OF_OURS = {
    "remote_coverage_tools": {
        Label("//bazel/coverage:BUILD"): "BUILD",
        Label("//bazel/coverage:WORKSPACE"): "WORKSPACE",
    },
    "rules_cc": {
        Label("//bazel/rules_cc:BUILD"): "BUILD",
        Label("//bazel/rules_cc:WORKSPACE"): "WORKSPACE",
        Label("//bazel/rules_cc/cc:BUILD"): "cc/BUILD",
        Label("//bazel/rules_cc/cc:defs.bzl"): "cc/defs.bzl",
    },
}

def pt2nnef_repositories(debian_bazel = True):
    """Declares the repositories of pt2nnef and registers its tool, built from source.

    A workspace that declares or registers something else first keeps that. All comes from installed
    packages (setup.sh lists them); nothing is downloaded.

    Args:
      debian_bazel: declare what Debian's Bazel needs itself too; other Bazels bring it.
    """
    if not native.existing_rule("pt2nnef_system"):
        system_libraries(name = "pt2nnef_system")
    native.register_toolchains(str(Label("//tools:from_source")))
    if not debian_bazel:
        return
    for name, path in _INSTALLED.items():
        if not native.existing_rule(name):
            native.local_repository(name = name, path = path)
    for name, files in _OF_OURS.items():
        if not native.existing_rule(name):
            _folder(name = name, files = files)
