class Enums(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]
  def forward(self: __torch__.Enums,
    x: Tensor,
    c: __torch__.Color,
    m: __torch__.Mode) -> Tensor:
    if torch.eq(c, __torch__.Color.RED):
      _0 = torch.add(x, (c).value)
    else:
      if torch.eq(m, __torch__.Mode.FAST):
        _1 = x
      else:
        _2 = torch.mul(x, torch.len((m).value))
        _3 = torch.mul(_2, torch.len((c).name))
        _1 = _3
      _0 = _1
    return _0
class Color(Enum):
  RED = 1
  GREEN = 2
class Mode(Enum):
  FAST = "fast"
  EXACT = "it's exact"
