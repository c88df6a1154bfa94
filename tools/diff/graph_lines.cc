#include "tools/diff/graph_lines.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "re2/re2.h"

namespace t2n {
namespace {

bool IsWord(char c) { return absl::ascii_isalnum(c) || c == '_'; }

// Gives every name of a tensor (and numbers), not of operators and arguments and not what is
// quoted, with what stood before it.
template <typename Take>
void EachName(absl::string_view text, Take take) {
  size_t kept = 0;
  for (size_t at = 0; at < text.size();) {
    if (text[at] == '"') {
      at = std::min(text.find('"', at + 1), text.size() - 1) + 1;
    } else if (IsWord(text[at])) {
      size_t end = at;
      while (end < text.size() && IsWord(text[end])) ++end;
      const absl::string_view behind = text.substr(end, 1);
      const bool argument = absl::StartsWith(text.substr(end), " = ");
      const bool operation = behind == "(" || behind == "<";
      if (!argument && !operation) {
        take(text.substr(kept, at - kept), text.substr(at, end - at));
        kept = end;
      }
      at = end;
    } else {
      ++at;
    }
  }
  take(text.substr(kept), "");
}

// `layer1.0.conv1` of `layer1.0.conv1.weight`
std::string ModuleOf(const std::string& label) {
  const size_t dot = label.rfind('.');
  return dot == label.npos ? "" : label.substr(0, dot);
}

// Tells the modules of lines by the weights of the graph.
class Modules {
 public:
  explicit Modules(const Names& weights) : weights_(weights) {
    for (const auto& [variable, label] : weights) {
      for (std::string path = ModuleOf(label); !path.empty(); path = ModuleOf(path)) {
        paths_[absl::StrCat(absl::StrReplaceAll(path, {{".", "_"}}), "_")] = path;
      }
    }
  }

  std::string Of(const Line& line) const {
    std::string found;
    EachName(line.text, [&](absl::string_view, absl::string_view name) {
      const auto it = weights_.find(std::string(name));
      if (found.empty() && it != weights_.end()) found = ModuleOf(it->second);
    });
    if (!found.empty()) return found;
    const std::string& name = line.results.front();
    for (size_t end = name.rfind('_'); end != name.npos && end > 0;
         end = name.rfind('_', end - 1)) {
      const auto it = paths_.find(name.substr(0, end + 1));
      if (it != paths_.end()) return it->second;
    }
    return "";
  }

 private:
  const Names& weights_;  // labels by tensors
  Names paths_;           // by how the names of tensors begin
};

}  // namespace

std::string Renamed(absl::string_view text, const Names& names) {
  std::string out;
  EachName(text, [&](absl::string_view before, absl::string_view name) {
    const auto it = names.find(std::string(name));
    absl::StrAppend(&out, before, it == names.end() ? name : absl::string_view(it->second));
  });
  return out;
}

GraphLines ReadGraph(absl::string_view text, const Names& labels) {
  static const RE2* const kLabel = new RE2("^variable<.*label = \"(.*?)\"");
  GraphLines graph;
  std::string scope;
  Names weights, kinds;
  bool inside = false;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (absl::StartsWith(line, "    ")) {
      const std::pair<std::string, std::string> parts =
          absl::StrSplit(line.substr(4), absl::MaxSplits(" = ", 1));
      if (!inside) {
        graph.head[absl::StrCat(scope, parts.first)] = parts.second;
        continue;
      }
      Line one{absl::StrSplit(parts.first, ", "), parts.second, "", "", ""};
      if (RE2::PartialMatch(one.text, *kLabel, &one.label)) weights[one.results[0]] = one.label;
      const auto it = labels.find(one.label);
      for (const std::string& result : one.results) {
        kinds[result] = absl::StrCat("%", it == labels.end() ? one.label : it->second);
      }
      graph.lines.push_back(std::move(one));
    } else if (absl::StartsWith(line, "fragment ")) {
      scope = absl::StrCat(line.substr(0, line.find('(')), ": ");
      graph.head[scope] = std::string(line);
    } else if (absl::StartsWith(line, "graph ")) {
      inside = true;
      graph.head["interface"] = std::string(line.substr(line.find('(')));
    } else if (absl::StartsWith(line, "extension ")) {
      graph.head[std::string(line)] = "";
    }
  }
  const Modules modules(weights);
  for (Line& line : graph.lines) {
    const bool weight = !line.label.empty();
    line.module = weight ? ModuleOf(line.label) : modules.Of(line);
    line.kind =
        weight ? absl::StrReplaceAll(
                     line.text, {{absl::StrCat("\"", line.label, "\""), kinds[line.results[0]]}})
               : Renamed(line.text, kinds);
  }
  return graph;
}

}  // namespace t2n
