#include "t2n/state/state.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "t2n/alias/tensor_ref.h"
#include "t2n/state/refusal.h"

namespace t2n {
namespace {

using ::testing::HasSubstr;

// A module as a search sees it: attributes to begin with, and what a call of forward(x) does to
// them. x is f32[2].
class Module {
 public:
  using Forward = std::function<Val(Builder&, Object&, const Val& x)>;

  Module(std::function<void(Builder&, Object&)> init, Forward forward)
      : init_(std::move(init)), forward_(std::move(forward)) {}

  absl::StatusOr<StatefulModel> Search(bool keep_state = true) {
    calls = 0;
    return FindState([this](const AttributeForms& forms) { return Call(forms); }, keep_state);
  }

  int calls = 0;

 private:
  absl::StatusOr<CallResult> Call(const AttributeForms& forms) {
    ++calls;
    CallResult result;
    result.graph = std::make_unique<Graph>();
    Builder b(result.graph.get());
    auto root = std::make_shared<Object>();
    init_(b, *root);
    const Val x = b.Input("x", {DType::kF32, {2}, nullptr});
    absl::Status status = ApplyForms(forms, root, &b);
    if (!status.ok()) return status;
    result.before = Attributes(root);
    const Val y = forward_(b, *root, x);
    result.graph->outputs() = {y.get()};
    result.graph->output_names() = {"y"};
    absl::StatusOr<std::vector<Attribute>> after = AttributesAfter(forms, root, &b);
    if (!after.ok()) return after.status();
    result.after = *std::move(after);
    return result;
  }

  std::function<void(Builder&, Object&)> init_;
  Forward forward_;
};

IValue NewTensor(const Val& v) { return IValue(TensorRef::New(v)); }
Val Read(Object& object, absl::string_view name) { return object.Find(name)->tensor()->Read(); }

void BeginWithZeros(Builder& b, Object& root) {
  root.Set("sum", NewTensor(b.Full({2}, DType::kF32, 0)));
}

TEST(FindState, AModelThatChangesNothingIsCalledOnce) {
  Module module(BeginWithZeros,
                [](Builder& b, Object& root, const Val& x) { return b.Add(x, Read(root, "sum")); });
  const auto model = module.Search();
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_TRUE(model->states.empty());
  EXPECT_EQ(module.calls, 1);
}

TEST(FindState, ARunningSumIsAnInputAndAnOutputThatBeginsAtItsOwnValue) {
  Module module(BeginWithZeros, [](Builder& b, Object& root, const Val& x) {
    const Val sum = b.Add(Read(root, "sum"), x);
    root.Set("sum", NewTensor(sum));
    return b.Mul(sum, 2.0);
  });
  const auto model = module.Search();
  ASSERT_TRUE(model.ok()) << model.status();
  ASSERT_EQ(model->states.size(), 1u);
  const StateTensor& state = model->states[0];
  EXPECT_EQ(state.path, "sum");
  EXPECT_EQ(model->graph->inputs()[state.input]->name, "sum");
  EXPECT_EQ(model->graph->output_names()[state.output], "sum_next");
  EXPECT_EQ(*ReadDoubles(state.initial), (std::vector<double>{0, 0}));
}

TEST(FindState, WithoutKeepingItIsTheFirstCall) {
  Module module(BeginWithZeros, [](Builder& b, Object& root, const Val& x) {
    const Val sum = b.Add(Read(root, "sum"), x);
    root.Set("sum", NewTensor(sum));
    return sum;
  });
  const auto model = module.Search(false);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_TRUE(model->states.empty());
  EXPECT_EQ(model->graph->inputs().size(), 1u);
  EXPECT_EQ(module.calls, 1);
}

TEST(FindState, WhatNoResultDependsOnIsNoState) {
  Module module(BeginWithZeros, [](Builder& b, Object& root, const Val& x) {
    root.Set("sum", NewTensor(b.Add(Read(root, "sum"), x)));
    return b.Neg(x);
  });
  const auto model = module.Search();
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_TRUE(model->states.empty());
  EXPECT_EQ(model->graph->inputs().size(), 1u);
}

TEST(FindState, TwoNamesOfOneTensorAreOneState) {
  Module module(
      [](Builder& b, Object& root) {
        const IValue zeros = NewTensor(b.Full({2}, DType::kF32, 0));
        root.Set("sum", zeros);
        root.Set("also", zeros);
      },
      [](Builder& b, Object& root, const Val& x) {
        const IValue sum = NewTensor(b.Add(Read(root, "sum"), x));
        root.Set("sum", sum);
        root.Set("also", sum);
        return b.Add(Read(root, "sum"), Read(root, "also"));
      });
  const auto model = module.Search();
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->states.size(), 1u);
}

TEST(FindState, ACounterThatNothingReadsIsNoState) {
  Module module([](Builder&, Object& root) { root.Set("calls", IValue(0)); },
                [](Builder& b, Object& root, const Val& x) {
                  if (const Dim* n = root.Find("calls")->If<Dim>())
                    root.Set("calls", IValue(*n + 1));
                  return b.Neg(x);
                });
  const auto model = module.Search();
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_TRUE(model->states.empty());
}

TEST(FindState, WhatGrowsAtEveryCallIsRefusedByName) {
  Module module(BeginWithZeros, [](Builder& b, Object& root, const Val& x) {
    root.Set("sum", NewTensor(b.Concat({Read(root, "sum"), x}, 0)));
    return b.Reduce(Op::kReduceSum, Read(root, "sum"), {0}, false);
  });
  const auto model = module.Search();
  ASSERT_FALSE(model.ok());
  const std::string why(model.status().message());
  EXPECT_THAT(why, HasSubstr("attribute 'sum' is f32[4], then f32[6], then f32[8] ..."));
  EXPECT_THAT(why, HasSubstr("--state drop"));
  EXPECT_TRUE(IsDroppable(model.status()));
}

TEST(FindState, AFailedCallIsTheResult) {
  const auto model = FindState(
      [](const AttributeForms&) -> absl::StatusOr<CallResult> {
        return absl::UnimplementedError("no");
      },
      true);
  EXPECT_EQ(model.status().message(), "no");
}

}  // namespace
}  // namespace t2n
