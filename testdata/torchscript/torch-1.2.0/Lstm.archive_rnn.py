op_version_set = 1
import __torch__.torch.nn.utils.rnn
def forward_packed(self,
    input: __torch__.torch.nn.utils.rnn.PackedSequence,
    hx: Optional[Tuple[Tensor, Tensor]]=None) -> Tuple[__torch__.torch.nn.utils.rnn.PackedSequence, Tuple[Tensor, Tensor]]:
  input0, batch_sizes, sorted_indices, unsorted_indices, = input
  max_batch_size = torch.select(batch_sizes, 0, 0)
  max_batch_size0 = int(max_batch_size)
  if torch.__is__(hx, None):
    if True:
      num_directions = 2
    else:
      num_directions = 1
    _0 = torch.mul(1, num_directions)
    _1 = ops.prim.dtype(input0)
    _2 = ops.prim.device(input0)
    zeros = torch.zeros([_0, max_batch_size0, 3], dtype=_1, layout=None, device=_2, pin_memory=None)
    hx0 = (zeros, zeros)
  else:
    hx1 = ops.prim.unchecked_unwrap_optional(hx)
    _3 = uninitialized(Tuple[Tensor, Tensor])
    _4 = uninitialized(Tensor)
    if torch.__is__(sorted_indices, None):
      _5, _6, permutation = True, hx1, _4
    else:
      _5, _6, permutation = False, _3, ops.prim.unchecked_unwrap_optional(sorted_indices)
    if _5:
      hx2 = _6
    else:
      _7 = torch.index_select((hx1)[0], 1, permutation)
      _8 = torch.index_select((hx1)[1], 1, permutation)
      hx2 = (_7, _8)
    hx0 = hx2
  if torch.__isnot__(batch_sizes, None):
    expected_input_dim = 2
  else:
    expected_input_dim = 3
  _9 = torch.ne(torch.dim(input0), expected_input_dim)
  if _9:
    ops.prim.RaiseException("Exception")
  else:
    pass
  if torch.ne(2, torch.size(input0, -1)):
    ops.prim.RaiseException("Exception")
  else:
    pass
  if torch.__isnot__(batch_sizes, None):
    batch_sizes0 = ops.prim.unchecked_unwrap_optional(batch_sizes)
    mini_batch0 = torch.select(batch_sizes0, 0, 0)
    mini_batch = int(mini_batch0)
  else:
    if False:
      mini_batch1 = torch.size(input0, 0)
    else:
      mini_batch1 = torch.size(input0, 1)
    mini_batch = mini_batch1
  if True:
    num_directions0 = 2
  else:
    num_directions0 = 1
  _10 = torch.mul(1, num_directions0)
  _11 = torch.ne(torch.size((hx0)[0]), [_10, mini_batch, 3])
  if _11:
    ops.prim.RaiseException("Exception")
  else:
    pass
  _12 = torch.ne(torch.size((hx0)[1]), [_10, mini_batch, 3])
  if _12:
    ops.prim.RaiseException("Exception")
  else:
    pass
  if torch.__is__(batch_sizes, None):
    _13 = self.weight_ih_l0
    _14 = self.weight_hh_l0
    _15 = self.bias_ih_l0
    _16 = self.bias_hh_l0
    _17 = self.weight_ih_l0_reverse
    _18 = self.weight_hh_l0_reverse
    _19 = self.bias_ih_l0_reverse
    _20 = self.bias_hh_l0_reverse
    _21 = self.training
    _22, _23, = hx0
    _24 = [_22, _23]
    _25 = [_13, _14, _15, _16, _17, _18, _19, _20]
    _26, _27, _28 = torch.lstm(input0, _24, _25, True, 1, 0., _21, True, False)
    result = (_26, _27, _28)
  else:
    batch_sizes1 = ops.prim.unchecked_unwrap_optional(batch_sizes)
    _29 = self.weight_ih_l0
    _30 = self.weight_hh_l0
    _31 = self.bias_ih_l0
    _32 = self.bias_hh_l0
    _33 = self.weight_ih_l0_reverse
    _34 = self.weight_hh_l0_reverse
    _35 = self.bias_ih_l0_reverse
    _36 = self.bias_hh_l0_reverse
    _37 = self.training
    _38, _39, = hx0
    _40 = [_38, _39]
    _41 = [_29, _30, _31, _32, _33, _34, _35, _36]
    _42, _43, _44 = torch.lstm(input0, batch_sizes1, _40, _41, True, 1, 0., _37, True)
    result = (_42, _43, _44)
  output = (result)[0]
  hidden = (result)[1:3]
  output0 = __torch__.torch.nn.utils.rnn.PackedSequence(output, batch_sizes, sorted_indices, unsorted_indices)
  _45 = uninitialized(Tuple[Tensor, Tensor])
  _46 = uninitialized(Tensor)
  if torch.__is__(unsorted_indices, None):
    _47, _48, permutation0 = True, hidden, _46
  else:
    _47, _48, permutation0 = False, _45, ops.prim.unchecked_unwrap_optional(unsorted_indices)
  if _47:
    _49 = _48
  else:
    _50 = torch.index_select((hidden)[0], 1, permutation0)
    _51 = torch.index_select((hidden)[1], 1, permutation0)
    _49 = (_50, _51)
  return (output0, _49)
