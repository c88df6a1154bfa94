class ListOfModules(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]
  layers : __torch__.torch.nn.modules.container.ModuleList
  named : __torch__.torch.nn.modules.container.ModuleDict
  def forward(self: __torch__.ListOfModules,
    x: Tensor) -> Tensor:
    layers = self.layers
    _0 = getattr(layers, "0")
    _1 = getattr(layers, "1")
    x0 = (_0).forward(x, )
    x1 = (_1).forward(x0, )
    named = self.named
    p = named.p
    return (p).forward(x1, )
