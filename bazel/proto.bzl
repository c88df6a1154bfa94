"""C++ libraries of .proto files, by the system's protoc (Debian's protobuf-compiler)."""

# Where this repository lies: empty in its own workspace, external/NAME in another.
_ROOT = Label("//bazel:proto.bzl").workspace_root

def t2n_proto_library(name, src, **kwargs):
    """The messages of `src` (a .proto without imports) as the header SRC.pb.h and its library.

    Args:
      name: of the library.
      src: the .proto file, in this package.
      **kwargs: for the library, e.g. visibility.
    """
    stem = src[:-len(".proto")]
    native.genrule(
        name = name + "_protoc",
        srcs = [src],
        outs = [stem + ".pb.cc", stem + ".pb.h"],
        cmd = "protoc --proto_path=%s --cpp_out=$(GENDIR)%s $(SRCS)" %
              (_ROOT or ".", "/" + _ROOT if _ROOT else ""),
    )
    native.cc_library(
        name = name,
        srcs = [stem + ".pb.cc"],
        hdrs = [stem + ".pb.h"],
        copts = ["-std=c++17"] if _ROOT else [],
        linkstatic = True,
        deps = ["@pt2nnef_system//:protobuf"],
        **kwargs
    )