def forward_tensor(self,
    input: Tensor,
    hx: Optional[Tuple[Tensor, Tensor]]=None) -> Tuple[Tensor, Tuple[Tensor, Tensor]]:
  if False:
    max_batch_size = torch.size(input, 0)
  else:
    max_batch_size = torch.size(input, 1)
  if torch.__is__(hx, None):
    if True:
      num_directions = 2
    else:
      num_directions = 1
    _52 = torch.mul(1, num_directions)
    _53 = ops.prim.dtype(input)
    _54 = ops.prim.device(input)
    zeros = torch.zeros([_52, max_batch_size, 3], dtype=_53, layout=None, device=_54, pin_memory=None)
    hx3 = (zeros, zeros)
  else:
    hx4 = ops.prim.unchecked_unwrap_optional(hx)
    _55 = uninitialized(Tuple[Tensor, Tensor])
    _56 = uninitialized(Tensor)
    _57 = torch.__is__(annotate(Optional[Tensor], None), None)
    if _57:
      _58, _59, permutation = True, hx4, _56
    else:
      _58, _59, permutation = False, _55, ops.prim.unchecked_unwrap_optional(annotate(Optional[Tensor], None))
    if _58:
      hx5 = _59
    else:
      _60 = torch.index_select((hx4)[0], 1, permutation)
      _61 = torch.index_select((hx4)[1], 1, permutation)
      hx5 = (_60, _61)
    hx3 = hx5
  _62 = torch.__isnot__(annotate(Optional[Tensor], None), None)
  if _62:
    expected_input_dim = 2
  else:
    expected_input_dim = 3
  _63 = torch.ne(torch.dim(input), expected_input_dim)
  if _63:
    ops.prim.RaiseException("Exception")
  else:
    pass
  if torch.ne(2, torch.size(input, -1)):
    ops.prim.RaiseException("Exception")
  else:
    pass
  _64 = torch.__isnot__(annotate(Optional[Tensor], None), None)
  if _64:
    batch_sizes = ops.prim.unchecked_unwrap_optional(annotate(Optional[Tensor], None))
    mini_batch2 = torch.select(batch_sizes, 0, 0)
    mini_batch = int(mini_batch2)
  else:
    if False:
      mini_batch3 = torch.size(input, 0)
    else:
      mini_batch3 = torch.size(input, 1)
    mini_batch = mini_batch3
  if True:
    num_directions1 = 2
  else:
    num_directions1 = 1
  _65 = torch.mul(1, num_directions1)
  _66 = torch.ne(torch.size((hx3)[0]), [_65, mini_batch, 3])
  if _66:
    ops.prim.RaiseException("Exception")
  else:
    pass
  _67 = torch.ne(torch.size((hx3)[1]), [_65, mini_batch, 3])
  if _67:
    ops.prim.RaiseException("Exception")
  else:
    pass
  _68 = torch.__is__(annotate(Optional[Tensor], None), None)
  if _68:
    _69 = self.weight_ih_l0
    _70 = self.weight_hh_l0
    _71 = self.bias_ih_l0
    _72 = self.bias_hh_l0
    _73 = self.weight_ih_l0_reverse
    _74 = self.weight_hh_l0_reverse
    _75 = self.bias_ih_l0_reverse
    _76 = self.bias_hh_l0_reverse
    _77 = self.training
    _78, _79, = hx3
    _80 = [_78, _79]
    _81 = [_69, _70, _71, _72, _73, _74, _75, _76]
    _82, _83, _84 = torch.lstm(input, _80, _81, True, 1, 0., _77, True, False)
    result = (_82, _83, _84)
  else:
    batch_sizes2 = ops.prim.unchecked_unwrap_optional(annotate(Optional[Tensor], None))
    _85 = self.weight_ih_l0
    _86 = self.weight_hh_l0
    _87 = self.bias_ih_l0
    _88 = self.bias_hh_l0
    _89 = self.weight_ih_l0_reverse
    _90 = self.weight_hh_l0_reverse
    _91 = self.bias_ih_l0_reverse
    _92 = self.bias_hh_l0_reverse
    _93 = self.training
    _94, _95, = hx3
    _96 = [_94, _95]
    _97 = [_85, _86, _87, _88, _89, _90, _91, _92]
    _98, _99, _100 = torch.lstm(input, batch_sizes2, _96, _97, True, 1, 0., _93, True)
    result = (_98, _99, _100)
  output = (result)[0]
  hidden = (result)[1:3]
  _101 = uninitialized(Tuple[Tensor, Tensor])
  _102 = uninitialized(Tensor)
  _103 = torch.__is__(annotate(Optional[Tensor], None), None)
  if _103:
    _104, _105, permutation1 = True, hidden, _102
  else:
    _104, _105, permutation1 = False, _101, ops.prim.unchecked_unwrap_optional(annotate(Optional[Tensor], None))
  if _104:
    _106 = _105
  else:
    _107 = torch.index_select((hidden)[0], 1, permutation1)
    _108 = torch.index_select((hidden)[1], 1, permutation1)
    _106 = (_107, _108)
  return (output, _106)
