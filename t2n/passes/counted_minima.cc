#include "t2n/passes/counted_minima.h"

#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "absl/algorithm/container.h"
#include "t2n/base/status.h"
#include "t2n/builder/selection.h"
#include "t2n/ir/dim_steps.h"
#include "t2n/passes/padded_sizes.h"
#include "t2n/passes/rewriter.h"

namespace t2n {
namespace {

using Minima = std::vector<std::pair<int64_t, Dim>>;

// Those of `d` that no count is in, each once.
Minima MinimaIn(const Dim& d) {
  Minima found;
  MapMinima(d, [&](int64_t most, const Dim& size) -> std::optional<Dim> {
    const std::pair<int64_t, Dim> one(most, size);
    if (!HasSelectionCount(size) && !absl::c_linear_search(found, one)) found.push_back(one);
    return std::nullopt;
  });
  return found;
}

class Counter : public GraphRewriter {
 public:
  explicit Counter(const std::vector<CountedMinimum>& counted) : counted_(counted) {}

 private:
  Vals RewriteNode(const Node& node, const Vals& in) override {
    if (SelectedMask(node)) return Select(node, in[0]);
    return Copy(node, MapSizes(node.attrs, [this](const Dim& d) { return Counted(d); }), in);
  }

  // A selection's count has its name from the mask.
  Vals Select(const Node& node, const Val& flags) {
    const Dim count = node.attrs.Size("k");
    std::optional<Dim> most = count.range().max;
    if (const Relations known = RelationsOfSymbol(count)) most = Counted(known->front() + count);
    const Selection made = SelectTrue(b(), Val(&b(), flags->node->inputs[0]), most);
    renamed_[*AsSelectionCount(count)] = made.count;
    const Node& chosen = *made.positions->node;
    return {Val(&b(), chosen.output(0)), Val(&b(), chosen.output(1))};
  }

  Dim Counted(const Dim& d) const {
    const Dim counted = WithoutMinima(d);
    return counted.Substitute([this](absl::string_view symbol) -> std::optional<Dim> {
      const auto it = renamed_.find(std::string(symbol));
      return it == renamed_.end() ? std::nullopt : std::make_optional(it->second);
    });
  }

  Dim WithoutMinima(const Dim& d) const {
    return MapMinima(d, [this](int64_t most, const Dim& size) -> std::optional<Dim> {
      for (const CountedMinimum& one : counted_) {
        if (one.most != most || one.size != size) continue;
        const Range range{0, most};
        const Dim plain = Dim::Symbol(one.symbol, range);
        return Dim::Symbol(one.symbol, range,
                           std::make_shared<const std::vector<Dim>>(1, size - plain));
      }
      return std::nullopt;
    });
  }

  const std::vector<CountedMinimum>& counted_;
  std::map<std::string, Dim> renamed_;  // by symbol
};

// Of the best rows' numbers, small ones.
Minima MinimaOfTopK(const Graph& graph) {
  Minima found;
  for (const auto& node : graph.nodes()) {
    if (node->op != Op::kTopK) continue;
    for (const auto& one : MinimaIn(node->attrs.Size("k"))) {
      if (one.first <= kFewRows && !absl::c_linear_search(found, one)) found.push_back(one);
    }
  }
  return found;
}

// Whether a size of the value has `least` of them.
bool HasOf(const Value& value, const Minima& minima, int64_t least) {
  return absl::c_any_of(value.shape(), [&](const Dim& d) {
    return absl::c_count_if(MinimaIn(d), [&](const auto& one) {
             return absl::c_linear_search(minima, one);
           }) >= least;
  });
}

}  // namespace

absl::StatusOr<std::vector<CountedMinimum>> CountMinima(const Graph& graph, Graph* out) {
  const Minima minima = MinimaOfTopK(graph);
  const auto joins = [&](const Value& value) { return HasOf(value, minima, 2); };
  if (minima.size() < 2 || !AnyValue(graph, joins)) return std::vector<CountedMinimum>();
  for (const Value* output : graph.outputs()) {
    if (HasOf(*output, minima, 1)) return std::vector<CountedMinimum>();
  }
  std::vector<CountedMinimum> counted;
  for (const auto& [most, size] : minima) {
    counted.push_back({NameOfCount(static_cast<int64_t>(counted.size())), most, size});
  }
  T2N_RETURN_IF_ERROR(Counter(counted).Rewrite(graph, out));
  return counted;
}

}  // namespace t2n
