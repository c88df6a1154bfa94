class Linear(Module):
  __parameters__ = ["weight", "bias", ]
  __buffers__ = []
  __forward_pre_hooks__ = ["pre", ]
  __forward_hooks__ = ["post", ]
  weight : Tensor
  bias : Tensor
  training : bool
  _is_full_backward_hook : NoneType
  in_features : Final[int] = 2
  out_features : Final[int] = 2
  def forward(self: __torch__.torch.nn.modules.linear.___torch_mangle_0.Linear,
    input: Tensor) -> Tensor:
    weight = self.weight
    bias = self.bias
    return torch.linear(input, weight, bias)
  def post(self: __torch__.torch.nn.modules.linear.___torch_mangle_0.Linear,
    input: Tuple[Tensor],
    output: Tensor) -> Tensor:
    return torch.mul(output, 2)
  def pre(self: __torch__.torch.nn.modules.linear.___torch_mangle_0.Linear,
    input: Tuple[Tensor]) -> Tuple[Tensor]:
    return (torch.add((input)[0], 1),)
