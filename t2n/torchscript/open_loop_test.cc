// Loops over open sizes, by programs as torch writes them.
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parsers/testing/pickle_builder.h"
#include "parsers/testing/zip_builder.h"
#include "t2n/torchscript/evaluator.h"

namespace t2n::script {
namespace {

using ::testing::HasSubstr;

namespace p = ::t2n::testing;

ModelArchive MakeArchive(const std::string& body) {
  const std::string source = absl::StrCat(
      "class M(Module):\n  __parameters__ = []\n  __buffers__ = []\n"
      "  def forward(self: __torch__.M,\n    x: Tensor) -> Tensor:\n",
      body);
  const std::string zip =
      p::BuildZip({{"m/data.pkl", p::Pickle(p::Object("__torch__", "M", p::Dict({})))},
                   {"m/constants.pkl", p::Pickle(p::Tuple({}))},
                   {"m/code/__torch__.py", source},
                   {"m/version", "3\n"}});
  absl::StatusOr<ModelArchive> archive = LoadModelArchive(*Archive::FromMemory(zip, "m.pt"));
  EXPECT_TRUE(archive.ok()) << archive.status();
  return *std::move(archive);
}

// The graph of forward(x), x: f32[S,3]; or why not.
std::string GraphOf(const std::string& body) {
  ModelArchive archive = MakeArchive(body);
  Code code(&archive);
  Graph graph;
  Builder b(&graph);
  OpEnv env;
  Evaluator evaluator(&code, &b, &env);
  auto object = std::make_shared<Object>();
  object->class_name = "__torch__.M";
  const Shape shape = {Dim::Symbol("S", Range{1, std::nullopt}), 3};
  const IValue x(TensorRef::New(b.Input("x", {DType::kF32, shape, nullptr})));
  const absl::StatusOr<IValue> y = evaluator.CallMethod(object, "forward", {x}, {});
  if (!y.ok()) return std::string(y.status().message());
  graph.outputs() = {y->tensor()->Read().get()};
  graph.EliminateDeadCode();
  return graph.ToString();
}

TEST(OpenLoop, WhatIsCarriedIsAStateOfAScan) {
  const std::string graph = GraphOf(R"(    y = torch.zeros([3])
    y0 = y
    for i in range(torch.size(x, 0)):
      y1 = torch.add(y0, torch.select(x, 0, i))
      y0 = torch.tanh(y1)
    return y0
)");
  EXPECT_THAT(graph, HasSubstr("Scan("));
  EXPECT_THAT(graph, HasSubstr("states=1"));
  EXPECT_THAT(graph, HasSubstr("length=S"));
  EXPECT_THAT(graph, HasSubstr("Add(%6, %7)\n  %9 f32[3] = Tanh(%8)\n  return %9\n"));
}

TEST(OpenLoop, WhatIsAppendedIsStackedAlongANewAxis) {
  const std::string graph = GraphOf(R"(    rows = annotate(List[Tensor], [])
    for i in range(torch.size(x, 0)):
      _0 = torch.append(rows, torch.exp(torch.select(x, 0, i)))
    return torch.stack(rows)
)");
  EXPECT_THAT(graph, HasSubstr("states=0, scan_outputs=1"));
  EXPECT_THAT(graph, HasSubstr("%7 f32[S,3] = Reshape(%1) {shape=[S,3]}\nreturn %7\n"));
}

TEST(OpenLoop, AKnownNumberOfTurnsIsNoLoop) {
  const std::string graph = GraphOf(R"(    y = x
    for i in range(2):
      y = torch.neg(torch.exp(y))
    return y
)");
  EXPECT_EQ(graph,
            "%0 f32[S,3] = Input()  # x\n"
            "%1 f32[S,3] = Exp(%0)\n"
            "%2 f32[S,3] = Neg(%1)  # y\n"
            "%3 f32[S,3] = Exp(%2)\n"
            "%4 f32[S,3] = Neg(%3)  # y\n"
            "return %4\n");
}

TEST(OpenLoop, AConditionOnTheCounterIsASelectInTheBody) {
  const std::string graph = GraphOf(R"(    y = annotate(Optional[Tensor], None)
    z = torch.zeros([3])
    for i in range(torch.size(x, 0)):
      row = torch.select(x, 0, i)
      if torch.eq(i, 0):
        z0 = row
      else:
        z0 = torch.mul(z, row)
      z = z0
    return z
)");
  EXPECT_THAT(graph, HasSubstr("Scan("));
  EXPECT_THAT(graph, HasSubstr("Select("));
}

TEST(OpenLoop, AStateThatChangesItsShapeIsRefused) {
  const std::string why = GraphOf(R"(    y = torch.zeros([1, 3])
    for i in range(torch.size(x, 0)):
      y = torch.cat([y, y])
    return y
)");
  EXPECT_THAT(why, HasSubstr("'y' changes from"));
  EXPECT_THAT(why, HasSubstr("in a loop over an open size; give the size a number with --inputs"));
}

}  // namespace
}  // namespace t2n::script
