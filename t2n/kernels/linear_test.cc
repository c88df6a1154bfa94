// Einsum, convolutions, pools, Resize, Fft and quantization against values computed by torch 2.15.
#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "t2n/kernels/testing.h"

namespace t2n {
namespace {

using ::t2n::testing::Call;
using ::t2n::testing::Complexes;
using ::t2n::testing::Doubles;
using ::t2n::testing::F;
using ::t2n::testing::I;
using ::t2n::testing::Ints;
using ::t2n::testing::Make;
using ::t2n::testing::MakeComplex;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsNan;
using ::testing::Pointwise;
using AxisList = std::vector<int64_t>;

Tensor Counting(std::vector<int64_t> sizes, double scale = 1) {
  int64_t n = 1;
  for (int64_t s : sizes) n *= s;
  std::vector<double> values;
  for (int64_t i = 0; i < n; ++i) values.push_back(i * scale);
  return Make(DType::kF32, std::move(sizes), values);
}

Attrs Equation(const char* equation) { return {{"equation", std::string(equation)}}; }

TEST(Einsum, ProductsDiagonalsAndSums) {
  Tensor a = Counting({2, 2}), b = Counting({2, 2});
  EXPECT_THAT(Doubles(Op::kEinsum, Equation("ab,bc->ac"), {a, b}), ElementsAre(2, 3, 6, 11));
  EXPECT_THAT(Doubles(Op::kEinsum, Equation("ab,bc->ca"), {a, b}), ElementsAre(2, 6, 3, 11));
  EXPECT_THAT(Doubles(Op::kEinsum, Equation("aa->a"), {a}), ElementsAre(0, 3));
  EXPECT_THAT(Doubles(Op::kEinsum, Equation("ab->"), {a}), ElementsAre(6));
  EXPECT_THAT(Doubles(Op::kEinsum, Equation("ab,ab->ba"), {a, b}), ElementsAre(0, 4, 1, 9));
  EXPECT_THAT(Doubles(Op::kEinsum, Equation("a,b,c->"), {F({1, 2}), F({3, 4}), F({5})}),
              ElementsAre(105));
}

TEST(Einsum, AxesOfSizeOneSpread) {
  Tensor a = Counting({1, 2, 2}), b = Counting({2, 2, 1});
  EXPECT_THAT(Doubles(Op::kEinsum, Equation("bij,bjk->bik"), {a, b}), ElementsAre(1, 3, 3, 13));
  EXPECT_THAT(Doubles(Op::kEinsum, Equation("ab,bc->c"), {Counting({2, 1}), Counting({3, 2})}),
              ElementsAre(6, 9));
}

TEST(Einsum, IntegersAndComplexNumbers) {
  EXPECT_THAT(Ints(Op::kEinsum, Equation("a,a->"), {I({3, 1LL << 62}), I({5, 4})}),
              ElementsAre(15));
  Tensor z = MakeComplex({2}, {{0, 1}, {1, 1}});
  EXPECT_THAT(Complexes(Op::kEinsum, Equation("a,a->"), {z, z}),
              ElementsAre(std::complex<double>(-1, 2)));
}

Attrs Window(AxisList stride, AxisList dilation, AxisList before, AxisList after) {
  return {{"stride", stride}, {"dilation", dilation}, {"pad_before", before}, {"pad_after", after}};
}

Attrs With(Attrs attrs, absl::string_view name, Attr value) {
  attrs.Set(name, std::move(value));
  return attrs;
}

TEST(Conv, StrideDilationPaddingGroupsBias) {
  Tensor x = Counting({1, 2, 4}), w = Counting({2, 1, 2}, 0.5);
  Attrs attrs = With(Window({2}, {2}, {1}, {1}), "groups", int64_t{2});
  EXPECT_THAT(Doubles(Op::kConv, attrs, {x, w, F({10, 20})}), ElementsAre(10.5, 11.5, 27.5, 35.5));
}

TEST(Conv, UnequalPaddingAndIntegers) {
  Tensor x = Make(DType::kI64, {1, 1, 3}, {1, 2, 3}), w = Make(DType::kI64, {1, 1, 2}, {1, 10});
  Attrs attrs = With(Window({1}, {1}, {0}, {1}), "groups", int64_t{1});
  EXPECT_THAT(Ints(Op::kConv, attrs, {x, w}), ElementsAre(21, 32, 3));
}

TEST(ConvTranspose, OutputPadding) {
  Tensor x = Counting({1, 1, 2, 2}), w = Counting({1, 1, 2, 2});
  Attrs attrs = With(Window({2, 2}, {1, 1}, {1, 1}, {1, 1}), "groups", int64_t{1});
  attrs.Set("output_padding", AxisList{1, 0});
  EXPECT_THAT(Doubles(Op::kConvTranspose, attrs, {x, w}), ElementsAre(0, 2, 2, 0, 6, 6));
}

TEST(MaxPool, FirstMaximumAndItsIndex) {
  Tensor x = Make(DType::kF32, {1, 1, 2, 3}, {-1, -1, -3, -2, -5, -4});
  Attrs attrs = With(Window({1, 1}, {1, 1}, {1, 0}, {0, 0}), "size", AxisList{2, 2});
  auto results = *Call(Op::kMaxPool, attrs, {x});
  EXPECT_THAT(*ReadDoubles(results[0]), ElementsAre(-1, -1, -1, -1));
  EXPECT_THAT(*ReadInts(results[1]), ElementsAre(0, 1, 0, 1));
}

TEST(MaxPool, PropagatesNan) {
  double nan = std::numeric_limits<double>::quiet_NaN();
  Tensor x = Make(DType::kF32, {1, 1, 3}, {1, nan, 3});
  Attrs attrs = With(Window({1}, {1}, {0}, {0}), "size", AxisList{2});
  EXPECT_THAT(Doubles(Op::kMaxPool, attrs, {x}), ElementsAre(IsNan(), IsNan()));
}

TEST(AvgPool, PaddingCountsOrDoesNot) {
  Tensor x = Make(DType::kF32, {1, 1, 3}, {2, 4, 6});
  Attrs attrs = With(Window({2}, {1}, {1}, {0}), "size", AxisList{2});
  EXPECT_THAT(Doubles(Op::kAvgPool, With(attrs, "count_include_pad", true), {x}),
              ElementsAre(1, 5));
  EXPECT_THAT(Doubles(Op::kAvgPool, With(attrs, "count_include_pad", false), {x}),
              ElementsAre(2, 5));
}

Attrs ResizeTo(int64_t size, const char* mode, const char* coordinates, const char* nearest) {
  return {{"shape", Shape{1, 1, size}},
          {"mode", std::string(mode)},
          {"coordinates", std::string(coordinates)},
          {"nearest", std::string(nearest)}};
}

TEST(Resize, NearestLinearCubic) {
  Tensor x = Make(DType::kF32, {1, 1, 3}, {0, 10, 40});
  EXPECT_THAT(Doubles(Op::kResize, ResizeTo(5, "nearest", "asymmetric", "floor"), {x}),
              ElementsAre(0, 0, 10, 10, 40));
  EXPECT_THAT(Doubles(Op::kResize, ResizeTo(2, "nearest", "half_pixel", "round_prefer_ceil"), {x}),
              ElementsAre(0, 40));
  EXPECT_THAT(Doubles(Op::kResize, ResizeTo(5, "linear", "align_corners", ""), {x}),
              ElementsAre(0, 5, 10, 25, 40));
  EXPECT_THAT(Doubles(Op::kResize, ResizeTo(2, "linear", "half_pixel", ""), {x}),
              ElementsAre(2.5, 32.5));
  EXPECT_THAT(Doubles(Op::kResize, ResizeTo(5, "cubic", "align_corners", ""), {x}),
              ElementsAre(0, 2.1875, 10, 25.9375, 40));
  EXPECT_FALSE(Call(Op::kResize, ResizeTo(5, "nearest", "half_pixel", "ceil"), {x}).ok());
}

TEST(Fft, ForwardAndInverse) {
  Tensor x = MakeComplex({3}, {{1, 0}, {2, 0}, {4, 1}});
  Attrs attrs = {{"axis", int64_t{0}}, {"inverse", false}};
  std::vector<Tensor> y = *Call(Op::kFft, attrs, {x});
  std::vector<std::complex<double>> values = *ReadComplex(y[0]);
  EXPECT_NEAR(std::abs(values[1] - std::complex<double>(-2.8660254, 1.2320508)), 0, 1e-6);
  attrs.Set("inverse", true);
  values = *ReadComplex((*Call(Op::kFft, attrs, y))[0]);
  EXPECT_NEAR(std::abs(values[2] - std::complex<double>(4, 1)), 0, 1e-12);
}

TEST(Quantize, RoundsHalvesToEvenAndClamps) {
  auto quant = std::make_shared<QuantParams>(QuantParams{{0.5}, {3}, -1});
  Attrs attrs = {{"dtype", DType::kQU8}, {"quant", QuantPtr(quant)}};
  Tensor x = F({0.25, 0.75, 1.25, -100, 1000});
  std::vector<Tensor> q = *Call(Op::kQuantize, attrs, {x});
  EXPECT_THAT(*ReadInts(q[0]), ElementsAre(3, 5, 5, 0, 255));
  EXPECT_THAT(*ReadDoubles((*Call(Op::kDequantize, {}, q, quant))[0]),
              ElementsAre(0, 1, 1, -1.5, 126));
  EXPECT_EQ((*Call(Op::kIntRepr, {}, q, quant))[0].dtype, DType::kU8);
}

TEST(Quantize, PerChannel) {
  auto quant = std::make_shared<QuantParams>(QuantParams{{0.5, 2}, {0, 1}, 1});
  Attrs attrs = {{"dtype", DType::kQI8}, {"quant", QuantPtr(quant)}};
  std::vector<Tensor> q = *Call(Op::kQuantize, attrs, {Make(DType::kF32, {2, 2}, {1, 4, 2, -8})});
  EXPECT_THAT(*ReadInts(q[0]), ElementsAre(2, 3, 4, -3));
  EXPECT_THAT(*ReadDoubles((*Call(Op::kDequantize, {}, q, quant))[0]), ElementsAre(1, 4, 2, -8));
}

}  // namespace
}  // namespace t2n
