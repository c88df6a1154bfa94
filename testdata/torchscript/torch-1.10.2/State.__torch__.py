class State(Module):
  __parameters__ = ["weight", ]
  __buffers__ = ["total", ]
  weight : Tensor
  total : Tensor
  training : bool
  _is_full_backward_hook : NoneType
  steps : int
  names : List[str]
  maybe : NoneType
  def forward(self: __torch__.State,
    x: Tensor) -> Tensor:
    steps = self.steps
    self.steps = torch.add(steps, 1)
    total = self.total
    self.total = torch.add(total, x)
    total0 = self.total
    weight = self.weight
    return torch.mul(total0, weight)