def forward_impl(self,
    input: Tensor,
    hx: Optional[Tuple[Tensor, Tensor]],
    batch_sizes: Optional[Tensor],
    max_batch_size: int,
    sorted_indices: Optional[Tensor]) -> Tuple[Tensor, Tuple[Tensor, Tensor]]:
  if torch.__is__(hx, None):
    if True:
      num_directions = 2
    else:
      num_directions = 1
    _109 = torch.mul(1, num_directions)
    _110 = ops.prim.dtype(input)
    _111 = ops.prim.device(input)
    zeros = torch.zeros([_109, max_batch_size, 3], dtype=_110, layout=None, device=_111, pin_memory=None)
    hx6 = (zeros, zeros)
  else:
    hx7 = ops.prim.unchecked_unwrap_optional(hx)
    _112 = uninitialized(Tuple[Tensor, Tensor])
    _113 = uninitialized(Tensor)
    if torch.__is__(sorted_indices, None):
      _114, _115, permutation = True, hx7, _113
    else:
      _114, _115, permutation = False, _112, ops.prim.unchecked_unwrap_optional(sorted_indices)
    if _114:
      hx8 = _115
    else:
      _116 = torch.index_select((hx7)[0], 1, permutation)
      _117 = torch.index_select((hx7)[1], 1, permutation)
      hx8 = (_116, _117)
    hx6 = hx8
  if torch.__isnot__(batch_sizes, None):
    expected_input_dim = 2
  else:
    expected_input_dim = 3
  _118 = torch.ne(torch.dim(input), expected_input_dim)
  if _118:
    ops.prim.RaiseException("Exception")
  else:
    pass
  if torch.ne(2, torch.size(input, -1)):
    ops.prim.RaiseException("Exception")
  else:
    pass
  if torch.__isnot__(batch_sizes, None):
    batch_sizes3 = ops.prim.unchecked_unwrap_optional(batch_sizes)
    mini_batch4 = torch.select(batch_sizes3, 0, 0)
    mini_batch = int(mini_batch4)
  else:
    if False:
      mini_batch5 = torch.size(input, 0)
    else:
      mini_batch5 = torch.size(input, 1)
    mini_batch = mini_batch5
  if True:
    num_directions2 = 2
  else:
    num_directions2 = 1
  _119 = torch.mul(1, num_directions2)
  _120 = torch.ne(torch.size((hx6)[0]), [_119, mini_batch, 3])
  if _120:
    ops.prim.RaiseException("Exception")
  else:
    pass
  _121 = torch.ne(torch.size((hx6)[1]), [_119, mini_batch, 3])
  if _121:
    ops.prim.RaiseException("Exception")
  else:
    pass
  if torch.__is__(batch_sizes, None):
    _122 = self.weight_ih_l0
    _123 = self.weight_hh_l0
    _124 = self.bias_ih_l0
    _125 = self.bias_hh_l0
    _126 = self.weight_ih_l0_reverse
    _127 = self.weight_hh_l0_reverse
    _128 = self.bias_ih_l0_reverse
    _129 = self.bias_hh_l0_reverse
    _130 = self.training
    _131, _132, = hx6
    _133 = [_131, _132]
    _134 = [_122, _123, _124, _125, _126, _127, _128, _129]
    _135, _136, _137 = torch.lstm(input, _133, _134, True, 1, 0., _130, True, False)
    result = (_135, _136, _137)
  else:
    batch_sizes4 = ops.prim.unchecked_unwrap_optional(batch_sizes)
    _138 = self.weight_ih_l0
    _139 = self.weight_hh_l0
    _140 = self.bias_ih_l0
    _141 = self.bias_hh_l0
    _142 = self.weight_ih_l0_reverse
    _143 = self.weight_hh_l0_reverse
    _144 = self.bias_ih_l0_reverse
    _145 = self.bias_hh_l0_reverse
    _146 = self.training
    _147, _148, = hx6
    _149 = [_147, _148]
    _150 = [_138, _139, _140, _141, _142, _143, _144, _145]
    _151, _152, _153 = torch.lstm(input, batch_sizes4, _149, _150, True, 1, 0., _146, True)
    result = (_151, _152, _153)
  output = (result)[0]
  hidden = (result)[1:3]
  return (output, hidden)
