#include "parsers/exported/program.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace t2n::exported {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Optional;
using ::testing::Pointee;

// A program of one node that takes `argument`.
std::string Program(absl::string_view argument, absl::string_view more = "") {
  return absl::StrReplaceAll(
      R"({"schema_version": {"major": 8, "minor": 20}, "graph_module": {"graph": {
        "inputs": [{"as_tensor": {"name": "x"}}], "outputs": [{"as_tensor": {"name": "y"}}],
        "nodes": [{"target": "torch.ops.aten.f.default", "name": "y",
          "inputs": [{"name": "self", "arg": ARG}], "outputs": [{"as_tensor": {"name": "y"}}],
          "metadata": {"stack_trace": "File \"a.py\"", "unknown": {}}}],
        "tensor_values": {"x": {"dtype": 7, "sizes": [{"as_int": 2},
          {"as_expr": {"expr_str": "s0", "hint": {"as_int": 5}}}], "strides": [], "layout": 7}}},
      "signature": {"input_specs": [{"user_input": {"arg": {"as_tensor": {"name": "x"}}}}],
        "output_specs": [{"user_output": {"arg": {"as_tensor": {"name": "y"}}}}]} MORE}})",
      {{"ARG", argument}, {"MORE", more}});
}

absl::StatusOr<std::unique_ptr<const ExportedProgram>> Read(const std::string& text) {
  return ReadProgram(text, 0, nullptr);
}

std::string Refusal(const std::string& text) { return std::string(Read(text).status().message()); }

template <typename T>
void ExpectArgument(absl::string_view argument, const T& expected) {
  const auto program = Read(Program(argument));
  ASSERT_TRUE(program.ok()) << argument << ": " << program.status();
  EXPECT_THAT((*program)->graph.nodes[0].inputs[0].value.As<T>(), Pointee(expected)) << argument;
}

TEST(ProgramTest, ArgumentsOfEveryVersionAreRead) {
  ExpectArgument<int64_t>(R"({"as_int": 9223372036854775807})", INT64_MAX);
  ExpectArgument<bool>(R"({"as_int": true})", true);
  ExpectArgument<bool>(R"({"as_none": null, "as_tensor": null, "as_bool": false})", false);
  ExpectArgument<double>(R"({"as_float": -Infinity})", -HUGE_VAL);
  ExpectArgument<Ints>(R"({"as_ints": [1, -1]})", {1, -1});
  ExpectArgument<Floats>(R"({"as_floats": [1.5, "Infinity"]})", {1.5, HUGE_VAL});
  ExpectArgument<std::complex<double>>(R"({"as_complex": {"real": 1.0, "imag": -2.0}})", {1, -2});
  ExpectArgument<MemoryFormat>(R"({"as_memory_format": 4})", MemoryFormat::kPreserve);
  ExpectArgument<int64_t>(R"({"as_sym_int": {"as_int": 3}})", 3);
}

TEST(ProgramTest, ListsMayMixNamesAndNumbers) {
  const auto sizes =
      Read(Program(R"({"as_sym_ints": [{"as_int": 1}, {"as_name": "x"}, {"as_int": -1}]})"));
  ASSERT_TRUE(sizes.ok()) << sizes.status();
  const auto* list = (*sizes)->graph.nodes[0].inputs[0].value.As<List>();
  ASSERT_NE(list, nullptr);
  EXPECT_THAT((*list)[0].As<int64_t>(), Pointee(1));
  EXPECT_EQ((*list)[1].As<SymName>()->name, "x");
  // An element is {"name": ...}, and was a plain string.
  const auto optional =
      Read(Program(R"({"as_optional_tensors": [{"as_tensor": {"name": "x"}}, {"as_none": true},
                   {"as_tensor": "x"}]})"));
  ASSERT_TRUE(optional.ok()) << optional.status();
  list = (*optional)->graph.nodes[0].inputs[0].value.As<List>();
  EXPECT_EQ((*list)[0].As<TensorName>()->name, "x");
  EXPECT_NE((*list)[1].As<None>(), nullptr);
  EXPECT_EQ((*list)[2].As<TensorName>()->name, "x");
}

