"""Converts models as part of a build."""

def _nnef_model_impl(ctx):
    if ctx.attr.format == "folder":
        out = ctx.actions.declare_directory(ctx.label.name)
    else:
        out = ctx.actions.declare_file("%s.nnef.%s" % (ctx.label.name, ctx.attr.format))
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
    if ctx.file.spec:
        args.add("--spec", ctx.file.spec)
    args.add(ctx.file.model)
    args.add(out.path)
    ctx.actions.run(
        outputs = [out],
        inputs = ctx.files.model + ctx.files.spec,
        executable = ctx.executable._pt2nnef,
        arguments = [args],
        mnemonic = "Pt2Nnef",
        progress_message = "Converting %s to NNEF" % ctx.file.model.short_path,
    )
    return [DefaultInfo(files = depset([out]), runfiles = ctx.runfiles([out]))]

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
        "spec": attr.label(
            allow_single_file = [".json", ".textproto", ".txtpb"],
            doc = "a ConversionSpec (proto/conversion.proto); attributes take the place of its fields",
        ),
        "_pt2nnef": attr.label(
            default = Label("//tools:pt2nnef"),
            executable = True,
            cfg = "host",
        ),
    },
)
