#include "t2n/exported/symbols.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace t2n::exported {
namespace {

using ::testing::HasSubstr;

SymInt Expr(absl::string_view text) { return SymInt{text, std::nullopt}; }
SymInt Number(int64_t value) { return SymInt{"", value}; }

constexpr absl::string_view kEighths =
    "Mul(Integer(8), Symbol('s69', positive=True, integer=True))";
constexpr absl::string_view kS77 = "Symbol('s77', positive=True, integer=True)";

TEST(SymbolsTest, ASymbolThatNothingIsAskedOfKeepsItsName) {
  TensorMeta meta;
  meta.sizes = {Expr(kS77), Number(4)};
  const SymbolFacts facts;
  const auto symbols = Symbols::Bind({{"x", 0, &meta, {std::nullopt, std::nullopt}}}, facts);
  ASSERT_TRUE(symbols.ok()) << symbols.status();
  EXPECT_EQ(symbols->Size(meta.sizes[0])->ToString(), "s77");
  EXPECT_EQ(*symbols->Size(Expr("2*s77 + 1")), *symbols->Size(Expr(kS77)) * 2 + 1);
}

TEST(SymbolsTest, ADerivedSizeIsSolvedForItsSymbol) {
  TensorMeta meta;
  meta.sizes = {Expr(kEighths)};
  SymbolFacts facts;
  std::vector<UserTensor> tensors = {{"x", 0, &meta, {Dim(24)}}};
  auto symbols = Symbols::Bind(tensors, facts);
  ASSERT_TRUE(symbols.ok()) << symbols.status();
  EXPECT_EQ(*symbols->Size(Expr("s69")), Dim(3));
  tensors[0].asked = {Dim(25)};
  EXPECT_THAT(Symbols::Bind(tensors, facts).status().message(), HasSubstr("it is 8*s69"));
  tensors[0].asked = {OpenSize("B", facts)};
  AddDivisors(tensors, &facts);
  tensors[0].asked = {OpenSize("B", facts)};
  symbols = Symbols::Bind(tensors, facts);
  ASSERT_TRUE(symbols.ok()) << symbols.status();
  EXPECT_EQ(symbols->Size(Expr(kEighths))->ToString(), "8*B_by_8");
  EXPECT_EQ(symbols->Size(Expr("s69"))->ToString(), "B_by_8");
}

TEST(SymbolsTest, WhatTheProgramHasFixedCannotBeAskedFor) {
  TensorMeta meta;
  meta.sizes = {Expr(kS77), Expr(kS77), Number(4)};
  const SymbolFacts facts;
  const auto refusal = [&](std::vector<std::optional<Dim>> asked) {
    return std::string(
        Symbols::Bind({{"x", 0, &meta, std::move(asked)}}, facts).status().message());
  };
  EXPECT_THAT(refusal({std::nullopt, std::nullopt, Dim(5)}), HasSubstr("exported for 4"));
  EXPECT_THAT(refusal({Dim(2), Dim(3), std::nullopt}), HasSubstr("which is 2 by other sizes"));
  EXPECT_EQ(refusal({Dim(2), Dim(2), Dim(4)}), "");
}

TEST(SymbolsTest, RangesAndGuardsBecomeFacts) {
  TensorMeta x, y;
  x.sizes = {Expr("s0")};
  y.sizes = {Expr("s1")};
  ExportedProgram program;
  program.ranges = {{"s0", 2, 64}, {"u0", 0, 9}};
  program.guards = {"L['x'].size()[0] >= L['y'].size()[0]", "L['flat_args'][1].size()[0] % 4 == 0"};
  const std::vector<UserTensor> tensors = {{"x", 0, &x, {std::nullopt}},
                                           {"y", 1, &y, {std::nullopt}}};
  SymbolFacts facts;
  ASSERT_TRUE(AddProgramFacts(program, tensors, &facts).ok());
  EXPECT_EQ(facts["s0"].range.min, 2);
  EXPECT_EQ(facts["s0"].range.max, 64);
  EXPECT_EQ(facts.count("u0"), 0);
  EXPECT_EQ(LessEqual(OpenSize("s1", facts), OpenSize("s0", facts)), true);
}

TEST(SymbolsTest, ANumberOutsideOfTheRangeIsRefused) {
  TensorMeta x;
  x.sizes = {Expr("s0")};
  ExportedProgram program;
  program.ranges = {{"s0", 2, 64}};
  SymbolFacts facts;
  EXPECT_THAT(AddProgramFacts(program, {{"x", 0, &x, {Dim(65)}}}, &facts).message(),
              HasSubstr("exported for at least 2 and at most 64"));
}

TEST(SymbolsTest, ExpressionsThatAreNoSizesAreRefused) {
  const SymbolFacts facts;
  const auto symbols = Symbols::Bind({}, facts);
  ASSERT_TRUE(symbols.ok());
  EXPECT_EQ(*symbols->Size(Expr("TruncToInt(IntTrueDiv(s0, 3))")),
            FloorDiv(*symbols->Size(Expr("s0")), 3));
  for (const char* text : {"s0/2", "FloatPow(s0, 2)", "s0 >= 2", "s0**s1", "s0//0"}) {
    EXPECT_FALSE(symbols->Size(Expr(text)).ok()) << text;
  }
}

}  // namespace
}  // namespace t2n::exported
