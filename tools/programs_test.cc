// Goldens of scripted programs: testdata/programs/NAME.txt holds the program of
// testdata/models/NAME.pt as torch printed it, and what the evaluator makes of it with the flags of
// NAME.flags: the graph, what is kept between calls, warnings, or the refusal.
//
//   bazel run //tools:programs_test -- --update [NAME ...]
//
// writes them anew (all that are there if none is named). Lines with # at the top are kept.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "parsers/model_archive.h"
#include "re2/re2.h"
#include "t2n/base/status.h"
#include "t2n/convert.h"
#include "tools/testing/fixtures.h"

namespace t2n {
namespace {

namespace fs = std::filesystem;

constexpr char kPrograms[] = "testdata/programs";
// Code of torch's own modules is not part of a golden.
constexpr char kLibraryCode[] = "code/__torch__/torch/";

void AppendSection(absl::string_view title, absl::string_view text, std::string* out) {
  absl::StrAppend(out, "\n--- ", title, "\n");
  for (absl::string_view line : absl::StrSplit(absl::StripTrailingAsciiWhitespace(text), '\n')) {
    absl::StrAppend(out, absl::StripTrailingAsciiWhitespace(line), "\n");
  }
}

absl::Status AppendCode(const std::string& archive, std::string* out) {
  T2N_ASSIGN_OR_RETURN(ModelArchive model, LoadModelArchive(archive));
  std::vector<std::string> entries = model.code_entries;
  std::sort(entries.begin(), entries.end());
  for (const std::string& entry : entries) {
    if (absl::StartsWith(entry, kLibraryCode)) continue;
    T2N_ASSIGN_OR_RETURN(std::string code, model.ReadCode(entry));
    AppendSection(entry, code, out);
  }
  return absl::OkStatus();
}

// `0` if all are 0; `[1,2]`; `...` if there are many.
std::string Elements(const Tensor& t) {
  absl::StatusOr<std::vector<double>> values = ReadDoubles(t);
  if (!values.ok() || values->empty()) return "...";
  bool one = std::count(values->begin(), values->end(), (*values)[0]) == t.numel();
  if (one) return absl::StrCat((*values)[0]);
  return t.numel() > 8 ? "..." : absl::StrCat("[", absl::StrJoin(*values, ","), "]");
}

void AppendStates(const EvaluatedModel& model, std::string* out) {
  std::string text;
  for (const StateTensor& s : model.states) {
    const Value* input = model.graph->inputs()[s.input];
    absl::StrAppend(&text, s.path, " ", TypeToString(input->type), ": input ", s.input, ", output ",
                    s.output, ", at first ", Elements(s.initial), "\n");
  }
  if (!text.empty()) AppendSection("state", text, out);
}

absl::StatusOr<std::string> GenerateMangled(const std::string& name) {
  const std::string base = absl::StrCat(testing::kModels, "/", name);
  std::string out = absl::StrCat("flags: ", testing::ReadText(base + ".flags"));
  T2N_RETURN_IF_ERROR(AppendCode(base + ".pt", &out));
  T2N_ASSIGN_OR_RETURN(proto::ConversionSpec spec, testing::SpecOfModel(name, "out"));
  ConversionFailure failure;
  absl::StatusOr<EvaluatedModel> model = Evaluate(spec, &failure);
  if (!model.ok()) {
    AppendSection("refused", absl::StrJoin(failure.causes, "\n"), &out);
    return out;
  }
  AppendSection("graph", model->graph->ToString(), &out);
  AppendStates(*model, &out);
  if (!model->warnings.empty()) {
    AppendSection("warnings", absl::StrJoin(model->warnings, "\n"), &out);
  }
  return out;
}

// All but the lines at the top. torch numbers classes of one name by all that its process has
// compiled before: `a.___torch_mangle_12.Model` is `a.Model` here.
absl::StatusOr<std::string> Generate(const std::string& name) {
  T2N_ASSIGN_OR_RETURN(std::string text, GenerateMangled(name));
  RE2::GlobalReplace(&text, R"([./]___torch_mangle_\d+)", "");
  return text;
}

std::string Header(absl::string_view text) {
  std::string header;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!absl::StartsWith(line, "#")) break;
    absl::StrAppend(&header, line, "\n");
  }
  return header;
}

std::vector<std::string> Names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kPrograms)) {
    if (entry.path().extension() == ".txt") names.push_back(entry.path().stem());
  }
  std::sort(names.begin(), names.end());
  return names;
}

int Update(std::vector<std::string> names) {
  for (const std::string& name : names.empty() ? Names() : names) {
    const fs::path path = fs::path(kPrograms) / (name + ".txt");
    absl::StatusOr<std::string> text = Generate(name);
    if (!text.ok()) {
      std::fprintf(stderr, "%s: %s\n", name.c_str(), text.status().ToString().c_str());
      return 1;
    }
    const std::string header = Header(testing::ReadText(path));
    std::ofstream(path) << header << *text;
  }
  return 0;
}

class ProgramTest : public ::testing::TestWithParam<std::string> {};

TEST_P(ProgramTest, BecomesThisGraph) {
  const std::string golden = testing::ReadText(fs::path(kPrograms) / (GetParam() + ".txt"));
  absl::StatusOr<std::string> text = Generate(GetParam());
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_EQ(golden, Header(golden) + *text)
      << "if this is meant: bazel run //tools:programs_test -- --update " << GetParam();
}

INSTANTIATE_TEST_SUITE_P(Programs, ProgramTest, ::testing::ValuesIn(Names()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace t2n

int main(int argc, char** argv) {
  const std::vector<std::string> args(argv + 1, argv + argc);
  if (!args.empty() && args[0] == "--update") {
    if (const char* tree = std::getenv("BUILD_WORKSPACE_DIRECTORY")) {
      std::filesystem::current_path(tree);
    }
    return t2n::Update({args.begin() + 1, args.end()});
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
