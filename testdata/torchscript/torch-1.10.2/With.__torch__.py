class With(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]
  def forward(self: __torch__.With,
    x: Tensor) -> Tensor:
    _0 = __torch__.Guard.__new__(__torch__.Guard)
    _1 = (_0).__init__(2, )
    with _0 as n:
      x0 = torch.mul(x, n)
    _2 = __torch__.Guard.__new__(__torch__.Guard)
    _3 = (_2).__init__(3, )
    with _2:
      pass
    _4 = __torch__.torch.autograd.grad_mode.no_grad.__new__(__torch__.torch.autograd.grad_mode.no_grad)
    _5 = (_4).__init__()
    with _4:
      x1 = torch.add(x0, 1)
    return x1
class Guard:
  n : int
  def __enter__(self: __torch__.Guard) -> int:
    return self.n
  def __exit__(self: __torch__.Guard,
    type: Any,
    value: Any,
    tb: Any) -> NoneType:
    self.n = 0
    return None
  def __init__(self: __torch__.Guard,
    n: int) -> NoneType:
    self.n = n
    return None
