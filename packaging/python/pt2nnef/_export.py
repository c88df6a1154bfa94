"""From a module of one's own PyTorch to an NNEF model."""

import inspect
import io
import os
from typing import Any, Dict, List, Sequence, Union

from ._convert import DynamicAxes, Report, convert


def export(
    model: Any,
    args: Any,
    path: Union[str, "os.PathLike[str]"],
    input_names: Union[Sequence[str], None] = None,
    output_names: Union[Sequence[str], None] = None,
    dynamic_axes: Union[DynamicAxes, None] = None,
    how: str = "trace",
    **options: Any,
) -> Report:
    """Traces a module with the PyTorch that is installed, and converts it.

    Args:
      model: a torch.nn.Module, a torch.jit.ScriptModule (converted as it is) or a
        torch.export.ExportedProgram.
      args: its example arguments: a tensor, or a tuple of what forward takes.
      path: a folder, NAME.nnef.tar or NAME.nnef.tgz.
      input_names: names of the inputs in the NNEF graph, in order.
      output_names: names of the outputs; one called "_" is left out.
      dynamic_axes: sizes that stay open, {"image": {0: "B"}}, by the names in input_names, or
        forward's own where there are none.
      how: "trace" (torch.jit.trace), "script" (torch.jit.script; takes the types of args) or
        "export" (torch.export.export; sizes in dynamic_axes have to be open in the module too).
      **options: as for convert.

    Returns:
      The report.

    Raises:
      ConversionError, ValueError: as convert.
      Whatever PyTorch raises when it cannot trace the module.
    """
    args = args if isinstance(args, tuple) else (args,)
    axes = _own_axes(model, args, input_names, dynamic_axes)
    archive = _archive_of(model, args, how, axes)
    if how == "script" and "inputs" not in options:
        options["inputs"] = ";".join(_type_of(a) for a in args if hasattr(a, "shape"))
    return convert(archive, path, input_names=input_names, output_names=output_names,
                   dynamic_axes=axes, **options)


def _own_names(model: Any) -> List[str]:
    """The arguments of forward, as the module calls them."""
    schema = getattr(getattr(model, "forward", None), "schema", None)
    if schema is not None:
        return [argument.name for argument in schema.arguments[1:]]
    return list(inspect.signature(model.forward).parameters) if hasattr(model, "forward") else []


def _own_axes(model: Any, args: Any, input_names: Any, dynamic_axes: Any) -> Any:
    """dynamic_axes by the module's own names, which are those of the archive."""
    if not isinstance(dynamic_axes, dict) or not input_names:
        return dynamic_axes
    if not all(hasattr(a, "shape") for a in args):
        return dynamic_axes
    own = dict(zip(input_names, _own_names(model)))
    return {own.get(name, name): axes for name, axes in dynamic_axes.items()}


def _archive_of(model: Any, args: Any, how: str, axes: Any) -> bytes:
    import torch  # type: ignore[import-not-found,unused-ignore]

    if how not in ("trace", "script", "export"):
        raise ValueError(f"how is trace, script or export, not {how!r}")
    buffer = io.BytesIO()
    if isinstance(model, torch.jit.ScriptModule):
        torch.jit.save(model, buffer)
    elif not isinstance(model, torch.nn.Module):
        torch.export.save(model, buffer)
    elif how == "trace":
        with torch.no_grad():
            torch.jit.save(torch.jit.trace(model, args, check_trace=False), buffer)
    elif how == "script":
        torch.jit.save(torch.jit.script(model), buffer)
    else:
        shapes = _dynamic_shapes(torch, model, args, axes)
        torch.export.save(torch.export.export(model, args, dynamic_shapes=shapes), buffer)
    return buffer.getvalue()


def _type_of(tensor: Any) -> str:
    names = {"float32": "f32", "float64": "f64", "float16": "f16", "bfloat16": "bf16", "bool": "bool",
             "uint8": "u8"}
    dtype = str(tensor.dtype).replace("torch.", "")
    sizes = ",".join(str(size) for size in tensor.shape)
    return f"{names.get(dtype, dtype.replace('int', 'i'))}[{sizes}]"


def _dynamic_shapes(torch: Any, model: Any, args: Any, axes: Any) -> Any:
    """Open axes as torch.export takes them: a dict for each argument, in order."""
    if not isinstance(axes, dict):
        return None
    sizes: Dict[str, Any] = {}
    shapes = []
    for name, _ in zip(_own_names(model), args):
        of = axes.get(name, {})
        pairs = of.items() if hasattr(of, "items") else [(a, f"{name}_{a}") for a in of]
        shapes.append({axis: sizes.setdefault(s, torch.export.Dim(s)) for axis, s in pairs})
    return tuple(shapes)
