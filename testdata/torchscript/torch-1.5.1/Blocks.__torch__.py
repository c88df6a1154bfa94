class Blocks(Module):
  __parameters__ = []
  training : bool
  conv : __torch__.torch.nn.modules.conv.Conv2d
  norm : __torch__.torch.nn.modules.batchnorm.BatchNorm2d
  tail : __torch__.torch.nn.modules.container.Sequential
  def forward(self: __torch__.Blocks,
    x: Tensor) -> Tensor:
    _0 = self.tail
    _1 = (self.norm).forward((self.conv).forward(x, ), )
    return (_0).forward(_1, )
