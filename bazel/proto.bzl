"""C++ libraries of .proto files, by the system's protoc (Debian's protobuf-compiler)."""

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
        cmd = "protoc --proto_path=. --cpp_out=$(GENDIR) $(SRCS)",
    )
    native.cc_library(
        name = name,
        srcs = [stem + ".pb.cc"],
        hdrs = [stem + ".pb.h"],
        linkstatic = True,
        deps = ["@system//:protobuf"],
        **kwargs
    )
