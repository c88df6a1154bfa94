// How results lie in memory and what they share, against a table that torch made
// (testdata/make_memory.py).
#include "t2n/aten/core/memory.h"

#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "t2n/aten/registry.h"

namespace t2n {
namespace {

Shape Numbers(absl::string_view text) {
  Shape numbers;
  for (absl::string_view item : absl::StrSplit(text, ',', absl::SkipEmpty())) {
    int64_t n = 0;
    EXPECT_TRUE(absl::SimpleAtoi(item, &n)) << text;
    numbers.push_back(n);
  }
  return numbers;
}

// `2,3@3,1`
Strided Layout(absl::string_view text) {
  const std::vector<std::string> halves = absl::StrSplit(text, '@');
  return {Numbers(halves[0]), Numbers(halves[1])};
}

// Axes of size 1 may have any stride.
bool SameStrides(const Shape& a, const Shape& b, const Shape& sizes) {
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] != Dim(1) && a[i] != b[i]) return false;
  }
  return true;
}

struct Row {
  std::string name, overload;
  std::vector<Strided> operands;
  std::string result;
};

Row ParseRow(const std::string& line) {
  const std::vector<std::string> cells = absl::StrSplit(line, '\t');
  const std::pair<std::string, std::string> names =
      absl::StrSplit(cells[0], absl::MaxSplits('.', 1));
  Row row{absl::StrCat("aten::", names.first), names.second, {}, cells[2]};
  for (absl::string_view operand : absl::StrSplit(cells[1], ' ')) {
    row.operands.push_back(Layout(operand));
  }
  return row;
}

TEST(MemoryRules, AreTorchs) {
  std::ifstream table("testdata/tables/memory.tsv");
  std::string line;
  int rows = 0, unknown = 0;
  std::getline(table, line);
  while (std::getline(table, line)) {
    const Row row = ParseRow(line);
    const MemoryRule* rule = Registry::Get().RuleOf(row.name, row.overload);
    if (!rule || row.result == "shared" || rule->lies) continue;
    ++rows;
    const Strided result = Layout(row.result);
    const std::optional<Shape> strides = NewStrides(rule->order, row.operands, result.sizes);
    unknown += !strides;
    if (strides) {
      EXPECT_TRUE(SameStrides(*strides, result.strides, result.sizes))
          << line << ", here " << ShapeToString(*strides);
    }
  }
  EXPECT_GE(rows, 1200);
  EXPECT_LE(unknown, rows / 3);
}

// What shares an operand's memory though the schema marks nothing has a rule that says so.
TEST(MemoryRules, NameWhatSchemasDoNotMark) {
  std::ifstream table("testdata/tables/memory.tsv");
  std::string line;
  while (std::getline(table, line)) {
    if (!absl::StrContains(line, "\tshared")) continue;
    const Row row = ParseRow(line);
    const MemoryRule* rule = Registry::Get().RuleOf(row.name, row.overload);
    if (!rule || rule->sharing != Sharing::kMarked) continue;
    for (const std::string& schema : Registry::Get().Schemas(row.name)) {
      if (SchemaOverloadName(schema) != row.overload) continue;
      EXPECT_NE(schema.find("(a"), std::string::npos) << schema;
    }
  }
}

}  // namespace
}  // namespace t2n
