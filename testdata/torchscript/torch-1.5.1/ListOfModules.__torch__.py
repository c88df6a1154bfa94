class ListOfModules(Module):
  __parameters__ = []
  training : bool
  layers : __torch__.torch.nn.modules.container.ModuleList
  named : __torch__.torch.nn.modules.container.ModuleDict
  def forward(self: __torch__.ListOfModules,
    x: Tensor) -> Tensor:
    _0 = self.layers
    _1 = getattr(_0, "0")
    _2 = getattr(_0, "1")
    x0 = (_1).forward(x, )
    x1 = (_2).forward(x0, )
    return (self.named.p).forward(x1, )
