#include "emit/emit.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "t2n/builder/builder.h"

namespace t2n {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Text(const Graph& graph, const EmitSpec& spec = {}) {
  absl::StatusOr<std::string> text = EmitText(graph, spec);
  return text.ok() ? *text : std::string(text.status().message());
}

// relu(conv(x)) and a linear layer, as an evaluator names things.
void BuildNet(Graph* graph) {
  Builder b(graph);
  Val x = b.Input("image", {DType::kF32, {Dim::Symbol("B"), 3, 8, 8}, nullptr});
  auto place = std::make_shared<Place>();
  place->module_path = "features.0";
  b.set_place(place);
  auto weight = [&b](const char* name, std::vector<int64_t> sizes) {
    uint8_t* data;
    Val v = b.Constant(Tensor::Allocate(DType::kF32, std::move(sizes), &data));
    v->name = name;
    return v;
  };
  Window w{{}, {2, 2}, {1, 1}, {1, 1}, {1, 1}};
  Val y =
      b.Conv(x, weight("features.0.weight", {4, 3, 3, 3}), weight("features.0.bias", {4}), w, 1);
  y->name = "input";
  y = b.Max(y, 0);
  y->name = "_3";
  place = std::make_shared<Place>();
  place->module_path = "head";
  b.set_place(place);
  y = b.Reshape(y, {Dim::Symbol("B"), 64});
  y = b.Einsum("bi,oi->bo", {y, weight("head.weight", {5, 64})});
  graph->outputs() = {y.get()};
  graph->output_names() = {"scores"};
}

TEST(EmitTest, ReportsHaveWhatADrawingNeeds) {
  Graph graph;
  BuildNet(&graph);
  EmitSpec spec;
  spec.list_contents = true;
  EmitReport report;
  std::string text;
  ASSERT_TRUE(EmitNothing(graph, spec, &report, &text).ok());
  EXPECT_EQ(text, Text(graph, spec));
  ASSERT_EQ(report.operation_list.size(), 8);
  const EmittedOperation& input = report.operation_list[0];
  EXPECT_EQ(input.operation, "external<scalar>");
  EXPECT_THAT(input.types, ElementsAre("f32[B,3,8,8]"));
  EXPECT_THAT(report.operation_list[1].types, ElementsAre("f32[4,3,3,3]"));
  const EmittedOperation& conv = report.operation_list[4];
  EXPECT_EQ(conv.operation, "conv");
  EXPECT_THAT(conv.operands, ElementsAre("image", report.operation_list[1].results[0],
                                         report.operation_list[2].results[0]));
  EXPECT_THAT(conv.types, ElementsAre("f32[B,4,4,4]"));
  EXPECT_THAT(report.operation_list[5].operands, ElementsAre(conv.results[0]));
}

TEST(EmitTest, WhatIsRefusedIsDescribedAsFarAsItGoes) {
  Graph graph;
  BuildNet(&graph);
  EmitSpec spec;
  spec.target = *FindTarget("khronos");
  spec.list_contents = true;
  EmitReport report;
  std::string text;
  EXPECT_FALSE(EmitNothing(graph, spec, &report, &text).ok());
  ASSERT_EQ(report.refusals.size(), 1);
  EXPECT_THAT(report.refusals[0], HasSubstr("open sizes"));
}

TEST(EmitTest, WritesReadableGraphs) {
  Graph graph;
  BuildNet(&graph);
  EmitSpec spec;
  spec.symbols = {{"B", {1, 64}}};
  EXPECT_EQ(Text(graph, spec), R"(version 1.0;

extension tract_registry tract_core;
extension tract_symbol B;
extension tract_assert B >= 1;
extension tract_assert B <= 64;

graph network(image) -> (scores)
{
    image = external<scalar>(shape = [B, 3, 8, 8]);
    features_0_weight = variable<scalar>(label = "features.0.weight", shape = [4, 3, 3, 3]);
    features_0_bias = variable<scalar>(label = "features.0.bias", shape = [4]);
    head_weight = variable<scalar>(label = "head.weight", shape = [5, 64]);
    features_0_input = conv(image, features_0_weight, features_0_bias, padding = [(1, 1), (1, 1)], stride = [2, 2], dilation = [1, 1], groups = 1);
    features_0_max = max(features_0_input, 0.0);
    head_reshape = reshape(features_0_max, shape = [64], axis_start = 1, axis_count = 3);
    scores = matmul(head_reshape, head_weight, transposeB = true);
}
)");
}

TEST(EmitTest, CutsTensorsThatNoFileHolds) {
  Graph graph;
  Builder b(&graph);
  Val x = b.Input("x", {DType::kF32, {1, 3, 4}, nullptr});
  uint8_t* data;
  Val weight = b.Constant(Tensor::Allocate(DType::kF32, {1, 3, 4}, &data));
  weight->name = "w";
  graph.outputs() = {b.Add(x, weight).get()};
  EmitSpec spec;
  spec.max_file_bytes = 40;  // two rows of 16 bytes
  EXPECT_THAT(Text(graph, spec), HasSubstr(R"(
    w_part = variable<scalar>(label = "w.part", shape = [1, 2, 4]);
    w_part_1 = variable<scalar>(label = "w.part_1", shape = [1, 1, 4]);
    w = concat([w_part, w_part_1], axis = 1);
)"));
  spec.max_file_bytes = 12;  // less than a row
  EXPECT_THAT(Text(graph, spec), HasSubstr(R"(
    w_part = concat([w_part_part, w_part_part_1], axis = 2);
)"));
}

TEST(EmitTest, CutsTensorsInPartsOfOneSize) {
  Graph graph;
  Builder b(&graph);
  Val x = b.Input("x", {DType::kF32, {5, 4}, nullptr});
  uint8_t* data;
  Val weight = b.Constant(Tensor::Allocate(DType::kF32, {5, 4}, &data));
  weight->name = "w";
  graph.outputs() = {b.Add(x, weight).get()};
  EmitSpec spec;
  spec.max_file_bytes = 64;  // four rows of 16 bytes
  EXPECT_THAT(Text(graph, spec), HasSubstr(R"(
    w_part = variable<scalar>(label = "w.part", shape = [3, 4]);
    w_part_1 = variable<scalar>(label = "w.part_1", shape = [2, 4]);
)"));
}

TEST(EmitTest, NumbersValuesIfAsked) {
  Graph graph;
  BuildNet(&graph);
  EmitSpec spec;
  spec.naming = Naming::kNumeric;
  EXPECT_THAT(Text(graph, spec), HasSubstr("v4 = max(v3, 0.0);"));
}

TEST(EmitTest, WritesSharedBytesOnce) {
  Graph graph;
  Builder b(&graph);
  Val x = b.Input("x", {DType::kF32, {2, 3}, nullptr});
  uint8_t* data;
  Tensor tied = Tensor::Allocate(DType::kF32, {2, 3}, &data);
  Val w = b.Constant(tied), v = b.Constant(tied);
  graph.outputs() = {b.Add(x, w).get(), b.Mul(x, v).get()};
  EmitSpec spec;
  spec.path = std::filesystem::path(::testing::TempDir()) / "tied";
  EmitReport report;
  ASSERT_TRUE(EmitModel(graph, spec, &report).ok());
  EXPECT_EQ(report.variables, 1);
  EXPECT_EQ(report.variable_bytes, 24);
  EXPECT_THAT(report.inputs, ElementsAre("x"));
  EXPECT_THAT(report.outputs, ElementsAre("output", "output_1"));
}

TEST(EmitTest, TensorFilesHaveTheSpecifiedHeader) {
  Graph graph;
  Builder b(&graph);
  Val x = b.Input("x", {DType::kI64, {3}, nullptr});
  Val w = b.Ints({1, 2, -3});
  w->name = "w";
  graph.outputs() = {b.Add(x, w).get()};
  EmitSpec spec;
  spec.path = std::filesystem::path(::testing::TempDir()) / "header";
  ASSERT_TRUE(EmitModel(graph, spec, nullptr).ok());
  std::ifstream file(spec.path + "/w.dat", std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  std::string expected("\x4e\xef\x01\x00\x18\x00\x00\x00\x01\x00\x00\x00\x03\x00\x00\x00", 16);
  EXPECT_EQ(bytes.str().substr(0, 16), expected);
  EXPECT_EQ(bytes.str().substr(44, 8), std::string("\x40\0\0\0\x04\0\0\0", 8));
  EXPECT_EQ(bytes.str().size(), 128 + 24);
}

TEST(EmitTest, CollectsAllRefusals) {
  Graph graph;
  Builder b(&graph);
  auto place = std::make_shared<Place>();
  place->entry = "code/net.py";
  place->line = 7;
  b.set_place(place);
  Val shift = b.Input("shift", {DType::kI64, {1}, nullptr});
  Val y = b.Input("y", {DType::kF32, {1000}, nullptr});
  graph.outputs() = {b.TopK(y, 1, 0, true)[0].get(), b.Add(shift, 1).get()};
  EmitSpec spec;
  spec.target = *FindTarget("khronos");
  absl::StatusOr<std::string> text = EmitText(graph, spec);
  EXPECT_EQ(text.status().code(), absl::StatusCode::kUnimplemented);
  std::string message(text.status().message());
  EXPECT_THAT(message, HasSubstr("TopK at code/net.py:7: NNEF 1.0.5 does not sort;"));
  EXPECT_THAT(message, HasSubstr("\nAdd at code/net.py:7"));
}

TEST(EmitTest, KnowsItsTargets) {
  EXPECT_EQ(FindTarget("tract")->version, 23);
  EXPECT_EQ(FindTarget("tract:0.22.9")->name, "tract:0.22.4");
  EXPECT_EQ(FindTarget("tract:0.30.1")->name, "tract:0.23.9");
  EXPECT_TRUE(FindTarget("khronos")->strict);
  EXPECT_FALSE(FindTarget("tract:0.18.0").ok());
  EXPECT_FALSE(FindTarget("onnx").ok());
}

// Of H+(H+1)/2 tract makes (3*H+1)/2 in some loads, and compares twice the one with twice the
// other.
TEST(EmitTest, MultiplesOfSizesOfTwoFormsAreWrittenAsOneQuotient) {
  Graph graph;
  Builder b(&graph);
  const Dim h = Dim::Symbol("H"), size = h + FloorDiv(h + 1, 2);
  Val x = b.Input("x", {DType::kF32, {size, 2}, nullptr});
  graph.outputs() = {b.Reshape(x, {2 * size}).get()};
  graph.output_names() = {"y"};
  EXPECT_THAT(Text(graph), HasSubstr("shape = [2*((3*H+1)/2)]"));
}

// (2*H+2)/3 is 2*((H+1)/3) to tract in some loads, where a convolution multiplies it.
TEST(EmitTest, ImagesWhoseSizesHaveTwoFormsAreClosedForConvolutions) {
  Graph graph;
  Builder b(&graph);
  const Dim h = 2 * Dim::Symbol("H"), w = 2 * Dim::Symbol("W");
  Val x = b.Input("x", {DType::kF32, {1, 2, h, w}, nullptr});
  uint8_t* data;
  Val filter = b.Constant(Tensor::Allocate(DType::kF32, {2, 2, 5, 5}, &data));
  Val y = b.Conv(x, filter, Val(), Window{{}, {3, 3}, {1, 1}, {2, 2}, {2, 2}}, 1);
  graph.outputs() = {y.get()};
  graph.output_names() = {"y"};
  EXPECT_THAT(Text(graph), HasSubstr("min("));
}

}  // namespace
}  // namespace t2n
