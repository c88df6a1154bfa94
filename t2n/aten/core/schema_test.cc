#include "t2n/aten/core/schema.h"

#include "gtest/gtest.h"

namespace t2n {
namespace {

TEST(ParseSchema, ReadsNamesTypesDefaultsAndAliases) {
  auto s = ParseSchema(
      "aten::max_pool2d(Tensor(a!) self, int[2] kernel_size, int[2] stride=[], float eps=1e-05, *, "
      "Tensor?[] w=None, str mode=\"a, b\", bool? ceil_mode=False) -> (Tensor(a!) x, Tensor[] y)");
  ASSERT_TRUE(s.ok()) << s.status();
  EXPECT_EQ(s->name, "aten::max_pool2d");
  EXPECT_EQ(s->args.size(), 7);
  EXPECT_TRUE(s->args[0].type.written);
  EXPECT_EQ(s->args[0].type.alias, "a");
  EXPECT_TRUE(s->args[1].type.broadcasts);
  EXPECT_EQ(s->args[2].default_value->ToString(), "[]");
  EXPECT_EQ(s->args[3].default_value->real(), 1e-5);
  EXPECT_TRUE(s->args[4].type.optional_items);
  EXPECT_TRUE(s->args[4].keyword_only);
  EXPECT_EQ(s->args[5].default_value->string(), "a, b");
  EXPECT_TRUE(s->args[6].type.optional);
  EXPECT_EQ(s->returns.size(), 2);
  EXPECT_TRUE(s->returns[1].list);
}

TEST(MatchArgs, FillsDefaultsAndConverts) {
  auto s = ParseSchema("aten::f(Tensor? x, int[2] k, float e=2, *, Scalar a=1) -> Tensor");
  ASSERT_TRUE(s.ok());
  std::string why;
  auto args = MatchArgs(*s, {Arg(), Arg(3)}, {{"a", Arg(0.5)}}, false, &why);
  ASSERT_TRUE(args) << why;
  EXPECT_EQ((*args)[1].ToString(), "[3]");
  EXPECT_EQ((*args)[2].real(), 2);
  EXPECT_EQ((*args)[3].real(), 0.5);
  EXPECT_FALSE(MatchArgs(*s, {Arg(), Arg("x")}, {}, false, &why));
  EXPECT_EQ(why, "argument 'k' cannot be \"x\"");
  EXPECT_FALSE(MatchArgs(*s, {Arg()}, {}, false, &why));
  EXPECT_FALSE(MatchArgs(*s, {Arg(), Arg(3)}, {{"z", Arg(0.5)}}, false, &why));
}

}  // namespace
}  // namespace t2n
