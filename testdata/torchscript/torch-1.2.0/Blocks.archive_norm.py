op_version_set = 1
def forward(self,
    input: Tensor) -> Tensor:
  if torch.ne(torch.dim(input), 4):
    ops.prim.RaiseException("Exception")
  else:
    pass
  if self.training:
    _0 = True
  else:
    _0 = False
  if _0:
    _1 = torch.add_(self.num_batches_tracked, 1, 1)
    exponential_average_factor = 0.10000000000000001
  else:
    exponential_average_factor = 0.10000000000000001
  _2 = self.running_mean
  _3 = self.running_var
  _4 = self.weight
  _5 = self.bias
  if self.training:
    _6 = True
  else:
    _6 = torch.__not__(True)
  if _6:
    size = torch.size(input)
    size_prods = size[0]
    size_prods0 = size_prods
    for i in range(torch.sub(torch.len(size), 2)):
      size_prods0 = torch.mul(size_prods0, size[torch.add(i, 2)])
    if torch.eq(size_prods0, 1):
      ops.prim.RaiseException("Exception")
    else:
      pass
  else:
    pass
  _7 = torch.batch_norm(input, _4, _5, _2, _3, _6, exponential_average_factor, 1.0000000000000001e-05, True)
  return _7
def _check_input_dim(self,
    input: Tensor) -> None:
  if torch.ne(torch.dim(input), 4):
    ops.prim.RaiseException("Exception")
  else:
    pass
  return None
