#include "t2n/builder/selection.h"

#include <algorithm>
#include <memory>
#include <variant>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace t2n {
namespace {

// Not to be had from users: their symbols are identifiers.
constexpr absl::string_view kPrefix = "nonzero.";
constexpr absl::string_view kTurns = "nonzero.turns.";
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

bool IsSelectionCount(absl::string_view symbol) { return absl::StartsWith(symbol, kPrefix); }

std::optional<std::string> AsSelectionCount(const Dim& d) {
  if (d.is_const()) return std::nullopt;
  std::optional<Line> line = AsLine(d);
  bool is_count = line && line->slope == 1 && line->offset == 0;
  if (!is_count || !IsSelectionCount(line->symbol)) return std::nullopt;
  return line->symbol;
}

bool HasSelectionCount(const Dim& d) {
  if (d.is_const()) return false;
  for (const std::string& symbol : d.Symbols()) {
    if (IsSelectionCount(symbol)) return true;
  }
  return false;
}

bool HasSelectionCount(const Shape& shape) {
  return std::any_of(shape.begin(), shape.end(), [](const Dim& d) { return HasSelectionCount(d); });
}

bool HasSelectionCount(const Node& node) {
  for (const Value* v : node.inputs) {
    if (HasSelectionCount(v->shape())) return true;
  }
  for (const auto& v : node.outputs) {
    if (HasSelectionCount(v->shape())) return true;
  }
  for (const auto& [name, attr] : node.attrs.all()) {
    const Dim* size = std::get_if<Dim>(&attr);
    const Shape* sizes = std::get_if<Shape>(&attr);
    if ((size && HasSelectionCount(*size)) || (sizes && HasSelectionCount(*sizes))) return true;
  }
  return false;
}

std::string NameOfCount(int64_t number) { return absl::StrCat(kPrefix, "least.", number); }

Dim SelectionTurns(const Val& among) {
  if (!among) return 1;
  const std::optional<int64_t> most = among.dim(0).range().max;
  return Dim::Symbol(absl::StrCat(kTurns, among->id), Range{0, most});
}

std::optional<std::string> AsSelectionTurns(const Dim& d) {
  const std::optional<std::string> symbol = AsSelectionCount(d);
  return symbol && absl::StartsWith(*symbol, kTurns) ? symbol : std::nullopt;
}

Selection SelectTrue(Builder& b, const Val& mask, std::optional<Dim> most) {
  if (!mask) return {};
  for (const auto& node : b.graph()->nodes()) {
    const Value* other = SelectedMask(*node);
    if (other && SameComputation(*other, *mask.get())) {
      return {node->attrs.Size("k"), Val(&b, node->output(1))};
    }
  }
  if (!most) most = mask.dim(0);
  const std::string symbol = CountOf(*mask.get());
  const Range range{0, most->range().max};
  Dim count = Dim::Symbol(symbol, range);
  if (!most->is_const()) {
    count = Dim::Symbol(symbol, range, std::make_shared<const std::vector<Dim>>(1, *most - count));
  }
  return {count, b.TopK(b.Cast(mask, DType::kI64), count, 0, true)[1]};
}

}  // namespace t2n
