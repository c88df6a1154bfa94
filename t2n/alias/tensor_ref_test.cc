#include "t2n/alias/tensor_ref.h"

#include "gtest/gtest.h"

namespace t2n {
namespace {

class TensorRefs : public ::testing::Test {
 protected:
  std::vector<double> Values(const std::shared_ptr<TensorRef>& t) {
    Val v = t->Read();
    if (!v.is_constant()) return {};
    return ReadDoubles(*v->constant).value_or(std::vector<double>());
  }
  // 0, 1, 2 ... in rows.
  std::shared_ptr<TensorRef> Rows(Shape shape) {
    std::vector<double> values(NumElements(shape).value());
    for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i);
    return TensorRef::New(b_.Reshape(b_.Doubles(DType::kF32, values), shape));
  }
  Graph graph_;
  Builder b_{&graph_};
};

TEST_F(TensorRefs, WritesThroughAViewAreSeenByAllOthers) {
  auto x = Rows({2, 3});
  auto t = x->Derive(b_.Transpose(x->Read(), {1, 0}));
  auto row = t->Derive(b_.SelectIndex(t->Read(), 0, 2));
  ASSERT_TRUE(row->Write(b_.Doubles(DType::kF32, {7, 8})).ok());
  EXPECT_EQ(Values(x), (std::vector<double>{0, 1, 7, 3, 4, 8}));
  EXPECT_EQ(Values(t), (std::vector<double>{0, 3, 1, 4, 7, 8}));
}

TEST_F(TensorRefs, WhatIsComputedIsATensorOfItsOwn) {
  auto x = Rows({2});
  auto y = x->Derive(b_.Neg(x->Read()));
  EXPECT_NE(x->storage(), y->storage());
}

TEST_F(TensorRefs, AnExpandedTensorIsNotWritten) {
  auto x = Rows({1, 2});
  auto wide = x->Derive(b_.BroadcastTo(x->Read(), {3, 2}));
  (void)wide->Write(b_.Neg(wide->Read()));
  EXPECT_FALSE(b_.ok());
}

TEST_F(TensorRefs, WhatIsReadOnlyRefusesToBeWritten) {
  auto x = Rows({2});
  x->set_read_only("of two owners");
  EXPECT_NE(x->Write(x->Read()).message().find("of two owners"), std::string::npos);
}

}  // namespace
}  // namespace t2n
