class Fork(Module):
  __parameters__ = []
  training : bool
  def forward(self: __torch__.Fork,
    x: Tensor) -> Tensor:
    def __forked_function():
      return __torch__.forked(x, 2, )
    f = fork(__forked_function)
    def __forked_function0():
      return __torch__.forked(x, 3, )
    g = fork(__forked_function0)
    _0 = torch.add(torch.wait(f), torch.wait(g), alpha=1)
    return _0
def forked(x: Tensor,
    n: int) -> Tensor:
  return torch.mul(x, n)
