class LSTM(Module):
  __parameters__ = ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0", "weight_ih_l0_reverse", "weight_hh_l0_reverse", "bias_ih_l0_reverse", "bias_hh_l0_reverse", ]
  weight_ih_l0 : Tensor
  weight_hh_l0 : Tensor
  bias_ih_l0 : Tensor
  bias_hh_l0 : Tensor
  weight_ih_l0_reverse : Tensor
  weight_hh_l0_reverse : Tensor
  bias_ih_l0_reverse : Tensor
  bias_hh_l0_reverse : Tensor
  training : bool
  _flat_weights_names : List[str]
  _all_weights : List[List[str]]
  _flat_weights : List[Tensor]
  dropout : Final[float] = 0.
  batch_first : Final[bool] = False
  bias : Final[bool] = True
  num_layers : Final[int] = 1
  bidirectional : Final[bool] = True
  hidden_size : Final[int] = 3
  input_size : Final[int] = 2
  mode : Final[str] = "LSTM"
  def forward__0(self: __torch__.torch.nn.modules.rnn.LSTM,
    input: Tensor,
    hx: Optional[Tuple[Tensor, Tensor]]=None) -> Tuple[Tensor, Tuple[Tensor, Tensor]]:
    _0 = torch.size(input, 1)
    if torch.__is__(hx, None):
      _1 = ops.prim.dtype(input)
      _2 = ops.prim.device(input)
      zeros = torch.zeros([2, _0, 3], dtype=_1, layout=None, device=_2, pin_memory=None)
      hx0 = (zeros, zeros)
    else:
      hx1 = unchecked_cast(Tuple[Tensor, Tensor], hx)
      hx0 = (self).permute_hidden(hx1, None, )
    _3 = (self).check_forward_args(input, hx0, None, )
    _4 = self._flat_weights
    _5 = self.training
    _6, _7, = hx0
    _8, _9, _10 = torch.lstm(input, [_6, _7], _4, True, 1, 0., _5, True, False)
    _11 = (self).permute_hidden((_9, _10), None, )
    return (_8, _11)
  def forward__1(self: __torch__.torch.nn.modules.rnn.LSTM,
    input: __torch__.torch.nn.utils.rnn.PackedSequence,
    hx: Optional[Tuple[Tensor, Tensor]]=None) -> Tuple[__torch__.torch.nn.utils.rnn.PackedSequence, Tuple[Tensor, Tensor]]:
    input0, batch_sizes, sorted_indices, unsorted_indices, = input
    max_batch_size = torch.select(batch_sizes, 0, 0)
    max_batch_size0 = int(max_batch_size)
    if torch.__is__(hx, None):
      _12 = ops.prim.dtype(input0)
      _13 = ops.prim.device(input0)
      zeros = torch.zeros([2, max_batch_size0, 3], dtype=_12, layout=None, device=_13, pin_memory=None)
      hx2 = (zeros, zeros)
    else:
      hx3 = unchecked_cast(Tuple[Tensor, Tensor], hx)
      hx2 = (self).permute_hidden(hx3, sorted_indices, )
    _14 = (self).check_forward_args(input0, hx2, batch_sizes, )
    _15 = self._flat_weights
    _16 = self.training
    _17, _18, = hx2
    _19, _20, _21 = torch.lstm(input0, batch_sizes, [_17, _18], _15, True, 1, 0., _16, True)
    _22 = (_20, _21)
    output_packed = __torch__.torch.nn.utils.rnn.PackedSequence(_19, batch_sizes, sorted_indices, unsorted_indices)
    _23 = (self).permute_hidden(_22, unsorted_indices, )
    return (output_packed, _23)
  def permute_hidden(self: __torch__.torch.nn.modules.rnn.LSTM,
    hx: Tuple[Tensor, Tensor],
    permutation: Optional[Tensor]) -> Tuple[Tensor, Tensor]:
    _24 = __torch__.torch.nn.modules.rnn.apply_permutation
    _25 = uninitialized(Tuple[Tensor, Tensor])
    _26 = uninitialized(Tensor)
    if torch.__is__(permutation, None):
      _27, _28, permutation0 = True, hx, _26
    else:
      _27, _28, permutation0 = False, _25, unchecked_cast(Tensor, permutation)
    if _27:
      _29 = _28
    else:
      _29 = (_24((hx)[0], permutation0, 1, ), _24((hx)[1], permutation0, 1, ))
    return _29
  def check_forward_args(self: __torch__.torch.nn.modules.rnn.LSTM,
    input: Tensor,
    hidden: Tuple[Tensor, Tensor],
    batch_sizes: Optional[Tensor]) -> None:
    _30 = "Expected hidden[0] size {}, got {}"
    _31 = "Expected hidden[1] size {}, got {}"
    _32 = (self).check_input(input, batch_sizes, )
    expected_hidden_size = (self).get_expected_hidden_size(input, batch_sizes, )
    _33 = (self).check_hidden_size((hidden)[0], expected_hidden_size, _30, )
    _34 = (self).check_hidden_size((hidden)[1], expected_hidden_size, _31, )
    return None
  def check_input(self: __torch__.torch.nn.modules.rnn.LSTM,
    input: Tensor,
    batch_sizes: Optional[Tensor]) -> None:
    if torch.__isnot__(batch_sizes, None):
      expected_input_dim = 2
    else:
      expected_input_dim = 3
    _35 = torch.ne(torch.dim(input), expected_input_dim)
    if _35:
      ops.prim.RaiseException("Exception")
    else:
      pass
    if torch.ne(2, torch.size(input, -1)):
      ops.prim.RaiseException("Exception")
    else:
      pass
    return None
  def get_expected_hidden_size(self: __torch__.torch.nn.modules.rnn.LSTM,
    input: Tensor,
    batch_sizes: Optional[Tensor]) -> Tuple[int, int, int]:
    if torch.__isnot__(batch_sizes, None):
      batch_sizes0 = unchecked_cast(Tensor, batch_sizes)
      mini_batch0 = torch.select(batch_sizes0, 0, 0)
      mini_batch = int(mini_batch0)
    else:
      mini_batch = torch.size(input, 1)
    return (2, mini_batch, 3)
  def check_hidden_size(self: __torch__.torch.nn.modules.rnn.LSTM,
    hx: Tensor,
    expected_hidden_size: Tuple[int, int, int],
    msg: str="Expected hidden size {}, got {}") -> None:
    _36 = torch.size(hx)
    _37, _38, _39, = expected_hidden_size
    if torch.ne(_36, [_37, _38, _39]):
      ops.prim.RaiseException("Exception")
    else:
      pass
    return None
def apply_permutation(tensor: Tensor,
    permutation: Tensor,
    dim: int=1) -> Tensor:
  _40 = torch.index_select(tensor, dim, permutation)
  return _40
