class Hooks(Module):
  __parameters__ = []
  training : bool
  inner : __torch__.torch.nn.modules.linear.Linear
  def forward(self: __torch__.Hooks,
    x: Tensor) -> Tensor:
    return (self.inner).forward(x, )
