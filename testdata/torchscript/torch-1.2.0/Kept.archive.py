op_version_set = 1
def forward(self,
    x: Tensor) -> Tensor:
  return torch.add(torch.mul(x, 0.5), 2, 1)
def __getstate__(self) -> Tuple[str, bool]:
  _0 = (torch.add(str(0.5), "plain"), self.training)
  return _0
def __setstate__(self,
    state: Tuple[str, bool]) -> None:
  self.training = (state)[1]
  return None
def ratio_text(self) -> str:
  return torch.add(str(0.5), "plain")