TEST(ProgramTest, WhatTensorsAreIsRead) {
  const auto program = Read(Program(R"({"as_tensor": {"name": "x"}})"));
  ASSERT_TRUE(program.ok()) << program.status();
  const TensorMeta& x = (*program)->graph.tensors.at("x");
  EXPECT_THAT(x.dtype, Optional(torchvalue::ScalarType::kFloat));
  EXPECT_THAT(x.sizes[0].value, Optional(2));
  EXPECT_EQ(x.sizes[1].expression, "s0");
  EXPECT_THAT(x.sizes[1].value, Optional(5));
  EXPECT_EQ((*program)->graph.nodes[0].raw_stack_trace, "File \\\"a.py\\\"");
}

TEST(ProgramTest, RangesWithoutABoundHaveNone) {
  const auto program = Read(absl::StrReplaceAll(
      Program(R"({"as_int": 1})"),
      {{R"("graph_module")", R"("range_constraints": {"s0": {"min_val": 2, "max_val": null},
          "s1": {"min_val": 0, "max_val": Infinity}, "s2": {"max_val": 9223372036854775806}},
          "guards_code": ["L['x'].size()[0] > 1"], "graph_module")"}}));
  ASSERT_TRUE(program.ok()) << program.status();
  const auto& ranges = (*program)->ranges;
  ASSERT_EQ(ranges.size(), 3);
  EXPECT_THAT(ranges[0].min, Optional(2));
  for (const RangeConstraint& range : ranges) EXPECT_EQ(range.max, std::nullopt);
  EXPECT_THAT((*program)->guards, ElementsAre("L['x'].size()[0] > 1"));
}

TEST(ProgramTest, TheCallingConventionNamesArguments) {
  const auto program = Read(Program(
      R"({"as_int": 1})",
      absl::StrCat(
          R"(, "module_call_graph": [{"fqn": "", "signature": {"in_spec": "[1, {\"type\": )",
          R"(\"builtins.tuple\", \"context\": \"null\", \"children_spec\": [{\"type\": null}]}]", )",
          R"("out_spec": "[1, {\"type\": \"builtins.dict\", \"context\": \"[\\\"a\\\"]\", )",
          R"(\"children_spec\": [{\"type\": null}]}]", "forward_arg_names": ["x"]}}])")));
  ASSERT_TRUE(program.ok()) << program.status();
  EXPECT_EQ((*program)->in_spec.leaves(), 1);
  EXPECT_THAT(LeafNames((*program)->out_spec), ElementsAre("a"));
  EXPECT_THAT((*program)->forward_arg_names, ElementsAre("x"));
}

TEST(ProgramTest, SignaturesOfSubmodulesAreReadWhereTheyWereKept) {
  constexpr absl::string_view kSpec =
      R"("[1, {\"type\": \"builtins.tuple\", \"context\": \"null\", )"
      R"(\"children_spec\": [{\"type\": null}, {\"type\": null}]}]")";
  const auto program = Read(Program(
      R"({"as_int": 1})",
      absl::StrCat(R"(, "module_call_graph": [{"fqn": "", "signature": null}, )",
                   R"({"fqn": "a", "signature": null}, {"fqn": "a.b@1", "signature": {)",
                   R"("inputs": [{"as_tensor": {"name": "x"}}, {"as_float": 0.5}], )",
                   R"("outputs": [], "in_spec": )", kSpec, R"(, "out_spec": )", kSpec, "}}]")));
  ASSERT_TRUE(program.ok()) << program.status();
  ASSERT_EQ((*program)->calls.size(), 1);
  const CallSignature& call = (*program)->calls[0];
  EXPECT_EQ(call.name, "a.b@1");
  ASSERT_EQ(call.inputs.size(), 2);
  EXPECT_EQ(call.inputs[0].As<TensorName>()->name, "x");
  EXPECT_EQ(*call.inputs[1].As<double>(), 0.5);
  EXPECT_EQ(call.in_spec.leaves(), 2);
}

TEST(ProgramTest, ContextsOfAllKindsNameChildren) {
  const auto names = [](absl::string_view type, absl::string_view context) {
    constexpr absl::string_view kLeaf = R"({"type": null, "context": null, "children_spec": []})";
    const auto tree =
        ParseSpecTree(absl::StrCat(R"([1, {"type": ")", type, R"(", "context": )", context,
                                   R"(, "children_spec": [)", kLeaf, ", ", kLeaf, "]}]"),
                      {{"Out", {"mean", "parts"}}});
    return tree.ok() ? LeafNames(*tree) : std::vector<std::string>{tree.status().ToString()};
  };
  EXPECT_THAT(names("builtins.tuple", "\"null\""), ElementsAre("0", "1"));
  EXPECT_THAT(names("builtins.dict", R"("[\"b\", 3]")"), ElementsAre("b", "3"));
  EXPECT_THAT(names("collections.namedtuple", R"("Out")"), ElementsAre("mean", "parts"));
  EXPECT_THAT(names("Enc", R"("[[\"hidden\", \"mask\"], []]")"), ElementsAre("hidden", "mask"));
  EXPECT_THAT(names("collections.defaultdict", R"({"dict_context": ["p", "q"]})"),
              ElementsAre("p", "q"));
  EXPECT_THAT(names("Unknown", R"("{not json")"), ElementsAre("0", "1"));
}

TEST(ProgramTest, NamesThatNothingGivesAreRefusedWithTheirPlace) {
  EXPECT_THAT(Refusal(Program(R"({"as_tensor": {"name": "z"}})")),
              HasSubstr("node y refers to 'z', which nothing before it gives"));
  EXPECT_THAT(Refusal(Program(R"({"as_tensor": {"name": "y"}})")), HasSubstr("nothing before"));
  EXPECT_THAT(Refusal(absl::StrReplaceAll(Program(R"({"as_int": 1})"),
                                          {{R"("outputs": [{"as_tensor": {"name": "y"}}],
          "metadata")",
                                            R"("outputs": [{"as_tensor": {"name": "x"}}],
          "metadata")"}})),
              HasSubstr("two values of the graph are called 'x'"));
}

TEST(ProgramTest, WhatIsNoProgramIsRefusedWithItsPlace) {
  EXPECT_THAT(Refusal("{}"), HasSubstr("no graph_module"));
  EXPECT_THAT(Refusal(Program(R"({"as_int": "one"})")),
              HasSubstr("graph_module.graph.nodes[0].inputs[0].arg.as_int: expected an integer"));
  EXPECT_THAT(Refusal(Program(R"({"as_int": 1, "as_bool": true})")), HasSubstr("two values"));
  EXPECT_THAT(Refusal(Program(R"({"as_future": 1})")), HasSubstr("newer torch"));
  EXPECT_THAT(
      Refusal(absl::StrReplaceAll(Program(R"({"as_int": 1})"), {{"\"major\": 8", "\"major\": 9"}})),
      HasSubstr("its schema version is 9.20"));
  EXPECT_THAT(Refusal(absl::StrReplaceAll(Program(R"({"as_int": 1})"), {{"input_specs", "specs"}})),
              HasSubstr("the signature has 0 inputs, the graph 1"));
  std::string deep = R"({"as_int": 1})";
  for (int i = 0; i < 500; ++i)
    deep = absl::StrCat(R"({"as_string_to_argument": {"a": )", deep, "}}");
  EXPECT_THAT(Refusal(Program(deep)), HasSubstr("nested deeper"));
}

}  // namespace
}  // namespace t2n::exported
