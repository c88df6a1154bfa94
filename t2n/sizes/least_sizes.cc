#include "t2n/sizes/least_sizes.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"

namespace t2n {
namespace {

// Larger least sizes are not looked for.
constexpr int64_t kMaxLeast = 1 << 16;

using Least = std::map<std::string, int64_t>;

class Search {
 public:
  explicit Search(const Least& known) : known_(known) {}

  // The symbol of `d` and its first value at which `d` is not less than `bound`; nullopt if that
  // cannot be told, or is so for every value.
  std::optional<std::pair<std::string, int64_t>> First(const Dim& d, int64_t bound) const {
    if (d.is_const() || Less(d, bound) == false) return std::nullopt;
    const std::vector<std::string> symbols = d.Symbols();
    if (symbols.size() != 1) return std::nullopt;
    const auto it = known_.find(symbols[0]);
    const int64_t start = it == known_.end() ? 1 : it->second;
    for (int64_t v = start; v < start + kMaxLeast; ++v) {
      const std::optional<int64_t> size = d.Eval([v](absl::string_view) { return v; });
      if (!size) return std::nullopt;
      if (*size < bound) continue;
      if (v == start) return std::nullopt;
      return std::make_pair(symbols[0], v);
    }
    return std::nullopt;
  }

  void Raise(const Dim& d, int64_t bound, Least* least) const {
    const auto found = First(d, bound);
    if (!found) return;
    int64_t& value = (*least)[found->first];
    value = std::max(value, found->second);
  }

 private:
  const Least& known_;
};

void AddNode(const Node& node, const Search& search, Least* least) {
  if (IsWindow(node.op)) {
    for (int64_t i = 2; i < node.output()->rank(); ++i) {
      search.Raise(node.output()->shape()[i], 1, least);
    }
  } else if (node.op == Op::kSlice) {
    const Dim begin = node.attrs.Size("begin"), end = node.attrs.Size("end");
    search.Raise(begin, 0, least);
    search.Raise(end - begin, 0, least);
    search.Raise(node.inputs[0]->shape()[node.attrs.Int("axis")] - end, 0, least);
  } else if (node.op == Op::kPad && node.attrs.Str("mode") == "reflect") {
    for (int64_t i = 0; i < node.output()->rank(); ++i) {
      const Dim most = node.inputs[0]->shape()[i] - 1;
      search.Raise(most - node.attrs.Sizes("before")[i], 0, least);
      search.Raise(most - node.attrs.Sizes("after")[i], 0, least);
    }
  }
}

// What all outputs need to have elements.
Least OfOutputs(const Graph& graph, const Search& search) {
  std::optional<Least> all;
  for (const Value* output : graph.outputs()) {
    Least own;
    for (const Dim& d : output->shape()) search.Raise(d, 1, &own);
    if (!all) all = own;
    for (auto it = all->begin(); it != all->end();) {
      const auto same = own.find(it->first);
      if (same != own.end()) it->second = std::min(it->second, same->second);
      it = same == own.end() ? all->erase(it) : std::next(it);
    }
  }
  return all.value_or(Least());
}

}  // namespace

std::map<std::string, int64_t> LeastSizes(const Graph& graph,
                                          const std::map<std::string, int64_t>& known) {
  const Search search(known);
  Least least = OfOutputs(graph, search);
  for (const auto& node : graph.nodes()) AddNode(*node, search, &least);
  return least;
}

std::vector<std::string> CutsBeyondLeastSizes(const Graph& graph) {
  std::vector<std::string> lines;
  for (const auto& node : graph.nodes()) {
    if (node->op != Op::kSlice) continue;
    const Dim size = node->inputs[0]->shape()[node->attrs.Int("axis")];
    const Dim begin = node->attrs.Size("begin");
    const std::optional<int64_t> most = begin.range().max;
    if (begin.is_const() || !most || Min(*most, size) != begin) continue;
    const std::string question = absl::StrCat(size.ToString(), ">=", *most);
    lines.push_back(absl::StrCat(
        "an axis of ", size.ToString(), " may be shorter than the ", *most,
        " cut from its start: in tract's pulse mode, a pulse that is shorter loses too few; ",
        HowToSettle(question, size), ", at ",
        node->place ? node->place->ToString() : "an unknown place"));
  }
  return lines;
}

}  // namespace t2n
