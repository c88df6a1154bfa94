#include "t2n/ir/strides.h"

#include "gtest/gtest.h"

namespace t2n {
namespace {

const Dim B = Dim::Symbol("B");
const Dim H = Dim::Symbol("H");
const Dim W = Dim::Symbol("W");

Strided Of(Shape sizes, Shape strides) { return {std::move(sizes), std::move(strides)}; }

TEST(Strides, OfRows) {
  EXPECT_EQ(RowStrides({2, 3, 4}), (Shape{12, 4, 1}));
  EXPECT_EQ(RowStrides({B, 3, W}), (Shape{W * 3, W, 1}));
  EXPECT_EQ(RowStrides({2, 0, 4}), (Shape{4, 4, 1}));
  EXPECT_EQ(RowStrides({}), Shape{});
}

TEST(Strides, OfChannelsLast) {
  EXPECT_EQ(FormatStrides({2, 3, H, W}, MemoryFormat::kChannelsLast),
            (Shape{H * W * 3, 1, W * 3, 3}));
  EXPECT_EQ(FormatStrides({2, 3, 4}, MemoryFormat::kChannelsLast), std::nullopt);
}

TEST(Strides, AxesOfSizeOneHaveNoSayInContiguity) {
  EXPECT_EQ(IsContiguous(Of({3, 1, 4}, {4, 7, 1})), true);
  EXPECT_EQ(IsContiguous(Of({3, 4}, {1, 3})), false);
  EXPECT_EQ(IsContiguous(Of({2, 3, 1, 1}, {3, 1, 9, 9}), MemoryFormat::kChannelsLast), true);
}

TEST(Strides, AnAnswerThatHoldsForSomeSizesIsNone) {
  EXPECT_EQ(IsContiguous(Of({B, 4}, {4, 1})), true);
  EXPECT_EQ(IsContiguous(Of({B, 4}, {1, B})), std::nullopt);  // if B is 1
  EXPECT_EQ(IsContiguous(Of({B + 1, 4}, {1, B + 1})), false);
}

TEST(Strides, DenseInSomeOrder) {
  EXPECT_EQ(IsNonOverlappingAndDense(Of({3, 4}, {1, 3})), true);
  EXPECT_EQ(IsNonOverlappingAndDense(Of({3, 4}, {8, 2})), false);
  EXPECT_EQ(IsNonOverlappingAndDense(Of({3, 4}, {0, 1})), false);
  EXPECT_EQ(AxesInMemory(Of({2, 3, 4}, {4, 8, 1})), (std::vector<int64_t>{1, 0, 2}));
  EXPECT_EQ(IsNonOverlappingAndDense(Of({B, H, W}, {W, W * B, 1})), true);
}

TEST(Strides, ElementwiseKeepsTheOrderOfItsOperands) {
  const Strided columns = Of({3, 4}, {1, 3}), rows = InRows({3, 4}), row = InRows({4});
  EXPECT_EQ(ElementwiseStrides({3, 4}, {columns}), (Shape{1, 3}));
  EXPECT_EQ(ElementwiseStrides({3, 4}, {columns, rows}), (Shape{1, 3}));
  EXPECT_EQ(ElementwiseStrides({3, 4}, {rows, columns}), (Shape{4, 1}));
  EXPECT_EQ(ElementwiseStrides({3, 4}, {row, columns}), (Shape{1, 3}));
  // What is repeated has no say; what is not dense is made so.
  EXPECT_EQ(ElementwiseStrides({3, 4}, {Of({3, 4}, {0, 1})}), (Shape{4, 1}));
  EXPECT_EQ(ElementwiseStrides({3, 4}, {Of({3, 4}, {2, 12})}), (Shape{1, 3}));
  EXPECT_EQ(ElementwiseStrides({2, H, W}, {Of({2, H, W}, {H * W, 1, H})}), (Shape{H * W, 1, H}));
}

TEST(Strides, AViewIsOneWhereNoElementMoves) {
  auto view = [](const Strided& x, const Shape& to) { return ViewStrides(x, to); };
  EXPECT_EQ(view(Of({3, 4}, {1, 3}), {12})->is_view, false);
  EXPECT_EQ(view(Of({2, 3, 4}, {1, 8, 2}), {2, 12})->strides, (Shape{1, 2}));
  EXPECT_EQ(view(Of({4}, {2}), {2, 2})->strides, (Shape{4, 2}));
  EXPECT_EQ(view(Of({B, 4, 3}, {1, B * 3, B}), {B, 12})->strides, (Shape{1, B}));
  EXPECT_FALSE(view(Of({B, 4}, {1, B}), {B * 4}).has_value());  // one if B is 1
}

TEST(Strides, SuggestChannelsLastWhereTheyLookSo) {
  EXPECT_EQ(SuggestedFormat(Of({2, 3, 4, 5}, {60, 1, 15, 3})), MemoryFormat::kChannelsLast);
  EXPECT_EQ(SuggestedFormat(InRows({2, 3, 4, 5})), MemoryFormat::kContiguous);
  EXPECT_EQ(SuggestedFormat(InRows({2, 1, 1, 1})), MemoryFormat::kContiguous);
  EXPECT_EQ(SuggestedFormat(Of({B, 3, H, W}, {H * W * 3, 1, W * 3, 3})),
            MemoryFormat::kChannelsLast);
}

}  // namespace
}  // namespace t2n
