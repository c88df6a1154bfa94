#include "t2n/builder/builder.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "t2n/builder/fold.h"
#include "t2n/builder/index_check.h"
#include "t2n/builder/turns.h"
#include "t2n/ir/failure.h"
#include "t2n/ir/type_rules.h"
#include "t2n/ir/uniform.h"

namespace t2n {

const Shape& Val::shape() const {
  static const Shape* const kEmpty = new Shape();
  return value_ ? value_->type.shape : *kEmpty;
}

Dim Val::dim(int64_t axis) const {
  const int64_t at = axis < 0 ? axis + rank() : axis;
  if (at >= 0 && at < rank()) return shape()[at];
  if (builder_ && *this) {
    builder_->Fail(absl::InvalidArgumentError(
        absl::StrCat("no axis ", axis, " in a tensor of ", rank(), " axes")));
  }
  return 1;
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

namespace {

// The constant of one element that is everywhere in `x`; null if there is none.
Value* OneConstant(Value* x) {
  while (!x->constant && !x->dims && x->node->op == Op::kBroadcast) x = x->node->inputs[0];
  return x->constant && x->constant->numel() == 1 ? x : nullptr;
}

// Constants of open size, one number everywhere, are folded as that number is.
std::optional<Val> FoldUniform(Builder& b, Op op, const Attrs& attrs, absl::Span<const Val> inputs,
                               const ValueType& result) {
  if ((!IsElementwise(op) && !IsViewOp(op)) || ConstantShape(result.shape)) return std::nullopt;
  std::vector<Val> numbers;
  for (const Val& v : inputs) {
    Value* number = OneConstant(v.get());
    if (!number) return std::nullopt;
    numbers.emplace_back(v.builder(), number);
  }
  Val one = IsElementwise(op) ? b.Make(op, attrs, numbers) : numbers[0];
  if (!one->constant || one->constant->numel() != 1) return std::nullopt;
  if (IsViewOp(op)) {
    if (op == Op::kBroadcast && one.get() == inputs[0].get()) return std::nullopt;
    Tensor t = *one->constant;
    t.sizes.assign(result.shape.size(), 1);
    t.strides = t.sizes;
    one = b.Constant(std::move(t), one->type.quant);
  }
  return b.BroadcastTo(one, result.shape);
}

}  // namespace

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
    Fail(CountsTurns(types, attrs) ? AsUnlikeFirst(result.status()) : result.status());
    // What stopped a call is its last node: facts about open sizes may be found that let it go on.
    if (op == Op::kReshape) {
      ValueType type{types[0].dtype, attrs.Sizes("shape"), nullptr};
      graph_->AddNode(op, attrs, values, {std::move(type)}, place_);
    }
    return FailedLike(op, attrs, inputs);
  }
  if (absl::Status in_range = CheckIndices(op, attrs, values); !in_range.ok()) {
    Fail(std::move(in_range));
    return FailedLike(op, attrs, inputs);
  }
  if (result->size() == 1) {
    std::optional<Val> uniform = FoldUniform(*this, op, attrs, inputs, (*result)[0]);
    if (uniform) return {*uniform};
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
  Val selected = Make(
      Op::kSelect, {},
      {Reshape(condition, WithLeadingOnes(condition.shape(), rank)),
       Reshape(a, WithLeadingOnes(a.shape(), rank)), Reshape(b, WithLeadingOnes(b.shape(), rank))});
  // By a condition that is the same everywhere: that operand, in the sizes of all.
  const auto known =
      selected && !selected.is_constant() ? UniformElement(*condition.get()) : std::nullopt;
  if (!known || selected->type.quant) return selected;
  const auto chosen = ReadInts(*known);
  return chosen.ok() ? BroadcastTo((*chosen)[0] ? a : b, selected.shape()) : selected;
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

std::vector<Val> Builder::TopK(const Val& x, const Dim& k, int64_t axis, bool largest) {
  return MakeAll(Op::kTopK, {{"k", k}, {"axis", axis}, {"largest", largest}}, {x});
}

Val Builder::Quantize(const Val& x, DType dtype, QuantPtr quant) {
  return Make(Op::kQuantize, {{"dtype", dtype}, {"quant", std::move(quant)}}, {x});
}
Val Builder::Dequantize(const Val& x) { return Make(Op::kDequantize, {}, {x}); }
Val Builder::IntRepr(const Val& x) { return Make(Op::kIntRepr, {}, {x}); }
Val Builder::FromIntRepr(const Val& x, DType dtype, QuantPtr quant) {
  return Make(Op::kFromIntRepr, {{"dtype", dtype}, {"quant", std::move(quant)}}, {x});
}

}  // namespace t2n
