#include "t2n/exported/places.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace t2n::exported {
namespace {

// `File "model.py", line 12, in forward`; nothing if it is another line, or about no file.
std::optional<TraceLine> ParseHead(absl::string_view text) {
  if (!absl::ConsumePrefix(&text, "File \"")) return std::nullopt;
  const size_t quote = text.find('"');
  if (quote == absl::string_view::npos || text.substr(0, 1) == "<") return std::nullopt;
  absl::string_view rest = text.substr(quote + 1);
  if (!absl::ConsumePrefix(&rest, ", line ")) return std::nullopt;
  int number = 0;
  if (!absl::SimpleAtoi(rest.substr(0, rest.find(',')), &number)) return std::nullopt;
  return TraceLine{std::string(text.substr(0, quote)), number, ""};
}

// One of `KEY,path,type`.
ModuleCall ParseModule(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, absl::MaxSplits(',', 2));
  if (parts.size() < 2) return {};
  absl::string_view path = parts[1];
  // How Python writes it where it is no attribute of the root: L['self'].layer.
  if (!absl::ConsumePrefix(&path, "L['self'].")) absl::ConsumePrefix(&path, "L['self']");
  return {std::string(parts[0]), std::string(path), parts.size() < 3 ? "" : std::string(parts[2])};
}

// Of `KEY,path,type;...`. Paths and types may hold commas and semicolons in brackets.
std::vector<ModuleCall> ParseModules(absl::string_view stack) {
  std::vector<ModuleCall> modules;
  int depth = 0;
  size_t begin = 0;
  for (size_t i = 0; i <= stack.size() && !stack.empty(); ++i) {
    const char c = i < stack.size() ? stack[i] : ';';
    if (c == '[' || c == '(') ++depth;
    if (c == ']' || c == ')') --depth;
    if (i < stack.size() && (c != ';' || depth != 0)) continue;
    modules.push_back(ParseModule(stack.substr(begin, i - begin)));
    begin = i + 1;
  }
  return modules;
}

}  // namespace

std::vector<ModuleCall> ModulesOf(const Node& node) {
  return ParseModules(Unescape(node.raw_module_stack));
}

absl::string_view NameOf(const Node& node) {
  if (!node.name.empty()) return node.name;
  for (const Argument& output : node.outputs) {
    if (const auto* v = output.As<TensorName>()) return v->name;
    if (const auto* v = output.As<SymName>()) return v->name;
    const auto* list = output.As<TensorNames>();
    if (list && !list->empty()) return (*list)[0].name;
  }
  return node.target;
}

std::vector<TraceLine> TraceOf(const Node& node) {
  const std::string trace = Unescape(node.raw_stack_trace);
  std::vector<TraceLine> lines;
  bool head = false;  // whether the line before said where the next one stands
  for (absl::string_view text : absl::StrSplit(trace, '\n')) {
    text = absl::StripAsciiWhitespace(text);
    if (absl::StartsWith(text, "File \"")) {
      std::optional<TraceLine> line = ParseHead(text);
      head = line.has_value();
      if (line) lines.push_back(*std::move(line));
    } else {
      if (head) lines.back().text = std::string(text);
      head = false;
    }
  }
  return lines;
}

PlacePtr PlaceOf(const Node& node, PlacePtr caller) {
  auto place = std::make_shared<Place>();
  const std::vector<TraceLine> trace = TraceOf(node);
  TraceLine line = trace.empty() ? TraceLine() : trace.back();
  place->entry = line.file.empty() ? absl::StrCat("node ", NameOf(node)) : std::move(line.file);
  place->line = line.number;
  const std::vector<ModuleCall> modules = ModulesOf(node);
  if (!modules.empty()) place->module_path = modules.back().path;
  place->caller = std::move(caller);
  return place;
}

}  // namespace t2n::exported
