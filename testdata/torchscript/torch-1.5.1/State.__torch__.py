class State(Module):
  __parameters__ = ["weight", ]
  weight : Tensor
  total : Tensor
  training : bool
  steps : int
  names : List[str]
  maybe : None
  def forward(self: __torch__.State,
    x: Tensor) -> Tensor:
    self.steps = torch.add(self.steps, 1)
    self.total = torch.add(self.total, x, alpha=1)
    return torch.mul(self.total, self.weight)
