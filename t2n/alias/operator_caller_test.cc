#include "t2n/alias/operator_caller.h"

#include "gtest/gtest.h"

namespace t2n {
namespace {

class Calls : public ::testing::Test {
 protected:
  std::shared_ptr<TensorRef> Input(Shape shape) {
    return TensorRef::New(b_.Input("x", {DType::kF32, std::move(shape), nullptr}));
  }
  std::shared_ptr<TensorRef> Call(absl::string_view name, std::vector<Operand> args,
                                  std::vector<NamedOperand> keywords = {}) {
    absl::StatusOr<Operand> result = caller_.Call(name, args, keywords);
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? result->tensor() : nullptr;
  }
  OpEnv env_;
  Graph graph_;
  Builder b_{&graph_};
  OperatorCaller caller_{&b_, &env_};
};

TEST_F(Calls, AnOperatorInPlaceWritesItsArgumentAndReturnsIt) {
  auto x = Input({2, 3});
  Val before = x->Read();
  auto row = Call("aten::select", {x, Arg(0), Arg(1)});
  EXPECT_EQ(Call("aten::add_", {row, Arg(1)}), row);
  EXPECT_FALSE(x->Read() == before);
}

TEST_F(Calls, ArgumentsMayAllBeGivenByName) {
  auto x = Input({2, 3});
  auto y = Call("aten::mul_", {}, {{"self", Operand(x)}, {"other", Operand(Arg(2.0))}});
  EXPECT_EQ(y, x);
}

TEST_F(Calls, PartsAreAliases) {
  auto x = Input({4, 2});
  absl::StatusOr<Operand> parts = caller_.Call("aten::chunk", {Operand(x), Operand(Arg(2))});
  ASSERT_TRUE(parts.ok() && parts->list());
  for (const Operand& part : *parts->list()) EXPECT_EQ(part.tensor()->storage(), x->storage());
}

TEST_F(Calls, ElementwiseResultsKeepTheOrderOfTheirOperands) {
  auto x = Call("aten::t", {Input({2, 3})});
  auto y = Call("aten::add", {x, Arg(1)});
  EXPECT_EQ(y->Memory()->strides, (Shape{1, 3}));
  EXPECT_EQ(Call("aten::zeros_like", {y})->Memory()->strides, (Shape{1, 3}));
  EXPECT_EQ(Call("aten::softmax", {y, Arg(1)})->Memory()->strides, (Shape{2, 1}));
}

TEST_F(Calls, StridesDecideWhatIsCopied) {
  auto y = Call("aten::add", {Call("aten::t", {Input({2, 3})}), Arg(1)});
  EXPECT_NE(Call("aten::flatten", {y})->storage(), y->storage());
  EXPECT_NE(Call("aten::contiguous", {y})->storage(), y->storage());
  auto t = Call("aten::t", {y});
  EXPECT_EQ(Call("aten::flatten", {t})->storage(), y->storage());
  EXPECT_EQ(Call("aten::contiguous", {t})->storage(), y->storage());
}

TEST_F(Calls, AsStridedReadsTheStorageInItsOrder) {
  auto y = Call("aten::add", {Call("aten::t", {Input({2, 3})}), Arg(1)});
  auto list = [](ArgList items) { return Operand(Arg::List(std::move(items))); };
  auto z = Call("aten::as_strided", {y, list({6}), list({1})});
  EXPECT_EQ(z->storage(), y->storage());
}

TEST_F(Calls, WhatMayBeACopyIsNotReadOnceTheOtherIsWritten) {
  const Dim n = Dim::Symbol("N");
  auto x = Call("aten::t", {Input({n, 3})});
  auto flat = Call("aten::reshape", {x, Operand(Arg::List({Arg(n * 3)}))});
  EXPECT_NE(flat->storage(), x->storage());
  ASSERT_NE(Call("aten::relu_", {flat}), nullptr);
  EXPECT_NE(Call("aten::relu", {flat}), nullptr);
  absl::StatusOr<Operand> read = caller_.Call("aten::relu", {Operand(x)}, {});
  EXPECT_NE(read.status().message().find("aten::reshape copies"), std::string::npos);
}

TEST_F(Calls, WhatEvaluationLeavesAloneIsTheSameTensor) {
  auto x = Input({2, 3});
  EXPECT_EQ(Call("aten::dropout", {x, Arg(0.5), Arg(false)})->storage(), x->storage());
}

TEST_F(Calls, TakesTheOverloadThatIsNamed) {
  auto x = Input({2, 3});
  // The arguments alone would fit dim= just as well.
  auto y =
      caller_.CallOverload("aten::squeeze", "dims", {Operand(x), Operand(Arg::List({Arg(0)}))}, {});
  EXPECT_TRUE(y.ok()) << y.status();
  auto none = caller_.CallOverload("aten::squeeze", "", {Operand(x), Operand(Arg(0))}, {});
  EXPECT_FALSE(none.ok());
  auto other = caller_.CallOverload("aten::squeeze", "unheard_of", {Operand(x)}, {});
  EXPECT_TRUE(other.ok()) << other.status();
}

}  // namespace
}  // namespace t2n
