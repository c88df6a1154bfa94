#include "t2n/verify/unknown.h"

#include "gtest/gtest.h"
#include "t2n/builder/builder.h"
#include "t2n/builder/custom.h"

namespace t2n {
namespace {

// A call of a fragment, with a body that gives its argument or without one.
Val Call(Builder& b, const Val& x, bool with_body) {
  Attrs attrs;
  attrs.Set("fragment", std::string("f"));
  attrs.Set("operands", std::string("x"));
  Builder::BodyFn body;
  if (with_body) {
    body = [](Builder&, absl::Span<const Val> params) -> std::vector<Val> { return {params[0]}; };
  }
  return Custom(b, std::move(attrs), {x}, {x->type}, body)[0];
}

TEST(FirstUnknownTest, IsWhatOutputsDependOnAndHasNoBody) {
  Graph graph;
  Builder b(&graph);
  const Val x = b.Input("x", {DType::kF32, {2}, nullptr});
  const Val known = Call(b, x, true), unknown = Call(b, known, false);
  ASSERT_EQ(b.status(), absl::OkStatus());
  graph.outputs() = {known.get()};
  EXPECT_EQ(FirstUnknown(graph), nullptr);
  graph.outputs() = {b.Exp(unknown).get()};
  EXPECT_EQ(FirstUnknown(graph), unknown->node);
}

TEST(FirstUnknownTest, IsLookedForInBodies) {
  Graph graph;
  Builder b(&graph);
  const Val x = b.Input("x", {DType::kF32, {3, 2}, nullptr});
  Builder::ScanSpec spec;
  spec.length = 3;
  spec.scanned = {x};
  spec.scan_axes = {0};
  spec.output_axes = {0};
  const auto step = [](Builder& s, absl::Span<const Val> row) -> std::vector<Val> {
    return {Call(s, row[0], false)};
  };
  graph.outputs() = {b.Scan(spec, step)[0].get()};
  ASSERT_EQ(b.status(), absl::OkStatus());
  const Node* found = FirstUnknown(graph);
  ASSERT_NE(found, nullptr);
  EXPECT_TRUE(IsCustom(*found));
}

}  // namespace
}  // namespace t2n
