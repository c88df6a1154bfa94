#include "parsers/exported/expression.h"

#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace t2n::exported {
namespace {

using ::testing::HasSubstr;

std::string Printed(absl::string_view text) {
  const auto e = ParseExpression(text);
  return e.ok() ? ToString(*e) : std::string(e.status().message());
}

// Every expression, range and guard of a thousand archives of torch 2.1 to 2.15.
TEST(ExpressionTest, WhatTorchWritesIsReadAndPrintedSoThatItIsReadAgain) {
  std::ifstream file("parsers/exported/testdata/expressions.txt");
  int count = 0;
  for (std::string line; std::getline(file, line); ++count) {
    const auto e = ParseExpression(line);
    ASSERT_TRUE(e.ok()) << line << ": " << e.status();
    const auto again = ParseExpression(ToString(*e));
    ASSERT_TRUE(again.ok()) << ToString(*e) << ": " << again.status();
    EXPECT_EQ(*e, *again) << line << " printed as " << ToString(*e);
  }
  EXPECT_GT(count, 250);
}

TEST(ExpressionTest, BothSpellingsOfASizeAreOne) {
  EXPECT_EQ(Printed("Add(Mul(Integer(2), Symbol('s77', positive=True, integer=True)), Integer(1))"),
            "2*s77 + 1");
  EXPECT_EQ(Printed("2*s77 + 1"), "2*s77 + 1");
  EXPECT_EQ(Printed("(s1//2)"), Printed("FloorDiv(Symbol('s1'), Integer(2))"));
  EXPECT_EQ(Printed("Mod(s1, 4)"), "s1 % 4");
  EXPECT_EQ(Printed("s0 - s1*2 - 3"), "s0 - 2*s1 - 3");
  EXPECT_EQ(Printed("Pow(Symbol('s27'), Integer(2))"), "s27**2");
}

TEST(ExpressionTest, FunctionsOfTorchAreToldInTermsOfOthers) {
  EXPECT_EQ(Printed("CeilDiv(Symbol('s0'), Integer(3))"), "-((-s0)//3)");
  EXPECT_EQ(Printed("ModularIndexing(s0, 2, 3)"), "(s0//2) % 3");
  EXPECT_EQ(Printed("Identity(s0)"), "s0");
  EXPECT_EQ(Printed("TruncToInt(IntTrueDiv(s0, 3))"), "TruncToInt(s0/3)");
  EXPECT_EQ(Printed("math.trunc(s0 / 3)"), "TruncToInt(s0/3)");
  EXPECT_EQ(Printed("And(GreaterThan(s0, 2), StrictLessThan(s0, 9))"), "(s0 >= 2) and (s0 < 9)");
}

TEST(ExpressionTest, WhatIsTheSameHoweverItIsGroupedIsFlat) {
  EXPECT_EQ(Printed("And(And(a, b), c)"), Printed("And(a, And(b, c))"));
  EXPECT_EQ(Printed("a and b and c or d"), Printed("Or(And(a, b, c), d)"));
  EXPECT_EQ(Printed("Or(s0 > 2)"), "s0 > 2");
  EXPECT_EQ(Printed("s0 + 2 - s1*3*s0 - 5"), "s0 - 3*s1*s0 - 3");
}

TEST(ExpressionTest, LongSumsTakeTimeByTheirLength) {
  std::string sum = "s0";
  for (int i = 1; i < 21000; ++i) absl::StrAppend(&sum, "+s0");
  const auto e = ParseExpression(sum);
  ASSERT_TRUE(e.ok()) << e.status();
  EXPECT_EQ(e->args.size(), 21000);
}

TEST(ExpressionTest, GuardsTellArgumentsAndTheirSizes) {
  const auto e = ParseExpression("L['pair'][0].size()[1] % 4 == 0");
  ASSERT_TRUE(e.ok()) << e.status();
  ASSERT_EQ(e->kind, Expression::Kind::kEq);
  const Expression& size = e->args[0].args[0];
  EXPECT_EQ(size.kind, Expression::Kind::kSize);
  EXPECT_EQ(size.number, 1);
  EXPECT_EQ(size.args[0].name, "pair_0");
  EXPECT_EQ(Printed("L['k'] >= 0 and L['k'] <= 9"), "(L['k'] >= 0) and (L['k'] <= 9)");
  EXPECT_EQ(Printed("torch.sym_max(1, L['x'].size()[0])"), "Max(1, L['x'].size()[0])");
}

TEST(ExpressionTest, OtherTextIsRefused) {
  for (const char* text : {"", "s0 = 1", "s0 s1", "[s0]", "lambda: 1", "s0; s1", "f(x=1)",
                           "Mod(s0)", "Add()", "Symbol(s0)", "L[0]", "x.size()[0]",
                           "9223372036854775808", "4611686018427387904*4", "'s0'"}) {
    EXPECT_FALSE(ParseExpression(text).ok()) << text;
  }
  EXPECT_THAT(Printed(std::string(100000, '(')), HasSubstr("longer than"));
  const std::string deep = absl::StrCat(std::string(10000, '('), "s0", std::string(10000, ')'));
  EXPECT_FALSE(ParseExpression(deep).ok());
}

}  // namespace
}  // namespace t2n::exported
