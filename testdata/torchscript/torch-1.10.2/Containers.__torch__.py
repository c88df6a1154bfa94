class Containers(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]
  def forward(self: __torch__.Containers,
    x: Tensor,
    d: Dict[str, Tensor]) -> Tuple[Tensor, List[str], Tensor, Dict[int, List[Tensor]], int, Tuple[Tensor], List[int], Tuple[Tensor]]:
    names = annotate(List[str], [])
    empty = annotate(Dict[int, List[Tensor]], {})
    pairs = [(1, x), (2, x)]
    _0 = torch.items(d)
    x0 = x
    for _1 in range(torch.len(_0)):
      k, v, = _0[_1]
      _2 = torch.append(names, k)
      x0 = torch.add(x0, v)
    e = {"one": 1, "two": 2}
    shape = torch.size(x0)
    o = annotate(List[Optional[Tensor]], [x0, None])
    u = o[0]
    if torch.__isnot__(u, None):
      x1 = unchecked_cast(Tensor, u)
    else:
      x1 = x0
    z = annotate(List[int], [])
    for _3 in range(torch.len(shape)):
      i = shape[_3]
      _4 = torch.append(z, torch.mul(i, 2))
    _5 = (torch.select(x0, 0, 0), torch.slice(names, -1), (pairs[0])[1], empty, e["one"], (x1,), z, (x0,))
    return _5
