#include "t2n/program/charge.h"

#include "gtest/gtest.h"
#include "t2n/base/allowance.h"
#include "t2n/builder/builder.h"

namespace t2n {
namespace {

TEST(ChargeNodes, CountsOperationsAndComputedConstants) {
  Graph graph;
  Builder b(&graph);
  std::vector<int64_t> ones(1000, 1);
  const Val given = b.Ints(ones);
  const size_t before = graph.nodes().size();
  b.Add(given, given);
  Allowance narrow({0, 8000, 0});
  {
    const Allowance::Scope scope(&narrow);
    EXPECT_TRUE(ChargeNodes(graph, graph.nodes().size()).ok());
    EXPECT_EQ(ChargeNodes(graph, before).message(),
              "the conversion needs more memory than --max_memory 8000 while reading, 1 operations "
              "so far");
  }
  Allowance wide({0, 10000, 0});
  const Allowance::Scope scope(&wide);
  EXPECT_TRUE(ChargeNodes(graph, before).ok());
}

}  // namespace
}  // namespace t2n
