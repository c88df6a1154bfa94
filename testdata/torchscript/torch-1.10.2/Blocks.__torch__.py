class Blocks(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]
  conv : __torch__.torch.nn.modules.conv.Conv2d
  norm : __torch__.torch.nn.modules.batchnorm.BatchNorm2d
  tail : __torch__.torch.nn.modules.container.Sequential
  def forward(self: __torch__.Blocks,
    x: Tensor) -> Tensor:
    tail = self.tail
    norm = self.norm
    conv = self.conv
    _0 = (norm).forward((conv).forward(x, ), )
    return (tail).forward(_0, )
