#include "t2n/aten/registry.h"

#include <algorithm>
#include <cmath>

#include "gtest/gtest.h"
#include "t2n/aten/aliases.h"
#include "t2n/aten/refused.h"
#include "t2n/aten/source_rules.h"
#include "t2n/base/status.h"

namespace t2n {
namespace {

TEST(SourceRules, AreOfOperatorsThatThereAre) {
  for (const SourceRule& rule : SourceRules()) {
    EXPECT_TRUE(rule.retypes || Registry::Get().Has(rule.name)) << rule.name;
    EXPECT_EQ(SourceRuleOf(rule.name), &rule) << rule.name << " has two rows";
  }
  EXPECT_EQ(SourceRuleOf("aten::view")->sizes, SourceRule::Sizes::kReshape);
  EXPECT_EQ(SourceRuleOf("aten::matmul"), nullptr);
}

TEST(Registry, EverySchemaParses) {
  for (const std::string& name : Registry::Get().Names()) {
    for (const std::string& schema : Registry::Get().Schemas(name)) {
      EXPECT_TRUE(ParseSchema(schema).ok()) << schema;
    }
  }
}

TEST(Registry, NoSchemaIsThereTwice) {
  for (const std::string& name : Registry::Get().Names()) {
    std::vector<std::string> schemas = Registry::Get().Schemas(name);
    std::sort(schemas.begin(), schemas.end());
    EXPECT_EQ(std::adjacent_find(schemas.begin(), schemas.end()), schemas.end()) << name;
  }
}

TEST(Registry, RefusedOperatorsAreNotRegistered) {
  for (const std::string& name : Registry::Get().Names()) EXPECT_EQ(RefusalOf(name), "") << name;
}

class Calls : public ::testing::Test {
 protected:
  absl::StatusOr<Arg> Call(absl::string_view name, std::vector<Arg> args) {
    T2N_ASSIGN_OR_RETURN(Registry::Choice choice,
                         Registry::Get().Choose(name, std::nullopt, args, {}));
    return Registry::Get().Run(choice, &b_, env_);
  }
  OpEnv env_;
  Graph graph_;
  Builder b_{&graph_};
};

TEST_F(Calls, TakesSecondNamesAndInPlaceForms) {
  Val x = b_.Input("x", {DType::kF32, {2}, nullptr});
  auto divided = Registry::Get().Choose("aten::divide_", std::nullopt, {x, 2.0}, {});
  ASSERT_TRUE(divided.ok()) << divided.status();
  EXPECT_TRUE(divided->in_place);
  EXPECT_EQ(divided->schema->name, "aten::div");
}

TEST_F(Calls, TakesTheOverloadThatIsNamed) {
  Val x = b_.Input("x", {DType::kF32, {2, 1}, nullptr});
  auto choose = [&](absl::string_view overload) {
    return Registry::Get().Choose("aten::squeeze", overload, {x, Arg::List({Arg(1)})}, {});
  };
  auto dims = choose("dims");
  ASSERT_TRUE(dims.ok()) << dims.status();
  EXPECT_EQ(dims->schema->overload, "dims");
  EXPECT_FALSE(choose("dim").ok());
  EXPECT_TRUE(choose("unheard_of").ok());
}

TEST_F(Calls, RefusesWithTheReason) {
  Val x = b_.Input("x", {DType::kF32, {2}, nullptr});
  EXPECT_NE(Call("aten::bernoulli_", {x}).status().message().find("random"), std::string::npos);
}

Arg IgnoresItsArguments(OpCall& c) { return c.tensor("x"); }

TEST_F(Calls, ComparesArgumentsThatAreNotReadByValue) {
  static constexpr OpEntry kOps[] = {
      {"test::op(Tensor x, float eps=1e-06, int[2] size=1, Scalar v=nan) -> Tensor",
       IgnoresItsArguments}};
  Registry registry;
  registry.Add({kOps});
  Val x = b_.Input("x", {DType::kF32, {2}, nullptr});
  auto call = [&](Arg eps, Arg size, Arg v) {
    b_.ClearStatus();
    auto choice = registry.Choose("test::op", std::nullopt, {x, eps, size, v}, {});
    return choice.ok() ? Registry::Get().Run(*choice, &b_, env_).status() : choice.status();
  };
  const double nan = std::nan("");
  EXPECT_TRUE(call(1e-6, 1, nan).ok());
  EXPECT_TRUE(call(1e-6, Arg::List(ArgList{1, 1}), nan).ok());
  EXPECT_FALSE(call(1.0000001e-6, 1, nan).ok());
  EXPECT_FALSE(call(1e-6, Arg::List(ArgList{1, 2}), nan).ok());
  EXPECT_FALSE(call(1e-6, 1, 0.0).ok());
}

TEST_F(Calls, RefusesAnArgumentThatIsNotHonoured) {
  Val x = b_.Input("x", {DType::kF32, {2}, nullptr});
  env_.keep_training = true;
  auto result = Call("aten::dropout", {x, 0.5, true});
  EXPECT_NE(result.status().message().find("'train'"), std::string::npos) << result.status();
}

}  // namespace
}  // namespace t2n
