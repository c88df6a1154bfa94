#include "t2n/values/merge.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "t2n/alias/tensor_ref.h"
#include "t2n/values/unusable.h"

namespace t2n {
namespace {

using ::testing::HasSubstr;

// `condition` is an input; both sides see the values that were there before.
class Branches : public ::testing::Test {
 protected:
  Branches() : condition_(b_.Input("c", {DType::kBool, {}, nullptr})) {}

  IValue Tensor(Shape shape, DType dtype = DType::kF32) {
    return IValue(TensorRef::New(b_.Input("x", {dtype, std::move(shape), nullptr})));
  }
  // A value of a side: its tensors are read as they are when the side ends.
  static void See(const IValue& v, Side* side) {
    if (auto t = v.tensor()) side->values[t.get()] = t->Read();
    if (auto l = v.list()) {
      for (const IValue& item : l->items) See(item, side);
    }
    if (auto t = v.tuple()) {
      for (const IValue& item : t->items) See(item, side);
    }
  }
  IValue Merge(const IValue& x, const IValue& y) {
    See(x, &yes_);
    See(y, &no_);
    merger_ = std::make_unique<Merger>(&b_, condition_, before_, yes_, no_, "net.py:3:4");
    return merger_->Merge(x, y, "y");
  }
  // What is said of the value when it is used.
  std::string WhyNot(const IValue& x, const IValue& y) {
    const IValue merged = Merge(x, y);
    const absl::Status* why = WhyUnusable(merged);
    return why ? std::string(why->message()) : "usable";
  }
  // A side that has run: `act` does what it does, and everything is put back.
  void RunSide(Side* side, const std::function<void()>& act) {
    act();
    side->heap = before_.Now();
    before_.Restore();
  }

