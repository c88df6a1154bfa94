#include "t2n/passes/real_quantities.h"

#include <functional>
#include <memory>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "t2n/builder/builder.h"
#include "t2n/kernels/testing.h"
#include "t2n/reference/run.h"

namespace t2n {
namespace {

using ::t2n::testing::F;
using ::t2n::testing::Make;
using ::testing::ElementsAreArray;

QuantPtr Quant(std::vector<double> scale, std::vector<int64_t> zero_point, int64_t axis = -1) {
  return std::make_shared<const QuantParams>(
      QuantParams{std::move(scale), std::move(zero_point), axis});
}

bool IsQuantizedAnywhere(const Graph& graph) {
  for (const auto& node : graph.nodes()) {
    for (const auto& v : node->outputs) {
      if (v->type.quant && !v->is_constant()) return true;
    }
  }
  return false;
}

// The graph of scalars gives what the quantized one does, and computes nothing that is quantized.
void ExpectSame(const Tensor& input, const std::function<Val(Builder&, const Val&)>& build) {
  Graph before, after;
  Builder b(&before);
  Val x = b.Input("x", {input.dtype, Shape(input.sizes.begin(), input.sizes.end()), nullptr});
  Val y = build(b, x);
  ASSERT_TRUE(b.ok()) << b.status();
  before.outputs() = {y.get()};
  ASSERT_TRUE(HasQuantities(before));
  absl::Status status = LowerToRealQuantities(before, &after);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_FALSE(IsQuantizedAnywhere(after)) << after.ToString();
  absl::StatusOr<std::vector<Tensor>> want = RunGraph(before, {input}),
                                      got = RunGraph(after, {input});
  ASSERT_TRUE(want.ok()) << want.status();
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_THAT(*ReadDoubles((*got)[0]), ElementsAreArray(*ReadDoubles((*want)[0])))
      << after.ToString();
}

const std::vector<double> kNumbers = {-100, -1.5, -0.25, 0, 0.125, 0.25, 0.375, 1, 3.3, 100};

TEST(RealQuantities, ThereAndBack) {
  for (DType dtype : {DType::kQU8, DType::kQI8, DType::kQI32}) {
    ExpectSame(F(kNumbers), [&](Builder& b, const Val& x) {
      return b.Dequantize(b.Quantize(x, dtype, Quant({0.25}, {7})));
    });
  }
}

TEST(RealQuantities, PerChannel) {
  ExpectSame(Make(DType::kF32, {2, 5}, kNumbers), [](Builder& b, const Val& x) {
    return b.Dequantize(b.Quantize(x, DType::kQI8, Quant({0.25, 0.5}, {7, 0}, 0)));
  });
}

TEST(RealQuantities, IntegersOfOtherParameters) {
  ExpectSame(F(kNumbers), [](Builder& b, const Val& x) {
    Val integers = b.IntRepr(b.Quantize(x, DType::kQU8, Quant({0.25}, {7})));
    return b.Dequantize(b.FromIntRepr(integers, DType::kQU8, Quant({2}, {3})));
  });
}

TEST(RealQuantities, OutputsAreIntegers) {
  ExpectSame(F(kNumbers), [](Builder& b, const Val& x) {
    return b.Quantize(x, DType::kQU8, Quant({0.25}, {7}));
  });
}

TEST(RealQuantities, PadsWithTheZeroPoint) {
  ExpectSame(F(kNumbers), [](Builder& b, const Val& x) {
    return b.Dequantize(
        b.Pad(b.Quantize(x, DType::kQU8, Quant({0.25}, {7})), {1}, {2}, "constant", 0));
  });
}

TEST(RealQuantities, ConstantsAmongThem) {
  ExpectSame(F(kNumbers), [](Builder& b, const Val& x) {
    QuantPtr quant = Quant({0.25}, {7});
    Val constant = b.Constant(Make(DType::kU8, {2}, {0, 255}));
    Val q = b.FromIntRepr(constant, DType::kQU8, quant);
    return b.Dequantize(b.Concat({b.Quantize(x, DType::kQU8, quant), q}, 0));
  });
}

}  // namespace
}  // namespace t2n
