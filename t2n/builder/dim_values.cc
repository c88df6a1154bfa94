#include "t2n/builder/dim_values.h"

#include <algorithm>
#include <numeric>

#include "t2n/ir/uniform.h"
#include "t2n/kernels/kernel.h"

namespace t2n {
namespace {

// Layout primitives move elements about: run the kernel on element numbers to see where they go.
std::optional<std::vector<int64_t>> MovedElements(const Node& node,
                                                  const std::vector<int64_t>& counts) {
  std::vector<Tensor> inputs;
  int64_t next = 0;
  bool data_only = node.op == Op::kReshape || node.op == Op::kTranspose ||
                   node.op == Op::kBroadcast || node.op == Op::kSlice || node.op == Op::kConcat ||
                   node.op == Op::kReverse;
  bool indexed = node.op == Op::kGather || node.op == Op::kGatherElements;
  if (!data_only && !indexed) return std::nullopt;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const Value* v = node.inputs[i];
    if (indexed && i == 1) {
      if (!v->is_constant()) return std::nullopt;
      inputs.push_back(*v->constant);
      continue;
    }
    auto sizes = ConstantShape(v->shape());
    if (!sizes) return std::nullopt;
    std::vector<int64_t> numbers(counts[i]);
    std::iota(numbers.begin(), numbers.end(), next);
    next += counts[i];
    Tensor t = Tensor::Ints(numbers);
    t.strides = ContiguousStrides(*sizes);
    t.sizes = *std::move(sizes);
    inputs.push_back(std::move(t));
  }
  for (const auto& [name, value] : node.attrs.all()) {
    if (const Dim* d = std::get_if<Dim>(&value); d && !d->is_const()) return std::nullopt;
    if (const Shape* s = std::get_if<Shape>(&value); s && !ConstantShape(*s)) return std::nullopt;
  }
  auto moved = RunNode(node, inputs, [](absl::string_view) { return std::nullopt; });
  if (!moved.ok()) return std::nullopt;
  auto numbers = ReadInts((*moved)[0]);
  if (!numbers.ok()) return std::nullopt;
  return *std::move(numbers);
}

std::optional<Dim> Apply(Op op, const Dim& a, const Dim& b) {
  if (op == Op::kAdd) return a + b;
  if (op == Op::kSub) return a - b;
  if (op == Op::kMul) return a * b;
  if (op == Op::kMin) return Min(a, b);
  if (op == Op::kMax) return Max(a, b);
  if (op != Op::kDiv && op != Op::kRem) return std::nullopt;
  std::optional<Dim> q = TruncDiv(a, b);
  if (op == Op::kDiv || !q) return q;
  return a - *q * b;
}

std::optional<Dim> Compare(Op op, const Dim& a, const Dim& b) {
  auto as_dim = [](std::optional<bool> r, bool invert) -> std::optional<Dim> {
    if (!r) return std::nullopt;
    return Dim(*r != invert ? 1 : 0);
  };
  if (op == Op::kEq) return as_dim(Equal(a, b), false);
  if (op == Op::kNe) return as_dim(Equal(a, b), true);
  if (op == Op::kLt) return as_dim(Less(a, b), false);
  if (op == Op::kGe) return as_dim(Less(a, b), true);
  if (op == Op::kGt) return as_dim(Less(b, a), false);
  if (op == Op::kLe) return as_dim(Less(b, a), true);
  return std::nullopt;
}

// Operands of one shape, or of one element against many.
std::optional<Shape> Elementwise(const Node& node, const std::vector<Shape>& in) {
  Dim n = NumElements(node.output()->shape());
  if (!n.is_const()) return std::nullopt;
  auto at = [&](size_t operand, int64_t i) { return in[operand][in[operand].size() == 1 ? 0 : i]; };
  for (const Shape& s : in) {
    if (s.size() != 1 && static_cast<int64_t>(s.size()) != n.value()) return std::nullopt;
  }
  Shape out;
  for (int64_t i = 0; i < n.value(); ++i) {
    std::optional<Dim> d;
    if (node.op == Op::kNeg) {
      d = -at(0, i);
    } else if (node.op == Op::kCast) {
      d = at(0, i);
    } else if (node.op == Op::kSelect) {
      std::optional<int64_t> c = at(0, i).constant();
      if (!c) return std::nullopt;
      d = at(*c != 0 ? 1 : 2, i);
    } else if (in.size() == 2) {
      d = IsComparison(node.op) ? Compare(node.op, at(0, i), at(1, i))
                                : Apply(node.op, at(0, i), at(1, i));
    }
    if (!d) return std::nullopt;
    out.push_back(*d);
  }
  return out;
}

std::optional<Shape> Compute(const Node& node, const std::vector<Shape>& in) {
  if (std::optional<Op> folded = FoldedBy(node.op)) {
    if (NumElements(node.output()->shape()) != Dim(1) || in[0].empty()) return std::nullopt;
    Dim total = in[0][0];
    for (size_t i = 1; i < in[0].size(); ++i) total = *Apply(*folded, total, in[0][i]);
    return Shape{total};
  }
  if (IsElementwise(node.op)) return Elementwise(node, in);
  std::vector<int64_t> counts;
  Shape all;
  for (size_t i = 0; i < in.size(); ++i) {
    counts.push_back(static_cast<int64_t>(in[i].size()));
    all.insert(all.end(), in[i].begin(), in[i].end());
  }
  std::optional<std::vector<int64_t>> moved = MovedElements(node, counts);
  if (!moved) return std::nullopt;
  Shape out;
  for (int64_t m : *moved) out.push_back(all[m]);
  return out;
}

}  // namespace

