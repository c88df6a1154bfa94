#include "absl/strings/str_cat.h"
#include "emit/testing/cases.h"

namespace t2n::testing {
namespace {

using V = const std::vector<Val>&;

void Add(Cases* cases, std::string name, Tensor input,
         std::function<Val(Builder&, const Val&)> build) {
  cases->push_back({std::move(name),
                    [build](Builder& b, V in) { return std::vector<Val>{build(b, in[0])}; },
                    {std::move(input)},
                    {},
                    {}});
}

Dim S() { return Dim::Symbol("S"); }

void Symbolic(Cases* cases) {
  auto add = [cases](std::string name, std::function<std::vector<Val>(Builder&, V)> build) {
    cases->push_back({std::move(name),
                      std::move(build),
                      {Spread(DType::kF32, {2, 6, 4})},
                      {{Dim(2), S(), Dim(4)}},
                      {{"S", 6}}});
  };
  add("symbolic_reshape", [](Builder& b, V in) {
    return std::vector<Val>{b.Reshape(in[0], {2, S() * 4}), b.Reshape(in[0], {S() * 2, 4}),
                            b.Reshape(in[0], {2, S(), 2, 2}), b.Reshape(in[0], {2, S() * 2, 2})};
  });
  add("symbolic_slice", [](Builder& b, V in) {
    return std::vector<Val>{b.Slice(in[0], 1, 1, S()), b.Slice(in[0], 1, 0, S() - 1),
                            b.Slice(in[0], 1, S() - 2, S()), b.Slice(in[0], 1, 0, S(), 2),
                            b.Slice(in[0], 1, 0, FloorDiv(S(), 2))};
  });
  add("symbolic_broadcast", [](Builder& b, V in) {
    Val one = b.Slice(in[0], 1, 0, 1);
    return std::vector<Val>{b.BroadcastTo(one, {2, S(), 4}), b.Full({S(), 3}, DType::kF32, 0.5)};
  });
  add("symbolic_iota", [](Builder& b, V in) {
    Val iota = b.Iota(S());
    return std::vector<Val>{iota, b.Iota(S() + 1, DType::kF32), b.Lt(iota, 3.0), in[0]};
  });
  add("symbolic_sizes_as_values", [](Builder& b, V in) {
    Val n = b.Cast(b.DimScalar(S() * 2), DType::kF32);
    return std::vector<Val>{b.DimVector({S(), Dim(3), FloorDiv(S() + 1, 2)}), b.DimScalar(S() - 1),
                            b.Div(in[0], n)};
  });
  add("symbolic_min_max", [](Builder& b, V in) {
    return std::vector<Val>{b.DimVector({Min(S(), 4), Max(S(), 8)}),
                            b.Slice(in[0], 1, 0, Min(S(), 4))};
  });
  add("symbolic_mean_and_reverse", [](Builder& b, V in) {
    return std::vector<Val>{b.Reduce(Op::kReduceMean, in[0], {1}, true), b.Reverse(in[0], {1}),
                            b.Concat({in[0], in[0]}, 1)};
  });
  add("symbolic_pad", [](Builder& b, V in) {
    return std::vector<Val>{b.Pad(in[0], {0, 2, 0}, {0, 1, 0}),
                            b.Pad(in[0], {0, 0, 0}, {0, 8 - S(), 0}, "constant", 1.5)};
  });
}

}  // namespace

Cases LayoutCases() {
  Cases cases;
  Tensor x = Spread(DType::kF32, {2, 3, 4});
  auto reshape = [&](const std::string& name, Tensor t, Shape shape) {
    Add(&cases, "reshape_" + name, std::move(t),
        [shape](Builder& b, const Val& v) { return b.Reshape(v, shape); });
  };
  reshape("merge", x, {6, 4});
  reshape("split_tail", x, {2, 3, 2, 2});
  reshape("flat", x, {24});
  reshape("unsqueeze", x, {2, 1, 3, 4, 1});
  reshape("squeeze", Spread(DType::kF32, {1, 3, 1, 4}), {3, 4});
  reshape("move_one", Spread(DType::kF32, {1, 3, 4}), {3, 1, 4});
  reshape("to_scalar", Spread(DType::kF32, {1, 1}), {});
  reshape("from_scalar", Spread(DType::kF32, {}), {1, 1});
  reshape("i64", Spread(DType::kI64, {2, 6}), {3, 4});
  Add(&cases, "transpose", x, [](Builder& b, const Val& v) { return b.Transpose(v, {2, 0, 1}); });
  Add(&cases, "broadcast", Spread(DType::kI64, {1, 3, 1}), [](Builder& b, const Val& v) {
    return b.BroadcastTo(v, {2, 3, 4});
  });
  Add(&cases, "slice", x, [](Builder& b, const Val& v) { return b.Slice(v, 2, 1, 3); });
  Add(&cases, "slice_step", x, [](Builder& b, const Val& v) { return b.Slice(v, 2, 1, 4, 2); });
  Add(&cases, "slice_empty", x, [](Builder& b, const Val& v) { return b.Slice(v, 2, 0, 0); });
  Add(&cases, "reverse", x, [](Builder& b, const Val& v) { return b.Reverse(v, {0, 2}); });
  Add(&cases, "concat", x, [](Builder& b, const Val& v) {
    return b.Concat({v, b.Slice(v, 1, 0, 0), b.Full({2, 1, 4}, DType::kF32, 7)}, 1);
  });
  Add(&cases, "stack_scalars", Spread(DType::kF32, {}), [](Builder& b, const Val& v) {
    return b.Stack({v, b.Scalar(DType::kF32, 2.0), v}, 0);
  });
  for (DType t : {DType::kF32, DType::kF64, DType::kI64, DType::kBool}) {
    for (const char* mode : {"constant", "reflect", "replicate", "circular"}) {
      Add(&cases, absl::StrCat("pad_", mode, "_", DTypeName(t)), Spread(t, {2, 3, 4}, 0, 5),
          [mode](Builder& b, const Val& v) {
            return b.Pad(v, {0, 1, 2}, {0, 2, 1}, mode, 1);
          });
    }
  }
  Add(&cases, "pad_minus_inf", x, [](Builder& b, const Val& v) {
    return b.Pad(v, {0, 1, 2}, {0, 2, 1}, "constant", -std::numeric_limits<double>::infinity());
  });
  Add(&cases, "iota", x, [](Builder& b, const Val& v) {
    return b.Add(b.Reshape(b.Iota(4, DType::kF32), {1, 1, 4}), v);
  });
  Symbolic(&cases);
  return cases;
}

}  // namespace t2n::testing
