class Strings(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]
  def forward(self: __torch__.Strings,
    x: Tensor,
    name: str) -> str:
    print("shape", torch.size(x), ops.prim.dtype(x))
    text = torch.format("{} has {} axes", name, torch.dim(x))
    _0 = torch.add(torch.add(text, CONSTANTS.c0), torch.slice(name, 1, 3))
    _1 = torch.add(torch.add(_0, "a\001\177"), torch.percentFormat("%s", name))
    return _1
