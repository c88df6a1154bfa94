#include "t2n/values/builtins.h"

#include "gtest/gtest.h"

namespace t2n {
namespace {

bool Has(absl::string_view name, BuiltinTrait trait) { return TraitsOfBuiltin(name)->Has(trait); }

TEST(Builtins, TraitsAreThoseOfAnyRowOfTheName) {
  // Numbers, strings and what is neither have rows of their own.
  EXPECT_EQ(TraitsOfBuiltin("aten::lt")->compares, Op::kLt);
  EXPECT_EQ(TraitsOfBuiltin("aten::eq")->compares, Op::kEq);
  EXPECT_EQ(TraitsOfBuiltin("aten::add")->compares, std::nullopt);
  EXPECT_TRUE(Has("prim::min", kVisitsItems));
  EXPECT_FALSE(Has("prim::min", kActs));
}

TEST(Builtins, BothNamesOfAFunctionHaveItsTraits) {
  EXPECT_TRUE(Has("python::bool", kTruth) && Has("aten::Bool", kTruth));
  EXPECT_TRUE(Has("python::sorted", kSortsCopy) && Has("aten::sorted", kSortsCopy));
  EXPECT_FALSE(Has("aten::sort", kSortsCopy));
}

TEST(Builtins, WhatIsNoneHasNoTraits) { EXPECT_EQ(TraitsOfBuiltin("aten::matmul"), nullptr); }

}  // namespace
}  // namespace t2n
