#include "tools/diff/model_diff.h"

#include <map>
#include <optional>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "t2n/base/status.h"
#include "tools/diff/align.h"
#include "tools/diff/graph_lines.h"
#include "tools/diff/model_files.h"

namespace t2n {
namespace {

using Lines = std::vector<std::string>;

void CompareTexts(const std::map<std::string, std::string>& a,
                  const std::map<std::string, std::string>& b, Lines* differences) {
  const auto add = [&](char sign, const std::string& name, const std::string& value) {
    differences->push_back(
        absl::StrCat(std::string(1, sign), " ", name, value.empty() ? "" : " = ", value));
  };
  for (const auto& [name, value] : a) {
    const auto it = b.find(name);
    if (it != b.end() && it->second == value) continue;
    add('-', name, value);
    if (it != b.end()) add('+', name, it->second);
  }
  for (const auto& [name, value] : b) {
    if (a.count(name) == 0) add('+', name, value);
  }
}

using Hashes = std::map<std::string, std::string>;

// Files of b that are not in a, by those of a that are not in b and have the same bytes.
std::map<std::string, std::string> RenamedFiles(const Hashes& a, const Hashes& b) {
  std::multimap<std::string, std::string> added;
  for (const auto& [name, hash] : b) {
    if (a.count(name) == 0) added.emplace(hash, name);
  }
  std::map<std::string, std::string> renamed;
  for (const auto& [name, hash] : a) {
    const auto it = b.count(name) == 0 ? added.find(hash) : added.end();
    if (it == added.end()) continue;
    renamed.emplace(it->second, name);
    added.erase(it);
  }
  return renamed;
}

void CompareHashes(const Hashes& a, const Hashes& b, const Names& renamed, Lines* differences) {
  std::set<std::string> told;
  for (const auto& [to, from] : renamed) {
    differences->push_back(absl::StrCat("= weights ", from, " -> ", to));
    told.insert(from);
  }
  for (const auto& [name, hash] : a) {
    const auto it = b.find(name);
    if ((it != b.end() && it->second == hash) || told.count(name) > 0) continue;
    differences->push_back(absl::StrCat(it == b.end() ? "-" : "*", " weights ", name));
  }
  for (const auto& [name, hash] : b) {
    const bool added = a.count(name) == 0 && renamed.count(name) == 0;
    if (added) differences->push_back(absl::StrCat("+ weights ", name));
  }
}

// The labels of files.
Names Labels(const Names& renamed) {
  Names labels;
  for (const auto& [to, from] : renamed) {
    labels.emplace(absl::StripSuffix(to, ".dat"), absl::StripSuffix(from, ".dat"));
  }
  return labels;
}

// Lines that have no partner, or one that reads other tensors, below their modules.
class GraphDifference {
 public:
  GraphDifference(const GraphLines& a, const GraphLines& b, Lines* differences)
      : a_(a.lines), b_(b.lines), differences_(*differences) {}

  void Tell() {
    size_t i = 0, j = 0;
    std::vector<std::pair<size_t, size_t>> pairs = Align(Kinds(a_), Kinds(b_));
    pairs.emplace_back(a_.size(), b_.size());
    for (const auto& [x, y] : pairs) {
      for (; i < x; ++i) Show('-', a_[i]);
      for (; j < y; ++j) Show('+', b_[j]);
      if (x == a_.size()) break;
      Pair(a_[i++], b_[j++]);
    }
    if (renamed_ == 0) return;
    differences_.push_back(absl::StrCat("= ", renamed_, renamed_ == 1 ? " tensor" : " tensors",
                                        " renamed: ", first_renamed_, renamed_ > 1 ? ", ..." : ""));
  }

 private:
  static Lines Kinds(const std::vector<Line>& lines) {
    Lines kinds;
    for (const Line& line : lines) kinds.push_back(line.kind);
    return kinds;
  }

  void Pair(const Line& a, const Line& b) {
    const bool alike = a.label.empty() ? Renamed(a.text, names_) == b.text : a.kind == b.kind;
    const bool same = alike && a.results.size() == b.results.size();
    for (size_t i = 0; i < a.results.size() && i < b.results.size(); ++i) {
      names_[a.results[i]] = b.results[i];
      if (a.results[i] == b.results[i]) continue;
      if (same && renamed_++ == 0) {
        first_renamed_ = absl::StrCat(a.results[i], " -> ", b.results[i]);
      }
    }
    if (same) return;
    Show('-', a);
    Show('+', b);
  }

  void Show(char sign, const Line& line) {
    if (module_ != line.module) {
      module_ = line.module;
      differences_.push_back(absl::StrCat(module_->empty() ? "the model itself" : *module_, ":"));
    }
    differences_.push_back(absl::StrCat(std::string(1, sign), " ",
                                        absl::StrJoin(line.results, ", "), " = ", line.text));
  }

  const std::vector<Line>& a_;
  const std::vector<Line>& b_;
  Lines& differences_;
  Names names_;                        // of tensors of a: what they are called in b
  std::optional<std::string> module_;  // below which the last line was told
  int64_t renamed_ = 0;
  std::string first_renamed_;
};

}  // namespace

absl::StatusOr<Lines> DiffModels(const std::string& a, const std::string& b) {
  T2N_ASSIGN_OR_RETURN(const ModelFiles left, ReadModel(a));
  T2N_ASSIGN_OR_RETURN(const ModelFiles right, ReadModel(b));
  const Names renamed = RenamedFiles(left.hashes, right.hashes);
  const GraphLines from = ReadGraph(left.texts.at(kGraphFile), {});
  const GraphLines to = ReadGraph(right.texts.at(kGraphFile), Labels(renamed));
  Lines differences;
  CompareTexts(from.head, to.head, &differences);
  GraphDifference(from, to, &differences).Tell();
  CompareHashes(left.hashes, right.hashes, renamed, &differences);
  return differences;
}

}  // namespace t2n
