// Prints docs/operators.md: the registry, the refused operators, and what was measured of them.
//
//   operators_doc docs/operators.tsv > docs/operators.md
#include <cstdio>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "t2n/aten/refused.h"
#include "t2n/aten/registry.h"

namespace {

// A line of the table: samples that convert and match torch, of all, by target; a limit met.
struct Measured {
  std::string tract, strict, limit;
};

std::map<std::string, Measured> ReadTable(const char* path) {
  std::map<std::string, Measured> rows;
  std::ifstream in(path);
  std::string line;
  while (std::getline(in, line)) {
    std::vector<std::string> cells = absl::StrSplit(line, '\t');
    if (cells.size() == 4) rows[cells[0]] = {cells[1], cells[2], cells[3]};
  }
  return rows;
}

std::string Overloads(const std::string& name) {
  std::string text;
  for (const std::string& schema : t2n::Registry::Get().Schemas(name)) {
    std::string full = schema.substr(0, schema.find('('));
    std::string overload = full.size() > name.size() ? full.substr(name.size() + 1) : "default";
    absl::StrAppend(&text, text.empty() ? "" : ", ", overload);
  }
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  std::map<std::string, Measured> measured;
  if (argc > 1) measured = ReadTable(argv[1]);
  const auto names = t2n::Registry::Get().Names();
  std::printf(
      "# Operators\n\n"
      "Written by `bazel run //tools:operators_doc` from the registry; a test keeps it fresh.\n\n"
      "%zu operators. In-place forms (`relu_`) come with the pure ones. `tract` and `strict` are\n"
      "samples of PyTorch's operator database that call the operator: how many convert and match\n"
      "torch when tract runs them, of how many there are (empty: the database has none). `limit` "
      "is\n"
      "what the first refused sample ran into.\n\n"
      "| operator | overloads | tract | strict | limit |\n|---|---|---|---|---|\n",
      names.size());
  for (const std::string& name : names) {
    const Measured& m = measured[name];
    std::printf("| `%s` | %s | %s | %s | %s |\n", name.c_str(), Overloads(name).c_str(),
                m.tract.c_str(), m.strict.c_str(), m.limit.c_str());
  }
  std::printf("\n## Refused\n\n| operator | why |\n|---|---|\n");
  for (const auto& [name, why] : t2n::AllRefusals()) {
    std::printf("| `%s` | %s |\n", name.c_str(), why.c_str());
  }
  return 0;
}
