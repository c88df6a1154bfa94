"""The system's libraries: where they lie, and which of them have a static form."""

# Where package managers put things: Linux and Homebrew.
_PREFIXES = ["/usr", "/usr/local", "/opt/homebrew", "/home/linuxbrew/.linuxbrew"]

_LIBRARIES = [
    "archive",
    "deflate",
    "gmock",
    "gmock_main",
    "gtest",
    "md",
    "protobuf",
    "re2",
    "seccomp",
    "simdjson",
    "tcmalloc_minimal",
    "utf8_range",
    "utf8_validity",
    "z",
    "zip",
]

# Not everywhere: an allocator that is only faster, Linux' sandbox, and what newer protobufs are
# linked with.
_OPTIONAL = ["seccomp", "tcmalloc_minimal", "utf8_range", "utf8_validity"]

def _names(folder):
    return [file.basename for file in folder.readdir()] if folder.exists else []

def _library_folder(ctx):
    """The prefix and the folder of its libraries, by where Abseil is; what files are there."""
    given = ctx.os.environ.get("PT2NNEF_PREFIX")
    for prefix in [given] if given else _PREFIXES:
        multiarch = [name for name in _names(ctx.path(prefix + "/lib")) if name.endswith("-linux-gnu")]
        for name in ["lib/" + name for name in multiarch] + ["lib64", "lib"]:
            files = _names(ctx.path(prefix + "/" + name))
            if [file for file in files if file.startswith("libabsl_base.")]:
                return prefix, prefix + "/" + name, files

    # A prebuilt program needs none of them; who compiles is told by the compiler what is missing.
    return given or "/usr", "/usr/lib", []

def _abseil(files):
    names = {}
    for file in files:
        stem = file.split(".")[0]
        if not stem.startswith("libabsl_") or file.split(".")[1] not in ["a", "so", "dylib"]:
            continue
        if "flags" not in stem and "test" not in stem and "mock" not in stem:
            names[stem[len("lib"):]] = True
    return sorted(names)

def _flags(linux, files, name):
    if name in _OPTIONAL and not [file for file in files if file.startswith("lib%s." % name)]:
        return []
    static = linux and "lib%s.a" % name in files
    return ["-l:lib%s.a" % name] if static else ["-l" + name]

def _system_impl(ctx):
    linux = "linux" in ctx.os.name
    prefix, folder, files = _library_folder(ctx)

    abseil = _abseil(files)
    links = {name: _flags(linux, files, name) for name in _LIBRARIES}
    links["absl"] = []
    for name in abseil:
        links["absl"] += _flags(linux, files, name)
    if linux:
        # Archives that need each other.
        links["absl"] = ["-Wl,--start-group"] + links["absl"] + ["-Wl,--end-group", "-lpthread"]
        if not ctx.which("ld.gold"):
            # Others ask for all that unused formats need before they leave them out.
            links["archive"] = ["-larchive"]
        elif "-l:libarchive.a" in links["archive"]:
            # Formats not used, and what they need, are left out.
            links["archive"] = ["-Wl,--gc-sections"] + links["archive"]
    if not folder.startswith("/usr/lib"):
        links["absl"] = ["-L" + folder] + links["absl"]
    ctx.file("libs.bzl", '"""What was found."""\n' + "".join([
        "%s = %s\n" % (name, repr(value))
        for name, value in {
            "ABSL_SHARED": ["-l" + name for name in abseil],
            "EIGEN": prefix + "/include/eigen3",
            "LINKS": links,
        }.items()
    ]))
    ctx.symlink(prefix + "/include/eigen3", "include/eigen3")
    ctx.template("BUILD.bazel", ctx.attr.build_file)

system_libraries = repository_rule(
    implementation = _system_impl,
    doc = "Libraries that a package manager installed: static where they are, so that the program can " +
          "be copied to a bare machine, else shared. PT2NNEF_PREFIX names another place than the usual.",
    attrs = {"build_file": attr.label(default = Label("//bazel:system.BUILD"))},
    configure = True,
    environ = ["PT2NNEF_PREFIX"],
    local = True,
)
