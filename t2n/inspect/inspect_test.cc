#include "t2n/inspect/inspect.h"

#include <filesystem>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace t2n {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kFolder[] = "testdata/archives/";

ModelSummary Read(const std::string& name) {
  absl::StatusOr<ModelSummary> summary = Inspect(kFolder + name);
  EXPECT_TRUE(summary.ok()) << summary.status();
  return summary.ok() ? *std::move(summary) : ModelSummary();
}

TEST(InspectTest, ReadsEveryArchive) {
  int archives = 0;
  for (const char* folder : {"testdata/archives", "testdata/models"}) {
    for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
      const std::string extension = file.path().extension().string();
      if (extension != ".pt" && extension != ".ptl" && extension != ".pt2") continue;
      absl::StatusOr<ModelSummary> summary = Inspect(file.path().string());
      EXPECT_TRUE(summary.ok()) << file.path() << ": " << summary.status();
      if (!summary.ok()) continue;
      EXPECT_THAT(ToText(*summary), HasSubstr("\nmethods ("));
      ++archives;
    }
  }
  EXPECT_GT(archives, 50);
}

TEST(InspectTest, ListsAnArchiveOfTorchExport) {
  const auto summary = Inspect("testdata/models/versions/torch-2.15.0/exported_mlp_dyn.pt2");
  ASSERT_TRUE(summary.ok()) << summary.status();
  const std::string text = ToText(*summary);
  EXPECT_EQ(
      text.substr(text.find('\n') + 1),
      R"(archive of torch.export, schema 8.20, torch 2.15.0+cu132, training dialect, model model, weights 232 B

methods (1)
  forward -> (f32[s77,2])
    x  f32[s77,4]

open sizes (1)
  s77  2..64  x:0

modules (3)
  (root)  __main__.Mlp
  a       torch.nn.modules.linear.Linear
  b       torch.nn.modules.linear.Linear

operators (2)
  torch.ops.aten.gelu.default         1  known
  torch.ops.aten.linear.default       2  known

weights (4)
  a.weight  f32[8,4]  128  data/weights/weight_0  parameter
  a.bias    f32[8]    32   data/weights/weight_1  parameter
  b.weight  f32[2,8]  64   data/weights/weight_2  parameter
  b.bias    f32[2]    8    data/weights/weight_3  parameter

what would stop a conversion (0)
)");
  EXPECT_THAT(std::string(Inspect(summary->path, "none").status().message()),
              HasSubstr("has no model 'none'; it has: model"));
}

TEST(InspectTest, ListsTheWholeOfASmallArchive) {
  EXPECT_EQ(
      ToText(Read("looped-torch1.1.0.pt")),
      R"(testdata/archives/looped-torch1.1.0.pt: 4.2 kB, 8 entries in folder 'looped-torch1.1.0'
layout of torch 1.0 to 1.2 (model.json), 2 code files, weights 56 B

methods (2)
  forward -> Tensor
    x  Tensor
  shift -> Tensor
    x  Tensor

modules (2)
  (root)  code/looped-torch1.1.0.py
  linear  code/looped-torch1.1.0_linear.py

operators (9)
  aten::__isnot__                       4  known
  aten::add                             2  known
  aten::add_                            2  known
  aten::addmm                           2  known
  aten::dim                             2  known
  aten::eq                              2  known
  aten::matmul                          2  known
  aten::t                               4  known
  prim::unchecked_unwrap_optional       4  known

weights (6)
  offset         f32[4]    16  tensors/2
  linear.bias    f32[2]    8   tensors/0
  linear.weight  f32[2,4]  32  tensors/1
  CONSTANTS.c0   f32[2]    8   tensors/0  same as linear.bias
  CONSTANTS.c1   f32[2,4]  32  tensors/1  same as linear.weight
  CONSTANTS.c2   f32[4]    16  tensors/2  same as offset

what would stop a conversion (1)
  the archive does not say the sizes of forward's inputs: add --inputs "x=f32[...]"
)");
}

TEST(InspectTest, TellsSharingAndQuantizationOfWeights) {
  const ModelSummary summary = Read("values-torch2.15.0.pt");
  std::vector<std::string> notes;
  for (const ModelSummary::Weight& w : summary.weights) {
    if (!w.note.empty()) notes.push_back(w.path + ": " + w.note);
  }
  EXPECT_THAT(notes, ElementsAre("as_row: shares the storage of as_base",
                                 "as_transposed: shares the storage of as_base",
                                 "as_per_tensor: quantized per tensor",
                                 "as_per_channel: quantized per channel, axis 0"));
  EXPECT_EQ(summary.storage_bytes, 232);
}

TEST(InspectTest, AValueThatCannotBeUsedIsAnObstacle) {
  const ModelSummary summary = Read("sparse-torch2.15.0.pt");
  ASSERT_FALSE(summary.obstacles.empty());
  EXPECT_THAT(summary.obstacles[0], HasSubstr("if it is used, sparse: a sparse tensor"));
}

TEST(InspectTest, TellsExampleSizes) {
  absl::StatusOr<ModelSummary> summary = Inspect("testdata/models/residual.pt");
  ASSERT_TRUE(summary.ok()) << summary.status();
  ASSERT_EQ(summary->methods.size(), 1);
  ASSERT_EQ(summary->methods[0].arguments.size(), 1);
  EXPECT_EQ(summary->methods[0].arguments[0].example, "f32[1,3,16,16]");
}

TEST(InspectTest, AFileThatIsNoArchiveIsAnError) {
  EXPECT_THAT(std::string(Inspect("testdata/models/residual.npz").status().message()),
              HasSubstr("holds no model"));
}

}  // namespace
}  // namespace t2n
