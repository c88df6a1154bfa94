op_version_set = 1
def forward(self,
    x: Tensor) -> Tensor:
  a = torch.add(torch.mul(x, float("inf")), float("-inf"), 1)
  _0 = torch.add(torch.mul(x, 1.0000000000000001e-05), 1e+20, 1)
  b = torch.add(torch.sub(_0, 0.10000000000000001, 1), 1e-300, 1)
  c = torch.add(torch.add(x, 9223372036854775807, 1), torch.sub(-9223372036854775807, 1), 1)
  _1 = torch.add(torch.add(a, b, alpha=1), c, alpha=1)
  _2 = torch.add(_1, torch.mul(x, float("nan")), alpha=1)
  return torch.add(_2, 3., 1)
