class Objects(Module):
  __parameters__ = []
  training : bool
  def forward(self: __torch__.Objects,
    x: Tensor,
    k: int) -> Tensor:
    c = __torch__.Counter.__new__(__torch__.Counter)
    _0 = (c).__init__(3, )
    for _1 in range(k):
      _2 = (c).add(k, )
    return torch.mul(x, c.n)
class Counter:
  n : int
  def __init__(self: __torch__.Counter,
    start: int) -> None:
    self.n = start
    return None
  def add(self: __torch__.Counter,
    k: int) -> int:
    self.n = torch.add(self.n, k)
    return self.n
