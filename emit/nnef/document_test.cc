#include "emit/nnef/document.h"

#include <limits>

#include "gtest/gtest.h"

namespace t2n::nnef {
namespace {

TEST(DocumentTest, WritesOneAssignmentALine) {
  Document document;
  document.extensions = {"tract_registry tract_core", "tract_symbol S"};
  document.fragments = {{"twice",
                         {{"x", "tensor<scalar>"}},
                         {{"y", "tensor<scalar>"}},
                         {{{"y"}, Call("add", {Id("x"), Id("x")})}},
                         ""}};
  document.graph_name = "net";
  document.inputs = {"x"};
  document.outputs = {"y", "i"};
  document.body = {
      {{"x"}, Call("external<scalar>", {}, {{"shape", Array({Int(1), Id("S")})}})},
      {{"y", "i"},
       Call("max_pool_with_index", {Call("twice", {Id("x")})},
            {{"size", Ints({1, 2})},
             {"padding", Array({Tuple({Int(0), Int(1)})})},
             {"border", Str("ignore")},
             {"flag", Bool(true)}})},
  };
  EXPECT_EQ(ToText(document), R"(version 1.0;

extension tract_registry tract_core;
extension tract_symbol S;

fragment twice(x: tensor<scalar>)
-> (y: tensor<scalar>)
{
    y = add(x, x);
}

graph net(x) -> (y, i)
{
    x = external<scalar>(shape = [1, S]);
    y, i = max_pool_with_index(twice(x), size = [1, 2], padding = [(0, 1)], border = "ignore", flag = true);
}
)");
}

TEST(DocumentTest, FloatsReadBackTheSameAndLookLikeFloats) {
  EXPECT_EQ(ToText(Float(1)), "1.0");
  EXPECT_EQ(ToText(Float(-0.0)), "-0.0");
  EXPECT_EQ(ToText(Float(0.1)), "0.1");
  EXPECT_EQ(ToText(Float(1e-5)), "1e-05");
  EXPECT_EQ(ToText(Float(16777216)), "16777216.0");
  EXPECT_EQ(ToText(Float(1.0f / 3)), "0.33333334");
  EXPECT_EQ(ToText(Float(1.0 / 3, true)), "0.3333333333333333");
  EXPECT_EQ(ToText(Float(-std::numeric_limits<double>::infinity())), "-inf");
}

TEST(DocumentTest, QuotesStrings) { EXPECT_EQ(ToText(Str("a\"b\\c'd")), R"("a\"b\\c\'d")"); }

TEST(DocumentTest, TellsIdentifiersFromLiterals) {
  EXPECT_TRUE(Id("x1").is_identifier());
  EXPECT_TRUE(Id("_y").is_identifier());
  EXPECT_FALSE(Float(1).is_identifier());
  EXPECT_FALSE(Bool(true).is_identifier());
  EXPECT_FALSE(Str("x").is_identifier());
  EXPECT_FALSE(Call("f", {}).is_identifier());
}

}  // namespace
}  // namespace t2n::nnef
