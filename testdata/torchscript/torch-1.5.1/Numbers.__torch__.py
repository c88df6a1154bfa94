class Numbers(Module):
  __parameters__ = []
  training : bool
  def forward(self: __torch__.Numbers,
    x: Tensor) -> Tensor:
    a = torch.add(torch.mul(x, inf), -inf, 1)
    _0 = torch.mul(x, 1.0000000000000001e-05)
    _1 = torch.sub(torch.add(_0, 1e+20, 1), 0.10000000000000001, 1)
    b = torch.add(_1, 1e-300, 1)
    _2 = torch.add(x, 9223372036854775807, 1)
    c = torch.add(_2, -9223372036854775808, 1)
    _3 = torch.add(torch.add(a, b, alpha=1), c, alpha=1)
    _4 = torch.add(_3, torch.mul(x, float("nan")), alpha=1)
    return torch.add(_4, 3., 1)
