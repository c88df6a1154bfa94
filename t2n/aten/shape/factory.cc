// Tensors from sizes and numbers.
#include <cmath>

#include "absl/strings/str_cat.h"
#include "t2n/aten/core/common.h"
#include "t2n/aten/core/memory.h"
#include "t2n/aten/core/promote.h"
#include "t2n/aten/shape/ops.h"
#include "t2n/builder/dim_values.h"

namespace t2n {
namespace {

void IgnorePlacement(OpCall& c) {
  c.ignore({"layout", "device", "pin_memory", "memory_format", "stride", "physical_layout"});
}

Arg Filled(OpCall& c, const Shape& shape, DType dtype, const Arg& value) {
  IgnorePlacement(c);
  return c.b.Full(shape, AsTensor(c.b, value, dtype));
}

template <int value>
Arg Constant(OpCall& c) {
  return Filled(c, c.dims("size"), c.dtype("dtype", DType::kF32), value);
}
template <int value>
Arg ConstantLike(OpCall& c) {
  Val x = c.tensor("self");
  return Filled(c, x.shape(), c.dtype("dtype", x.dtype()), value);
}
template <int value>
Arg NewConstant(OpCall& c) {
  return Filled(c, c.dims("size"), c.dtype("dtype", c.tensor("self").dtype()), value);
}

DType NumberType(const Arg& a) { return ResultType({a}); }

Arg Full(OpCall& c) {
  const Arg& value = c.arg("fill_value");
  DType otherwise = NumberType(value);
  // Before version 5 a number filled floats whatever it was.
  if (c.env().version < 5 && !IsComplex(otherwise)) otherwise = DType::kF32;
  return Filled(c, c.dims("size"), c.dtype("dtype", otherwise), value);
}
Arg FullLike(OpCall& c) {
  Val x = c.tensor("self");
  return Filled(c, x.shape(), c.dtype("dtype", x.dtype()), c.arg("fill_value"));
}
Arg NewFull(OpCall& c) {
  return Filled(c, c.dims("size"), c.dtype("dtype", c.tensor("self").dtype()), c.arg("fill_value"));
}

Arg ScalarTensor(OpCall& c) { return Filled(c, {}, c.dtype("dtype", DType::kF32), c.arg("s")); }

bool IsWhole(const Arg& a) { return a.is_int() || a.is_bool(); }

// begin + step * i for i < length, in `dtype`; computed in double where all is known.
Val Ramp(OpCall& c, const Arg& begin, const Arg& step, const Dim& length, DType dtype) {
  bool known = length.is_const() && length.value() <= (1 << 20) && !std::isnan(begin.AsDouble());
  if (known && !IsInteger(dtype)) {
    std::vector<double> values;
    for (int64_t i = 0; i < length.value(); ++i) {
      values.push_back(begin.AsDouble() + step.AsDouble() * static_cast<double>(i));
    }
    return c.b.Doubles(dtype, values);
  }
  DType compute = IsInteger(dtype) ? DType::kI64 : (dtype == DType::kF64 ? dtype : DType::kF32);
  Val i = c.b.Iota(length, compute == DType::kI64 ? DType::kI64 : compute);
  if (step.AsDouble() != 1) i = i * AsTensor(c.b, step, compute);
  if (begin.is_tensor() || begin.AsDouble() != 0) i = i + AsTensor(c.b, begin, compute);
  return c.b.Cast(i, dtype);
}

bool IsOpen(const Arg& a) { return a.is_tensor() || (a.is_int() && !a.integer().is_const()); }

std::optional<Ratio> RatioOfArg(const Arg& a) {
  if (a.is_tensor()) return a.tensor() ? RatioOf(*a.tensor().get()) : std::nullopt;
  if (a.is_int()) return Ratio{a.integer(), 1, true};
  return RatioOf(a.AsDouble());
}

// Floats between bounds that are open sizes or fractions of such.
Val OpenRange(OpCall& c, const Arg& begin, const Arg& end, const Arg& step, DType dtype) {
  const std::optional<Ratio> first = RatioOfArg(begin), last = RatioOfArg(end),
                             by = RatioOfArg(step);
  const auto span = first && last ? CombineRatios(Op::kSub, *last, *first) : std::nullopt;
  const auto count = span && by ? CombineRatios(Op::kDiv, *span, *by) : std::nullopt;
  if (!count || step.is_tensor()) return c.Refuse("of bounds that are not known");
  const bool whole = first->denominator == Dim(1) && by->denominator == Dim(1);
  if (IsInteger(dtype) && !whole) return c.Refuse("of bounds that are not known");
  return Ramp(c, begin, step, Max(*Rounded(*count, Op::kCeil), 0), dtype);
}

Arg Range(OpCall& c, const Arg& begin, const Arg& end, const Arg& step, bool inclusive) {
  IgnorePlacement(c);
  if (inclusive) {
    DType dtype = c.dtype("dtype", DType::kF32);
    double n = std::floor((end.AsDouble() - begin.AsDouble()) / step.AsDouble());
    if (!(n >= 0 && n < 1e9)) return c.Refuse("of bounds that are not known or go the wrong way");
    return Ramp(c, begin, step, static_cast<int64_t>(n) + 1, dtype);
  }
  bool whole = IsWhole(begin) && IsWhole(end) && IsWhole(step);
  DType dtype = c.dtype("dtype", whole ? DType::kI64 : DType::kF32);
  if (begin.is_complex() || end.is_complex() || step.is_complex()) return c.Refuse("of complex");
  if (whole) {
    auto as_dim = [](const Arg& a) { return a.is_int() ? a.integer() : Dim(a.boolean() ? 1 : 0); };
    Dim s = as_dim(step);
    std::optional<bool> down = Less(s, 0);
    if (!down || s == Dim(0)) return c.RefuseArg("step", "must have a known sign");
    Dim n =
        *down ? CeilDiv(as_dim(begin) - as_dim(end), -s) : CeilDiv(as_dim(end) - as_dim(begin), s);
    return Ramp(c, begin, step, Max(n, 0), dtype);
  }
  if (IsOpen(begin) || IsOpen(end) || IsOpen(step)) return OpenRange(c, begin, end, step, dtype);
  double b = begin.AsDouble(), e = end.AsDouble(), s = step.AsDouble();
  if (IsInteger(dtype)) b = std::trunc(b), e = std::trunc(e), s = std::trunc(s);
  double n = std::ceil((e - b) / s);
  if (!(n < 1e9)) return c.Refuse("of bounds that are not known");
  if (n < 0) return c.Refuse("of bounds that go the wrong way");
  if (IsInteger(dtype)) {
    return Ramp(c, static_cast<int64_t>(b), static_cast<int64_t>(s), static_cast<int64_t>(n),
                dtype);
  }
  return Ramp(c, begin, step, static_cast<int64_t>(n), dtype);
}
// A rank-0 tensor of a known value stands for its number.
Arg Number(OpCall& c, absl::string_view name) {
  const Arg& a = c.arg(name);
  if (!a.is_tensor()) return a;
  if (!IsFloat(a.tensor().dtype())) return c.dim(name);
  const bool of_sizes = !a.tensor().is_constant() && RatioOf(*a.tensor().get());
  return of_sizes ? a : Arg(c.number(name));
}
Arg ArangeEnd(OpCall& c) { return Range(c, 0, Number(c, "end"), 1, false); }
Arg ArangeStart(OpCall& c) { return Range(c, Number(c, "start"), Number(c, "end"), 1, false); }
Arg ArangeStep(OpCall& c) {
  return Range(c, Number(c, "start"), Number(c, "end"), Number(c, "step"), false);
}
Arg RangeInclusive(OpCall& c) {
  return Range(c, Number(c, "start"), Number(c, "end"), c.has("step") ? Number(c, "step") : Arg(1),
               true);
}

Arg Eye(OpCall& c) {
  IgnorePlacement(c);
  Dim n = c.dim("n"), m = c.has("m") ? c.dim("m") : n;
  return c.b.Cast(c.b.Eq(IotaAlong(c.b, n, 0, 2), IotaAlong(c.b, m, 1, 2)),
                  c.dtype("dtype", DType::kF32));
}

Arg Fill(OpCall& c) {
  Val x = c.tensor("self");
  return c.b.Full(x.shape(), AsTensor(c.b, c.arg("value"), x.dtype()));
}
Arg Zero(OpCall& c) {
  Val x = c.tensor("self");
  return c.b.Full(x.shape(), x.dtype(), 0);
}
Arg Copy(OpCall& c) {
  c.ignore({"non_blocking"});
  Val x = c.tensor("self");
  return c.b.BroadcastTo(AsTensor(c.b, c.arg("src"), x.dtype()), x.shape());
}

// A list of known or open sizes.
std::optional<Shape> SizesIn(const Arg& list) {
  Shape sizes;
  for (const Arg& item : list.items()) {
    if (!item.is_int()) return std::nullopt;
    sizes.push_back(item.integer());
  }
  return sizes;
}
// Sizes and strides are arguments, one behind the other.
template <size_t sizes>
std::optional<Strided> LiesAsGiven(absl::Span<const Arg> args,
                                   absl::Span<const Strided> /*operands*/) {
  std::optional<Shape> size = SizesIn(args[sizes]), stride = SizesIn(args[sizes + 1]);
  if (!size || !stride || size->size() != stride->size()) return std::nullopt;
  return Strided{*std::move(size), *std::move(stride)};
}
std::optional<Strided> LiesPermuted(absl::Span<const Arg> args,
                                    absl::Span<const Strided> /*operands*/) {
  std::optional<Shape> size = SizesIn(args[0]), order = SizesIn(args[1]);
  if (!size || !order || size->size() != order->size()) return std::nullopt;
  std::vector<int64_t> axes;
  for (const Dim& axis : *order) {
    if (!axis.is_const() || axis.value() < 0 ||
        axis.value() >= static_cast<int64_t>(size->size())) {
      return std::nullopt;
    }
    axes.push_back(axis.value());
  }
  Shape strides = DenseStrides(*size, axes);
  return Strided{*std::move(size), std::move(strides)};
}

constexpr MemoryRule kEmptyStrided{Sharing::kMarked, Order::kUnstated, false, LiesAsGiven<0>};
constexpr MemoryRule kNewEmptyStrided{Sharing::kMarked, Order::kUnstated, false, LiesAsGiven<1>};
constexpr MemoryRule kEmptyPermuted{Sharing::kMarked, Order::kUnstated, false, LiesPermuted};

#define T2N_PLACED                                                     \
  "ScalarType? dtype=None, Layout? layout=None, Device? device=None, " \
  "bool? pin_memory=None"

constexpr OpEntry kOps[] = {
    {"aten::zeros(SymInt[] size, *, " T2N_PLACED ") -> Tensor", Constant<0>},
    {"aten::ones(SymInt[] size, *, " T2N_PLACED ") -> Tensor", Constant<1>},
    {"aten::empty.memory_format(SymInt[] size, *, " T2N_PLACED
     ", MemoryFormat? memory_format=None) -> Tensor",
     Constant<0>},
    {"aten::empty_strided(SymInt[] size, SymInt[] stride, *, " T2N_PLACED ") -> Tensor",
     Constant<0>, &kEmptyStrided},
    {"aten::empty_permuted(SymInt[] size, int[] physical_layout, *, " T2N_PLACED ") -> Tensor",
     Constant<0>, &kEmptyPermuted},
    {"aten::full(SymInt[] size, Scalar fill_value, *, " T2N_PLACED ") -> Tensor", Full},
    {"aten::zeros_like(Tensor self, *, " T2N_PLACED ", MemoryFormat? memory_format=None) -> Tensor",
     ConstantLike<0>, &kAsFirst},
    {"aten::ones_like(Tensor self, *, " T2N_PLACED ", MemoryFormat? memory_format=None) -> Tensor",
     ConstantLike<1>, &kAsFirst},
    {"aten::empty_like(Tensor self, *, " T2N_PLACED ", MemoryFormat? memory_format=None) -> Tensor",
     ConstantLike<0>, &kAsFirst},
    {"aten::full_like(Tensor self, Scalar fill_value, *, " T2N_PLACED
     ", MemoryFormat? memory_format=None) -> Tensor",
     FullLike, &kAsFirst},
    {"aten::new_zeros(Tensor self, SymInt[] size, *, " T2N_PLACED ") -> Tensor", NewConstant<0>,
     &kInRows},
    {"aten::new_ones(Tensor self, SymInt[] size, *, " T2N_PLACED ") -> Tensor", NewConstant<1>,
     &kInRows},
    {"aten::new_empty(Tensor self, SymInt[] size, *, " T2N_PLACED ") -> Tensor", NewConstant<0>,
     &kInRows},
    {"aten::new_empty_strided(Tensor self, SymInt[] size, SymInt[] stride, *, " T2N_PLACED
     ") -> Tensor",
     NewConstant<0>, &kNewEmptyStrided},
    {"aten::new_full(Tensor self, SymInt[] size, Scalar fill_value, *, " T2N_PLACED ") -> Tensor",
     NewFull, &kInRows},
    {"aten::scalar_tensor(Scalar s, *, " T2N_PLACED ") -> Tensor", ScalarTensor},
    {"aten::arange(Scalar end, *, " T2N_PLACED ") -> Tensor", ArangeEnd},
    {"aten::arange.start(Scalar start, Scalar end, *, " T2N_PLACED ") -> Tensor", ArangeStart},
    {"aten::arange.start_step(Scalar start, Scalar end, Scalar step=1, *, " T2N_PLACED
     ") -> Tensor",
     ArangeStep},
    {"aten::range(Scalar start, Scalar end, *, " T2N_PLACED ") -> Tensor", RangeInclusive},
    {"aten::range.step(Scalar start, Scalar end, Scalar step=1, *, " T2N_PLACED ") -> Tensor",
     RangeInclusive},
    {"aten::eye(SymInt n, *, " T2N_PLACED ") -> Tensor", Eye},
    {"aten::eye.m(SymInt n, SymInt m, *, " T2N_PLACED ") -> Tensor", Eye},
    {"aten::fill.Scalar(Tensor self, Scalar value) -> Tensor", Fill, &kAsFirst},
    {"aten::fill.Tensor(Tensor self, Tensor value) -> Tensor", Fill, &kAsFirst},
    {"aten::zero(Tensor self) -> Tensor", Zero, &kAsFirst},
    {"aten::copy(Tensor self, Tensor src, bool non_blocking=False) -> Tensor", Copy,
     &kExactlyAsFirst},
};

}  // namespace

absl::Span<const OpEntry> FactoryOps() { return kOps; }

}  // namespace t2n
