op_version_set = 1
def forward(self,
    x: Tensor,
    n: int,
    flag: bool=True,
    scale: Optional[float]=None) -> Tuple[Tensor, int]:
  k, y = 0, x
  for i in range(n):
    if flag:
      _0 = torch.eq(torch.remainder(i, 2), 0)
    else:
      _0 = False
    if _0:
      y0 = torch.add(y, torch.mul(x, i), alpha=1)
    else:
      if torch.gt(i, 5):
        y1 = torch.sub(y, 1, 1)
      else:
        y1 = torch.mul(y, 2)
      y0 = y1
    k, y = torch.add(k, 1), y0
  if torch.gt(k, 0):
    _2 = torch.gt(torch.sum(y, dtype=None), 0)
    _1 = bool(_2)
  else:
    _1 = False
  y2, k0 = y, k
  _3 = _1
  while _3:
    k1 = torch.floordiv(k0, 2)
    y3 = torch.sub(y2, 0.5, 1)
    if torch.gt(k1, 0):
      _5 = torch.gt(torch.sum(y3, dtype=None), 0)
      _4 = bool(_5)
    else:
      _4 = False
    _3, y2, k0 = _4, y3, k1
  if torch.__isnot__(scale, None):
    scale0 = ops.prim.unchecked_unwrap_optional(scale)
    y4 = torch.mul(y2, scale0)
  else:
    y4 = y2
  return (y4, k0)
