"""Converts PyTorch archives to NNEF models that tract runs. PyTorch is not needed to convert.

    import pt2nnef
    report = pt2nnef.convert("resnet18.pt", "resnet18.nnef.tgz")

Those who have PyTorch and a module write `pt2nnef.export(module, args, "model.nnef.tgz")`.
"""

from ._convert import ConversionError, Report, convert, convert_to_bytes, version
from ._export import export

__version__ = version()
__all__ = ["ConversionError", "Report", "convert", "convert_to_bytes", "export", "version"]
