class Complex(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]
  def forward(self: __torch__.Complex,
    x: Tensor) -> Tensor:
    z = torch.mul(x, 1.-2.5j)
    _0 = torch.add(torch.add(z, 0.+1.j), 0.+3.j)
    return _0
