#include "t2n/builder/fold.h"

#include <algorithm>

#include "t2n/base/status.h"
#include "t2n/builder/dim_values.h"
#include "t2n/ir/view.h"
#include "t2n/kernels/kernel.h"

namespace t2n {
namespace {

// A folded result may always have this many bytes, or twice what its operands have.
constexpr int64_t kSmall = 1 << 20;
// One of more bytes is left to the runtime: what is folded is held in memory.
constexpr int64_t kLarge = int64_t{1} << 30;
// Constants up to this many elements take part in size arithmetic.
constexpr int64_t kMaxDimElements = 64;

// Large constants that would be kept as wider floats: quantized weights and halves. Readers widen
// them as they load.
bool Widens(const Node& node) {
  constexpr int64_t kMaxBytes = 64, kMaxHalves = 4096;
  if (node.op != Op::kCast && node.op != Op::kDequantize) return false;
  DType from = StorageType(node.inputs[0]->dtype()), to = node.output()->dtype();
  bool bytes = from == DType::kU8 || from == DType::kI8;
  if (!IsFloat(to) || ItemSize(to) <= ItemSize(from) || !(bytes || from == DType::kF16)) {
    return false;
  }
  return NumElements(node.output()->shape()).constant().value_or(0) >
         (bytes ? kMaxBytes : kMaxHalves);
}

bool SymbolicAttrs(const Attrs& attrs) {
  for (const auto& [name, value] : attrs.all()) {
    if (const Dim* d = std::get_if<Dim>(&value); d && !d->is_const()) return true;
    if (const Shape* s = std::get_if<Shape>(&value); s && !ConstantShape(*s)) return true;
  }
  return false;
}

}  // namespace

absl::Status FoldNode(Node* node) {
  if (node->op == Op::kInput || node->op == Op::kConstant) return absl::OkStatus();
  if (FoldDims(node, kMaxDimElements)) return absl::OkStatus();
  std::vector<Tensor> inputs;
  int64_t input_bytes = 0;
  for (const Value* v : node->inputs) {
    if (!v->is_constant()) return absl::OkStatus();
    inputs.push_back(*v->constant);
    input_bytes += v->constant->is_expanded() ? 0 : v->constant->nbytes();
  }
  if (SymbolicAttrs(node->attrs) || Widens(*node)) return absl::OkStatus();
  int64_t output_bytes = 0;
  for (const auto& v : node->outputs) {
    auto sizes = ConstantShape(v->type.shape);
    if (!sizes) return absl::OkStatus();
    if (IsViewOp(node->op)) {
      v->constant = ViewOf(node->op, node->attrs, inputs[0], *sizes);
      if (v->constant) return absl::OkStatus();
    }
    Dim bytes = NumElements(v->type.shape) * ItemSize(v->type.dtype);
    output_bytes = std::max(output_bytes, bytes.value());
  }
  if (output_bytes > kSmall && output_bytes > 2 * input_bytes) return absl::OkStatus();
  if (output_bytes > kLarge) return absl::OkStatus();
  auto results = RunNode(*node, inputs, [](absl::string_view) { return std::nullopt; });
  if (absl::IsUnimplemented(results.status())) return absl::OkStatus();
  if (!results.ok()) return results.status();
  for (size_t i = 0; i < results->size(); ++i) {
    node->outputs[i]->constant = std::move((*results)[i]);
  }
  return absl::OkStatus();
}

}  // namespace t2n
