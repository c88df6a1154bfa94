op_version_set = 1
def forward(self,
    input: Tensor) -> Tensor:
  _0 = self.weight
  _1 = uninitialized(Tensor)
  if torch.eq("zeros", "circular"):
    _4 = [torch.floordiv(torch.add(1, 1), 2), torch.floordiv(1, 2), torch.floordiv(torch.add(1, 1), 2), torch.floordiv(1, 2)]
    _5 = torch.eq(torch.remainder(torch.len(_4), 2), 0)
    if _5:
      pass
    else:
      ops.prim.RaiseException("Exception")
    _6 = torch.le(torch.floordiv(torch.len(_4), 2), torch.dim(input))
    if _6:
      pass
    else:
      ops.prim.RaiseException("Exception")
    if torch.eq("circular", "constant"):
      ret = torch.constant_pad_nd(input, _4, 0.)
    else:
      if torch.eq(0., 0):
        pass
      else:
        ops.prim.RaiseException("Exception")
      if torch.eq(torch.dim(input), 3):
        if torch.eq(torch.len(_4), 2):
          pass
        else:
          ops.prim.RaiseException("Exception")
        if torch.eq("circular", "reflect"):
          ret1 = torch.reflection_pad1d(input, _4)
        else:
          _7 = torch.eq("circular", "replicate")
          if _7:
            ret2 = torch.replication_pad1d(input, _4)
          else:
            _8 = torch.eq("circular", "circular")
            if _8:
              _9 = torch.slice(input, 0, 0, 9223372036854775807, 1)
              _10 = torch.slice(_9, 1, 0, 9223372036854775807, 1)
              _11 = torch.slice(_10, 2, 0, _4[-1], 1)
              input0 = torch.cat([input, _11], 2)
              _12 = torch.slice(input0, 0, 0, 9223372036854775807, 1)
              _13 = torch.slice(_12, 1, 0, 9223372036854775807, 1)
              _14 = torch.neg(torch.add(_4[-1], _4[-2]))
              _15 = torch.slice(_13, 2, _14, torch.neg(_4[-1]), 1)
              input1 = torch.cat([_15, input0], 2)
              _16 = torch.gt(torch.len(_4), 2)
              if _16:
                _17 = torch.slice(input1, 0, 0, 9223372036854775807, 1)
                _18 = torch.slice(_17, 1, 0, 9223372036854775807, 1)
                _19 = torch.slice(_18, 2, 0, 9223372036854775807, 1)
                _20 = torch.slice(_19, 3, 0, _4[-3], 1)
                input3 = torch.cat([input1, _20], 3)
                _21 = torch.slice(input3, 0, 0, 9223372036854775807, 1)
                _22 = torch.slice(_21, 1, 0, 9223372036854775807, 1)
                _23 = torch.add(_4[-3], _4[-4])
                _24 = torch.slice(_22, 2, 0, 9223372036854775807, 1)
                _25 = torch.slice(_24, 3, torch.neg(_23), torch.neg(_4[-3]), 1)
                input2 = torch.cat([_25, input3], 3)
              else:
                input2 = input1
              _26 = torch.gt(torch.len(_4), 4)
              if _26:
                _27 = torch.slice(input2, 0, 0, 9223372036854775807, 1)
                _28 = torch.slice(_27, 1, 0, 9223372036854775807, 1)
                _29 = torch.slice(_28, 2, 0, 9223372036854775807, 1)
                _30 = torch.slice(_29, 3, 0, 9223372036854775807, 1)
                _31 = torch.slice(_30, 4, 0, _4[-5], 1)
                input4 = torch.cat([input2, _31], 4)
                _32 = torch.slice(input4, 0, 0, 9223372036854775807, 1)
                _33 = torch.slice(_32, 1, 0, 9223372036854775807, 1)
                _34 = torch.slice(_33, 2, 0, 9223372036854775807, 1)
                _35 = torch.add(_4[-5], _4[-6])
                _36 = torch.slice(_34, 3, 0, 9223372036854775807, 1)
                _37 = torch.slice(_36, 4, torch.neg(_35), torch.neg(_4[-5]), 1)
                ret4 = torch.cat([_37, input4], 4)
              else:
                ret4 = input2
              ret3 = ret4
            else:
              ops.prim.RaiseException("Exception")
              ret3 = input
            ret2 = ret3
          ret1 = ret2
        ret0 = ret1
      else:
        if torch.eq(torch.dim(input), 4):
          if torch.eq(torch.len(_4), 4):
            pass
          else:
            ops.prim.RaiseException("Exception")
          _38 = torch.eq("circular", "reflect")
          if _38:
            ret6 = torch.reflection_pad2d(input, _4)
          else:
            _39 = torch.eq("circular", "replicate")
            if _39:
              ret7 = torch.replication_pad2d(input, _4)
            else:
              _40 = torch.eq("circular", "circular")
              if _40:
                _41 = torch.slice(input, 0, 0, 9223372036854775807, 1)
                _42 = torch.slice(_41, 1, 0, 9223372036854775807, 1)
                _43 = torch.slice(_42, 2, 0, _4[-1], 1)
                input5 = torch.cat([input, _43], 2)
                _44 = torch.slice(input5, 0, 0, 9223372036854775807, 1)
                _45 = torch.add(_4[-1], _4[-2])
                _46 = torch.slice(_44, 1, 0, 9223372036854775807, 1)
                _47 = torch.slice(_46, 2, torch.neg(_45), torch.neg(_4[-1]), 1)
                input6 = torch.cat([_47, input5], 2)
                _48 = torch.gt(torch.len(_4), 2)
                if _48:
                  _49 = torch.slice(input6, 0, 0, 9223372036854775807, 1)
                  _50 = torch.slice(_49, 1, 0, 9223372036854775807, 1)
                  _51 = torch.slice(_50, 2, 0, 9223372036854775807, 1)
                  _52 = torch.slice(_51, 3, 0, _4[-3], 1)
                  input8 = torch.cat([input6, _52], 3)
                  _53 = torch.slice(input8, 0, 0, 9223372036854775807, 1)
                  _54 = torch.slice(_53, 1, 0, 9223372036854775807, 1)
                  _55 = torch.add(_4[-3], _4[-4])
                  _56 = torch.slice(_54, 2, 0, 9223372036854775807, 1)
                  _57 = torch.slice(_56, 3, torch.neg(_55), torch.neg(_4[-3]), 1)
                  input7 = torch.cat([_57, input8], 3)
                else:
                  input7 = input6
                _58 = torch.gt(torch.len(_4), 4)
                if _58:
                  _59 = torch.slice(input7, 0, 0, 9223372036854775807, 1)
                  _60 = torch.slice(_59, 1, 0, 9223372036854775807, 1)
                  _61 = torch.slice(_60, 2, 0, 9223372036854775807, 1)
                  _62 = torch.slice(_61, 3, 0, 9223372036854775807, 1)
                  _63 = torch.slice(_62, 4, 0, _4[-5], 1)
                  input9 = torch.cat([input7, _63], 4)
                  _64 = torch.slice(input9, 0, 0, 9223372036854775807, 1)
                  _65 = torch.slice(_64, 1, 0, 9223372036854775807, 1)
                  _66 = torch.slice(_65, 2, 0, 9223372036854775807, 1)
                  _67 = torch.add(_4[-5], _4[-6])
                  _68 = torch.slice(_66, 3, 0, 9223372036854775807, 1)
                  _69 = torch.slice(_68, 4, torch.neg(_67), torch.neg(_4[-5]), 1)
                  ret9 = torch.cat([_69, input9], 4)
                else:
                  ret9 = input7
                ret8 = ret9
              else:
                ops.prim.RaiseException("Exception")
                ret8 = input
              ret7 = ret8
            ret6 = ret7
          ret5 = ret6
        else:
          if torch.eq(torch.dim(input), 5):
            if torch.eq(torch.len(_4), 6):
              pass
            else:
              ops.prim.RaiseException("Exception")
            _70 = torch.eq("circular", "reflect")
            if _70:
              ops.prim.RaiseException("Exception")
              ret11 = input
            else:
              _71 = torch.eq("circular", "replicate")
              if _71:
                ret12 = torch.replication_pad3d(input, _4)
              else:
                _72 = torch.eq("circular", "circular")
                if _72:
                  _73 = torch.slice(input, 0, 0, 9223372036854775807, 1)
                  _74 = torch.slice(_73, 1, 0, 9223372036854775807, 1)
                  _75 = torch.slice(_74, 2, 0, _4[-1], 1)
                  input10 = torch.cat([input, _75], 2)
                  _76 = torch.slice(input10, 0, 0, 9223372036854775807, 1)
                  _77 = torch.add(_4[-1], _4[-2])
                  _78 = torch.slice(_76, 1, 0, 9223372036854775807, 1)
                  _79 = torch.slice(_78, 2, torch.neg(_77), torch.neg(_4[-1]), 1)
                  input11 = torch.cat([_79, input10], 2)
                  _80 = torch.gt(torch.len(_4), 2)
                  if _80:
                    _81 = torch.slice(input11, 0, 0, 9223372036854775807, 1)
                    _82 = torch.slice(_81, 1, 0, 9223372036854775807, 1)
                    _83 = torch.slice(_82, 2, 0, 9223372036854775807, 1)
                    _84 = torch.slice(_83, 3, 0, _4[-3], 1)
                    input13 = torch.cat([input11, _84], 3)
                    _85 = torch.slice(input13, 0, 0, 9223372036854775807, 1)
                    _86 = torch.slice(_85, 1, 0, 9223372036854775807, 1)
                    _87 = torch.add(_4[-3], _4[-4])
                    _88 = torch.slice(_86, 2, 0, 9223372036854775807, 1)
                    _89 = torch.slice(_88, 3, torch.neg(_87), torch.neg(_4[-3]), 1)
                    input12 = torch.cat([_89, input13], 3)
                  else:
                    input12 = input11
                  _90 = torch.gt(torch.len(_4), 4)
                  if _90:
                    _91 = torch.slice(input12, 0, 0, 9223372036854775807, 1)
                    _92 = torch.slice(_91, 1, 0, 9223372036854775807, 1)
                    _93 = torch.slice(_92, 2, 0, 9223372036854775807, 1)
                    _94 = torch.slice(_93, 3, 0, 9223372036854775807, 1)
                    _95 = torch.slice(_94, 4, 0, _4[-5], 1)
                    input14 = torch.cat([input12, _95], 4)
                    _96 = torch.slice(input14, 0, 0, 9223372036854775807, 1)
                    _97 = torch.slice(_96, 1, 0, 9223372036854775807, 1)
                    _98 = torch.slice(_97, 2, 0, 9223372036854775807, 1)
                    _99 = torch.add(_4[-5], _4[-6])
                    _100 = torch.slice(_98, 3, 0, 9223372036854775807, 1)
                    _101 = torch.slice(_100, 4, torch.neg(_99), torch.neg(_4[-5]), 1)
                    ret14 = torch.cat([_101, input14], 4)
                  else:
                    ret14 = input12
                  ret13 = ret14
                else:
                  ops.prim.RaiseException("Exception")
                  ret13 = input
                ret12 = ret13
              ret11 = ret12
            ret10 = ret11
          else:
            ops.prim.RaiseException("Exception")
            ret10 = input
          ret5 = ret10
        ret0 = ret5
      ret = ret0
    _102 = self.bias
    _103 = [0, 0]
    _2, _3 = True, torch.conv2d(ret, _0, _102, [1, 1], _103, [1, 1], 1)
  else:
    _2, _3 = False, _1
  if _2:
    _104 = _3
  else:
    _104 = torch.conv2d(input, _0, self.bias, [1, 1], [1, 1], [1, 1], 1)
  return _104
