// What the interpreter's own numbers, strings, lists and dicts give, against a table that torch
// made (testdata/make_script_table.py).
#include <cmath>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "parsers/testing/pickle_builder.h"
#include "parsers/testing/zip_builder.h"
#include "t2n/torchscript/evaluator.h"
#include "t2n/values/builtins.h"

namespace t2n::script {
namespace {

namespace p = ::t2n::testing;

struct Row {
  std::string parameters, body, arguments, result;
};

std::vector<Row> ReadTable() {
  std::ifstream table("testdata/tables/script.tsv");
  std::vector<Row> rows;
  std::string line;
  std::getline(table, line);
  while (std::getline(table, line)) {
    const std::vector<std::string> cells = absl::StrSplit(line, '\t');
    EXPECT_EQ(cells.size(), 4) << line;
    rows.push_back({cells[0], cells[1], cells[2], cells[3]});
  }
  return rows;
}

std::string Method(absl::string_view name, absl::string_view parameters,
                   const std::vector<std::string>& body) {
  std::string text = absl::StrCat("  def ", name, "(self: __torch__.M");
  if (!parameters.empty()) absl::StrAppend(&text, ",\n    ", parameters);
  absl::StrAppend(&text, ") -> Any:\n");
  for (const std::string& line : body) absl::StrAppend(&text, "    ", line, "\n");
  return text;
}

// A class with the methods fN, argumentsN and resultN for row N.
std::string Source(const std::vector<Row>& rows) {
  std::string text = "class M(Module):\n  __parameters__ = []\n  __buffers__ = []\n";
  for (size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    absl::StrAppend(&text,
                    Method(absl::StrCat("f", i), row.parameters, absl::StrSplit(row.body, "\\n")));
    absl::StrAppend(
        &text, Method(absl::StrCat("arguments", i), "", {absl::StrCat("return ", row.arguments)}));
    if (row.result != "raises") {
      absl::StrAppend(&text,
                      Method(absl::StrCat("result", i), "", {absl::StrCat("return ", row.result)}));
    }
  }
  return text;
}

ModelArchive MakeArchive(std::string source) {
  const std::string state = p::Dict({});
  const std::string zip =
      p::BuildZip({{"m/data.pkl", p::Pickle(p::Object("__torch__", "M", state))},
                   {"m/constants.pkl", p::Pickle(p::Tuple({}))},
                   {"m/code/__torch__.py", std::move(source)},
                   {"m/version", "3\n"}});
  absl::StatusOr<ModelArchive> archive = LoadModelArchive(*Archive::FromMemory(zip, "m.pt"));
  EXPECT_TRUE(archive.ok()) << archive.status();
  return *std::move(archive);
}

bool SameFloat(double a, double b) {
  return std::isnan(a) ? std::isnan(b) : std::memcmp(&a, &b, sizeof a) == 0;
}

bool Same(const IValue& a, const IValue& b);

bool SameItems(const std::vector<IValue>& a, const std::vector<IValue>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (!Same(a[i], b[i])) return false;
  }
  return true;
}

std::vector<IValue> Flat(const Dict& dict) {
  std::vector<IValue> items;
  for (const auto& [key, value] : dict.items) items.push_back(key), items.push_back(value);
  return items;
}

// Of one kind and equal bit by bit.
bool Same(const IValue& a, const IValue& b) {
  if (a.TypeName() != b.TypeName()) return false;
  if (const double* x = a.If<double>(), *y = b.If<double>(); x && y) return SameFloat(*x, *y);
  if (const auto* x = a.If<std::complex<double>>(), *y = b.If<std::complex<double>>(); x && y) {
    return SameFloat(x->real(), y->real()) && SameFloat(x->imag(), y->imag());
  }
  if (a.list()) return SameItems(a.list()->items, b.list()->items);
  if (a.tuple()) return SameItems(a.tuple()->items, b.tuple()->items);
  if (a.dict()) return SameItems(Flat(*a.dict()), Flat(*b.dict()));
  return Equals(a, b) == true;
}

std::string Shown(const absl::StatusOr<IValue>& value) {
  if (!value.ok()) return value.status().ToString();
  return absl::StrCat(value->TypeName(), " ", Str(*value));
}

class ScriptTable : public ::testing::Test {
 protected:
  ScriptTable() : rows_(ReadTable()), archive_(MakeArchive(Source(rows_))), code_(&archive_) {}

  // Each call is a program of its own.
  absl::StatusOr<IValue> Call(const std::string& method, std::vector<IValue> arguments = {}) {
    Graph graph;
    Builder builder(&graph);
    OpEnv env;
    Evaluator evaluator(&code_, &builder, &env);
    auto object = std::make_shared<Object>();
    object->class_name = "__torch__.M";
    return evaluator.CallMethod(object, method, std::move(arguments), {});
  }

  std::vector<Row> rows_;
  ModelArchive archive_;
  Code code_;
};

TEST_F(ScriptTable, IsTorchs) {
  for (size_t i = 0; i < rows_.size(); ++i) {
    const Row& row = rows_[i];
    const std::string text =
        absl::StrJoin({row.parameters, row.body, row.arguments, row.result}, " | ");
    absl::StatusOr<IValue> arguments = Call(absl::StrCat("arguments", i));
    ASSERT_TRUE(arguments.ok() && arguments->tuple()) << text << arguments.status();
    const absl::StatusOr<IValue> given = Call(absl::StrCat("f", i), arguments->tuple()->items);
    if (row.result == "raises") {
      EXPECT_TRUE(!given.ok() && IsRaised(given.status())) << text << "\n  " << Shown(given);
      continue;
    }
    const absl::StatusOr<IValue> wanted = Call(absl::StrCat("result", i));
    ASSERT_TRUE(wanted.ok()) << text << wanted.status();
    EXPECT_TRUE(given.ok() && Same(*given, *wanted)) << text << "\n  " << Shown(given);
  }
  EXPECT_GE(rows_.size(), 1500);
}

}  // namespace
}  // namespace t2n::script
