"""Converts models as part of a build."""

load(":toolchain.bzl", _pt2nnef_toolchain = "pt2nnef_toolchain")

pt2nnef_toolchain = _pt2nnef_toolchain

_TOOLCHAIN = str(Label("//tools:toolchain_type"))

NnefModelInfo = provider(
    doc = "A model as nnef_model made it.",
    fields = {
        "model": "the archive or the folder (File)",
        "report": "what was converted: a ConversionReport as JSON (File)",
    },
)

def _nnef_model_impl(ctx):
    pt2nnef = ctx.toolchains[_TOOLCHAIN]
    if ctx.attr.format == "folder":
        out = ctx.actions.declare_directory(ctx.label.name)
    else:
        out = ctx.actions.declare_file("%s.nnef.%s" % (ctx.label.name, ctx.attr.format))
    report = ctx.actions.declare_file(ctx.label.name + ".report.json")
    args = ctx.actions.args()
    args.add("convert")
    args.add("--log_level=warning")
    for flag in ["inputs", "args", "method", "target"]:
        value = getattr(ctx.attr, flag)
        if value:
            args.add("--%s=%s" % (flag, value))
    for flag in ["input_names", "output_names", "dynamic_axes"]:
        values = getattr(ctx.attr, flag)
        if values:
            args.add("--%s=%s" % (flag, ",".join(values)))
    for assertion in ctx.attr.assertions:
        args.add("--assert=" + assertion)
    for file in ctx.files.extend:
        if file.extension != "nnef":
            args.add("--extend", file)
    if ctx.file.spec:
        args.add("--spec", ctx.file.spec)
    args.add(report, format = "--report=%s")
    args.add(ctx.file.model)
    args.add(out.path)
    ctx.actions.run(
        outputs = [out, report],
        inputs = ctx.files.model + ctx.files.spec + ctx.files.extend,
        executable = pt2nnef.executable,
        tools = pt2nnef.files,
        arguments = [args],
        mnemonic = "Pt2Nnef",
        progress_message = "Converting %s to NNEF" % ctx.file.model.short_path,
    )
    return [
        DefaultInfo(files = depset([out]), runfiles = ctx.runfiles([out])),
        NnefModelInfo(model = out, report = report),
        OutputGroupInfo(report = depset([report])),
    ]

nnef_model = rule(
    implementation = _nnef_model_impl,
    doc = "The NNEF model of an archive of torch.export or TorchScript: NAME.nnef.tgz, NAME.nnef.tar " +
          "or the folder NAME.",
    attrs = {
        "model": attr.label(
            allow_single_file = [".pt2", ".pt", ".pth", ".ptl", ".ts", ".zip"],
            mandatory = True,
            doc = "the archive, as torch.export.save or torch.jit.save wrote it",
        ),
        "format": attr.string(default = "tgz", values = ["tgz", "tar", "folder"]),
        "inputs": attr.string(doc = "types and sizes of the tensor arguments"),
        "args": attr.string(doc = "values of arguments that are no tensors"),
        "method": attr.string(doc = "forward, if not given"),
        "target": attr.string(doc = "what the model must run on"),
        "input_names": attr.string_list(),
        "output_names": attr.string_list(),
        "dynamic_axes": attr.string_list(doc = "sizes that stay open, such as x:0=B"),
        "assertions": attr.string_list(doc = "facts about open sizes, such as B<=8"),
        "extend": attr.label_list(
            allow_files = [".textproto", ".txtpb", ".nnef"],
            doc = "operators and modules of one's own (proto/extension.proto), and the files of " +
                  "fragments that these name",
        ),
        "spec": attr.label(
            allow_single_file = [".json", ".textproto", ".txtpb"],
            doc = "a ConversionSpec (proto/conversion.proto); attributes take the place of its fields",
        ),
    },
    incompatible_use_toolchain_transition = True,
    provides = [NnefModelInfo],
    toolchains = [_TOOLCHAIN],
)

def nnef_models(name, models, **kwargs):
    """A target nnef_model for each archive, and NAME for all of them.

    Args:
      name: of all of them.
      models: archives, as glob gives them; the target of dir/net.pt is NAME_dir_net.
      **kwargs: of every nnef_model.
    """
    targets = []
    for model in models:
        stem = model[:model.rindex(".")].lstrip(":/")
        targets.append(name + "_" + stem.replace("/", "_").replace(":", "_"))
        nnef_model(name = targets[-1], model = model, **kwargs)
    native.filegroup(
        name = name,
        srcs = targets,
        visibility = kwargs.get("visibility"),
    )

def pt2nnef_binary(name, extensions = [], **kwargs):
    """The command, with operators and modules of one's own in it.

    Args:
      name: of the program; `pt2nnef_toolchain(tool = ...)` makes nnef_model use it.
      extensions: .cc files with T2N_REGISTER_OPERATOR (t2n/aten/register.h) and T2N_REGISTER_MODULE
        (t2n/values/register_module.h), and libraries of such (with alwayslink = True, or the linker
        leaves them out).
      **kwargs: of cc_binary.
    """
    sources = [e for e in extensions if e.endswith(".cc")]
    native.cc_binary(
        name = name,
        srcs = sources,
        copts = kwargs.pop("copts", []) + ["-std=c++17", "-isystem/usr/include/eigen3"],
        deps = kwargs.pop("deps", []) + [e for e in extensions if e not in sources] + [
            str(Label("//tools:extension")),
            str(Label("//tools:main")),
        ],
        **kwargs
    )
