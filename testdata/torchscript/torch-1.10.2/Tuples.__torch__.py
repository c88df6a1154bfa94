class Tuples(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]
  def forward(self: __torch__.Tuples,
    x: Tensor) -> Tuple[__torch__.Point, __torch__.Single, Tuple[Tensor, int]]:
    _0 = (__torch__.Point(torch.add(x, 1), 1), __torch__.Single(x,), (x, 3))
    return _0
class Point(NamedTuple):
  x : Tensor
  y : Optional[int]
class Single(NamedTuple):
  value : Tensor
