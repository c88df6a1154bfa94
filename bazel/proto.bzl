"""C++ libraries of .proto files, by the system's protoc (Debian's protobuf-compiler)."""

# Where this repository lies: empty in its own workspace, external/NAME in another.
_ROOT = Label("//bazel:proto.bzl").workspace_root

def t2n_proto_library(name, src, imports = [], deps = [], **kwargs):
    """The messages of `src` as the header SRC.pb.h and its library.

    Args:
      name: of the library.
      src: the .proto file, in this package.
      imports: .proto files of this repository that it imports.
      deps: the libraries of these.
      **kwargs: for the library, e.g. visibility.
    """
    stem = src[:-len(".proto")]
    native.genrule(
        name = name + "_protoc",
        srcs = [src] + imports,
        outs = [stem + ".pb.cc", stem + ".pb.h"],
        cmd = "protoc --proto_path=%s --cpp_out=$(GENDIR)%s $(location %s)" %
              (_ROOT or ".", "/" + _ROOT if _ROOT else "", src),
    )
    native.cc_library(
        name = name,
        srcs = [stem + ".pb.cc"],
        hdrs = [stem + ".pb.h"],
        copts = ["-std=c++17"] if _ROOT else [],
        linkstatic = True,
        deps = deps + ["@pt2nnef_system//:protobuf"],
        **kwargs
    )
