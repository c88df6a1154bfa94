"""Programs no compiler would write, as the text that follows `def forward(self: ..., x: Tensor)`.

x is f32[2,3]. Each must be converted or refused, in bounded time and memory.
"""

_DEEP = 3000


def _body(*lines, result="Tensor"):
    return f" -> {result}:\n" + "".join(f"    {line}\n" for line in lines)


def _chain(count):
    """Methods in which each calls the next one twice."""
    text = _body("return (self).m0(x, )")
    for i in range(count):
        text += f"  def m{i}(self: CLASS,\n    x: Tensor)" + _body(
            f"return torch.add((self).m{i + 1}(x, ), (self).m{i + 1}(x, ))"
        )
    return text + f"  def m{count}(self: CLASS,\n    x: Tensor)" + _body("return x")


def _returns(expression):
    return _body(f"return {expression}")


_STATEMENTS = {
    "endless_recursion": _returns("(self).forward(x, )"),
    "exponential_calls": _chain(60),
    "endless_loop": _body("while True:", "  x = torch.add(x, 1)", "return x"),
    "endless_for": _body("for i in range(9223372036854775807):", "  x = torch.add(x, i)", "return x"),
    "growing_string": _body(
        's = "ab"', "for i in range(64):", "  s = torch.add(s, s)", "print(s)", "return x"
    ),
    "growing_list": _body(
        "s = [1, 2]", "for i in range(64):", "  s = torch.add(s, s)", "return torch.tensor(s)"
    ),
    "growing_nest": _body(
        "s = annotate(List[Any], [1])", "for i in range(90000):", "  s = [s]", "print(s)", "return x"
    ),
    "doubled_sharing": _body(
        "s = [1]", "for i in range(70):", "  s = [s, s]", 'print(torch.format("{}", s))', "return x"
    ),
    "list_in_itself": _body(
        "s = annotate(List[Any], [1])", "_0 = torch.append(s, s)", "print(s, torch.eq(s, s))", "return x"
    ),
    "repeated_list": _returns("torch.tensor(torch.mul([1, 2], 9223372036854775807))"),
    "repeated_string": _body('s = torch.mul("ab", 4611686018427387905)', "return x"),
    "long_list": _returns("torch.tensor(torch.list(torch.range(4611686018427387904)))"),
    "padded_format": _body('s = torch.format("{:9999999999}", 1)', "return x"),
    "justified_string": _body('s = torch.ljust("a", 999999999999)', "return x"),
    "folded_doubling": _body(
        "y = torch.arange(1024)", "for i in range(40):", "  y = torch.cat([y, y])", "return y"
    ),
    "graph_doubling": _body(
        "y = x", "for i in range(70):", "  y = torch.cat([y, y])", "return y"
    ),
    "sum_doubling": _body("for i in range(9999):", "  x = torch.add(x, x)", "return x"),
    "deep_parentheses": _returns("(" * _DEEP + "x" + ")" * _DEEP),
    "deep_calls": _returns("torch.neg(" * _DEEP + "x" + ")" * _DEEP),
    "deep_list": _body("y = " + "[" * _DEEP + "1" + "]" * _DEEP, "return x"),
    "deep_attributes": _returns("self" + ".a" * _DEEP),
    "deep_blocks": _body(*("  " * i + "if True:" for i in range(_DEEP)), "  " * _DEEP + "pass", "return x"),
    "deep_type": _body("y = annotate(" + "List[" * _DEEP + "int" + "]" * _DEEP + ", [])", "return x"),
    "missing_name": _returns("nothing"),
    "no_return": _body("pass"),
    "wrong_unpacking": _body("a, b, c, = (x, x)", "return x"),
    "self_returned": _body("return self", result="Any"),
    "list_written_while_read": _body(
        "s = [1]", "for i in s:", "  _0 = torch.append(s, i)", "return torch.tensor(s)"
    ),
    "attribute_cycle": _body("self.training = self", "return x"),
    "integer_overflow": _returns(
        "torch.add(x, torch.mul(torch.add(9223372036854775807, 1), 9223372036854775807))"
    ),
    "smallest_by_minus_one": _body(
        "n = torch.sub(-9223372036854775807, 1)",
        "return torch.add(x, torch.floordiv(n, -1), alpha=torch.remainder(n, -1))",
    ),
    "division_by_zero": _returns("torch.add(x, torch.floordiv(1, 0))"),
    "modulo_zero": _returns("torch.add(x, torch.remainder(1, 0))"),
    "power_of_power": _returns("torch.add(x, torch.pow(torch.pow(9, 99), 99))"),
    "huge_shift": _returns("torch.add(x, torch.__lshift__(1, 9999))"),
    "nan_to_int": _returns("torch.add(x, int(nan))"),
    "inf_to_int": _returns("torch.add(x, torch.floor(inf))"),
    "huge_index": _returns("[x][9223372036854775807]"),
    "huge_negative_index": _returns("[x][-9223372036854775807]"),
    "string_index": _body('s = torch.__getitem__("abc", -9223372036854775807)', "return x"),
    "extended_by_itself": _body(
        "a = [1]", "for i in range(25):", "  _0 = torch.extend(a, a)", "return torch.tensor(a)"
    ),
    "kept_lists": _body(
        "a = annotate(List[Any], [])",
        "b = torch.mul([1], 900000)",
        "for i in range(90000):",
        "  _0 = torch.append(a, torch.slice(b))",
        "return x",
    ),
    "kept_strings": _body(
        "a = annotate(List[Any], [])",
        "for i in range(90000):",
        '  _0 = torch.append(a, torch.ljust("a", 1000000))',
        "return x",
    ),
    "growing_dict": _body(
        "a = annotate(Dict[int, int], {})",
        "for i in range(90000):",
        "  for j in range(90000):",
        "    torch._set_item(a, torch.add(torch.mul(i, 90000), j), j)",
        "return x",
    ),
    "replaced_by_longer": _body(
        's = "a"', "for i in range(64):", '  s = torch.replace(s, "a", "aa")', "return x"
    ),
    "replaced_nothing": _body('s = torch.replace("abc", "", "x")', "return x"),
    "counted_nothing": _body('s = torch.count("abc", "")', "return x"),
    "centered_nothing": _body('s = torch.center("abc", -1)', "return x"),
    "joined_longer": _body(
        's = "ab"', "for i in range(64):", "  s = torch.join(s, [s, s, s])", "return x"
    ),
    "wide_tabs": _body('s = torch.expandtabs("\\t\\t", 9223372036854775807)', "return x"),
    "zero_filled": _body('s = torch.zfill("1", 9223372036854775807)', "return x"),
    "sort_nothing": _body("y = torch.sort()", "return x"),
    "sort_mixed": _body('y = torch.sorted([1, "a", x, 2.5, None])', "return x"),
    "sort_nested": _body(
        "a = [1]", "c = [1]", "for i in range(60):", "  a = [a]", "  c = [c]", "d = torch.sorted([a, c])", "return x"
    ),
    "sort_tuples": _body(
        "a = (1, 1)", "c = (1, 1)", "for i in range(60):", "  a = (a, a)", "  c = (c, c)", "d = torch.sorted([a, c])",
        "return x",
    ),
    "sort_nan": _body("y = torch.sorted([nan, 1., nan, 2., nan, 0.])", "return x"),
    "sort_lists_in_themselves": _body(
        "a = annotate(List[Any], [])", "_0 = torch.append(a, a)", "c = annotate(List[Any], [])", "_1 = torch.append(c, c)",
        "d = torch.sorted([a, c])", "return x",
    ),
    "rows_of_many": _body("for i in torch.zeros([3000000]):", "  x = torch.add(x, i)", "return x"),
    "parts_of_many": _body("y = torch.unbind(torch.zeros([3000000]))", "return torch.add(x, y[0])"),
    "list_of_many": _body("y = torch.tolist(torch.zeros([3000000]))", "return x"),
    "left_at_once": _body(
        "a = torch.mul([1], 900000)", "for i in range(90000):", "  for j in a:", "    break", "return x"
    ),
    "branches_that_raise": _body(
        *(
            line
            for i in range(40)
            for line in (
                "  " * i + f"if bool(torch.gt(torch.sum(x), {i}.)):",
                "  " * i + '  ops.prim.RaiseException("a")',
                "  " * i + "else:",
            )
        ),
        "  " * 40 + "x = torch.neg(x)",
        "return x",
    ),
    "list_in_branches": _body(
        "a = torch.mul([1], 900000)",
        "for i in range(90000):",
        "  if bool(torch.gt(torch.sum(x), float(i))):",
        "    _0 = torch.append(a, i)",
        "return x",
    ),
    "factorial": _body("n = torch.factorial(9223372036854775807)", "return x"),
    "huge_chr": _body("s = torch.chr(99999999999)", "return x"),
}  # fmt: skip

