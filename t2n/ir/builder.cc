#include "t2n/ir/builder.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "t2n/ir/fold.h"
#include "t2n/ir/index_check.h"
#include "t2n/ir/type_rules.h"

namespace t2n {

const Shape& Val::shape() const {
  static const Shape* const kEmpty = new Shape();
  return value_ ? value_->type.shape : *kEmpty;
}

Dim Val::dim(int64_t axis) const {
  if (axis < 0) axis += rank();
  return axis >= 0 && axis < rank() ? shape()[axis] : Dim(1);
}

bool operator==(const Val& a, const Val& b) { return a.get() == b.get(); }

#define T2N_OPERATOR(sign, Op)                                                      \
  Val operator sign(const Val& a, const Val& b) {                                   \
    return a.builder() ? a.builder()->Op(a, b) : Val();                             \
  }                                                                                 \
  Val operator sign(const Val& a, double b) {                                       \
    return a.builder() ? a.builder()->Op(a, b) : Val();                             \
  }                                                                                 \
  Val operator sign(double a, const Val& b) {                                       \
    return b.builder() ? b.builder()->Op(b.builder()->ScalarLike(b, a), b) : Val(); \
  }
T2N_OPERATOR(+, Add)
T2N_OPERATOR(-, Sub)
T2N_OPERATOR(*, Mul)
T2N_OPERATOR(/, Div)
#undef T2N_OPERATOR
Val operator-(const Val& a) { return a.builder() ? a.builder()->Neg(a) : Val(); }

Val Builder::Fail(absl::string_view message) { return Fail(absl::UnimplementedError(message)); }

Val Builder::NoAxis(int64_t axis, const Val& x) {
  return Fail(absl::InvalidArgumentError(
      absl::StrCat("no axis ", axis, " in a tensor of ", x.rank(), " axes")));
}

Val Builder::Fail(absl::Status status) {
  if (status_.ok()) status_ = std::move(status);
  return Val();
}

Val Builder::FailAs(ValueType type, absl::string_view message) {
  Fail(message);
  return Failed(std::move(type));
}

Val Builder::Failed(ValueType type) {
  failed_.emplace_back();
  failed_.back().type = std::move(type);
  return Val(this, &failed_.back());
}

// What the primitive would give, with the type of its first operand if it cannot be told.
std::vector<Val> Builder::FailedLike(Op op, const Attrs& attrs, absl::Span<const Val> inputs) {
  std::vector<ValueType> types;
  for (const Val& v : inputs) types.push_back(v.get() ? v->type : ValueType());
  absl::StatusOr<std::vector<ValueType>> result = InferTypes(op, attrs, types);
  ValueType like = types.empty() ? ValueType() : types[0];
  std::vector<Val> out;
  for (size_t i = 0; i < 2; ++i) {
    out.push_back(Failed(result.ok() && i < result->size() ? (*result)[i] : like));
  }
  return out;
}

std::vector<Val> Builder::Wrap(Node* node) {
  std::vector<Val> out;
  for (const auto& v : node->outputs) out.emplace_back(this, v.get());
  return out;
}

void Builder::Fold(Node* node) {
  absl::Status status = FoldNode(node);
  if (!status.ok()) Fail(std::move(status));
}

std::vector<Val> Builder::MakeAll(Op op, Attrs attrs, absl::Span<const Val> inputs) {
  if (!ok()) return FailedLike(op, attrs, inputs);
  std::vector<Value*> values;
  std::vector<ValueType> types;
  for (const Val& v : inputs) {
    if (!v) return FailedLike(op, attrs, inputs);
    values.push_back(v.get());
    types.push_back(v->type);
  }
  absl::StatusOr<std::vector<ValueType>> result = InferTypes(op, attrs, types);
  if (!result.ok()) {
    Fail(result.status());
    return FailedLike(op, attrs, inputs);
  }
  if (absl::Status in_range = CheckIndices(op, attrs, values); !in_range.ok()) {
    Fail(std::move(in_range));
    return FailedLike(op, attrs, inputs);
  }
  Node* node = graph_->AddNode(op, std::move(attrs), std::move(values), *std::move(result), place_);
  Fold(node);
  return Wrap(node);
}

Val Builder::Make(Op op, Attrs attrs, absl::Span<const Val> inputs, int output) {
  return MakeAll(op, std::move(attrs), inputs)[output];
}

Val Builder::Input(absl::string_view name, ValueType type) {
  Node* node = graph_->AddNode(Op::kInput, {}, {}, {std::move(type)}, place_);
  node->output()->name = std::string(name);
  graph_->inputs().push_back(node->output());
  return Val(this, node->output());
}

Val Builder::Constant(Tensor tensor) { return Constant(std::move(tensor), nullptr); }

Val Builder::Constant(Tensor tensor, QuantPtr quant) {
  ValueType type{tensor.dtype, Shape(tensor.sizes.begin(), tensor.sizes.end()), std::move(quant)};
  Node* node = graph_->AddNode(Op::kConstant, {}, {}, {std::move(type)}, place_);
  node->output()->constant = std::move(tensor);
  return Val(this, node->output());
}

Val Builder::Scalar(DType dtype, double value) { return Constant(Tensor::Scalar(dtype, value)); }
Val Builder::Scalar(DType dtype, int64_t value) { return Constant(Tensor::Scalar(dtype, value)); }
Val Builder::Scalar(DType dtype, std::complex<double> value) {
  return Constant(Tensor::Scalar(dtype, value));
}

Val Builder::Ints(absl::Span<const int64_t> values) { return Constant(Tensor::Ints(values)); }

Val Builder::Doubles(DType dtype, absl::Span<const double> values) {
  uint8_t* data;
  Tensor t = Tensor::Allocate(DType::kF64, {static_cast<int64_t>(values.size())}, &data);
  if (!values.empty()) std::memcpy(data, values.data(), values.size() * sizeof(double));
  return Cast(Constant(std::move(t)), dtype);
}

Val Builder::DimScalar(const Dim& value) {
  if (value.is_const()) return Scalar(DType::kI64, value.value());
  return Make(Op::kDims, {{"values", Shape{value}}, {"shape", std::vector<int64_t>()}}, {});
}

Val Builder::DimVector(const Shape& values) {
  if (auto ints = ConstantShape(values)) return Ints(*ints);
  std::vector<int64_t> shape = {static_cast<int64_t>(values.size())};
  return Make(Op::kDims, {{"values", values}, {"shape", shape}}, {});
}

Val Builder::Full(const Shape& shape, const Val& scalar) { return BroadcastTo(scalar, shape); }

Val Builder::Full(const Shape& shape, DType dtype, double value) {
  return Full(shape, Scalar(dtype, value));
}

Val Builder::Iota(const Dim& length, DType dtype) {
  return Make(Op::kIota, {{"length", length}, {"dtype", dtype}}, {});
}

Val Builder::Unary(Op op, const Val& x) { return Make(op, {}, {x}); }

namespace {

Shape WithLeadingOnes(const Shape& shape, int64_t rank) {
  Shape out(rank - shape.size(), Dim(1));
  out.insert(out.end(), shape.begin(), shape.end());
  return out;
}

}  // namespace

Val Builder::Binary(Op op, const Val& a, const Val& b) {
  if (!a.get() || !b.get()) return Val();
  int64_t rank = std::max(a.rank(), b.rank());
  return Make(
      op, {},
      {Reshape(a, WithLeadingOnes(a.shape(), rank)), Reshape(b, WithLeadingOnes(b.shape(), rank))});
}

Val Builder::Select(const Val& condition, const Val& a, const Val& b) {
  if (!condition.get() || !a.get() || !b.get()) return Val();
  int64_t rank = std::max({condition.rank(), a.rank(), b.rank()});
  return Make(
      Op::kSelect, {},
      {Reshape(condition, WithLeadingOnes(condition.shape(), rank)),
       Reshape(a, WithLeadingOnes(a.shape(), rank)), Reshape(b, WithLeadingOnes(b.shape(), rank))});
}

Val Builder::Cast(const Val& x, DType dtype) {
  if (!x.get() || x.dtype() == dtype) return x;
  return Make(Op::kCast, {{"dtype", dtype}}, {x});
}

Val Builder::Reduce(Op op, const Val& x, std::vector<int64_t> axes, bool keep_axes) {
  std::sort(axes.begin(), axes.end());
  Val out = axes.empty() ? x : Make(op, {{"axes", axes}}, {x});
  if (!keep_axes) {
    for (auto it = axes.rbegin(); it != axes.rend(); ++it) out = Squeeze(out, *it);
  }
  return out;
}

Val Builder::ArgReduce(Op op, const Val& x, int64_t axis, bool keep_axis) {
  Val out = Make(op, {{"axis", axis}}, {x});
  return keep_axis ? out : Squeeze(out, axis);
}

Val Builder::Cumulative(const Val& x, int64_t axis, absl::string_view mode) {
  return Make(Op::kCumulative, {{"axis", axis}, {"mode", std::string(mode)}}, {x});
}

Val Builder::Reshape(const Val& x, Shape shape) {
  if (!x.get() || x.shape() == shape) return x;
  return Make(Op::kReshape, {{"shape", std::move(shape)}}, {x});
}

Val Builder::Transpose(const Val& x, std::vector<int64_t> perm) {
  std::vector<int64_t> same(x.rank());
  std::iota(same.begin(), same.end(), 0);
  if (perm == same) return x;
  return Make(Op::kTranspose, {{"perm", std::move(perm)}}, {x});
}

Val Builder::SwapAxes(const Val& x, int64_t a, int64_t b) {
  std::vector<int64_t> perm(x.rank());
  std::iota(perm.begin(), perm.end(), 0);
  if (std::max(a, b) >= x.rank()) return x;
  if (std::min(a, b) < 0) return NoAxis(std::min(a, b), x);
  std::swap(perm[a], perm[b]);
  return Transpose(x, std::move(perm));
}

Val Builder::BroadcastTo(const Val& x, const Shape& shape) {
  if (!x.get()) return x;
  if (x.rank() > static_cast<int64_t>(shape.size())) {
    return FailAs({x.dtype(), shape, nullptr}, "broadcast to a lower rank");
  }
  Val aligned = Reshape(x, WithLeadingOnes(x.shape(), shape.size()));
  if (aligned.shape() == shape) return aligned;
  return Make(Op::kBroadcast, {{"shape", shape}}, {aligned});
}

Val Builder::Unsqueeze(const Val& x, int64_t axis) {
  if (!x.get()) return x;
  if (axis < 0 || axis > x.rank()) return NoAxis(axis, x);
  Shape shape = x.shape();
  shape.insert(shape.begin() + axis, Dim(1));
  return Reshape(x, std::move(shape));
}

Val Builder::Squeeze(const Val& x, int64_t axis) {
  if (!x.get()) return x;
  if (axis < 0 || axis >= x.rank()) return NoAxis(axis, x);
  Shape shape = x.shape();
  shape.erase(shape.begin() + axis);
  return Reshape(x, std::move(shape));
}

Val Builder::Slice(const Val& x, int64_t axis, const Dim& begin, const Dim& end, int64_t step) {
  if (!x.get() || (begin == Dim(0) && end == x.dim(axis) && step == 1)) return x;
  return Make(Op::kSlice, {{"axis", axis}, {"begin", begin}, {"end", end}, {"step", step}}, {x});
}

Val Builder::SelectIndex(const Val& x, int64_t axis, const Dim& index) {
  return Squeeze(Slice(x, axis, index, index + 1), axis);
}

Val Builder::Reverse(const Val& x, std::vector<int64_t> axes) {
  std::sort(axes.begin(), axes.end());
  return axes.empty() ? x : Make(Op::kReverse, {{"axes", std::move(axes)}}, {x});
}

Val Builder::Concat(absl::Span<const Val> xs, int64_t axis) {
  std::vector<Val> parts;
  for (const Val& x : xs) {
    if (x.dim(axis) != Dim(0) || !x) parts.push_back(x);
  }
  if (parts.empty() && !xs.empty()) return xs[0];
  return parts.size() == 1 ? parts[0] : Make(Op::kConcat, {{"axis", axis}}, parts);
}

Val Builder::Stack(absl::Span<const Val> xs, int64_t axis) {
  std::vector<Val> parts;
  for (const Val& x : xs) parts.push_back(Unsqueeze(x, axis));
  return Concat(parts, axis);
}

Val Builder::Pad(const Val& x, Shape before, Shape after, absl::string_view mode, double value) {
  auto is_zero = [](const Dim& d) { return d == Dim(0); };
  if (std::all_of(before.begin(), before.end(), is_zero) &&
      std::all_of(after.begin(), after.end(), is_zero)) {
    return x;
  }
  return Make(Op::kPad,
              {{"before", std::move(before)},
               {"after", std::move(after)},
               {"mode", std::string(mode)},
               {"value", value}},
              {x});
}

Val Builder::Gather(const Val& x, int64_t axis, const Val& indices) {
  return Make(Op::kGather, {{"axis", axis}}, {x, indices});
}
Val Builder::GatherElements(const Val& x, int64_t axis, const Val& indices) {
  return Make(Op::kGatherElements, {{"axis", axis}}, {x, indices});
}
Val Builder::GatherNd(const Val& x, const Val& indices) {
  return Make(Op::kGatherNd, {}, {x, indices});
}
Val Builder::ScatterElements(const Val& x, int64_t axis, const Val& indices, const Val& updates,
                             absl::string_view mode) {
  return Make(Op::kScatterElements, {{"axis", axis}, {"mode", std::string(mode)}},
              {x, indices, updates});
}
Val Builder::ScatterNd(const Val& x, const Val& indices, const Val& updates,
                       absl::string_view mode) {
  return Make(Op::kScatterNd, {{"mode", std::string(mode)}}, {x, indices, updates});
}
std::vector<Val> Builder::TopK(const Val& x, const Dim& k, int64_t axis, bool largest) {
  return MakeAll(Op::kTopK, {{"k", k}, {"axis", axis}, {"largest", largest}}, {x});
}

Val Builder::Einsum(absl::string_view equation, absl::Span<const Val> xs) {
  EinsumTerms terms = ParseEinsum(equation);
  std::vector<Val> operands(xs.begin(), xs.end());
  if (terms.inputs.size() != xs.size()) return Fail("einsum with another number of operands");
  auto sharers = [&](char c) {
    return std::count_if(terms.inputs.begin(), terms.inputs.end(),
                         [&](const std::string& t) { return t.find(c) != std::string::npos; });
  };
  // Calls `drop` for every axis that is summed; where it returns true the axis is gone.
  auto for_each_summed = [&](const std::function<bool(Val&, int64_t axis, char letter)>& drop) {
    for (size_t i = 0; i < operands.size(); ++i) {
      std::string& axes = terms.inputs[i];
      if (!operands[i] || operands[i].rank() != static_cast<int64_t>(axes.size())) continue;
      for (size_t a = axes.size(); a-- > 0;) {
        char c = axes[a];
        if (terms.output.find(c) != std::string::npos || axes.find(c) != axes.rfind(c)) continue;
        if (drop(operands[i], a, c)) axes.erase(a, 1);
      }
    }
  };
  // What spreads from size 1 goes, then what only one operand has is summed: the rest is a
  // contraction of axes of one size.
  for_each_summed([&](Val& x, int64_t axis, char) {
    if (x.dim(axis) != Dim(1)) return false;
    x = Squeeze(x, axis);
    return true;
  });
  for_each_summed([&](Val& x, int64_t axis, char letter) {
    if (sharers(letter) > 1) return false;
    x = Reduce(Op::kReduceSum, x, {axis}, false);
    return true;
  });
  std::string reduced = absl::StrCat(absl::StrJoin(terms.inputs, ","), "->", terms.output);
  return Make(Op::kEinsum, {{"equation", std::move(reduced)}}, operands);
}

Val Builder::MatMul(const Val& a, const Val& b) {
  if (!a || !b) return Val();
  if (a.rank() == 0 || b.rank() == 0) return Fail("matmul of a scalar");
  int64_t batch = std::max<int64_t>({a.rank() - 2, b.rank() - 2, 0});
  if (batch > 20) return Fail("matmul of too many axes");
  std::string letters = std::string("abcdefghijklmnopqrstuv").substr(0, batch);
  auto tail = [&](const Val& x) {
    return letters.substr(batch - std::max<int64_t>(x.rank() - 2, 0));
  };
  std::string left = tail(a) + (a.rank() > 1 ? "x" : "") + "z";
  std::string right = tail(b) + "z" + (b.rank() > 1 ? "y" : "");
  std::string out = letters + (a.rank() > 1 ? "x" : "") + (b.rank() > 1 ? "y" : "");
  return Einsum(absl::StrCat(left, ",", right, "->", out), {a, b});
}

namespace {

Attrs WindowAttrs(const Window& w) {
  Attrs attrs;
  if (!w.size.empty()) attrs.Set("size", w.size);
  attrs.Set("stride", w.stride);
  attrs.Set("dilation", w.dilation);
  attrs.Set("pad_before", w.pad_before);
  attrs.Set("pad_after", w.pad_after);
  return attrs;
}

}  // namespace

Val Builder::Conv(const Val& x, const Val& w, const Val& bias, const Window& window,
                  int64_t groups) {
  Attrs attrs = WindowAttrs(window);
  attrs.Set("groups", groups);
  std::vector<Val> inputs = {x, w};
  if (bias) inputs.push_back(bias);
  return Make(Op::kConv, std::move(attrs), inputs);
}

Val Builder::ConvTranspose(const Val& x, const Val& w, const Val& bias, const Window& window,
                           int64_t groups, std::vector<int64_t> output_padding) {
  Attrs attrs = WindowAttrs(window);
  attrs.Set("groups", groups);
  attrs.Set("output_padding", std::move(output_padding));
  std::vector<Val> inputs = {x, w};
  if (bias) inputs.push_back(bias);
  return Make(Op::kConvTranspose, std::move(attrs), inputs);
}

std::vector<Val> Builder::MaxPool(const Val& x, const Window& window) {
  return MakeAll(Op::kMaxPool, WindowAttrs(window), {x});
}

Val Builder::AvgPool(const Val& x, const Window& window, bool count_include_pad) {
  Attrs attrs = WindowAttrs(window);
  attrs.Set("count_include_pad", count_include_pad);
  return Make(Op::kAvgPool, std::move(attrs), {x});
}

Val Builder::Fft(const Val& x, int64_t axis, bool inverse) {
  return Make(Op::kFft, {{"axis", axis}, {"inverse", inverse}}, {x});
}

Val Builder::Quantize(const Val& x, DType dtype, QuantPtr quant) {
  return Make(Op::kQuantize, {{"dtype", dtype}, {"quant", std::move(quant)}}, {x});
}
Val Builder::Dequantize(const Val& x) { return Make(Op::kDequantize, {}, {x}); }
Val Builder::IntRepr(const Val& x) { return Make(Op::kIntRepr, {}, {x}); }
Val Builder::FromIntRepr(const Val& x, DType dtype, QuantPtr quant) {
  return Make(Op::kFromIntRepr, {{"dtype", dtype}, {"quant", std::move(quant)}}, {x});
}

std::vector<Val> Builder::CompositeAll(absl::string_view name, Attrs attrs,
                                       absl::Span<const Val> inputs, const BodyFn& body) {
  ValueType like = inputs.empty() || !inputs[0].get() ? ValueType() : inputs[0]->type;
  const std::vector<Val> failed = {Failed(like), Failed(like)};
  if (!ok()) return failed;
  auto graph = std::make_unique<Graph>();
  Builder inner(graph.get());
  inner.set_place(place_);
  std::vector<Value*> values;
  std::vector<Val> params;
  for (const Val& v : inputs) {
    if (!v) return failed;
    values.push_back(v.get());
    params.push_back(inner.Input(absl::StrCat("x", params.size()), v->type));
  }
  std::vector<Val> results = body(inner, params);
  std::vector<ValueType> types;
  for (const Val& v : results) {
    if (!inner.ok() || !v) {
      Fail(inner.ok() ? absl::InternalError(absl::StrCat(name, ": empty body")) : inner.status());
      return failed;
    }
    graph->outputs().push_back(v.get());
    types.push_back(v->type);
  }
  graph->EliminateDeadCode();
  attrs.Set("name", std::string(name));
  Node* node = graph_->AddNode(Op::kComposite, std::move(attrs), std::move(values),
                               std::move(types), place_);
  node->bodies.push_back(std::move(graph));
  Fold(node);
  return Wrap(node);
}

Val Builder::Composite(absl::string_view name, Attrs attrs, absl::Span<const Val> inputs,
                       const std::function<Val(Builder&, absl::Span<const Val>)>& body) {
  return CompositeAll(name, std::move(attrs), inputs, [&](Builder& b, absl::Span<const Val> xs) {
    return std::vector<Val>{body(b, xs)};
  })[0];
}

std::vector<Val> Builder::Scan(const ScanSpec& spec, const BodyFn& body) {
  std::vector<Val> failed = spec.states;
  failed.resize(spec.states.size() + spec.output_axes.size(),
                spec.scanned.empty() ? Val() : spec.scanned[0]);
  for (Val& v : failed) v = Failed(v.get() ? v->type : ValueType());
  auto graph = std::make_unique<Graph>();
  Builder inner(graph.get());
  inner.set_place(place_);
  std::vector<Value*> values;
  std::vector<Val> params;
  auto add = [&](const Val& v, ValueType type) {
    if (!v) return;
    values.push_back(v.get());
    params.push_back(inner.Input(absl::StrCat("x", params.size()), std::move(type)));
  };
  for (size_t i = 0; i < spec.scanned.size(); ++i) {
    if (!spec.scanned[i]) return failed;
    ValueType type = spec.scanned[i]->type;
    type.shape[spec.scan_axes[i]] = 1;
    add(spec.scanned[i], std::move(type));
  }
  for (const auto* group : {&spec.states, &spec.full}) {
    for (const Val& v : *group) {
      if (!v) return failed;
      add(v, v->type);
    }
  }
  std::vector<Val> results = body(inner, params);
  if (!ok() || !inner.ok() || results.size() != spec.states.size() + spec.output_axes.size()) {
    Fail(inner.ok() ? absl::InternalError("scan body with the wrong number of results")
                    : inner.status());
    return failed;
  }
  std::vector<ValueType> types;
  for (size_t i = 0; i < results.size(); ++i) {
    if (!results[i]) {
      Fail(absl::InternalError("empty scan body"));
      return failed;
    }
    graph->outputs().push_back(results[i].get());
    types.push_back(results[i]->type);
    if (i < spec.states.size()) {
      if (types[i].dtype != spec.states[i].dtype() || types[i].shape != spec.states[i].shape()) {
        Fail(absl::StrCat("the loop's state changes from ", TypeToString(spec.states[i]->type),
                          " to ", TypeToString(types[i])));
        return failed;
      }
    } else {
      types[i].shape[spec.output_axes[i - spec.states.size()]] = spec.length;
    }
  }
  graph->EliminateDeadCode();
  Attrs attrs = {{"scan_inputs", static_cast<int64_t>(spec.scanned.size())},
                 {"states", static_cast<int64_t>(spec.states.size())},
                 {"scan_outputs", static_cast<int64_t>(spec.output_axes.size())},
                 {"scan_axes", spec.scan_axes},
                 {"output_axes", spec.output_axes},
                 {"reverse", spec.reverse},
                 {"length", spec.length}};
  Node* node =
      graph_->AddNode(Op::kScan, std::move(attrs), std::move(values), std::move(types), place_);
  node->bodies.push_back(std::move(graph));
  Fold(node);
  return Wrap(node);
}

}  // namespace t2n
