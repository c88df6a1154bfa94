#include "t2n/program/cut.h"

#include "gtest/gtest.h"
#include "t2n/alias/tensor_ref.h"

namespace t2n {
namespace {

using Kind = InnerTensor::Kind;

class CutTest : public testing::Test {
 protected:
  CutTest() : b_(&graph_), x_(b_.Input("x", {DType::kF32, {2, 3}, nullptr})) {}

  // A tensor that is computed in `module`.
  IValue Computed(const char* module) {
    auto place = std::make_shared<Place>();
    place->module_path = module;
    b_.set_place(place);
    return IValue(TensorRef::New(b_.Neg(x_)));
  }

  absl::Status MeetVariable(Cut& cut, const char* path, const char* name, const IValue& value,
                            bool passing = false) {
    return cut.Meet(Kind::kVariable, path, name, value, passing);
  }

  Graph graph_;
  Builder b_;
  Val x_;
};

TEST_F(CutTest, EndsWhenAllNamesAreMetAndGivesThemInOrder) {
  Cut cut({"layer", "net.h"});
  const IValue first = Computed("net"), second = Computed("layer");
  EXPECT_TRUE(MeetVariable(cut, "net", "h", first).ok());
  EXPECT_FALSE(cut.complete());
  EXPECT_FALSE(cut.Meet(Kind::kModule, "layer", "", second, false).ok());
  EXPECT_TRUE(cut.complete());
  EXPECT_FALSE(MeetVariable(cut, "net", "later", first).ok());
  cut.AddOutputs(&graph_);
  EXPECT_EQ(graph_.outputs(),
            (std::vector<Value*>{second.tensor()->Read().get(), first.tensor()->Read().get()}));
  EXPECT_EQ(graph_.output_names(), (std::vector<std::string>{"layer", "net.h"}));
  cut.BeginCall();
  EXPECT_FALSE(cut.complete());
}

TEST_F(CutTest, NamesOfSeveralValuesAreNumbered) {
  Cut cut({"h_2", "out_1"});
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(MeetVariable(cut, "", "h", Computed("")).ok());
  const IValue third = Computed("");
  ASSERT_TRUE(MeetVariable(cut, "", "h", third).ok());
  ASSERT_TRUE(cut.Meet(Kind::kModule, "out", "", Computed("out"), false).ok());
  ASSERT_FALSE(cut.Meet(Kind::kModule, "out", "", Computed("out"), false).ok());
  cut.AddOutputs(&graph_);
  EXPECT_EQ(graph_.outputs()[0], third.tensor()->Read().get());
}

TEST_F(CutTest, VariablesHaveTheNamesOfTheWrittenGraphToo) {
  Cut cut({"a_0_conv_y"});  // of module a.0, computed in a.0.conv
  EXPECT_FALSE(MeetVariable(cut, "a.0", "y", Computed("a.0.conv")).ok());
  EXPECT_TRUE(cut.complete());
}

TEST_F(CutTest, PartsOfAResultAreOutputsEach) {
  Cut cut({"m"});
  const IValue pair = IValue::NewTuple({Computed("m"), IValue(), Computed("m")});
  EXPECT_FALSE(cut.Meet(Kind::kModule, "m", "", pair, false).ok());
  cut.AddOutputs(&graph_);
  EXPECT_EQ(graph_.output_names(), (std::vector<std::string>{"m_0", "m_2"}));
}

TEST_F(CutTest, WhatIsOfOnePassAloneIsNoEnd) {
  Cut cut({"h"});
  EXPECT_TRUE(MeetVariable(cut, "", "h", Computed(""), /*passing=*/true).ok());
  EXPECT_FALSE(cut.complete());
  EXPECT_NE(cut.Hints()[0].find("'h' is computed in a loop"), std::string::npos);
  EXPECT_EQ(cut.Missing().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(cut.Hints().empty());  // has been told
}

TEST_F(CutTest, MissingNamesAreToldWithThoseNearThem) {
  Cut cut({"encoder.layr"});
  ASSERT_TRUE(cut.Meet(Kind::kModule, "encoder.layer", "", Computed("encoder.layer"), false).ok());
  ASSERT_TRUE(MeetVariable(cut, "", "unlike", Computed("")).ok());
  EXPECT_EQ(cut.Missing().message(),
            "--cut: no tensor is called 'encoder.layr'; near it: encoder.layer "
            "(pt2nnef inspect --tensors lists all)");
}

TEST_F(CutTest, ListsWhatIsComputedOnce) {
  Cut cut({}, /*lists=*/true);
  ASSERT_TRUE(MeetVariable(cut, "", "x", IValue(TensorRef::New(x_))).ok());
  ASSERT_TRUE(MeetVariable(cut, "", "_12", Computed("")).ok());
  ASSERT_TRUE(MeetVariable(cut, "", "n", IValue(3)).ok());
  ASSERT_TRUE(MeetVariable(cut, "a", "y", Computed("a")).ok());
  ASSERT_EQ(cut.met().size(), 1);
  EXPECT_EQ(cut.met()[0].name, "a.y");
  EXPECT_EQ(cut.met()[0].types, std::vector<std::string>{"f32[2,3]"});
  EXPECT_FALSE(cut.complete());
}

}  // namespace
}  // namespace t2n
