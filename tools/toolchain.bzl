"""Where nnef_model takes the program pt2nnef from."""

def _tool_impl(ctx):
    tool = ctx.executable.tool
    files = [ctx.attr.tool[DefaultInfo].files_to_run]
    if "/" not in tool.path:
        # A file of the top package: Bazel 4 would look for it in PATH.
        link = ctx.actions.declare_file(ctx.label.name + "_/" + tool.basename)
        ctx.actions.symlink(output = link, target_file = tool, is_executable = True)
        tool = link
        files.append(link)
    return [platform_common.ToolchainInfo(executable = tool, files = files)]

def _tool_rule(cfg):
    return rule(
        implementation = _tool_impl,
        attrs = {
            "tool": attr.label(
                allow_single_file = True,
                cfg = cfg,
                executable = True,
                mandatory = True,
            ),
        },
    )

_exec_tool = _tool_rule("exec")
_target_tool = _tool_rule("target")

def pt2nnef_toolchain(name, tool, same_as_target = False, **kwargs):
    """A pt2nnef for nnef_model; register_toolchains("//PACKAGE:NAME") in WORKSPACE makes it known.

    Args:
      name: what is registered.
      tool: the program: a target, or a file that was built elsewhere.
      same_as_target: the tool is built as targets are, not for the machine that runs actions; where
        both are the same it is then compiled once.
      **kwargs: of the rule `toolchain`, such as exec_compatible_with.
    """
    make = _target_tool if same_as_target else _exec_tool
    make(
        name = name + "_tool",
        tags = ["manual"],
        tool = tool,
        visibility = ["//visibility:public"],
    )
    native.toolchain(
        name = name,
        toolchain = ":" + name + "_tool",
        toolchain_type = str(Label("//tools:toolchain_type")),
        **kwargs
    )