std::optional<Op> FoldedBy(Op reduction) {
  if (reduction == Op::kReduceSum) return Op::kAdd;
  if (reduction == Op::kReduceProd) return Op::kMul;
  if (reduction == Op::kReduceMax) return Op::kMax;
  if (reduction == Op::kReduceMin) return Op::kMin;
  return std::nullopt;
}

std::optional<Shape> DimElements(const Value& value, int64_t max_elements) {
  if (value.dims) return value.dims;
  if (!value.constant || value.constant->numel() > max_elements) return std::nullopt;
  if (!IsInteger(value.dtype()) && value.dtype() != DType::kBool) return std::nullopt;
  auto ints = ReadInts(*value.constant);
  if (!ints.ok()) return std::nullopt;
  return Shape(ints->begin(), ints->end());
}

namespace {

// A slice of a joined vector that lies in a known part of it.
std::optional<Shape> SliceOfPart(const Node& node, int64_t max_elements) {
  const Node* joined = node.op == Op::kSlice ? node.inputs[0]->node : nullptr;
  if (!joined || joined->op != Op::kConcat || node.inputs[0]->rank() != 1) return std::nullopt;
  const Dim begin = node.attrs.Size("begin"), end = node.attrs.Size("end");
  if (!begin.is_const() || !end.is_const() || node.attrs.Int("step") != 1) return std::nullopt;
  int64_t first = begin.value(), last = end.value();
  for (const Value* part : joined->inputs) {
    if (!part->shape()[0].is_const()) return std::nullopt;
    int64_t size = part->shape()[0].value();
    if (first >= 0 && last <= size) {
      std::optional<Shape> known = DimElements(*part, max_elements);
      if (!known) return std::nullopt;
      return Shape(known->begin() + first, known->begin() + last);
    }
    first -= size;
    last -= size;
  }
  return std::nullopt;
}

}  // namespace

namespace {

// What `x` has the same elements as, in another order, shape or type.
const Value& SameElements(const Value& x) {
  const Node& node = *x.node;
  auto widens = [&] {
    const DType from = node.inputs[0]->dtype(), to = x.dtype();
    return IsInteger(from) && IsSigned(from) == IsSigned(to) && ItemSize(from) <= ItemSize(to);
  };
  bool same = node.op == Op::kReshape || node.op == Op::kTranspose || node.op == Op::kReverse ||
              node.op == Op::kBroadcast || (node.op == Op::kCast && widens()) ||
              (node.op == Op::kTopK && x.index == 0 && x.shape() == node.inputs[0]->shape());
  return same ? SameElements(*node.inputs[0]) : x;
}

// The size that all elements are.
std::optional<Dim> UniformSize(const Value& x) {
  const Value& source = BeforeBroadcast(x);
  if (source.dims) {
    const Shape& all = *source.dims;
    const bool same =
        std::all_of(all.begin(), all.end(), [&](const Dim& d) { return d == all[0]; });
    return same && !all.empty() ? std::make_optional(all[0]) : std::nullopt;
  }
  const std::optional<Tensor> element = UniformElement(source);
  if (!element || !IsInteger(element->dtype)) return std::nullopt;
  const auto read = ReadInts(*element);
  return read.ok() ? std::make_optional(Dim((*read)[0])) : std::nullopt;
}

// The largest element of `x`, where that of the input it comes from is said to be a size: by steps
// that keep the order.
std::optional<Dim> LargestOf(const Value& x, int depth) {
  const Value& same = SameElements(x);
  const Node& node = *same.node;
  if (node.op == Op::kInput) {
    if (!node.attrs.Has(kLargestElement)) return std::nullopt;
    return node.attrs.Size(kLargestElement);
  }
  const bool counts = same.dtype() == DType::kI64 || same.dtype() == DType::kI32;
  if (depth == 0 || !counts || node.inputs.size() != 2) return std::nullopt;
  const bool commutes =
      node.op == Op::kAdd || node.op == Op::kMul || node.op == Op::kMin || node.op == Op::kMax;
  for (const int i : {0, 1}) {
    if (i == 1 && !commutes) break;
    const std::optional<Dim> by = UniformSize(*node.inputs[1 - i]);
    const bool may_turn = node.op == Op::kMul || node.op == Op::kDiv;
    if (!by || !(commutes || may_turn || node.op == Op::kSub)) continue;
    if (may_turn && LessEqual(1, *by) != true) continue;
    const std::optional<Dim> most = LargestOf(*node.inputs[i], depth - 1);
    if (most) return Apply(node.op, *most, *by);
  }
  return std::nullopt;
}

std::optional<Shape> LargestElement(const Node& node) {
  constexpr int kMaxSteps = 8;
  if (node.op != Op::kReduceMax || NumElements(node.output()->shape()) != Dim(1)) {
    return std::nullopt;
  }
  const std::optional<Dim> most = LargestOf(*node.inputs[0], kMaxSteps);
  return most ? std::make_optional(Shape{*most}) : std::nullopt;
}

// What the conversion of a float that is a fraction of sizes gives.
std::optional<Shape> TruncatedRatio(const Node& node) {
  if (node.op != Op::kCast || !IsFloat(node.inputs[0]->dtype())) return std::nullopt;
  if (node.inputs[0]->constant || !IsInteger(node.output()->dtype())) return std::nullopt;
  const std::optional<Ratio> ratio = RatioOf(*node.inputs[0]);
  const std::optional<Dim> d = ratio ? Rounded(*ratio, Op::kTrunc) : std::nullopt;
  return d ? std::make_optional(Shape{*d}) : std::nullopt;
}

}  // namespace

