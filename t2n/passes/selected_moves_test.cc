#include "t2n/passes/selected_moves.h"

#include <random>

#include "gtest/gtest.h"
#include "t2n/builder/builder.h"
#include "t2n/reference/run.h"

namespace t2n {
namespace {

size_t Moves(const Graph& graph) {
  size_t count = 0;
  for (const auto& node : graph.nodes()) count += KindOf(node->op) == OpKind::kLayout;
  return count;
}

void ExpectSame(const Graph& before, const Graph& after, const std::vector<int64_t>& sizes) {
  int64_t count = 1;
  for (int64_t size : sizes) count *= size;
  uint8_t* data;
  Tensor x = Tensor::Allocate(DType::kF32, sizes, &data);
  for (int64_t i = 0; i < count; ++i) reinterpret_cast<float*>(data)[i] = i;
  const auto want = RunGraph(before, {x}), got = RunGraph(after, {x});
  ASSERT_TRUE(want.ok() && got.ok()) << want.status() << got.status();
  for (size_t i = 0; i < want->size(); ++i) {
    EXPECT_EQ((*got)[i].sizes, (*want)[i].sizes);
    EXPECT_EQ(*ReadDoubles((*got)[i]), *ReadDoubles((*want)[i])) << before.ToString();
  }
}

TEST(SelectedMovesTest, QueriesKeysAndValuesOfOneProduct) {
  Graph graph;
  Builder b(&graph);
  Val x = b.Input("x", {DType::kF32, {10, 2, 96}, nullptr});
  Val packed = b.Reshape(b.Reshape(x, {10, 2, 3, 32}), {1, 10, 2, 3, 32});
  packed = b.Reshape(b.Transpose(packed, {3, 1, 2, 0, 4}), {3, 10, 2, 32});
  for (int64_t i = 0; i < 3; ++i) {
    Val part = b.Reshape(b.SelectIndex(packed, 0, i), {10, 8, 8});
    graph.outputs().push_back(b.Reshape(b.Transpose(part, {1, 0, 2}), {2, 4, 10, 8}).get());
  }
  Graph out;
  ASSERT_TRUE(JoinSelectedMoves(graph, &out).ok());
  EXPECT_EQ(Moves(out), 9u) << out.ToString();
  ExpectSame(graph, out, {10, 2, 96});
}

TEST(SelectedMovesTest, OthersStay) {
  Graph graph;
  Builder b(&graph);
  Val x = b.Input("x", {DType::kF32, {4, 6}, nullptr});
  graph.outputs() = {b.Reshape(b.Transpose(x, {1, 0}), {2, 12}).get(),
                     b.Slice(b.Transpose(x, {1, 0}), 0, 1, 3).get()};
  Graph out;
  ASSERT_TRUE(JoinSelectedMoves(graph, &out).ok());
  EXPECT_EQ(out.ToString(), graph.ToString());
}

// A move of x that its sizes allow.
Val RandomMove(Builder& b, const Val& x, std::mt19937& random) {
  const std::vector<int64_t> sizes = *ConstantShape(x.shape());
  const auto below = [&](int64_t n) { return static_cast<int64_t>(random() % n); };
  if (sizes.empty()) return b.Reshape(x, {1, 1});
  const int64_t axis = below(sizes.size());
  switch (below(5)) {
    case 0: {
      std::vector<int64_t> perm(sizes.size());
      for (size_t i = 0; i < perm.size(); ++i) perm[i] = i;
      std::shuffle(perm.begin(), perm.end(), random);
      return b.Transpose(x, perm);
    }
    case 1: {
      if (sizes[axis] < 2) return x;
      const int64_t begin = below(sizes[axis]);
      return b.Slice(x, axis, begin, begin + 1 + below(sizes[axis] - begin));
    }
    case 2: {
      Shape split = x.shape();
      for (int64_t part : {2, 3, 5}) {
        if (sizes[axis] % part != 0) continue;
        split[axis] = sizes[axis] / part;
        split.insert(split.begin() + axis, Dim(part));
        break;
      }
      return b.Reshape(x, split);
    }
    case 3: {
      if (axis + 1 == static_cast<int64_t>(sizes.size())) return b.Unsqueeze(x, axis);
      Shape joined = x.shape();
      joined[axis] = sizes[axis] * sizes[axis + 1];
      joined.erase(joined.begin() + axis + 1);
      return b.Reshape(x, joined);
    }
    default:
      return sizes[axis] == 1 ? b.Squeeze(x, axis) : b.SelectIndex(x, axis, below(sizes[axis]));
  }
}

TEST(SelectedMovesTest, RandomChains) {
  std::mt19937 random(7);
  size_t fewer = 0;
  for (int round = 0; round < 2000; ++round) {
    Graph graph;
    Builder b(&graph);
    Val x = b.Input("x", {DType::kF32, {6, 10, 12}, nullptr});
    for (int i = 0; i < 9; ++i) {
      x = RandomMove(b, x, random);
      if (i % 4 == 3) graph.outputs().push_back(x.get());
    }
    graph.outputs().push_back(x.get());
    ASSERT_TRUE(b.ok()) << b.status();
    Graph out;
    ASSERT_TRUE(JoinSelectedMoves(graph, &out).ok());
    fewer += Moves(out) < Moves(graph);
    ExpectSame(graph, out, {6, 10, 12});
    if (HasFailure()) return;
  }
  EXPECT_GT(fewer, 200u);
}

}  // namespace
}  // namespace t2n
