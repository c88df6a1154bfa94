#include "t2n/preview/preview.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "t2n/convert/report.h"

namespace t2n {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kExported[] = "testdata/models/versions/torch-2.15.0/exported_mlp_dyn.pt2";

proto::ConversionSpec SpecOf(const std::string& model) {
  proto::ConversionSpec spec;
  spec.set_model(model);
  return spec;
}

// The line that a place of an operation is, as the preview has it.
std::string LineAt(const proto::Preview& preview, const proto::PlaceInfo& place) {
  for (const proto::SourceFile& file : preview.sources()) {
    if (file.name() != place.file()) continue;
    for (const proto::SourceRun& run : file.runs()) {
      const int at = place.line() - run.first();
      if (at >= 0 && at < run.lines_size()) return run.lines(at);
    }
  }
  return "";
}

const proto::OperationInfo* Find(const proto::Preview& preview, const std::string& operation) {
  for (const proto::OperationInfo& o : preview.conversion().operation_list()) {
    if (o.operation() == operation) return &o;
  }
  return nullptr;
}

TEST(PreviewTest, TellsOfATracedModelWithoutWritingIt) {
  proto::Preview preview;
  ConversionFailure failure;
  const auto status =
      MakePreview(SpecOf("testdata/models/residual.pt"), &failure, nullptr, &preview);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(preview.nnef(), HasSubstr("graph network(input) -> (output)"));
  EXPECT_EQ(preview.conversion().operation_list_size(), preview.conversion().operations());
  EXPECT_EQ(preview.conversion().variable_list_size(), preview.conversion().variables());
  EXPECT_GT(preview.archive().modules_size(), 10);
  EXPECT_GT(preview.nodes_size(), 3);
  const proto::OperationInfo* conv = Find(preview, "conv");
  ASSERT_NE(conv, nullptr);
  EXPECT_THAT(conv->operands(), ElementsAre("input", "_0_conv1_weight", "_0_bn1_constant"));
  EXPECT_THAT(conv->types(), ElementsAre("f32[1,4,16,16]"));
  // Where it is, and who called that.
  ASSERT_GE(conv->places_size(), 2);
  EXPECT_THAT(LineAt(preview, conv->places(0)), HasSubstr("torch._convolution("));
  EXPECT_THAT(LineAt(preview, conv->places(1)), HasSubstr("(conv1).forward("));
}

TEST(PreviewTest, HasTheLinesThatAnExportedProgramRecords) {
  proto::Preview preview;
  ConversionFailure failure;
  ASSERT_TRUE(MakePreview(SpecOf(kExported), &failure, nullptr, &preview).ok());
  EXPECT_EQ(preview.archive().layout(), "exported");
  const proto::OperationInfo* product = Find(preview, "matmul");
  ASSERT_NE(product, nullptr);
  ASSERT_GE(product->places_size(), 1);
  EXPECT_NE(LineAt(preview, product->places(0)), "");
}

TEST(PreviewTest, ARefusalTellsWhatIsKnownUpToThere) {
  proto::Preview preview;
  ConversionFailure failure;
  const auto status =
      MakePreview(SpecOf("testdata/models/eigen_vectors.pt"), &failure, nullptr, &preview);
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(preview.conversion().refusals(), Contains(HasSubstr("eig")));
  ASSERT_EQ(preview.conversion().refusal_places_size(), 1);
  EXPECT_THAT(LineAt(preview, preview.conversion().refusal_places(0)), HasSubstr("torch.add(_1, "));
  EXPECT_GT(preview.conversion().operation_list_size(), 10);
  EXPECT_GT(preview.archive().operators_size(), 0);
  EXPECT_EQ(preview.conversion().outputs_size(), 0);
}

TEST(PreviewTest, ARefusalOfTheTargetHasTheGraphUpToThere) {
  proto::ConversionSpec spec = SpecOf(kExported);
  spec.set_target("khronos");
  proto::Preview preview;
  ConversionFailure failure;
  ASSERT_FALSE(MakePreview(spec, &failure, nullptr, &preview).ok());
  EXPECT_THAT(preview.conversion().refusals(0), HasSubstr("open sizes"));
  EXPECT_GT(preview.sources_size(), 0);
}

TEST(PreviewTest, WhatIsNoArchiveIsARefusalToo) {
  proto::Preview preview;
  ConversionFailure failure;
  EXPECT_FALSE(MakePreview(SpecOf("testdata/none.pt"), &failure, nullptr, &preview).ok());
  EXPECT_EQ(preview.conversion().refusals_size(), 1);
}

TEST(PlaceTest, IsReadBackFromItsText) {
  const Place places[] = {{nullptr, "a.b (c)", "code/net.py", 12, 4},
                          {nullptr, "", "code/net.py", 12, 0},
                          {nullptr, "", "node add_1", 0, 0},
                          {nullptr, "m", "C:\\a b.py", 3, 0}};
  for (const Place& place : places) {
    const proto::PlaceInfo told = ParsePlace(place.ToString());
    EXPECT_EQ(told.SerializeAsString(), DescribePlace(place).SerializeAsString())
        << place.ToString();
  }
}

}  // namespace
}  // namespace t2n
