#include "t2n/sizes/least_sizes.h"

#include "gtest/gtest.h"
#include "t2n/builder/builder.h"

namespace t2n {
namespace {

using Least = std::map<std::string, int64_t>;

const Dim S = Dim::Symbol("S");
const Dim T = Dim::Symbol("T");

// A graph of one input, [1, 4, size].
struct Model {
  Graph graph;
  Builder b{&graph};
  Val x;

  explicit Model(const Dim& size) : x(b.Input("x", {DType::kF32, {1, 4, size}, nullptr})) {}
  void Returns(const Val& v) { graph.outputs().push_back(v.get()); }
};

TEST(LeastSizes, AreThoseOfWindowsAndParts) {
  Model model(S);
  model.Returns(model.x);
  Window window = {{3}, {2}, {1}, {0}, {0}};
  model.b.AvgPool(model.x, window, true);
  EXPECT_EQ(LeastSizes(model.graph, {}), (Least{{"S", 3}}));
  model.b.SelectIndex(model.x, 2, 5);
  EXPECT_EQ(LeastSizes(model.graph, {}), (Least{{"S", 6}}));
  EXPECT_EQ(LeastSizes(model.graph, {{"S", 6}}), Least());
  model.b.Pad(model.x, {0, 0, 9}, {0, 0, 0}, "reflect");
  EXPECT_EQ(LeastSizes(model.graph, {{"S", 6}}), (Least{{"S", 10}}));
}

TEST(LeastSizes, LeaveSomeOutputWithElements) {
  Model model(S);
  const Val rest = model.b.Slice(model.x, 2, Min(2, S), S);
  model.Returns(rest);
  EXPECT_EQ(LeastSizes(model.graph, {}), (Least{{"S", 3}}));
  model.Returns(model.b.Slice(rest, 2, Min(4, rest.dim(2)), rest.dim(2)));
  EXPECT_EQ(LeastSizes(model.graph, {}), (Least{{"S", 3}}));
  model.Returns(model.x);
  EXPECT_EQ(LeastSizes(model.graph, {}), Least());
}

TEST(LeastSizes, OfTwoSymbolsAreNotKnown) {
  Model model(S + T - 5);
  model.Returns(model.x);
  EXPECT_EQ(LeastSizes(model.graph, {}), Least());
}

TEST(LeastSizes, TellWhichCutsMayBeTooLong) {
  Model model(S);
  model.b.Slice(model.x, 2, Min(2, S), S);
  model.b.Slice(model.x, 2, Max(S - 2, 0), S);
  const std::vector<std::string> lines = CutsBeyondLeastSizes(model.graph);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_NE(lines[0].find("--assert \"S>=2\""), std::string::npos) << lines[0];
}

}  // namespace
}  // namespace t2n
