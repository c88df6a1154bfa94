class Objects(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]
  def forward(self: __torch__.Objects,
    x: Tensor,
    k: int) -> Tensor:
    c = __torch__.Counter.__new__(__torch__.Counter)
    _0 = (c).__init__(3, )
    for _1 in range(k):
      _2 = (c).add(k, )
    n = c.n
    return torch.mul(x, n)
class Counter:
  n : int
  def __init__(self: __torch__.Counter,
    start: int) -> NoneType:
    self.n = start
    return None
  def add(self: __torch__.Counter,
    k: int) -> int:
    n = self.n
    self.n = torch.add(n, k)
    return self.n
