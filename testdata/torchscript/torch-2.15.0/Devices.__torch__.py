class Devices(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]
  def forward(self: __torch__.Devices,
    x: Tensor) -> Tensor:
    y = torch.zeros([2, 3], dtype=7, layout=None, device=torch.device("cpu"))
    _0 = torch.eq(ops.prim.device(x), ops.prim.device(y))
    if _0:
      _1 = ops.prim.is_cuda(x)
    else:
      _1 = False
    if _1:
      y1 = torch.to(y, ops.prim.dtype(x), True)
      y0 = y1
    else:
      y0 = y
    return torch.to(torch.to(y0, 4), x)
