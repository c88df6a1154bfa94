#include "t2n/passes/selected_moves.h"

#include <algorithm>
#include <deque>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "t2n/passes/rewriter.h"

namespace t2n {
namespace {

// Some neighbouring positions of a tensor's elements, `stride` elements apart: of `full` of them
// the `size` from `begin` on.
struct Factor {
  int64_t size, begin, full, stride;
  bool is_whole() const { return size == full; }
};

// A tensor as moves of `base`: each axis is some factors of it, row-major. `pinned` are those of
// which one position was chosen.
struct Chain {
  Val base;
  std::vector<int64_t> base_sizes;
  std::vector<std::vector<Factor>> axes;
  std::vector<Factor> pinned;
  int length = 0;  // moves so far
};

int64_t Product(const std::vector<Factor>& factors) {
  int64_t product = 1;
  for (const Factor& f : factors) product *= f.size;
  return product;
}

Chain StartOf(const Val& base, std::vector<int64_t> sizes) {
  Chain chain{base, std::move(sizes), {}, {}, 0};
  const std::vector<int64_t> strides = ContiguousStrides(chain.base_sizes);
  for (size_t i = 0; i < strides.size(); ++i) {
    const int64_t size = chain.base_sizes[i];
    chain.axes.emplace_back();
    if (size > 1) chain.axes.back().push_back({size, 0, size, strides[i]});
  }
  return chain;
}

// The factors of the next axis of `size`, taken from the front of `rest`; one is split if need be.
std::optional<std::vector<Factor>> TakeAxis(int64_t size, std::deque<Factor>* rest) {
  std::vector<Factor> axis;
  for (int64_t left = size; left > 1;) {
    if (rest->empty()) return std::nullopt;
    Factor& next = rest->front();
    if (left % next.size == 0) {
      left /= next.size;
      axis.push_back(next);
      rest->pop_front();
      continue;
    }
    if (next.size % left != 0 || !next.is_whole()) return std::nullopt;
    const int64_t inner = next.size / left;
    axis.push_back({left, 0, left, next.stride * inner});
    next = {inner, 0, inner, next.stride};
    left = 1;
  }
  return axis;
}

std::optional<Chain> Reshaped(Chain chain, const std::vector<int64_t>& sizes) {
  std::deque<Factor> rest;
  for (const auto& axis : chain.axes) rest.insert(rest.end(), axis.begin(), axis.end());
  chain.axes.clear();
  for (int64_t size : sizes) {
    std::optional<std::vector<Factor>> axis = TakeAxis(size, &rest);
    if (!axis) return std::nullopt;
    chain.axes.push_back(*std::move(axis));
  }
  return rest.empty() ? std::make_optional(std::move(chain)) : std::nullopt;
}

std::optional<Chain> Sliced(Chain chain, int64_t axis, int64_t begin, int64_t end) {
  std::vector<Factor>& factors = chain.axes[axis];
  if (factors.empty() || end - begin == Product(factors)) return chain;
  Factor& first = factors.front();
  const int64_t inner = Product(factors) / first.size;
  if (begin % inner != 0 || end % inner != 0 || end <= begin) return std::nullopt;
  first.begin += begin / inner;
  first.size = (end - begin) / inner;
  if (first.size == 1) {
    chain.pinned.push_back(first);
    factors.erase(factors.begin());
  }
  return chain;
}

std::optional<Chain> Moved(const Chain& chain, const Node& node) {
  if (node.op == Op::kTranspose) {
    Chain moved = chain;
    for (size_t i = 0; i < moved.axes.size(); ++i) {
      moved.axes[i] = chain.axes[node.attrs.Ints("perm")[i]];
    }
    return moved;
  }
  if (node.op == Op::kReshape) {
    return Reshaped(chain, *ConstantShape(node.output()->shape()));
  }
  const Dim begin = node.attrs.Size("begin"), end = node.attrs.Size("end");
  if (!begin.is_const() || !end.is_const() || node.attrs.Int("step") != 1) return std::nullopt;
  return Sliced(chain, node.attrs.Int("axis"), begin.value(), end.value());
}

// A slice along an axis of the base.
struct BaseSlice {
  int64_t axis, begin, end;
};

// What the chain selects, as slices of the base: of every axis, the outermost part alone can be
// one.
std::optional<std::vector<BaseSlice>> SlicesOf(const Chain& chain) {
  std::vector<Factor> selected = chain.pinned;
  for (const auto& axis : chain.axes) {
    std::copy_if(axis.begin(), axis.end(), std::back_inserter(selected),
                 [](const Factor& f) { return !f.is_whole(); });
  }
  const std::vector<int64_t> strides = ContiguousStrides(chain.base_sizes);
  std::vector<BaseSlice> slices;
  for (const Factor& f : selected) {
    const auto leads = [&](size_t a) {
      return chain.base_sizes[a] > 1 && f.stride % strides[a] == 0 &&
             f.stride * f.full == strides[a] * chain.base_sizes[a];
    };
    size_t axis = 0;
    while (axis < strides.size() && !leads(axis)) ++axis;
    if (axis == strides.size()) return std::nullopt;
    const int64_t inner = f.stride / strides[axis];
    slices.push_back({static_cast<int64_t>(axis), f.begin * inner, (f.begin + f.size) * inner});
  }
  return slices;
}

// Factors that are neighbours in the base and within an axis of the result are one.
std::vector<Factor> Merged(const Chain& chain) {
  std::vector<Factor> merged;
  for (const auto& axis : chain.axes) {
    const size_t first = merged.size();
    for (const Factor& f : axis) {
      const bool joins =
          merged.size() > first && f.is_whole() && merged.back().stride == f.stride * f.full;
      if (!joins) {
        merged.push_back(f);
        continue;
      }
      Factor& last = merged.back();
      last = {last.size * f.size, last.begin * f.size, last.full * f.full, f.stride};
    }
  }
  return merged;
}

struct Plan {
  std::vector<BaseSlice> slices;
  std::vector<int64_t> parts;  // sizes in the base's order
  std::vector<int64_t> perm;   // of the parts
  int length = 0;
};

std::optional<Plan> PlanOf(const Chain& chain, const std::vector<int64_t>& sizes) {
  std::optional<std::vector<BaseSlice>> slices = SlicesOf(chain);
  if (!slices || slices->empty()) return std::nullopt;
  Plan plan;
  plan.slices = *std::move(slices);
  std::vector<int64_t> sliced = chain.base_sizes;
  for (const BaseSlice& s : plan.slices) sliced[s.axis] = s.end - s.begin;
  const std::vector<Factor> merged = Merged(chain);
  std::vector<int64_t> order(merged.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](int64_t a, int64_t b) { return merged[a].stride > merged[b].stride; });
  plan.perm.resize(order.size());
  for (size_t i = 0; i < order.size(); ++i) {
    plan.parts.push_back(merged[order[i]].size);
    plan.perm[order[i]] = i;
  }
  std::vector<int64_t> moved;
  for (const Factor& f : merged) moved.push_back(f.size);
  plan.length = plan.slices.size();
  if (std::is_sorted(plan.perm.begin(), plan.perm.end())) {
    plan.parts = sliced;  // nothing changes its place
    plan.perm.clear();
    plan.length += sliced != sizes;
  } else {
    plan.length += (plan.parts != sliced) + 1 + (moved != sizes);
  }
  return plan;
}

class Rebuilder : public GraphRewriter {
 private:
  Vals RewriteNode(const Node& node, const Vals& inputs) override {
    const bool moves =
        node.op == Op::kReshape || node.op == Op::kTranspose || node.op == Op::kSlice;
    if (!moves || node.inputs[0]->type.quant || node.output()->dims) return Copy(node, inputs);
    const auto from = ConstantShape(node.inputs[0]->shape());
    const auto to = ConstantShape(node.output()->shape());
    const auto is_empty = [](const auto& sizes) { return absl::c_linear_search(*sizes, 0); };
    if (!from || !to || is_empty(from) || is_empty(to)) return Copy(node, inputs);
    auto before = chains_.find(node.inputs[0]);
    std::optional<Chain> chain;
    if (before != chains_.end()) chain = Moved(before->second, node);
    if (!chain) chain = Moved(StartOf(inputs[0], *from), node);
    if (!chain) return Copy(node, inputs);
    ++chain->length;
    chains_[node.output()] = *chain;
    const std::optional<Plan> plan = PlanOf(*chain, *to);
    if (!plan || plan->length >= chain->length) return Copy(node, inputs);
    return {Build(*chain, *plan, node.output()->shape())};
  }

  Val Build(const Chain& chain, const Plan& plan, const Shape& shape) {
    Val x = chain.base;
    for (const BaseSlice& s : plan.slices) x = b().Slice(x, s.axis, s.begin, s.end);
    if (!plan.perm.empty()) {
      x = b().Transpose(b().Reshape(x, Shape(plan.parts.begin(), plan.parts.end())), plan.perm);
    }
    return b().Reshape(x, shape);
  }

  absl::flat_hash_map<const Value*, Chain> chains_;
};

}  // namespace

bool HasSelectedMoves(const Graph& graph) {
  return AnyNode(graph, [](const Node& node) {
    if (node.op != Op::kSlice || node.inputs[0]->constant) return false;
    const Op before = node.inputs[0]->node->op;
    return before == Op::kReshape || before == Op::kTranspose || before == Op::kSlice;
  });
}

absl::Status JoinSelectedMoves(const Graph& graph, Graph* out) {
  return Rebuilder().Rewrite(graph, out);
}

}  // namespace t2n
