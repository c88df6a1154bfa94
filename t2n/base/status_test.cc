#include "t2n/base/status.h"

#include <memory>

#include "gtest/gtest.h"

namespace t2n {
namespace {

absl::StatusOr<std::unique_ptr<int>> Positive(int x) {
  if (x <= 0) return absl::InvalidArgumentError("not positive");
  return std::make_unique<int>(x);
}

absl::StatusOr<int> Sum(int x, int y) {
  T2N_ASSIGN_OR_RETURN(std::unique_ptr<int> a, Positive(x));
  T2N_ASSIGN_OR_RETURN(const auto b, Positive(y));
  T2N_RETURN_IF_ERROR(Positive(*a + *b - 5).status());
  return *a + *b;
}

TEST(StatusTest, ValuesPassAndMoveOnlyTypesMove) { EXPECT_EQ(*Sum(3, 4), 7); }

TEST(StatusTest, TheFirstErrorIsReturned) {
  EXPECT_EQ(Sum(0, 4).status(), absl::InvalidArgumentError("not positive"));
  EXPECT_EQ(Sum(4, 0).status(), absl::InvalidArgumentError("not positive"));
  EXPECT_EQ(Sum(1, 1).status(), absl::InvalidArgumentError("not positive"));
}

}  // namespace
}  // namespace t2n
