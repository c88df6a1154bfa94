#include "t2n/torchscript/operator_name.h"

#include "gtest/gtest.h"

namespace t2n::script {
namespace {

TEST(OperatorName, IsThatOfTheTables) {
  EXPECT_EQ(OperatorName("torch.add_"), "aten::add_");
  EXPECT_EQ(OperatorName("ops.prim.data"), "prim::data");
  EXPECT_EQ(OperatorName("ops.quantized.mul.out"), "quantized::mul.out");
}

TEST(OperatorName, OtherFunctionsArePythons) {
  EXPECT_EQ(OperatorName("len"), std::nullopt);
  EXPECT_EQ(OperatorName("ops.alone"), std::nullopt);
  EXPECT_EQ(FunctionName("len"), "python::len");
  EXPECT_EQ(FunctionName("torch.len"), "aten::len");
}

}  // namespace
}  // namespace t2n::script
