#include "parsers/torchscript/type.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace t2n::torchscript {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

Type Parsed(absl::string_view text) {
  absl::StatusOr<Type> type = ParseType(text);
  EXPECT_TRUE(type.ok()) << text << ": " << type.status();
  return type.ok() ? *type : Type();
}

TEST(TypeTest, PrintsWhatItReads) {
  for (const char* text : {"Tensor",
                           "int",
                           "float",
                           "bool",
                           "str",
                           "complex",
                           "number",
                           "NoneType",
                           "None",
                           "Any",
                           "Device",
                           "Generator",
                           "list",
                           "tuple",
                           "Optional[Tensor]",
                           "List[List[int]]",
                           "Dict[str, List[Any]]",
                           "Tuple[Tensor, Optional[int]]",
                           "Tuple[()]",
                           "Union[int, str, NoneType]",
                           "Future[Tensor]",
                           "Await[int]",
                           "RRef[Tensor]",
                           "__torch__.torch.nn.modules.linear.___torch_mangle_0.Linear",
                           "__torch__.torch.classes.quantized.Conv2dPackedParamsBase"}) {
    EXPECT_EQ(ToString(Parsed(text)), text);
  }
}

TEST(TypeTest, TellsKindsAndArguments) {
  const Type type = Parsed("Dict[str, Tuple[Tensor, __torch__.net.Point]]");
  EXPECT_EQ(type.kind, TypeKind::kDict);
  ASSERT_THAT(type.args, SizeIs(2));
  EXPECT_EQ(type.args[0].kind, TypeKind::kStr);
  EXPECT_EQ(type.args[1].kind, TypeKind::kTuple);
  EXPECT_EQ(type.args[1].args[1].kind, TypeKind::kClass);
  EXPECT_EQ(type.args[1].args[1].name, "__torch__.net.Point");
}

TEST(TypeTest, EqualityIsByMeaning) {
  EXPECT_EQ(Parsed("None"), Parsed("NoneType"));
  EXPECT_EQ(Parsed("Dict[str,int]"), Parsed("Dict[ str, int ]"));
  EXPECT_NE(Parsed("a.B"), Parsed("a.C"));
  EXPECT_NE(Parsed("Tuple[()]"), Parsed("Tuple[int]"));
}

TEST(TypeTest, RefusesMalformedText) {
  const struct {
    const char* text;
    const char* error;
  } kCases[] = {
      {"", "1:1: expected a name, found end of file"},
      {"List", "1:5: expected '[' after List, found end of line"},
      {"List[int, str]", "1:14: expected List with 1 type arguments, found ']'"},
      {"Dict[int", "end of file inside brackets"},
      {"Tuple[]", "1:7: expected a name, found ']'"},
      {"Tensor Tensor", "1:8: expected end of the type, found 'Tensor'"},
      {"a..b", "1:3: expected a name after '.', found '.'"},
      {"3", "1:1: expected a name, found '3'"},
      {"List[?]", "1:6: unexpected character '?'"},
  };
  for (const auto& c : kCases) {
    EXPECT_THAT(ParseType(c.text).status().message(), HasSubstr(c.error)) << c.text;
  }
}

TEST(TypeTest, RefusesDeepNesting) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "List[";
  EXPECT_THAT(ParseType(text).status().message(), HasSubstr("nested no deeper than 64"));
}

}  // namespace
}  // namespace t2n::torchscript
