class EarlyReturn(Module):
  __parameters__ = []
  training : bool
  def forward(self: __torch__.EarlyReturn,
    x: Tensor,
    mode: str) -> Tensor:
    _0 = uninitialized(Tensor)
    _1 = uninitialized(Tensor)
    _2 = uninitialized(bool)
    if torch.eq(mode, "a"):
      _3, _4 = True, x
    else:
      if torch.eq(mode, "b"):
        _5, _6 = True, torch.mul(x, 2)
      else:
        _5, _6 = False, _0
      _3, _4 = _5, _6
    if _3:
      _7 = _4
    else:
      x0 = x
      _8 = 0
      _9 = True
      while _9:
        if torch.eq(_8, 3):
          _10, _11, _12 = True, True, x0
        else:
          _10, _11, _12 = False, _2, _1
        if _10:
          _13, _14, _15, _16, _17 = True, _11, _12, _2, _1
        else:
          _18 = int(torch.sum(x0, dtype=None))
          if torch.gt(_18, _8):
            _19, _20, _21 = True, False, x0
          else:
            _19, _20, _21 = False, _2, _1
          if _19:
            _22, _23, _24, _25, _26 = True, _20, _21, _2, _1
          else:
            _22, _23, _24, _25, _26 = False, _2, _1, True, torch.add(x0, _8, 1)
          _13, _14, _15, _16, _17 = _22, _23, _24, _25, _26
        if _13:
          _27, _28 = _14, _15
        else:
          _27, _28 = _16, _17
        _29 = torch.add(_8, 1)
        _9, x0, _8 = torch.__and__(torch.lt(_29, 10), _27), _28, _29
      _30 = ["c", "quote\'s \"x\"", "tab\t\n\\"]
      _31 = torch.__not__(torch.__contains__(_30, mode))
      if _31:
        ops.prim.RaiseException("Exception")
      else:
        pass
      _7 = torch.neg(x0)
    return _7
