#include "emit/names.h"

#include "gtest/gtest.h"

namespace t2n {
namespace {

TEST(NamesTest, MakesIdentifiers) {
  EXPECT_EQ(ToIdentifier("layer1.0.conv1_weight"), "layer1_0_conv1_weight");
  EXPECT_EQ(ToIdentifier("0.weight"), "_0_weight");
  EXPECT_EQ(ToIdentifier("a..b--c__"), "a_b_c");
  EXPECT_EQ(ToIdentifier(""), "x");
  EXPECT_EQ(ToIdentifier("日本"), "x");
}

TEST(NamesTest, AvoidsWhatParsersTakeForSomethingElse) {
  EXPECT_EQ(ToIdentifier("graph"), "graph_");
  EXPECT_EQ(ToIdentifier("if"), "if_");
  EXPECT_EQ(ToIdentifier("inflow"), "_inflow");
  EXPECT_EQ(ToIdentifier("true_positives"), "_true_positives");
}

TEST(NamesTest, LabelsAreNeverPaths) {
  EXPECT_EQ(ToLabel("layer1.0.conv1.weight"), "layer1.0.conv1.weight");
  EXPECT_EQ(ToLabel("../../etc/passwd"), "_._etc_passwd");
  EXPECT_EQ(ToLabel("/absolute"), "_absolute");
  EXPECT_EQ(ToLabel("..."), "variable");
  EXPECT_EQ(ToLabel(".hidden"), "hidden");
  EXPECT_EQ(ToLabel(std::string("a\0b", 3)), "a_b");
  EXPECT_LE(ToLabel(std::string(5000, 'x')).size(), 200);
}

TEST(NamesTest, HandsOutEachNameOnce) {
  NameTable names;
  EXPECT_EQ(names.Unique("x"), "x");
  EXPECT_EQ(names.Unique("x"), "x_1");
  EXPECT_EQ(names.Unique("x_1"), "x_1_1");
  EXPECT_EQ(names.Unique("x"), "x_2");
}

TEST(NamesTest, ValuesAreNamedByModuleAndVariable) {
  Graph graph;
  auto place = std::make_shared<Place>();
  place->module_path = "encoder.layer.3";
  Node* node = graph.AddNode(Op::kAdd, {}, {}, {{DType::kF32, {}, nullptr}}, place);
  EXPECT_EQ(ValueName(*node->output(), Naming::kModulePath), "encoder_layer_3_add");
  node->output()->name = "_12";
  EXPECT_EQ(ValueName(*node->output(), Naming::kModulePath), "encoder_layer_3_add");
  node->output()->name = "hidden.1";
  EXPECT_EQ(ValueName(*node->output(), Naming::kModulePath), "encoder_layer_3_hidden_1");
  EXPECT_EQ(ValueName(*node->output(), Naming::kLocal), "hidden_1");
  place->module_path = "encoder.self_attn.3";
  node->output()->name = "hidden_states.1";
  EXPECT_EQ(ValueName(*node->output(), Naming::kCamel), "encoder_selfAttn_3_hiddenStates1");
}

}  // namespace
}  // namespace t2n
