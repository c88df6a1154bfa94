#include "emit/nnef/rename.h"

#include "gtest/gtest.h"

namespace t2n::nnef {
namespace {

TEST(NumberTensorsTest, KeepsInputsOutputsAndNamesThatAreTaken) {
  Document document;
  document.graph_name = "network";
  document.inputs = {"x", "v1"};
  document.outputs = {"y"};
  document.body.push_back({{"x"}, Call("external", {})});
  document.body.push_back({{"layer_1"}, Call("add", {Id("x"), Id("v1")})});
  document.body.push_back({{"a", "b"}, Call("split", {Id("layer_1")}, {{"ratios", Ints({1, 1})}})});
  document.body.push_back(
      {{"y"}, Call("stack", {Array({Id("a"), Id("b")})}, {{"name", Str("a")}})});
  const auto names = NumberTensors({"v2"}, &document);
  EXPECT_EQ(names.at("layer_1"), "v0");
  EXPECT_EQ(ToText(document),
            "version 1.0;\n\n"
            "graph network(x, v1) -> (y)\n"
            "{\n"
            "    x = external();\n"
            "    v0 = add(x, v1);\n"
            "    v3, v4 = split(v0, ratios = [1, 1]);\n"
            "    y = stack([v3, v4], name = \"a\");\n"
            "}\n");
}

}  // namespace
}  // namespace t2n::nnef
