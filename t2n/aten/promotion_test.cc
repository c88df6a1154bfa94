// The dtypes of results against a table that torch made (testdata/make_promotion.py).
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gtest/gtest.h"
#include "t2n/aten/registry.h"

namespace t2n {
namespace {

// `u8[2]`, `f16[]`, `i64[]c` (a constant of the program), `int`, `float`, `bool`, `complex`.
Arg Operand(Builder& b, absl::string_view kind) {
  if (kind == "bool") return Arg(true);
  if (kind == "int") return Arg(2);
  if (kind == "float") return Arg(2.5);
  if (kind == "complex") return Arg(std::complex<double>(1, 2));
  const bool constant = absl::ConsumeSuffix(&kind, "c");
  const Shape shape = absl::EndsWith(kind, "[2]") ? Shape{2} : Shape{};
  const std::optional<DType> dtype = ParseDType(kind.substr(0, kind.find('[')));
  if (!dtype) return Arg();
  if (constant) return Arg(b.Scalar(*dtype, int64_t{1}), Origin::kConstant);
  return Arg(b.Input("x", {*dtype, shape, nullptr}));
}

// Empty if the operator refuses such operands.
std::string ResultOf(const std::string& name, absl::string_view first, absl::string_view second) {
  Graph graph;
  Builder b(&graph);
  OpEnv env;
  std::vector<Arg> args = {Operand(b, first), Operand(b, second)};
  if (name == "aten::where") args.insert(args.begin(), b.Input("c", {DType::kBool, {1}, nullptr}));
  auto choice = Registry::Get().Choose(name, std::nullopt, args, {});
  auto result = choice.ok() ? Registry::Get().Run(*choice, &b, env) : choice.status();
  if (!result.ok()) return "";
  return std::string(DTypeName(result->tensor().dtype()));
}

TEST(Promotion, IsTorchs) {
  std::ifstream table("testdata/tables/promotion.tsv");
  std::string line;
  int rows = 0, refused = 0;
  std::getline(table, line);
  while (std::getline(table, line)) {
    const std::vector<std::string> cells = absl::StrSplit(line, '\t');
    ASSERT_EQ(cells.size(), 4) << line;
    const std::string result = ResultOf(cells[0], cells[1], cells[2]);
    ++rows;
    if (result.empty()) {
      ++refused;
    } else {
      EXPECT_EQ(result, cells[3]) << line;
    }
  }
  EXPECT_GE(rows, 1000);
  EXPECT_LE(refused, rows / 10);
}

}  // namespace
}  // namespace t2n
