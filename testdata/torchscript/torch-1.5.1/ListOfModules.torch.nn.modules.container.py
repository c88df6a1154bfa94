class ModuleList(Module):
  __parameters__ = []
  training : bool
  __annotations__["0"] = __torch__.torch.nn.modules.linear.Linear
  __annotations__["1"] = __torch__.torch.nn.modules.linear.Linear
  def forward(self: __torch__.torch.nn.modules.container.ModuleList) -> None:
    _0 = uninitialized(None)
    ops.prim.RaiseException("Exception")
    return _0
class ModuleDict(Module):
  __parameters__ = []
  training : bool
  p : __torch__.torch.nn.modules.activation.ReLU
  def forward(self: __torch__.torch.nn.modules.container.ModuleDict) -> None:
    _1 = uninitialized(None)
    ops.prim.RaiseException("Exception")
    return _1
