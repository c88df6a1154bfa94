class Refine(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]
  def forward(self: __torch__.Refine,
    x: Any,
    u: Union[List[int], int, str]) -> int:
    _0 = uninitialized(List[int])
    _1 = uninitialized(int)
    _2 = isinstance(x, Tensor)
    if _2:
      x0 = unchecked_cast(Tensor, x)
      _3 = torch.dim(x0)
    else:
      x1 = unchecked_cast(Any, x)
      _4 = isinstance(x1, (float, int))
      if _4:
        _5 = 1
      else:
        _6 = isinstance(u, int)
        if _6:
          _7, _8, u0 = True, unchecked_cast(int, u), _0
        else:
          u1 = unchecked_cast(Union[List[int], str], u)
          _9 = isinstance(u1, str)
          if _9:
            u3 = unchecked_cast(str, u1)
            _10, _11, u2 = True, torch.len(u3), _0
          else:
            u4 = unchecked_cast(List[int], u1)
            _10, _11, u2 = False, _1, u4
          _7, _8, u0 = _10, _11, u2
        if _7:
          _12 = _8
        else:
          u5 = unchecked_cast(List[int], u0)
          _12 = u5[0]
        _5 = _12
      _3 = _5
    return _3