namespace {

// `d` as an element of this type, if it is known to fit it or what it wraps around to is known.
// Sizes are taken to fit 32 bits.
std::optional<Dim> InType(const Dim& d, DType dtype) {
  if (dtype == DType::kBool) {
    const std::optional<bool> zero = Equal(d, 0);
    return zero ? std::make_optional(Dim(*zero ? 0 : 1)) : std::nullopt;
  }
  const int bits = static_cast<int>(8 * ItemSize(dtype));
  if (bits == 64) return d;
  const int64_t low = IsSigned(dtype) ? -(int64_t{1} << (bits - 1)) : 0;
  const int64_t high = low + (int64_t{1} << bits) - 1;
  if (d.is_const()) {
    return Dim(low + static_cast<int64_t>(static_cast<uint64_t>(d.value() - low) &
                                          ((uint64_t{1} << bits) - 1)));
  }
  const bool from = IsSigned(dtype) && bits == 32 ? true : LessEqual(low, d) == true;
  const bool to = bits == 32 || LessEqual(d, high) == true;
  return from && to ? std::make_optional(d) : std::nullopt;
}

bool FitType(Shape* elements, DType dtype) {
  for (Dim& d : *elements) {
    std::optional<Dim> fitting = InType(d, dtype);
    if (!fitting) return false;
    d = *std::move(fitting);
  }
  return true;
}

}  // namespace

bool FoldDims(Node* node, int64_t max_elements) {
  if (node->outputs.size() != 1) return false;
  Value* out = node->output();
  std::optional<Shape> result;
  if (node->op == Op::kDims) {
    result = node->attrs.Sizes("values");
  } else {
    if (!IsInteger(out->dtype()) && out->dtype() != DType::kBool) return false;
    result = SliceOfPart(*node, max_elements);
    if (!result) result = LargestElement(*node);
    if (!result) result = TruncatedRatio(*node);
    bool symbolic = false;
    std::vector<Shape> in;
    for (const Value* v : node->inputs) symbolic |= v->dims.has_value();
    if (!symbolic && !result) return false;
    for (const Value* v : node->inputs) {
      std::optional<Shape> elements = DimElements(*v, max_elements);
      if (!elements) break;
      in.push_back(*std::move(elements));
    }
    if (in.size() == node->inputs.size()) result = Compute(*node, in);
  }
  if (!result || !FitType(&*result, out->dtype())) return false;
  std::optional<std::vector<int64_t>> ints = ConstantShape(*result);
  auto sizes = ConstantShape(out->shape());
  if (!ints || !sizes) {
    out->dims = *std::move(result);
    return true;
  }
  Tensor t = Tensor::Ints(*ints);
  t.strides = ContiguousStrides(*sizes);
  t.sizes = *sizes;
  if (out->dtype() != DType::kI64) {
    Kernel cast = FindKernel(Op::kCast);
    Attrs attrs = {{"dtype", out->dtype()}};
    auto results = cast({Op::kCast, attrs, {t}, {out->type}});
    if (!results.ok()) return false;
    t = (*results)[0];
  }
  out->constant = std::move(t);
  return true;
}

}  // namespace t2n
