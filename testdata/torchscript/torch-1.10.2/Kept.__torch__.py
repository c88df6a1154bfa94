class Kept(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]
  flags : Tuple[bool, NoneType, int]
  label : Final[str] = "plain"
  sizes : Final[Tuple[int, int]] = (1, 2)
  ratio : Final[float] = 0.5
  nothing : Final[NoneType] = None
  def forward(self: __torch__.Kept,
    x: Tensor) -> Tensor:
    return torch.add(torch.mul(x, 0.5), 2)
  def __getstate__(self: __torch__.Kept) -> Tuple[str, bool]:
    _0 = (self).ratio_text()
    training = self.training
    return (_0, training)
  def __setstate__(self: __torch__.Kept,
    state: Tuple[str, bool]) -> NoneType:
    self.training = (state)[1]
    return None
  def ratio_text(self: __torch__.Kept) -> str:
    return "0.5plain"
