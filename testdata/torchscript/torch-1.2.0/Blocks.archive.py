op_version_set = 1
def forward(self,
    x: Tensor) -> Tensor:
  _0 = self.norm
  _1 = self.conv
  _2 = _1.weight
  _3 = uninitialized(Tensor)
  if torch.eq("zeros", "circular"):
    _6 = [torch.floordiv(torch.add(1, 1), 2), torch.floordiv(1, 2), torch.floordiv(torch.add(1, 1), 2), torch.floordiv(1, 2)]
    _7 = torch.eq(torch.remainder(torch.len(_6), 2), 0)
    if _7:
      pass
    else:
      ops.prim.RaiseException("Exception")
    _8 = torch.le(torch.floordiv(torch.len(_6), 2), torch.dim(x))
    if _8:
      pass
    else:
      ops.prim.RaiseException("Exception")
    if torch.eq("circular", "constant"):
      ret = torch.constant_pad_nd(x, _6, 0.)
    else:
      if torch.eq(0., 0):
        pass
      else:
        ops.prim.RaiseException("Exception")
      if torch.eq(torch.dim(x), 3):
        if torch.eq(torch.len(_6), 2):
          pass
        else:
          ops.prim.RaiseException("Exception")
        if torch.eq("circular", "reflect"):
          ret1 = torch.reflection_pad1d(x, _6)
        else:
          _9 = torch.eq("circular", "replicate")
          if _9:
            ret2 = torch.replication_pad1d(x, _6)
          else:
            _10 = torch.eq("circular", "circular")
            if _10:
              _11 = torch.slice(x, 0, 0, 9223372036854775807, 1)
              _12 = torch.slice(_11, 1, 0, 9223372036854775807, 1)
              _13 = torch.slice(_12, 2, 0, _6[-1], 1)
              input = torch.cat([x, _13], 2)
              _14 = torch.slice(input, 0, 0, 9223372036854775807, 1)
              _15 = torch.slice(_14, 1, 0, 9223372036854775807, 1)
              _16 = torch.neg(torch.add(_6[-1], _6[-2]))
              _17 = torch.slice(_15, 2, _16, torch.neg(_6[-1]), 1)
              input0 = torch.cat([_17, input], 2)
              _18 = torch.gt(torch.len(_6), 2)
              if _18:
                _19 = torch.slice(input0, 0, 0, 9223372036854775807, 1)
                _20 = torch.slice(_19, 1, 0, 9223372036854775807, 1)
                _21 = torch.slice(_20, 2, 0, 9223372036854775807, 1)
                _22 = torch.slice(_21, 3, 0, _6[-3], 1)
                input2 = torch.cat([input0, _22], 3)
                _23 = torch.slice(input2, 0, 0, 9223372036854775807, 1)
                _24 = torch.slice(_23, 1, 0, 9223372036854775807, 1)
                _25 = torch.add(_6[-3], _6[-4])
                _26 = torch.slice(_24, 2, 0, 9223372036854775807, 1)
                _27 = torch.slice(_26, 3, torch.neg(_25), torch.neg(_6[-3]), 1)
                input1 = torch.cat([_27, input2], 3)
              else:
                input1 = input0
              _28 = torch.gt(torch.len(_6), 4)
              if _28:
                _29 = torch.slice(input1, 0, 0, 9223372036854775807, 1)
                _30 = torch.slice(_29, 1, 0, 9223372036854775807, 1)
                _31 = torch.slice(_30, 2, 0, 9223372036854775807, 1)
                _32 = torch.slice(_31, 3, 0, 9223372036854775807, 1)
                _33 = torch.slice(_32, 4, 0, _6[-5], 1)
                input3 = torch.cat([input1, _33], 4)
                _34 = torch.slice(input3, 0, 0, 9223372036854775807, 1)
                _35 = torch.slice(_34, 1, 0, 9223372036854775807, 1)
                _36 = torch.slice(_35, 2, 0, 9223372036854775807, 1)
                _37 = torch.add(_6[-5], _6[-6])
                _38 = torch.slice(_36, 3, 0, 9223372036854775807, 1)
                _39 = torch.slice(_38, 4, torch.neg(_37), torch.neg(_6[-5]), 1)
                ret4 = torch.cat([_39, input3], 4)
              else:
                ret4 = input1
              ret3 = ret4
            else:
              ops.prim.RaiseException("Exception")
              ret3 = x
            ret2 = ret3
          ret1 = ret2
        ret0 = ret1
      else:
        if torch.eq(torch.dim(x), 4):
          if torch.eq(torch.len(_6), 4):
            pass
          else:
            ops.prim.RaiseException("Exception")
          _40 = torch.eq("circular", "reflect")
          if _40:
            ret6 = torch.reflection_pad2d(x, _6)
          else:
            _41 = torch.eq("circular", "replicate")
            if _41:
              ret7 = torch.replication_pad2d(x, _6)
            else:
              _42 = torch.eq("circular", "circular")
              if _42:
                _43 = torch.slice(x, 0, 0, 9223372036854775807, 1)
                _44 = torch.slice(_43, 1, 0, 9223372036854775807, 1)
                _45 = torch.slice(_44, 2, 0, _6[-1], 1)
                input4 = torch.cat([x, _45], 2)
                _46 = torch.slice(input4, 0, 0, 9223372036854775807, 1)
                _47 = torch.add(_6[-1], _6[-2])
                _48 = torch.slice(_46, 1, 0, 9223372036854775807, 1)
                _49 = torch.slice(_48, 2, torch.neg(_47), torch.neg(_6[-1]), 1)
                input5 = torch.cat([_49, input4], 2)
                _50 = torch.gt(torch.len(_6), 2)
                if _50:
                  _51 = torch.slice(input5, 0, 0, 9223372036854775807, 1)
                  _52 = torch.slice(_51, 1, 0, 9223372036854775807, 1)
                  _53 = torch.slice(_52, 2, 0, 9223372036854775807, 1)
                  _54 = torch.slice(_53, 3, 0, _6[-3], 1)
                  input7 = torch.cat([input5, _54], 3)
                  _55 = torch.slice(input7, 0, 0, 9223372036854775807, 1)
                  _56 = torch.slice(_55, 1, 0, 9223372036854775807, 1)
                  _57 = torch.add(_6[-3], _6[-4])
                  _58 = torch.slice(_56, 2, 0, 9223372036854775807, 1)
                  _59 = torch.slice(_58, 3, torch.neg(_57), torch.neg(_6[-3]), 1)
                  input6 = torch.cat([_59, input7], 3)
                else:
                  input6 = input5
                _60 = torch.gt(torch.len(_6), 4)
                if _60:
                  _61 = torch.slice(input6, 0, 0, 9223372036854775807, 1)
                  _62 = torch.slice(_61, 1, 0, 9223372036854775807, 1)
                  _63 = torch.slice(_62, 2, 0, 9223372036854775807, 1)
                  _64 = torch.slice(_63, 3, 0, 9223372036854775807, 1)
                  _65 = torch.slice(_64, 4, 0, _6[-5], 1)
                  input8 = torch.cat([input6, _65], 4)
                  _66 = torch.slice(input8, 0, 0, 9223372036854775807, 1)
                  _67 = torch.slice(_66, 1, 0, 9223372036854775807, 1)
                  _68 = torch.slice(_67, 2, 0, 9223372036854775807, 1)
                  _69 = torch.add(_6[-5], _6[-6])
                  _70 = torch.slice(_68, 3, 0, 9223372036854775807, 1)
                  _71 = torch.slice(_70, 4, torch.neg(_69), torch.neg(_6[-5]), 1)
                  ret9 = torch.cat([_71, input8], 4)
                else:
                  ret9 = input6
                ret8 = ret9
              else:
                ops.prim.RaiseException("Exception")
                ret8 = x
              ret7 = ret8
            ret6 = ret7
          ret5 = ret6
        else:
          if torch.eq(torch.dim(x), 5):
            if torch.eq(torch.len(_6), 6):
              pass
            else:
              ops.prim.RaiseException("Exception")
            _72 = torch.eq("circular", "reflect")
            if _72:
              ops.prim.RaiseException("Exception")
              ret11 = x
            else:
              _73 = torch.eq("circular", "replicate")
              if _73:
                ret12 = torch.replication_pad3d(x, _6)
              else:
                _74 = torch.eq("circular", "circular")
                if _74:
                  _75 = torch.slice(x, 0, 0, 9223372036854775807, 1)
                  _76 = torch.slice(_75, 1, 0, 9223372036854775807, 1)
                  _77 = torch.slice(_76, 2, 0, _6[-1], 1)
                  input9 = torch.cat([x, _77], 2)
                  _78 = torch.slice(input9, 0, 0, 9223372036854775807, 1)
                  _79 = torch.add(_6[-1], _6[-2])
                  _80 = torch.slice(_78, 1, 0, 9223372036854775807, 1)
                  _81 = torch.slice(_80, 2, torch.neg(_79), torch.neg(_6[-1]), 1)
                  input10 = torch.cat([_81, input9], 2)
                  _82 = torch.gt(torch.len(_6), 2)
                  if _82:
                    _83 = torch.slice(input10, 0, 0, 9223372036854775807, 1)
                    _84 = torch.slice(_83, 1, 0, 9223372036854775807, 1)
                    _85 = torch.slice(_84, 2, 0, 9223372036854775807, 1)
                    _86 = torch.slice(_85, 3, 0, _6[-3], 1)
                    input12 = torch.cat([input10, _86], 3)
                    _87 = torch.slice(input12, 0, 0, 9223372036854775807, 1)
                    _88 = torch.slice(_87, 1, 0, 9223372036854775807, 1)
                    _89 = torch.add(_6[-3], _6[-4])
                    _90 = torch.slice(_88, 2, 0, 9223372036854775807, 1)
                    _91 = torch.slice(_90, 3, torch.neg(_89), torch.neg(_6[-3]), 1)
                    input11 = torch.cat([_91, input12], 3)
                  else:
                    input11 = input10
                  _92 = torch.gt(torch.len(_6), 4)
                  if _92:
                    _93 = torch.slice(input11, 0, 0, 9223372036854775807, 1)
                    _94 = torch.slice(_93, 1, 0, 9223372036854775807, 1)
                    _95 = torch.slice(_94, 2, 0, 9223372036854775807, 1)
                    _96 = torch.slice(_95, 3, 0, 9223372036854775807, 1)
                    _97 = torch.slice(_96, 4, 0, _6[-5], 1)
                    input13 = torch.cat([input11, _97], 4)
                    _98 = torch.slice(input13, 0, 0, 9223372036854775807, 1)
                    _99 = torch.slice(_98, 1, 0, 9223372036854775807, 1)
                    _100 = torch.slice(_99, 2, 0, 9223372036854775807, 1)
                    _101 = torch.add(_6[-5], _6[-6])
                    _102 = torch.slice(_100, 3, 0, 9223372036854775807, 1)
                    _103 = torch.slice(_102, 4, torch.neg(_101), torch.neg(_6[-5]), 1)
                    ret14 = torch.cat([_103, input13], 4)
                  else:
                    ret14 = input11
                  ret13 = ret14
                else:
                  ops.prim.RaiseException("Exception")
                  ret13 = x
                ret12 = ret13
              ret11 = ret12
            ret10 = ret11
          else:
            ops.prim.RaiseException("Exception")
            ret10 = x
          ret5 = ret10
        ret0 = ret5
      ret = ret0
    _104 = _1.bias
    _105 = [0, 0]
    _4, _5 = True, torch.conv2d(ret, _2, _104, [1, 1], _105, [1, 1], 1)
  else:
    _4, _5 = False, _3
  if _4:
    _106 = _5
  else:
    _106 = torch.conv2d(x, _2, _1.bias, [1, 1], [1, 1], [1, 1], 1)
  if torch.ne(torch.dim(_106), 4):
    ops.prim.RaiseException("Exception")
  else:
    pass
  if _0.training:
    _107 = True
  else:
    _107 = False
  if _107:
    _108 = torch.add_(_0.num_batches_tracked, 1, 1)
    exponential_average_factor = 0.10000000000000001
  else:
    exponential_average_factor = 0.10000000000000001
  _109 = _0.running_mean
  _110 = _0.running_var
  _111 = _0.weight
  _112 = _0.bias
  if _0.training:
    _113 = True
  else:
    _113 = torch.__not__(True)
  if _113:
    size = torch.size(_106)
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
  _114 = torch.batch_norm(_106, _111, _112, _109, _110, _113, exponential_average_factor, 1.0000000000000001e-05, True)
  if False:
    input14 = torch.relu_(_114)
  else:
    input14 = torch.relu(_114)
  return torch.flatten(input14, 1, -1)