def permute_hidden(self,
    hx: Tuple[Tensor, Tensor],
    permutation: Optional[Tensor]) -> Tuple[Tensor, Tensor]:
  _154 = uninitialized(Tuple[Tensor, Tensor])
  _155 = uninitialized(Tensor)
  if torch.__is__(permutation, None):
    _156, _157, permutation2 = True, hx, _155
  else:
    _156, _157, permutation2 = False, _154, ops.prim.unchecked_unwrap_optional(permutation)
  if _156:
    _158 = _157
  else:
    _159 = torch.index_select((hx)[0], 1, permutation2)
    _160 = torch.index_select((hx)[1], 1, permutation2)
    _158 = (_159, _160)
  return _158
def check_forward_args(self,
    input: Tensor,
    hidden: Tuple[Tensor, Tensor],
    batch_sizes: Optional[Tensor]) -> None:
  if torch.__isnot__(batch_sizes, None):
    expected_input_dim = 2
  else:
    expected_input_dim = 3
  _161 = torch.ne(torch.dim(input), expected_input_dim)
  if _161:
    ops.prim.RaiseException("Exception")
  else:
    pass
  if torch.ne(2, torch.size(input, -1)):
    ops.prim.RaiseException("Exception")
  else:
    pass
  if torch.__isnot__(batch_sizes, None):
    batch_sizes5 = ops.prim.unchecked_unwrap_optional(batch_sizes)
    mini_batch6 = torch.select(batch_sizes5, 0, 0)
    mini_batch = int(mini_batch6)
  else:
    if False:
      mini_batch7 = torch.size(input, 0)
    else:
      mini_batch7 = torch.size(input, 1)
    mini_batch = mini_batch7
  if True:
    num_directions = 2
  else:
    num_directions = 1
  _162 = torch.mul(1, num_directions)
  _163 = torch.ne(torch.size((hidden)[0]), [_162, mini_batch, 3])
  if _163:
    ops.prim.RaiseException("Exception")
  else:
    pass
  _164 = torch.ne(torch.size((hidden)[1]), [_162, mini_batch, 3])
  if _164:
    ops.prim.RaiseException("Exception")
  else:
    pass
  return None
def check_input(self,
    input: Tensor,
    batch_sizes: Optional[Tensor]) -> None:
  if torch.__isnot__(batch_sizes, None):
    expected_input_dim = 2
  else:
    expected_input_dim = 3
  _165 = torch.ne(torch.dim(input), expected_input_dim)
  if _165:
    ops.prim.RaiseException("Exception")
  else:
    pass
  if torch.ne(2, torch.size(input, -1)):
    ops.prim.RaiseException("Exception")
  else:
    pass
  return None
def get_expected_hidden_size(self,
    input: Tensor,
    batch_sizes: Optional[Tensor]) -> Tuple[int, int, int]:
  if torch.__isnot__(batch_sizes, None):
    batch_sizes6 = ops.prim.unchecked_unwrap_optional(batch_sizes)
    mini_batch8 = torch.select(batch_sizes6, 0, 0)
    mini_batch = int(mini_batch8)
  else:
    if False:
      mini_batch9 = torch.size(input, 0)
    else:
      mini_batch9 = torch.size(input, 1)
    mini_batch = mini_batch9
  if True:
    num_directions = 2
  else:
    num_directions = 1
  expected_hidden_size = (torch.mul(1, num_directions), mini_batch, 3)
  return expected_hidden_size
def check_hidden_size(self,
    hx: Tensor,
    expected_hidden_size: Tuple[int, int, int],
    msg: str="Expected hidden size {}, got {}") -> None:
  _166 = torch.size(hx)
  _167, _168, _169, = expected_hidden_size
  if torch.ne(_166, [_167, _168, _169]):
    ops.prim.RaiseException("Exception")
  else:
    pass
  return None
