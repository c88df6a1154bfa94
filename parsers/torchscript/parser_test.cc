#include "parsers/torchscript/parser.h"

#include <cstdint>
#include <limits>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parsers/torchscript/dump.h"
#include "parsers/torchscript/limits.h"
#include "parsers/torchscript/printer.h"

namespace t2n::torchscript {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::unique_ptr<SourceFile> Parsed(std::string text) {
  absl::StatusOr<std::unique_ptr<SourceFile>> file = ParseSource("code/net.py", std::move(text));
  EXPECT_TRUE(file.ok()) << file.status();
  return file.ok() ? *std::move(file) : std::make_unique<SourceFile>("", "");
}

std::string ErrorOf(std::string text) {
  absl::StatusOr<std::unique_ptr<SourceFile>> file = ParseSource("net.py", std::move(text));
  return file.ok() ? "" : std::string(file.status().message());
}

std::string Repeated(absl::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) absl::StrAppend(&all, text);
  return all;
}

// The value of the file's first statement, `x = value` or `value`.
const Expr& FirstValue(const SourceFile& file) {
  const Stmt& stmt = *file.body.at(0);
  const auto* assign = stmt.If<AssignStmt>();
  return assign != nullptr ? *assign->value : *stmt.As<ExprStmt>().value;
}

TEST(ParserTest, EveryNodeKnowsItsPlace) {
  const auto file =
      Parsed("def f(x: Tensor) -> Tensor:\n  y = torch.add(x,\n      3)\n  return y\n");
  const auto& def = file->body.at(0)->As<FunctionDef>();
  const auto& assign = def.body.at(0)->As<AssignStmt>();
  const auto& call = assign.value->As<CallExpr>();
  EXPECT_EQ(def.pos.ToString(), "code/net.py:1:1");
  EXPECT_EQ(def.params[0].pos.ToString(), "code/net.py:1:7");
  EXPECT_EQ(assign.pos.ToString(), "code/net.py:2:3");
  EXPECT_EQ(call.pos.ToString(), "code/net.py:2:7");
  EXPECT_EQ(call.args[1]->pos.ToString(), "code/net.py:3:7");
  EXPECT_EQ(def.body.at(1)->pos.ToString(), "code/net.py:4:3");
}

TEST(ParserTest, KeepsIntegersThatFitAndMarksThoseThatDoNot) {
  const auto file =
      Parsed("f(9223372036854775807, -9223372036854775808, 9223372036854775808, -1, 00)\n");
  const auto& args = FirstValue(*file).As<CallExpr>().args;
  EXPECT_EQ(args[0]->As<IntExpr>().value, std::numeric_limits<int64_t>::max());
  EXPECT_EQ(args[1]->As<IntExpr>().value, std::numeric_limits<int64_t>::min());
  EXPECT_TRUE(args[2]->As<IntExpr>().overflow);
  EXPECT_EQ(args[2]->As<IntExpr>().text, "9223372036854775808");
  EXPECT_EQ(args[3]->As<IntExpr>().value, -1);
  EXPECT_EQ(args[4]->As<IntExpr>().value, 0);
}

