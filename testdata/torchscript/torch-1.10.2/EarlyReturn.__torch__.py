class EarlyReturn(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]
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
          _10, _11, _12, _13, _14 = True, True, x0, _2, _1
        else:
          _15 = torch.gt(int(torch.sum(x0)), _8)
          if _15:
            _16, _17, _18, _19, _20 = True, False, x0, _2, _1
          else:
            _16, _17, _18, _19, _20 = False, _2, _1, True, torch.add(x0, _8)
          _10, _11, _12, _13, _14 = _16, _17, _18, _19, _20
        if _10:
          _21, _22 = _11, _12
        else:
          _21, _22 = _13, _14
        _23 = torch.add(_8, 1)
        _24 = torch.__and__(torch.lt(_23, 10), _21)
        _9, x0, _8 = _24, _22, _23
      _25 = ["c", "quote\'s \"x\"", "tab\t\n\\"]
      _26 = torch.__not__(torch.__contains__(_25, mode))
      if _26:
        _27 = torch.format("unknown mode {}", mode)
        ops.prim.RaiseException(_27)
      else:
        pass
      _7 = torch.neg(x0)
    return _7
