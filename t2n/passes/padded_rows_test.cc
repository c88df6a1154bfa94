#include "t2n/passes/padded_rows.h"

#include "gtest/gtest.h"
#include "t2n/builder/selection.h"
#include "t2n/reference/run.h"

namespace t2n {
namespace {

class PaddedRowsTest : public ::testing::Test {
 protected:
  void SetUp() override { x_ = b_.Input("x", {DType::kF32, {6}, nullptr}); }

  // The elements above `limit`, in their order.
  Val Above(double limit) { return b_.Gather(x_, 0, SelectTrue(b_, b_.Gt(x_, limit)).positions); }

  // The outputs for these inputs, each as one list.
  std::vector<std::vector<double>> Run(int64_t most, const std::vector<float>& x) {
    Graph out;
    const absl::Status status = PadSelections(graph_, most, &out, &padded_);
    EXPECT_TRUE(status.ok()) << status;
    uint8_t* data;
    Tensor input = Tensor::Allocate(DType::kF32, {static_cast<int64_t>(x.size())}, &data);
    std::copy(x.begin(), x.end(), reinterpret_cast<float*>(data));
    const auto results = RunGraph(out, {input});
    EXPECT_TRUE(results.ok()) << results.status();
    std::vector<std::vector<double>> values;
    for (const Tensor& t : *results) values.push_back(*ReadDoubles(t));
    names_ = out.output_names();
    return values;
  }
  void Output(const Val& v, const std::string& name) {
    graph_.outputs().push_back(v.get());
    graph_.output_names().push_back(name);
  }

  using Rows = std::vector<double>;
  Graph graph_;
  Builder b_{&graph_};
  Val x_;
  std::vector<PaddedOutput> padded_;
  std::vector<std::string> names_;
};

TEST_F(PaddedRowsTest, ChosenRowsStandFirst) {
  Output(Above(0) * 2.0, "y");
  Output(x_, "x_again");
  const auto y = Run(4, {3, -1, 0, 5, -2, 1});
  ASSERT_EQ(y.size(), 3u);
  EXPECT_EQ(y[0], (Rows{6, 10, 2, 0}));
  EXPECT_EQ(y[2], Rows{3});
  EXPECT_EQ(names_, (std::vector<std::string>{"y", "x_again", "y_count"}));
  ASSERT_EQ(padded_.size(), 1u);
  EXPECT_EQ(padded_[0].count, "y_count");
}

TEST_F(PaddedRowsTest, MoreThanWantedAreCutOff) {
  Output(Above(0), "y");
  const auto y = Run(2, {3, 9, 0, 5, -2, 1});
  EXPECT_EQ(y[0], (Rows{3, 9}));
  EXPECT_EQ(y[1], Rows{2});
}

TEST_F(PaddedRowsTest, WhatIsMixedLeavesOutWhatDoesNotCount) {
  const Val high = Above(0), low = Above(-2);
  Output(b_.Concat({high, low}, 0), "joined");
  Output(b_.TopK(high, high.dim(0), 0, false)[0], "sorted");
  Output(b_.Reduce(Op::kReduceMean, low, {0}, true), "mean");
  Output(b_.SelectIndex(low, 0, low.dim(0) - 1), "last");
  const auto y = Run(9, {3, -1, 0, 5, -2, 1});
  EXPECT_EQ(y[0], (Rows{3, 5, 1, 3, -1, 0, 5, 1, 0}));
  EXPECT_EQ(y[1], (Rows{1, 3, 5, 0, 0, 0}));
  EXPECT_EQ(y[2], Rows{8.0f / 5});
  EXPECT_EQ(y[3], Rows{1});
  EXPECT_EQ(y[4], Rows{8});
  EXPECT_EQ(y[5], Rows{3});
}

TEST_F(PaddedRowsTest, ASelectionOfASelection) {
  const Val high = Above(-2);
  Output(b_.Gather(high, 0, SelectTrue(b_, b_.Lt(high, 4.0)).positions), "y");
  const auto y = Run(6, {3, -1, 0, 5, -2, 1});
  EXPECT_EQ(y[0], (Rows{3, -1, 0, 1, 0, 0}));
  EXPECT_EQ(y[1], Rows{4});
}

TEST_F(PaddedRowsTest, WhatHasNoFormIsRefused) {
  const Val high = Above(0);
  Output(b_.Pad(high, {2}, {0}, "reflect"), "y");
  Graph out;
  const absl::Status status = PadSelections(graph_, 4, &out, &padded_);
  EXPECT_NE(status.message().find("Pad"), std::string::npos) << status;
}

TEST_F(PaddedRowsTest, BestRowsOfOpenSizesAreCounted) {
  Graph graph, out;
  Builder b(&graph);
  const Dim n = Dim::Symbol("N");
  const Val x = b.Input("x", {DType::kF32, {n}, nullptr}), two = b.Concat({x, x}, 0);
  const Val best =
      b.Concat({b.TopK(x, Min(n, 4), 0, true)[0], b.TopK(two, Min(2 * n, 5), 0, true)[0]}, 0);
  graph.outputs().push_back(b.Gather(best, 0, SelectTrue(b, b.Gt(best, 0)).positions).get());
  graph.output_names().push_back("y");
  ASSERT_TRUE(PadSelections(graph, 8, &out, &padded_).ok());
  EXPECT_EQ(out.outputs()[0]->shape(), Shape{8});
  for (const auto& [numbers, rows] : std::vector<std::pair<std::vector<float>, Rows>>{
           {{3, -1}, {3, 3, 3}}, {{1, 2, 3, 4, 5}, {5, 4, 3, 2, 5, 5, 4, 4}}}) {
    uint8_t* data;
    Tensor input = Tensor::Allocate(DType::kF32, {static_cast<int64_t>(numbers.size())}, &data);
    std::copy(numbers.begin(), numbers.end(), reinterpret_cast<float*>(data));
    const auto results = RunGraph(out, {input});
    ASSERT_TRUE(results.ok()) << results.status();
    Rows padded = rows;
    padded.resize(8);
    EXPECT_EQ(*ReadDoubles((*results)[0]), padded);
    EXPECT_EQ(*ReadDoubles((*results)[1]), Rows{std::min<double>(8, numbers.size() == 2 ? 3 : 9)});
  }
}

}  // namespace
}  // namespace t2n
