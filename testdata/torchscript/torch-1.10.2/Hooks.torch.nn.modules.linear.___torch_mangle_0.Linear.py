def pre(self: __torch__.torch.nn.modules.linear.___torch_mangle_0.Linear,
    input: Tuple[Tensor]) -> Tuple[Tensor]:
  return (torch.add((input)[0], 1),)
def post(self: __torch__.torch.nn.modules.linear.___torch_mangle_0.Linear,
    input: Tuple[Tensor],
    output: Tensor) -> Tensor:
  return torch.mul(output, 2)
