class Control(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]
  def forward(self: __torch__.Control,
    x: Tensor,
    n: int,
    flag: bool=True,
    scale: Optional[float]=None) -> Tuple[Tensor, int]:
    k = 0
    y = x
    for i in range(n):
      if flag:
        _1 = torch.eq(torch.remainder(i, 2), 0)
        _0 = _1
      else:
        _0 = False
      if _0:
        y0 = torch.add(y, torch.mul(x, i))
      else:
        if torch.gt(i, 5):
          y1 = torch.sub(y, 1)
        else:
          y1 = torch.mul(y, 2)
        y0 = y1
      k, y = torch.add(k, 1), y0
    if torch.gt(k, 0):
      _2 = bool(torch.gt(torch.sum(y), 0))
    else:
      _2 = False
    y2 = y
    k0 = k
    _3 = _2
    while _3:
      k1 = torch.floordiv(k0, 2)
      y3 = torch.sub(y2, 0.5)
      if torch.gt(k1, 0):
        _5 = bool(torch.gt(torch.sum(y3), 0))
        _4 = _5
      else:
        _4 = False
      _3, y2, k0 = _4, y3, k1
    if torch.__isnot__(scale, None):
      scale0 = unchecked_cast(float, scale)
      y4 = torch.mul(y2, scale0)
    else:
      y4 = y2
    return (y4, k0)
