#include "t2n/builder/selection.h"

#include <algorithm>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace t2n {
namespace {

// Not to be had from users: their symbols are identifiers.
constexpr absl::string_view kPrefix = "nonzero.";
// Masks that are computed in more steps are the same only if they are one value.
constexpr int kMaxDepth = 32;

bool SameElements(const Tensor& a, const Tensor& b) {
  return a.buffer == b.buffer && a.offset == b.offset && a.dtype == b.dtype && a.sizes == b.sizes &&
         a.strides == b.strides;
}

bool SmallEqualInts(const Value& a, const Value& b) {
  constexpr int64_t kFew = 16;
  if (a.type.dtype != b.type.dtype || a.shape() != b.shape() || a.constant->numel() > kFew) {
    return false;
  }
  auto x = ReadDoubles(*a.constant), y = ReadDoubles(*b.constant);
  return x.ok() && y.ok() && *x == *y;
}

bool SameComputation(const Value& a, const Value& b, int depth) {
  if (&a == &b) return true;
  if (a.constant && b.constant) {
    return SameElements(*a.constant, *b.constant) || SmallEqualInts(a, b);
  }
  const Node &x = *a.node, &y = *b.node;
  if (depth == 0 || a.constant || b.constant || a.index != b.index || x.op != y.op ||
      x.op == Op::kInput || !x.bodies.empty() || x.inputs.size() != y.inputs.size() ||
      !(x.attrs == y.attrs)) {
    return false;
  }
  return std::equal(
      x.inputs.begin(), x.inputs.end(), y.inputs.begin(),
      [&](const Value* p, const Value* q) { return SameComputation(*p, *q, depth - 1); });
}

std::string CountOf(const Value& mask) { return absl::StrCat(kPrefix, mask.id); }

}  // namespace

bool SameComputation(const Value& a, const Value& b) { return SameComputation(a, b, kMaxDepth); }

const Value* SelectedMask(const Node& node) {
  if (node.op != Op::kTopK || node.inputs[0]->node->op != Op::kCast) return nullptr;
  const Value* mask = node.inputs[0]->node->inputs[0];
  return AsSelectionCount(node.attrs.Size("k")) == CountOf(*mask) ? mask : nullptr;
}

std::optional<std::string> AsSelectionCount(const Dim& d) {
  if (d.is_const()) return std::nullopt;
  std::optional<Line> line = AsLine(d);
  bool is_count = line && line->slope == 1 && line->offset == 0;
  if (!is_count || !absl::StartsWith(line->symbol, kPrefix)) return std::nullopt;
  return line->symbol;
}

bool HasSelectionCount(const Dim& d) {
  if (d.is_const()) return false;
  for (const std::string& symbol : d.Symbols()) {
    if (absl::StartsWith(symbol, kPrefix)) return true;
  }
  return false;
}

Selection SelectTrue(Builder& b, const Val& mask) {
  if (!mask) return {};
  for (const auto& node : b.graph()->nodes()) {
    const Value* other = SelectedMask(*node);
    if (other && SameComputation(*other, *mask.get())) {
      return {node->attrs.Size("k"), Val(&b, node->output(1))};
    }
  }
  std::optional<int64_t> size = mask.dim(0).range().max;
  Dim count = Dim::Symbol(CountOf(*mask.get()), Range{0, size});
  return {count, b.TopK(b.Cast(mask, DType::kI64), count, 0, true)[1]};
}

}  // namespace t2n