_HUGE = "9223372036854775807"

# Expressions over x.
_EXPRESSIONS = [
    f"torch.zeros([{_HUGE}, {_HUGE}])",
    "torch.zeros([4611686018427387904, 4, 0])",
    "torch.zeros([-1, 3])",
    "torch.add(torch.zeros([1099511627776]), 1)",
    f"torch.arange({_HUGE})",
    f"torch.arange(-{_HUGE}, {_HUGE})",
    "torch.arange(0, 1, 0)",
    "torch.arange(0., 1e30, 1e-30)",
    f"torch.linspace(0., 1., {_HUGE})",
    f"torch.eye({_HUGE})",
    f"torch.full([{_HUGE}], 1)",
    f"torch.view(x, [{_HUGE}, 2])",
    "torch.view(x, [-1, -1])",
    "torch.view(x, [-1, 0])",
    f"torch.view(x, [-{_HUGE}])",
    f"torch.expand(x, [{_HUGE}, 2, 3])",
    f"torch.repeat(x, [{_HUGE}, {_HUGE}])",
    "torch.repeat(x, [-1, 1])",
    f"torch.repeat_interleave(x, {_HUGE})",
    "torch.permute(x, [0, 0])",
    "torch.permute(x, [0])",
    f"torch.permute(x, [{_HUGE}, 0])",
    f"torch.transpose(x, {_HUGE}, -{_HUGE})",
    f"torch.unsqueeze(x, {_HUGE})",
    f"torch.select(x, 0, {_HUGE})",
    "torch.slice(x, 0, 0, 2, 0)",
    "torch.slice(x, 0, 0, 2, -1)",
    f"torch.slice(x, 0, -{_HUGE}, {_HUGE}, {_HUGE})",
    f"torch.as_strided(x, [{_HUGE}, 2], [{_HUGE}, {_HUGE}], {_HUGE})",
    "torch.as_strided(x, [4, 4], [-1, -1])",
    "torch.as_strided(x, [2, 3], [3, 1], -7)",
    f"torch.unfold(x, 1, {_HUGE}, 1)",
    "torch.unfold(x, 1, 2, 0)",
    "torch.unfold(x, 1, -2, 1)",
    f"torch.narrow(x, 0, {_HUGE}, {_HUGE})",
    f"torch.pad(x, [{_HUGE}, {_HUGE}])",
    "torch.pad(x, [-9, -9])",
    "torch.pad(x, [1])",
    'torch.pad(torch.unsqueeze(x, 0), [9999, 9999], "reflect")',
    "torch.cat([])",
    "torch.stack([])",
    f"torch.split(x, {_HUGE})[1]",
    "torch.split(x, 0)[0]",
    "torch.split(x, -1)[0]",
    f"torch.chunk(x, {_HUGE})[0]",
    "torch.chunk(x, 0)[0]",
    "torch.split_with_sizes(x, [9223372036854775807, 9223372036854775807])[0]",
    f"torch.roll(x, [{_HUGE}], [0])",
    f"torch.roll(x, [-{_HUGE}], [{_HUGE}])",
    "torch.flip(x, [0, 0])",
    f"torch.rot90(x, {_HUGE})",
    f"torch.tril(x, {_HUGE})",
    f"torch.diag(torch.flatten(x), {_HUGE})",
    f"torch.diag_embed(x, -{_HUGE})",
    f"torch.diagonal(x, -{_HUGE})",
    f"torch.topk(x, {_HUGE})[0]",
    "torch.topk(x, -1)[0]",
    "torch.kthvalue(x, 0)[0]",
    f"torch.cumsum(x, {_HUGE})",
    f"torch.sum(x, [{_HUGE}])",
    "torch.sum(x, [0, 0])",
    "torch.gather(x, 0, torch.tensor([[9, -9, 1]]))",
    f"torch.gather(x, 0, torch.tensor([[{_HUGE}, 0, 1]]))",
    "torch.index_select(x, 0, torch.tensor([99]))",
    "torch.index(x, [torch.tensor([99, -99])])",
    "torch.index(torch.zeros([2, 3]), [torch.tensor([99, -99])])",
    "torch.gather(torch.zeros([2, 3]), 0, torch.tensor([[9, -9, 1]]))",
    "torch.scatter(torch.zeros([2, 3]), 0, torch.tensor([[9, -9, 1]]), 1.)",
    "torch.index_put(torch.zeros([2, 3]), [torch.tensor([7])], torch.tensor(1.))",
    "torch.index_add(torch.zeros([2, 3]), 0, torch.tensor([7]), torch.ones([1, 3]))",
    "torch.embedding(torch.zeros([2, 3]), torch.tensor([99]))",
    "torch.take(torch.zeros([2, 3]), torch.tensor([99]))",
    "torch.one_hot(torch.tensor([4611686018427387904]))",
    "torch.one_hot(torch.tensor([-1]))",
    "torch.bincount(torch.tensor([4611686018427387904]))",
    "torch.bucketize(x, torch.tensor([nan, 1.]))",
    "torch.einsum(\"ij,jk->ik->\", [x, x])",
    'torch.einsum("' + "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" * 9 + '->a", [x])',
    'torch.einsum("...,...->...", [])',
    "torch.tensordot(x, x, [0, 0], [0, 0])",
    "torch.matmul(x, x)",
    "torch.linalg_matrix_power(torch.ones([3, 3]), 9223372036854775807)",
    "torch.matrix_exp(torch.full([3, 3], 1e30))",
    "torch.reshape(x, [torch.neg(-9223372036854775807)])",
    "torch.conv1d(torch.unsqueeze(x, 0), torch.ones([1, 2, 2]), None, [0])",
    "torch.conv1d(torch.unsqueeze(x, 0), torch.ones([1, 2, 2]), None, [-1])",
    "torch.conv1d(torch.unsqueeze(x, 0), torch.ones([1, 2, 2]), None, [1], [0], [0])",
    "torch.conv1d(torch.unsqueeze(x, 0), torch.ones([1, 2, 2]), None, [1], [0], [1], 0)",
    f"torch.conv1d(torch.unsqueeze(x, 0), torch.ones([1, 2, 2]), None, [1], [{_HUGE}])",
    f"torch.conv1d(torch.ones([1, 2, 3]), torch.ones([1, 2, 2]), None, [1], [{_HUGE}])",
    f"torch.conv1d(torch.ones([1, 2, 3]), torch.ones([1, 2, 2]), None, [1], [1], [{_HUGE}])",
    "torch.conv1d(torch.ones([1, 2, 3]), torch.ones([1, 2, 0]))",
    f"torch.conv_transpose1d(torch.ones([1, 2, 3]), torch.ones([2, 1, 2]), None, [{_HUGE}])",
    "torch.conv_transpose1d(torch.ones([1, 2, 3]), torch.ones([2, 1, 2]), None, [1], [99])",
    "torch.max_pool1d(torch.unsqueeze(x, 0), [0])",
    "torch.max_pool1d(torch.unsqueeze(x, 0), [2], [0])",
    f"torch.max_pool1d(torch.unsqueeze(x, 0), [{_HUGE}])",
    f"torch.avg_pool1d(torch.unsqueeze(x, 0), [2], [1], [{_HUGE}])",
    "torch.avg_pool1d(torch.ones([1, 2, 3]), [-2])",
    f"torch.adaptive_avg_pool1d(torch.unsqueeze(x, 0), [{_HUGE}])",
    "torch.adaptive_avg_pool1d(torch.unsqueeze(x, 0), [0])",
    "torch.adaptive_max_pool1d(torch.unsqueeze(x, 0), [-1])[0]",
    f"torch.upsample_nearest1d(torch.unsqueeze(x, 0), [{_HUGE}])",
    "torch.upsample_nearest1d(torch.unsqueeze(x, 0), [0])",
    "torch.upsample_linear1d(torch.unsqueeze(x, 0), None, False, [1e300])",
    "torch.upsample_linear1d(torch.unsqueeze(x, 0), None, False, [nan])",
    f"torch.pixel_shuffle(torch.ones([1, 4, 2, 2]), {_HUGE})",
    "torch.pixel_shuffle(torch.ones([1, 4, 2, 2]), 0)",
    "torch.pixel_unshuffle(torch.ones([1, 4, 2, 2]), 0)",
    "torch.channel_shuffle(torch.ones([1, 4, 2, 2]), 0)",
    "torch.group_norm(torch.ones([1, 4, 2]), 0)",
    "torch.layer_norm(x, [])",
    "torch.layer_norm(x, [9, 9, 9])",
    "torch.fft_fft(x, 0)",
    f"torch.fft_fft(x, {_HUGE})",
    "torch.fft_irfft(torch.fft_rfft(x), -1)",
    "torch.stft(torch.ones([9]), 0, None, None, None)",
    f"torch.stft(torch.ones([9]), {_HUGE}, None, None, None)",
    "torch.stft(torch.ones([9]), 4, 0, None, None)",
    f"torch.hann_window({_HUGE})",
    "torch.hann_window(-1)",
    "torch.vander(torch.ones([3]), 9223372036854775807)",
    "torch.combinations(torch.ones([30]), 15)",
    "torch.cartesian_prod([torch.ones([9999]), torch.ones([9999]), torch.ones([9999])])",
    "torch.block_diag([x, x])",
    "torch.histc(x, 0)",
    f"torch.histc(x, {_HUGE})",
    "torch.to(x, 99)",
    "torch.to(x, -1)",
    "torch.lstm(torch.unsqueeze(x, 0), [x, x], [x, x], False, 99, 0., False, False, False)[0]",
    "torch.gru(torch.unsqueeze(x, 0), x, [], True, 9223372036854775807, 0., False, True, True)[0]",
    "torch.lstm_cell(x, [x], x, x)[0]",
    "torch.multi_head_attention(x)",
    "torch.relu()",
    "torch.relu(x, x, x)",
    "torch.relu(1)",
    'torch.relu("x")',
    "torch.add(x, [x])",
    "torch.add(x, None)",
    "torch.add(other=x)",
    "torch.nothing(x)",
    "ops.nothing.nothing(x)",
    "ops.prim.NumToTensor(x)",
    "ops.quantized.linear(x, x, 1., 0)",
    "torch.quantize_per_tensor(x, 0., 0, 13)",
    "torch.quantize_per_tensor(x, 1., 99999, 6)",
    "torch.dequantize(x)",
    "torch.tensor([[1, 2], [3]])",
    "torch.tensor([])",
    "torch.tensor([x])",
    "torch.size(x, 9)",
    "torch.len(x)",
    "int(x)",
    "CONSTANTS.c99",
    "__torch__.nothing(x)",
    "unchecked_cast(int, x)",
    "uninitialized(Tensor)",
]

# Over open sizes: x is f32[S,T].
OPEN_PROGRAMS = {
    "squared_size": _body(
        "n = torch.size(x, 0)", "for i in range(60):", "  n = torch.mul(n, n)", "return torch.add(x, n)"
    ),
    "multiplied_sizes": _body(
        "n = torch.size(x, 0)",
        "m = torch.size(x, 1)",
        "for i in range(60):",
        "  n = torch.mul(torch.add(n, m), torch.add(n, 1))",
        "return torch.add(x, n)",
    ),
    "nested_divisions": _body(
        "n = torch.size(x, 0)",
        "for i in range(3000):",
        "  n = torch.floordiv(torch.add(torch.mul(n, 3), 7), 2)",
        "return torch.add(x, n)",
    ),
    "loops_in_loops": _body(
        "n = torch.size(x, 0)",
        "for i in range(n):",
        "  for j in range(n):",
        "    for k in range(n):",
        "      x = torch.add(x, torch.add(i, torch.add(j, k)))",
        "return x",
    ),
}  # fmt: skip

PROGRAMS = {
    **_STATEMENTS,
    **{f"expression {e[:60]}": _body(f"return {e}", result="Any") for e in _EXPRESSIONS},
}
