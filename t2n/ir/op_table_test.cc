#include "t2n/ir/op_table.h"

#include "gtest/gtest.h"

namespace t2n {
namespace {

constexpr OpKind kAllKinds[] = {
    OpKind::kSource,     OpKind::kUnary,     OpKind::kPredicate, OpKind::kCast,     OpKind::kBinary,
    OpKind::kComparison, OpKind::kSelect,    OpKind::kReduction, OpKind::kAxisWise, OpKind::kLayout,
    OpKind::kGather,     OpKind::kScatter,   OpKind::kProduct,   OpKind::kWindow,   OpKind::kResize,
    OpKind::kComplex,    OpKind::kQuantized, OpKind::kBody};

// For every kind but layouts and sources.
#define T2N_OTHER_KINDS                                                                          \
  OpKind::kUnary, OpKind::kPredicate, OpKind::kCast, OpKind::kBinary, OpKind::kComparison,       \
      OpKind::kSelect, OpKind::kReduction, OpKind::kAxisWise, OpKind::kGather, OpKind::kScatter, \
      OpKind::kProduct, OpKind::kWindow, OpKind::kResize, OpKind::kComplex, OpKind::kQuantized,  \
      OpKind::kBody

TEST(OpTable, OfKindsAndOfPrimitivesIsWhole) {
  constexpr OpTable<int> table({{1, {T2N_OTHER_KINDS}}, {2, {OpKind::kSource, OpKind::kLayout}}},
                               {{3, {Op::kPad, Op::kNeg}}});
  static_assert(IsWhole<table.Fault()>());
  EXPECT_EQ(table[Op::kAdd], 1);
  EXPECT_EQ(table[Op::kReshape], 2);
  EXPECT_EQ(table[Op::kPad], 3) << "its own answer goes before its kind's";
  EXPECT_EQ(table[Op::kNeg], 3);
}

TEST(OpTable, NamesAPrimitiveWithoutAnAnswer) {
  constexpr OpTable<int> table(
      {{1, {T2N_OTHER_KINDS}}, {2, {OpKind::kSource}}},
      {{3, {Op::kReshape, Op::kTranspose, Op::kBroadcast, Op::kSlice, Op::kReverse, Op::kPad}}});
  EXPECT_EQ(OpName(table.Fault()), "Concat");
}

TEST(OpTable, NamesAPrimitiveWithTwoAnswers) {
  constexpr OpTable<int> table({{1, {T2N_OTHER_KINDS}}, {2, {OpKind::kSource, OpKind::kLayout}}},
                               {{3, {Op::kErf}}, {4, {Op::kErf}}});
  EXPECT_EQ(table.Fault(), Op::kErf);
}

TEST(Primitives, HaveNamesThatAreReadBack) {
  for (int i = 0; i < kNumOps; ++i) {
    const Op op = static_cast<Op>(i);
    EXPECT_EQ(ParseOp(OpName(op)), op);
  }
  EXPECT_EQ(ParseOp("Nothing"), std::nullopt);
}

TEST(Primitives, TraitsAgreeWithKinds) {
  for (int i = 0; i < kNumOps; ++i) {
    const Op op = static_cast<Op>(i);
    SCOPED_TRACE(OpName(op));
    const bool view = IsViewOp(op), picks = PicksElements(op), along = WorksAlongAxis(op);
    EXPECT_TRUE(!view || picks) << "a view has no elements of its own";
    EXPECT_TRUE(!IsReduction(op) || along);
    EXPECT_TRUE(!IsModular(op) || IsElementwise(op));
    EXPECT_TRUE(!IsRounding(op) || KindOf(op) == OpKind::kUnary);
    EXPECT_TRUE(KindOf(op) != OpKind::kUnary || OpArity(op) == 1);
    EXPECT_TRUE((KindOf(op) != OpKind::kBinary && !IsComparison(op)) || OpArity(op) == 2);
  }
  int elementwise = 0;
  for (OpKind kind : kAllKinds) elementwise += IsElementwise(kind);
  EXPECT_EQ(elementwise, 6);
}

}  // namespace
}  // namespace t2n