def conv2d_forward(self,
    input: Tensor,
    weight: Tensor) -> Tensor:
  _105 = uninitialized(Tensor)
  if torch.eq("zeros", "circular"):
    _108 = [torch.floordiv(torch.add(1, 1), 2), torch.floordiv(1, 2), torch.floordiv(torch.add(1, 1), 2), torch.floordiv(1, 2)]
    _109 = torch.eq(torch.remainder(torch.len(_108), 2), 0)
    if _109:
      pass
    else:
      ops.prim.RaiseException("Exception")
    _110 = torch.le(torch.floordiv(torch.len(_108), 2), torch.dim(input))
    if _110:
      pass
    else:
      ops.prim.RaiseException("Exception")
    if torch.eq("circular", "constant"):
      ret = torch.constant_pad_nd(input, _108, 0.)
    else:
      if torch.eq(0., 0):
        pass
      else:
        ops.prim.RaiseException("Exception")
      if torch.eq(torch.dim(input), 3):
        if torch.eq(torch.len(_108), 2):
          pass
        else:
          ops.prim.RaiseException("Exception")
        if torch.eq("circular", "reflect"):
          ret16 = torch.reflection_pad1d(input, _108)
        else:
          _111 = torch.eq("circular", "replicate")
          if _111:
            ret17 = torch.replication_pad1d(input, _108)
          else:
            _112 = torch.eq("circular", "circular")
            if _112:
              _113 = torch.slice(input, 0, 0, 9223372036854775807, 1)
              _114 = torch.slice(_113, 1, 0, 9223372036854775807, 1)
              _115 = torch.slice(_114, 2, 0, _108[-1], 1)
              input15 = torch.cat([input, _115], 2)
              _116 = torch.slice(input15, 0, 0, 9223372036854775807, 1)
              _117 = torch.add(_108[-1], _108[-2])
              _118 = torch.slice(_116, 1, 0, 9223372036854775807, 1)
              _119 = torch.slice(_118, 2, torch.neg(_117), torch.neg(_108[-1]), 1)
              input16 = torch.cat([_119, input15], 2)
              _120 = torch.gt(torch.len(_108), 2)
              if _120:
                _121 = torch.slice(input16, 0, 0, 9223372036854775807, 1)
                _122 = torch.slice(_121, 1, 0, 9223372036854775807, 1)
                _123 = torch.slice(_122, 2, 0, 9223372036854775807, 1)
                _124 = torch.slice(_123, 3, 0, _108[-3], 1)
                input18 = torch.cat([input16, _124], 3)
                _125 = torch.slice(input18, 0, 0, 9223372036854775807, 1)
                _126 = torch.slice(_125, 1, 0, 9223372036854775807, 1)
                _127 = torch.add(_108[-3], _108[-4])
                _128 = torch.slice(_126, 2, 0, 9223372036854775807, 1)
                _129 = torch.slice(_128, 3, torch.neg(_127), torch.neg(_108[-3]), 1)
                input17 = torch.cat([_129, input18], 3)
              else:
                input17 = input16
              _130 = torch.gt(torch.len(_108), 4)
              if _130:
                _131 = torch.slice(input17, 0, 0, 9223372036854775807, 1)
                _132 = torch.slice(_131, 1, 0, 9223372036854775807, 1)
                _133 = torch.slice(_132, 2, 0, 9223372036854775807, 1)
                _134 = torch.slice(_133, 3, 0, 9223372036854775807, 1)
                _135 = torch.slice(_134, 4, 0, _108[-5], 1)
                input19 = torch.cat([input17, _135], 4)
                _136 = torch.slice(input19, 0, 0, 9223372036854775807, 1)
                _137 = torch.slice(_136, 1, 0, 9223372036854775807, 1)
                _138 = torch.slice(_137, 2, 0, 9223372036854775807, 1)
                _139 = torch.add(_108[-5], _108[-6])
                _140 = torch.slice(_138, 3, 0, 9223372036854775807, 1)
                _141 = torch.slice(_140, 4, torch.neg(_139), torch.neg(_108[-5]), 1)
                ret19 = torch.cat([_141, input19], 4)
              else:
                ret19 = input17
              ret18 = ret19
            else:
              ops.prim.RaiseException("Exception")
              ret18 = input
            ret17 = ret18
          ret16 = ret17
        ret15 = ret16
      else:
        if torch.eq(torch.dim(input), 4):
          if torch.eq(torch.len(_108), 4):
            pass
          else:
            ops.prim.RaiseException("Exception")
          _142 = torch.eq("circular", "reflect")
          if _142:
            ret21 = torch.reflection_pad2d(input, _108)
          else:
            _143 = torch.eq("circular", "replicate")
            if _143:
              ret22 = torch.replication_pad2d(input, _108)
            else:
              _144 = torch.eq("circular", "circular")
              if _144:
                _145 = torch.slice(input, 0, 0, 9223372036854775807, 1)
                _146 = torch.slice(_145, 1, 0, 9223372036854775807, 1)
                _147 = torch.slice(_146, 2, 0, _108[-1], 1)
                input20 = torch.cat([input, _147], 2)
                _148 = torch.slice(input20, 0, 0, 9223372036854775807, 1)
                _149 = torch.add(_108[-1], _108[-2])
                _150 = torch.slice(_148, 1, 0, 9223372036854775807, 1)
                _151 = torch.slice(_150, 2, torch.neg(_149), torch.neg(_108[-1]), 1)
                input21 = torch.cat([_151, input20], 2)
                _152 = torch.gt(torch.len(_108), 2)
                if _152:
                  _153 = torch.slice(input21, 0, 0, 9223372036854775807, 1)
                  _154 = torch.slice(_153, 1, 0, 9223372036854775807, 1)
                  _155 = torch.slice(_154, 2, 0, 9223372036854775807, 1)
                  _156 = torch.slice(_155, 3, 0, _108[-3], 1)
                  input23 = torch.cat([input21, _156], 3)
                  _157 = torch.slice(input23, 0, 0, 9223372036854775807, 1)
                  _158 = torch.slice(_157, 1, 0, 9223372036854775807, 1)
                  _159 = torch.add(_108[-3], _108[-4])
                  _160 = torch.slice(_158, 2, 0, 9223372036854775807, 1)
                  _161 = torch.slice(_160, 3, torch.neg(_159), torch.neg(_108[-3]), 1)
                  input22 = torch.cat([_161, input23], 3)
                else:
                  input22 = input21
                _162 = torch.gt(torch.len(_108), 4)
                if _162:
                  _163 = torch.slice(input22, 0, 0, 9223372036854775807, 1)
                  _164 = torch.slice(_163, 1, 0, 9223372036854775807, 1)
                  _165 = torch.slice(_164, 2, 0, 9223372036854775807, 1)
                  _166 = torch.slice(_165, 3, 0, 9223372036854775807, 1)
                  _167 = torch.slice(_166, 4, 0, _108[-5], 1)
                  input24 = torch.cat([input22, _167], 4)
                  _168 = torch.slice(input24, 0, 0, 9223372036854775807, 1)
                  _169 = torch.slice(_168, 1, 0, 9223372036854775807, 1)
                  _170 = torch.slice(_169, 2, 0, 9223372036854775807, 1)
                  _171 = torch.add(_108[-5], _108[-6])
                  _172 = torch.slice(_170, 3, 0, 9223372036854775807, 1)
                  _173 = torch.slice(_172, 4, torch.neg(_171), torch.neg(_108[-5]), 1)
                  ret24 = torch.cat([_173, input24], 4)
                else:
                  ret24 = input22
                ret23 = ret24
              else:
                ops.prim.RaiseException("Exception")
                ret23 = input
              ret22 = ret23
            ret21 = ret22
          ret20 = ret21
        else:
          if torch.eq(torch.dim(input), 5):
            _174 = torch.eq(torch.len(_108), 6)
            if _174:
              pass
            else:
              ops.prim.RaiseException("Exception")
            _175 = torch.eq("circular", "reflect")
            if _175:
              ops.prim.RaiseException("Exception")
              ret26 = input
            else:
              _176 = torch.eq("circular", "replicate")
              if _176:
                ret27 = torch.replication_pad3d(input, _108)
              else:
                _177 = torch.eq("circular", "circular")
                if _177:
                  _178 = torch.slice(input, 0, 0, 9223372036854775807, 1)
                  _179 = torch.slice(_178, 1, 0, 9223372036854775807, 1)
                  _180 = torch.slice(_179, 2, 0, _108[-1], 1)
                  input25 = torch.cat([input, _180], 2)
                  _181 = torch.slice(input25, 0, 0, 9223372036854775807, 1)
                  _182 = torch.add(_108[-1], _108[-2])
                  _183 = torch.slice(_181, 1, 0, 9223372036854775807, 1)
                  _184 = torch.slice(_183, 2, torch.neg(_182), torch.neg(_108[-1]), 1)
                  input26 = torch.cat([_184, input25], 2)
                  _185 = torch.gt(torch.len(_108), 2)
                  if _185:
                    _186 = torch.slice(input26, 0, 0, 9223372036854775807, 1)
                    _187 = torch.slice(_186, 1, 0, 9223372036854775807, 1)
                    _188 = torch.slice(_187, 2, 0, 9223372036854775807, 1)
                    _189 = torch.slice(_188, 3, 0, _108[-3], 1)
                    input28 = torch.cat([input26, _189], 3)
                    _190 = torch.slice(input28, 0, 0, 9223372036854775807, 1)
                    _191 = torch.slice(_190, 1, 0, 9223372036854775807, 1)
                    _192 = torch.add(_108[-3], _108[-4])
                    _193 = torch.slice(_191, 2, 0, 9223372036854775807, 1)
                    _194 = torch.slice(_193, 3, torch.neg(_192), torch.neg(_108[-3]), 1)
                    input27 = torch.cat([_194, input28], 3)
                  else:
                    input27 = input26
                  _195 = torch.gt(torch.len(_108), 4)
                  if _195:
                    _196 = torch.slice(input27, 0, 0, 9223372036854775807, 1)
                    _197 = torch.slice(_196, 1, 0, 9223372036854775807, 1)
                    _198 = torch.slice(_197, 2, 0, 9223372036854775807, 1)
                    _199 = torch.slice(_198, 3, 0, 9223372036854775807, 1)
                    _200 = torch.slice(_199, 4, 0, _108[-5], 1)
                    input29 = torch.cat([input27, _200], 4)
                    _201 = torch.slice(input29, 0, 0, 9223372036854775807, 1)
                    _202 = torch.slice(_201, 1, 0, 9223372036854775807, 1)
                    _203 = torch.slice(_202, 2, 0, 9223372036854775807, 1)
                    _204 = torch.add(_108[-5], _108[-6])
                    _205 = torch.slice(_203, 3, 0, 9223372036854775807, 1)
                    _206 = torch.slice(_205, 4, torch.neg(_204), torch.neg(_108[-5]), 1)
                    ret29 = torch.cat([_206, input29], 4)
                  else:
                    ret29 = input27
                  ret28 = ret29
                else:
                  ops.prim.RaiseException("Exception")
                  ret28 = input
                ret27 = ret28
              ret26 = ret27
            ret25 = ret26
          else:
            ops.prim.RaiseException("Exception")
            ret25 = input
          ret20 = ret25
        ret15 = ret20
      ret = ret15
    _207 = self.bias
    _208 = [0, 0]
    _106, _107 = True, torch.conv2d(ret, weight, _207, [1, 1], _208, [1, 1], 1)
  else:
    _106, _107 = False, _105
  if _106:
    _209 = _107
  else:
    _209 = torch.conv2d(input, weight, self.bias, [1, 1], [1, 1], [1, 1], 1)
  return _209
