op_version_set = 1
def forward(self,
    x: Tensor) -> Tensor:
  def __forked_function():
    return torch.mul(x, 2)
  f = fork(__forked_function)
  def __forked_function0():
    return torch.mul(x, 3)
  g = fork(__forked_function0)
  _0 = torch.add(torch.wait(f), torch.wait(g), alpha=1)
  return _0
