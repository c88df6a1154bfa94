#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "emit/testing/cases.h"

namespace t2n::testing {
namespace {

using V = const std::vector<Val>&;
using Body = absl::Span<const Val>;

Val Softmax(Builder& b, Body in) {
  Val shifted = b.Exp(b.Sub(in[0], b.Reduce(Op::kReduceMax, in[0], {1}, true)));
  return b.Div(shifted, b.Reduce(Op::kReduceSum, shifted, {1}, true));
}

// A running sum with a gain, the sum before each step, and what is left at the end.
std::vector<Val> RunningSum(Builder& b, V in, bool reverse) {
  Builder::ScanSpec spec;
  spec.length = in[0].dim(1);
  spec.scanned = {in[0]};
  spec.scan_axes = {1};
  spec.states = {in[1]};
  spec.full = {in[2]};
  spec.output_axes = {1, 1};
  spec.reverse = reverse;
  return b.Scan(spec, [](Builder& body, Body x) {
    Val weight = body.Constant(Spread(DType::kF32, {1, 3}, 0.5, 1.5));
    Val next = body.Add(x[1], body.Mul(body.Mul(x[0], x[2]), weight));
    return std::vector<Val>{next, next, x[1]};
  });
}

// Complex values are made of two real inputs.
void Complex(Cases* cases) {
  auto add = [cases](std::string name, std::function<std::vector<Val>(Builder&, Val, Val)> build) {
    cases->push_back({"complex_" + name,
                      [build](Builder& b, V in) {
                        return build(b, b.MakeComplex(in[0], in[1]), b.MakeComplex(in[1], in[2]));
                      },
                      {Spread(DType::kF32, {3, 4}, -1.5, 2), Spread(DType::kF32, {3, 4}, -0.9, 2.2),
                       Spread(DType::kF32, {3, 4}, 0.1, 1)},
                      {},
                      {}});
  };
  for (Op op : {Op::kNeg,  Op::kExp,  Op::kLog,   Op::kSqrt,  Op::kRsqrt, Op::kRecip,   Op::kSquare,
                Op::kSin,  Op::kCos,  Op::kTan,   Op::kSinh,  Op::kCosh,  Op::kTanh,    Op::kAsin,
                Op::kAcos, Op::kAtan, Op::kAsinh, Op::kAcosh, Op::kAtanh, Op::kSigmoid, Op::kAbs}) {
    add(absl::AsciiStrToLower(OpName(op)),
        [op](Builder& b, Val x, Val) { return std::vector<Val>{b.Unary(op, x)}; });
  }
  for (Op op : {Op::kAdd, Op::kSub, Op::kMul, Op::kDiv, Op::kPow, Op::kEq, Op::kNe}) {
    add(absl::AsciiStrToLower(OpName(op)),
        [op](Builder& b, Val x, Val y) { return std::vector<Val>{b.Binary(op, x, y)}; });
  }
  add("parts", [](Builder& b, Val x, Val) { return std::vector<Val>{b.Real(x), b.Imag(x)}; });
  add("layout", [](Builder& b, Val x, Val y) {
    Val constant = b.Scalar(DType::kC64, std::complex<double>(1, -2));
    return std::vector<Val>{b.Transpose(x, {1, 0}),
                            b.Reshape(x, {2, 6}),
                            b.Concat({x, y}, 1),
                            b.Slice(x, 1, 1, 3),
                            b.Reverse(x, {1}),
                            b.Pad(x, {0, 1}, {1, 0}, "constant", 2),
                            b.Mul(x, constant),
                            b.Gather(x, 1, b.Ints({2, 0})),
                            b.Select(b.Gt(b.Real(x), 0), x, y)};
  });
  add("reduce", [](Builder& b, Val x, Val) {
    return std::vector<Val>{b.Reduce(Op::kReduceSum, x, {1}, false),
                            b.Reduce(Op::kReduceMean, x, {0}, true), b.Cumulative(x, 1, "sum")};
  });
  add("einsum", [](Builder& b, Val x, Val y) {
    return std::vector<Val>{b.Einsum("ij,kj->ik", {x, y})};
  });
  for (bool inverse : {false, true}) {
    add(inverse ? "fft_inverse" : "fft", [inverse](Builder& b, Val x, Val) {
      return std::vector<Val>{b.Fft(x, 1, inverse), b.Fft(x, 0, inverse)};
    });
  }
}

void Quantization(Cases* cases) {
  auto one = std::make_shared<QuantParams>(QuantParams{{0.05}, {10}, -1});
  auto channels = std::make_shared<QuantParams>(QuantParams{{0.05, 0.1, 0.02}, {0, 3, -4}, 0});
  for (DType t : {DType::kQU8, DType::kQI8, DType::kQI32}) {
    for (const auto& quant : {one, channels}) {
      cases->push_back({absl::StrCat("quantize_", DTypeName(t), quant->axis < 0 ? "" : "_channels"),
                        [t, quant](Builder& b, V in) {
                          Val q = b.Quantize(in[0], t, quant);
                          Val back = b.FromIntRepr(b.IntRepr(q), t, quant);
                          return std::vector<Val>{b.IntRepr(q), b.Dequantize(back)};
                        },
                        {Spread(DType::kF32, {3, 8}, -9, 15)},
                        {},
                        {}});
    }
  }
}

}  // namespace

Cases BodyCases() {
  Cases cases;
  cases.push_back({"bfloat16_inside",
                   [](Builder& b, V in) {
                     Val w = b.Cast(b.Doubles(DType::kF32, {0.5, 2, -4}), DType::kBF16);
                     Val y = b.Mul(b.Cast(in[0], DType::kBF16), w);
                     return std::vector<Val>{b.Cast(y, DType::kF32)};
                   },
                   {Of(DType::kF32, {3}, {1, 2, 3})},
                   {},
                   {}});
  Quantization(&cases);
  Complex(&cases);
  cases.push_back({"composite_without_operator",
                   [](Builder& b, V in) {
                     Val y = b.Composite("shifted_exp_ratio", {}, {in[0]}, Softmax);
                     return std::vector<Val>{b.Composite("shifted_exp_ratio", {}, {y}, Softmax)};
                   },
                   {Spread(DType::kF32, {2, 5})},
                   {},
                   {}});
  for (bool reverse : {false, true}) {
    cases.push_back({reverse ? "scan_reversed" : "scan",
                     [reverse](Builder& b, V in) { return RunningSum(b, in, reverse); },
                     {Spread(DType::kF32, {1, 4, 3}), Spread(DType::kF32, {1, 1, 3}),
                      Spread(DType::kF32, {1, 1, 1})},
                     {},
                     {}});
    cases.push_back({reverse ? "scan_symbolic_reversed" : "scan_symbolic",
                     [reverse](Builder& b, V in) { return RunningSum(b, in, reverse); },
                     {Spread(DType::kF32, {1, 4, 3}), Spread(DType::kF32, {1, 1, 3}),
                      Spread(DType::kF32, {1, 1, 1})},
                     {{Dim(1), Dim::Symbol("S"), Dim(3)}},
                     {{"S", 4}}});
  }
  return cases;
}

}  // namespace t2n::testing
