#include <cmath>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "emit/testing/cases.h"

namespace t2n::testing {
namespace {

using V = const std::vector<Val>&;

void AddUnary(Op op, DType dtype, Tensor input, Cases* cases) {
  cases->push_back(
      {absl::StrCat("unary_", absl::AsciiStrToLower(OpName(op)), "_", DTypeName(dtype)),
       [op](Builder& b, V in) { return std::vector<Val>{b.Unary(op, in[0])}; },
       {std::move(input)},
       {},
       {}});
}

void AddBinary(Op op, DType dtype, Tensor a, Tensor b, Cases* cases) {
  cases->push_back(
      {absl::StrCat("binary_", absl::AsciiStrToLower(OpName(op)), "_", DTypeName(dtype)),
       [op](Builder& builder, V in) { return std::vector<Val>{builder.Binary(op, in[0], in[1])}; },
       {std::move(a), std::move(b)},
       {},
       {}});
}

void Unary(Cases* cases) {
  const double inf = std::numeric_limits<double>::infinity(), nan = std::nan("");
  for (DType t : {DType::kF32, DType::kF64, DType::kF16}) {
    for (Op op :
         {Op::kNeg, Op::kAbs, Op::kExp, Op::kRecip, Op::kSquare, Op::kSin, Op::kCos, Op::kTan,
          Op::kAtan, Op::kSinh, Op::kCosh, Op::kTanh, Op::kAsinh, Op::kSigmoid, Op::kErf}) {
      if (t == DType::kF16 && op != Op::kExp && op != Op::kSigmoid) continue;
      AddUnary(op, t, Spread(t, {3, 5}, -1.4, 1.4), cases);
    }
    for (Op op : {Op::kFloor, Op::kCeil, Op::kRound, Op::kTrunc, Op::kSign}) {
      AddUnary(op, t, Of(t, {8}, {-2.5, -1.5, -0.5, -0.2, 0, 0.5, 1.5, 2.7}), cases);
    }
    for (Op op : {Op::kIsNan, Op::kIsInf}) AddUnary(op, t, Of(t, {4}, {1, inf, -inf, nan}), cases);
    if (t == DType::kF16) continue;
    for (Op op : {Op::kLog, Op::kSqrt, Op::kRsqrt}) {
      AddUnary(op, t, Spread(t, {7}, 0.1, 9), cases);
    }
    for (Op op : {Op::kAsin, Op::kAcos, Op::kAtanh}) {
      AddUnary(op, t, Spread(t, {7}, -0.9, 0.9), cases);
    }
    AddUnary(Op::kAcosh, t, Spread(t, {7}, 1.1, 5), cases);
  }
  for (DType t : {DType::kI64, DType::kI32}) {
    for (Op op : {Op::kNeg, Op::kAbs, Op::kSign, Op::kFloor, Op::kSquare, Op::kBitNot}) {
      AddUnary(op, t, Of(t, {6}, {-7, -1, 0, 1, 3, 1000}), cases);
    }
  }
  AddUnary(Op::kNot, DType::kBool, Of(DType::kBool, {2}, {0, 1}), cases);
}

void Binary(Cases* cases) {
  for (DType t : {DType::kF32, DType::kF64}) {
    for (Op op : {Op::kAdd, Op::kSub, Op::kMul, Op::kDiv, Op::kMin, Op::kMax, Op::kRem, Op::kEq,
                  Op::kNe, Op::kLt, Op::kLe, Op::kGt, Op::kGe}) {
      AddBinary(op, t, Of(t, {2, 3}, {1.5, -7.25, 3, 9, -9, 0}), Of(t, {1, 3}, {3, 2.5, 3}), cases);
    }
    AddBinary(Op::kPow, t, Spread(t, {6}, 0.2, 3), Spread(t, {6}, -2, 2), cases);
  }
  for (DType t : {DType::kI64, DType::kI32, DType::kU8}) {
    bool sign = IsSigned(t);
    Tensor a = Of(t, {6}, {7, sign ? -7. : 3., 9, sign ? -9. : 0., 12, 5});
    Tensor b = Of(t, {6}, {2, 2, sign ? -4. : 4., 4, 5, 5});
    for (Op op : {Op::kAdd, Op::kMul, Op::kDiv, Op::kRem, Op::kMin, Op::kMax, Op::kEq, Op::kLt,
                  Op::kBitAnd, Op::kBitOr, Op::kBitXor}) {
      AddBinary(op, t, a, b, cases);
    }
    Tensor shift = Of(t, {6}, {1, 2, 0, 1, 3, 2});
    AddBinary(Op::kShl, t, a, shift, cases);
    AddBinary(Op::kShr, t, a, shift, cases);
  }
  AddBinary(Op::kPow, DType::kI64, Of(DType::kI64, {3}, {2, -3, 5}),
            Of(DType::kI64, {3}, {3, 3, 0}), cases);
  for (Op op : {Op::kAnd, Op::kOr, Op::kXor, Op::kEq, Op::kNe, Op::kLt, Op::kGe}) {
    AddBinary(op, DType::kBool, Of(DType::kBool, {4}, {0, 0, 1, 1}),
              Of(DType::kBool, {4}, {0, 1, 0, 1}), cases);
  }
}

// With a constant of one element, which is written as a literal.
void WithLiteral(Cases* cases) {
  struct Row {
    Op op;
    double value;
  };
  for (DType t : {DType::kF32, DType::kF64, DType::kF16, DType::kI64, DType::kI32}) {
    std::vector<Row> rows = {{Op::kAdd, 3}, {Op::kSub, -1}, {Op::kMul, 2}, {Op::kDiv, 4},
                             {Op::kRem, 4}, {Op::kMax, 0},  {Op::kMin, 2}, {Op::kGt, 1},
                             {Op::kPow, 2}, {Op::kDiv, 3}};
    if (IsFloat(t)) rows.insert(rows.end(), {{Op::kMul, 0.1}, {Op::kPow, 2.5}, {Op::kRem, 0.3}});
    for (size_t i = 0; i < rows.size(); ++i) {
      Row row = rows[i];
      double low = row.op == Op::kPow && row.value != 2 ? 0 : -9;
      for (const auto& sizes : {std::vector<int64_t>{5}, std::vector<int64_t>{1, 1}}) {
        cases->push_back({absl::StrCat("literal_", absl::AsciiStrToLower(OpName(row.op)), "_", i,
                                       "_", DTypeName(t), "_", sizes.size()),
                          [row](Builder& b, V in) {
                            return std::vector<Val>{b.Binary(row.op, in[0], row.value)};
                          },
                          {Spread(t, sizes, low, 9)},
                          {},
                          {}});
      }
    }
  }
  cases->push_back({"literal_large_integer",
                    [](Builder& b, V in) {
                      return std::vector<Val>{
                          b.Add(in[0], b.Scalar(DType::kI64, int64_t{12345678901}))};
                    },
                    {Of(DType::kI64, {2}, {1, 2})},
                    {},
                    {}});
  cases->push_back({"literal_nan_and_inf",
                    [](Builder& b, V in) {
                      Val nan = b.ScalarLike(in[0], std::nan(""));
                      Val inf = b.ScalarLike(in[0], -std::numeric_limits<double>::infinity());
                      return std::vector<Val>{b.Add(in[0], nan), b.Max(in[0], inf)};
                    },
                    {Of(DType::kF32, {2}, {1, 2})},
                    {},
                    {}});
}

void Others(Cases* cases) {
  const double nan = std::nan("");
  cases->push_back(
      {"maximum_of_nan",
       [](Builder& b, V in) {
         return std::vector<Val>{b.Max(in[0], in[1]), b.Min(in[0], in[1])};
       },
       {Of(DType::kF32, {4}, {nan, 1, nan, 2}), Of(DType::kF32, {4}, {1, nan, nan, 3})},
       {},
       {}});
  for (DType from :
       {DType::kF32, DType::kF64, DType::kI64, DType::kBool, DType::kU8, DType::kF16}) {
    for (DType to : {DType::kF32, DType::kF64, DType::kI64, DType::kI32, DType::kBool, DType::kU8,
                     DType::kF16}) {
      cases->push_back({absl::StrCat("cast_", DTypeName(from), "_to_", DTypeName(to)),
                        [to](Builder& b, V in) { return std::vector<Val>{b.Cast(in[0], to)}; },
                        {Of(from, {5}, {0, 1, 2.75, 100, 0.5})},
                        {},
                        {}});
    }
  }
  for (DType t : {DType::kF32, DType::kF64, DType::kI64, DType::kBool}) {
    cases->push_back(
        {absl::StrCat("select_", DTypeName(t)),
         [](Builder& b, V in) {
           Val zero = b.Cast(b.Scalar(DType::kI64, int64_t{1}), in[1].dtype());
           return std::vector<Val>{b.Select(in[0], in[1], in[2]), b.Select(in[0], in[1], zero)};
         },
         {Of(DType::kBool, {2, 1}, {0, 1}), Spread(t, {2, 3}), Spread(t, {1, 3}, 0, 5)},
         {},
         {}});
  }
  cases->push_back({"broadcast_left_to_the_operator",
                    [](Builder& b, V in) {
                      Val wide = b.BroadcastTo(in[1], {4, 3});
                      return std::vector<Val>{b.Add(in[0], wide), b.Mul(wide, 2.0)};
                    },
                    {Spread(DType::kF32, {4, 3}), Spread(DType::kF32, {1, 3})},
                    {},
                    {}});
  cases->push_back({"expanded_constant",
                    [](Builder& b, V in) {
                      Val ones = b.Full({4, 3}, DType::kF32, 1.5);
                      return std::vector<Val>{b.Add(in[0], ones), ones, b.Add(in[1], ones)};
                    },
                    {Spread(DType::kF32, {4, 3}), Spread(DType::kF32, {1, 3})},
                    {},
                    {}});
  cases->push_back(
      {"input_and_constant_as_outputs",
       [](Builder& b, V in) {
         Val y = b.Neg(in[0]);
         return std::vector<Val>{in[0], y, y, b.Ints({4, 5}), b.Scalar(DType::kF32, 2.5)};
       },
       {Spread(DType::kF32, {2})},
       {},
       {}});
}

}  // namespace

Cases ElementwiseCases() {
  Cases cases;
  Unary(&cases);
  Binary(&cases);
  WithLiteral(&cases);
  Others(&cases);
  return cases;
}

}  // namespace t2n::testing
