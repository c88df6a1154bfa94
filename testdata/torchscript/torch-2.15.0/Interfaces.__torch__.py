class Interfaces(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : NoneType
  op : __torch__.Op
  def forward(self: __torch__.Interfaces,
    x: Tensor) -> Tensor:
    op = self.op
    return (op).forward(x, 3, )
class AddOp(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]
  def forward(self: __torch__.AddOp,
    x: Tensor,
    n: int) -> Tensor:
    return torch.add(x, n)
class Op(ModuleInterface):
  def forward(self, x: Tensor, n: int) -> Tensor:
    pass
