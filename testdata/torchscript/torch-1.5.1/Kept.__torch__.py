class Kept(Module):
  __parameters__ = []
  training : bool
  flags : Tuple[bool, None, int]
  nothing : Final[None] = None
  label : Final[str] = "plain"
  ratio : Final[float] = 0.5
  sizes : Final[Tuple[int, int]] = (1, 2)
  def forward(self: __torch__.Kept,
    x: Tensor) -> Tensor:
    return torch.add(torch.mul(x, 0.5), 2, 1)
  def __getstate__(self: __torch__.Kept) -> Tuple[str, bool]:
    _0 = ((self).ratio_text(), self.training)
    return _0
  def __setstate__(self: __torch__.Kept,
    state: Tuple[str, bool]) -> None:
    self.training = (state)[1]
    return None
  def ratio_text(self: __torch__.Kept) -> str:
    return "0.5plain"
