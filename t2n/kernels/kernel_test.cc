#include "t2n/kernels/kernel.h"

#include "gtest/gtest.h"

namespace t2n {
namespace {

TEST(FindKernel, EveryPrimitiveThatComputesHasOne) {
  for (int i = 0; i < kNumOps; ++i) {
    Op op = static_cast<Op>(i);
    bool computes =
        op != Op::kInput && op != Op::kConstant && op != Op::kComposite && op != Op::kScan;
    EXPECT_EQ(FindKernel(op) != nullptr, computes) << OpName(op);
  }
}

}  // namespace
}  // namespace t2n
