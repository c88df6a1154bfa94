op_version_set = 1
def forward(self,
    x: Tensor) -> Tuple[Tensor, Tuple[Tensor, Tensor]]:
  _0 = annotate(Optional[Tuple[Tensor, Tensor]], None)
  _1 = self.rnn
  if False:
    max_batch_size = torch.size(x, 0)
  else:
    max_batch_size = torch.size(x, 1)
  if torch.__is__(_0, None):
    if True:
      num_directions = 2
    else:
      num_directions = 1
    _2 = torch.mul(1, num_directions)
    _3 = ops.prim.dtype(x)
    _4 = ops.prim.device(x)
    zeros = torch.zeros([_2, max_batch_size, 3], dtype=_3, layout=None, device=_4, pin_memory=None)
    hx = (zeros, zeros)
  else:
    hx0 = ops.prim.unchecked_unwrap_optional(_0)
    _5 = uninitialized(Tuple[Tensor, Tensor])
    _6 = uninitialized(Tensor)
    _7 = torch.__is__(annotate(Optional[Tensor], None), None)
    if _7:
      _8, _9, permutation = True, hx0, _6
    else:
      _8, _9, permutation = False, _5, ops.prim.unchecked_unwrap_optional(annotate(Optional[Tensor], None))
    if _8:
      hx1 = _9
    else:
      _10 = torch.index_select((hx0)[0], 1, permutation)
      _11 = torch.index_select((hx0)[1], 1, permutation)
      hx1 = (_10, _11)
    hx = hx1
  _12 = torch.__isnot__(annotate(Optional[Tensor], None), None)
  if _12:
    expected_input_dim = 2
  else:
    expected_input_dim = 3
  _13 = torch.ne(torch.dim(x), expected_input_dim)
  if _13:
    ops.prim.RaiseException("Exception")
  else:
    pass
  if torch.ne(2, torch.size(x, -1)):
    ops.prim.RaiseException("Exception")
  else:
    pass
  _14 = torch.__isnot__(annotate(Optional[Tensor], None), None)
  if _14:
    batch_sizes = ops.prim.unchecked_unwrap_optional(annotate(Optional[Tensor], None))
    mini_batch0 = torch.select(batch_sizes, 0, 0)
    mini_batch = int(mini_batch0)
  else:
    if False:
      mini_batch1 = torch.size(x, 0)
    else:
      mini_batch1 = torch.size(x, 1)
    mini_batch = mini_batch1
  if True:
    num_directions0 = 2
  else:
    num_directions0 = 1
  _15 = torch.mul(1, num_directions0)
  _16 = torch.ne(torch.size((hx)[0]), [_15, mini_batch, 3])
  if _16:
    ops.prim.RaiseException("Exception")
  else:
    pass
  _17 = torch.ne(torch.size((hx)[1]), [_15, mini_batch, 3])
  if _17:
    ops.prim.RaiseException("Exception")
  else:
    pass
  _18 = torch.__is__(annotate(Optional[Tensor], None), None)
  if _18:
    _19 = _1.weight_ih_l0
    _20 = _1.weight_hh_l0
    _21 = _1.bias_ih_l0
    _22 = _1.bias_hh_l0
    _23 = _1.weight_ih_l0_reverse
    _24 = _1.weight_hh_l0_reverse
    _25 = _1.bias_ih_l0_reverse
    _26 = _1.bias_hh_l0_reverse
    _27 = _1.training
    _28, _29, = hx
    _30 = [_28, _29]
    _31 = [_19, _20, _21, _22, _23, _24, _25, _26]
    _32, _33, _34 = torch.lstm(x, _30, _31, True, 1, 0., _27, True, False)
    result = (_32, _33, _34)
  else:
    batch_sizes0 = ops.prim.unchecked_unwrap_optional(annotate(Optional[Tensor], None))
    _35 = _1.weight_ih_l0
    _36 = _1.weight_hh_l0
    _37 = _1.bias_ih_l0
    _38 = _1.bias_hh_l0
    _39 = _1.weight_ih_l0_reverse
    _40 = _1.weight_hh_l0_reverse
    _41 = _1.bias_ih_l0_reverse
    _42 = _1.bias_hh_l0_reverse
    _43 = _1.training
    _44, _45, = hx
    _46 = [_44, _45]
    _47 = [_35, _36, _37, _38, _39, _40, _41, _42]
    _48, _49, _50 = torch.lstm(x, batch_sizes0, _46, _47, True, 1, 0., _43, True)
    result = (_48, _49, _50)
  output = (result)[0]
  hidden = (result)[1:3]
  _51 = uninitialized(Tuple[Tensor, Tensor])
  _52 = uninitialized(Tensor)
  _53 = torch.__is__(annotate(Optional[Tensor], None), None)
  if _53:
    _54, _55, permutation0 = True, hidden, _52
  else:
    _54, _55, permutation0 = False, _51, ops.prim.unchecked_unwrap_optional(annotate(Optional[Tensor], None))
  if _54:
    _56 = _55
  else:
    _57 = torch.index_select((hidden)[0], 1, permutation0)
    _58 = torch.index_select((hidden)[1], 1, permutation0)
    _56 = (_57, _58)
  return (output, _56)
