#include "t2n/exported/inputs.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace t2n::exported {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr absl::string_view kPairAndScale =
    R"([1, {"type": "builtins.tuple", "context": "null", "children_spec": [
         {"type": "builtins.tuple", "context": "null", "children_spec": [
           {"type": "builtins.tuple", "context": "null", "children_spec": [
             {"type": null}, {"type": "builtins.dict", "context": "[\"odd key\"]",
                              "children_spec": [{"type": null}]}]}]},
         {"type": "builtins.dict", "context": "[\"scale\"]", "children_spec": [{"type": null}]}]}])";

ExportedProgram Program(int schema, const std::vector<absl::string_view>& placeholders) {
  ExportedProgram program;
  program.schema_major = schema;
  program.in_spec = *ParseSpecTree(kPairAndScale, {});
  for (const absl::string_view name : placeholders) {
    program.inputs.emplace_back();
    program.graph.inputs.push_back(Argument{TensorName{name}});
    TensorMeta& meta = program.graph.tensors[name];
    meta.dtype = torchvalue::ScalarType::kFloat;
    meta.sizes = {SymInt{"s0", 2}};
  }
  return program;
}

std::vector<std::string> NamesOf(const ExportedProgram& program) {
  std::vector<std::string> names;
  for (const UserInput& input : UserInputs(program)) names.push_back(input.name);
  return names;
}

std::vector<std::string> PathsOf(const ExportedProgram& program) {
  std::vector<std::string> paths;
  for (const UserInput& input : UserInputs(program)) paths.push_back(input.path);
  return paths;
}

TEST(InputsTest, InputsAreCalledAsTorchCallsThem) {
  const ExportedProgram program = Program(8, {"pair_0", "pair_1_odd_key", "scale"});
  EXPECT_THAT(NamesOf(program), ElementsAre("pair_0", "pair_1_odd_key", "scale"));
  EXPECT_THAT(PathsOf(program), ElementsAre("pair.0", "pair.1.odd key", "scale"));
}

TEST(InputsTest, NamesOfTheLocalsOfForwardAreThoseOfItsArguments) {
  const ExportedProgram program = Program(2, {"l_pair_0_", "l_pair_1_odd_key_", "l_scale_"});
  EXPECT_THAT(NamesOf(program), ElementsAre("pair_0", "pair_1_odd_key", "scale"));
  EXPECT_THAT(PathsOf(program), ElementsAre("pair.0", "pair.1.odd key", "scale"));
}

TEST(InputsTest, NumberedInputsAreCalledByKeywordsAndForwardsNames) {
  ExportedProgram program = Program(5, {"arg3_1", "arg4_1", "arg5_1"});
  EXPECT_THAT(NamesOf(program), ElementsAre("arg3_1", "arg4_1", "scale"));
  program.forward_arg_names = {"pair", "scale"};
  EXPECT_THAT(NamesOf(program), ElementsAre("pair_0", "pair_1_odd_key", "scale"));
}

TEST(InputsTest, PathsAreTakenForNames) {
  const ExportedProgram program = Program(8, {"pair_0", "pair_1_odd_key", "scale"});
  InputRequest request;
  for (const char* axis : {"pair.0", "pair[1]['odd key']", "scale"}) {
    request.dynamic_axes = {{axis, 0, "B"}};
    const auto tensors = UserTensors(program, request);
    ASSERT_TRUE(tensors.ok()) << tensors.status();
    int asked = 0;
    for (const UserTensor& tensor : *tensors) asked += tensor.asked[0].has_value();
    EXPECT_EQ(asked, 1) << axis;
  }
  for (const char* axis : {"pair", "pair.1", "pair.2", "scale.0", "pair."}) {
    request.dynamic_axes = {{axis, 0, "B"}};
    EXPECT_THAT(UserTensors(program, request).status().message(),
                HasSubstr("fits no argument of the program"))
        << axis;
  }
}

}  // namespace
}  // namespace t2n::exported