TEST(ParserTest, DecodesEveryEscapeTorchPrints) {
  const auto file = Parsed(R"(x = "\\\'\"\a\b\f\n\r\t\v\001\303\251" 'b' """c
d""" "\x41")"
                           "\n");
  EXPECT_EQ(FirstValue(*file).As<StringExpr>().value, "\\'\"\a\b\f\n\r\t\v\001\303\251bc\ndA");
}

TEST(ParserTest, NamesInStringsMayHoldNul) {
  const auto file = Parsed("x = \"a\\000b\"\n");
  EXPECT_EQ(FirstValue(*file).As<StringExpr>().value, absl::string_view("a\0b", 3));
  EXPECT_EQ(Print(*file), "x = \"a\\000b\"\n");
}

TEST(ParserTest, DottedNameJoinsAttributesOfNames) {
  const auto file = Parsed("ops.prim.NumToTensor(x)\n");
  const auto& call = FirstValue(*file).As<CallExpr>();
  EXPECT_EQ(DottedName(*call.callee), "ops.prim.NumToTensor");
  EXPECT_EQ(DottedName(call), std::nullopt);
}

TEST(ParserTest, ReadsCarriageReturnsCommentsAndJoinedLines) {
  const auto file = Parsed(
      "\r\n# first\r\nif a:\r\n    # odd place\n\n  b = (1,  # one\r\n 2)\r\n  c = \\\n 3\r\nd = "
      "4");
  EXPECT_EQ(Print(*file), "if a:\n  b = (1, 2)\n  c = 3\nd = 4\n");
}

TEST(ParserTest, NamesMayBeOfOtherScripts) {
  const std::string text = "def größe(été: int) -> int:\n  self.é = été\n  return größe(été)\n";
  EXPECT_EQ(Print(*Parsed(text)), text);
  const auto file = Parsed("x = a.é\n");
  EXPECT_EQ(Dump(*Parsed(Print(*file))), Dump(*file));
}

TEST(ParserTest, EmptyFilesAreFiles) {
  EXPECT_TRUE(Parsed("")->body.empty());
  EXPECT_TRUE(Parsed("\n\n  \n# nothing")->body.empty());
}

TEST(ParserTest, ErrorsSayWhereWhatWasExpectedAndWhatWasFound) {
  const struct {
    const char* text;
    const char* error;
  } kCases[] = {
      {"x = (1, 2\n", "net.py:2:1: end of file inside brackets"},
      {"x = f(1 2)\n", "net.py:1:9: expected ',' or ')', found '2'"},
      {"x = \n", "net.py:1:5: expected an expression, found end of line"},
      {"x = 1 2\n", "net.py:1:7: expected end of line, found '2'"},
      {"if a\n  pass\n", "net.py:1:5: expected ':', found end of line"},
      {"if a:\npass\n", "net.py:2:1: expected an indented block, found 'pass'"},
      {"if a:\n    pass\n  pass\n", "net.py:3:3: indentation matches no enclosing block"},
      {"  x = 1\n", "net.py:1:3: expected an expression, found indentation"},
      {"if a:\n\tpass\n", "net.py:2:1: tab in indentation: torch indents by spaces"},
      {"x = \"abc\n", "net.py:1:5: string without an end on its line"},
      {"x = \"\"\"abc\n", "net.py:1:5: string without an end"},
      {"x = \"\\q\"\n", "net.py:1:5: unknown escape sequence in a string"},
      {"x = \"\\777\"\n", "net.py:1:5: unknown escape sequence in a string"},
      {"x = 12ab\n", "net.py:1:5: malformed number"},
      {"x = ^f(a)\n", "net.py:1:5: expected an expression, found '^'"},
      {"x = a $ b\n", "net.py:1:7: unexpected character '$'"},
      {"f(a) = 1\n", "net.py:1:1: cannot assign to this expression"},
      {"getattr(a, \"0\") = 1\n", "net.py:1:1: cannot assign to this expression"},
      {"with a as f():\n  pass\n", "net.py:1:11: cannot assign to this expression"},
      {"a, f(b), = 1\n", "net.py:1:4: cannot assign to this expression"},
      {"x = a < b < c\n", "net.py:1:11: comparisons in a row are not TorchScript"},
      {"x = f(a=1, 2)\n", "net.py:1:12: expected a keyword argument"},
      {"x : List = 1\n", "net.py:1:10: expected '[' after List, found '='"},
      {"def f(x: 3):\n  pass\n", "net.py:1:10: expected a name, found '3'"},
      {"x = getattr(a, b)\n", "net.py:1:16: expected the attribute's name as a string"},
      {"x = }\n", "net.py:1:5: expected an expression, found '}'"},
  };
  for (const auto& c : kCases) EXPECT_THAT(ErrorOf(c.text), StartsWith(c.error)) << c.text;
}

TEST(ParserTest, PositionsCountFromBehindTheMargin) {
  const auto error = ParseSource("body", "def f(x):\n  y = x\n  return y +\n", {1, 2}).status();
  EXPECT_EQ(error.message().substr(0, 9), "body:2:11");
  const auto file = ParseSource("body", "def f(x):\n  return x\n", {1, 9});
  ASSERT_TRUE(file.ok()) << file.status();
  const auto& function = (*file)->body[0]->As<FunctionDef>();
  EXPECT_EQ(function.body[0]->As<ReturnStmt>().value->pos.ToString(), "body:1:1");
}

TEST(ParserTest, NulBytesAreRefused) {
  EXPECT_THAT(ErrorOf(std::string("x = a\0b\n", 8)), EndsWith("unexpected character '\\x00'"));
}

TEST(ParserTest, LongTokensAreCutInMessages) {
  EXPECT_LT(ErrorOf(absl::StrCat("x y", Repeated("y", 100'000), "\n")).size(), 200);
}

TEST(ParserTest, DeepExpressionsAreRefused) {
  constexpr int kDeep = 200'000;
  const std::string error = absl::StrCat("nested deeper than ", kMaxExprHeight);
  for (const char* text :
       {"(", "[", "{1: ", "f(", "x[", "-", "not ", "~", "2 ** ", "a if b else "}) {
    EXPECT_THAT(ErrorOf(absl::StrCat("x = ", Repeated(text, kDeep), "1\n")), HasSubstr(error))
        << text;
  }
  for (const char* text : {".a", "[0]", "()"}) {
    EXPECT_THAT(ErrorOf(absl::StrCat("x = a", Repeated(text, kDeep), "\n")), HasSubstr(error))
        << text;
  }
}

TEST(ParserTest, DeepBlocksAreRefused) {
  std::string text;
  for (int i = 0; i <= kMaxBlockDepth; ++i) {
    absl::StrAppend(&text, std::string(i, ' '), "if a:\n");
  }
  EXPECT_THAT(ErrorOf(absl::StrCat(text, std::string(kMaxBlockDepth + 1, ' '), "pass\n")),
              HasSubstr(absl::StrCat("blocks nested deeper than ", kMaxBlockDepth)));
}

TEST(ParserTest, TreesAsDeepAsAllowedPrintAndDump) {
  std::string text;
  for (int i = 0; i < kMaxBlockDepth; ++i)
    absl::StrAppend(&text, std::string(2 * i, ' '), "if a:\n");
  const int nested = kMaxExprHeight - 2;
  absl::StrAppend(&text, std::string(2 * kMaxBlockDepth, ' '), "x = ", Repeated("f(", nested), "1",
                  Repeated(")", nested), "\n");
  const auto file = Parsed(text);
  EXPECT_EQ(Print(*file), text);
  EXPECT_EQ(Dump(*file), Dump(*Parsed(Print(*file))));
}

TEST(ParserTest, LongChainsAreFlat) {
  const auto sum = Parsed(absl::StrCat("x = a", Repeated(" + b - c", 50'000), "\n"));
  EXPECT_EQ(FirstValue(*sum).As<BinaryExpr>().rest.size(), 100'000);
  EXPECT_LE(FirstValue(*sum).height, 2);

  const auto chain = Parsed(absl::StrCat("if a:\n  pass\n", Repeated("elif b:\n  pass\n", 50'000)));
  EXPECT_EQ(chain->body.at(0)->As<IfStmt>().branches.size(), 50'001);
  EXPECT_EQ(Print(*chain), chain->text);
}

TEST(ParserTest, OversizedSourceIsRefused) {
  EXPECT_THAT(ErrorOf(std::string(kMaxSourceBytes + 1, '\n')), HasSubstr("bytes of source"));
}

// Cuts and single-byte changes of a real program: an error or a tree, never a crash.
TEST(ParserTest, DamagedSourceIsATreeOrAnError) {
  const std::string text =
      "class A(Module):\n  __parameters__ = [\"w\", ]\n  w : Tensor\n  k : Final[int] = 3\n"
      "  def forward(self: __torch__.A,\n    x: Optional[Tensor]=None) -> Tuple[Tensor, int]:\n"
      "    a, b, = (self.c).forward(x, -1.5e-05, CONSTANTS.c0, \"q\\n\", )\n"
      "    if isinstance(x, (int, List[str])):\n      y : int = {1: 2}[1]\n    else:\n      pass\n"
      "    with a as c:\n      while b:\n        d = x[1:2, ::3] if a else not b ** 2\n"
      "    return (annotate(List[int], []), getattr(self, \"0\"))\n";
  ASSERT_EQ(ErrorOf(text), "");
  for (size_t i = 0; i < text.size(); ++i) {
    ErrorOf(text.substr(0, i));
    for (const char c : {'\0', '(', ']', '\n', ' ', '"', '\\', '0', ':', '\xff'}) {
      std::string damaged = text;
      damaged[i] = c;
      auto file = ParseSource("net.py", damaged);
      if (!file.ok()) continue;
      EXPECT_EQ(Dump(**file), Dump(*Parsed(Print(**file)))) << damaged;
    }
  }
}

}  // namespace
}  // namespace t2n::torchscript
