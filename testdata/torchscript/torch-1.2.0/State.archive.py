op_version_set = 1
def forward(self,
    x: Tensor) -> Tensor:
  self.steps = torch.add(self.steps, 1)
  self.total = torch.add(self.total, x, alpha=1)
  return torch.mul(self.total, self.weight)
