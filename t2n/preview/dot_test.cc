#include "t2n/preview/dot.h"

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "t2n/preview/drawing.h"

namespace t2n {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// A block with a branch around a convolution, as a conversion reports it.
constexpr char kReport[] = R"(
  inputs { name: "x" dtype: "f32" shape: "1" shape: "S" }
  outputs { name: "y" dtype: "f32" shape: "1" shape: "S" }
  operation_list { results: "x" operation: "external<scalar>" types: "f32[1,S]" }
  operation_list { results: "w" operation: "variable<scalar>" types: "f32[8,4,3]" }
  operation_list { results: "a" operation: "conv" operands: "x" operands: "w" types: "f32[1,8,S]"
                   module: "block.0.conv" }
  operation_list { results: "b" operation: "max" operands: "a" types: "f32[1,8,S]"
                   module: "block.0.relu" }
  operation_list { results: "y" operation: "add" operands: "b" operands: "x" types: "f32[1,S]"
                   module: "block.0" }
  variable_list { name: "w" file: "block.0.conv.weight.dat" dtype: "f32" shape: 8 shape: 4 shape: 3 }
)";

proto::ConversionReport Report(const std::string& text) {
  proto::ConversionReport report;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &report));
  return report;
}

TEST(DrawTest, ChainsOfSmallModulesAreOneNodeAndWeightsAreNone) {
  const Drawing drawing = Draw(Report(kReport));
  ASSERT_EQ(drawing.nodes.size(), 3);
  EXPECT_THAT(drawing.nodes[0].operations, ElementsAre(0));
  EXPECT_THAT(drawing.nodes[1].operations, ElementsAre(2, 3));
  EXPECT_EQ(drawing.nodes[1].box, "block.0");
  EXPECT_THAT(drawing.nodes[2].operations, ElementsAre(4));
  EXPECT_EQ(drawing.nodes[2].box, "block.0");
  ASSERT_EQ(drawing.edges.size(), 4);
  EXPECT_EQ(drawing.edges[1].tensor, "b");
  EXPECT_EQ(drawing.edges[1].type, "f32[1,8,S]");
  EXPECT_EQ(drawing.edges[3].to, -1);
}

TEST(DrawTest, AModuleThatBranchesHasABox) {
  const Drawing drawing = Draw(Report(R"(
    operation_list { results: "x" operation: "external<scalar>" }
    operation_list { results: "a" operation: "neg" operands: "x" module: "m" }
    operation_list { results: "b" operation: "mul" operands: "a" operands: "a" module: "m" }
    operation_list { results: "c" operation: "exp" operands: "a" module: "m" }
    operation_list { results: "d" operation: "add" operands: "b" operands: "c" module: "m" })"));
  ASSERT_EQ(drawing.nodes.size(), 5);
  EXPECT_EQ(drawing.nodes[4].box, "m");
}

TEST(DotTest, HasBoxesSizesAndNoWeights) {
  const std::string dot = ToDot(Report(kReport));
  EXPECT_THAT(dot, HasSubstr("label=\"block.0\""));
  EXPECT_THAT(dot, HasSubstr("n1 -> n2 [label=\" 1\xC3\x97"
                             "8\xC3\x97S\"]"));
  EXPECT_THAT(dot, HasSubstr("<b>conv</b><font point-size=\"10\" color=\"#44525f\"> 8\xC3\x97"
                             "4\xC3\x97"
                             "3</font>"));
  EXPECT_THAT(dot, HasSubstr("n2 -> o0"));
  EXPECT_THAT(dot, Not(HasSubstr("variable")));
}

TEST(DotTest, NamesAreText) {
  const std::string dot = ToDot(Report(R"(
    operation_list { results: "x" operation: "external<scalar>" types: "f32[]" }
    operation_list { results: "y\"><b>" operation: "<&" operands: "x" types: "f32[]"
                     module: "a\"];evil[label=\"\\.c" }
    outputs { name: "y\"><b>" })"));
  EXPECT_THAT(dot, HasSubstr("y&quot;&gt;&lt;b&gt;"));
  EXPECT_THAT(dot, HasSubstr("label=\"a&quot;];evil[label=&quot;&#92;\""));
  EXPECT_THAT(dot, Not(HasSubstr("\"];evil")));
}

}  // namespace
}  // namespace t2n