  Graph graph_;
  Builder b_{&graph_};
  Val condition_;
  Heap before_;
  Side yes_, no_;
  std::unique_ptr<Merger> merger_;
};

TEST_F(Branches, TensorsOfOneTypeAreASelect) {
  const IValue x = Tensor({2, 3}), y = Tensor({2, 3});
  const IValue merged = Merge(x, y);
  ASSERT_TRUE(merged.tensor());
  const Node& node = *merged.tensor()->Read()->node;
  EXPECT_EQ(node.op, Op::kSelect);
  EXPECT_EQ(node.inputs[1], x.tensor()->Read().get());
  EXPECT_EQ(node.inputs[2], y.tensor()->Read().get());
}

TEST_F(Branches, WhatIsTheSameOnBothSidesStays) {
  const IValue x = Tensor({2}), list = IValue::NewList({IValue(1)});
  EXPECT_EQ(Merge(x, x).tensor(), x.tensor());
  EXPECT_EQ(Merge(list, list).list(), list.list());
  EXPECT_EQ(Equals(Merge(IValue("a"), IValue("a")), IValue("a")), true);
  EXPECT_EQ(Equals(Merge(IValue(3), IValue(3)), IValue(3)), true);
  EXPECT_EQ(graph_.nodes().size(), 2u) << "nothing was computed";
}

TEST_F(Branches, WhatOnlyOneSideAssignsIsItsValue) {
  const IValue x = Tensor({2});
  EXPECT_EQ(Merge(x, IValue(Uninitialized())).tensor(), x.tensor());
  EXPECT_EQ(Merge(IValue(Uninitialized()), x).tensor(), x.tensor());
}

TEST_F(Branches, NumbersThatDifferAreComputed) {
  const IValue merged = Merge(IValue(2), IValue(5));
  ASSERT_TRUE(merged.tensor());
  EXPECT_TRUE(merged.tensor()->is_number());
  EXPECT_EQ(merged.tensor()->Read().dtype(), DType::kI64);
  const IValue mixed = Merge(IValue(2), IValue(0.5));
  EXPECT_EQ(mixed.tensor()->Read().dtype(), DType::kF32);
}

TEST_F(Branches, BoolsThatDifferAreTheConditionOrItsOpposite) {
  EXPECT_EQ(Merge(IValue(true), IValue(false)).tensor()->Read(), condition_);
  EXPECT_EQ(Merge(IValue(false), IValue(true)).tensor()->Read()->node->op, Op::kNot);
}

TEST_F(Branches, ItemsOfTuplesAndFreshListsAreMergedOneByOne) {
  const IValue x = Tensor({2}), y = Tensor({2}), z = Tensor({4});
  const IValue tuple = Merge(IValue::NewTuple({x, z}), IValue::NewTuple({y, z}));
  ASSERT_TRUE(tuple.tuple());
  EXPECT_EQ(tuple.tuple()->items[0].tensor()->Read()->node->op, Op::kSelect);
  EXPECT_EQ(tuple.tuple()->items[1].tensor(), z.tensor());
  const IValue list = Merge(IValue::NewList({x}), IValue::NewList({y}));
  ASSERT_TRUE(list.list());
  EXPECT_EQ(list.list()->items[0].tensor()->Read()->node->op, Op::kSelect);
}

TEST_F(Branches, WhatCannotBeBothIsRefusedWhenItIsUsedAndByName) {
  EXPECT_THAT(WhyNot(Tensor({2}), Tensor({3})), HasSubstr("'y' is f32[2] or f32[3]"));
  EXPECT_THAT(WhyNot(Tensor({2}), Tensor({2}, DType::kI64)),
              HasSubstr("'y' is f32[2] or i64[2], as the condition at net.py:3:4 on the inputs'"));
  EXPECT_THAT(WhyNot(IValue(), Tensor({2})), HasSubstr("'y' is a None or a Tensor"));
  EXPECT_THAT(WhyNot(IValue("a"), IValue("b")), HasSubstr("'y' is a str or a str"));
  EXPECT_THAT(WhyNot(IValue::NewList({Tensor({2})}), IValue::NewList({})), HasSubstr("'y' is a"));
}

TEST_F(Branches, AWriteOnOneSideIsASelectOfTheStorage) {
  const IValue x = Tensor({2});
  before_.Add(x);
  const Val was = x.tensor()->Read();
  RunSide(&yes_, [&] { x.tensor()->storage()->Set(b_.Neg(was)); });
  RunSide(&no_, [] {});
  EXPECT_EQ(x.tensor()->Read(), was);
  Merger merger(&b_, condition_, before_, yes_, no_, "net.py:3:4");
  ASSERT_TRUE(merger.MergeHeap().ok());
  const Node& node = *x.tensor()->Read()->node;
  EXPECT_EQ(node.op, Op::kSelect);
  EXPECT_EQ(node.inputs[1]->node->op, Op::kNeg);
  EXPECT_EQ(node.inputs[2], was.get());
}

TEST_F(Branches, AListThatGrowsOnOneSideIsRefused) {
  const IValue list = IValue::NewList({IValue(1)});
  before_.Add(list);
  RunSide(&yes_, [&] { list.list()->items.push_back(IValue(2)); });
  RunSide(&no_, [] {});
  Merger merger(&b_, condition_, before_, yes_, no_, "net.py:3:4");
  EXPECT_THAT(std::string(merger.MergeHeap().message()), HasSubstr("a list has 2 or 1 items"));
}

TEST_F(Branches, ItemsOfAListThatWasThereAreMergedInPlace) {
  const IValue list = IValue::NewList({IValue(1), IValue(7)});
  before_.Add(list);
  RunSide(&yes_, [&] { list.list()->items[0] = IValue(2); });
  RunSide(&no_, [] {});
  Merger merger(&b_, condition_, before_, yes_, no_, "net.py:3:4");
  ASSERT_TRUE(merger.MergeHeap().ok());
  EXPECT_TRUE(list.list()->items[0].tensor()) << "1 or 2";
  EXPECT_EQ(Equals(list.list()->items[1], IValue(7)), true);
}

}  // namespace
}  // namespace t2n
