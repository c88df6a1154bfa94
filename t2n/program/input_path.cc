#include "t2n/program/input_path.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "re2/re2.h"
#include "t2n/base/status.h"

namespace t2n {
namespace {

bool IsWord(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](char c) { return absl::ascii_isalnum(c) || c == '_'; });
}

bool IsNumber(absl::string_view text) {
  double ignored;
  return absl::SimpleAtod(text, &ignored);
}

// A step as it is written in brackets.
absl::StatusOr<PathStep> InBrackets(const std::string& text) {
  const char quote = text[0];
  if (quote != '"' && quote != '\'') return PathStep{text, false};
  std::string key;
  if (!absl::CUnescape(absl::string_view(text).substr(1, text.size() - 2), &key)) {
    return absl::InvalidArgumentError(absl::StrCat(text, " is no string"));
  }
  return StepToText(std::move(key));
}

}  // namespace

PathStep StepToText(std::string key) {
  const bool quoted = !IsWord(key) || IsNumber(key);
  return {std::move(key), quoted};
}

std::string InputPath::ToString() const {
  std::string path = argument;
  for (const PathStep& step : steps) {
    if (step.quoted) {
      absl::StrAppend(&path, "[\"", absl::CEscape(step.text), "\"]");
    } else if (IsWord(step.text)) {
      absl::StrAppend(&path, ".", step.text);
    } else {
      absl::StrAppend(&path, "[", step.text, "]");
    }
  }
  return path;
}

std::string InputPath::Label() const {
  std::string label = argument;
  for (const PathStep& step : steps) absl::StrAppend(&label, ".", step.text);
  return label;
}

InputPath InputPath::Child(PathStep step) const {
  InputPath child = *this;
  child.steps.push_back(std::move(step));
  return child;
}

absl::StatusOr<InputPath> ParseInputPath(absl::string_view text) {
  static const RE2* const kArgument = new RE2(R"(\s*([A-Za-z_]\w*))");
  static const RE2* const kField = new RE2(R"(\s*\.\s*(\w+))");
  static const RE2* const kKey = new RE2(
      R"(\s*\[\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|-?[0-9][0-9.eE+-]*|True|False)\s*\])");
  static const RE2* const kEnd = new RE2(R"(\s*)");
  re2::StringPiece rest(text.data(), text.size());
  InputPath path;
  std::string step;
  bool good = RE2::Consume(&rest, *kArgument, &path.argument);
  while (good && !RE2::FullMatch(rest, *kEnd)) {
    if (RE2::Consume(&rest, *kField, &step)) {
      path.steps.push_back({step, false});
    } else if (RE2::Consume(&rest, *kKey, &step)) {
      T2N_ASSIGN_OR_RETURN(PathStep key, InBrackets(step));
      path.steps.push_back(std::move(key));
    } else {
      good = false;
    }
  }
  if (good) return path;
  return absl::InvalidArgumentError(
      "is no path; paths are x, pair.0, state.field, d.key, d[3], d['odd key']");
}

std::vector<std::string> SplitOutsideQuotes(absl::string_view text, char separator) {
  std::vector<std::string> parts(1);
  char quote = 0;
  int depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == '\\' && i + 1 < text.size()) parts.back() += text[i++];
      if (text[i] == quote && c != '\\') quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '[' || c == '{' || c == '(') {
      ++depth;
    } else if (c == ']' || c == '}' || c == ')') {
      --depth;
    } else if (c == separator && depth <= 0) {
      parts.emplace_back();
      continue;
    }
    parts.back() += text[i];
  }
  parts.erase(std::remove_if(
                  parts.begin(), parts.end(),
                  [](absl::string_view part) { return absl::StripAsciiWhitespace(part).empty(); }),
              parts.end());
  return parts;
}

}  // namespace t2n
