class Numbers(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]
  def forward(self: __torch__.Numbers,
    x: Tensor) -> Tensor:
    a = torch.add(torch.mul(x, inf), -inf)
    _0 = torch.mul(x, 1.0000000000000001e-05)
    _1 = torch.sub(torch.add(_0, 1e+20), 0.10000000000000001)
    b = torch.add(_1, 1e-300)
    c = torch.add(torch.add(x, 9223372036854775807), -9223372036854775808)
    _2 = torch.add(torch.add(torch.add(a, b), c), torch.mul(x, nan))
    return torch.add(_2, 3.)
